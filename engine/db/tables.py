"""Every table, with what its columns mean. SQLAlchemy Core: rows are plain, statements are written where they are used.

Instants are aware and in UTC (`Instant`); JSON is text, never the database's own JSON type, because the order of keys
matters to what is stored (`Json`). Every table that grows with the work carries `instance_id`, so that it can be sharded.
"""

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
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from engine.db.types import Instant, Json

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- organisation ---------------------------------------------------------------------------------------------------

unit = Table(
    "unit",
    metadata,
    Column("code", String(64), primary_key=True, comment="ASCII, never reused"),
    Column("name", Text, nullable=False),
    Column("kind", String(32), nullable=False, comment="one of organisation.units.KINDS"),
    Column("abbreviation", String(16), nullable=False, comment="机关代字, for document numbers"),
    Column("parent_code", ForeignKey("unit.code"), comment="of an internal body or a roving team"),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant, comment="exclusive; null while the unit exists"),
    Column("successor_code", ForeignKey("unit.code"), comment="inherits the open tasks of a dissolved unit"),
)

person = Table(
    "person",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)

post = Table(
    "post",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("unit_code", ForeignKey("unit.code"), nullable=False),
    Column("role", String(32), nullable=False, comment="one of organisation.people.ROLES"),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant, comment="exclusive; null while it is held"),
    Index(None, "unit_code", "role"),
    Index(None, "person_id"),
)

matter = Table(
    "matter",
    metadata,
    Column("code", String(64), primary_key=True, comment="an entry of the 职责边界清单"),
    Column("title", Text, nullable=False),
    Column("department_code", ForeignKey("unit.code"), nullable=False, comment="supervises the matter (R4)"),
    Column("enforcing_kind", String(32), nullable=False, comment="kind of unit that is competent: town or department"),
    Column("empowered_at", Date, comment="when the power went to the towns; null when it did not"),
    Column("basis", Text, nullable=False),
)

sign_in = Table(
    "sign_in",
    metadata,
    Column("token_hash", String(64), primary_key=True, comment="SHA-256 of the cookie's secret"),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("unit_code", ForeignKey("unit.code"), comment="the unit this person acts for; one at a time"),
    Column("opened_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "login", "at"),
    Index(None, "address", "at"),
)

# --- configuration --------------------------------------------------------------------------------------------------

city_rule = Table(
    "city_rule",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, comment="the highest is in force; older ones stay"),
    Column("value", Json, nullable=False),
    Column("set_at", Instant, nullable=False),
    Column("set_by", Text, nullable=False),
)

calendar_version = Table(
    "calendar_version",
    metadata,
    Column("version", String(64), primary_key=True, comment="sha-256 of the content, shortened"),
    Column("content", LargeBinary, nullable=False, comment="the official years, as `deadlines.calendar` reads them"),
    Column("active_from", Instant, nullable=False),
    Column("set_by", Text, nullable=False),
)

# --- what analysts deploy -------------------------------------------------------------------------------------------

definition_version = Table(
    "definition_version",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("key", String(64), nullable=False, comment="the process id in the diagram"),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("diagram", LargeBinary, nullable=False, comment="the analyst's bytes, untouched"),
    Column("sha256", String(64), nullable=False, comment="of the diagram and its forms together"),
    Column("specification", LargeBinary, nullable=False, comment="what SpiffWorkflow runs, from its own JSON"),
    Column("forms", Json, nullable=False, comment="form id -> the form's own JSON text"),
    Column("deployed_at", Instant, nullable=False),
    Column("deployed_by", Text, nullable=False),
    UniqueConstraint("key", "version"),
)

# --- the work -------------------------------------------------------------------------------------------------------

number_sequence = Table(
    "number_sequence",
    metadata,
    Column("prefix", String(16), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

process_instance = Table(
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
    Index(None, "key", "status"),
    Index(None, "status", "started_at"),
    Index(None, "origin_instance_id"),
    CheckConstraint("status in ('running', 'ended', 'incident')", name="status"),
)

party = Table(
    "party",
    metadata,
    Column("instance_id", ForeignKey("process_instance.id"), primary_key=True),
    Column("unit_code", ForeignKey("unit.code"), primary_key=True),
    Column("fact", String(64), primary_key=True, comment="the fact that names the unit: receiving_unit"),
    Index(None, "unit_code"),
)

task = Table(
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
    Index(None, "instance_id"),
    Index(None, "status", "unit_code"),
    CheckConstraint("status in ('open', 'completed', 'lapsed')", name="status"),
)

task_draft = Table(
    "task_draft",
    metadata,
    Column("task_id", ForeignKey("task.id"), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("answers", Json, nullable=False, comment="as the browser sent them, unchecked"),
    Column("saved_at", Instant, nullable=False),
)

start_draft = Table(
    "start_draft",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("unit_code", ForeignKey("unit.code"), primary_key=True),
    Column("key", String(64), primary_key=True, comment="of the procedure that is about to be started"),
    Column("answers", Json, nullable=False),
    Column("saved_at", Instant, nullable=False),
)

fact = Table(
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
    Index(None, "instance_id", "name"),
)

deadline = Table(
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
    Column("status", String(16), nullable=False, comment="running, overdue, met, met_late, cancelled"),
    Column("armed_at", Instant, nullable=False),
    Column("original_due_at", Instant, nullable=False),
    Column("moves", Json, nullable=False, comment="every change of the due instant: when, from, to, why"),
    Column("overdue_at", Instant, comment="a fact that nobody can erase"),
    Column("ended_at", Instant),
    Index(None, "instance_id", "key"),
    Index(None, "status", "due_at"),
    CheckConstraint("status in ('running', 'overdue', 'met', 'met_late', 'cancelled')", name="status"),
)

timer = Table(
    "timer",
    metadata,
    Column("id", String(64), primary_key=True, comment="the engine's task id, or the deadline's id for its marks"),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("element_id", String(128), nullable=False),
    Column("kind", String(16), nullable=False, comment="due (drawn in the diagram) or mark (reminder, escalation)"),
    Column("due_at", Instant, comment="null: armed, but dormant"),
    Column("interrupting", Boolean, nullable=False),
    Column("number", Integer, nullable=False, comment="which one of a repeating timer, or which mark"),
    Index(None, "due_at"),
    Index(None, "instance_id"),
    CheckConstraint("kind in ('due', 'mark')", name="kind"),
)

# --- what is written and sent ---------------------------------------------------------------------------------------

document = Table(
    "document",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("sequence", Integer, nullable=False, comment="1, 2, 3 … within the instance, in the order of delivery"),
    Column("code", String(8), nullable=False, comment="D01"),
    Column("title", Text, nullable=False),
    Column("from_unit", ForeignKey("unit.code"), nullable=False),
    Column("to_unit", ForeignKey("unit.code"), nullable=False),
    Column("copy", Boolean, nullable=False, comment="true: 抄告, for information; creates no duty"),
    Column("content", Json, nullable=False, comment="entries and materials as they stood at delivery"),
    Column("delivered_at", Instant, nullable=False, comment="entry into the receiving unit's inbox starts its clock"),
    Column("read_at", Instant),
    Column("read_by", ForeignKey("person.id")),
    Index(None, "instance_id"),
    Index(None, "to_unit", "copy"),
)

material = Table(
    "material",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("task_id", ForeignKey("task.id"), comment="during which it was added"),
    Column("unit_code", ForeignKey("unit.code"), nullable=False),
    Column("kind", String(32), nullable=False, comment="facts_statement, site_photos …"),
    Column("title", Text, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("original", Boolean, nullable=False, comment="false: a photocopy"),
    Column("file_name", Text, comment="null: on paper, handed over with the letter"),
    Column("media_type", String(128)),
    Column("size", Integer),
    Column("sha256", String(64), comment="names the file in the store"),
    Column("added_at", Instant, nullable=False),
    Column("added_by", ForeignKey("person.id"), nullable=False),
    Column("removed_at", Instant, comment="taken off the list again; the file stays"),
    Index(None, "instance_id"),
)

notice = Table(
    "notice",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("kind", String(16), nullable=False, comment="remind, overdue, escalate, moved, told"),
    Column("unit_code", ForeignKey("unit.code"), nullable=False),
    Column("roles", Json, nullable=False),
    Column("text", Text, nullable=False),
    Column("deadline_id", ForeignKey("deadline.id")),
    Column("due_at", Instant, nullable=False, comment="the instant it was meant for"),
    Column("made_at", Instant, nullable=False),
    Index(None, "instance_id"),
    Index(None, "unit_code", "made_at"),
)

# --- what happened --------------------------------------------------------------------------------------------------

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("instance_id", String(32), nullable=False, comment="or the name of a chain that is no instance"),
    Column("sequence", Integer, nullable=False, comment="1, 2, 3 … without a gap within a chain"),
    Column("at", Instant, nullable=False),
    Column("person_id", String(32)),
    Column("unit_code", String(64)),
    Column("kind", String(32), nullable=False),
    Column("element_id", String(128)),
    Column("content", Json, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("instance_id", "sequence"),
    Index(None, "at"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("day", Date, primary_key=True, comment="in Asia/Shanghai"),
    Column("chains", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("content_hash", String(64), nullable=False, comment="over the last hash of every chain, in order of id"),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
)

incident = Table(
    "incident",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("element_id", String(128)),
    Column("message", Text, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Index(None, "instance_id"),
)
