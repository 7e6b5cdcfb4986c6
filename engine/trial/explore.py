"""Every branch of a diagram to a bound: how soon and how late a case ends by law, what is never done, what can wait for ever.

Nobody answers: of each decision every way is gone. A way back is gone no second time, so loops count once. Where several ways
meet in one state, the earliest times go on, or the latest: a period that begins later never ends earlier.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from engine.bpmn.gate.draft import Draft, only_read
from engine.bpmn.gate.states import Net, State, Token
from engine.bpmn.reading.elements import Element
from engine.deployments import definitions
from engine.deployments.definitions import Definition
from engine.organisation import city
from engine.settings import Settings
from engine.trial.reckoning import Law, Reckoner, World
from engine.trial.town import fresh, prepared

WAITED_FOR = ("userTask", "callActivity", "subProcess", "intermediateCatchEvent", "eventBasedGateway")
"""What goes by itself comes before anybody acts: so every period that begins runs already."""
STATES_AT_MOST = 5_000
"""States of one scope that are looked at, each time that it is come to."""


@dataclass(frozen=True)
class Ending:
    """How a case comes to one of its ends; `result` is empty for an end that says none."""

    element: str
    result: str
    at: datetime
    way: tuple[tuple[datetime, str], ...]
    endless: frozenset[str]


@dataclass(frozen=True)
class Explored:
    """`soonest` and `latest` are by the ends. An end in `latest` that has something `endless` has no latest time."""

    definition: Definition
    begins: datetime
    soonest: Mapping[str, Ending]
    latest: Mapping[str, Ending]
    endless: tuple[str, ...]
    """Steps at which a case can wait for ever: no legal period ends them."""
    uncounted: tuple[str, ...]
    """Periods that cannot be counted without answers."""
    never: tuple[str, ...]
    """Elements to which no case comes."""
    loops: tuple[str, ...]
    """Flows that lead back, which were gone no second time."""
    is_whole: bool


def explore(settings: Settings, diagram: Path, key: str, city_toml: bytes | None, begins: datetime) -> Explored:
    """What can become of a case of this diagram. Raises what deploying it raises."""
    with prepared(settings, diagram, city_toml, begins) as folder, fresh(settings, folder, begins) as town:
        with town.engine.database.reading() as tx:
            definition = definitions.latest(tx, key)
            law = Law(town.engine.transactions.context(tx).calendar, city.rules(tx))
        return explored(definition, law, begins)


def explored(definition: Definition, law: Law, begins: datetime) -> Explored:
    draft = only_read(definition.diagram, definition.forms)
    soon, late = (_Ways(draft, Reckoner(draft, law, is_late)) for is_late in (False, True))
    soonest, latest = soon.ends(begins), late.ends(begins)
    seen = [Net(draft, scope) for scope in (None, *(one.id for one in draft.of_kind("subProcess")))]
    looked = [(net, net.look()) for net in seen]
    never = sorted(key for net, found in looked if found.is_whole for key in net.reachable - found.done)
    order = list(definition.diagram.elements)
    return Explored(
        definition=definition,
        begins=begins,
        soonest=soonest,
        latest=latest,
        endless=tuple(sorted(late.endless, key=order.index)),
        uncounted=tuple(sorted(late.uncounted)),
        never=tuple(never),
        loops=tuple(sorted(late.loops | soon.loops)),
        is_whole=soon.is_whole and late.is_whole and all(found.is_whole for _net, found in looked),
    )


@dataclass
class _Place:
    """A state with the time at which each of its tokens came there."""

    times: Mapping[Token, datetime]
    world: World


@dataclass
class _Ways:
    """All ways through a draft, reckoned in one manner."""

    draft: Draft
    reckoner: Reckoner
    endless: set[str] = field(default_factory=set)
    uncounted: set[str] = field(default_factory=set)
    loops: set[str] = field(default_factory=set)
    is_whole: bool = True

    def ends(self, begins: datetime) -> dict[str, Ending]:
        found: dict[str, Ending] = {}
        for key, at, world in self._scope(None, begins, self.reckoner.first(begins)):
            element = self.draft.diagram.elements[key]
            ending = Ending(key, element.properties.get("result", ""), at, world.way, world.endless)
            before = found.get(key)
            if before is None or self._is_further(at, before.at):
                both = ending.endless | (before.endless if before else frozenset())
                found[key] = replace(ending, endless=both)
        return found

    def _is_further(self, at: datetime, before: datetime) -> bool:
        return at > before if self.reckoner.is_late else at < before

    # --- one scope ---

    def _scope(self, scope: str | None, at: datetime, world: World) -> Iterator[tuple[str, datetime, World]]:
        """The last element of each way through it, with the time and what is known then."""
        net = Net(self.draft, scope)
        back = _ways_back(self.draft, net)
        known: dict[State, _Place] = {}
        waiting: list[State] = []
        for together in net.beginnings():
            tokens = {Token(start.id): at for start in together}
            self._note(known, waiting, tokens, world)
        ends: dict[str, tuple[str, datetime, World]] = {}
        left = STATES_AT_MOST
        while waiting:
            left -= 1
            if not left:
                self.is_whole = False
                break
            state = waiting.pop()
            place = known[state]
            for tokens, after, last in self._moved(net, back, state, place):
                if tokens:
                    self._note(known, waiting, tokens, after)
                elif last is not None:
                    key, ended = last
                    if key not in ends or self._is_further(ended, ends[key][1]):
                        ends[key] = (key, ended, after)
        yield from ends.values()

    def _note(
        self, known: dict[State, _Place], waiting: list[State], times: Mapping[Token, datetime], world: World
    ) -> None:
        state = tuple(sorted(times))
        before = known.get(state)
        place = _Place(times, world) if before is None else self._merged(before, _Place(times, world))
        if before is None or place != before:
            known[state] = place
            waiting.append(state)

    def _merged(self, one: _Place, other: _Place) -> _Place:
        """What is furthest of both; the way is that of the one which is further."""
        choose = max if self.reckoner.is_late else min
        times = {token: choose(at, other.times[token]) for token, at in one.times.items()}
        leads = choose(other.times.values()) != choose(one.times.values()) and times != one.times
        first, second = (other.world, one.world) if leads else (one.world, other.world)
        facts = {name: _further(value, second.facts.get(name), choose) for name, value in first.facts.items()}
        done = {**second.done, **first.done}
        return _Place(
            times,
            replace(
                first,
                facts=facts,
                done={key: choose(at, second.done.get(key, at)) for key, at in done.items()},
                running={**second.running, **first.running},
                dues={**second.dues, **first.dues},
                endless=first.endless | second.endless,
                uncounted=first.uncounted | second.uncounted,
            ),
        )

    # --- one move ---

    def _moved(
        self, net: Net, back: set[tuple[str, str]], state: State, place: _Place
    ) -> Iterator[tuple[dict[Token, datetime], World, tuple[str, datetime] | None]]:
        movable = [token for token in state if not token.flow and not net.ends_all(token)]
        if movable:
            token = max(
                movable, key=lambda one: (net.element(one).kind not in WAITED_FOR, net.rank.get(one.element, 0))
            )
            taken, element, at = [token], net.element(token), place.times[token]
        elif join := next(net.joins_that_go(state), None):
            taken = [token for token in state if token.element == join]
            element, at = net.element(taken[0]), max(place.times[token] for token in taken)
        elif last := next((token for token in state if net.ends_all(token)), None):
            yield {}, place.world, (last.element, place.times[last])
            return
        else:
            return
        rest = {token: at for token, at in place.times.items() if token not in taken}
        for ways, tokens in net.moves(element):
            if self._beside(ways) or self._leads_back(back, element, ways, tokens):
                continue
            for done_at, world in self._done(element, ways, at, place.world):
                world = replace(world, way=(*world.way, (done_at, element.id)) if element.name else world.way)
                self.endless |= world.endless
                self.uncounted |= world.uncounted
                after = {**rest, **dict.fromkeys(tokens, done_at)}
                yield after, world, None if after else (element.id, done_at)

    def _beside(self, ways: tuple[str, ...]) -> bool:
        """What an event opens beside the work is left out: it takes no time from it."""
        events = (self.draft.diagram.elements.get(key) for key in ways)
        return any(event is not None and event.attached_to is not None and not event.interrupting for event in events)

    def _leads_back(
        self, back: set[tuple[str, str]], element: Element, ways: tuple[str, ...], tokens: tuple[Token, ...]
    ) -> bool:
        again = [token for token in tokens if (element.id, token.element) in back]
        self.loops |= {way for way in ways if again and way in self.draft.diagram.flows}
        return bool(again)

    def _done(
        self, element: Element, ways: tuple[str, ...], at: datetime, world: World
    ) -> Iterator[tuple[datetime, World]]:
        event = next((one for one in self.draft.attached(element) if one.id in ways), None)
        if event is not None and event.timer is not None:
            yield self.reckoner.happens(event, at, world), world
        elif element.kind == "subProcess" and event is None:
            inside = self.reckoner.begun(element, at, world)
            for _last, ended, after in self._scope(element.id, at, inside):
                yield ended, self.reckoner.answered(element, ended, self.reckoner.over(element, after))
        elif element.kind == "receiveTask":
            yield at, self.reckoner.begun(element, at, world)
        elif element.kind in ("userTask", "callActivity", "subProcess") or element.is_button:
            left_at, after = self.reckoner.left_at(element, at, world)
            yield left_at, after if event is not None else self.reckoner.answered(element, left_at, after)
        elif element.kind == "intermediateCatchEvent":
            yield self.reckoner.happens(element, at, world), world
        else:
            yield at, self.reckoner.answered(element, at, world)


def _further(one: object, other: object, choose: object) -> object:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return choose(one, other)  # type: ignore[operator]
    return one if one is not None else other


def _ways_back(draft: Draft, net: Net) -> set[tuple[str, str]]:
    """The pairs of elements of which the second leads to the first again, as they are met from the start."""
    back: set[tuple[str, str]] = set()
    state: dict[str, bool] = {}
    for start in (one for together in net.beginnings() for one in together):
        stack = [(start, iter(draft.in_scope(start)))]
        state[start.id] = True
        while stack:
            element, following = stack[-1]
            after = next(following, None)
            if after is None:
                state[element.id] = False
                stack.pop()
            elif after.id not in state:
                state[after.id] = True
                stack.append((after, iter(draft.in_scope(after))))
            elif state[after.id]:
                back.add((element.id, after.id))
    return back
