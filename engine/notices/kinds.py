"""The kinds of notices, and the groups in which a person chooses how to be told. Pure: knows of no database."""

from __future__ import annotations

LEGAL, HANDLING, INFO = "legal", "handling", "info"
HEADS = "heads"
"""No notice to people: the head of a day's record, on its way to where it is kept."""
GROUPS = {
    LEGAL: "法定期限",
    HANDLING: "办理",
    INFO: "知悉",
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
KINDS = {
    "remind": "期限提醒",
    "overdue": "已超期",
    "escalate": "督促",
    "supervise": "列入督办",
    "moved": "期限变更",
    "told": "告知",
    "supervised": "督办意见",
    "corrected": "更正",
    "task": "新任务",
    "slow": "建议时间已过",
    "returned": "退回",
    "urge": "催办",
    "handed": "转交",
    "taken_back": "撤回",
    "correction": "更正审批",
    "withdrawn": "撤销办件",
    "incident": "故障停办",
    "fault": "系统故障",
    "copy": "抄送",
    "comment": "意见",
    HEADS: "每日封存",
}
"""What stands before a notice. A kind that is not here is shown as 告知 and belongs to 办理."""

CLEARED_WITH_ITS_CAUSE = ("task", "remind", "slow", "urge", "returned", "handed")
"""Kinds that ask for something: done is done, and nobody need read them any more."""
NEVER_QUIET = ("overdue", "escalate", "supervise")
"""Kinds that no quiet hours hold back: an overdue cannot be put off by the one who is late."""


def group_of(kind: str) -> str:
    return GROUP_OF.get(kind, HANDLING)


def name_of(kind: str) -> str:
    return KINDS.get(kind, "告知")
