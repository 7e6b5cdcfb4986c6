"""What an expression works with is there, and of a kind that can be worked with."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.gate.graph import too_large
from engine.bpmn.gate.sayers import Sayers
from engine.bpmn.reading.elements import Element, Flow
from engine.bpmn.reading.expressions import compile_expression
from engine.bpmn.reading.spelling import meant
from engine.bpmn.reading.timers import is_literal
from engine.errors import ExpressionError
from engine.forms.schema import Field
from engine.messages import gettext as _
from engine.problems import Problem, Rule

EXPRESSION_UNSET = Rule("expression-unset", _("What a condition or a timer counts with has been filled in."))
EXPRESSION_TYPE = Rule(
    "expression-type", _("What an expression counts with is a number or a time where it has to be one.")
)
CONDITION_NEVER = Rule("condition-never", _("A condition reads facts that are asked before it."))
COUNTING = frozenset({"working_days", "natural_days", "months", "hours", "working_days_before", "natural_days_before"})
"""Functions that take a number and an instant."""
ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
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
        for node in _counted_with(tree, frozenset())
        if node.id in draft.fields and _may_be_unset(draft.fields[node.id], sayers, place)
    }
    for name, node in unset.items():
        field = draft.fields[name]
        is_number = field.type == "number"
        yield about(
            EXPRESSION_UNSET,
            subject,
            _("When '%(label)s' (%(key)s) is not filled in, this cannot be worked out, and the case stops here.",
              label=(field.label.drawn or name)[:40], key=name[:80]),
            _("Say what holds then (here it counts as 0), or make the field required.")
            if is_number
            else _("Say what holds then (here the condition does not hold), or make the field required."),
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
    unset = {node.id: node for node in _counted_with(tree, frozenset()) if node.id in recorded}
    for name, node in unset.items():
        if sayers.may_be_missed(name, place):
            yield about(
                EXPRESSION_UNSET,
                event,
                _("As long as nobody has recorded %(name)s, this cannot be worked out, and the case stops here.",
                  name=name[:80]),
                _("Say what holds then (here the condition does not hold)."),
                _guarded(meant(source).strip(), node, is_number=False),
            )  # fmt: skip


def _may_be_unset(field: Field, sayers: Sayers, place: str) -> bool:
    may_be_left = not field.required or bool(field.show)
    return (may_be_left and field.type != "checkbox" and not field.default) or sayers.may_be_missed(field.key, place)


def _guarded(source: str, node: ast.Name, is_number: bool) -> str:
    """The line in which nothing is worked out with what is not there."""
    if not is_number:
        return f"{node.id} is not None and ({source})" if " or " in source else f"{node.id} is not None and {source}"
    if "\n" in source or node.end_col_offset is None:
        return ""
    line = source.encode()
    return (line[: node.col_offset] + f"({node.id} or 0)".encode() + line[node.end_col_offset :]).decode()


# --- what is counted with, and known to be there ---


def _counted_with(node: ast.AST, known: frozenset[str]) -> Iterator[ast.Name]:
    """The names that are put in an order or reckoned with where they may be None; `known` are there for sure."""
    match node:
        case ast.BoolOp(op=op, values=values):
            for value in values:
                yield from _counted_with(value, known)
                known |= _there_if(value, isinstance(op, ast.And))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield from _counted_with(test, known)
            yield from _counted_with(body, known | _there_if(test, True))
            yield from _counted_with(orelse, known | _there_if(test, False))
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            operands = [left, *comparators]
            for place, comparison in enumerate(ops):
                if isinstance(comparison, ORDER):
                    yield from _bare(operands[place : place + 2], known)
            for operand in operands:
                yield from _counted_with(operand, known)
        case ast.BinOp(left=left, right=right):
            yield from _bare([left, right], known)
            yield from _counted_with(left, known)
            yield from _counted_with(right, known)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _counted_with(child, known)


def _bare(nodes: list[ast.expr], known: frozenset[str]) -> Iterator[ast.Name]:
    return (node for node in nodes if isinstance(node, ast.Name) and node.id not in known)


def _there_if(node: ast.AST, holds: bool) -> frozenset[str]:
    """The names that are there for sure when this holds, or when it does not."""
    match node:
        case ast.Name(id=name):
            return frozenset({name}) if holds else frozenset()
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _there_if(operand, not holds)
        case ast.BoolOp(op=op, values=values) if isinstance(op, ast.And) is holds:
            return frozenset().union(*(_there_if(value, holds) for value in values))
        case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[ast.Constant(value=None)]):
            is_there = isinstance(op, ast.IsNot | ast.NotEq)
            return frozenset({name}) if is_there is holds else frozenset()
        case ast.Compare(left=left, ops=[op], comparators=[right]) if holds and isinstance(op, (ast.Eq, *ORDER)):
            there = isinstance(op, ORDER) or isinstance(right, ast.Constant)
            return frozenset(one.id for one in (left, right) if isinstance(one, ast.Name) and there)
    return frozenset()


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
    label = (field.label.drawn or field.key)[:40]
    reason = (
        _("'%(label)s' (%(key)s) is no time, so nothing can be counted from it.", label=label, key=field.key[:80])
        if wanted == "datetime"
        else _(
            "'%(label)s' (%(key)s) is no number, so nothing can be counted with it.", label=label, key=field.key[:80]
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
                _("%(name)s is only asked behind this decision, so nobody has answered it here.", name=name[:80])
                if isinstance(subject, Flow)
                else _(
                    "%(name)s is only asked behind this event, so its condition never becomes true.", name=name[:80]
                ),
                _("Move the gateway behind the step that asks it, or ask it before.")
                if isinstance(subject, Flow)
                else _("Ask it before, or in a branch that goes on beside what waits here."),
            )
