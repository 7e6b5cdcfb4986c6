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
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    CompoundSelect,
    Connection,
    Row,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from engine.db import tables, upsert
from engine.db.session import FOUND, KEYS
from engine.db.tables import chain_head
from engine.db.types import Instant
from engine.errors import RecordsDamaged
from engine.keys import ALGORITHM, Keys

MARK = b"LBSEAL01"
MAC = 64
VERSION = 1
BROKEN = "broken"
"""The seal of a head that did not fit when an entry was added behind it: only a person may seal it anew."""
NO_HEAD = ""

COUNTED: dict[Table, frozenset[str]] = {
    tables.process_instance: frozenset({"revision", "state", "taken", "calendar_version", "next_due", "ever_over"}),
    tables.fact: frozenset(),
    tables.deadline: frozenset(),
    tables.task: frozenset({"assignee_id", "claimed_at"}),
    tables.document: frozenset({"read_at", "read_by", "render_failure"}),
    tables.comment: frozenset(),
    tables.correction: frozenset(),
    tables.material: frozenset(),
}
"""The tables whose rows count, each with the columns that do not: what is only how work stands, or sealed elsewhere."""


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


def head_of(tx: Connection, chain: str) -> Row[Any] | None:
    return tx.execute(select(chain_head).where(chain_head.c.chain == chain)).first()


def fits(tx: Connection, head: Row[Any]) -> bool:
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
    seal = keys_of(tx).seal("head", {"chain": chain, **values}) if fit else BROKEN
    upsert.put(tx, chain_head, {"chain": chain}, {**values, "seal": seal})


def _fits(keys: Keys, head: Row[Any]) -> bool:
    names = ("chain", "entries", "last_hash", "revision", "digests", "version", "algorithm")
    return keys.fits("head", {name: getattr(head, name) for name in names}, head.seal)


# --- rows ---


def digests(tx: Connection, instance_id: str) -> dict[str, str]:
    """Table -> one hash over the instance's rows in it, in one statement; a table without a row is left out."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for name, row_id, content in tx.execute(_every_row(tx.dialect.name), {"instance_id": instance_id}):
        lines[name].append(f"{row_id}\0{_as_text(name, content)}")
    return {name: hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest() for name, found in lines.items()}


def note_strange(tx: Connection, instance_id: str) -> None:
    """Rows that do not fit are known before this transaction changes any: its own entry will not vouch for them."""
    found = tx.info.setdefault(FOUND, {})
    if instance_id in found:
        return
    head = head_of(tx, instance_id)
    if head is None:
        found[instance_id] = frozenset({NO_HEAD})
        return
    now = digests(tx, instance_id)
    names = {*head.digests, *now}
    found[instance_id] = frozenset(name for name in names if head.digests.get(name) != now.get(name))


def is_headless(tx: Connection, instance_id: str) -> bool:
    """Whether the instance was there before this transaction without the head that it must have had."""
    return NO_HEAD in tx.info.get(FOUND, {}).get(instance_id, ())


def vouched(tx: Connection, instance_id: str, known: Mapping[str, str]) -> dict[str, str]:
    """What the rows come to now; for those that did not fit before, what they should have come to stays."""
    strange = tx.info.get(FOUND, {}).get(instance_id, frozenset())
    now = digests(tx, instance_id)
    return {name: value for name, value in now.items() if name not in strange} | {
        name: known[name] for name in strange if name in known
    }


def _as_text(name: str, content: str) -> str:
    """The row as one text that is the same on both stores: they write truth and instants each in its way."""
    values = json.loads(content)
    for place, kind in _kinds(name):
        value = values[place]
        with suppress(
            TypeError, ValueError
        ):  # what somebody has put there that is none stays as it is, and does not fit
            if value is not None:
                values[place] = bool(value) if kind == "flag" else datetime.fromisoformat(value).isoformat()
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


@lru_cache
def _kinds(name: str) -> tuple[tuple[int, str], ...]:
    """The places of the table's counted columns whose values the stores write differently."""
    table = tables.metadata.tables[name]
    kinds = enumerate(column.type for column in _counted(table))
    found = ((place, "flag" if isinstance(kind, Boolean) else "instant") for place, kind in kinds if _differs(kind))
    return tuple(found)


def _differs(kind: object) -> bool:
    return isinstance(kind, Boolean | Instant)


def _counted(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if column.name not in COUNTED[table]]


@lru_cache
def _every_row(dialect: str) -> CompoundSelect[Any]:
    return union_all(*(_rows(table, dialect) for table in COUNTED))


def _rows(table: Table, dialect: str) -> Select[Any]:
    """Name of the table, id, and every column that counts, as one text; instants in UTC, whatever the session says."""
    owner = table.c.id if table is tables.process_instance else table.c.instance_id
    columns = _counted(table)
    if dialect == "sqlite":
        content: Any = func.json_array(*columns)
    else:
        plain = [func.timezone("UTC", column) if isinstance(column.type, Instant) else column for column in columns]
        content = cast(func.json_build_array(*plain), Text)
    named = literal_column(f"'{table.name}'", Text)
    return select(named.label("name"), cast(table.c.id, Text).label("id"), content.label("content")).where(
        owner == bindparam("instance_id")
    )
