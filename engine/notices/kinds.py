"""The kinds of notices, and the groups in which a person chooses how to be told. Pure: knows of no database."""

from __future__ import annotations

from engine.messages import Message, pgettext
from engine.messages import gettext as _
from engine.states import NoticeKind

LEGAL, HANDLING, INFO = "legal", "handling", "info"
GROUPS: dict[str, Message] = {
    LEGAL: pgettext("notices", "Legal periods"),
    HANDLING: pgettext("notices", "Work"),
    INFO: pgettext("notices", "For information"),
}
"""What a person sees; notices of legal periods cannot be switched off."""

GROUP_OF: dict[str, str] = {
    NoticeKind.REMIND: LEGAL,
    NoticeKind.OVERDUE: LEGAL,
    NoticeKind.ESCALATE: LEGAL,
    NoticeKind.SUPERVISE: LEGAL,
    NoticeKind.MOVED: LEGAL,
    NoticeKind.NOTIFICATION: LEGAL,
    NoticeKind.SUPERVISED: LEGAL,
    NoticeKind.CORRECTED: LEGAL,
    NoticeKind.TASK: HANDLING,
    NoticeKind.SLOW: HANDLING,
    NoticeKind.RETURNED: HANDLING,
    NoticeKind.URGE: HANDLING,
    NoticeKind.HANDED: HANDLING,
    NoticeKind.TAKEN_BACK: HANDLING,
    NoticeKind.CORRECTION: HANDLING,
    NoticeKind.WITHDRAWN: HANDLING,
    NoticeKind.INCIDENT: HANDLING,
    NoticeKind.FAULT: HANDLING,
    NoticeKind.COPY: INFO,
    NoticeKind.COMMENT: INFO,
    NoticeKind.HEADS: INFO,
}
TOLD, DAILY_SEAL = pgettext("notice", "Notification"), _("Daily seal")
KINDS: dict[str, Message] = {
    NoticeKind.REMIND: pgettext("notice", "Reminder"),
    NoticeKind.OVERDUE: pgettext("notice", "Overdue"),
    NoticeKind.ESCALATE: pgettext("notice", "Escalation"),
    NoticeKind.SUPERVISE: pgettext("notice", "Put under supervision"),
    NoticeKind.MOVED: pgettext("notice", "Period changed"),
    NoticeKind.NOTIFICATION: TOLD,
    NoticeKind.SUPERVISED: _("Supervision comment"),
    NoticeKind.CORRECTED: pgettext("notice", "Correction"),
    NoticeKind.TASK: _("New task"),
    NoticeKind.SLOW: pgettext("notice", "Past the recommended date"),
    NoticeKind.RETURNED: pgettext("notice", "Sent back"),
    NoticeKind.URGE: pgettext("notice", "Chased"),
    NoticeKind.HANDED: pgettext("notice", "Reassigned"),
    NoticeKind.TAKEN_BACK: pgettext("notice", "Undone"),
    NoticeKind.CORRECTION: _("Correction to decide"),
    NoticeKind.WITHDRAWN: _("Case cancelled"),
    NoticeKind.INCIDENT: pgettext("notice", "Stopped by a fault"),
    NoticeKind.FAULT: _("System fault"),
    NoticeKind.COPY: pgettext("notice", "Copy"),
    NoticeKind.COMMENT: pgettext("notice", "Comment"),
    NoticeKind.HEADS: DAILY_SEAL,
}
"""What stands before a notice. A kind that is not here is shown as 告知 and belongs to 办理."""

CLEARED_WITH_ITS_CAUSE = (
    NoticeKind.TASK,
    NoticeKind.REMIND,
    NoticeKind.SLOW,
    NoticeKind.URGE,
    NoticeKind.RETURNED,
    NoticeKind.HANDED,
)
"""Kinds that ask for something: done is done, and nobody need read them any more."""
NEVER_QUIET = (NoticeKind.OVERDUE, NoticeKind.ESCALATE, NoticeKind.SUPERVISE)
"""Kinds that no quiet hours hold back: an overdue cannot be put off by the one who is late."""


def group_of(kind: str) -> str:
    return GROUP_OF.get(kind, HANDLING)


def name_of(kind: str) -> Message:
    return KINDS.get(kind, TOLD)
