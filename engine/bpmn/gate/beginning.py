"""What a procedure needs to begin when nobody fills in its start form: when another procedure calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from engine.bpmn.gate.draft import Draft, only_read
from engine.bpmn.gate.presence import counted_with
from engine.bpmn.gate.sayers import Sayers, said_by
from engine.bpmn.reading.elements import Diagram, Element
from engine.bpmn.reading.expressions import compile_expression
from engine.bpmn.reading.timers import is_literal
from engine.errors import ExpressionError
from engine.forms.schema import Field, Form

ADDRESSES = ("from", "to")
"""Properties of a service task that name units."""


def needed_to_begin(diagram: Diagram, forms: Mapping[str, Form]) -> frozenset[str]:
    """The facts of the start without which it cannot come to where somebody acts: who is asked there, whom something is sent
    to on the way, what a condition or a timer counts with. What is said on every way before is not needed, nor what the
    start form lets one leave out."""
    draft = only_read(diagram, forms)
    starts = {start.id: start for start in diagram.starts()}
    said_at_start = {name for start in starts.values() for name in said_by(draft, start)}
    may_be_left = {key for key in said_at_start & draft.fields.keys() if _may_be_left(draft.fields[key])}
    others = Sayers(draft, but_not=starts)
    return frozenset(
        name
        for element in coming_by_itself(draft, starts.values())
        for name in _used(draft, element)
        if name in said_at_start - may_be_left and others.may_be_missed(name, element.attached_to or element.id)
    )


def coming_by_itself(draft: Draft, starts: Iterable[Element]) -> list[Element]:
    """What is reached from these with nobody completing a task or pressing a button, the tasks included."""
    stack, found = list(starts), dict[str, Element]()
    while stack:
        here = stack.pop()
        if here.id not in found:
            found[here.id] = here
            onward: Callable[[Element], list[Element]] = (
                draft.attached if here.kind in ("userTask", "receiveTask") else draft.onward_and_within
            )
            stack += [one for one in onward(here) if not one.attached_to or one.timer is not None]
    return list(found.values())


def _may_be_left(field: Field) -> bool:
    return not field.required or bool(field.show)


def _used(draft: Draft, element: Element) -> Iterator[str]:
    diagram = draft.diagram
    if element.kind == "userTask":
        yield diagram.asked(element)[0]
    if element.kind in ("serviceTask", "sendTask"):
        yield from (element.properties.get(name, "").partition(":")[0].strip() for name in ADDRESSES)
    written = [diagram.flows[flow].condition or "" for flow in element.outgoing if flow in diagram.flows]
    if element.timer is not None and not is_literal(element.timer.text):
        written.append(element.timer.text)
    for text in filter(None, written):
        try:
            yield from (node.id for node in counted_with(compile_expression(text).tree, frozenset()))
        except ExpressionError:
            continue  # the procedure itself is told of it
