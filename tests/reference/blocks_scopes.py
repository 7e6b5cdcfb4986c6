"""Blocks that hold others as BPMN does: sub-processes, with what is attached to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

from tests.reference.blocks import Block, Border, Ends, Sheet, Task, bodies, fewer_borders


@dataclass(frozen=True)
class Times:
    """How often something is done: for each item of a list or so many times, or as long as a test holds.

    `most` is the number of times, empty for the list; `test` the completion condition, or that of a loop.
    """

    how: str
    most: str = ""
    test: str = ""

    @property
    def word(self) -> str:
        return self.how

    @property
    def drawn(self) -> str:
        test = escape(self.test)
        if self.how.startswith("loop"):
            most = f' loopMaximum="{self.most}"' if self.most else ""
            before = str(self.how == LOOP_BEFORE).lower()
            inner = f"<loopCondition>{test}</loopCondition>"
            return f'<standardLoopCharacteristics testBefore="{before}"{most}>{inner}</standardLoopCharacteristics>'
        of = "" if self.most else ' camunda:collection="xs" camunda:elementVariable="item"'
        number = f"<loopCardinality>{self.most}</loopCardinality>" if self.most else ""
        until = f"<completionCondition>{test}</completionCondition>" if self.test else ""
        kind = f'isSequential="{str(self.how == SEQUENTIAL).lower()}"'
        return f"<multiInstanceLoopCharacteristics {kind}{of}>{number}{until}</multiInstanceLoopCharacteristics>"


PARALLEL, SEQUENTIAL, LOOP, LOOP_BEFORE = HOW = ("parallel times", "sequential times", "loop after", "loop before")


@dataclass(frozen=True)
class Repeated(Block):
    """A task of some kind that is done several times."""

    key: str
    kind: str
    times: Times
    borders: tuple[Border, ...] = ()

    @property
    def word(self) -> str:  # type: ignore[override]
        return f"{self.kind} {self.times.how}"

    def draw(self, sheet: Sheet) -> Ends:
        more = {"calledElement": "one_task"} if self.kind == "callActivity" else {}
        sheet.add(self.kind, self.key, self.times.drawn, **more)
        out = self.key
        for border in self.borders:
            out = border.attach(sheet, self.key, out)
        return self.key, out

    def parts(self) -> list[Block]:
        return bodies(self.borders)

    def smaller(self) -> Iterable[Block]:
        yield Task(self.key)
        yield from fewer_borders(self)


START, TWICE, BARE, EMPTY = BEGUN = ("start", "twice", "bare", "empty")


@dataclass(frozen=True)
class Sub(Block):
    """A sub-process; a path of it that is not `closed` ends without an end event.

    `begun` says with what it begins: a start event, two of them, whatever nothing leads to, or nothing at all.
    """

    key: str
    body: Block
    borders: tuple[Border, ...] = ()
    closed: bool = True
    begun: str = START
    times: Times | None = None

    @property
    def word(self) -> str:  # type: ignore[override]
        return f"sub-process {self.times.how}" if self.times else "sub-process"

    def draw(self, sheet: Sheet) -> Ends:
        sheet.add("subProcess", self.key, (self.times.drawn if self.times else "") + self._inside(sheet))
        out = self.key
        for border in self.borders:
            out = border.attach(sheet, self.key, out)
        return self.key, out

    def _inside(self, sheet: Sheet) -> str:
        if self.begun == EMPTY:
            return ""
        inner = Sheet()
        entry, out = self.body.draw(inner)
        if self.begun != BARE:
            inner.add("startEvent", f"{self.key}s")
            inner.connect(f"{self.key}s", entry)
        if self.begun == TWICE:
            inner.add("startEvent", f"{self.key}t")
            inner.add("userTask", f"{self.key}u")
            inner.connect(f"{self.key}t", f"{self.key}u")
        if out is not None and self.closed:
            inner.end(out, f"{self.key}e", terminates=False)
        sheet.tasks += inner.tasks
        sheet.periods += inner.periods
        return "".join([*inner.elements, *inner.flows])

    def parts(self) -> list[Block]:
        return [self.body, *bodies(self.borders)]

    def smaller(self) -> Iterable[Block]:
        yield self.body
        if self.begun != START:
            yield replace(self, begun=START)
        if self.times is not None:
            yield replace(self, times=None)
        yield from (replace(self, body=body) for body in self.body.smaller())
        yield from fewer_borders(self)
