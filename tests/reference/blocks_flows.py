"""Blocks in which flows do the work of gateways: inclusive ones, implicit splits and merges, links, branches never joined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tests.reference.blocks import Block, Ends, Sheet, merged, one_less, one_smaller, task, timer


@dataclass(frozen=True)
class Branches(Block):
    """Branches that begin at one element and meet in another.

    `splits` is the kind of the first, a task or a gateway; `meets` that of the last, none when the branches are never joined.
    The tests are those of all branches but the first, which is the default one; without tests all branches are taken.
    """

    key: str
    splits: str
    meets: str
    branches: tuple[Block, ...]
    tests: tuple[str, ...] = ()

    @property
    def word(self) -> str:  # type: ignore[override]
        return f"{self.splits} {'some' if self.tests else 'all'} {self.meets}".strip()

    def draw(self, sheet: Sheet) -> Ends:
        ends = [branch.draw(sheet) for branch in self.branches]
        more = {"default": f"{self.key}__{ends[0][0]}"} if self.tests else {}
        if self.splits == "userTask":
            sheet.tasks.append(self.key)
            more |= task(self.key)
        if self.splits == "inclusiveGateway":
            more |= {"name": f"{self.key}？"}
        sheet.add(self.splits, self.key, **more)
        for number, (entry, _) in enumerate(ends):
            sheet.connect(self.key, entry, self.tests[number - 1] if self.tests and number else "")
        outs = [out for _, out in ends if out is not None]
        if not self.meets:
            return self.key, outs[0] if outs else None
        return self.key, merged(sheet, f"{self.key}j", outs, self.meets)

    def parts(self) -> list[Block]:
        return list(self.branches)

    def smaller(self) -> Iterable[Block]:
        yield from self.branches
        if len(self.branches) > 1 and not self.tests:
            yield from (replace(self, branches=branches) for branches in one_less(self.branches))
        if len(self.branches) > 2 and self.tests:
            yield replace(self, branches=self.branches[:-1], tests=self.tests[:-1])
        yield from (replace(self, branches=branches) for branches in one_smaller(self.branches))


@dataclass(frozen=True)
class Link(Block):
    """Two ways that throw the same link, and what follows where it is caught."""

    word = "link"
    key: str
    test: str
    body: Block

    def draw(self, sheet: Sheet) -> Ends:
        link = f'<linkEventDefinition name="{self.key}" />'
        sheet.add("exclusiveGateway", self.key, name=f"{self.key}？", default=f"{self.key}__{self.key}a")
        for letter, test in (("a", ""), ("b", self.test)):
            sheet.add("intermediateThrowEvent", f"{self.key}{letter}", link)
            sheet.connect(self.key, f"{self.key}{letter}", test)
        sheet.add("intermediateCatchEvent", f"{self.key}c", link)
        entry, out = self.body.draw(sheet)
        sheet.connect(f"{self.key}c", entry)
        return self.key, out

    def parts(self) -> list[Block]:
        return [self.body]

    def smaller(self) -> Iterable[Block]:
        yield self.body
        yield from (replace(self, body=body) for body in self.body.smaller())


@dataclass(frozen=True)
class Across(Block):
    """Not in blocks: of two branches the one may lead into the middle of the other, and both into an inclusive gateway."""

    word = "across"
    key: str
    first: Block
    second: Block
    third: Block
    test: str

    def draw(self, sheet: Sheet) -> Ends:
        fork, choice, merge, join = (f"{self.key}{letter}" for letter in "pgmo")
        for key, kind in ((fork, "parallel"), (choice, "exclusive"), (merge, "exclusive"), (join, "inclusive")):
            more = {"default": f"{choice}__{join}"} if key == choice else {}
            sheet.add(f"{kind}Gateway", key, **more)
        (a, a_out), (b, b_out), (c, c_out) = (block.draw(sheet) for block in (self.first, self.second, self.third))
        flows = [(fork, a), (fork, b), (a_out, choice), (choice, join), (b_out, merge), (merge, c), (c_out, join)]
        for source, target in flows:
            if source is not None:
                sheet.connect(source, target)
        sheet.connect(choice, merge, self.test)
        return fork, join

    def parts(self) -> list[Block]:
        return [self.first, self.second, self.third]

    def smaller(self) -> Iterable[Block]:
        yield from self.parts()
        yield from (replace(self, first=block) for block in self.first.smaller())
        yield from (replace(self, second=block) for block in self.second.smaller())
        yield from (replace(self, third=block) for block in self.third.smaller())


@dataclass(frozen=True)
class Late(Block):
    """An event on the border of one branch leads into the inclusive gateway where the other one comes; its own way ends alone."""

    word = "late"
    key: str
    cancels: bool

    def draw(self, sheet: Sheet) -> Ends:
        fork, one, other, event, join = (f"{self.key}{letter}" for letter in "pabto")
        sheet.add("parallelGateway", fork)
        sheet.add("userTask", one)
        sheet.add("userTask", other)
        sheet.add("inclusiveGateway", join)
        cancels = str(self.cancels).lower()
        sheet.add("boundaryEvent", event, timer("timeDuration", "PT4H"), attachedToRef=one, cancelActivity=cancels)
        for source, target in ((fork, one), (fork, other), (event, join), (other, join)):
            sheet.connect(source, target)
        return fork, join
