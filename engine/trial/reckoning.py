"""What time it is on a way through a diagram that nobody has gone: by the periods that are drawn, the rules of the city and the
calendar. Every answer that is a time is the time at which it is given; every other answer is left empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.bpmn.gate.draft import Draft
from engine.bpmn.reading.elements import FACT, Element
from engine.bpmn.reading.expressions import evaluate
from engine.bpmn.reading.timers import read_duration, read_instant
from engine.clock import to_the_minute
from engine.deadlines.calendar import Calendar
from engine.deadlines.functions import as_instant, counting_functions
from engine.errors import ExpressionError
from engine.organisation import city
from engine.runtime.step.functions import FUNCTIONS

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Law:
    """The calendar and the rules by which periods are counted."""

    calendar: Calendar
    rules: Mapping[str, Any]


@dataclass(frozen=True)
class World:
    """What is known at one place of a way. `running` are the periods that somebody has to keep, by their keys."""

    facts: Facts
    done: Mapping[str, datetime] = field(default_factory=dict)
    running: Mapping[str, Element] = field(default_factory=dict)
    dues: Mapping[str, datetime] = field(default_factory=dict)
    endless: frozenset[str] = frozenset()
    """Steps that nothing ends but whoever does them."""
    uncounted: frozenset[str] = frozenset()
    """Periods that cannot be counted without answers."""
    way: tuple[tuple[datetime, str], ...] = ()

    def said(self, **facts: object) -> World:
        return replace(self, facts={**self.facts, **facts})


class Reckoner:
    """`is_late`: whoever acts uses every legal period to its end; else acts at once."""

    def __init__(self, draft: Draft, law: Law, is_late: bool) -> None:
        self._draft, self._law, self.is_late = draft, law, is_late

    def first(self, at: datetime) -> World:
        facts = dict.fromkeys(self._draft.facts)
        world = World(facts, way=())
        for start in self._draft.diagram.starts():
            world = self.answered(start, at, world)
        return world

    # --- what happens ---

    def answered(self, element: Element, at: datetime, world: World) -> World:
        """The element is done at this time: what it says that is a time is this one, or is worked out."""
        form = self._draft.forms.get(element.form_key)
        times = (
            {field.key: at for field in form.fields if field.type == "datetime" and not field.readonly} if form else {}
        )
        if "delivered" in element.properties:
            times[element.properties["delivered"]] = at
        world = replace(world, facts={**world.facts, **times}, done={**world.done, element.id: at})
        for name, text in element.properties.items():
            if name.startswith(FACT):
                world = replace(world, facts={**world.facts, name.removeprefix(FACT): self._value(text, at, world)})
        return self._met(element, world)

    def _met(self, element: Element, world: World) -> World:
        keys = {element.properties.get(name, "") for name in ("meets", "deadline") if element.kind != "boundaryEvent"}
        met = keys & world.running.keys() if element.kind in ("serviceTask", "sendTask") else set()
        left = {key: event for key, event in world.running.items() if key not in met}
        return replace(world, running=left)

    def begun(self, element: Element, at: datetime, world: World) -> World:
        """The legal periods on its border run from now on."""
        own = {event.properties["deadline"]: event for event in self._draft.attached(element) if _is_legal(event)}
        world = replace(world, running={**world.running, **own})
        return replace(world, dues={**world.dues, **self._dues(own, at, world)})

    def over(self, element: Element, world: World) -> World:
        """Those on the border of this are over with it."""
        own = {event.properties["deadline"] for event in self._draft.attached(element) if _is_legal(event)}
        return replace(world, running={key: one for key, one in world.running.items() if key not in own})

    # --- until when ---

    def left_at(self, element: Element, at: datetime, world: World) -> tuple[datetime, World]:
        """When whoever does this step is done, who came to it at this time."""
        if not self.is_late:
            return at, world
        inner = self.begun(element, at, world)
        dues = {**inner.dues, **self._dues(inner.running, at, inner)}
        named = element.properties.get("deadline", "")
        bounding = [dues[key] for key in {*inner.running, named} if key in dues]
        uncounted = {key for key in inner.running if key not in dues}
        world = replace(world, dues=dues, uncounted=world.uncounted | uncounted)
        if not bounding:
            return at, replace(world, endless=world.endless | {element.id})
        return max(at, min(bounding)), world

    def happens(self, event: Element, at: datetime, world: World) -> datetime:
        """When an event happens that is waited for from this time on; at once when nobody can tell."""
        return max(at, self.instant(event, at, world) or at)

    def instant(self, event: Element, at: datetime, world: World) -> datetime | None:
        if event.timer is None:
            return None
        text = event.timer.text
        try:
            duration = read_duration(text)
            return at + duration if duration is not None else read_instant(text) or self._time(text, at, world)
        except ExpressionError:
            return None

    def _dues(self, events: Mapping[str, Element], at: datetime, world: World) -> dict[str, datetime]:
        """When each of them ends, as far as that can be counted; what has been counted once stands."""
        fresh = {key: self.instant(one, at, world) for key, one in events.items() if key not in world.dues}
        return {key: due for key, due in fresh.items() if due is not None}

    def _time(self, text: str, at: datetime, world: World) -> datetime | None:
        value = self._value(text, at, world)
        return as_instant(value) if value is not None else None

    def _value(self, text: str, at: datetime, world: World) -> Any:
        try:
            return evaluate(text, {**world.facts, "n": 1, "loopCounter": 0}, self._functions(at, world))
        except (ExpressionError, KeyError, TypeError):
            return None  # it hangs on an answer that nobody has given

    def _functions(self, at: datetime, world: World) -> dict[str, Callable[..., Any]]:
        rules, calendar = self._law.rules, self._law.calendar
        nothing: dict[str, Callable[..., Any]] = dict.fromkeys(FUNCTIONS, lambda *given: None)
        closes = city.time_of_day(rules["deadline.office_closes"])

        def received(value: datetime | None) -> datetime | None:
            return (
                calendar.in_hours(value, closes) if value is not None and rules["deadline.after_hours_rolls"] else value
            )

        return {
            **nothing,
            **counting_functions(calendar),
            "now": lambda: at,
            "minute": to_the_minute,
            "due": world.dues.get,
            "config": rules.get,
            "completed_at": world.done.get,
            "received": received,
            "close_of": lambda day: calendar.close_of(day) if day else None,
        }


def _is_legal(event: Element) -> bool:
    return event.is_period and event.properties.get("hard") == "true"
