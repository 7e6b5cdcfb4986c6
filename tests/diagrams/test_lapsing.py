"""What a button or a cycle of a shipped diagram has opened, and where somebody is waited for, ends with its task."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bpmn.reading.elements import Diagram, Element, read_elements
from engine.bpmn.reading.read import read_diagram

SHIPPED = sorted((Path(__file__).parents[2] / "processes").glob("*.bpmn"))
WAITING = {"userTask", "receiveTask", "callActivity", "intermediateCatchEvent"}


def waits(diagram: Diagram, event: Element) -> bool:
    """Whether anything is waited for in the event's branch."""
    stack, seen = [event], set[str]()
    while stack:
        element = stack.pop()
        if element.id not in seen:
            seen.add(element.id)
            stack += diagram.next_elements(element)
    return any(diagram.elements[found].kind in WAITING for found in seen)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_whoever_is_asked_beside_a_task_is_asked_no_more_when_the_task_is_done(path: Path):
    diagram = read_elements(read_diagram(path.read_bytes()))

    beside = [event for event in diagram.of_kind("boundaryEvent") if not event.interrupting and waits(diagram, event)]

    assert beside
    assert [event.id for event in beside if not event.lapses] == []
