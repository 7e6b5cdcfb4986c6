"""What is recorded is bound to its place by keyed hashes: states of instances, ends of chains, and rows that count.

The key is not in the database (engine.keys): whoever can write into the tables alone makes nothing that fits.

- A stored state names its instance, revision and definition in its seal. It is opened before it is used, or not at all.
- `chain_head` says of every chain how many entries it has, how the last one is hashed, which revision the instance has, and
  what its rows in the tables of `COUNTED` come to. The entry that follows a change says the same of the tables it changed.
- A head that does not fit is never made to fit by what happens afterwards, nor are rows that did not fit before.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, Protocol

from sqlalchemy import Column, Connection, Date

from engine.db import tables
from engine.db.case import Case, case_of
from engine.db.read_before import read_before
from engine.db.rows import ChainHeadRow
from engine.db.session import FOUND, KEYS
from engine.db.tables import chain_head, process_instance
from engine.db.tables.base import TableOf
from engine.db.types import Instant, Json
from engine.db.unit import unit_of
from engine.errors import RecordsDamaged
from engine.keys import ALGORITHM, Keys

MARK = b"LBSEAL01"
MAC = 64
VERSION = 1
BROKEN = "broken"
"""The seal of a head that did not fit when an entry was added behind it: only a person may seal it anew."""
NO_HEAD = ""

COUNTED: dict[TableOf[Any], frozenset[str]] = {
    tables.process_instance: frozenset(
        {"revision", "state", "taken", "calendar_version", "next_due", "ever_over", "past_diagram"}
    ),
    tables.scope: frozenset(),
    tables.fact: frozenset(),
    tables.deadline: frozenset(),
    tables.task: frozenset({"assignee_id", "claimed_at"}),
    tables.document: frozenset({"read_at", "read_by", "render_failure", "render_said"}),
    tables.comment: frozenset(),
    tables.correction: frozenset(),
    tables.material: frozenset(),
}
"""The tables whose rows count, each with the columns that do not: what is only how work stands, or sealed elsewhere."""
CAME_LATER = frozenset({"scope_id", "start_element_id"})
"""Columns that tables were given when there were sealed rows already: a row without a value is written as it was then."""


def keys_of(tx: Connection) -> Keys:
    keys: Keys = tx.get_execution_options()[KEYS]
    return keys


# --- states ---


def sealed_state(tx: Connection, bound: Mapping[str, Any], content: bytes) -> bytes:
    """The state as it is stored: with a seal that fits only where it belongs."""
    return MARK + _state_seal(tx, bound, content) + content


def opened_state(tx: Connection, bound: Mapping[str, Any], stored: bytes) -> bytes:
    """Raises RecordsDamaged when it does not belong there, or is not as it was stored."""
    content = stored[len(MARK) + MAC :]
    found = stored[len(MARK) : len(MARK) + MAC]
    if not stored.startswith(MARK) or not hmac.compare_digest(found, _state_seal(tx, bound, content)):
        raise RecordsDamaged
    return content


def unsealed(stored: bytes) -> bytes:
    """The state as it was before it was sealed, whether its seal fits or not: for a person who vouches for it."""
    return stored[len(MARK) + MAC :] if stored.startswith(MARK) else stored


def bound_of(instance: Mapping[str, Any]) -> dict[str, Any]:
    """Where the state of an instance belongs."""
    return {name: instance[name] for name in ("id", "revision", "definition_id")}


def state_of(tx: Connection, instance: Mapping[str, Any]) -> bytes:
    """The instance's own state. Raises RecordsDamaged also when the whole row is of an earlier revision."""
    head = head_of(tx, instance["id"])
    if head is None or not _fits(keys_of(tx), head) or head.revision != instance["revision"]:
        raise RecordsDamaged
    return opened_state(tx, bound_of(instance), instance["state"])


def _state_seal(tx: Connection, bound: Mapping[str, Any], content: bytes) -> bytes:
    return keys_of(tx).seal("state", {**bound, "content": hashlib.sha256(content).hexdigest()}).encode()


# --- heads of chains ---


def head_of(tx: Connection, chain: str) -> ChainHeadRow | None:
    return case_of(tx, chain).get(chain_head, chain)


def fits(tx: Connection, head: ChainHeadRow) -> bool:
    return _fits(keys_of(tx), head)


def put_head(
    tx: Connection, chain: str, entries: int, last_hash: str, revision: int | None, digests: dict[str, str], fit: bool
) -> None:
    values = {
        "entries": entries,
        "last_hash": last_hash,
        "revision": revision,
        "digests": digests,
        "version": VERSION,
        "algorithm": ALGORITHM,
    }
    values["seal"] = keys_of(tx).seal("head", {"chain": chain, **values}) if fit else BROKEN
    case = case_of(tx, chain)
    before = case.get(chain_head, chain)
    if before is None:
        case.add(chain_head, {"chain": chain, **values})
    else:
        case.change(chain_head, before, **values)


def _fits(keys: Keys, head: ChainHeadRow) -> bool:
    names = ("chain", "entries", "last_hash", "revision", "digests", "version", "algorithm")
    return keys.fits("head", {name: getattr(head, name) for name in names}, head.seal)


# --- rows ---


def digests(case: Case) -> dict[str, str]:
    """Table -> one hash over the instance's rows in it; a table without a row is left out."""
    return {name: _digest(lines) for name, lines in _lines(case).items() if lines}


def note_strange(tx: Connection, instance_id: str) -> None:
    """Rows that do not fit are known before this transaction changes any: its own entry will not vouch for them."""
    found = tx.info.setdefault(FOUND, {})
    if instance_id in found:
        return
    head = head_of(tx, instance_id)
    if head is None:
        found[instance_id] = frozenset({NO_HEAD})
        return
    now = digests(case_of(tx, instance_id))
    names = {*head.digests, *now}
    found[instance_id] = frozenset(name for name in names if head.digests.get(name) != now.get(name))


def is_headless(tx: Connection, instance_id: str) -> bool:
    """Whether the instance was there before this transaction without the head that it must have had."""
    return NO_HEAD in tx.info.get(FOUND, {}).get(instance_id, ())


def vouched(tx: Connection, instance_id: str, known: Mapping[str, str]) -> dict[str, str]:
    """What the rows come to now; for those that did not fit before, what they should have come to stays."""
    strange = tx.info.get(FOUND, {}).get(instance_id, frozenset())
    now = digests(case_of(tx, instance_id))
    return {name: value for name, value in now.items() if name not in strange} | {
        name: known[name] for name in strange if name in known
    }


def _lines(case: Case) -> dict[str, list[str]]:
    """Table -> one line for each of the instance's rows in it."""
    instance = [case.instance] if case.instance is not None else []
    found = {table.name: case.rows(table) for table in COUNTED if table is not process_instance}
    known: _Known = read_before(unit_of(case.tx), case.id).lines
    return {
        name: [_line(known, name, row) for row in rows]
        for name, rows in {process_instance.name: instance, **found}.items()
    }


class _Identified(Protocol):
    """A row of whatever table that is sealed."""

    @property
    def id(self) -> Any: ...


_Known = dict[tuple[str, Any], tuple[_Identified, str]]
"""(table, id) -> the row as it was written last, and its line."""


def _line(known: _Known, name: str, row: _Identified) -> str:
    """A row never changes: it is written once, as long as it is kept."""
    before = known.get((name, row.id))
    if before is not None and before[0] is row:
        return before[1]
    line = f"{row.id}\0{_as_text(name, row)}"
    known[name, row.id] = (row, line)
    return line


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _as_text(name: str, row: Any) -> str:
    """The row as one text, the same whichever store it is in: every column that counts, as the tables hold it."""
    counted = _counted(name)
    values = list(counted.of(row))
    for place, written in counted.written:
        values[place] = written(values[place])
    for place in counted.came_later:
        if values[place] is None:
            del values[place]
    return _in_json(values)


class _Counted:
    """The columns of a table that count."""

    def __init__(self, name: str) -> None:
        (table,) = (found for found in COUNTED if found.name == name)
        columns = [column for column in table.c if column.name not in COUNTED[table]]
        self.of: Callable[[Any], tuple[Any, ...]] = attrgetter(*(column.name for column in columns))
        """Their values in a row."""
        self.written = [(place, how) for place, column in enumerate(columns) if (how := _written(column)) is not None]
        """The places of those that are not written as they are, and how they are."""
        self.came_later = [place for place, column in enumerate(columns) if column.name in CAME_LATER][::-1]
        """The places of those that are left out when they are nothing, the last one first."""


_counted = lru_cache(_Counted)
_in_json: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _written(column: Column[Any]) -> Callable[[Any], Any] | None:
    """None when its values are written as they are."""
    if isinstance(column.type, Json):
        return _json if column.nullable else _in_json  # where a value must be, nothing is a value of its own
    return next((written for known, written in _WRITTEN if isinstance(column.type, known)), None)


def _instant(value: Any) -> Any:
    """What somebody has put there that is no instant stays as it is, and does not fit."""
    return value.astimezone(UTC).isoformat().removesuffix(_UTC) if isinstance(value, datetime) else value


def _json(value: Any) -> Any:
    return None if value is None else _in_json(value)


def _day(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


_UTC = "+00:00"
_WRITTEN: tuple[tuple[type, Callable[[Any], Any]], ...] = ((Instant, _instant), (Date, _day))
