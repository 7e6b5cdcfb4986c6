"""What one row of a table is: its columns, in the table's order, with their types; `None` only where the table allows it.

A row is a named tuple: it costs no more than the tuple that the driver gives, and nobody can change it. What each column
means says `engine.db.tables`. Whoever reads only some columns, or the columns of several tables, has a class of its own
beside the statement; a reader that takes two columns of whatever row has them asks for a protocol.
"""

from __future__ import annotations

from engine.db.rows.collaboration import CommentRow, CorrectionRow, MentionRow, ReaderRow, ReadingRow
from engine.db.rows.definitions import DefinitionVersionRow
from engine.db.rows.handling import HandOverRow, UndoPointRow
from engine.db.rows.notices import NotificationRow, SupervisionItemRow, UnreadRow, UnsentRow
from engine.db.rows.organisation import PersonRow
from engine.db.rows.papers import DocumentRow, LetterVersionRow, MaterialRow, PaperDraftRow
from engine.db.rows.record import AuditEntryRow, ChainHeadRow
from engine.db.rows.waiting import StartScheduleRow, ThrownEventRow
from engine.db.rows.work import (
    CaseLinkRow,
    CheckedPaperKey,
    ChildRow,
    DeadlineRow,
    FactRow,
    FiredTimerRow,
    InstanceRow,
    PartyRow,
    ScopeRow,
    TaskDraftKey,
    TaskDraftRow,
    TaskRoleRow,
    TaskRow,
    TimerRow,
)

__all__ = [
    "AuditEntryRow",
    "CaseLinkRow",
    "ChainHeadRow",
    "CheckedPaperKey",
    "ChildRow",
    "CommentRow",
    "CorrectionRow",
    "DeadlineRow",
    "DefinitionVersionRow",
    "DocumentRow",
    "FactRow",
    "FiredTimerRow",
    "HandOverRow",
    "InstanceRow",
    "LetterVersionRow",
    "MaterialRow",
    "MentionRow",
    "NotificationRow",
    "PaperDraftRow",
    "PartyRow",
    "PersonRow",
    "ReaderRow",
    "ReadingRow",
    "ScopeRow",
    "StartScheduleRow",
    "SupervisionItemRow",
    "TaskDraftKey",
    "TaskDraftRow",
    "TaskRoleRow",
    "TaskRow",
    "ThrownEventRow",
    "TimerRow",
    "UndoPointRow",
    "UnreadRow",
    "UnsentRow",
]
