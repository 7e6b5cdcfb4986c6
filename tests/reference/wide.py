"""Random diagrams of all words that the engine runs, also of those that the gate does not let pass yet."""

from __future__ import annotations

from dataclasses import dataclass

from tests.reference.blocks import Block, Border, Row
from tests.reference.blocks_events import At, EndBy, Event, Gate, Handler, Happening, With
from tests.reference.blocks_flows import Across, Branches, Late, Link
from tests.reference.blocks_scopes import BEGUN, HOW, Repeated, Sub, Times
from tests.reference.generator import DEEPEST, TESTS, Around, Drawn, Generator
from tests.reference.net import CODE, NAME

UNTIL = (
    "", "", "nrOfCompletedInstances >= 2", "nrOfCompletedInstances * 2 > nrOfInstances", "nrOfActiveInstances < 2",
    "loopCounter == 1", "x == 2",
)  # fmt: skip
"""Completion conditions."""
SMALL = ["task"] * 4 + ["row"] * 5 + ["work"] * 4 + ["wait", "call", "catch", "catch", "throw", "throw", "end_by"]
LARGE = (
    ["choice", "fork", "loop"] + ["sub"] * 3 + ["several"] * 3 + ["repeated"] * 6 + ["handled"] * 2 + ["guarded"] * 3
    + ["gate"] * 2 + ["branches"] * 4 + ["link", "across", "late"]
)  # fmt: skip


@dataclass(frozen=True)
class Wide(Drawn):
    """A drawing of all words."""


class WideGenerator(Generator):
    """Draws from one seed, always the same. What the gate asks for beyond what runs is not looked after."""

    def __init__(self, seed: int, size: int) -> None:
        super().__init__(seed, size)

    def drawing(self) -> Wide:
        blocks = [self.block(Around())]
        while self.left > 0:
            blocks.append(self.block(Around()))
        return Wide(self._with_handlers(Row(tuple(blocks)), Around(), 0.3))

    def block(self, around: Around) -> Block:
        self.left -= 1
        kinds = SMALL + (LARGE if self.left > 0 and around.depth < DEEPEST else [])
        return getattr(self, f"_{self.draw.choice(kinds)}")(around.deeper())

    # --- scopes and what is done several times ---

    def _sub(self, around: Around) -> Block:
        begun = self.draw.choices(BEGUN, (12, 2, 2, 1))[0]
        return Sub(self._key("S"), self._inside(around), self._borders(around), self.draw.random() < 0.6, begun)

    def _several(self, around: Around) -> Block:
        return Sub(self._key("S"), self._inside(around), self._borders(around), times=self._times())

    def _inside(self, around: Around) -> Block:
        """Often with branches side by side, of which each time has its own."""
        inner = around.deeper(beside=False, forked=False)
        body = self._fork(inner) if self.draw.random() < 0.3 else self.block(inner)
        return self._with_handlers(body, inner, 0.25)

    def _repeated(self, around: Around) -> Block:
        kind = self.draw.choice(["userTask", "serviceTask", "callActivity", "receiveTask"])
        return Repeated(self._key("n"), kind, self._times(), self._borders(around))

    def _times(self) -> Times:
        how = self.draw.choice(HOW)
        if how.startswith("loop"):
            return Times(how, self.draw.choice(["", "2", "3"]), self.draw.choice(TESTS))
        return Times(how, self.draw.choice(["", "", "0", "1", "3"]), self.draw.choice(UNTIL))

    # --- events ---

    def _borders(self, around: Around) -> tuple[Border, ...]:
        borders = []
        while len(borders) < 3 and around.depth < DEEPEST + 2 and self.draw.random() < 0.45:
            borders.append(self._border(around))
        return tuple(borders)

    def _border(self, around: Around) -> Border:
        if self.draw.random() < 0.4:
            return super()._border(around)
        first = self._caught(
            ("error", "error", "escalation", "escalation", "signal", "message", "conditional", "twice")
        )
        interrupts = first.kind == "error" or (first.kind != "twice" and self.draw.random() < 0.5)
        more = [self._caught(("timer", "signal"))] if first.kind != "error" and self.draw.random() < 0.15 else []
        body = self.block(around) if self.draw.random() < 0.6 else None
        lapses = not interrupts and self.draw.random() < 0.2
        meets = interrupts and self.draw.random() < 0.5
        return At(self._key("b"), first.kind, interrupts, body, meets, lapses=lapses, events=(first, *more))

    def _automatic(self, around: Around) -> Block:
        """Behind a timer anything may stand: what the gate says of it is not looked after here."""
        return self._something(around)

    def _caught(self, kinds: tuple[str, ...]) -> Happening:
        kind = self.draw.choice(kinds)
        name = {
            "error": ("", CODE, CODE, "worse"), "escalation": ("", CODE, "late"), "signal": (NAME, NAME, "other"),
            "message": (NAME, NAME, "other"), "conditional": TESTS,
        }.get(kind, ("",))  # fmt: skip
        return Happening(kind, self.draw.choice(name))

    def _thrown(self, kinds: tuple[str, ...]) -> Happening:
        kind = self.draw.choice(kinds)
        name = {"error": (CODE, CODE, "worse"), "escalation": (CODE, "late", "")}.get(kind, (NAME, "other"))
        return Happening(kind, self.draw.choice(name))

    def _catch(self, around: Around) -> Block:
        if self.draw.random() < 0.3:
            return Event(self._key("r"), "receiveTask", (self._caught(("message",)),))
        first = self._caught(("signal", "message", "conditional", "timer"))
        more = (self._caught(("timer", "signal")),) if self.draw.random() < 0.15 else ()
        return Event(self._key("w"), "intermediateCatchEvent", (first, *more))

    def _throw(self, around: Around) -> Block:
        if self.draw.random() < 0.2:
            return Event(self._key("t"), "sendTask", (self._thrown(("message",)),))
        first = self._thrown(("escalation", "signal", "signal", "message"))
        more = (self._thrown(("escalation", "signal")),) if self.draw.random() < 0.15 else ()
        return Event(self._key("t"), "intermediateThrowEvent", (first, *more))

    def _end_by(self, around: Around, thrown: str = "") -> Block:
        """On one of two ways, so that something goes on."""
        event = self._thrown((thrown,) if thrown else ("error", "error", "escalation", "signal", "message"))
        if not thrown and self.draw.random() < 0.2:
            event = Happening("terminate")
        return Branches(
            self._key("g"),
            "exclusiveGateway",
            "",
            (self._task(around), EndBy(self._key("e"), (event,))),
            (self._test(),),
        )

    def _test(self) -> str:
        return self.draw.choice(TESTS)

    def _handled(self, around: Around) -> Block:
        inner = around.deeper(beside=False, forked=False)
        return Sub(self._key("S"), self._with_handlers(self.block(inner), inner, 1.0), self._borders(around))

    def _guarded(self, around: Around) -> Block:
        """Something is thrown inside, and caught in the scope, on its border, or both, by its name or by any."""
        inner = around.deeper(beside=False, forked=False)
        kind = self.draw.choice(("error", "error", "escalation"))
        body: Block = Row((self.block(inner), self._end_by(inner, kind)))
        if self.draw.random() < 0.6:
            thrown = self._end_by(inner, kind) if self.draw.random() < 0.8 else self.block(inner)
            stops = [kind == "error"] * 2
            names = self.draw.sample((CODE, "", "late"), 2)
            bodies = (thrown, self._task(inner))
            handlers = tuple(
                Handler(self._key("H"), (Happening(kind, name),), stop, one)
                for name, stop, one in zip(names, stops, bodies, strict=True)
            )
            body = With(body, handlers[: self.draw.choice((1, 2))])
        names = self.draw.sample((CODE, "", "worse"), 2)
        borders = tuple(
            At(self._key("b"), kind, True, self._task(around), events=(Happening(kind, name),)) for name in names
        )
        return Sub(self._key("S"), body, borders)

    def _with_handlers(self, body: Block, around: Around, chance: float) -> Block:
        handlers = []
        while self.draw.random() < chance and len(handlers) < 3:
            first = self._caught(("error", "error", "escalation", "signal", "message", "timer", "conditional", "twice"))
            interrupts = first.kind == "error" or self.draw.random() < 0.5
            inner = around.deeper()
            body_of = self._end_by(inner) if self.draw.random() < 0.3 else self.block(inner)
            handlers.append(Handler(self._key("H"), (first,), interrupts, body_of))
            chance /= 2
        return With(body, tuple(handlers)) if handlers else body

    def _gate(self, around: Around) -> Block:
        branches = []
        for _ in range(self.draw.choice((2, 2, 3))):
            event = self._caught(("timer", "message", "signal", "conditional"))
            kind = "receiveTask" if event.kind == "message" and self.draw.random() < 0.3 else "intermediateCatchEvent"
            body = self.block(around) if self.draw.random() < 0.6 else None
            branches.append((Event(self._key("w"), kind, (event,)), body))
        return Gate(self._key("G"), tuple(branches))

    # --- flows ---

    def _branches(self, around: Around) -> Block:
        some = self.draw.random() < 0.6
        splits = self.draw.choice(["inclusiveGateway"] * 2 + ["userTask"] if some else ["parallelGateway", "userTask"])
        meets = ["inclusiveGateway"] * 2 + ["exclusiveGateway", "userTask", ""] + ([] if some else ["parallelGateway"])
        inner = around.deeper(forked=True)
        branches = tuple(self.block(inner) for _ in range(self.draw.choice((2, 2, 3))))
        tests = tuple(self._test() for _ in branches[1:]) if some else ()
        return Branches(self._key("o"), splits, self.draw.choice(meets), branches, tests)

    def _link(self, around: Around) -> Block:
        return Link(self._key("L"), self._test(), self.block(around))

    def _across(self, around: Around) -> Block:
        inner = around.deeper(forked=True)
        first, second, third = (self._task(inner) for _ in range(3))
        return Across(self._key("x"), first, second, third, self._test())

    def _late(self, around: Around) -> Block:
        return Late(self._key("y"), self.draw.random() < 0.5)
