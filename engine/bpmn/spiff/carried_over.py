"""A state of the format before (LIANBAN1), in which SpiffWorkflow's own classes ran, as the state of today.

Every open task, armed event, call and clock keeps its id; tokens that had come to a join wait there; where each came from is
remembered for sending back. What was passed and what was only foreseen is left behind. Pure: rows in, rows out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.bpmn.reading.elements import Diagram, Element
from engine.bpmn.spiff.events import BorderEvent
from engine.bpmn.spiff.node import CAME_BY, LAPSES_WITH, TRAIL
from engine.bpmn.spiff.specs import Specification
from engine.ids import new_id

WAITING, READY, STARTED, COMPLETED = 8, 16, 32, 64
"""States of SpiffWorkflow, as they are stored."""
_OPEN = {"userTask": READY, "receiveTask": STARTED, "callActivity": STARTED, "intermediateCatchEvent": WAITING}
"""Kind of element -> the state in which it was open."""
TRAIL_AT_MOST = 30


@dataclass
class _Before:
    """A task of the tree before. `element` is None for what the library had put in between."""

    id: str
    state: int
    element: Element | None
    parent: _Before | None = None
    children: list[_Before] = field(default_factory=list)

    @property
    def armed(self) -> Iterator[_Before]:
        """The events that were armed beside this activity, below the same split."""
        beside = self.parent.children if self.parent is not None else []
        return (other for other in beside if other.is_border and other.state == WAITING)

    @property
    def is_border(self) -> bool:
        return self.element is not None and self.element.attached_to is not None

    def ancestors(self) -> Iterator[_Before]:
        before = self.parent
        while before is not None:
            yield before
            before = before.parent


def rows(content: dict[str, Any], specification: Specification) -> list[list[Any]]:
    """The rows of `state`, from the content of a state of the format before."""
    tasks = _read(content, specification.diagram)
    itself = [content["root"], -1, COMPLETED if content["completed"] else STARTED, specification.start.name, {}]
    found = [itself]
    if content["completed"]:
        return found
    for task in tasks:
        if task.element is not None and task.state == _OPEN.get(task.element.kind):
            number = len(found)
            found.append([task.id, 0, task.state, task.element.id, _memory(task, specification)])
            found += [[event.id, number, WAITING, _id(event), {}] for event in task.armed]
    return found + [
        [new_id(), 0, WAITING, _id(task), {CAME_BY: flow, **_memory(task, specification)}]
        for task, flow in _arrived(tasks, specification.diagram)
    ]


def _read(content: dict[str, Any], diagram: Diagram) -> list[_Before]:
    tasks = {row[0]: _Before(row[0], row[3], diagram.elements.get(row[4])) for row in content["tasks"]}
    for row in content["tasks"]:
        task = tasks[row[0]]
        task.parent = tasks.get(row[1])
        task.children = [tasks[child] for child in row[2] if child in tasks]
    return list(tasks.values())


def _id(task: _Before) -> str:
    assert task.element is not None
    return task.element.id


def _memory(task: _Before, specification: Specification) -> dict[str, Any]:
    way: list[list[str]] = []
    for before in task.ancestors():
        if before.element is not None:
            way.insert(0, [before.id if before.element.kind == "userTask" else "", before.element.id])
            if before.is_border:
                break
    memory: dict[str, Any] = {TRAIL: way if len(way) <= TRAIL_AT_MOST else [way[0], *way[1 - TRAIL_AT_MOST :]]}
    if (host := _lapses_with(task, specification)) is not None:
        memory[LAPSES_WITH] = host.id
    return memory


def _lapses_with(task: _Before, specification: Specification) -> _Before | None:
    """The open activity whose repeating event, still armed, has begun the branch of this task, if it lapses with it."""
    for before in task.ancestors():
        if before.is_border and before.state == WAITING and before.parent is not None:
            spec = specification.task_specs[_id(before)]
            if isinstance(spec, BorderEvent) and spec.lapses:
                return next(
                    other for other in before.parent.children if not other.is_border and other.element is not None
                )
    return None


def _arrived(tasks: list[_Before], diagram: Diagram) -> Iterator[tuple[_Before, str]]:
    """The tokens that wait at joins, with the flow by which each came: all that arrived, but those that went on.

    As the joins counted themselves: each time one went on it took one arrival from every flow.
    """
    for join in diagram.of_kind("parallelGateway"):
        if len(join.incoming) < 2:
            continue
        came = [task for task in tasks if task.element is join and task.parent and task.parent.state == COMPLETED]
        gone = sum(task.state == COMPLETED for task in came)
        for flow in join.incoming:
            source = diagram.flows[flow].source
            own = [task for task in came if _source(task) == source]
            yield from ((task, flow) for task in own[gone:])


def _source(task: _Before) -> str:
    """The element from which the token came directly."""
    return next(_id(before) for before in task.ancestors() if before.element is not None)
