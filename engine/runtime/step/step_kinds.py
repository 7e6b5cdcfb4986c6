"""The words by which the kinds of steps are stored."""

from __future__ import annotations

from enum import StrEnum


class StepKind(StrEnum):
    """What set a step going."""

    STARTED = "started"
    TASK_COMPLETED = "task_completed"
    SENT_BACK = "sent_back"
    TAKEN_BACK = "taken_back"
    DROPPED = "dropped"
    PRESSED = "pressed"
    MEMBER_ADDED = "member_added"
    MEMBER_TAKEN_OFF = "member_taken_off"
    TIMER = "timer"
    CORRECTED = "corrected"
    CALENDAR = "calendar"
    """Another calendar is in force."""
    CALLED_ENDED = "called_ended"
    CALLED_ESCALATED = "called_escalated"
    CALLED_ANEW = "called_anew"
    HEARD = "told"
    """A message or a signal of another instance has come."""
    WATCHED = "watched"
    """Tasks that an older version of the program has left without a period were given one."""
