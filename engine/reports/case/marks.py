"""The marks on the diagram of one instance: the path that was taken, what was passed, and where it stands now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.bpmn.reading.elements import Diagram
from engine.db.rows import InstanceRow, ScopeRow
from engine.reports.case.awaited import Awaited
from engine.reports.case.calls import Called
from engine.reports.parts.periods import Period

URGENT_FIRST = ("over", "near", "ok", "soft", "paused", "wait")
"""The states of a mark: of several at one element the most urgent is drawn."""
FRAMES = ("subProcess", "callActivity")


@dataclass(frozen=True)
class Marks:
    """What is drawn on the diagram, by element and flow id; `live` holds those that are worked on, each once."""

    taken: list[str]
    done: list[str]
    live: list[dict[str, Any]]


class WaitingMark(Protocol):
    """What a mark says of somebody who is waited for."""

    @property
    def element_id(self) -> str: ...

    @property
    def period(self) -> Period | None: ...


def marks_of(
    row: InstanceRow,
    diagram: Diagram,
    waiting: Sequence[WaitingMark],
    called: Sequence[Called],
    awaited: Sequence[Awaited],
    periods: Sequence[Period],
    scopes: Sequence[ScopeRow],
) -> Marks:
    """The path that was taken, the elements passed, and where it stands now; open periods stand on their clocks."""
    live = _together(
        [
            *(_mark(one.element_id, one.period.standing.state if one.period else "wait") for one in waiting),
            *(_mark(one.element_id) for one in called),
            *(_mark(one.element_id) for one in awaited),
        ]
    )
    open_scopes = [one for one in scopes if one.ended_at is None]
    times = Counter(one.element_id for one in open_scopes if one.position is not None)
    for element_id in dict.fromkeys(one.element_id for one in open_scopes):
        live.setdefault(element_id, {**_mark(element_id), "count": times[element_id] or 1})
    for period in periods:
        clock = diagram.elements.get(period.record.element_id)
        host = clock.attached_to if clock is not None and period.record.is_open else None
        if host is None:
            continue
        if host not in live:
            live[host] = _mark(host, period.standing.state)
        elif live[host]["state"] == "wait" and diagram.elements[host].kind in FRAMES:
            live[host]["state"] = period.standing.state
    taken = [flow for flow in row.taken if flow in diagram.flows]
    reached = {diagram.flows[flow].target for flow in taken} | {diagram.flows[flow].source for flow in taken}
    done = [one for one in diagram.elements if one in reached and one not in live and _is_left(one, taken, diagram)]
    return Marks(taken, done, list(live.values()))


def _mark(element_id: str, state: str = "wait") -> dict[str, Any]:
    return {"element": element_id, "count": 1, "state": state}


def _together(marks: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Element id -> its mark: how many they are, and the most urgent state."""
    found: dict[str, dict[str, Any]] = {}
    for mark in marks:
        known = found.get(mark["element"])
        if known is None:
            found[mark["element"]] = mark
        else:
            known["count"] += 1
            known["state"] = min(known["state"], mark["state"], key=URGENT_FIRST.index)
    return found


def _is_left(element_id: str, taken: list[str], diagram: Diagram) -> bool:
    """Whether the element has been passed, not only reached."""
    outgoing = diagram.elements[element_id].outgoing
    return not outgoing or any(flow in taken for flow in outgoing)
