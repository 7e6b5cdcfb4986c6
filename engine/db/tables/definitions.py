"""What the office sets: the city's rules, the calendar, and the procedures that analysts deploy; and what has changed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from engine.db.tables.base import metadata
from engine.db.types import Instant, Json, Said

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

definition_version = Table(
    "definition_version",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("key", String(64), nullable=False, comment="the process id in the diagram"),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("diagram", LargeBinary, nullable=False, comment="the analyst's bytes, untouched"),
    Column("sha256", String(64), nullable=False, comment="of the diagram and its forms together"),
    Column("specification", LargeBinary, nullable=False, comment="by which meaning it runs, as JSON"),
    Column("forms", Json, nullable=False, comment="form id -> the form's own JSON text"),
    Column("deployed_at", Instant, nullable=False),
    Column("deployed_by", Text, nullable=False),
    Column("pins", Json, comment="element id -> the version that it begins; null: none"),
    Column("reason", Text, comment="why it was deployed, in the words of whoever did; null: not said"),
    Column("restores", Integer, comment="the earlier version whose content came back with this one"),
    Column("confirmed_by", Text, comment="the second person, where the city asks for one; null: nobody was asked"),
    Column("tests", LargeBinary, comment="its tests as they were deployed with it, YAML; null: none"),
    Column("english", Json, comment="what came with it of names.en.json and forms.en.json; null: nothing"),
    UniqueConstraint("key", "version"),
)

kept_file = Table(
    "kept_file",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "key", String(64), nullable=False, index=True, comment="the process id; empty: the file names none that runs"
    ),
    Column("name", Text, nullable=False, comment="what the diagram calls the procedure, else the file's name"),
    Column("status", String(16), nullable=False, comment="draft, waiting, deployed, refused, dropped"),
    Column("package", LargeBinary, nullable=False, comment="a zip of the files as they were sent"),
    Column("sha256", String(64), nullable=False, comment="of the names and contents of the files"),
    Column("restores", Integer, comment="the earlier version whose content it is; null: it was sent"),
    Column("reason", Text, nullable=False, comment="why, in the words of whoever sent it; of a draft a note"),
    Column("kept_at", Instant, nullable=False),
    Column("kept_by", Text, nullable=False),
    Column("person_id", ForeignKey("person.id"), comment="who sent it; null: somebody at the command line"),
    Column("ended_at", Instant, comment="deployed, refused or dropped; null: it is still kept"),
    Column("ended_by", Text),
    Column("answer", Text, comment="why it was refused or dropped"),
)

retirement = Table(
    "retirement",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("key", String(64), nullable=False, index=True, comment="the procedure that nobody may start"),
    Column("retired_at", Instant, nullable=False),
    Column("retired_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("revived_at", Instant, comment="null: it is retired"),
    Column("revived_by", Text),
    Column("revived_reason", Text),
)

waiting_file = Table(
    "waiting_file",
    metadata,
    Column("name", String(255), primary_key=True, comment="a shipped diagram that could not be deployed"),
    Column("outcome", String(16), nullable=False, comment="waits (for units), refused"),
    Column("message", Said, nullable=False, comment="why, in words"),
    Column("tried_at", Instant, nullable=False),
)

stamp = Table(
    "stamp",
    metadata,
    Column("subject", String(32), primary_key=True, comment="one of db.stamp.SUBJECTS"),
    Column("version", String(32), nullable=False, comment="a new name whenever a table of the subject is written"),
)
