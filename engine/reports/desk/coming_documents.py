"""Which of the papers that a task drafts or signs the answers given so far lead to."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.expressions import compile_expression, evaluate
from engine.bpmn.reading.paths_ahead import elements_after
from engine.errors import ExpressionError
from engine.forms.schema import Form
from engine.runtime.step.step import Step


def coming(step: Step, element: Element, form: Form, values: Mapping[str, object]) -> frozenset[str]:
    """Those of its `drafts` that will be issued if the task ends with these values; all while its outcome is not chosen."""
    undecided = {form.outcome_key} if form.outcome_key and values.get(form.outcome_key) is None else set[str]()
    known = {**step.facts, **values}

    def holds(condition: str) -> bool | None:
        if compile_expression(condition).names & undecided:
            return None
        try:
            return bool(evaluate(condition, known, step.functions()))
        except ExpressionError:
            return None

    if not element.drafts:
        return frozenset()
    settled = step.definition.settled_facts

    def holds_behind(condition: str) -> bool | None:
        asked = compile_expression(condition)
        return holds(condition) if asked.names <= settled and not asked.functions else None

    return frozenset(element.drafts) & elements_after(step.definition.diagram, element.id, holds, holds_behind)
