"""What people are told, who has seen it, and what is still to be sent outside."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from engine.db.rows import NotificationRow, SupervisionItemRow, UnreadRow, UnsentRow
from engine.db.tables.base import SAID, TableOf, metadata
from engine.db.types import Instant, Json

notice: TableOf[NotificationRow] = TableOf(
    "notice",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), comment="null: for who looks after the installation"),
    Column("kind", String(16), nullable=False, comment="one of notices.kinds.GROUP_OF"),
    Column("unit_code", ForeignKey("unit.code"), nullable=False),
    Column("roles", Json, nullable=False, comment="whose holders are told; may be empty when it is for one person"),
    Column("person_id", ForeignKey("person.id"), comment="a notice to one person"),
    Column("task_id", ForeignKey("task.id"), comment="the task it speaks of"),
    Column("step", Text, comment="the name of the step it speaks of"),
    Column("text", Text, nullable=False),
    Column("said", Json, comment=SAID),
    Column("deadline_id", ForeignKey("deadline.id")),
    Column("due_at", Instant, nullable=False, comment="the instant it was meant for"),
    Column("made_at", Instant, nullable=False),
    Index(None, "instance_id"),
    Index(None, "unit_code", "made_at"),
    Index(None, "task_id"),
    Index(None, "deadline_id"),
)

notice_receipt: TableOf[UnreadRow] = TableOf(
    "notice_receipt",
    metadata,
    Column("notice_id", ForeignKey("notice.id"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), comment="the notice's"),
    Column(
        "unit_code", ForeignKey("unit.code"), nullable=False, comment="the notice's, so that counting needs no join"
    ),
    Column("received_at", Instant, nullable=False, comment="later than the notice for who took up the post later"),
    Column("read_at", Instant, comment="when this person opened it"),
    Column("cleared_at", Instant, comment="when it left the unread ones: read, or what it asked for was done"),
    Index(None, "person_id", "received_at", "notice_id"),
    Index("ix_notice_receipt_unread", "person_id", "cleared_at", "received_at", "notice_id"),
    Index(None, "instance_id"),
)

outbox: TableOf[UnsentRow] = TableOf(
    "outbox",
    metadata,
    Column(
        "id", String(32), primary_key=True, comment="stays the same for every attempt; receivers drop repeats by it"
    ),
    Column("notice_id", ForeignKey("notice.id"), nullable=False),
    Column("instance_id", ForeignKey("process_instance.id"), comment="the notice's"),
    Column("channel", String(64), nullable=False, comment="mail, webhook, robot:<number>"),
    Column("person_id", ForeignKey("person.id"), comment="null: for a machine or a group"),
    Column("address", Text, comment="where the last attempt went"),
    Column("status", String(16), nullable=False, comment="waiting, failed (is tried again), sent, given_up, dropped"),
    Column("attempts", Integer, nullable=False),
    Column(
        "round_from",
        Integer,
        nullable=False,
        server_default="0",
        comment="attempts when somebody had it sent again; waiting begins anew",
    ),
    Column("first_try_at", Instant, comment="how long it is tried is counted from here"),
    Column("next_try_at", Instant, nullable=False),
    Column("lease", String(32), comment="of the worker that is sending it"),
    Column("leased_until", Instant),
    Column("made_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("reason", Text, comment="of the last failure, in words"),
    Index(None, "channel", "status", "next_try_at"),
    Index(None, "status"),
    Index(None, "notice_id"),
    Index(None, "instance_id"),
    CheckConstraint("status in ('waiting', 'failed', 'sent', 'given_up', 'dropped')", name="status"),
)

delivery_attempt = Table(
    "delivery_attempt",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("message_id", ForeignKey("outbox.id"), nullable=False),
    Column("instance_id", ForeignKey("process_instance.id"), comment="the notice's"),
    Column("number", Integer, nullable=False, comment="of what became of the message, from 1"),
    Column("at", Instant, nullable=False),
    Column("outcome", String(16), nullable=False, comment="sent, failed, given_up, or again: somebody wants it sent"),
    Column("reason", Text, comment="why it did not go out"),
    Column("person_id", ForeignKey("person.id"), comment="who wants it sent again"),
    Column("by", Text, comment="who wants it sent again on the command line"),
    UniqueConstraint("message_id", "number"),
    CheckConstraint("outcome in ('sent', 'failed', 'given_up', 'again')", name="outcome"),
)

notice_preference = Table(
    "notice_preference",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("handling_app", Boolean, nullable=False),
    Column("handling_mail", Boolean, nullable=False),
    Column("info_app", Boolean, nullable=False),
    Column("info_mail", Boolean, nullable=False),
    Column("quiet_from", Integer, comment="minutes after midnight in Asia/Shanghai; null: no quiet hours"),
    Column("quiet_to", Integer, comment="exclusive; before quiet_from when the quiet hours span midnight"),
    Column("changed_at", Instant, nullable=False),
)

supervision_item: TableOf[SupervisionItemRow] = TableOf(
    "supervision_item",
    metadata,
    Column(
        "deadline_id", ForeignKey("deadline.id"), primary_key=True, comment="one for a period, however long it is over"
    ),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("unit_code", ForeignKey("unit.code"), comment="which has not met its period"),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant, comment="when the period was met or fell away"),
    Index(None, "closed_at", "opened_at"),
    Index(None, "instance_id"),
)
