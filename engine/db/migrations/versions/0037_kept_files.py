"""Files of procedures that are kept before they are in force: drafts, and those that wait for a second person.

A version keeps with it who confirmed it, its tests, and what it is called in English.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant, Json

revision = "0037"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_file",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False, comment="the process id; empty: the file names none that runs"),
        sa.Column(
            "name", sa.Text, nullable=False, comment="what the diagram calls the procedure, else the file's name"
        ),
        sa.Column("status", sa.String(16), nullable=False, comment="draft, waiting, deployed, refused, dropped"),
        sa.Column("package", sa.LargeBinary, nullable=False, comment="a zip of the files as they were sent"),
        sa.Column("sha256", sa.String(64), nullable=False, comment="of the names and contents of the files"),
        sa.Column("restores", sa.Integer, comment="the earlier version whose content it is; null: it was sent"),
        sa.Column("reason", sa.Text, nullable=False, comment="why, in the words of whoever sent it; of a draft a note"),
        sa.Column("kept_at", Instant, nullable=False),
        sa.Column("kept_by", sa.Text, nullable=False),
        sa.Column("person_id", sa.String(32), comment="who sent it; null: somebody at the command line"),
        sa.Column("ended_at", Instant, comment="deployed, refused or dropped; null: it is still kept"),
        sa.Column("ended_by", sa.Text),
        sa.Column("answer", sa.Text, comment="why it was refused or dropped"),
        sa.PrimaryKeyConstraint("id", name="pk_kept_file"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_kept_file_person_id_person"),
    )
    op.create_index("ix_kept_file_key", "kept_file", ["key"])
    told = "the second person, where the city asks for one; null: nobody was asked"
    op.add_column("definition_version", sa.Column("confirmed_by", sa.Text, comment=told))
    told = "its tests as they were deployed with it, YAML; null: none"
    op.add_column("definition_version", sa.Column("tests", sa.LargeBinary, comment=told))
    told = "what came with it of names.en.json and forms.en.json; null: nothing"
    op.add_column("definition_version", sa.Column("english", Json, comment=told))


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")
