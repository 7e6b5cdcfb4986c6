"""Sealing what an older version recorded, once; sealing anew, when a person vouches for it; and checking all of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from engine.db.case import Case
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
from engine.runtime.step import audit, sealing, undo_points
from engine.runtime.step.audit import Broken

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
                "数据库里没有封存的标记，而这个系统的记录早已封存：可能恢复了很早的备份，也可能有人删掉了封存。"
                "请核对备份；确认数据可信之后，用 lianban reseal --by 姓名 --reason 理由 重新封存。"
            )
        count = seal_all(tx, "upgrade", "", now) if recorded else None
        _name_key(tx, now)
        return count
    if row.id != keys.id or not keys.fits("key", row.id, row.seal):
        raise KeyLost(
            f"记录密钥与数据库不符：数据库是用密钥 {row.id} 封存的，现在的密钥是 {keys.id}。请从备份把原来的密钥文件放回 "
            f"{key_file}（或改回 LIANBAN_RECORD_KEY）。确实找不回来的，核对备份和存在别处的封存，"
            "再用 lianban reseal --by 姓名 --reason 理由 用现在的密钥重新封存。"
        )
    return None


def reseal(tx: Connection, by: str, reason: str, now: datetime, number: str | None = None) -> int:
    """What is there now is sealed with the key in force, and the record says who vouched for it. Returns how many cases.

    Chains that do not hang together are no matter of keys: Refused names the first. Raises NotFound for the number.
    """
    if not by.strip() or not reason.strip():
        raise Refused("请用 --by 写明是谁核对的，用 --reason 写明理由。")
    if number is not None:
        found = tx.scalar(select(process_instance.c.id).where(process_instance.c.number == number))
        if found is None:
            raise NotFound(f"没有编号为 {number} 的办件。")
        _seal_chain(tx, found, "resealed", {"by": by, "reason": reason}, now)
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
        _seal_chain(tx, chain, "resealed" if reason else "sealed", {"by": by, "reason": reason}, now)
    for row in tx.execute(select(audit_head)).all():
        seal = {"algorithm": ALGORITHM, "seal": audit.day_seal(tx, row.day, row.hash)}
        tx.execute(update(audit_head).where(audit_head.c.day == row.day).values(**seal))
    tx.execute(delete(chain_head).where(chain_head.c.chain == CHAIN))
    _seal_chain(tx, CHAIN, "resealed" if reason else "sealed", {"by": by, "reason": reason, "chains": len(chains)}, now)
    return int(tx.scalar(select(func.count()).select_from(process_instance)) or 0)


def _name_key(tx: Connection, now: datetime) -> None:
    keys = sealing.keys_of(tx)
    tx.execute(delete(record_key))
    tx.execute(insert(record_key).values(id=keys.id, since=now, seal=keys.seal("key", keys.id)))


def _seal_chain(tx: Connection, chain: str, kind: str, content: dict[str, Any], now: datetime) -> None:
    instance = tx.execute(select(process_instance).where(process_instance.c.id == chain)).first()
    if instance is not None:
        _seal_states(tx, instance)
    tx.execute(delete(chain_head).where(chain_head.c.chain == chain))
    revision = instance.revision if instance is not None else None
    tx.info.setdefault(FOUND, {}).pop(chain, None)
    audit.append(tx, chain, now, kind, content, revision=revision)
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
    return [Broken(names.get(found.chain, found.chain), found.sequence, found.reason) for found in broken]


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
    heads = {row.chain: row for row in tx.execute(select(chain_head))}
    for chain in sorted({*ends, *heads, *instances}):
        head, end = heads.get(chain), ends.get(chain)
        if end is None:
            yield Broken(chain, 1, "全部审计记录不见了。")
        elif head is None:
            yield Broken(chain, end.sequence, "这条审计记录链的封存不见了。")
        elif not sealing.fits(tx, head):
            yield Broken(chain, end.sequence, "这条审计记录链的封存被改过，或者不是用本系统的密钥做的。")
        elif head.entries > end.sequence:
            yield Broken(chain, end.sequence + 1, f"这一条和以后的记录不见了，应有 {head.entries} 条。")
        elif (head.entries, head.last_hash) != (end.sequence, end.hash):
            yield Broken(chain, end.sequence, "最后的记录与封存时不一致，被改写或添加过。")


WORDS = {
    "process_instance": "办件本身（编号、状态、结果）",
    "fact": "填报值",
    "deadline": "期限",
    "task": "任务和办理结果",
    "document": "文书",
    "comment": "评论",
    "correction": "更正",
    "material": "材料清单",
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
            yield Broken(instance.id, head.entries, f"{WORDS.get(name, name)}与记录时不一致，被改过、加过或删过。")
    try:
        sealing.state_of(tx, dict(instance._mapping))
        point = undo_points.point_of(tx, instance.id)
        if point is not None:
            undo_points.state_of(tx, point, instance.definition_id)
    except RecordsDamaged as error:
        yield Broken(instance.id, head.entries, error.message)


def _procedures(tx: Connection) -> Iterator[Broken]:
    """Diagram and forms of every version are those that were deployed; entries from before they said so tell nothing."""
    every = select(audit_entry.c.sequence, audit_entry.c.content).where(audit_entry.c.instance_id == audit.PROCEDURES)
    for row in tx.execute(every.order_by(audit_entry.c.sequence)):
        key, version, sha256 = (row.content.get(name) for name in ("key", "version", "sha256"))
        if sha256 and definitions.digest_of(tx, key, version) != sha256:
            yield Broken(audit.PROCEDURES, row.sequence, f"流程 {key} 第 {version} 版与部署时不一致，被改过或删过。")


def _numbers(tx: Connection, instances: dict[str, str]) -> Iterator[Broken]:
    """Every business number that was given still has its case: numbers have no gaps."""
    given = set(instances.values())
    last = {(row.prefix, row.year): row.last for row in tx.execute(select(number_sequence))}
    for (prefix, year), highest in last.items():
        every = (f"{prefix}-{year}-{n:04d}" for n in range(1, highest + 1))
        for lost in [number for number in every if number not in given]:
            yield Broken(lost, 1, "编号已经给出，办件却不见了。")
    for number in sorted(given):
        parts = re.fullmatch(r"(.+)-(\d{4})-(\d+)", number)
        if parts and int(parts[3]) > last.get((parts[1], int(parts[2])), 0):
            yield Broken(number, 1, "编号没有登记过，编号登记被改过。")


def _files(tx: Connection, instances: dict[str, str], stores: dict[str, Callable[[str], Path]]) -> Iterator[Broken]:
    """Every paper and material that was kept as a file is there, and is what it was."""
    checked: dict[tuple[str, str], str] = {}
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
                yield Broken(row.instance_id, 0, f"“{row.title}”的文件{checked[key]}")


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
    for row in tx.execute(select(archive_package).where(archive_package.c.made_at.is_not(None))):
        if packed.get(row.instance_id, row.sha256) != row.sha256:
            yield Broken(row.instance_id, 0, "归档包的登记与归档时不一致，被改过。")
        elif fault := file_fault(folder / row.unit_code / row.file_name, row.sha256):
            yield Broken(row.instance_id, 0, f"归档包{fault}")


def file_fault(path: Path, sha256: str) -> str:
    """What is wrong with a file, as the end of a sentence; empty when it is what it was."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return "不见了。"
    except OSError as error:
        return f"读不出来（{error.strerror}）。"
    return "" if digest.hexdigest() == sha256 else "与记录的指纹不一致，被改过或换过。"
