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
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
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
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_audit_head"),
    )
    op.create_table(
        "calendar_version",
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_calendar_version"),
    )
    op.create_table(
        "city_rule",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", "version", name="pk_city_rule"),
    )
    op.create_table(
        "definition_version",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("diagram", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("specification", sa.LargeBinary(), nullable=False),
        sa.Column("forms", sa.Text(), nullable=False),
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
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("abbreviation", sa.String(16), nullable=False),
        sa.Column("parent_code", sa.String(64), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("successor_code", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_unit"),
        sa.ForeignKeyConstraint(["parent_code"], ["unit.code"], name="fk_unit_parent_code_unit"),
        sa.ForeignKeyConstraint(["successor_code"], ["unit.code"], name="fk_unit_successor_code_unit"),
    )
    op.create_table(
        "matter",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("department_code", sa.String(64), nullable=False),
        sa.Column("enforcing_kind", sa.String(32), nullable=False),
        sa.Column("empowered_at", sa.Date(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_matter"),
        sa.ForeignKeyConstraint(["department_code"], ["unit.code"], name="fk_matter_department_code_unit"),
    )
    op.create_table(
        "post",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_post"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_post_person_id_person"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_post_unit_code_unit"),
    )
    op.create_index("ix_post_person_id", "post", ["person_id"])
    op.create_index("ix_post_unit_code_role", "post", ["unit_code", "role"])
    op.create_table(
        "process_instance",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("definition_id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("result", sa.String(64), nullable=True),
        sa.Column("result_name", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(32), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("taken", sa.Text(), nullable=False),
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
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=True),
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
        sa.Column("key", sa.String(64), nullable=False),
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
        sa.Column("element_id", sa.String(128), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(16), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("trace", sa.Text(), nullable=False),
        sa.Column("calendar_version", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("armed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("original_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moves", sa.Text(), nullable=False),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("from_unit", sa.String(64), nullable=False),
        sa.Column("to_unit", sa.String(64), nullable=False),
        sa.Column("copy", sa.Boolean(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
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
        sa.Column("fact", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "unit_code", "fact", name="pk_party"),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name="fk_party_instance_id_process_instance"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_party_unit_code_unit"),
    )
    op.create_index("ix_party_unit_code", "party", ["unit_code"])
    op.create_table(
        "task",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("element_id", sa.String(128), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("fallback", sa.Boolean(), nullable=False),
        sa.Column("deadline_key", sa.String(64), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assignee_id", sa.String(32), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(32), nullable=True),
        sa.Column("outcome", sa.String(64), nullable=True),
        sa.Column("outcome_name", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
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
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("element_id", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("interrupting", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
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
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.String(32), nullable=True),
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
        sa.Column("task_id", sa.String(32), nullable=True),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("original", sa.Boolean(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("media_type", sa.String(128), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(32), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("deadline_id", sa.String(32), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
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
        sa.Column("answers", sa.Text(), nullable=False),
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
