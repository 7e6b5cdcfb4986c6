"""The words of the language as a generator draws them: one class a word, put together in blocks within blocks.

A block draws itself onto a sheet between the way that leads into it and the way that leads out of it; a way out of None says
that the path ends inside. Every block keeps its own ids, so that a drawing from which parts are taken away still speaks of the
same elements, and a history can be played on it again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar
from xml.sax.saxutils import escape, quoteattr

Ends = tuple[str, str | None]
"""The element that a block begins with, and the one that it ends with."""


class Sheet:
    """The drawing as it grows: elements and flows, in the order in which they are written into the file."""

    def __init__(self) -> None:
        self.elements: list[str] = []
        self.flows: list[str] = []
        self.tasks: list[str] = []
        """User tasks, each of which needs a form."""
        self.periods: list[str] = []
        """Keys of periods, each of which something has to meet."""

    def add(self, kind: str, key: str, inner: str = "", **attributes: str) -> str:
        given = "".join(f" {name.replace('_', ':')}={quoteattr(value)}" for name, value in attributes.items())
        self.elements.append(f'<{kind} id="{key}"{given}>{inner}</{kind}>')
        return key

    def connect(self, source: str, target: str, condition: str = "") -> str:
        """The id of the flow."""
        key = f"{source}__{target}"
        inner = f"<conditionExpression>{escape(condition)}</conditionExpression>" if condition else ""
        self.flows.append(f'<sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>')
        return key

    def end(self, source: str, key: str, terminates: bool) -> None:
        """The path ends here, alone or with everything."""
        self.add("endEvent", key, "<terminateEventDefinition />" if terminates else "", name="止")
        self.connect(source, key)


def properties(**values: str) -> str:
    rows = "".join(
        f"<camunda:property name={quoteattr(name)} value={quoteattr(value)} />" for name, value in values.items()
    )
    return f"<extensionElements><camunda:properties>{rows}</camunda:properties></extensionElements>"


class Block(ABC):
    """Something between a way in and a way out."""

    word: ClassVar[str]

    @abstractmethod
    def draw(self, sheet: Sheet) -> Ends:
        """The elements and flows are on the sheet."""

    def parts(self) -> list[Block]:
        """The blocks within, in order."""
        return []

    def smaller(self) -> Iterable[Block]:
        """What may stand in its place when a failing drawing is made small: each has fewer elements."""
        return ()


@dataclass(frozen=True)
class Task(Block):
    """A user task, with events on its border."""

    word: ClassVar[str] = "user task"
    key: str
    borders: tuple[Border, ...] = ()

    def draw(self, sheet: Sheet) -> Ends:
        sheet.tasks.append(self.key)
        sheet.add("userTask", self.key, **task(self.key))
        out = self.key
        for border in self.borders:
            out = border.attach(sheet, self.key, out)
        return self.key, out

    def parts(self) -> list[Block]:
        return bodies(self.borders)

    def smaller(self) -> Iterable[Block]:
        yield from bodies(self.borders)
        yield from fewer_borders(self)


@dataclass(frozen=True)
class Work(Block):
    """A service or send task. It says no fact: in which order branches side by side are worked is nobody's promise."""

    word: ClassVar[str] = "service task"
    key: str
    kind: str = "serviceTask"

    def draw(self, sheet: Sheet) -> Ends:
        return (sheet.add(self.kind, self.key, properties(operation="record"), name=f"记{self.key}"),) * 2


@dataclass(frozen=True)
class Wait(Block):
    """A timer in the middle of a flow."""

    word: ClassVar[str] = "catch event"
    key: str

    def draw(self, sheet: Sheet) -> Ends:
        return (sheet.add("intermediateCatchEvent", self.key, timer("timeDuration", "PT2H"), name=f"等{self.key}"),) * 2


@dataclass(frozen=True)
class Call(Block):
    """Another procedure is called, with events on its border."""

    word: ClassVar[str] = "call activity"
    key: str
    borders: tuple[Border, ...] = ()

    def draw(self, sheet: Sheet) -> Ends:
        handed = "".join(
            f'<camunda:in source="{name}" target="{target}" />'
            for name, target in (("subject", "subject"), ("own", "own_unit"))
        )
        sheet.add(
            "callActivity",
            self.key,
            f"<extensionElements>{handed}</extensionElements>",
            name=f"另办{self.key}",
            calledElement="one_task",
        )
        out = self.key
        for border in self.borders:
            out = border.attach(sheet, self.key, out)
        return self.key, out

    def parts(self) -> list[Block]:
        return bodies(self.borders)

    def smaller(self) -> Iterable[Block]:
        yield from bodies(self.borders)
        yield from fewer_borders(self)


@dataclass(frozen=True)
class Row(Block):
    """One after the other; what comes after a block whose path ends inside is not drawn."""

    word: ClassVar[str] = "row"
    blocks: tuple[Block, ...]

    def draw(self, sheet: Sheet) -> Ends:
        first, out = self.blocks[0].draw(sheet)
        for block in self.blocks[1:]:
            if out is None:
                break
            entry, following = block.draw(sheet)
            sheet.connect(out, entry)
            out = following
        return first, out

    def parts(self) -> list[Block]:
        return list(self.blocks)

    def smaller(self) -> Iterable[Block]:
        yield from self.blocks
        for index, block in enumerate(self.blocks):
            before, after = self.blocks[:index], self.blocks[index + 1 :]
            if len(self.blocks) > 1:
                yield Row(before + after)
            yield from (Row((*before, one, *after)) for one in block.smaller())


@dataclass(frozen=True)
class Choice(Block):
    """An exclusive gateway and the merge behind it; `tests` are the conditions of all branches but the default one."""

    word: ClassVar[str] = "exclusive gateway"
    key: str
    branches: tuple[Block, ...]
    tests: tuple[str, ...]

    def draw(self, sheet: Sheet) -> Ends:
        ends = [branch.draw(sheet) for branch in self.branches]
        default = f"{self.key}__{ends[-1][0]}"
        sheet.add("exclusiveGateway", self.key, name=f"{self.key}？", default=default)
        for (entry, _), test in zip(ends, (*self.tests, ""), strict=True):
            sheet.connect(self.key, entry, test)
        return self.key, merged(sheet, f"{self.key}m", [out for _, out in ends if out is not None])

    def parts(self) -> list[Block]:
        return list(self.branches)

    def smaller(self) -> Iterable[Block]:
        yield from self.branches
        if len(self.branches) > 2:
            yield replace(self, branches=self.branches[1:], tests=self.tests[1:])
        yield from (replace(self, branches=branches) for branches in one_smaller(self.branches))


@dataclass(frozen=True)
class Fork(Block):
    """Branches side by side, joined behind; a clock may stand beside them, on a branch that ends alone."""

    word: ClassVar[str] = "parallel gateway"
    key: str
    branches: tuple[Block, ...]
    clock: Clock | None = None

    def draw(self, sheet: Sheet) -> Ends:
        ends = [branch.draw(sheet) for branch in self.branches]
        sheet.add("parallelGateway", self.key)
        for entry, _ in ends:
            sheet.connect(self.key, entry)
        if self.clock is not None:
            sheet.connect(self.key, self.clock.draw(sheet)[0])
        out = [source for _, source in ends if source is not None]
        return self.key, merged(sheet, f"{self.key}j", out, "parallelGateway")

    def parts(self) -> list[Block]:
        return [*self.branches, *([self.clock] if self.clock else [])]

    def smaller(self) -> Iterable[Block]:
        yield from self.branches
        if self.clock is not None:
            yield replace(self, clock=None)
            yield from (replace(self, clock=clock) for clock in self.clock.smaller() if isinstance(clock, Clock))
        if len(self.branches) > (1 if self.clock else 2):
            yield from (replace(self, branches=branches) for branches in one_less(self.branches))
        yield from (replace(self, branches=branches) for branches in one_smaller(self.branches))


@dataclass(frozen=True)
class Clock(Block):
    """A receive task that carries a period, and whatever else is on its border."""

    word: ClassVar[str] = "receive task"
    key: str
    borders: tuple[Border, ...] = ()

    def draw(self, sheet: Sheet) -> Ends:
        sheet.add("receiveTask", self.key, name=f"限{self.key}")
        period = {"deadline": f"period_{self.key}", "rule": "R55", "basis": "三日内办", "hard": "true", "unit": "own"}
        inner = properties(**period) + timer("timeDuration", "P3D")
        due = {"name": "届满", "attachedToRef": self.key, "cancelActivity": "false"}
        sheet.periods.append(period["deadline"])
        sheet.add("boundaryEvent", f"{self.key}d", inner, **due)
        sheet.end(f"{self.key}d", f"{self.key}de", terminates=False)
        for border in self.borders:
            border.attach(sheet, self.key, None)
        sheet.end(self.key, f"{self.key}e", terminates=False)
        return self.key, None

    def parts(self) -> list[Block]:
        return bodies(self.borders)

    def smaller(self) -> Iterable[Block]:
        yield from fewer_borders(self)


@dataclass(frozen=True)
class Loop(Block):
    """Once more while the condition holds."""

    word: ClassVar[str] = "loop"
    key: str
    body: Block
    test: str

    def draw(self, sheet: Sheet) -> Ends:
        entry, out = self.body.draw(sheet)
        if out is None:
            return entry, None
        merge, choice, on = f"{self.key}m", f"{self.key}g", f"{self.key}x"
        sheet.add("exclusiveGateway", merge)
        sheet.connect(merge, entry)
        sheet.add("exclusiveGateway", choice, name="再来？", default=f"{choice}__{on}")
        sheet.connect(out, choice)
        sheet.connect(choice, merge, self.test)
        sheet.add("exclusiveGateway", on)
        sheet.connect(choice, on)
        return merge, on

    def parts(self) -> list[Block]:
        return [self.body]

    def smaller(self) -> Iterable[Block]:
        yield self.body
        yield from (replace(self, body=body) for body in self.body.smaller())


@dataclass(frozen=True)
class End(Block):
    """The path ends here; where others run beside it, with everything."""

    word: ClassVar[str] = "end event"
    key: str
    terminates: bool

    def draw(self, sheet: Sheet) -> Ends:
        sheet.add("endEvent", self.key, "<terminateEventDefinition />" if self.terminates else "", name="止")
        return self.key, None


@dataclass(frozen=True)
class Border:
    """An event on the border of a task. `kind`: timer, cycle or button.

    One that interrupts and `meets` the main path leads back into it behind the task.
    """

    key: str
    kind: str
    interrupts: bool
    body: Block | None = None
    meets: bool = False
    terminates: bool = False
    lapses: bool = False

    @property
    def word(self) -> str:
        how = "interrupting" if self.interrupts else "lapsing" if self.lapses else "beside"
        return f"{self.kind} {how}"

    def attach(self, sheet: Sheet, host: str, out: str | None) -> str:
        """The way out of the task, with whatever leads into it from here."""
        more = {"name": f"事{self.key}", "attachedToRef": host, "cancelActivity": str(self.interrupts).lower()}
        sheet.add("boundaryEvent", self.key, self._happens(), **more)
        last: str | None = self.key
        if self.body is not None:
            entry, last = self.body.draw(sheet)
            sheet.connect(self.key, entry)
        if last is not None and self.meets and out is not None:
            return merged(sheet, f"{self.key}m", [out, last]) or out
        if last is not None:
            sheet.end(last, f"{self.key}e", self.terminates)
        return out or host

    def _happens(self) -> str:
        lapses = {"lapses": "true"} if self.lapses else {}
        if self.kind == "button":
            return properties(unit="own", role="case_officer", **lapses) + "<messageEventDefinition />"
        happens = timer("timeCycle", "P1D") if self.kind == "cycle" else timer("timeDuration", "PT4H")
        return (properties(**lapses) if lapses else "") + happens


def task(key: str) -> dict[str, str]:
    """What a user task says of itself."""
    form = {"camunda_formRef": f"form_{key}", "camunda_candidateGroups": "own:case_officer"}
    return {"name": f"办{key}", **form}


def timer(kind: str, text: str) -> str:
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


def merged(sheet: Sheet, key: str, sources: list[str], kind: str = "exclusiveGateway") -> str | None:
    """Where these ways meet; None when there is none, and the way itself when there is only one."""
    if len(sources) < 2:
        return sources[0] if sources else None
    sheet.add(kind, key)
    for source in sources:
        sheet.connect(source, key)
    return key


def one_less(blocks: tuple[Block, ...]) -> Iterable[tuple[Block, ...]]:
    return (blocks[:index] + blocks[index + 1 :] for index in range(len(blocks)))


def one_smaller(blocks: tuple[Block, ...]) -> Iterable[tuple[Block, ...]]:
    for index, block in enumerate(blocks):
        yield from ((*blocks[:index], one, *blocks[index + 1 :]) for one in block.smaller())


def bodies(borders: tuple[Border, ...]) -> list[Block]:
    """What stands behind the events."""
    return [border.body for border in borders if border.body is not None]


def fewer_borders(block: Block) -> Iterable[Block]:
    """The block with one of its events less, or with less behind it."""
    borders: tuple[Border, ...] = block.borders  # type: ignore[attr-defined]
    for index, border in enumerate(borders):
        before, after = borders[:index], borders[index + 1 :]
        yield replace(block, borders=before + after)  # type: ignore[call-arg]
        if border.body is not None:
            for body in (None, *border.body.smaller()):
                yield replace(block, borders=(*before, replace(border, body=body), *after))  # type: ignore[call-arg]
