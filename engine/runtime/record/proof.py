"""Sealing what an older version recorded, once; sealing anew, when a person vouches for it; and checking all of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from engine.db import fetch
from engine.db.case import Case
from engine.db.rows import ChainHeadRow
from engine.db.session import FOUND
from engine.db.tables import (
    archive_package,
    audit_entry,
    audit_head,
    chain_head,
    document,
    material,
    number_sequence,
    process_instance,
    record_key,
    undo_point,
)
from engine.deployments import definitions
from engine.errors import KeyLost, NotFound, RecordsDamaged, Refused
from engine.keys import ALGORITHM
from engine.messages import Name, Text
from engine.messages import gettext as _
from engine.runtime.step import audit, sealing, undo_points
from engine.runtime.step.audit import Broken
from engine.runtime.step.entries import Resealed, Sealed

CHUNK = 1 << 20
CHAIN = "records"
"""The chain of what was done with the records as a whole."""


# --- sealing ---


def require_key(tx: Connection, key_file: Path, may_seal: bool, now: datetime) -> int | None:
    """The database is sealed with the key in force. Returns how many instances were sealed now; None when none had to be.

    `may_seal`: nothing of this installation was ever sealed, so what is there was recorded by an older version. Raises
    KeyLost when the key is another one, or when seals that were there are gone.
    """
    keys = sealing.keys_of(tx)
    row = tx.execute(select(record_key)).first()
    if row is None:
        recorded = (
            tx.execute(select(audit_entry.c.id).limit(1)).first()
            or tx.execute(select(process_instance.c.id).limit(1)).first()
        )
        if recorded and not may_seal:
            raise KeyLost(
                _(
                    "The database has no seal, although the records of this system were sealed long ago. A very old "
                    "back-up was restored, or somebody has deleted the seals. Check the back-ups. Once the data can "
                    "be trusted, seal it again with lianban reseal --by NAME --reason REASON."
                )
            )
        count = seal_all(tx, "upgrade", "", now) if recorded else None
        _name_key(tx, now)
        return count
    if row.id != keys.id or not keys.fits("key", row.id, row.seal):
        raise KeyLost(
            _(
                "The record key does not match the database, which was sealed with the key %(sealed)s. The present "
                "key is %(present)s. Restore the old key file from a back-up to %(file)s (or set LIANBAN_RECORD_KEY "
                "back). If it cannot be found, check the back-ups and the seals kept elsewhere, then seal the records "
                "again with the present key: lianban reseal --by NAME --reason REASON.",
                sealed=row.id,
                present=keys.id,
                file=str(key_file),
            )
        )
    return None


def reseal(tx: Connection, by: str, reason: str, now: datetime, number: str | None = None) -> int:
    """What is there now is sealed with the key in force, and the record says who vouched for it. Returns how many cases.

    Chains that do not hang together are no matter of keys: Refused names the first. Raises NotFound for the number.
    """
    if not by.strip() or not reason.strip():
        raise Refused(_("Use --by to say who has checked it, and --reason to say why."))
    if number is not None:
        found = tx.scalar(select(process_instance.c.id).where(process_instance.c.number == number))
        if found is None:
            raise NotFound(_("There is no case %(number)s.", number=number))
        _seal_chain(tx, found, Resealed(by, reason), now)
        return 1
    count = seal_all(tx, by, reason, now)
    _name_key(tx, now)
    return count


def seal_all(tx: Connection, by: str, reason: str, now: datetime) -> int:
    """Every chain has an entry that says so, a head that fits, and every instance a state that fits."""
    chains = set(tx.scalars(select(audit_entry.c.instance_id).distinct())) | set(
        tx.scalars(select(process_instance.c.id))
    )
    for chain in sorted(chains - {CHAIN}):
        _seal_chain(tx, chain, Resealed(by, reason) if reason else Sealed(by, reason), now)
    for row in tx.execute(select(audit_head)).all():
        seal = {"algorithm": ALGORITHM, "seal": audit.day_seal(tx, row.day, row.hash)}
        tx.execute(update(audit_head).where(audit_head.c.day == row.day).values(**seal))
    tx.execute(delete(chain_head).where(chain_head.c.chain == CHAIN))
    _seal_chain(tx, CHAIN, Resealed(by, reason, len(chains)) if reason else Sealed(by, reason, len(chains)), now)
    return int(tx.scalar(select(func.count()).select_from(process_instance)) or 0)


def _name_key(tx: Connection, now: datetime) -> None:
    keys = sealing.keys_of(tx)
    tx.execute(delete(record_key))
    tx.execute(insert(record_key).values(id=keys.id, since=now, seal=keys.seal("key", keys.id)))


def _seal_chain(tx: Connection, chain: str, entry: Sealed | Resealed, now: datetime) -> None:
    instance = tx.execute(select(process_instance).where(process_instance.c.id == chain)).first()
    if instance is not None:
        _seal_states(tx, instance)
    tx.execute(delete(chain_head).where(chain_head.c.chain == chain))
    revision = instance.revision if instance is not None else None
    tx.info.setdefault(FOUND, {}).pop(chain, None)
    audit.append(tx, chain, now, entry, revision=revision)
    head = sealing.head_of(tx, chain)
    assert head is not None
    sealing.put_head(tx, chain, head.entries, head.last_hash, revision, head.digests, True)


def _seal_states(tx: Connection, instance: Any) -> None:
    own = process_instance.c.id == instance.id
    content = sealing.unsealed(instance.state)
    state = sealing.sealed_state(tx, sealing.bound_of(dict(instance._mapping)), content)
    tx.execute(update(process_instance).where(own).values(state=state))
    point = undo_points.point_of(tx, instance.id)
    if point is not None:
        kept = undo_points.seal(tx, point, instance.definition_id)
        tx.execute(update(undo_point).where(undo_point.c.instance_id == instance.id).values(state=kept))


# --- checking ---


def verify(
    tx: Connection, files: Iterable[tuple[str, Callable[[str], Path]]] = (), archives: Path | None = None
) -> list[Broken]:
    """Everything that does not fit, each in one sentence: chains, their heads, rows, states, numbers, files."""
    broken = audit.verify(tx)
    told = {found.chain for found in broken}
    names = {row.id: row.number for row in tx.execute(select(process_instance.c.id, process_instance.c.number))}
    broken += [found for found in _heads(tx, names) if found.chain not in told]
    for instance in tx.execute(select(process_instance).order_by(process_instance.c.number)):
        broken += _instance(tx, instance)
    broken += [*_procedures(tx), *_numbers(tx, names), *_files(tx, names, dict(files)), *_archives(tx, names, archives)]
    return [Broken(names.get(str(found.chain), found.chain), found.sequence, found.reason) for found in broken]


def _heads(tx: Connection, instances: dict[str, str]) -> Iterator[Broken]:
    """Every chain ends where its head says."""
    last = (
        select(audit_entry.c.instance_id, func.max(audit_entry.c.sequence).label("sequence"))
        .group_by(audit_entry.c.instance_id)
        .subquery()
    )
    same = (audit_entry.c.instance_id == last.c.instance_id) & (audit_entry.c.sequence == last.c.sequence)
    rows = tx.execute(select(audit_entry.c.instance_id, audit_entry.c.sequence, audit_entry.c.hash).join(last, same))
    ends = {row.instance_id: row for row in rows}
    heads = {row.chain: row for row in fetch.every(tx, ChainHeadRow, select(chain_head))}
    for chain in sorted({*ends, *heads, *instances}):
        head, end = heads.get(chain), ends.get(chain)
        if end is None:
            yield Broken(chain, 1, _("The whole audit log is missing."))
        elif head is None:
            yield Broken(chain, end.sequence, _("The seal of this audit chain is missing."))
        elif not sealing.fits(tx, head):
            yield Broken(
                chain,
                end.sequence,
                _("The seal of this audit chain was changed, or was not made with the key of this system."),
            )
        elif head.entries > end.sequence:
            yield Broken(
                chain,
                end.sequence + 1,
                _("This entry and all later ones are missing. There should be %(entries)s.", entries=head.entries),
            )
        elif (head.entries, head.last_hash) != (end.sequence, end.hash):
            yield Broken(
                chain,
                end.sequence,
                _("The last entry differs from what was sealed. It was rewritten, or entries were added."),
            )


WORDS = {
    "process_instance": _("The case itself (number, state, result)"),
    "fact": _("The values that were filled in"),
    "deadline": _("The periods"),
    "task": _("The tasks and their results"),
    "document": _("The documents"),
    "comment": _("The comments"),
    "correction": _("The corrections"),
    "material": _("The list of materials"),
}


def _instance(tx: Connection, instance: Any) -> Iterator[Broken]:
    """The rows of an instance are as its head says, and its stored state can be opened."""
    case = Case(tx, instance.id)
    head = case.get(chain_head, instance.id)
    if head is None:
        return
    now = sealing.digests(case)
    for name in sorted({*now, *head.digests}):
        if now.get(name) != head.digests.get(name):
            yield Broken(
                instance.id,
                head.entries,
                _(
                    "This differs from what was recorded, because it was changed, added to or deleted: %(what)s.",
                    what=WORDS.get(name, name),
                ),
            )
    try:
        sealing.state_of(tx, dict(instance._mapping))
        point = undo_points.point_of(tx, instance.id)
        if point is not None:
            undo_points.state_of(tx, point, instance.definition_id)
    except RecordsDamaged as error:
        yield Broken(instance.id, head.entries, error.sentence)


def _procedures(tx: Connection) -> Iterator[Broken]:
    """Diagram and forms of every version are those that were deployed; entries from before they said so tell nothing."""
    every = select(audit_entry.c.sequence, audit_entry.c.content).where(audit_entry.c.instance_id == audit.PROCEDURES)
    for row in tx.execute(every.order_by(audit_entry.c.sequence)):
        key, version, sha256 = (row.content.get(name) for name in ("key", "version", "sha256"))
        if sha256 and definitions.digest_of(tx, key, version) != sha256:
            yield Broken(
                audit.PROCEDURES,
                row.sequence,
                _(
                    "Version %(version)s of the procedure %(key)s differs from what was deployed. It was changed or "
                    "deleted.",
                    key=key,
                    version=version,
                ),
            )


def _numbers(tx: Connection, instances: dict[str, str]) -> Iterator[Broken]:
    """Every business number that was given still has its case: numbers have no gaps."""
    given = set(instances.values())
    last = {(row.prefix, row.year): row.last for row in tx.execute(select(number_sequence))}
    for (prefix, year), highest in last.items():
        every = (f"{prefix}-{year}-{n:04d}" for n in range(1, highest + 1))
        for lost in [number for number in every if number not in given]:
            yield Broken(lost, 1, _("The number was assigned, but the case is missing."))
    for number in sorted(given):
        parts = re.fullmatch(r"(.+)-(\d{4})-(\d+)", number)
        if parts and int(parts[3]) > last.get((parts[1], int(parts[2])), 0):
            yield Broken(number, 1, _("The number was never registered, so the register of numbers was changed."))


def _files(tx: Connection, instances: dict[str, str], stores: dict[str, Callable[[str], Path]]) -> Iterator[Broken]:
    """Every paper and material that was kept as a file is there, and is what it was."""
    checked: dict[tuple[str, str], Text] = {}
    for kind, table, column in (
        ("papers", document, document.c.pdf_sha256),
        ("materials", material, material.c.sha256),
    ):
        if kind not in stores:
            continue
        for row in tx.execute(
            select(table.c.instance_id, table.c.title, column.label("sha256")).where(column.is_not(None))
        ):
            key = (kind, row.sha256)
            if key not in checked:
                checked[key] = file_fault(stores[kind](row.sha256), row.sha256)
            if checked[key]:
                yield Broken(
                    row.instance_id,
                    0,
                    _("The file of '%(title)s': %(fault)s", title=Name(row.title), fault=checked[key]),
                )


def _archives(tx: Connection, instances: dict[str, str], folder: Path | None) -> Iterator[Broken]:
    if folder is None:
        return
    packed: dict[str, str] = {}
    for chain, content in tx.execute(
        select(audit_entry.c.instance_id, audit_entry.c.content)
        .where(audit_entry.c.kind == "packed")
        .order_by(audit_entry.c.id)
    ):
        if chain.startswith("archive."):
            packed[content["instance"]] = content["sha256"]
    made = tx.execute(select(archive_package).where(archive_package.c.made_at.is_not(None))).all()
    for instance_id in sorted(packed.keys() - {row.instance_id for row in made}):
        yield Broken(instance_id, 0, _("The case was archived, but its package is no longer registered."))
    for row in made:
        if packed.get(row.instance_id, row.sha256) != row.sha256:
            yield Broken(
                row.instance_id,
                0,
                _("The registration of the archive package differs from what was archived. It was changed."),
            )
        elif fault := file_fault(folder / row.unit_code / row.file_name, row.sha256):
            yield Broken(row.instance_id, 0, _("The archive package: %(fault)s", fault=fault))


def file_fault(path: Path, sha256: str) -> Text:
    """What is wrong with a file; empty when it is what it was."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return _("it is missing.")
    except OSError as error:
        return _("it cannot be read (%(error)s).", error=error.strerror)
    return "" if digest.hexdigest() == sha256 else _("it does not match the recorded hash. It was changed or replaced.")
