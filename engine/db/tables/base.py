"""The one collection of tables, and how their constraints and indexes are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from sqlalchemy import MetaData, Table, text

R = TypeVar("R", bound=NamedTuple)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

if TYPE_CHECKING:

    class TableOf(Table, Generic[R]):
        """A table that belongs to instances; a case (`engine.db.case`) holds its rows as R."""

else:
    TableOf = Table

SAID = "the text as a message, in nobody's language yet (see messages.to_json); null: of before there were any"
"""The comment on a column that keeps what is told for readers of any language, beside the same in Chinese."""
OUTERMOST = "the scope that it is in; empty: the instance itself"
"""The comment on a column that is part of a key, and so cannot be null."""


def only_where(condition: str = "", flag: str = "") -> dict[str, Any]:
    """An index of only the rows in which the Boolean column `flag` is true and the condition holds.

    A statement has to say both in these very words, without parameters, or no store makes use of the index.
    """
    on_sqlite, on_postgresql = f"{flag} = 1" if flag else "", flag
    return {
        "sqlite_where": text(" AND ".join(part for part in (on_sqlite, condition) if part)),
        "postgresql_where": text(" AND ".join(part for part in (on_postgresql, condition) if part)),
    }
