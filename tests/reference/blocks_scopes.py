"""Blocks that hold others as BPMN does: sub-processes, with what is attached to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from tests.reference.blocks import Block, Border, Ends, Sheet

START, TWICE, BARE, EMPTY = BEGUN = ("start", "twice", "bare", "empty")


@dataclass(frozen=True)
class Sub(Block):
    """A sub-process; a path of it that is not `closed` ends without an end event.

    `begun` says with what it begins: a start event, two of them, whatever nothing leads to, or nothing at all.
    """

    word: ClassVar[str] = "sub-process"
    key: str
    body: Block
    borders: tuple[Border, ...] = ()
    closed: bool = True
    begun: str = START

    def draw(self, sheet: Sheet) -> Ends:
        sheet.add("subProcess", self.key, self._inside(sheet))
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
        return [self.body, *(border.body for border in self.borders if border.body is not None)]

    def smaller(self) -> Iterable[Block]:
        yield self.body
        if self.begun != START:
            yield replace(self, begun=START)
        yield from (replace(self, body=body) for body in self.body.smaller())
        yield from fewer_borders(self)


def fewer_borders(block: Block) -> Iterable[Block]:
    """The block with one of its events less, or with less behind it."""
    borders: tuple[Border, ...] = block.borders  # type: ignore[attr-defined]
    for index, border in enumerate(borders):
        before, after = borders[:index], borders[index + 1 :]
        yield replace(block, borders=before + after)  # type: ignore[call-arg]
        if border.body is not None:
            for body in (None, *border.body.smaller()):
                yield replace(block, borders=(*before, replace(border, body=body), *after))  # type: ignore[call-arg]
