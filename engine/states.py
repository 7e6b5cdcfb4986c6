"""What can become of things: the values that the database keeps, under one name each."""

from __future__ import annotations

from enum import StrEnum


class InstanceStatus(StrEnum):
    RUNNING = "running"
    ENDED = "ended"
    INCIDENT = "incident"
    """Parked: a fault has stopped it."""


class TaskStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    LAPSED = "lapsed"
    """Closed without being done."""


class Undone(StrEnum):
    """What ended a task although nobody completed it, or took its completion back."""

    SENT_BACK = "sent_back"
    TAKEN_BACK = "taken_back"
    DROPPED = "dropped"
    TAKEN_OFF = "taken_off"
    """Its unit is asked no longer."""


class HandlingKind(StrEnum):
    """What people do with a task among themselves."""

    TRANSFER = "transfer"
    RETURN = "return"
    DELEGATION = "delegation"
    CONSULTATION = "consultation"
    SEND_BACK = "send_back"
    TAKE_BACK = "take_back"
    URGE = "urge"


class TimerKind(StrEnum):
    DUE = "due"
    """Drawn in the diagram."""
    MARK = "mark"
    """A reminder of a period, its end, or an escalation."""


class PeriodStatus(StrEnum):
    RUNNING = "running"
    OVERDUE = "overdue"
    PAUSED = "paused"
    MET = "met"
    MET_LATE = "met_late"
    CANCELLED = "cancelled"
    """No longer needed."""


class MoveReason(StrEnum):
    """Why a period is due at another instant, or stands still."""

    EXTENDED = "extended"
    SHORTENED = "shortened"
    PAUSED = "paused"
    RESUMED = "resumed"
    CORRECTED = "corrected"
    """Counted anew after a correction."""
    CALENDAR = "calendar"
    """Counted anew with another calendar."""


class ThrownStatus(StrEnum):
    """Of a message or a signal that one instance sends to others."""

    WAITING = "waiting"
    HEARD = "heard"
    GONE = "gone"
    """Nothing waits for it any more."""
    EXPIRED = "expired"


class CorrectionStatus(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    TAKEN_BACK = "taken_back"
    LAPSED = "lapsed"


class ProposalStatus(StrEnum):
    """Of an entry that a dispute proposes for the list of duties."""

    OPEN = "open"
    ADOPTED = "adopted"
    REJECTED = "rejected"


class NoticeKind(StrEnum):
    """Of a notice; `engine.notices.kinds` says how each is called, and who may switch it off."""

    REMIND = "remind"
    OVERDUE = "overdue"
    ESCALATE = "escalate"
    SUPERVISE = "supervise"
    MOVED = "moved"
    NOTIFICATION = "told"
    """What the diagram lets a unit know, and what somebody is to know of an outcome; stored under the name it first had."""
    SUPERVISED = "supervised"
    CORRECTED = "corrected"
    TASK = "task"
    SLOW = "slow"
    RETURNED = "returned"
    URGE = "urge"
    HANDED = "handed"
    TAKEN_BACK = "taken_back"
    CORRECTION = "correction"
    WITHDRAWN = "withdrawn"
    INCIDENT = "incident"
    FAULT = "fault"
    COPY = "copy"
    COMMENT = "comment"
    HEADS = "heads"
    """No notice to people: the head of a day's record, on its way to where it is kept."""


class SendingStatus(StrEnum):
    """Of a message to the outside."""

    WAITING = "waiting"
    FAILED = "failed"
    """It is tried again."""
    SENT = "sent"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"


class AttemptOutcome(StrEnum):
    """Of one attempt to send a message; the first three are also what becomes of the message."""

    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    AGAIN = "again"
    """Somebody wants it sent again."""
