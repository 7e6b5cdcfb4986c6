"""What an event waits for that happens when a condition becomes true hangs on facts, so that somebody makes it happen."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, named
from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.events import CONDITIONAL
from engine.bpmn.reading.expressions import Expression, compile_expression
from engine.errors import ExpressionError
from engine.messages import gettext as _
from engine.problems import Problem, Rule

CONDITIONAL_EMPTY = Rule("conditional-empty", _("A conditional event has a condition."))
CONDITIONAL_FACTS = Rule(
    "conditional-facts", _("The condition of an event reads a fact, and neither the time nor who is acting.")
)
OF_THE_MOMENT = frozenset({"now", "minute", "my_name", "holds"})
"""Functions whose answer changes without anybody's having said a fact."""


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.running:
        for event in element.events:
            if event.kind == CONDITIONAL:
                yield from _condition(draft, element, event.condition)


def _condition(draft: Draft, element: Element, condition: str) -> Iterator[Problem]:
    if not condition:
        yield about(
            CONDITIONAL_EMPTY,
            element,
            _("The conditional event has no condition, so it never happens."),
            _("Write an expression that reads facts, such as amount is not None and amount > 100000."),
        )
        return
    try:
        expression = compile_expression(condition)
    except ExpressionError:
        return  # told by `expressions`
    yield from _facts(draft, element, expression)


def _facts(draft: Draft, element: Element, expression: Expression) -> Iterator[Problem]:
    if moment := expression.functions & OF_THE_MOMENT:
        yield about(
            CONDITIONAL_FACTS,
            element,
            _(
                "%(names)s changes without anybody recording anything, so the condition is not checked when it does.",
                names=named(moment),
            ),
            _("To wait for a time, draw a timer. The condition is checked only when a fact is recorded."),
        )
    elif not expression.names:
        yield about(
            CONDITIONAL_FACTS,
            element,
            _("The condition reads no fact, so it never becomes true."),
            _("Read a fact that a form or a service task records, or draw a timer."),
        )
