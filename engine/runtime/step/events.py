"""What happens to an instance within one step: each kind of event, and how the audit holds it.

A step records its events in the order in which they happen (`Step.record`); its audit entry holds them as JSON, and whoever
tells of them reads them back (`events_of`) and matches every kind. An entry is chained by its hash and never changes, so a
kind that is written differently one day has another version beside this one; `VERSION` stands in each entry.

An event holds facts, never sentences, but for the words of a notice, which people were sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, ClassVar, get_args

from engine import messages
from engine.messages import Joined, Message, Name, Text, When

VERSION = 2
"""How the events of an entry are written. Entries of before there were versions are written as version 1 is.

From version 2 on a text that the engine says is a message (`messages.to_json`); before, it was its Chinese.
"""


@dataclass(frozen=True)
class Started:
    """The instance has its number; `origin` is the number of the one that called, started or told it.

    `start` is the start event at which it began; `planned` the instant for which its schedule had planned it, ISO 8601 in UTC,
    `provisional` whether no official notice covered that yet.
    """

    what: ClassVar = "started"
    number: str
    origin: str | None = None
    start: str = ""
    planned: str | None = None
    provisional: bool = False


@dataclass(frozen=True)
class Ended:
    """The instance has reached its end; `result` and `name` are those of the end event, None when it has none."""

    what: ClassVar = "ended"
    result: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class CalledEnded:
    """The instance that the call activity `element` waited for has answered."""

    what: ClassVar = "called_ended"
    number: str
    name: str
    element: str = ""


@dataclass(frozen=True)
class CalledFailed:
    """The instance that the call activity `element` waited for has failed; the error `code` is thrown from the call."""

    what: ClassVar = "called_failed"
    number: str
    name: str
    element: str
    code: str = ""


@dataclass(frozen=True)
class CalledEscalated:
    """The instance that the call activity `element` waits for has thrown an escalation, which goes on from the call."""

    what: ClassVar = "called_escalated"
    number: str
    name: str
    element: str
    code: str = ""


@dataclass(frozen=True)
class Thrown:
    """The element has thrown an error or escalation, as `kind` says; `caught`: something in the instance has caught it.

    An error that nothing catches ends the instance as failed; an escalation goes to the call that waits for the instance.
    """

    what: ClassVar = "thrown"
    kind: str
    element: str
    code: str = ""
    caught: bool = True


@dataclass(frozen=True)
class TaskOpened:
    """A task waits for the unit; `people` are the ids of those who were notified of it."""

    what: ClassVar = "task_opened"
    id: str
    element: str = ""
    unit: str = ""
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class TaskCompleted:
    what: ClassVar = "task_completed"
    id: str
    element: str = ""


@dataclass(frozen=True)
class TaskLapsed:
    """The workflow does not wait for the task any more, and nobody has completed it."""

    what: ClassVar = "task_lapsed"
    id: str


@dataclass(frozen=True)
class SentBack:
    """The task `id` was sent back; `to` is the new task of the earlier step `name`."""

    what: ClassVar = "sent_back"
    id: str
    to: str
    name: str
    reason: str


@dataclass(frozen=True)
class TakenBack:
    """The completion of the task `id` was undone; `to` is the new task of the same person."""

    what: ClassVar = "taken_back"
    id: str
    to: str = ""


@dataclass(frozen=True)
class Dropped:
    """What was begun with a button is not pursued; `id` is its task."""

    what: ClassVar = "dropped"
    id: str


@dataclass(frozen=True)
class Pressed:
    """Somebody has pressed the button `element`."""

    what: ClassVar = "pressed"
    element: str


@dataclass(frozen=True)
class MemberAdded:
    """One more unit is asked by the activity `element`; `run` tells its runs apart."""

    what: ClassVar = "member_added"
    element: str
    run: str
    unit: str
    reason: str


@dataclass(frozen=True)
class MemberTakenOff:
    """The unit is asked no longer by the activity `element`; it had not answered."""

    what: ClassVar = "member_taken_off"
    element: str
    run: str
    unit: str
    reason: str


@dataclass(frozen=True)
class TimerFired:
    """The armed timer `id` has fired; `due` is the instant at which it was due, ISO 8601 in UTC."""

    what: ClassVar = "timer"
    id: str
    element: str = ""
    due: str | None = None


@dataclass(frozen=True)
class Threw:
    """The event `element` has thrown the message or signal (`kind`) of this name."""

    what: ClassVar = "threw"
    kind: str
    name: str
    element: str


@dataclass(frozen=True)
class Heard:
    """The event `element` has happened because another instance, with the id `origin`, has thrown what it waited for."""

    what: ClassVar = "heard"
    kind: str
    name: str
    element: str
    origin: str


@dataclass(frozen=True)
class ConditionHeld:
    """The event `element` has happened because its condition has become true."""

    what: ClassVar = "condition"
    element: str


@dataclass(frozen=True)
class PeriodStands:
    """The period has begun, run out, been met or fallen away; `due` while it runs, ISO 8601 in UTC."""

    what: ClassVar = "deadline"
    key: str
    status: str
    due: str | None = None


@dataclass(frozen=True)
class PeriodMoved:
    """The open period is due at another instant, or stands still, for the reason `why`."""

    what: ClassVar = "deadline_moved"
    key: str
    why: str
    due: str


@dataclass(frozen=True)
class PeriodCountedAnew:
    """The period was counted with another calendar and is due as before."""

    what: ClassVar = "deadline_counted_anew"
    key: str
    due: str


@dataclass(frozen=True)
class PeriodGoesOn:
    """What had met the period was undone."""

    what: ClassVar = "deadline_goes_on"
    key: str
    due: str


@dataclass(frozen=True)
class PeriodNoted:
    """The period, which has ended and stays as it was judged, would have been due at that instant."""

    what: ClassVar = "deadline_noted"
    key: str
    why: str
    due: str


@dataclass(frozen=True)
class Supervised:
    """The period that is over is an item of supervision; `unit` is whose it is."""

    what: ClassVar = "supervised"
    key: str
    unit: str | None = None


@dataclass(frozen=True)
class DocumentDelivered:
    """A document is in its receiver's inbox, or in the unit's own files; `words` is the SHA-256 of what it says.

    `same_as` is the id of the document under whose number it goes to one more unit.
    """

    what: ClassVar = "document"
    code: str
    title: str
    id: str = ""
    number: str | None = None
    signed_by: str | None = None
    words: str | None = None
    same_as: str | None = None


@dataclass(frozen=True)
class Unprintable:
    """Characters of the document that no font has were replaced; `text` says which."""

    what: ClassVar = "unprintable"
    element: str
    text: Text


@dataclass(frozen=True)
class Notified:
    """A notice was made for these people of the unit; `drawn`: the diagram itself sends it."""

    what: ClassVar = "notice"
    kind: str
    text: Text
    unit: str = ""
    id: str = ""
    people: tuple[str, ...] = ()
    drawn: bool = False


@dataclass(frozen=True)
class FactsSaid:
    """These facts have another value; the values stand in their own table."""

    what: ClassVar = "facts"
    names: tuple[str, ...]


@dataclass(frozen=True)
class FactRecorded:
    """The service task `element` has recorded its facts."""

    what: ClassVar = "record"
    element: str


@dataclass(frozen=True)
class Corrected:
    """The correction is approved; `old` and `new` are encoded values (`engine.db.values`)."""

    what: ClassVar = "corrected"
    correction: str
    name: str
    label: str
    old: Any
    new: Any
    reason: str = ""
    opinion: str = ""


@dataclass(frozen=True)
class DutyProposed:
    """An entry of the list of duties is proposed; `number` is that of the document that settles it."""

    what: ClassVar = "duty_proposed"
    id: str
    matter: str = ""
    unit: str = ""
    number: str | None = None


Event = (
    Started | Ended | CalledEnded | CalledFailed | CalledEscalated | Thrown
    | TaskOpened | TaskCompleted | TaskLapsed | SentBack | TakenBack | Dropped | Pressed
    | MemberAdded | MemberTakenOff
    | TimerFired | ConditionHeld | Threw | Heard
    | PeriodStands | PeriodMoved | PeriodCountedAnew | PeriodGoesOn | PeriodNoted | Supervised
    | DocumentDelivered | Unprintable | Notified
    | FactsSaid | FactRecorded | Corrected | DutyProposed
)  # fmt: skip
KINDS: Mapping[str, type[Event]] = {kind.what: kind for kind in get_args(Event)}


def to_json(event: Event) -> dict[str, Any]:
    """The event as an audit entry holds it."""
    return {"what": event.what, **written_fields(event)}


def from_json(stored: Mapping[str, Any]) -> Event:
    """The event that was written down. Raises KeyError for a kind that there is not."""
    kind: Any = KINDS[stored["what"]]
    found: Event = kind(**read_fields(kind, stored))
    return found


def content_of(events: Iterable[Event]) -> dict[str, Any]:
    """The part of an audit entry that holds the events of its step."""
    return {"told": [to_json(event) for event in events], "events": VERSION}


def events_of(content: Mapping[str, Any]) -> list[Event]:
    """The events that an audit entry holds, in their order; none for an entry that is of no step."""
    return [from_json(stored) for stored in content.get("told", [])]


def written_fields(thing: Any, but: Collection[str] = ()) -> dict[str, Any]:
    """What an event or an entry holds, as JSON has it; what is as it usually is, is left out."""
    told = {field: getattr(thing, field.name) for field in fields(thing) if field.name not in but}
    kept = {field: value for field, value in told.items() if field.default is MISSING or field.default != value}
    return {_key(field): _plain(value) for field, value in kept.items()}


def read_fields(kind: type[Any], stored: Mapping[str, Any], but: Collection[str] = ()) -> dict[str, Any]:
    """What was written of these fields, by their names; what is stored besides is passed over."""
    read = {
        field: _READ.get(str(field.type).split("[")[0], _as_it_is) for field in fields(kind) if field.name not in but
    }
    return {field.name: how(stored[_key(field)]) for field, how in read.items() if _key(field) in stored}


def _key(field: Field[Any]) -> str:
    """How a field is called where it is stored: `as` in its metadata, when it cannot be called so in Python."""
    return str(field.metadata.get("as", field.name))


def _as_it_is(value: Any) -> Any:
    return value


_READ: Mapping[str, Callable[[Any], Any]] = {"tuple": tuple, "Text": messages.from_json}
"""How a value is read back, by what the field is said to be; any other is as it was written."""


def _plain(value: Any) -> Any:
    match value:
        case tuple():
            return list(value)
        case Message() | Joined() | When() | Name():
            return messages.to_json(value)
        case _:
            return value
