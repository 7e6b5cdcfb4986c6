"""What is recorded in the chain of an instance: each kind of entry, with what it holds and how that is written down.

A step is one entry with all its events (`StepTaken`, `engine.runtime.step.events`). What moves no workflow has an entry of its
own. An entry is chained by its hash and never changes: one that is written differently one day has another kind, or a
field that may be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, get_args

from engine.messages import Text
from engine.runtime.step.events import Event, content_of, events_of, read_fields, written_fields
from engine.runtime.step.step_kinds import StepKind


@dataclass(frozen=True)
class StepTaken:
    """The instance has moved; `passed` are the elements, in their order."""

    what: StepKind
    revision: int
    passed: tuple[str, ...]
    events: tuple[Event, ...]


# --- tasks among colleagues ---


@dataclass(frozen=True)
class Claimed:
    kind: ClassVar = "claimed"
    task: str


@dataclass(frozen=True)
class Released:
    kind: ClassVar = "released"
    task: str


@dataclass(frozen=True)
class LetGo:
    """The post of whoever had claimed the task has ended."""

    kind: ClassVar = "let_go"
    task: str
    person: str = field(metadata={"as": "from"})


@dataclass(frozen=True)
class Transferred:
    kind: ClassVar = "transferred"
    task: str
    to: str
    reason: str


@dataclass(frozen=True)
class Returned:
    """`to` is None when the task went back to the whole post."""

    kind: ClassVar = "returned"
    task: str
    to: str | None
    reason: str


@dataclass(frozen=True)
class Delegated:
    kind: ClassVar = "delegated"
    task: str
    to: str
    reason: str


@dataclass(frozen=True)
class Recalled:
    kind: ClassVar = "recalled"
    task: str
    to: str | None


@dataclass(frozen=True)
class HandedIn:
    kind: ClassVar = "handed_in"
    task: str
    to: str | None
    reason: str


@dataclass(frozen=True)
class Consulted:
    kind: ClassVar = "consulted"
    task: str
    to: str
    reason: str


@dataclass(frozen=True)
class Answered:
    kind: ClassVar = "answered"
    task: str
    to: str
    reason: str


@dataclass(frozen=True)
class Unasked:
    kind: ClassVar = "unasked"
    task: str
    to: str | None


@dataclass(frozen=True)
class Urged:
    kind: ClassVar = "urged"
    task: str
    reason: str


AmongColleagues = Transferred | Returned | Delegated | Recalled | HandedIn | Consulted | Answered | Unasked
"""What one colleague does with another: the unit's own business, which the other parties do not read."""


# --- what is said beside the tasks ---


@dataclass(frozen=True)
class Copied:
    kind: ClassVar = "copied"
    unit_code: str
    role: str | None
    person_id: str | None
    copy: str
    note: str


@dataclass(frozen=True)
class CopyRevoked:
    kind: ClassVar = "copy_revoked"
    unit_code: str
    role: str | None
    person_id: str | None
    copy: str


@dataclass(frozen=True)
class CopyRead:
    kind: ClassVar = "copy_read"
    copy: str


@dataclass(frozen=True)
class CorrectionProposed:
    """`old` and `new` are encoded values (`engine.db.values`)."""

    kind: ClassVar = "correction_proposed"
    correction: str
    name: str
    label: str
    old: Any
    new: Any
    reason: str


@dataclass(frozen=True)
class CorrectionRejected:
    kind: ClassVar = "correction_rejected"
    correction: str
    name: str
    label: str
    opinion: str


@dataclass(frozen=True)
class CorrectionTakenBack:
    kind: ClassVar = "correction_taken_back"
    correction: str
    name: str
    label: str


@dataclass(frozen=True)
class Commented:
    """`internal`: never shown to another unit. `mentions` are the ids of people."""

    kind: ClassVar = "commented"
    comment: str
    text: str
    internal: bool
    mentions: tuple[str, ...]


@dataclass(frozen=True)
class CommentRetracted:
    kind: ClassVar = "comment_retracted"
    comment: str
    internal: bool = False


@dataclass(frozen=True)
class Remarked:
    """The justice bureau has given the unit words of supervision."""

    kind: ClassVar = "remarked"
    unit: str
    text: str


@dataclass(frozen=True)
class DutyAdopted:
    kind: ClassVar = "duty_adopted"
    proposal: str
    matter: str
    unit: str
    reason: str
    valid_from: str


@dataclass(frozen=True)
class DutyRejected:
    kind: ClassVar = "duty_rejected"
    proposal: str
    matter: str
    unit: str
    reason: str


# --- documents and material ---


@dataclass(frozen=True)
class PaperEdited:
    """The draft says this instead of what its letter gave."""

    kind: ClassVar = "paper_edited"
    texts: Any
    generated: Any


@dataclass(frozen=True)
class PaperEditDropped:
    kind: ClassVar = "paper_edit_dropped"


@dataclass(frozen=True)
class PaperMade:
    """The PDF of the document `id` has this SHA-256."""

    kind: ClassVar = "paper_made"
    id: str
    number: str | None
    sha256: str


@dataclass(frozen=True)
class PaperFailed:
    kind: ClassVar = "paper_failed"
    id: str
    number: str | None
    reason: Text


@dataclass(frozen=True)
class PaperSignedFor:
    kind: ClassVar = "paper_signed_for"
    id: str
    number: str | None


@dataclass(frozen=True)
class PaperVoided:
    kind: ClassVar = "paper_voided"
    id: str
    number: str | None
    reason: str


@dataclass(frozen=True)
class MaterialAdded:
    """Added to the list during the task: with these titles, or taken over from the material with these ids."""

    kind: ClassVar = "material_added"
    task: str
    titles: tuple[str, ...] = ()
    taken_over: tuple[str, ...] = field(default=(), metadata={"as": "from"})


@dataclass(frozen=True)
class MaterialRenamed:
    kind: ClassVar = "material_renamed"
    id: str
    title: str


@dataclass(frozen=True)
class MaterialRemoved:
    kind: ClassVar = "material_removed"
    id: str


Drafting = PaperEdited | PaperEditDropped | MaterialAdded | MaterialRenamed | MaterialRemoved
"""What a unit makes of a document, and of its list, before anything is sent."""


# --- the instance itself ---


@dataclass(frozen=True)
class Begun:
    """The instance has called or started another one."""

    kind: ClassVar = "begun"
    number: str
    name: str


@dataclass(frozen=True)
class Incident:
    """A fault has stopped it; entries of before there were messages in two languages have the message in `said`, too."""

    kind: ClassVar = "incident"
    message: Text
    said: Text = ""


@dataclass(frozen=True)
class Failed:
    """It has ended with an error that nothing in it caught."""

    kind: ClassVar = "failed"
    message: Text


@dataclass(frozen=True)
class FailureClosed:
    """A system administrator has dealt with what made it fail."""

    kind: ClassVar = "failure_closed"
    by: str


@dataclass(frozen=True)
class CalledIncident:
    """A fault has stopped the instance that it waits for."""

    kind: ClassVar = "called_incident"
    number: str
    message: Text
    said: Text = ""


@dataclass(frozen=True)
class CalledOff:
    """The instance goes on without one that it has called."""

    kind: ClassVar = "called_off"
    number: str
    result: str


@dataclass(frozen=True)
class Resumed:
    kind: ClassVar = "resumed"
    by: str


@dataclass(frozen=True)
class Cancelled:
    """It was ended past its diagram; `by` is who did it, when that is no person of the directory."""

    kind: ClassVar = "cancelled"
    result: str
    result_name: str
    reason: str
    events: tuple[Event, ...]
    by: str = ""


@dataclass(frozen=True)
class Sealed:
    """Records of before there were seals have theirs; `chains`: how many, in the entry that stands for all of them."""

    kind: ClassVar = "sealed"
    by: str
    reason: str
    chains: int = 0


@dataclass(frozen=True)
class Resealed:
    """Somebody vouches for records that did not fit their seals; `chains` as in `Sealed`."""

    kind: ClassVar = "resealed"
    by: str
    reason: str
    chains: int = 0


Entry = (
    StepTaken
    | Claimed | Released | LetGo | Urged | AmongColleagues
    | Copied | CopyRevoked | CopyRead | CorrectionProposed | CorrectionRejected | CorrectionTakenBack
    | Commented | CommentRetracted | Remarked | DutyAdopted | DutyRejected
    | Drafting | PaperMade | PaperFailed | PaperSignedFor | PaperVoided
    | Begun | Incident | Failed | FailureClosed | CalledIncident | CalledOff | Resumed | Cancelled | Sealed | Resealed
)  # fmt: skip
ENTRIES: Mapping[str, type[Any]] = {kind.kind: kind for kind in get_args(Entry) if kind is not StepTaken}


def kind_of(entry: Entry) -> str:
    """The word by which the entry is stored."""
    return entry.what if isinstance(entry, StepTaken) else entry.kind


def written(entry: Entry) -> dict[str, Any]:
    """What the entry says, as it is stored and hashed."""
    match entry:
        case StepTaken():
            return {"revision": entry.revision, "passed": list(entry.passed), **content_of(entry.events)}
        case Cancelled():
            return {**written_fields(entry, but=("events",)), **content_of(entry.events)}
        case _:
            return written_fields(entry)


def entry_of(kind: str, content: Mapping[str, Any]) -> Entry:
    """The entry that was stored by this word. Raises KeyError for one that there is not."""
    events = tuple(events_of(content))
    if kind not in ENTRIES:
        if kind not in set(StepKind):
            raise KeyError(kind)
        return StepTaken(StepKind(kind), content["revision"], tuple(content["passed"]), events)
    found = ENTRIES[kind]
    if found is Cancelled:
        return Cancelled(**read_fields(found, content, but=("events",)), events=events)
    entry: Entry = found(**read_fields(found, content))
    return entry
