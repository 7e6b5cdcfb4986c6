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


class PeriodStatus(StrEnum):
    RUNNING = "running"
    OVERDUE = "overdue"
    PAUSED = "paused"
    MET = "met"
    MET_LATE = "met_late"
    CANCELLED = "cancelled"
    """No longer needed."""


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


class SendingStatus(StrEnum):
    """Of a message to the outside."""

    WAITING = "waiting"
    FAILED = "failed"
    """It is tried again."""
    SENT = "sent"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"
