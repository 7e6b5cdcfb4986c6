"""What an expression works with is there, and of a kind that can be worked with."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from engine.bpmn.gate.draft import Draft, about, labelled
from engine.bpmn.gate.graph import too_large
from engine.bpmn.gate.presence import ORDER, counted_with
from engine.bpmn.gate.sayers import Sayers, may_be_unset
from engine.bpmn.reading.elements import Element, Flow
from engine.bpmn.reading.expressions import compile_expression
from engine.bpmn.reading.spelling import meant
from engine.bpmn.reading.timers import is_literal
from engine.errors import ExpressionError
from engine.messages import gettext as _
from engine.problems import Problem, Rule

EXPRESSION_UNSET = Rule("expression-unset", _("What a condition or a timer calculates with has been filled in."))
EXPRESSION_TYPE = Rule("expression-type", _("Where an expression needs a number or a time, it has one."))
CONDITION_NEVER = Rule("condition-never", _("A condition reads facts that were filled in before it."))
COUNTING = frozenset({"working_days", "natural_days", "months", "hours", "working_days_before", "natural_days_before"})
"""Functions that take a number and an instant."""
TEXTS = frozenset({"textfield", "textarea", "radio", "select"})


def check(draft: Draft) -> Iterator[Problem]:
    if too_large(draft):
        return
    sayers = Sayers(draft)
    for flow in draft.diagram.flows.values():
        if flow.condition and flow.source in draft.diagram.elements:
            yield from _judge(draft, sayers, flow, flow.condition, flow.source)
            yield from _never(draft, sayers, flow, flow.condition, flow.source)
    for element in draft.running:
        timer = element.timer
        if timer is not None and timer.text and not is_literal(timer.text):
            yield from _judge(draft, sayers, element, timer.text, element.attached_to or element.id)
        for event in element.events:
            if event.condition:
                yield from _judge(draft, sayers, element, event.condition, element.attached_to or element.id)
                yield from _recorded_later(draft, sayers, element, event.condition)
                yield from _never(draft, sayers, element, event.condition, element.id)


def _judge(draft: Draft, sayers: Sayers, subject: Element | Flow, source: str, place: str) -> Iterator[Problem]:
    """`place` is the element at which the expression is worked out."""
    try:
        tree = compile_expression(source).tree
    except ExpressionError:
        return  # told by `expressions`
    yield from _of_wrong_kind(draft, subject, tree)
    unset = {
        node.id: node
        for node in counted_with(tree, frozenset())
        if node.id in draft.fields and may_be_unset(draft.fields[node.id], sayers, place)
    }
    for name, node in unset.items():
        field = draft.fields[name]
        is_number = field.type == "number"
        yield about(
            EXPRESSION_UNSET,
            subject,
            _("When '%(label)s' (%(key)s) is not filled in, this cannot be worked out, and the case stops here.",
              label=labelled(field), key=name[:80]),
            _("Say what applies then (below it counts as 0), or make the field required.")
            if is_number
            else _("Say what applies then (below the condition does not hold), or make the field required."),
            _guarded(meant(source).strip(), node, is_number),
        )  # fmt: skip


def _recorded_later(draft: Draft, sayers: Sayers, event: Element, source: str) -> Iterator[Problem]:
    """The condition of an event is looked at long before a service task has recorded what it counts with."""
    try:
        tree = compile_expression(source).tree
    except ExpressionError:
        return  # told by `expressions`
    place = event.attached_to or event.id
    recorded = draft.said - draft.fields.keys()
    unset = {node.id: node for node in counted_with(tree, frozenset()) if node.id in recorded}
    for name, node in unset.items():
        if sayers.may_be_missed(name, place):
            yield about(
                EXPRESSION_UNSET,
                event,
                _("Until somebody has recorded %(name)s, this cannot be worked out, and the case stops here.",
                  name=name[:80]),
                _("Say what applies then (below the condition does not hold)."),
                _guarded(meant(source).strip(), node, is_number=False),
            )  # fmt: skip


def _guarded(source: str, node: ast.Name, is_number: bool) -> str:
    """The line in which nothing is worked out with what is not there."""
    if not is_number:
        return f"{node.id} is not None and ({source})" if " or " in source else f"{node.id} is not None and {source}"
    if "\n" in source or node.end_col_offset is None:
        return ""
    line = source.encode()
    return (line[: node.col_offset] + f"({node.id} or 0)".encode() + line[node.end_col_offset :]).decode()


# --- of which kind it is ---


def _of_wrong_kind(draft: Draft, subject: Element | Flow, tree: ast.expr) -> Iterator[Problem]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=function), args=[number, start]) if function in COUNTING:
                yield from _wrong(draft, subject, start, "datetime")
                yield from _wrong(draft, subject, number, "number")
            case ast.Compare(left=left, ops=[op], comparators=[right]) if isinstance(op, ORDER):
                for one, other in ((left, right), (right, left)):
                    if isinstance(other, ast.Constant) and isinstance(other.value, int | float):
                        yield from _wrong(draft, subject, one, "number")


def _wrong(draft: Draft, subject: Element | Flow, node: ast.expr, wanted: str) -> Iterator[Problem]:
    """The name is that of a field that holds something else than a number or an instant."""
    field: Any = draft.fields.get(node.id) if isinstance(node, ast.Name) else None
    if field is None or field.type == wanted or field.widget or field.type not in TEXTS | {"number", "datetime"}:
        return
    label = labelled(field)
    reason = (
        _("'%(label)s' (%(key)s) is not a time, so nothing can be counted from it.", label=label, key=field.key[:80])
        if wanted == "datetime"
        else _(
            "'%(label)s' (%(key)s) is not a number, so nothing can be calculated with it.",
            label=label,
            key=field.key[:80],
        )
    )
    remedy = _("Make it a field of the type %(type)s in its form.", type=wanted)
    yield about(EXPRESSION_TYPE, subject, reason, remedy, f'"type": "{wanted}"')


# --- whether it can hold at all ---


def _never(draft: Draft, sayers: Sayers, subject: Element | Flow, source: str, place: str) -> Iterator[Problem]:
    """`place` is the element at which the condition is looked at."""
    try:
        names = compile_expression(source).names
    except ExpressionError:
        return
    for name in sorted(names & draft.fields.keys()):
        if sayers.only_behind(name, place):
            yield about(
                CONDITION_NEVER,
                subject,
                _("%(name)s is filled in only after this decision, so nobody has answered it by then.", name=name[:80])
                if isinstance(subject, Flow)
                else _(
                    "%(name)s is filled in only after this event, so its condition never becomes true.", name=name[:80]
                ),
                _("Move the gateway after the step that asks for it, or ask for it earlier.")
                if isinstance(subject, Flow)
                else _("Ask for it earlier, or in a branch that runs at the same time."),
            )
