"""What an event waits for that happens when a condition becomes true hangs on facts, so that somebody makes it happen."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, named
from engine.bpmn.gate.sayers import said_by
from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.events import CONDITIONAL
from engine.bpmn.reading.expressions import BUILTINS, Expression, compile_expression
from engine.bpmn.reading.members import ADDS
from engine.errors import ExpressionError
from engine.messages import gettext as _
from engine.problems import Problem, Rule, Severity

CONDITIONAL_EMPTY = Rule("conditional-empty", _("A conditional event has a condition."))
CONDITIONAL_FACTS = Rule(
    "conditional-facts", _("The condition of an event reads a fact, and neither the time nor who is acting.")
)
CONDITIONAL_NEVER = Rule(
    "conditional-never",
    _("Somebody still records what a condition reads while the case waits for it."),
    Severity.WARNING,
)
OF_LISTS = frozenset({"count", "all_of", "any_of"})
"""Functions whose answer hangs on nothing but what they are given."""
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
    elif not expression.functions - OF_LISTS - BUILTINS.keys():
        yield from _writers(draft, element, expression)


def _writers(draft: Draft, element: Element, expression: Expression) -> Iterator[Problem]:
    """Behind the start somebody may still say what it reads: a step, a correction, whoever changes whom is asked.

    What is said at a start alone has been decided when the event begins to wait.
    """
    items = {one.many.item_name for one in draft.running if one.many is not None}
    unknown = expression.names - draft.facts - items  # told by `expressions`
    if unknown or (expression.names & items) or expression.names & _said_later(draft):
        return
    yield about(
        CONDITIONAL_NEVER,
        element,
        _(
            "Nobody records %(names)s after the start, so the condition is true at once or never.",
            names=named(expression.names),
        ),
        _("Draw an exclusive gateway with this condition instead, or read a fact that a later step records."),
    )


def _said_later(draft: Draft) -> set[str]:
    starts = {start.id for start in draft.diagram.starts()}
    said = {name for one in draft.running if one.id not in starts for name in said_by(draft, one)}
    corrected = {field.key for form in draft.forms.values() for field in form.fields if field.correctable}
    changed = {one.many.collection for one in draft.running if one.many is not None and one.properties.get(ADDS)}
    return said | corrected | changed
