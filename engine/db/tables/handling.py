"""What people do with tasks among themselves, and what taking a completion back restores."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Text

from engine.db.rows import HandOverRow, UndoPointRow
from engine.db.tables.base import TableOf, metadata, only_where
from engine.db.types import Instant, Json

hand_over: TableOf[HandOverRow] = TableOf(
    "hand_over",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("task_id", ForeignKey("task.id"), nullable=False, comment="the task from which it was done"),
    Column(
        "kind",
        String(16),
        nullable=False,
        comment="transfer, return, delegation, consultation, send_back, take_back, urge",
    ),
    Column("from_person", ForeignKey("person.id"), nullable=False),
    Column("from_unit", ForeignKey("unit.code"), nullable=False, comment="for which that person acted"),
    Column("to_person", ForeignKey("person.id"), comment="null: to nobody in particular"),
    Column("to_task", String(32), comment="the task that sending or taking back opened again"),
    Column("reason", Text, comment="why, or what is asked"),
    Column("opened_at", Instant, nullable=False),
    Column("answer", Text, comment="of a delegate or of somebody who was consulted"),
    Column("answered_at", Instant),
    Column("withdrawn_at", Instant, comment="the asker no longer waits for the answer"),
    Index(None, "instance_id"),
    Index(None, "task_id"),
    Index(None, "to_person", "kind", "task_id", **only_where("answered_at IS NULL AND withdrawn_at IS NULL")),
    Index(None, "to_task"),
    CheckConstraint(
        "kind in ('transfer', 'return', 'delegation', 'consultation', 'send_back', 'take_back', 'urge')", name="kind"
    ),
)

undo_point: TableOf[UndoPointRow] = TableOf(
    "undo_point",
    metadata,
    Column("instance_id", ForeignKey("process_instance.id"), primary_key=True),
    Column("task_id", ForeignKey("task.id"), nullable=False, comment="the last task that was completed"),
    Column("revision", Integer, nullable=False, comment="after it; nothing may have moved the instance since"),
    Column("state", LargeBinary, nullable=False, comment="before it; see bpmn.state"),
    Column("taken", Json, nullable=False, comment="sequence flows passed before it"),
    Column("timers", Json, nullable=False, comment="rows of the drawn timers before it"),
    Column("answers", Json, nullable=False, comment="what was answered, as the browser sent it"),
    Column("did", Json, comment="what the step of the completion did: see runtime.step.undo_points"),
)
