"""The tables of the first version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False, comment="or the name of a chain that is no instance"),
        sa.Column("sequence", sa.Integer(), nullable=False, comment="1, 2, 3 … without a gap within a chain"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=True),
        sa.Column("unit_code", sa.String(64), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("element_id", sa.String(128), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry"),
        sa.UniqueConstraint("instance_id", "sequence", name="uq_audit_entry_instance_id_sequence"),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])
    op.create_table(
        "audit_head",
        sa.Column("day", sa.Date(), nullable=False, comment="in Asia/Shanghai"),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column(
            "content_hash", sa.String(64), nullable=False, comment="over the last hash of every chain, in order of id"
        ),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_audit_head"),
    )
    op.create_table(
        "calendar_version",
        sa.Column("version", sa.String(64), nullable=False, comment="sha-256 of the content, shortened"),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=False,
            comment="the official years, as `deadlines.calendar` reads them",
        ),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_calendar_version"),
    )
    op.create_table(
        "city_rule",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="the highest is in force; older ones stay"),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", "version", name="pk_city_rule"),
    )
    op.create_table(
        "definition_version",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False, comment="the process id in the diagram"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("diagram", sa.LargeBinary(), nullable=False, comment="the analyst's bytes, untouched"),
        sa.Column("sha256", sa.String(64), nullable=False, comment="of the diagram and its forms together"),
        sa.Column(
            "specification", sa.LargeBinary(), nullable=False, comment="what SpiffWorkflow runs, from its own JSON"
        ),
        sa.Column("forms", sa.Text(), nullable=False, comment="form id -> the form's own JSON text"),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deployed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_definition_version"),
        sa.UniqueConstraint("key", "version", name="uq_definition_version_key_version"),
    )
    op.create_table(
        "number_sequence",
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name="pk_number_sequence"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("login", name="uq_person_login"),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_failure"),
    )
    op.create_index("ix_sign_in_failure_address_at", "sign_in_failure", ["address", "at"])
    op.create_index("ix_sign_in_failure_login_at", "sign_in_failure", ["login", "at"])
    op.create_table(
        "unit",
        sa.Column("code", sa.String(64), nullable=False, comment="ASCII, never reused"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False, comment="one of organisation.units.KINDS"),
        sa.Column("abbreviation", sa.String(16), nullable=False, comment="机关代字, for document numbers"),
        sa.Column("parent_code", sa.String(64), nullable=True, comment="of an internal body or a roving team"),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "valid_to", sa.DateTime(timezone=True), nullable=True, comment="exclusive; null while the unit exists"
        ),
        sa.Column(
            "successor_code", sa.String(64), nullable=True, comment="inherits the open tasks of a dissolved unit"
        ),
        sa.PrimaryKeyConstraint("code", name="pk_unit"),
        sa.ForeignKeyConstraint(["parent_code"], ["unit.code"], name="fk_unit_parent_code_unit"),
        sa.ForeignKeyConstraint(["successor_code"], ["unit.code"], name="fk_unit_successor_code_unit"),
    )
    op.create_table(
        "matter",
        sa.Column("code", sa.String(64), nullable=False, comment="an entry of the 职责边界清单"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("department_code", sa.String(64), nullable=False, comment="supervises the matter (R4)"),
        sa.Column(
            "enforcing_kind",
            sa.String(32),
            nullable=False,
            comment="kind of unit that is competent: town or department",
        ),
        sa.Column(
            "empowered_at", sa.Date(), nullable=True, comment="when the power went to the towns; null when it did not"
        ),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_matter"),
        sa.ForeignKeyConstraint(["department_code"], ["unit.code"], name="fk_matter_department_code_unit"),
    )
    op.create_table(
        "post",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False, comment="one of organisation.people.ROLES"),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True, comment="exclusive; null while it is held"),
        sa.PrimaryKeyConstraint("id", name="pk_post"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_post_person_id_person"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_post_unit_code_unit"),
    )
    op.create_index("ix_post_person_id", "post", ["person_id"])
    op.create_index("ix_post_unit_code_role", "post", ["unit_code", "role"])
    op.create_table(
        "process_instance",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("number", sa.String(64), nullable=False, comment="YS-2026-0412"),
        sa.Column("definition_id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False, comment="running, ended, incident"),
        sa.Column("result", sa.String(64), nullable=True, comment="of the end event that was reached"),
        sa.Column("result_name", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(32), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False, comment="plus one with every step"),
        sa.Column("state", sa.LargeBinary(), nullable=False, comment="see bpmn.state"),
        sa.Column("taken", sa.Text(), nullable=False, comment="sequence flows passed, in order of first passage"),
        sa.PrimaryKeyConstraint("id", name="pk_process_instance"),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["definition_version.id"], name="fk_process_instance_definition_id_definition_version"
        ),
        sa.ForeignKeyConstraint(["started_by"], ["person.id"], name="fk_process_instance_started_by_person"),
        sa.UniqueConstraint("number", name="uq_process_instance_number"),
        sa.CheckConstraint("status in ('running', 'ended', 'incident')", name="ck_process_instance_status"),
    )
    op.create_index("ix_process_instance_key_status", "process_instance", ["key", "status"])
    op.create_index("ix_process_instance_status_started_at", "process_instance", ["status", "started_at"])
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(64), nullable=False, comment="SHA-256 of the cookie's secret"),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=True, comment="the unit this person acts for; one at a time"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sign_in_person_id_person"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_sign_in_unit_code_unit"),
    )
    op.create_table(
        "start_draft",
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False, comment="of the procedure that is about to be started"),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "unit_code", "key", name="pk_start_draft"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_start_draft_person_id_person"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_start_draft_unit_code_unit"),
    )
    op.create_table(
        "deadline",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("element_id", sa.String(128), nullable=False, comment="the timer event that started it"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(16), nullable=False, comment="R55"),
        sa.Column("basis", sa.Text(), nullable=False, comment="the plan's own words"),
        sa.Column("hard", sa.Boolean(), nullable=False, comment="false: a recommended period, never a breach"),
        sa.Column("unit_code", sa.String(64), nullable=True, comment="who is responsible"),
        sa.Column("kind", sa.String(32), nullable=False, comment="working_days, hours …"),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, comment="exclusive: in time is before it"),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("trace", sa.Text(), nullable=False, comment="counted and skipped days with their reasons"),
        sa.Column("calendar_version", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False, comment="running, overdue, met, met_late, cancelled"),
        sa.Column("armed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("original_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moves", sa.Text(), nullable=False, comment="every change of the due instant: when, from, to, why"),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True, comment="a fact that nobody can erase"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_deadline"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_deadline_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_deadline_unit_code_unit"),
        sa.CheckConstraint(
            "status in ('running', 'overdue', 'met', 'met_late', 'cancelled')", name="ck_deadline_status"
        ),
    )
    op.create_index("ix_deadline_instance_id_key", "deadline", ["instance_id", "key"])
    op.create_index("ix_deadline_status_due_at", "deadline", ["status", "due_at"])
    op.create_table(
        "document",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("code", sa.String(8), nullable=False, comment="D01"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("from_unit", sa.String(64), nullable=False),
        sa.Column("to_unit", sa.String(64), nullable=False),
        sa.Column("copy", sa.Boolean(), nullable=False, comment="true: 抄告, for information; creates no duty"),
        sa.Column("content", sa.Text(), nullable=False, comment="entries and materials as they stood at delivery"),
        sa.Column(
            "delivered_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="entry into the receiving unit's inbox starts its clock",
        ),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.ForeignKeyConstraint(["from_unit"], ["unit.code"], name="fk_document_from_unit_unit"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_document_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["read_by"], ["person.id"], name="fk_document_read_by_person"),
        sa.ForeignKeyConstraint(["to_unit"], ["unit.code"], name="fk_document_to_unit_unit"),
    )
    op.create_index("ix_document_instance_id", "document", ["instance_id"])
    op.create_index("ix_document_to_unit_copy", "document", ["to_unit", "copy"])
    op.create_table(
        "incident",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("element_id", sa.String(128), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_incident_instance_id_process_instance"
        ),
    )
    op.create_index("ix_incident_instance_id", "incident", ["instance_id"])
    op.create_table(
        "party",
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("fact", sa.String(64), nullable=False, comment="the fact that names the unit: receiving_unit"),
        sa.PrimaryKeyConstraint("instance_id", "unit_code", "fact", name="pk_party"),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name="fk_party_instance_id_process_instance"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_party_unit_code_unit"),
    )
    op.create_index("ix_party_unit_code", "party", ["unit_code"])
    op.create_table(
        "task",
        sa.Column("id", sa.String(32), nullable=False, comment="the engine's own id of the task"),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("element_id", sa.String(128), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False, comment="who is asked"),
        sa.Column("roles", sa.Text(), nullable=False, comment="list of roles, any of which may do it"),
        sa.Column(
            "fallback",
            sa.Boolean(),
            nullable=False,
            comment="true: no holder of the role, so the principal leader (R51)",
        ),
        sa.Column("deadline_key", sa.String(64), nullable=True, comment="the period it is worked under"),
        sa.Column("status", sa.String(16), nullable=False, comment="open, completed, lapsed"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assignee_id", sa.String(32), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(32), nullable=True),
        sa.Column("outcome", sa.String(64), nullable=True),
        sa.Column("outcome_name", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True, comment="the opinion given, for the history"),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name="fk_task_assignee_id_person"),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name="fk_task_ended_by_person"),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name="fk_task_instance_id_process_instance"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_task_unit_code_unit"),
        sa.CheckConstraint("status in ('open', 'completed', 'lapsed')", name="ck_task_status"),
    )
    op.create_index("ix_task_instance_id", "task", ["instance_id"])
    op.create_index("ix_task_status_unit_code", "task", ["status", "unit_code"])
    op.create_table(
        "timer",
        sa.Column(
            "id", sa.String(64), nullable=False, comment="the engine's task id, or the deadline's id for its marks"
        ),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("element_id", sa.String(128), nullable=False),
        sa.Column(
            "kind", sa.String(16), nullable=False, comment="due (drawn in the diagram) or mark (reminder, escalation)"
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True, comment="null: armed, but dormant"),
        sa.Column("interrupting", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="which one of a repeating timer, or which mark"),
        sa.PrimaryKeyConstraint("id", name="pk_timer"),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name="fk_timer_instance_id_process_instance"),
        sa.CheckConstraint("kind in ('due', 'mark')", name="ck_timer_kind"),
    )
    op.create_index("ix_timer_due_at", "timer", ["due_at"])
    op.create_index("ix_timer_instance_id", "timer", ["instance_id"])
    op.create_table(
        "fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column(
            "revision", sa.Integer(), nullable=False, comment="the step that said it; the latest row is in force"
        ),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False, comment="see db.values"),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.String(32), nullable=True, comment="null: the procedure itself"),
        sa.Column("task_id", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_fact"),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name="fk_fact_instance_id_process_instance"),
        sa.ForeignKeyConstraint(["said_by"], ["person.id"], name="fk_fact_said_by_person"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_fact_task_id_task"),
    )
    op.create_index("ix_fact_instance_id_name", "fact", ["instance_id", "name"])
    op.create_table(
        "material",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("task_id", sa.String(32), nullable=True, comment="during which it was added"),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False, comment="facts_statement, site_photos …"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("original", sa.Boolean(), nullable=False, comment="false: a photocopy"),
        sa.Column("file_name", sa.Text(), nullable=True, comment="null: on paper, handed over with the letter"),
        sa.Column("media_type", sa.String(128), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True, comment="names the file in the store"),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(32), nullable=False),
        sa.Column(
            "removed_at", sa.DateTime(timezone=True), nullable=True, comment="taken off the list again; the file stays"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_material"),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name="fk_material_added_by_person"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_material_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_material_task_id_task"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_material_unit_code_unit"),
    )
    op.create_index("ix_material_instance_id", "material", ["instance_id"])
    op.create_table(
        "notice",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False, comment="remind, overdue, escalate, moved, told"),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("deadline_id", sa.String(32), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, comment="the instant it was meant for"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name="fk_notice_deadline_id_deadline"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_notice_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_notice_unit_code_unit"),
    )
    op.create_index("ix_notice_instance_id", "notice", ["instance_id"])
    op.create_index("ix_notice_unit_code_made_at", "notice", ["unit_code", "made_at"])
    op.create_table(
        "task_draft",
        sa.Column("task_id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False, comment="as the browser sent them, unchecked"),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("task_id", "person_id", name="pk_task_draft"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_task_draft_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_task_draft_person_id_person"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_task_draft_task_id_task"),
    )


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")
