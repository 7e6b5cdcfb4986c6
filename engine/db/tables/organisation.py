"""Who there is: units, people, their posts, what each unit is competent for, and sign-ins."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text, text

from engine.db.tables.base import metadata
from engine.db.types import Instant

unit = Table(
    "unit",
    metadata,
    Column("code", String(64), primary_key=True, comment="ASCII, never reused"),
    Column("name", Text, nullable=False),
    Column("full_name", Text, comment="as it stands on papers: 青河市生态环境局; null: the name"),
    Column("phone", Text, comment="of the office, for papers"),
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
    Column("email", String(254), comment="where notices go outside the pages; null: nowhere"),
    Column(
        "must_change_password",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="the password was given out once: nothing else may be done before it is changed",
    ),
    Column("unlocked_at", Instant, comment="wrong tries before this count no longer"),
    Column("language", String(8), comment="of the pages: zh or en; null while the person has not chosen"),
    Column("large_type", Boolean, comment="whether the pages are in large type; null while the person has not chosen"),
    Index("ix_person_gone", "id", sqlite_where=text("active = 0"), postgresql_where=text("NOT active")),
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
    Column("left_at", Instant, comment="when what its holder had claimed was let go after its end; null until then"),
    Index(None, "unit_code", "role"),
    Index(None, "person_id", "left_at"),
    Index(None, "left_at", "valid_to"),
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
    Column("pinyin", Text, nullable=False, server_default="", comment="how the title is read: zhan dao jing ying"),
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
    Column("browser", String(64), comment="known_browser.token_hash; null: from a browser not known"),
    Index(None, "login", "at"),
    Index(None, "address", "at"),
)

known_browser = Table(
    "known_browser",
    metadata,
    Column("token_hash", String(64), primary_key=True, comment="SHA-256 of the id in the browser's cookie"),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("known_since", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Index(None, "person_id"),
)
