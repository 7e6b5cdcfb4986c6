"""What begins by itself, and what goes between instances: schedules of starts, who listens for what, and what was thrown."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table

from engine.db.tables.base import metadata, only_where
from engine.db.types import Instant

start_schedule = Table(
    "start_schedule",
    metadata,
    Column("key", String(64), primary_key=True, comment="the procedure"),
    Column("element_id", String(128), primary_key=True, comment="its start event with a timer"),
    Column("definition_id", ForeignKey("definition_version.id"), nullable=False, comment="the version in force"),
    Column("timer", String(4000), nullable=False, comment="what it is counted by, as that version says it"),
    Column("since", Instant, nullable=False, comment="when it began to be counted so"),
    Column("next_at", Instant, comment="when a case begins next; null: never again"),
    Column("provisional", Boolean, nullable=False, comment="an official notice may still move next_at"),
    Column("look_at", Instant, comment="when the worker begins it: next_at, or later when it could not be begun then"),
    Column("calendar_version", String(64), nullable=False, comment="with which next_at was counted"),
    Column("last_at", Instant, comment="the planned instant of the case that was begun last"),
    Column("begun", Integer, nullable=False, comment="how many cases it has begun"),
    Index(None, "look_at"),
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", String(32), primary_key=True, comment="the engine's own id of the event that waits"),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("element_id", String(128), nullable=False),
    Column("kind", String(16), nullable=False, comment="message or signal"),
    Column("name", String(200), nullable=False),
    Column("correlation", String(200), comment="by what a message finds it; null: it is a signal"),
    Column("scope_id", ForeignKey("scope.id")),
    Column("armed_at", Instant, nullable=False),
    Index(None, "kind", "name", "correlation"),
    Index(None, "instance_id"),
    CheckConstraint("kind in ('message', 'signal')", name="kind"),
)

thrown_event = Table(
    "thrown_event",
    metadata,
    Column("id", String(128), primary_key=True, comment="the engine's own, or the sender's: heard once"),
    Column("kind", String(16), nullable=False, comment="message or signal"),
    Column("name", String(200), nullable=False),
    Column("correlation", String(200), comment="whom a message looks for; null: only who is linked, or a signal"),
    Column("from_id", ForeignKey("process_instance.id"), nullable=False, comment="the instance that threw it"),
    Column("from_element_id", String(128), nullable=False),
    Column("thrown_at", Instant, nullable=False),
    Column("to_id", ForeignKey("process_instance.id"), comment="a signal: the instance that waited for it"),
    Column("subscription_id", String(32), comment="a signal: what waited there"),
    Column("start_key", String(64), comment="a signal: the procedure that it begins"),
    Column("start_element_id", String(128), comment="a signal: at which start event"),
    Column("status", String(16), nullable=False, comment="waiting, heard, gone (nothing waits any more), expired"),
    Column("look_at", Instant, comment="when the worker looks for who hears it; null: it is over"),
    Column("kept_until", Instant, comment="how long a message waits that came too early"),
    Column("heard_at", Instant),
    Column("heard_by_id", ForeignKey("process_instance.id")),
    Index(None, "look_at", "id"),
    Index(None, "from_id"),
    Index("ix_thrown_event_kept", "kind", "name", "correlation", **only_where("status = 'waiting'")),
    CheckConstraint("kind in ('message', 'signal')", name="kind"),
    CheckConstraint("status in ('waiting', 'heard', 'gone', 'expired')", name="status"),
)
