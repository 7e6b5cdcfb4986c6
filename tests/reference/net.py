"""The engine and the reference side by side: both make the same moves, and after each one everything open is compared.

An engine's side is its workflow alone, live or restored from its bytes before every move; `stored` holds one that runs through
the whole store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, Protocol

from engine.bpmn.reading.elements import FACT, Diagram, read_elements
from engine.bpmn.reading.expressions import evaluate
from engine.bpmn.reading.read import read_diagram
from engine.bpmn.spiff.specs import Specification
from engine.bpmn.spiff.workflow import Open, OperationFailed, Places, Workflow, WorkflowFault
from tests.reference.drawing import Drawing, Node, read
from tests.reference.token_game import CALL, PERIOD, PERSON, SEVERAL, Game, Stuck, Token, Waits
from tests.reference.words import word_of

COMPLETE, FIRE, ANSWER, MEET, GIVE_UP = "complete", "fire", "answer", "meet", "give up"
"""A person does a task, an event happens, a called procedure has ended, a period is met, a task is over undone."""
ADD, DROP = "add", "drop"
"""One more of what is done several times is asked, or one less."""
FAIL, ESCALATE, TELL_MESSAGE, TELL_SIGNAL = "fail", "escalate", "message", "signal"
"""A called procedure has failed, or escalates, with the code `bad`; something of the name `told` has come from outside."""
CODE, NAME = "bad", "told"
FAILS, SAYS = "fails ", "says "
"""What a fact is called that makes a service task fail with that code, or say that x has that value."""


class Different(AssertionError):
    """The engine does something else than the reference."""


class Move(NamedTuple):
    """`number`: which of several that are open at the same place, the oldest first; of no account for MEET and GIVE_UP."""

    what: str
    element: str
    """With which time it is of everything around it that is done several times: `u1`, `u1[0][2]`."""
    number: int
    facts: tuple[tuple[str, int], ...] = ()


@dataclass
class Seen:
    """What can be seen of a process at rest: how many are open at which element, and what was passed since the start."""

    ended: bool
    open: Counter[str] = field(default_factory=Counter)
    armed: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    clocks: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    thrown: Counter[tuple[str, str, bool | None]] = field(default_factory=Counter)
    """Kind, name, whether anything here caught it; None: the record of an instance does not say."""
    failed: str | None = None
    terminated: bool = False
    """Known of the reference only. How far branches had come that went on by themselves at that moment is left open."""

    def against(self, reference: Seen) -> str:
        """What is otherwise than the reference says, in words; empty when nothing is."""
        history = () if reference.terminated else ("passed", "thrown")
        names = ("ended", "open", "armed", "calls", "clocks", "failed", *history)
        mine, theirs = self._shown(names), reference._shown(names)
        if None in {caught for _kind, _name, caught in self.thrown}:
            mine["thrown"], theirs["thrown"] = _without_ears(self.thrown), _without_ears(reference.thrown)
        return "; ".join(
            f"{name}: {mine[name]} instead of {theirs[name]}" for name in names if mine[name] != theirs[name]
        )

    def _shown(self, names: Sequence[str]) -> dict[str, object]:
        return {name: getattr(self, name) for name in names}


def _without_ears(thrown: Counter[tuple[str, str, bool | None]]) -> Counter[tuple[str, str]]:
    return Counter((kind, name) for kind, name, _caught in thrown.elements())


class Side(Protocol):
    """One way in which the engine runs a diagram."""

    name: str

    def begin(self, facts: Mapping[str, int]) -> None: ...

    def move(self, move: Move, facts: Mapping[str, int]) -> None:
        """Raises WorkflowFault when the process cannot go on."""

    def seen(self) -> Seen: ...


class Asked:
    """The host of a workflow that nothing hangs on: conditions are worked out over a few numbers."""

    def __init__(self, diagram: Diagram | None = None) -> None:
        self.facts: dict[str, object] = {}
        self.met: list[str] = []
        """Keys of the periods that service tasks have met, which are looked at when nothing moves any more."""
        self._elements = diagram.elements if diagram is not None else {}

    def evaluate(self, expression: str, names: Mapping[str, object] | None = None, *, place: Places = ()) -> object:
        return evaluate(expression, {**self.facts, **(names or {})}, {})

    def operate(self, element_id: str, place: Places = ()) -> None:
        element = self._elements.get(element_id)
        if element is not None and element.kind == "scriptTask":
            for name, expression in element.properties.items():
                if name.startswith(FACT):
                    self.facts[name.removeprefix(FACT)] = self.evaluate(expression)
        if element is not None and element.properties.get("operation") == "meet_deadline":
            self.met.append(element.properties["deadline"])
        code = work(element_id, self.facts)
        if code is not None:
            raise OperationFailed(code)

    def call(self, element_id: str, task_id: str, place: Places = ()) -> None:
        """Nothing is begun."""


def work(element_id: str, facts: dict[str, object]) -> str | None:
    """What a service task does: it may say a fact, or fail with the code that is returned."""
    if SAYS + element_id in facts:
        facts["x"] = facts[SAYS + element_id]
    code = facts.get(FAILS + element_id)
    return None if code is None else str(code)


class Alone:
    """The engine's workflow by itself. `restores`: from its bytes before every move, which must come out the same again."""

    def __init__(self, specification: Specification, restores: bool) -> None:
        self.name = "restored" if restores else "live"
        self._specification, self._restores, self._host = specification, restores, Asked(specification.diagram)
        self._passed: Counter[str] = Counter()
        self._thrown: Counter[tuple[str, str, bool | None]] = Counter()
        self.workflow = Workflow(specification, self._host)

    def begin(self, facts: Mapping[str, int]) -> None:
        self._host.facts = dict(facts)
        self.workflow.run()
        self._meet()
        self._note()

    def move(self, move: Move, facts: Mapping[str, int]) -> None:
        self._host.facts = dict(facts)
        if self._restores:
            self._restore()
        act(self.workflow, move)
        self._meet()
        self._note()

    def seen(self) -> Seen:
        return seen_of(self.workflow, self._passed, self._thrown)

    def _meet(self) -> None:
        end_met_clocks(self.workflow, self._host, self._specification)

    def _restore(self) -> None:
        stored = self.workflow.to_bytes()
        self.workflow = Workflow(self._specification, self._host, stored)
        if self.workflow.to_bytes() != stored:
            raise Different("the state is another one after a restore")

    def _note(self) -> None:
        self._passed += Counter(self.workflow.passed)
        self._thrown += Counter((one.kind, one.name, one.caught) for one in self.workflow.thrown)
        self.workflow.passed.clear()
        self.workflow.thrown.clear()


def end_met_clocks(workflow: Workflow, host: Asked, specification: Specification) -> None:
    """The clocks are done whose periods were met, as the store does it behind every step."""
    while host.met and not workflow.completed:
        key = host.met.pop(0)
        for event in specification.diagram.elements.values():
            if event.attached_to is not None and event.properties.get("deadline") == key:
                workflow.close_clock(event.attached_to)
        workflow.run()


def act(workflow: Workflow, move: Move) -> None:
    """The move is made, with everything automatic behind it."""
    match move.what:
        case "complete":
            workflow.complete(_id(workflow.user_tasks(), move))
        case "fire":
            workflow.fire(_id(workflow.armed_events(), move))
        case "answer":
            workflow.close_call(_id(workflow.open_calls(), move))
        case "meet":
            workflow.close_clock(element_of(move.element))
            workflow.run()
        case "fail":
            workflow.fail_call(_id(workflow.open_calls(), move), CODE)
        case "escalate":
            workflow.escalate_call(_id(workflow.open_calls(), move), CODE)
        case "message" | "signal":
            workflow.hear(move.what, NAME)
        case "add":
            workflow.add_iteration(_id(workflow.activities(), move), "X")
        case "drop":
            workflow.drop_iteration(_id(workflow.iterations(), move))
        case "give up":
            workflow.end_task(element_of(move.element))
            workflow.run()


def seen_of(
    workflow: Workflow, passed: Counter[str], thrown: Counter[tuple[str, str, bool | None]] | None = None
) -> Seen:
    """The engine of before knew nothing of what is thrown."""
    thrown, failed = thrown or Counter(), getattr(workflow, "failed", None)
    if workflow.completed:
        return Seen(True, passed=passed, thrown=thrown, failed=failed.name if failed else None)
    return Seen(
        False,
        Counter(map(key_of, workflow.user_tasks())),
        Counter(map(key_of, workflow.armed_events())),
        Counter(map(key_of, workflow.open_calls())),
        Counter(map(key_of, workflow.open_clocks())),
        passed,
        thrown,
    )


def key_of(found: Open) -> str:
    """The element with the number of each iteration around it. The engine of before knew of none."""
    numbers = [place.index for place in getattr(found, "place", ())]
    return _key(found.element_id, [number for number in numbers if number is not None])


def _key(element_id: str, numbers: list[int]) -> str:
    return element_id + "".join(f"[{number}]" for number in numbers)


def element_of(key: str) -> str:
    return key.partition("[")[0]


def _id(found: list, move: Move) -> str:
    own = [one.id for one in found if key_of(one) == move.element]
    if move.number >= len(own):
        raise Different(f"{move.element} is not open")
    return own[move.number]


class Reference:
    """The token game with the same numbers."""

    def __init__(self, text: str) -> None:
        self.facts: dict[str, object] = {}
        self.game = Game(_drawing(text), word_of, self._value, self._work)
        self.passed: Counter[str] = Counter()
        self.thrown: Counter[tuple[str, str, bool | None]] = Counter()
        self.said: list[tuple[str, str, bool]] = []
        """What was thrown in the last move, in order."""
        self._met: list[str] = []

    def begin(self, facts: Mapping[str, int], start: str = "") -> None:
        self.facts, self.said = dict(facts), []
        self.game.begin(start)
        self._note()
        self._meet()

    def _meet(self) -> None:
        """The clocks are done whose periods were met, when nothing moves any more: a thing of ours, not of the standard."""
        borders = self.game.drawing.borders
        while self._met:
            key, waiting = self._met.pop(0), self.game.waiting(PERIOD)
            self.game.done(
                *(one for one in waiting if any(node.period == key for node in borders.get(one.node.id, ())))
            )
            self._note()

    def _work(self, node: Node) -> str | None:
        if node.meets:
            self._met.append(node.meets)
        for name, expression in node.script:
            self.facts[name] = self._value(expression, {})
        return work(node.id, self.facts)

    def _value(self, text: str, names: dict[str, object]) -> object:
        return evaluate(text, {**self.facts, **names}, {})

    def _note(self) -> None:
        self.passed += Counter(self.game.passed)
        self.thrown += Counter(self.game.thrown)
        self.said += self.game.thrown

    def happen(self, event: Waits) -> None:
        """It has heard what another case has thrown."""
        self.said = []
        self.game.happens(event)
        self._note()
        self._meet()

    def move(self, move: Move, facts: Mapping[str, int]) -> None:
        self.facts, self.said = dict(facts), []
        if move.what == FIRE:
            self.game.happens([one for one in self.game.armed() if self._key(one) == move.element][move.number])
        elif move.what in (MEET, GIVE_UP):
            waiting = self.game.waiting(PERIOD if move.what == MEET else PERSON)
            act_on = self.game.done if move.what == MEET else self.game.over
            act_on(*(token for token in waiting if token.node.id == move.element))
        elif move.what in (TELL_MESSAGE, TELL_SIGNAL):
            self.game.told(move.what, NAME)
        elif move.what == ADD:
            self.game.add_time(self._at(self._wholes(), move), "X")
        elif move.what == DROP:
            self.game.drop_time(self._at(self._times(), move))
        else:
            waiting = self.game.waiting(PERSON if move.what == COMPLETE else CALL)
            act_on = {FAIL: self.game.fails, ESCALATE: self.game.escalates}.get(move.what)
            token = self._at(waiting, move)
            self.game.done(token) if act_on is None else act_on(token, CODE)
        self._note()
        self._meet()

    @property
    def _throws(self) -> bool:
        """Whether the drawing has words for what a called procedure throws."""
        return any(
            event.kind in ("error", "escalation") for node in self.game.drawing.nodes.values() for event in node.events
        )

    def _heard(self) -> list[str]:
        """The kinds of what may be told from outside and is waited for, in an order that is always the same."""
        waited_for = {event for one in self.game.armed() for event in one.node.events}
        return sorted(
            event.kind for event in waited_for if event.name == NAME and event.kind in (TELL_MESSAGE, TELL_SIGNAL)
        )

    def _wholes(self) -> list[Token]:
        return [token for token in self.game.waiting(SEVERAL) if token.node.many]

    def _times(self) -> list[Token]:
        return [one for whole in self._wholes() for one in whole.times]

    def _at(self, tokens: list[Token], move: Move) -> Token:
        return [token for token in tokens if self._key(token) == move.element][move.number]

    def _key(self, one: Waits) -> str:
        return _key(one.node.id, self.game.indices(one))

    def seen(self) -> Seen:
        game = self.game
        if game.ended:
            return Seen(True, passed=self.passed, thrown=self.thrown, failed=game.failed, terminated=game.terminated)
        open_, calls, clocks = (Counter(map(self._key, game.waiting(what))) for what in (PERSON, CALL, PERIOD))
        return Seen(False, open_, Counter(map(self._key, game.armed())), calls, clocks, self.passed, self.thrown)

    def choices(self) -> list[Move]:
        """Everything that may happen now."""
        seen, found = self.seen(), []
        happens = Counter(self._key(one) for one in self.game.armed() if _from_outside(one.node))
        calls = (
            ((ANSWER, seen.calls), (FAIL, seen.calls), (ESCALATE, seen.calls))
            if self._throws
            else ((ANSWER, seen.calls),)
        )
        for what, counted in ((COMPLETE, seen.open), (FIRE, happens), *calls):
            found += [Move(what, key, number) for key in counted for number in range(counted[key])]
        found += [Move(kind, "", 0) for kind in self._heard()]
        found += [Move(MEET, key, 0) for key in dict.fromkeys(map(element_of, seen.clocks))]
        for what, tokens in ((ADD, self._wholes()), (DROP, self._times())):
            counted = Counter(map(self._key, tokens))
            found += [Move(what, key, number) for key in counted for number in range(counted[key])]
        return found + [Move(GIVE_UP, key, 0) for key in dict.fromkeys(map(element_of, seen.open))]


def _from_outside(node: Node) -> bool:
    """Whether the event is one that something outside makes happen; conditions, errors and escalations come from within."""
    return node.kind == "receiveTask" or any(event.kind in ("timer", "message", "signal") for event in node.events)


class Net:
    """The reference and any number of sides, held together."""

    def __init__(self, text: str, sides: list[Side], facts: Mapping[str, int]) -> None:
        self.reference, self.sides, self.facts = Reference(text), sides, dict(facts)
        self.stuck = False
        """Whether the process has come to where it cannot go on: on every side, or it would be a difference."""
        self._each(lambda side: side.begin(self.facts))

    def move(self, move: Move) -> None:
        """Raises Different."""
        self.facts = {**self.reference.facts, **dict(move.facts)}
        self._each(lambda side: side.move(move, self.facts))

    def _each(self, act: Callable[[Side | Reference], None]) -> None:
        stuck = {"reference": _stuck_by(lambda: act(self.reference))}
        stuck |= {side.name: _stuck_by(lambda side=side: act(side)) for side in self.sides}
        if len({bool(why) for why in stuck.values()}) > 1:
            raise Different(f"stuck: {stuck}")
        self.stuck = bool(stuck["reference"])
        if self.stuck:
            return
        due = self.reference.seen()
        for side in self.sides:
            if wrong := side.seen().against(due):
                raise Different(f"{side.name}: {wrong}")


def _stuck_by(act: Callable[[], None]) -> str:
    """Why it cannot go on; empty when it can."""
    try:
        act()
    except (Stuck, WorkflowFault) as why:
        return str(why) or "stuck"
    return ""


def alone(text: str) -> list[Side]:
    """The workflow live, and restored before every move."""
    specification = _specification(text)
    return [Alone(specification, restores=False), Alone(specification, restores=True)]


@lru_cache(maxsize=1)
def _specification(text: str) -> Specification:
    """As the engine reads it; the walks over one drawing share it, as the instances of a version do."""
    return Specification(read_elements(read_diagram(text.encode())))


@lru_cache(maxsize=1)
def _drawing(text: str) -> Drawing:
    """As the reference reads it."""
    return read(text)
