"""Blocks that throw and catch: events in the middle of a flow, on borders, at the beginning of event sub-processes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar
from xml.sax.saxutils import escape

from tests.reference.blocks import Block, Border, Ends, Sheet, merged, properties, timer


@dataclass(frozen=True)
class Happening:
    """An event definition. `name` is empty where it says none; a condition says its test there.

    A button is a message without a name, which comes from nobody but whoever presses it.
    """

    kind: str
    name: str = ""
    found_by: str = ""
    """Of a message between cases: the expression whose value both have to give."""

    @property
    def reference(self) -> str:
        """The id of what is defined once in the file."""
        return f"{self.kind}_{self.name}"

    @property
    def drawn(self) -> str:
        if self.kind == "conditional":
            test = f"<condition>{escape(self.name)}</condition>"
            return f"<conditionalEventDefinition>{test}</conditionalEventDefinition>"
        if self.kind in ("timer", "cycle", "twice"):
            text = {"timer": "PT4H", "cycle": "P1D", "twice": "R2/P1D"}[self.kind]
            return timer("timeDuration" if self.kind == "timer" else "timeCycle", text)
        if self.kind == "button":
            return "<messageEventDefinition />"
        reference = f' {self.kind}Ref="{self.reference}"' if self.name else ""
        return f"<{self.kind}EventDefinition{reference} />"


def said_of(events: tuple[Happening, ...], **more: str) -> str:
    """What the gate has to be told: that a message is another case's, and who presses a button."""
    if events[0].kind == "button":
        more |= {"unit": "own", "role": "case_officer"}
    if events[0].kind == "message":
        more |= {"awaits": "message"}
    return found_by(events, more)


def found_by(events: tuple[Happening, ...], more: dict[str, str]) -> str:
    more |= {"correlation": events[0].found_by} if events[0].found_by else {}
    return properties(**more) if more else ""


@dataclass(frozen=True)
class At(Border):
    """An event of any kind on the border of an activity, with one or several definitions."""

    events: tuple[Happening, ...] = ()

    @property
    def word(self) -> str:
        how = "interrupting" if self.interrupts else "lapsing" if self.lapses else "beside"
        return f"border {self.kind} {how}"

    def _happens(self) -> str:
        lapses = {"lapses": "true"} if self.lapses else {}
        return said_of(self.events, **lapses) + "".join(event.drawn for event in self.events)


@dataclass(frozen=True)
class Event(Block):
    """An event in the middle of a flow, or a receive task."""

    key: str
    kind: str
    events: tuple[Happening, ...]

    @property
    def word(self) -> str:  # type: ignore[override]
        return f"{self.kind} {self.events[0].kind if self.events else ''}".strip()

    def draw(self, sheet: Sheet) -> Ends:
        if self.kind in ("receiveTask", "sendTask"):
            return (sheet.add(self.kind, self.key, messageRef=self.events[0].reference),) * 2
        said = said_of(self.events) if self.kind == "intermediateCatchEvent" else found_by(self.events, {})
        drawn = "".join(event.drawn for event in self.events)
        return (sheet.add(self.kind, self.key, said + drawn, name=f"等{self.key}"),) * 2


@dataclass(frozen=True)
class EndBy(Block):
    """The path ends here and throws something."""

    key: str
    events: tuple[Happening, ...]

    @property
    def word(self) -> str:  # type: ignore[override]
        return f"end {self.events[0].kind}"

    def draw(self, sheet: Sheet) -> Ends:
        sheet.add("endEvent", self.key, "".join(event.drawn for event in self.events), name="止")
        return self.key, None


@dataclass(frozen=True)
class Handler(Block):
    """An event sub-process; whoever draws it stands it beside everything else in its scope."""

    key: str
    events: tuple[Happening, ...]
    interrupts: bool
    body: Block

    @property
    def word(self) -> str:  # type: ignore[override]
        return f"handler {self.events[0].kind} {'interrupting' if self.interrupts else 'beside'}"

    def draw(self, sheet: Sheet) -> Ends:
        inner = Sheet()
        entry, out = self.body.draw(inner)
        start = {"isInterrupting": str(self.interrupts).lower()}
        drawn = said_of(self.events) + "".join(event.drawn for event in self.events)
        inner.add("startEvent", f"{self.key}s", drawn, name=f"事{self.key}", **start)
        inner.connect(f"{self.key}s", entry)
        if out is not None:
            inner.end(out, f"{self.key}e", terminates=False)
        sheet.tasks += inner.tasks
        sheet.add("subProcess", self.key, "".join([*inner.elements, *inner.flows]), triggeredByEvent="true")
        return self.key, None

    def parts(self) -> list[Block]:
        return [self.body]

    def smaller(self) -> Iterable[Block]:
        yield from (replace(self, body=body) for body in self.body.smaller())


@dataclass(frozen=True)
class With(Block):
    """A block with event sub-processes beside it in the same scope."""

    word: ClassVar[str] = "row"
    body: Block
    handlers: tuple[Handler, ...]

    def draw(self, sheet: Sheet) -> Ends:
        for handler in self.handlers:
            handler.draw(sheet)
        return self.body.draw(sheet)

    def parts(self) -> list[Block]:
        return [self.body, *self.handlers]

    def smaller(self) -> Iterable[Block]:
        yield self.body
        yield from (replace(self, body=body) for body in self.body.smaller())
        for index, handler in enumerate(self.handlers):
            before, after = self.handlers[:index], self.handlers[index + 1 :]
            yield replace(self, handlers=before + after)
            for one in handler.smaller():
                if isinstance(one, Handler):
                    yield replace(self, handlers=(*before, one, *after))


@dataclass(frozen=True)
class Gate(Block):
    """An event-based gateway: each branch begins with an event, and the first to happen is taken."""

    word: ClassVar[str] = "event-based gateway"
    key: str
    branches: tuple[tuple[Event, Block | None], ...]

    def draw(self, sheet: Sheet) -> Ends:
        sheet.add("eventBasedGateway", self.key)
        outs = []
        for event, body in self.branches:
            entry, out = event.draw(sheet)
            sheet.connect(self.key, entry)
            if body is not None:
                following, last = body.draw(sheet)
                sheet.connect(str(out), following)
                out = last
            outs += [out] if out is not None else []
        return self.key, merged(sheet, f"{self.key}m", outs)

    def parts(self) -> list[Block]:
        return [part for branch in self.branches for part in branch if part is not None]

    def smaller(self) -> Iterable[Block]:
        yield from (body for _, body in self.branches if body is not None)
        for index, (event, body) in enumerate(self.branches):
            before, after = self.branches[:index], self.branches[index + 1 :]
            if len(self.branches) > 1:
                yield replace(self, branches=before + after)
            if body is not None:
                yield from (replace(self, branches=(*before, (event, one), *after)) for one in (None, *body.smaller()))
