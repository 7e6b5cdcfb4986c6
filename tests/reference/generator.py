"""Random diagrams of the words that run today, as files that the gate lets pass."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from tests.reference.blocks import (
    Block,
    Border,
    Call,
    Choice,
    Clock,
    End,
    Fork,
    Loop,
    Row,
    Sheet,
    Task,
    Wait,
    Work,
    properties,
)
from tests.reference.blocks_events import At, EndBy, Event, Gate, Handler, Happening, With
from tests.reference.blocks_flows import Branches, Link
from tests.reference.blocks_scopes import Sub
from tests.reference.net import CODE, NAME
from tests.unit.diagrams import HEAD, text_field

FLOWS = frozenset({
    "link", "split", "unjoined", "some", "gate", "catch", "throw", "conditional", "signal", "message", "on a call",
    "sub", "guarded", "handled",
})  # fmt: skip
"""Blocks and events that the engine of before did not run."""
LAPSING = {"timer": 0.4, "cycle": 0.4, "button": 0.4, "conditional": 0.4, "signal": 0.4, "message": 0.4}
"""Of the events that leave their task open, how many lapse with it."""
TESTS = ("x > 1", "x == 2", "x < 2", "y > 1", "y == 0", "x != y")
WITH_NAMES = {"conditional": "", "signal": NAME, "message": NAME, "error": CODE, "escalation": CODE}
"""What is drawn by what it is called, or by its test."""
DEFINED = {
    "signal": (NAME, "other"),
    "message": (NAME, "other"),
    "error": (CODE, "worse"),
    "escalation": (CODE, "late"),
}
"""What a file defines for its events to refer to."""
KEY, OTHER_KEY = "walked", "other_walked"
PREFIXES = {KEY: "WK", OTHER_KEY: "WL"}
DEEPEST = 6
"""Blocks within blocks."""


@dataclass(frozen=True)
class Drawn:
    """A diagram with the forms that it needs."""

    whole: Block
    key: str = KEY

    @cached_property
    def _sheet(self) -> Sheet:
        sheet = Sheet()
        sheet.add("startEvent", "start", name="立项", camunda_formRef=f"{self.key}_start")
        entry, out = self.whole.draw(sheet)
        self.begin(sheet, entry)
        for key in sheet.periods if out is not None else ():
            meet = sheet.add(
                "serviceTask", f"meet_{key}", properties(operation="meet_deadline", deadline=key), name="办结"
            )
            sheet.connect(str(out), meet)
            out = meet
        if out is not None:
            sheet.add("endEvent", "end", properties(result="done"), name="办结")
            sheet.connect(out, "end")
        return sheet

    def begin(self, sheet: Sheet, entry: str) -> None:
        """The start leads to what is drawn first."""
        sheet.connect("start", entry)

    @cached_property
    def text(self) -> str:
        starters = 'camunda:candidateStarterGroups="town:case_officer"'
        own = properties(number_prefix=PREFIXES[self.key], title="subject", starter="own", parties="own")
        return "\n".join(
            [
                HEAD,
                *(_defined(kind, name) for kind, names in DEFINED.items() for name in names),
                f'<process id="{self.key}" name="走" isExecutable="true" {starters}>',
                own,
                *self._sheet.elements,
                *self._sheet.flows,
                "</process></definitions>",
            ]
        )

    @property
    def forms(self) -> dict[str, list[dict[str, Any]]]:
        """Form id -> components: the start says x and y, each task says what nobody else does."""
        numbers = [{"type": "number", "key": key, "label": key, "validate": {"required": True}} for key in "xy"]
        own = {f"form_{key}": [text_field(f"said_{key}")] for key in self._sheet.tasks}
        return {f"{self.key}_start": [text_field("subject"), *numbers], **own}

    @cached_property
    def pairs(self) -> Counter[tuple[str, str]]:
        """(word around, word within) of every two words of which one stands directly or further within the other."""
        found: Counter[tuple[str, str]] = Counter()

        def look(block: Block, around: tuple[str, ...]) -> None:
            found.update((outer, block.word) for outer in around if block.word != "row")
            inside = around if block.word == "row" else (*around, block.word)
            for border in getattr(block, "borders", ()):
                found.update((outer, border.word) for outer in inside)
                if border.body is not None:
                    look(border.body, (*inside, border.word))
            borders = {id(border.body) for border in getattr(block, "borders", ())}
            for part in block.parts():
                if id(part) not in borders:
                    look(part, inside)

        look(self.whole, ())
        return found


def _defined(kind: str, name: str) -> str:
    code = f' {kind}Code="{name}"' if kind in ("error", "escalation") else ""
    return f'<{kind} id="{Happening(kind, name).reference}" name="{name}"{code} />'


@dataclass(frozen=True)
class Around:
    """Where a block stands."""

    depth: int = 0
    beside: bool = False
    """In the branch of an event whose task stays open."""
    forked: bool = False
    """One of several that run side by side."""
    looped: bool = False
    """In a loop: what goes back may leave nothing running, and what a condition interrupts at once would turn without end."""
    within: bool = False
    """In a sub-process, where no period of the whole case begins."""

    @property
    def joins(self) -> bool:
        """Whether branches that part here have to meet again."""
        return self.forked or self.looped

    def deeper(self, **more: bool) -> Around:
        return replace(self, depth=self.depth + 1, **more)


def _inside(around: Around) -> Around:
    """Within a sub-process: whatever parts there need not meet outside of it."""
    return around.deeper(beside=False, forked=False, within=True)


class Generator:
    """Draws from one seed, always the same. `size` is about how many blocks there will be."""

    def __init__(
        self, seed: int, size: int, left_out: frozenset[str] = frozenset(), lapsing: Mapping[str, float] = LAPSING
    ) -> None:
        self.draw, self.left, self.left_out, self.lapsing = random.Random(seed), size, left_out, lapsing
        self._numbers: Counter[str] = Counter()

    def drawing(self) -> Drawn:
        blocks = [self.block(Around())]
        while self.left > 0:
            blocks.append(self.block(Around()))
        return Drawn(self._with_handlers(Row(tuple(blocks)), Around(), 0.2))

    def block(self, around: Around) -> Block:
        self.left -= 1
        kinds = ["task"] * 4 + ["row"] * 3 + ["work", "work", "wait", "call", "catch", "throw"]
        if self.left > 0 and around.depth < DEEPEST:
            kinds += [
                "choice",
                "choice",
                "fork",
                "fork",
                "loop",
                "link",
                "split",
                "some",
                "gate",
                "sub",
                "guarded",
                "handled",
                *([] if around.joins else ["unjoined"]),
            ]
        allowed = [kind for kind in kinds if kind not in self.left_out]
        return getattr(self, f"_{self.draw.choice(allowed)}")(around.deeper())

    # --- one a word ---

    def _task(self, around: Around) -> Block:
        return Task(self._key("u"), self._borders(around))

    def _borders(self, around: Around) -> tuple[Border, ...]:
        borders = []
        while len(borders) < 3 and around.depth < DEEPEST + 2 and self.draw.random() < 0.45:
            borders.append(self._border(around))
        return tuple(borders)

    def _border(self, around: Around) -> Border:
        events = [
            ("timer", True),
            ("timer", False),
            ("cycle", False),
            ("button", True),
            ("button", False),
            ("button", False),
            ("conditional", False),
            ("signal", True),
            ("signal", False),
            ("message", True),
            ("message", False),
            *([] if around.looped else [("conditional", True)]),
        ]
        kind, interrupts = self.draw.choice([event for event in events if event[0] not in self.left_out])
        if not interrupts:
            return self._aside(kind, around)
        meets = around.forked or self.draw.random() < 0.6
        body = self.block(around) if self.draw.random() < 0.5 else None
        return self._drawn_border(kind, True, body, meets, around.forked)

    def _drawn_border(
        self, kind: str, interrupts: bool, body: Block | None, meets: bool, terminates: bool, lapses: bool = False
    ) -> Border:
        given = (self._key("b"), kind, interrupts, body, meets, terminates, lapses)
        return At(*given, events=(self._happening(kind),)) if kind in WITH_NAMES else Border(*given)

    def _happening(self, kind: str) -> Happening:
        """What is waited for or thrown: a condition, the one of its kind that has a name, a timer or a button."""
        return Happening(kind, self._name(kind))

    def _name(self, kind: str) -> str:
        return self.draw.choice(TESTS) if kind == "conditional" else WITH_NAMES.get(kind, "")

    def _aside(self, kind: str, around: Around) -> Border:
        """What an event opens while its task stays open.

        Behind a timer that comes once the gate lets nothing wait, unless that lapses.
        """
        lapses = self.draw.random() < self.lapsing[kind]
        inner, body = around.deeper(beside=True, forked=False, looped=False), None
        if self.draw.random() < 0.7:
            body = self._something(inner) if kind != "timer" or lapses else self._automatic(inner)
        return self._drawn_border(kind, False, body, False, self.draw.random() < 0.15, lapses)

    def _something(self, around: Around) -> Block:
        """A task or a fork more often than not: there branches meet that were begun at different times."""
        chance = self.draw.random()
        if chance < 0.4:
            return self._task(around.deeper())
        return self._fork(around.deeper()) if chance < 0.6 else self.block(around)

    def _automatic(self, around: Around) -> Block:
        if around.depth < DEEPEST and self.draw.random() < 0.3:
            branches = tuple(self._automatic(around.deeper()) for _ in range(2))
            return Choice(self._key("g"), branches, (self.draw.choice(TESTS),))
        return self._work(around)

    def _work(self, around: Around) -> Block:
        return Work(self._key("v"), self.draw.choice(["serviceTask", "sendTask"]))

    def _wait(self, around: Around) -> Block:
        return Wait(self._key("w"))

    def _catch(self, around: Around) -> Block:
        """Waits until its condition is true, or for the signal or the message."""
        kind = self.draw.choice(("conditional", "signal", "message"))
        return Event(self._key("w"), "intermediateCatchEvent", (self._happening(kind),))

    def _throw(self, around: Around) -> Block:
        kind = self.draw.choice(("signal", "message", "escalation"))
        return Event(self._key("t"), "intermediateThrowEvent", (self._told(kind),))

    def _told(self, kind: str) -> Happening:
        """What is thrown. A message is heard by the case itself."""
        return self._happening(kind)

    def _call(self, around: Around) -> Block:
        return Call(self._key("c"), () if "on a call" in self.left_out else self._borders(around))

    def _row(self, around: Around) -> Block:
        return Row(tuple(self.block(around) for _ in range(2)))

    def _choice(self, around: Around) -> Block:
        branches = [self.block(around) for _ in range(self.draw.choice([2, 2, 3]))]
        if self.draw.random() < 0.15:
            branches[0] = End(self._key("e"), terminates=around.forked)
        return Choice(self._key("g"), tuple(branches), tuple(self.draw.choice(TESTS) for _ in branches[1:]))

    def _fork(self, around: Around) -> Block:
        inner = around.deeper(forked=True)
        branches = tuple(self.block(inner) for _ in range(self.draw.choice([2, 2, 3])))
        has_clock = not (around.beside or around.forked or around.within) and self.draw.random() < 0.4
        return Fork(self._key("p"), branches, self._clock(inner) if has_clock else None)

    def _clock(self, around: Around) -> Clock:
        kinds = [self.draw.choice(["timer", "cycle", "button"]) for _ in range(self.draw.choice([0, 1, 2]))]
        return Clock(self._key("k"), tuple(self._aside(kind, around) for kind in kinds))

    # --- scopes ---

    def _sub(self, around: Around) -> Block:
        return Sub(self._key("S"), self.block(_inside(around)), self._borders(around))

    def _handled(self, around: Around) -> Block:
        inner = _inside(around)
        return Sub(self._key("S"), self._with_handlers(self.block(inner), inner, 1.0), self._borders(around))

    def _guarded(self, around: Around) -> Block:
        """An error or escalation is thrown inside and caught there, on the border, or by both, one after the other."""
        inner, kind = _inside(around), self.draw.choice(("error", "escalation", "escalation"))
        body: Block = Row((self.block(inner), self._thrown(inner, kind)))
        how = self.draw.choice(("border", "border", "inside", "both"))
        if how != "border":
            again = self._thrown(inner, kind) if how == "both" else self.block(inner.deeper())
            interrupts = kind == "error" or self.draw.random() < 0.5
            body = With(body, (Handler(self._key("H"), (self._caught(kind),), interrupts, again),))
        borders = self._borders(around)[:1]
        if how != "inside":
            borders = (self._catching(kind, around), *borders)
        return Sub(self._key("S"), body, borders)

    def _thrown(self, around: Around, kind: str) -> Block:
        """On one of two ways, so that something goes on."""
        ways = (EndBy(self._key("e"), (self._happening(kind),)), self._task(around.deeper()))
        return Choice(self._key("g"), ways, (self.draw.choice(TESTS),))

    def _caught(self, kind: str) -> Happening:
        """By what it is called, or whatever it is called."""
        return Happening(kind, self.draw.choice((CODE, "")))

    def _catching(self, kind: str, around: Around) -> Border:
        if kind == "error" or self.draw.random() < 0.4:
            meets = around.forked or self.draw.random() < 0.6
            body = self.block(around) if self.draw.random() < 0.5 else None
            given = (True, body, meets, around.forked, False)
        else:
            aside = around.deeper(beside=True, forked=False, looped=False)
            given = (False, self._something(aside), False, False, self.draw.random() < 0.5)
        return At(self._key("b"), kind, *given, events=(self._caught(kind),))

    def _with_handlers(self, body: Block, around: Around, chance: float) -> Block:
        """With event sub-processes beside it; each stands in the scope of what it is for."""
        handlers: list[Handler] = []
        while "handled" not in self.left_out and self.draw.random() < chance and len(handlers) < 3:
            kind = self.draw.choice(("timer", "cycle", "button", "conditional", "signal", "message"))
            interrupts = kind != "cycle" and self.draw.random() < 0.5
            inner = Around(around.depth + 1, within=True)
            handlers.append(Handler(self._key("H"), (self._happening(kind),), interrupts, self.block(inner)))
            chance /= 2
        return With(body, tuple(handlers)) if handlers else body

    # --- flows ---

    def _link(self, around: Around) -> Block:
        return Link(self._key("L"), self.draw.choice(TESTS), self.block(around))

    def _split(self, around: Around) -> Block:
        """Several flows out of a task, joined behind; or some of them, of which each path ends alone."""
        if around.joins or self.draw.random() < 0.6:
            inner = around.deeper(forked=True)
            return Branches(self._key("o"), "userTask", "parallelGateway", (self.block(inner), self.block(inner)))
        return self._apart(around, "userTask", (self.draw.choice(TESTS),))

    def _some(self, around: Around) -> Block:
        """Those branches whose condition holds, joined by what waits for them, or each to its own end."""
        inner = around.deeper(forked=True)
        branches = tuple(self.block(inner) for _ in range(self.draw.choice([2, 2, 3])))
        tests = tuple(self.draw.choice(TESTS) for _ in branches[1:])
        is_joined = around.joins or self.draw.random() < 0.6
        splits = self.draw.choice(["inclusiveGateway"] * 3 + ["userTask"]) if is_joined else "inclusiveGateway"
        return Branches(self._key("o"), splits, "inclusiveGateway" if is_joined else "", branches, tests)

    def _gate(self, around: Around) -> Block:
        """Timers, buttons, conditions and signals of which the first to happen is taken."""
        every = ["timer", "button", "message", "conditional", "signal"]
        kinds = [self.draw.choice(every) for _ in range(self.draw.choice([2, 2, 3]))]
        bodies = [self.block(around) if self.draw.random() < 0.6 else None for _ in kinds]
        events = [Event(self._key("w"), "intermediateCatchEvent", (self._happening(kind),)) for kind in kinds]
        return Gate(self._key("G"), tuple(zip(events, bodies, strict=True)))

    def _unjoined(self, around: Around) -> Block:
        return self._apart(around, self.draw.choice(("parallelGateway", "userTask")), ())

    def _apart(self, around: Around, splits: str, tests: tuple[str, ...]) -> Block:
        """Branches that never meet; nothing in them may end everything or ask what another one asks."""
        inner = around.deeper(forked=True)
        return Branches(self._key("o"), splits, "", (self.block(inner), self.block(inner)), tests)

    def _loop(self, around: Around) -> Block:
        """Somebody is waited for in it, so that it never turns by itself."""
        inner = around.deeper(looped=True)
        return Loop(self._key("l"), Row((self._task(inner), self.block(inner))), self.draw.choice(TESTS))

    def _key(self, letter: str) -> str:
        self._numbers[letter] += 1
        return f"{letter}{self._numbers[letter]}"
