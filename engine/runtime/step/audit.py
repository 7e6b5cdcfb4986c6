"""The record of what happened: append-only, one chain of hashes per instance, and a daily head over all chains.

Changing, swapping or removing an entry breaks the chain behind it; removing the end of a chain, or a whole chain, breaks
the head of the day. Nothing in the system ever updates or deletes an entry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from engine import keys
from engine.clock import local_date, midnight, require_aware
from engine.db.case import case_of
from engine.db.tables import audit_entry, audit_head, chain_head
from engine.db.unit import unit_of
from engine.messages import Text, When
from engine.messages import gettext as _
from engine.runtime.step import sealing
from engine.runtime.step.entries import Entry, kind_of, written

DAILY_SEALS = _("Daily seals")
"""What the chain of the heads of days is called."""
GENESIS = "0" * 64
PROCEDURES = "procedures"
"""The chain of what people did with procedures: deployed, restored, retired."""
VERSION, ALGORITHM = 2, "sha256"
"""How an entry is hashed today. Version 1 hashed its content itself; 2 hashes a hash of it, and what the rows came to."""


@dataclass(frozen=True)
class Broken:
    """The first entry of a chain that does not fit, and why, in words."""

    chain: Text
    sequence: int
    reason: Text

    def __str__(self) -> str:
        about = {"chain": self.chain, "reason": self.reason, "number": self.sequence}
        if not self.sequence:
            return str(_("%(chain)s: %(reason)s", **about))
        return str(_("%(chain)s, entry %(number)s: %(reason)s", **about))


def append(
    tx: Connection,
    instance_id: str,
    at: datetime,
    entry: Entry,
    person_id: str | None = None,
    unit_code: str | None = None,
    element_id: str | None = None,
    revision: int | None = None,
) -> None:
    """The entry is the last of the instance's chain; see `note`."""
    note(tx, instance_id, at, kind_of(entry), written(entry), person_id, unit_code, element_id, revision)


def note(
    tx: Connection,
    chain: str,
    at: datetime,
    kind: str,
    content: dict[str, Any],
    person_id: str | None = None,
    unit_code: str | None = None,
    element_id: str | None = None,
    revision: int | None = None,
) -> None:
    """The entry is the last of its chain, and its head says so. Of an instance's chain the caller holds the instance's lock.

    What is recorded of instances has types (`engine.runtime.step.entries`); other chains are read by nobody but auditors.

    `revision` is the instance's, when this step gave it another. A head that did not fit before does not fit afterwards.
    """
    case = case_of(tx, chain)
    if not case.locked:  # a chain that is no instance's: whoever was first at its end is looked for as late as can be
        case.forget(chain_head.name)
    head = sealing.head_of(tx, chain)
    last = (head.entries, head.last_hash) if head else _last_entry(tx, chain)
    fit = sealing.fits(tx, head) if head else last is None and not sealing.is_headless(tx, chain)
    known = head.digests if head else {}
    digests = sealing.vouched(tx, chain, known)
    if revision is None and head is not None:
        revision = head.revision
    sequence = last[0] + 1 if last else 1
    entry: dict[str, Any] = {
        "instance_id": chain,
        "sequence": sequence,
        "at": require_aware(at).astimezone(UTC),  # as it will be read back, and hashed again
        "person_id": person_id,
        "unit_code": unit_code,
        "kind": kind,
        "element_id": element_id,
        "content": content,
        "previous_hash": last[1] if last else GENESIS,
        "version": VERSION,
        "algorithm": ALGORITHM,
        "sealed": {name: digests.get(name) for name in {*known, *digests} if known.get(name) != digests.get(name)},
    }
    entry["hash"] = hash_entry(entry)
    unit_of(tx).changes.add(audit_entry, entry)
    case.forget(audit_entry.name)
    sealing.put_head(tx, chain, sequence, entry["hash"], revision, digests, fit)
    if not case.locked:
        unit_of(tx).flush()


def _last_entry(tx: Connection, instance_id: str) -> tuple[int, str] | None:
    if case_of(tx, instance_id).new:
        return None
    own = select(audit_entry.c.sequence, audit_entry.c.hash).where(audit_entry.c.instance_id == instance_id)
    last = tx.execute(own.order_by(audit_entry.c.sequence.desc()).limit(1)).first()
    return (last.sequence, last.hash) if last else None


def close_days(tx: Connection, now: datetime) -> int:
    """Every day before today has its head, all of them or none. Returns how many heads were made; another worker may be
    making them."""
    first = tx.scalar(select(func.min(audit_entry.c.at)))
    if first is None:
        return 0
    last = tx.execute(select(audit_head).order_by(audit_head.c.day.desc()).limit(1)).first()
    day = last.day + timedelta(days=1) if last else local_date(first)
    previous, heads = (last.hash if last else GENESIS), list[dict[str, Any]]()
    contents = _Contents(tx)
    while day < local_date(now):
        head = {"day": day, **contents.of(day), "previous_hash": previous}
        previous = _hash_head(head)
        seal = {"algorithm": keys.ALGORITHM, "seal": day_seal(tx, day, previous)}
        heads.append({**head, "hash": previous, "made_at": now, **seal})
        day += timedelta(days=1)
    if not heads:
        return 0
    try:
        with tx.begin_nested():
            tx.execute(insert(audit_head), heads)
    except IntegrityError:
        return 0
    return len(heads)


def verify(tx: Connection) -> list[Broken]:
    """The first break of every broken chain, and of the chain of daily heads; empty when all is whole."""
    broken: list[Broken] = []
    chain, expected, previous = "", 0, GENESIS
    for row in tx.execute(select(audit_entry).order_by(audit_entry.c.instance_id, audit_entry.c.sequence)):
        if row.instance_id != chain:
            chain, expected, previous = row.instance_id, 1, GENESIS
        if broken and broken[-1].chain == chain:
            continue
        entry = row._asdict()
        if row.sequence != expected:
            broken.append(Broken(chain, expected, _("This entry is missing.")))
        elif row.previous_hash != previous:
            broken.append(
                Broken(chain, row.sequence, _("It does not follow the previous entry, which may have been replaced."))
            )
        elif not _is_hashed(entry):
            broken.append(
                Broken(
                    chain,
                    row.sequence,
                    _("Its content differs from what was recorded at the time. It may have been changed."),
                )
            )
        expected, previous = row.sequence + 1, row.hash
    return broken + _verify_heads(tx)


def _is_hashed(entry: Mapping[str, Any]) -> bool:
    try:
        return bool(entry["hash"] == hash_entry(entry))
    except ValueError:
        return False


def day_seal(tx: Connection, day: date, hashed: str) -> str:
    return sealing.keys_of(tx).seal("day", [day.isoformat(), hashed])


def _verify_heads(tx: Connection) -> list[Broken]:
    previous, expected, contents = GENESIS, None, _Contents(tx)
    for number, row in enumerate(tx.execute(select(audit_head).order_by(audit_head.c.day)), 1):
        head = row._asdict()
        if expected is not None and row.day != expected:
            return [Broken(DAILY_SEALS, number, _("The seal of %(day)s is missing.", day=_day(expected)))]
        if row.previous_hash != previous or row.hash != _hash_head(head):
            return [Broken(DAILY_SEALS, number, _("The seal of %(day)s was changed.", day=_day(row.day)))]
        if not sealing.keys_of(tx).fits("day", [row.day.isoformat(), row.hash], row.seal):
            return [
                Broken(
                    DAILY_SEALS,
                    number,
                    _(
                        "The seal of %(day)s was not made with the key of this system. It was replaced.",
                        day=_day(row.day),
                    ),
                )
            ]
        content = contents.of(row.day)
        if any(head[name] != value for name, value in content.items()):
            return [
                Broken(
                    DAILY_SEALS,
                    number,
                    _(
                        "The record of %(day)s differs from what was sealed. Entries may have been deleted.",
                        day=_day(row.day),
                    ),
                )
            ]
        previous, expected = row.hash, row.day + timedelta(days=1)
    return []


def _day(day: date) -> When:
    return When(day, "iso")


class _Contents:
    """The content of one day after the other; a day on which nothing was recorded has that of the day before."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx
        self._content: dict[str, Any] = {}
        self._until: date | None = None
        """The first day with an entry behind those that were asked for; None: there is none."""

    def of(self, day: date) -> dict[str, Any]:
        """Raises nothing; the days are asked for in their order."""
        if not self._content or (self._until is not None and day >= self._until):
            self._content = _content_of_day(self._tx, day)
            later = audit_entry.c.at >= midnight(day + timedelta(days=1))
            next_at = self._tx.scalar(select(func.min(audit_entry.c.at)).where(later))
            self._until = local_date(next_at) if next_at else None
        return dict(self._content)


def _content_of_day(tx: Connection, day: date) -> dict[str, Any]:
    """How many chains and entries there were at the end of a day, and a hash over where each chain ended that day."""
    ended_before = midnight(day + timedelta(days=1))
    ends = (
        select(audit_entry.c.instance_id, func.max(audit_entry.c.sequence).label("sequence"))
        .where(audit_entry.c.at < ended_before)
        .group_by(audit_entry.c.instance_id)
        .subquery()
    )
    rows = tx.execute(
        select(audit_entry.c.instance_id, audit_entry.c.sequence, audit_entry.c.hash).join(
            ends,
            (audit_entry.c.instance_id == ends.c.instance_id) & (audit_entry.c.sequence == ends.c.sequence),
        )
    ).all()
    digest = hashlib.sha256()
    for row in sorted(rows, key=lambda row: row.instance_id):  # not by the database: stores collate differently
        digest.update(f"{row.instance_id} {row.sequence} {row.hash}\n".encode())
    return {"chains": len(rows), "entries": sum(row.sequence for row in rows), "content_hash": digest.hexdigest()}


def hash_entry(entry: Mapping[str, Any]) -> str:
    """What the entry says and what it follows, as one SHA-256; `at` is an instant in UTC.

    Each version keeps its form for ever. From version 2 on an entry whose content is kept back is still checked: its
    `content_hash` stands for what it said. Raises ValueError for a version that this program does not know.
    """
    names = ["instance_id", "sequence", "at", "person_id", "unit_code", "kind", "element_id", "previous_hash"]
    match entry.get("version", 1), entry.get("algorithm", ALGORITHM):
        case 1, "sha256":
            return _digest({name: entry[name] for name in [*names, "content"]})
        case 2, "sha256":
            said = entry["content_hash"] if entry.get("redacted") else content_hash(entry["content"])
            names += ["version", "algorithm", "sealed"]
            return _digest({**{name: entry[name] for name in names}, "content_hash": said})
        case unknown:
            raise ValueError(unknown)


def content_hash(content: Any) -> str:
    return _digest({"content": content})


def _hash_head(head: dict[str, Any]) -> str:
    return _digest({name: head[name] for name in ("day", "chains", "entries", "content_hash", "previous_hash")})


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(_in_json(content).encode()).hexdigest()


def _iso(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


_in_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_iso).encode
