"""Every step is reached, and from every step a path leads to an end."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.gate.graph import reached, too_large
from engine.bpmn.reading.elements import Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

UNREACHABLE = Rule("unreachable", _("Every step can be reached from the start."))
NO_WAY_TO_END = Rule("no-way-to-end", _("From every step a path leads to an end event."))


def check(draft: Draft) -> Iterator[Problem]:
    if not too_large(draft):
        yield from _unreachable(draft)
        yield from _endless(draft)


def _unreachable(draft: Draft) -> Iterator[Problem]:
    starts = (*draft.beginnings, *(handler for handler in draft.of_kind("subProcess") if handler.by_event))
    if not draft.diagram.of_kind("startEvent"):
        return
    seen = reached(starts, draft.onward)
    lost = [element for element in draft.diagram.elements.values() if element.id not in seen]
    sourceless = [
        element for element in lost if not element.incoming and element.attached_to not in draft.diagram.elements
    ]
    for element in (*sourceless, *lost):
        if element.id not in seen:
            seen |= reached([element], draft.onward)
            if element in draft.running and element.kind != "boundaryEvent":
                yield about(
                    UNREACHABLE,
                    element,
                    _("No path leads here from the start event."),
                    _("Connect an earlier step to it, or delete it."),
                )


def _endless(draft: Draft) -> Iterator[Problem]:
    """Nothing goes round without a way out. Where a path breaks off is told by `flows`."""
    before: dict[str, list[Element]] = {}
    elements = draft.diagram.elements.values()
    for element in elements:
        for target in draft.in_scope(element):
            before.setdefault(target.id, []).append(element)
    last = [element for element in elements if not draft.targets(element)]
    fine = reached(last, lambda element: before.get(element.id, ()))
    for element in elements:
        if element.id not in fine:
            fine |= reached([element], draft.onward)
            yield about(
                NO_WAY_TO_END,
                element,
                _("No path leads from here to an end event."),
                _("Give the loop a way out: an exclusive gateway with a flow that leads to an end event."),
            )
