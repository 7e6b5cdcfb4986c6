"""What a transaction will write: rows that are new, changed or gone, kept in memory until they are flushed together.

A row that is changed twice is written once; one that is new and changed is one insert. A row that is gone gives its place to
a new one of the same table, where nothing else refers to it. Each table and kind of change is one statement, built once per
process, in the order in which the tables refer to each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, delete, func, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.db.prepared import Prepared
from engine.db.sending import Write, send
from engine.db.types import Json

Key = tuple[Any, ...]
"""The values of a table's primary key, in its order."""
Row = Mapping[str, Any]


class Changes:
    def __init__(self) -> None:
        self._added: dict[Table, dict[Key, Row]] = {}
        self._changed: dict[Table, dict[Key, dict[str, Any]]] = {}
        self._whole: dict[Table, dict[Key, Row]] = {}
        """Changed rows of which every column is known."""
        self._moved: dict[Table, dict[Key, tuple[int, Row]]] = {}
        """Changed rows of which the revision must be the one that was read, with that."""
        self._removed: dict[Table, dict[Key, None]] = {}
        self.tables: set[str] = set()
        """The names of the tables that may be written."""

    def __bool__(self) -> bool:
        return bool(self._added or self._changed or self._moved or self._removed)

    def add(self, table: Table, row: Row) -> None:
        """There will be a row of these values; a column that is left out takes its default, a number of the row itself too."""
        self.tables.add(table.name)
        numbered = any(name not in row for name in _key_names(table))
        self._added.setdefault(table, {})[(object(),) if numbered else key_of(table, row)] = dict(row)

    def move(self, table: Table, key: Key, values: Row, at_revision: int) -> None:
        """The row with this key, which has this revision, will hold these values. Writing raises Stale when it has another."""
        self.tables.add(table.name)
        new = self._added.get(table, {}).get(key)
        if new is not None:
            self._added[table][key] = {**new, **values}
            return
        first, so_far = self._moved.setdefault(table, {}).get(key, (at_revision, {}))
        self._moved[table][key] = (first, {**so_far, **values})

    def change(self, table: Table, key: Key, values: Row, whole: Row | None = None) -> None:
        """These columns of the row with this key will hold these values; nothing else of it is written.

        `whole` is the row with all its columns, as it will be: with that it may be written together with new ones.
        """
        if not values:
            return
        self.tables.add(table.name)
        if whole is not None:
            self._whole.setdefault(table, {})[key] = whole
        new = self._added.get(table, {}).get(key)
        moved = self._moved.get(table, {}).get(key)
        if new is not None:
            self._added[table][key] = {**new, **values}
        elif moved is not None:
            self._moved[table][key] = (moved[0], {**moved[1], **values})
        else:
            self._changed.setdefault(table, {}).setdefault(key, {}).update(values)

    def remove(self, table: Table, key: Key) -> None:
        """There will be no row with this key."""
        self.tables.add(table.name)
        _drop(self._changed, table, key)
        if not _drop(self._added, table, key):
            self._removed.setdefault(table, {})[key] = None

    def write(self, tx: Connection) -> None:
        """Everything is in the database, rows that must have a revision first, then those that are gone."""
        send(tx, self._writes(tx.dialect.name))

    def _writes(self, dialect: str) -> Iterator[Write]:
        for table, rows in self._moved.items():
            for key, (at_revision, values) in rows.items():
                given = {**_given(table, key, values), "at": at_revision}
                yield _move(dialect, table, tuple(sorted(values))), [given]
        added, changed, removed = self._added, self._changed, self._removed
        replaced = {table: self._replaced(table) for table in removed if table.name in REPLACED}
        for table in reversed(_in_order(removed)):
            if removed[table]:
                yield _remove(dialect, table), [_named(table, key) for key in removed[table]]
        for table in _in_order({**added, **changed}):
            if places := replaced.get(table):
                yield _change(dialect, table, column_names(table)), places
            new, old = added.get(table, {}), changed.get(table, {})
            if (together := self._together(table, new, old)) is not None:
                yield _put(dialect, table, frozenset().union(*old.values())), together
                continue
            for names, same in _alike(table, self._evened(table, old)).items():
                yield _change(dialect, table, names), same
            for names, same_new in _same_columns(new.values()).items():
                yield _add(dialect, table, names), same_new

    def _replaced(self, table: Table) -> list[dict[str, Any]]:
        """Places of rows that are gone, each with all that the new row holds that takes it; what is left over stays."""
        added, removed = self._added.get(table, {}), self._removed[table]
        if not removed.keys().isdisjoint(added):
            return []  # a place cannot be given away before its own row has come back
        blank = dict.fromkeys(column_names(table))
        rows = []
        for gone, new in zip(list(removed), list(added), strict=False):
            del removed[gone]
            rows.append(_given(table, gone, {**blank, **added.pop(new)}))
        return rows

    def _evened(self, table: Table, old: dict[Key, dict[str, Any]]) -> Mapping[Key, Row]:
        """Changed rows of a table that only steps write: each with every column in which one of them changes."""
        whole = self._whole.get(table, {})
        if table.name not in STEPS_ALONE or any(key not in whole for key in old):
            return old
        names = sorted(frozenset().union(*old.values()))
        return {key: {name: whole[key][name] for name in names} for key in old}

    def _together(self, table: Table, new: Mapping[Key, Row], old: Mapping[Key, Row]) -> list[Row] | None:
        """New and changed rows as one statement takes them; None when not every column of them is known."""
        whole = self._whole.get(table, {})
        if not new or not old or any(key not in whole for key in old):
            return None
        left_out = {column for row in new.values() for column in table.c if column.name not in row}
        if not all(_may_be_blank(column) for column in left_out):
            return None
        blank = dict.fromkeys(column_names(table))
        return [*(whole[key] for key in old), *({**blank, **row} for row in new.values())]


def key_of(table: Table, row: Row) -> Key:
    return tuple([row[name] for name in _key_names(table)])


def key_of_row(table: Table, row: Any) -> Key:
    """The same of a row that has its columns as attributes."""
    return tuple([getattr(row, name) for name in _key_names(table)])


@cache
def column_names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.c)


@cache
def _key_names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key.columns)


def _drop(rows: dict[Table, dict[Key, Any]], table: Table, key: Key) -> bool:
    """Whether it was there."""
    kept = rows.get(table, {})
    if key not in kept:
        return False
    del kept[key]
    if not kept:
        del rows[table]
    return True


def _in_order(tables: Mapping[Table, Any]) -> list[Table]:
    return sorted(tables, key=lambda table: _places(table.metadata)[table])


@lru_cache
def _places(metadata: Any) -> dict[Table, int]:
    """Where each table stands when every table comes behind those that it refers to."""
    return {table: place for place, table in enumerate(metadata.sorted_tables)}


def _may_be_blank(column: Column[Any]) -> bool:
    """Whether writing nothing is the same as leaving it out; as JSON it would be a value of its own."""
    return bool(column.nullable) and column.server_default is None and not isinstance(column.type, Json)


def _named(table: Table, key: Key) -> dict[str, Any]:
    return {f"own_{name}": value for name, value in zip(_key_names(table), key, strict=True)}


def _given(table: Table, key: Key, values: Row) -> dict[str, Any]:
    """What `_change` is given: which row, and what it will hold."""
    return {**_named(table, key), **{f"new_{name}": value for name, value in values.items()}}


def _alike(table: Table, rows: Mapping[Key, Row]) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """Changed rows by the columns that change: each kind is one statement."""
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for key, values in rows.items():
        found.setdefault(tuple(sorted(values)), []).append(_given(table, key, values))
    return found


def _same_columns(rows: Any) -> dict[tuple[str, ...], list[Row]]:
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(sorted(row)), []).append(row)
    return found


@cache
def _add(dialect: str, table: Table, names: tuple[str, ...]) -> Prepared:
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    new = _insert(dialect, table).values(values).inline()
    return Prepared(dialect, new.on_conflict_do_nothing() if table.name in ONCE else new, table.name)


@cache
def _put(dialect: str, table: Table, names: frozenset[str]) -> Prepared:
    """A row that is there has only these columns changed."""
    new = _insert(dialect, table).values({name: bindparam(name) for name in column_names(table)}).inline()
    keys = list(table.primary_key.columns)
    first = FIRST_STAYS.get(table.name, ())
    changed = {
        name: func.coalesce(table.c[name], new.excluded[name]) if name in first else new.excluded[name]
        for name in sorted(names)
    }
    return Prepared(dialect, new.on_conflict_do_update(index_elements=keys, set_=changed), table.name)


def _insert(dialect: str, table: Table) -> Any:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def _change(dialect: str, table: Table, names: tuple[str, ...]) -> Prepared:
    return Prepared(dialect, _changed(table, names), table.name)


@cache
def _move(dialect: str, table: Table, names: tuple[str, ...]) -> Prepared:
    return Prepared(dialect, _changed(table, names).where(table.c.revision == bindparam("at")), table.name, guards=True)


def _changed(table: Table, names: tuple[str, ...]) -> Any:
    own = _own(table) + [table.c[name].is_(None) for name in FIRST_STAYS.get(table.name, ())]
    return update(table).where(*own).values({name: bindparam(f"new_{name}") for name in names})


@cache
def _remove(dialect: str, table: Table) -> Prepared:
    return Prepared(dialect, delete(table).where(*_own(table)), table.name)


def _own(table: Table) -> list[Any]:
    return [column == bindparam(f"own_{column.name}") for column in table.primary_key.columns]


FIRST_STAYS = {"notice_receipt": ("cleared_at",)}
"""Columns that others write without the instance's lock: whoever was first stays."""
REPLACED = frozenset({"task_role", "timer"})
"""Tables to whose rows nothing refers, and whose rows refer to nothing that is ever removed: one that is gone gives its
place to a new one. What the new one leaves out is nothing."""
STEPS_ALONE = frozenset({"party"})
"""Tables that nobody writes without the instance's lock."""
ONCE = frozenset({"notice_receipt"})
"""Tables whose new rows may be there already: somebody may be told the same twice within one step."""
