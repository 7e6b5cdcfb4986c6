"""The kinds of notices, and the groups in which a person chooses how to be told. Pure: knows of no database."""

from __future__ import annotations

from engine.messages import Message, pgettext
from engine.messages import gettext as _

LEGAL, HANDLING, INFO = "legal", "handling", "info"
HEADS = "heads"
"""No notice to people: the head of a day's record, on its way to where it is kept."""
GROUPS: dict[str, Message] = {
    LEGAL: pgettext("notices", "Legal periods"),
    HANDLING: pgettext("notices", "Work"),
    INFO: pgettext("notices", "For information"),
}
"""What a person sees; notices of legal periods cannot be switched off."""

GROUP_OF = {
    "remind": LEGAL,
    "overdue": LEGAL,
    "escalate": LEGAL,
    "supervise": LEGAL,
    "moved": LEGAL,
    "told": LEGAL,
    "supervised": LEGAL,
    "corrected": LEGAL,
    "task": HANDLING,
    "slow": HANDLING,
    "returned": HANDLING,
    "urge": HANDLING,
    "handed": HANDLING,
    "taken_back": HANDLING,
    "correction": HANDLING,
    "withdrawn": HANDLING,
    "incident": HANDLING,
    "fault": HANDLING,
    "copy": INFO,
    "comment": INFO,
    HEADS: INFO,
}
TOLD, DAILY_SEAL = pgettext("notice", "Notification"), _("Daily seal")
KINDS: dict[str, Message] = {
    "remind": pgettext("notice", "Reminder"),
    "overdue": pgettext("notice", "Overdue"),
    "escalate": pgettext("notice", "Escalation"),
    "supervise": pgettext("notice", "Put under supervision"),
    "moved": pgettext("notice", "Period changed"),
    "told": TOLD,
    "supervised": _("Supervision note"),
    "corrected": pgettext("notice", "Correction"),
    "task": _("New task"),
    "slow": pgettext("notice", "Past the recommended date"),
    "returned": pgettext("notice", "Sent back"),
    "urge": pgettext("notice", "Chased"),
    "handed": pgettext("notice", "Reassigned"),
    "taken_back": pgettext("notice", "Undone"),
    "correction": _("Correction to decide"),
    "withdrawn": _("Case cancelled"),
    "incident": pgettext("notice", "Stopped by a fault"),
    "fault": _("Fault of the system"),
    "copy": pgettext("notice", "Copy"),
    "comment": pgettext("notice", "Comment"),
    HEADS: DAILY_SEAL,
}
"""What stands before a notice. A kind that is not here is shown as 告知 and belongs to 办理."""

CLEARED_WITH_ITS_CAUSE = ("task", "remind", "slow", "urge", "returned", "handed")
"""Kinds that ask for something: done is done, and nobody need read them any more."""
NEVER_QUIET = ("overdue", "escalate", "supervise")
"""Kinds that no quiet hours hold back: an overdue cannot be put off by the one who is late."""


def group_of(kind: str) -> str:
    return GROUP_OF.get(kind, HANDLING)


def name_of(kind: str) -> Message:
    return KINDS.get(kind, TOLD)
