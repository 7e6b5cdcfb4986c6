"""The work: instances, their tasks and facts, their periods and timers."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
    text,
)

from engine.db.rows import (
    CaseLinkRow,
    CheckedPaperKey,
    DeadlineRow,
    FactRow,
    FiredTimerRow,
    InstanceRow,
    PartyRow,
    ScopeRow,
    TaskDraftKey,
    TaskRoleRow,
    TaskRow,
    TimerRow,
)
from engine.db.tables.base import OUTERMOST, TableOf, metadata, only_where
from engine.db.types import Instant, Json

_BEHIND_ALL = text("'5000-01-01 00:00:00.000000+00:00'")
UNWATCHED = "status = 'open' AND deadline_key IS NULL"
"""An open task that an older version of the program has left without a period: an index of its own finds it."""

number_sequence = Table(
    "number_sequence",
    metadata,
    Column("prefix", String(16), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

process_instance: TableOf[InstanceRow] = TableOf(
    "process_instance",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", String(64), nullable=False, unique=True, comment="YS-2026-0412"),
    Column("definition_id", ForeignKey("definition_version.id"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("status", String(16), nullable=False, comment="running, ended, incident"),
    Column("result", String(64), comment="of the end event that was reached"),
    Column("result_name", Text),
    Column("started_at", Instant, nullable=False),
    Column("started_by", ForeignKey("person.id")),
    Column("ended_at", Instant),
    Column("revision", Integer, nullable=False, comment="plus one with every step"),
    Column("state", LargeBinary, nullable=False, comment="see bpmn.state"),
    Column("taken", Json, nullable=False, comment="sequence flows passed, in order of first passage"),
    Column("origin_instance_id", ForeignKey("process_instance.id"), comment="which called or started this one"),
    Column("origin_task_id", String(32), comment="the call that waits for the end of this one"),
    Column(
        "start_element_id", String(128), comment="the start event at which it began; null: the only one that there was"
    ),
    Column(
        "calendar_version", String(64), comment="with which its periods were counted last; null: before that was kept"
    ),
    Column("next_due", Instant, nullable=False, server_default=_BEHIND_ALL, comment="see db.ordering.of_instance"),
    Column(
        "ever_over", Boolean, nullable=False, server_default=false(), comment="a legal period was recorded as overdue"
    ),
    Column(
        "past_diagram",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="it was ended, or ended with its caller, and has reached no end of its own: it has no answer",
    ),
    Index(None, "key", "status"),
    Index(None, "status", "started_at"),
    Index(None, "status", "calendar_version"),
    Index(None, "origin_instance_id"),
    Index(None, "next_due", "started_at", "id"),
    Index("ix_process_instance_ever_over", "next_due", "started_at", "id", **only_where(flag="ever_over")),
    Index("ix_process_instance_key_next_due", "key", "next_due", "started_at", "id"),
    Index(None, "started_by", "started_at", "id"),
    CheckConstraint("status in ('running', 'ended', 'incident')", name="status"),
)

party: TableOf[PartyRow] = TableOf(
    "party",
    metadata,
    Column("instance_id", ForeignKey("process_instance.id"), primary_key=True),
    Column("unit_code", ForeignKey("unit.code"), primary_key=True),
    Column("fact", String(64), primary_key=True, comment="the fact that names the unit: receiving_unit"),
    Column("seen_at", Instant, comment="since when the unit sees the case; null: it is only proposed"),
    Column("next_due", Instant, nullable=False, server_default=_BEHIND_ALL, comment="the instance's, beside the unit"),
    Column("started_at", Instant, nullable=False, server_default=_BEHIND_ALL, comment="the instance's"),
    Index(None, "unit_code", "next_due", "started_at", "instance_id"),
)

case_link: TableOf[CaseLinkRow] = TableOf(
    "case_link",
    metadata,
    Column("instance_id", ForeignKey("process_instance.id"), primary_key=True, comment="which names the other"),
    Column("fact", String(64), primary_key=True, comment="the fact that holds the other's number: related_case"),
    Column("named_id", ForeignKey("process_instance.id"), nullable=False),
    Column("task_id", ForeignKey("task.id"), comment="in which it was named; null: at the start, or handed over"),
    Index(None, "named_id"),
)

scope: TableOf[ScopeRow] = TableOf(
    "scope",
    metadata,
    Column("id", String(32), primary_key=True, comment="the engine's own id of what has begun"),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("parent_id", ForeignKey("scope.id"), comment="the scope around it; null: the instance itself"),
    Column("element_id", String(128), nullable=False, comment="the sub-process, or the activity that is repeated"),
    Column("position", Integer, comment="0, 1, 2 … among the iterations; null: it is not repeated"),
    Column("item", Json, comment="of the list, for this iteration; see db.values"),
    Column("run_id", String(32), comment="the activity whose iteration it is, the same for all of them"),
    Column(
        "apart", Boolean, nullable=False, comment="what is said in it is seen in it alone: one of several iterations"
    ),
    Column("opened_at", Instant, nullable=False),
    Column("ended_at", Instant, comment="it was left, or ended by something around it"),
    Column("done", Boolean, nullable=False, comment="an iteration that came to its own end"),
    Index(None, "instance_id"),
)

task: TableOf[TaskRow] = TableOf(
    "task",
    metadata,
    Column("id", String(32), primary_key=True, comment="the engine's own id of the task"),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("element_id", String(128), nullable=False),
    Column("name", Text, nullable=False),
    Column("unit_code", ForeignKey("unit.code"), nullable=False, comment="who is asked"),
    Column("roles", Json, nullable=False, comment="list of roles, any of which may do it"),
    Column("fallback", Boolean, nullable=False, comment="true: no holder of the role, so the principal leader (R51)"),
    Column("deadline_key", String(64), comment="the period it is worked under"),
    Column("status", String(16), nullable=False, comment="open, completed, lapsed"),
    Column("opened_at", Instant, nullable=False),
    Column("assignee_id", ForeignKey("person.id")),
    Column("claimed_at", Instant),
    Column("ended_at", Instant),
    Column("ended_by", ForeignKey("person.id")),
    Column("outcome", String(64)),
    Column("outcome_name", Text),
    Column("remark", Text, comment="the opinion given, for the history"),
    Column("undone", String(16), comment="sent_back or taken_back: what ended it, or took its completion back"),
    Column("scope_id", ForeignKey("scope.id")),
    Index(None, "instance_id"),
    Index(None, "status", "unit_code"),
    Index(None, "assignee_id", "status"),
    Index(None, "ended_by"),
    Index(
        "ix_task_done",
        "ended_by",
        "unit_code",
        "ended_at",
        "id",
        **only_where("status = 'completed' AND undone IS NULL"),
    ),
    Index(
        "ix_task_unwatched", "status", "deadline_key", sqlite_where=text(UNWATCHED), postgresql_where=text(UNWATCHED)
    ),
    CheckConstraint("status in ('open', 'completed', 'lapsed')", name="status"),
)

task_role: TableOf[TaskRoleRow] = TableOf(
    "task_role",
    metadata,
    Column("task_id", ForeignKey("task.id"), primary_key=True, comment="an open one"),
    Column("role", String(32), primary_key=True, comment="one of those that may do it"),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("unit_code", ForeignKey("unit.code"), nullable=False, comment="the task's"),
    Column("due_sort", Instant, nullable=False, comment="see db.ordering.of_task"),
    Column("opened_at", Instant, nullable=False, comment="the task's"),
    Column("assignee_id", ForeignKey("person.id"), comment="the task's"),
    Index("ix_task_role_list", "unit_code", "role", "due_sort", "opened_at", "task_id", "assignee_id"),
    Index(None, "instance_id"),
)

delivered_message = Table(
    "delivered_message",
    metadata,
    Column("id", String(128), primary_key=True, comment="the sender's own; taken once"),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("element_id", String(128), nullable=False, comment="the button or the task that it was for"),
    Column("person_id", ForeignKey("person.id"), nullable=False, comment="in whose name"),
    Column("delivered_at", Instant, nullable=False),
)

sent_form = Table(
    "sent_form",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("id", String(64), primary_key=True, comment="of the form as it was shown, and where it was sent to"),
    Column("part", Integer, primary_key=True, comment="which of the transactions of one request"),
    Column("content_hash", String(64), nullable=False, comment="of what was sent"),
    Column("answer", Json, nullable=False, comment="what the transaction gave, for whoever sends it again"),
    Column("sent_at", Instant, nullable=False),
    Index(None, "sent_at"),
)

task_draft: TableOf[TaskDraftKey] = TableOf(
    "task_draft",
    metadata,
    Column("task_id", ForeignKey("task.id"), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("answers", Json, nullable=False, comment="as the browser sent them, unchecked"),
    Column("saved_at", Instant, nullable=False),
    Index(None, "instance_id"),
)

checked_paper: TableOf[CheckedPaperKey] = TableOf(
    "checked_paper",
    metadata,
    Column("task_id", ForeignKey("task.id"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("paper", String(200), primary_key=True, comment="document/ID, material/ID or draft/ELEMENT/WORDS"),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("checked_at", Instant, nullable=False),
    Index(None, "instance_id"),
)

start_draft = Table(
    "start_draft",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("unit_code", ForeignKey("unit.code"), primary_key=True),
    Column("key", String(200), primary_key=True, comment="of the procedure that is about to be started, and where"),
    Column("answers", Json, nullable=False),
    Column("saved_at", Instant, nullable=False),
)

fact: TableOf[FactRow] = TableOf(
    "fact",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("revision", Integer, nullable=False, comment="the step that said it; the latest row is in force"),
    Column("name", String(64), nullable=False),
    Column("value", Json, nullable=False, comment="see db.values"),
    Column("said_at", Instant, nullable=False),
    Column("said_by", ForeignKey("person.id"), comment="null: the procedure itself"),
    Column("task_id", ForeignKey("task.id")),
    Column("scope_id", ForeignKey("scope.id")),
    Index(None, "instance_id", "name"),
)

deadline: TableOf[DeadlineRow] = TableOf(
    "deadline",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("element_id", String(128), nullable=False, comment="the timer event that started it"),
    Column("name", Text, nullable=False),
    Column("rule", String(16), nullable=False, comment="R55"),
    Column("basis", Text, nullable=False, comment="the plan's own words"),
    Column("hard", Boolean, nullable=False, comment="false: a recommended period, never a breach"),
    Column("unit_code", ForeignKey("unit.code"), comment="who is responsible"),
    Column("kind", String(32), nullable=False, comment="working_days, hours …"),
    Column("number", Integer),
    Column("start_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False, comment="exclusive: in time is before it"),
    Column("last_day", Date),
    Column("provisional", Boolean, nullable=False),
    Column("trace", Json, nullable=False, comment="counted and skipped days with their reasons"),
    Column("calendar_version", String(64), nullable=False),
    Column("status", String(16), nullable=False, comment="running, overdue, paused, met, met_late, cancelled"),
    Column("armed_at", Instant, nullable=False),
    Column("original_due_at", Instant, nullable=False),
    Column("moves", Json, nullable=False, comment="every change of the due instant: when, from, to, why"),
    Column("overdue_at", Instant, comment="a fact that nobody can erase"),
    Column("ended_at", Instant),
    Column("scope_id", ForeignKey("scope.id")),
    Index(None, "instance_id", "key"),
    Index("ix_deadline_paused", "unit_code", **only_where("status = 'paused'", "hard")),
    Index(None, "due_at", "instance_id", "last_day", **only_where("status IN ('running', 'overdue')", "hard")),
    Index(
        None, "unit_code", "due_at", "last_day", "instance_id", **only_where("status IN ('running', 'overdue')", "hard")
    ),
    Index(None, "ended_at", "unit_code", "status", **only_where("status IN ('met', 'met_late')", "hard")),
    Index("ix_deadline_ever_over", "instance_id", **only_where("overdue_at IS NOT NULL", "hard")),
    CheckConstraint("status in ('running', 'overdue', 'paused', 'met', 'met_late', 'cancelled')", name="status"),
)

timer: TableOf[TimerRow] = TableOf(
    "timer",
    metadata,
    Column("id", String(64), primary_key=True, comment="the engine's task id, or the deadline's id for its marks"),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("element_id", String(128), nullable=False),
    Column("kind", String(16), nullable=False, comment="due (drawn in the diagram) or mark (reminder, escalation)"),
    Column("due_at", Instant, comment="null: armed, but dormant, or its instance is parked"),
    Column("interrupting", Boolean, nullable=False),
    Column("number", Integer, nullable=False, comment="which one of a repeating timer, or which mark"),
    Column("parked_due_at", Instant, comment="due_at as it is again when the parked instance is resumed"),
    Column("scope_id", ForeignKey("scope.id")),
    Index(None, "due_at", "id"),
    Index(None, "instance_id"),
    CheckConstraint("kind in ('due', 'mark')", name="kind"),
)

fired_timer: TableOf[FiredTimerRow] = TableOf(
    "fired_timer",
    metadata,
    Column("instance_id", ForeignKey("process_instance.id"), primary_key=True),
    Column("element_id", String(128), primary_key=True, comment="a drawn timer that leaves its task open"),
    Column("due_at", Instant, primary_key=True, comment="the instant at which it was due"),
    Column("scope_id", String(32), primary_key=True, server_default="", comment=OUTERMOST),
    Column("fired_at", Instant, nullable=False, comment="when it did its work for that instant last"),
)
