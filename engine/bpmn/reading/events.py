"""When an event happens: its definitions as they are drawn, with the names that they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.reading.called import BPMN

ERROR, ESCALATION, MESSAGE, SIGNAL, LINK = "error", "escalation", "message", "signal", "link"
CONDITIONAL, TIMER, TERMINATE = "conditional", "timer", "terminate"
_DEFINITION = "EventDefinition"
_NAMED_BY = {ERROR: "errorCode", ESCALATION: "escalationCode", MESSAGE: "name", SIGNAL: "name"}
"""Kind -> the attribute of what it refers to by which those that throw and those that catch find each other."""
_COMES_AGAIN = (MESSAGE, SIGNAL, CONDITIONAL, ESCALATION)
_TIMES = re.compile(r"\s*R(\d{0,4})/(P[^/]*?)\s*")


@dataclass(frozen=True)
class TimerText:
    """`kind` is date, duration or cycle; `text` is an ISO literal or an expression."""

    kind: str
    text: str
    times: int | None = None
    """How often a cycle such as R3/PT1H comes, whose text is PT1H; None when it comes without end."""

    @property
    def written(self) -> str:
        """As it reads in the diagram."""
        return self.text if self.times is None else f"R{self.times}/{self.text}"


@dataclass(frozen=True)
class EventDefinition:
    """One reason for which an event happens, or one thing that it throws.

    `name` is by which those that throw and those that catch find each other: the code of an error or escalation, the name of a
    message, signal or link; empty when none is given, which for an error or escalation that is caught means any.
    """

    kind: str
    name: str = ""
    timer: TimerText | None = None
    condition: str = ""

    @property
    def comes_again(self) -> bool:
        """Whether it may happen again while what it is attached to goes on."""
        return self.kind in _COMES_AGAIN or (self.timer is not None and self.timer.kind == "cycle")

    def catches(self, kind: str, name: str) -> bool:
        """Whether this is what has been thrown. Only an error or escalation is caught without its name."""
        any_name = kind in (ERROR, ESCALATION) and not self.name
        return self.kind == kind and (any_name or self.name == name != "")


def event_definitions(node: etree._Element, known: Mapping[str, etree._Element]) -> tuple[EventDefinition, ...]:
    """The definitions of an event, or the message that a send task throws or a receive task waits for, in the order of the file.

    `known` is what stands beside the processes in the file, by its id: messages, errors, definitions that events share.
    """
    if node.tag in (f"{BPMN}receiveTask", f"{BPMN}sendTask"):
        name = _named(MESSAGE, node.get("messageRef"), known)
        return (EventDefinition(MESSAGE, name),) if node.get("messageRef") else ()
    return tuple(_definition(found, known) for found in _definition_nodes(node, known))


def _definition_nodes(node: etree._Element, known: Mapping[str, etree._Element]) -> Iterator[etree._Element]:
    for child in node:
        name = _local(child)
        if name == "eventDefinitionRef":
            found = known.get(_reference(child.text))
            if found is not None and _local(found).endswith(_DEFINITION):
                yield found
        elif name.endswith(_DEFINITION):
            yield child


def _definition(node: etree._Element, known: Mapping[str, etree._Element]) -> EventDefinition:
    kind = _local(node).removesuffix(_DEFINITION)
    if kind == LINK:
        return EventDefinition(kind, node.get("name", "").strip())
    if kind == CONDITIONAL:
        return EventDefinition(kind, condition=(node.findtext(f"{BPMN}condition") or "").strip())
    if kind == TIMER:
        return EventDefinition(kind, timer=_timer(node))
    return EventDefinition(kind, _named(kind, node.get(f"{kind}Ref"), known))


def _named(kind: str, reference: str | None, known: Mapping[str, etree._Element]) -> str:
    """By what the reference is found; what is defined nowhere is found by the reference itself."""
    key = _reference(reference)
    found = known.get(key)
    if found is None or kind not in _NAMED_BY:
        return key
    return found.get(_NAMED_BY[kind], "").strip() or found.get("name", "").strip() or key


def _reference(text: str | None) -> str:
    """The id that a qualified name such as tns:told speaks of."""
    return (text or "").strip().rpartition(":")[2]


def _timer(definition: etree._Element) -> TimerText:
    for kind, tag in (("date", "timeDate"), ("duration", "timeDuration"), ("cycle", "timeCycle")):
        found = definition.find(f"{BPMN}{tag}")
        if found is not None:
            text = (found.text or "").strip()
            return TimerText(kind, text) if kind != "cycle" or _begins_cases(definition) else _repeated(kind, text)
    return TimerText("date", "")


def _begins_cases(definition: etree._Element) -> bool:
    """Whether it stands at the start of a process, where a cycle is counted from one case to the next."""
    event = definition.getparent()
    around = event.getparent() if event is not None and _local(event) == "startEvent" else None
    return around is not None and _local(around) == "process"


def _repeated(kind: str, text: str) -> TimerText:
    """An interval that is written with how often it comes; none comes no times."""
    found = _TIMES.fullmatch(text)
    if found is None or (found[1] and not int(found[1])):
        return TimerText(kind, text)
    return TimerText(kind, found[2], int(found[1]) if found[1] else None)


def _local(node: etree._Element) -> str:
    is_bpmn = isinstance(node.tag, str) and node.tag.startswith(BPMN)
    return str(node.tag)[len(BPMN) :] if is_bpmn else ""
