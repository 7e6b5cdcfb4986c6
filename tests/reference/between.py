"""Several cases of two procedures that tell each other, through the store: what one throws another one hears, or begins with.

The one procedure awaits what the other throws. Each thing that is told is on its way until the walk says that it arrives, in any
order; what begins by the calendar begins when the walk has come to its instant, or has slept past several.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from engine.bpmn.reading.events import MESSAGE, SIGNAL
from engine.clock import parse_local
from engine.db.tables import audit_entry, process_instance, start_schedule, subscription, thrown_event
from engine.runtime.instances import delivering, schedules
from engine.runtime.step.events import Heard, events_of
from tests.processes.town import Town
from tests.reference.blocks import Block, Row, Sheet, Task, properties
from tests.reference.blocks_events import Happening
from tests.reference.generator import KEY, OTHER_KEY, Around, Drawn, Generator
from tests.reference.net import NAME, Different, Move, Reference
from tests.reference.stored import Stored, deploy
from tests.reference.token_game import Waits

AWAITED = {KEY: NAME, OTHER_KEY: "other"}
"""The message that each procedure awaits; it throws that of the other one."""
BY_SIGNAL, BY_MESSAGE, BY_TIME = "by_signal", "by_message", "by_time"
FIRST, EVERY = parse_local("2026-10-01T09:00"), timedelta(days=1)
SAID = {"x": 1, "y": 2}
"""What a case knows that begins by itself."""
CASES = 5
"""When there are so many, no other one begins."""
START, ARRIVE, DAY = "start", "arrive", "day"
SIZES = (3, 6, 10)


@dataclass(frozen=True)
class Telling(Drawn):
    """A procedure that also begins by itself: by the signal, by its message, by the calendar."""

    def begin(self, sheet: Sheet, entry: str) -> None:
        own = {"unit": "qinghe", "fact:subject": "'走'", **{f"fact:{name}": str(value) for name, value in SAID.items()}}
        awaited = Happening(MESSAGE, AWAITED[self.key])
        cycle = f"<timeCycle>R/{FIRST.isoformat()}/P1D</timeCycle>"
        drawn = {
            BY_SIGNAL: properties(**own) + Happening(SIGNAL, NAME).drawn,
            BY_MESSAGE: properties(**own) + awaited.drawn,
            BY_TIME: properties(**own) + f"<timerEventDefinition>{cycle}</timerEventDefinition>",
        }
        sheet.add("exclusiveGateway", "begun")
        sheet.connect("start", "begun")
        for key, inner in drawn.items():
            sheet.add("startEvent", key, inner, name=key)
            sheet.connect(key, "begun")
        sheet.connect("begun", entry)


class TellingGenerator(Generator):
    """Of two procedures the one awaits what the other throws, found by x."""

    def __init__(self, seed: int, size: int, key: str) -> None:
        super().__init__(seed, size)
        self.key = key

    def drawing(self) -> Telling:
        """Somebody acts first: what begins by being told may not tell at once, or cases would begin each other without end."""
        return Telling(Row((Task("u0"), super().drawing().whole)), self.key)

    def block(self, around: Around) -> Block:
        """More often than not something is thrown or waited for."""
        if self.draw.random() < 0.5:
            return super().block(around)
        self.left -= 1
        drawn = self.draw.choice((self._task, self._throw, self._throw, self._catch))
        return drawn(around.deeper())

    def _happening(self, kind: str) -> Happening:
        return Happening(MESSAGE, AWAITED[self.key], "x") if kind == MESSAGE else super()._happening(kind)

    def _told(self, kind: str) -> Happening:
        other = KEY if self.key == OTHER_KEY else OTHER_KEY
        return Happening(MESSAGE, AWAITED[other], "x") if kind == MESSAGE else super()._told(kind)


def drawings(seed: int) -> tuple[Telling, Telling]:
    size = SIZES[seed % len(SIZES)]
    return TellingGenerator(2 * seed, size, KEY).drawing(), TellingGenerator(2 * seed + 1, size, OTHER_KEY).drawing()


class Act(NamedTuple):
    """`what` is START of a procedure, ARRIVE of what was told, DAY of the calendar, or empty for a move of a case."""

    what: str
    which: str | int = ""
    """The procedure, or the number of the case."""
    move: Move | None = None
    told: Any = ()
    days: int = 0


@dataclass(eq=False)
class Case:
    """One case on both sides, with when each event of it began to wait and by what a message finds it."""

    number: int
    key: str
    reference: Reference
    stored: Stored
    waits: dict[Waits, tuple[int, object]]
    stuck: bool = False


@dataclass(eq=False)
class Told:
    """On its way. A signal is for one event that waited when it was thrown, or for a start; a message for whoever is found."""

    kind: str
    name: str
    by: Case
    found_by: object = None
    to: Case | None = None
    event: Waits | None = None
    starts: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        to = self.to.number if self.to else self.starts
        return self.kind, self.name, self.by.number, to, self.event.node.id if self.event else "", str(self.found_by)


class Cases:
    """The reference and the store, with all that goes between."""

    def __init__(self, town: Town, folder: Path, pair: tuple[Telling, Telling]) -> None:
        self.town, self.drawn = town, {drawn.key: drawn for drawn in pair}
        self.cases: list[Case] = []
        self.told: list[Told] = []
        self.due = dict.fromkeys(self.drawn, FIRST)
        self._moves = 0
        self._elements: dict[str, str] = {}
        """Subscription -> the element that waits, also of those that are over."""
        for drawn in pair:
            deploy(town, folder, drawn)

    # --- what may happen ---

    def choices(self) -> list[Act]:
        more = len(self.cases) < CASES
        found = [Act(START, key) for key in self.drawn if more]
        for case in self.cases:
            if not case.stuck and not case.reference.game.ended:
                found += [Act("", case.number, move) for move in case.reference.choices() if move.what not in TOLD]
        found += [
            Act(ARRIVE, told=key) for key in dict.fromkeys(one.key for one in self.told if more or not one.starts)
        ]
        return found + [Act(DAY, key, days=days) for key in self.drawn if more for days in (1, 3)]

    def act(self, act: Act, facts: Mapping[str, int]) -> None:
        """Raises Different."""
        self._moves += 1
        self.town.clock.set(self.town.now + timedelta(seconds=1))
        if act.what == START:
            self._start(str(act.which), facts)
        elif act.what == ARRIVE:
            self._arrive(next(one for one in self.told if one.key == act.told))
        elif act.what == DAY:
            self._sleep(str(act.which), act.days)
        else:
            assert act.move is not None
            self._move(self.cases[int(act.which)], act.move, {**self.cases[int(act.which)].reference.facts, **facts})
        self._compare()

    # --- one of them ---

    def _start(self, key: str, facts: Mapping[str, int]) -> None:
        case = self._new(key)
        self._settled(case, lambda: case.reference.begin(facts))
        case.stored.begin(facts)

    def _move(self, case: Case, move: Move, facts: Mapping[str, int]) -> None:
        self._settled(case, lambda: case.reference.move(move, facts))
        case.stored.move(move, facts)

    def _sleep(self, key: str, days: int) -> None:
        """The worker looks after so many instants: for the last of them a case begins, for the others none."""
        at = self.due[key] + (days - 1) * EVERY
        if self._planned(key) != self.due[key]:
            raise Different(f"{key} begins at {self._planned(key)} instead of {self.due[key]}")
        self.town.clock.set(max(at, self.town.now))
        while self.due[key] <= self.town.now:
            self.due[key] += EVERY
        self._begun(key, BY_TIME, lambda: self._take_next(key))
        if self._planned(key) != self.due[key]:
            raise Different(f"{key} begins next at {self._planned(key)} instead of {self.due[key]}")

    def _arrive(self, told: Told) -> None:
        """It is heard; what nobody waits for any more is gone, and a message that nobody awaits yet stays on its way."""
        row = self._row(told)
        candidates = self._candidates(told)
        starts = "" if candidates or told.kind == SIGNAL else self._begun_by(told.name)
        if (told.starts or starts) and len(self.cases) >= CASES:
            return
        if candidates or told.starts or starts or told.kind == SIGNAL:
            self.told.remove(told)
            if row.look_at is None or row.look_at > self.town.now:
                raise Different(f"nobody looks at {told.key} before {row.look_at}")
        if told.starts or starts:
            start = BY_SIGNAL if told.kind == SIGNAL else BY_MESSAGE
            self._begun(told.starts or starts, start, lambda: self._take(row.id))
            return
        self._take(row.id)
        case, element = self._heard(row.id)
        if not candidates:
            if case is not None:
                raise Different(f"{told.key} was heard by case {case.number} at {element} instead of by nobody")
            return
        event = next((event for one, event in candidates if one is case and event.node.id == element), None)
        if event is None or case is None:
            raise Different(
                f"{told.key} was heard at {element} instead of {[event.node.id for _, event in candidates]}"
            )
        self._settled(case, lambda: case.reference.happen(event))

    def _candidates(self, told: Told) -> list[tuple[Case, Waits]]:
        """Who hears it: of a signal what waited, if it still does; of a message those that have waited longest."""
        if told.kind == SIGNAL:
            waits = told.to is not None and told.event is not None and told.event in told.to.waits
            return [(told.to, told.event)] if waits and told.to and told.event else []
        found = [
            (since, case, event)
            for case in self.cases
            for event, (since, by) in case.waits.items()
            if by == told.found_by and any(one.hears(MESSAGE, told.name) for one in event.node.events)
        ]
        longest = min((since for since, *_ in found), default=0)
        return [(case, event) for since, case, event in found if since == longest]

    def _begun_by(self, name: str) -> str:
        return next(key for key, awaited in AWAITED.items() if awaited == name)

    # --- the reference ---

    def _new(self, key: str) -> Case:
        stored = Stored.__new__(Stored)
        stored.town, stored.key, stored.id = self.town, key, ""
        case = Case(len(self.cases), key, Reference(self.drawn[key].text), stored, {})
        self.cases.append(case)
        return case

    def _settled(self, case: Case, act: Callable[[], None]) -> None:
        """What the case has thrown is on its way, and what waits in it now is known with what a message finds it by."""
        before = len(list(case.reference.thrown.elements()))
        act()
        thrown = case.reference.said
        assert len(list(case.reference.thrown.elements())) - before == len(thrown)
        for kind, name, caught in thrown:
            self._spread(case, kind, name, caught)
        armed = [] if case.reference.game.ended else case.reference.game.armed()
        by = case.reference.facts["x"]
        case.waits = {one: case.waits.get(one, (self._moves, by)) for one in armed}

    def _spread(self, case: Case, kind: str, name: str, caught: bool) -> None:
        if kind == SIGNAL:
            others = [other for other in self.cases if other is not case]
            for other in others:
                hearing = [one for one in other.waits if any(event.hears(kind, name) for event in one.node.events)]
                self.told += [Told(kind, name, case, None, other, event) for event in hearing]
            self.told += [Told(kind, name, case, starts=key) for key in self.drawn]
        elif kind == MESSAGE and not caught:
            self.told.append(Told(kind, name, case, case.reference.facts["x"]))

    # --- the store ---

    def _begun(self, key: str, start: str, begin: Callable[[], None]) -> None:
        """A case has begun by itself, and no other one."""
        known = self._ids()
        case = self._new(key)
        self._settled(case, lambda: case.reference.begin(SAID, start))
        begin()
        new = [one for one in self._ids() if one not in known]
        if len(new) != 1:
            raise Different(f"{len(new)} cases have begun instead of one")
        case.stored.id = new[0]

    def _ids(self) -> list[str]:
        own = select(process_instance.c.id).where(process_instance.c.key.in_(self.drawn))
        return self.town.read(lambda tx: list(tx.scalars(own)))

    def _planned(self, key: str) -> datetime:
        own = select(start_schedule.c.next_at).where(start_schedule.c.key == key)
        return self.town.read(lambda tx: tx.scalars(own).one())

    def _take_next(self, key: str) -> None:
        """The row of the other procedure is not due meanwhile: each has its own instant to be taken at."""

        def take(engine: Any) -> None:
            context = engine.transactions.context
            engine.database.run(lambda tx: schedules.take_next(tx, context(tx)))

        others = start_schedule.c.key != key
        rest = start_schedule.update().where(others).values(look_at=None)
        self.town.write(lambda tx: tx.execute(rest))
        self.town.act(take)
        self.town.write(
            lambda tx: tx.execute(start_schedule.update().where(others).values(look_at=start_schedule.c.next_at))
        )

    def _take(self, row_id: str) -> None:
        def take(engine: Any) -> None:
            context = engine.transactions.context
            engine.database.run(lambda tx: delivering.take(tx, context(tx), row_id))

        self.town.act(take)

    def _row(self, told: Told) -> Any:
        """The row of what is on its way."""
        ids = {case.number: case.stored.id for case in self.cases}
        rows = self.town.read(
            lambda tx: tx.execute(
                select(thrown_event).where(
                    thrown_event.c.status == "waiting",
                    thrown_event.c.kind == told.kind,
                    thrown_event.c.name == told.name,
                    thrown_event.c.from_id == ids[told.by.number],
                    thrown_event.c.start_key.is_(None) if not told.starts else thrown_event.c.start_key == told.starts,
                )
            ).all()
        )
        for row in rows:
            to_same = told.to is None or row.to_id == told.to.stored.id
            at_same = told.event is None or self._elements[row.subscription_id] == told.event.node.id
            if to_same and at_same and (told.kind == SIGNAL or row.correlation == str(told.found_by)):
                return row
        raise Different(f"{told.key} is not on its way: {rows}")

    def _heard(self, row_id: str) -> tuple[Case | None, str]:
        """By which case, and at which element."""
        own = select(thrown_event).where(thrown_event.c.id == row_id)
        row: Any = self.town.read(lambda tx: tx.execute(own).one())
        case = next((case for case in self.cases if row.heard_by_id == case.stored.id), None)
        if case is None:
            return None, ""
        content = select(audit_entry.c.content).where(audit_entry.c.instance_id == case.stored.id)
        contents = self.town.read(lambda tx: tx.scalars(content.order_by(audit_entry.c.sequence)).all())
        found = [event for content in contents for event in events_of(content) if isinstance(event, Heard)]
        return case, found[-1].element

    def _compare(self) -> None:
        rows = self.town.read(lambda tx: tx.execute(select(subscription)).all())
        self._elements |= {row.id: row.element_id for row in rows}
        for case in self.cases:
            if wrong := case.stored.seen().against(case.reference.seen()):
                raise Different(f"case {case.number} of {case.key}: {wrong}")
        waiting = select(thrown_event.c.id).where(thrown_event.c.status == "waiting")
        on_their_way = len(self.town.read(lambda tx: tx.scalars(waiting).all()))
        if on_their_way != len(self.told):
            raise Different(f"{on_their_way} on their way instead of {[one.key for one in self.told]}")


TOLD = (MESSAGE, SIGNAL)
"""Nothing comes from outside here, but from each other."""


@dataclass(frozen=True)
class Story:
    """Two drawings and what happened to their cases."""

    pair: tuple[Telling, Telling]
    acts: tuple[tuple[Act, tuple[tuple[str, int], ...]], ...]

    def __str__(self) -> str:
        return "\n".join(
            [*(drawn.text for drawn in self.pair), *(f"  {act} {dict(facts)}" for act, facts in self.acts)]
        )


class Failed(AssertionError):
    def __init__(self, what: str, story: Story) -> None:
        super().__init__(f"{what}\n{story}")
        self.story = story


Towns = Callable[[], Town]
"""A town in which nothing has happened yet."""


def take(pair: tuple[Telling, Telling], seed: int, town: Town, folder: Path, acts: int = 30) -> Story:
    """The story with this seed. Raises Failed with the story."""
    draw = random.Random(seed)
    taken: list[tuple[Act, tuple[tuple[str, int], ...]]] = []
    try:
        cases = Cases(town, folder, pair)
        while len(taken) < acts and (act := _chosen(cases, draw)) is not None:
            first = act.what == START
            facts = tuple((name, draw.randrange(3)) for name in "xy" if first or draw.random() < 0.4)
            taken.append((act, facts))
            cases.act(act, dict(facts))
    except Exception as wrong:
        raise Failed(f"seed {seed}: {type(wrong).__name__}: {wrong}", Story(pair, tuple(taken))) from wrong
    return Story(pair, tuple(taken))


def _chosen(cases: Cases, draw: random.Random) -> Act | None:
    """Each kind of act as often as another: there are always more moves than things on their way."""
    choices = cases.choices()
    if not choices:
        return None
    kind = draw.choice(sorted({(act.what, act.move.what if act.move else "") for act in choices}))
    return draw.choice([act for act in choices if (act.what, act.move.what if act.move else "") == kind])


def replay(story: Story, town: Town, folder: Path) -> None:
    """The story once more; what is not possible any more is left out. Raises Different."""
    cases = Cases(town, folder, story.pair)
    for act, facts in story.acts:
        if act in cases.choices():
            cases.act(act, dict(facts))


def shrunk(story: Story, fails: Callable[[Story], bool]) -> Story:
    """The smallest failing story that is found by taking away blocks and acts, one at a time."""
    while (smaller := next((one for one in _smaller(story) if fails(one)), None)) is not None:
        story = smaller
    return story


def _smaller(story: Story) -> Any:
    for index in range(len(story.acts)):
        yield replace(story, acts=story.acts[:index] + story.acts[index + 1 :])
    for which, drawn in enumerate(story.pair):
        for whole in drawn.whole.smaller():
            pair = [*story.pair]
            pair[which] = _with(drawn, whole)
            yield replace(story, pair=(pair[0], pair[1]))


def _with(drawn: Telling, whole: Block) -> Telling:
    return Telling(whole, drawn.key)
