"""Records: what was copied, edited, removed or damaged in the database is never used, and verifying names it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, update

from engine.app import SEALED_FILE, Engine
from engine.db import tables
from engine.errors import IncidentRaised, KeyLost
from engine.keys import FILE
from engine.runtime.record import kept_heads
from engine.runtime.step import audit
from tests.processes.retold import retold
from tests.processes.town import Case, Town

OFFICER = "shenhe.qh"
instance = tables.process_instance


def row(town: Town, case: Case) -> Any:
    return town.read(lambda tx: tx.execute(select(instance).where(instance.c.id == case.id)).one())


def change(town: Town, case: Case, **values: object) -> None:
    town.write(lambda tx: tx.execute(update(instance).where(instance.c.id == case.id).values(**values)) and None)


def broken(town: Town, kept: list[str] | None = None) -> list[str]:
    heads = kept_heads.read("\n".join(kept)) if kept else []
    return town.act(lambda engine: [str(found) for found in engine.record.verify_audit(heads)])


# --- states ---


def _of_another(town: Town, case: Case) -> None:
    change(town, case, state=row(town, town.refer(case_title="另一件废水直排案")).state)


def _of_an_earlier_revision(town: Town, case: Case) -> None:
    before = row(town, case)
    case.submit()
    change(town, case, state=before.state)


def _earlier_row(town: Town, case: Case) -> None:
    before = row(town, case)
    case.submit()
    change(town, case, state=before.state, revision=before.revision)


def _flipped(town: Town, case: Case) -> None:
    state = bytearray(row(town, case).state)
    state[-3] ^= 1
    change(town, case, state=bytes(state))


def _with_another_instances_head(town: Town, case: Case) -> None:
    other = town.refer(case_title="另一件废水直排案")
    there = town.read(
        lambda tx: tx.execute(select(tables.chain_head).where(tables.chain_head.c.chain == other.id)).one()
    )
    values = {name: value for name, value in there._mapping.items() if name != "chain"}
    own = tables.chain_head.c.chain == case.id
    town.write(lambda tx: tx.execute(update(tables.chain_head).where(own).values(**values)) and None)
    change(town, case, state=row(town, other).state)


DAMAGES: dict[str, Callable[[Town, Case], None]] = {
    "of another instance": _of_another,
    "of an earlier revision": _of_an_earlier_revision,
    "the whole row of an earlier revision": _earlier_row,
    "one bit": _flipped,
    "cut short": lambda town, case: change(town, case, state=row(town, case).state[:40]),
    "empty": lambda town, case: change(town, case, state=b""),
    "its seal taken off": lambda town, case: change(town, case, state=row(town, case).state[72:]),
    "another instance's head too": _with_another_instances_head,
}


STORES_AND_DAMAGES = [("postgresql", "of an earlier revision"), *(("sqlite", how) for how in DAMAGES)]
"""What a state is sealed with does not depend on the store; that it is read from both as it was written is seen by one."""


@pytest.mark.parametrize(("town_on_each_database", "how"), STORES_AND_DAMAGES, indirect=["town_on_each_database"])
def test_a_state_that_does_not_fit_parks_its_case_alone(town_on_each_database: Town, how: str) -> None:
    town = town_on_each_database
    case, other = town.refer(), town.refer(case_title="没有动过的一件")
    DAMAGES[how](town, case)
    before = row(town, case)

    officer = town.person(OFFICER)
    page = town.act(lambda engine: engine.instances.instance(officer, case.number))

    assert page is not None
    assert (row(town, case).status, row(town, case).state) == ("incident", before.state)
    incident = tables.incident
    (said,) = town.read(
        lambda tx: tx.scalars(select(incident.c.message).where(incident.c.instance_id == case.id)).all()
    )
    assert "与封存时不符" in said
    assert "verify-audit" in said
    assert any(found.startswith(case.number) for found in broken(town))
    with pytest.raises(IncidentRaised):
        town.act(lambda engine: engine.instances.resume(case.number, "王工"))
    assert row(town, case).status == "incident"
    town.later(hours=1)
    other.submit()
    town.act(lambda engine: engine.instances.end(case.number, "王工", "无法恢复。"))
    assert town.act(lambda engine: engine.instances.instance(officer, case.number)) is not None


def test_the_worker_parks_a_damaged_case_when_its_time_comes(plain_town: Town) -> None:
    town = plain_town
    case = town.refer()
    case.deliver()
    _flipped(town, case)

    town.later(days=20)

    assert row(town, case).status == "incident"


@pytest.mark.parametrize("column", ["state", "taken", "answers", "its own"])
def test_a_point_that_was_changed_is_not_gone_back_to(plain_town: Town, column: str) -> None:
    town = plain_town
    case = town.refer().submit()
    point = tables.undo_point
    there = town.read(lambda tx: tx.execute(select(point).where(point.c.instance_id == case.id)).one())
    values = {
        "state": there.state[:-1] + bytes([there.state[-1] ^ 1]),
        "taken": ["f1"],
        "answers": {"x": ["y"]},
        "its own": row(town, case).state,
    }
    changed = {"state" if column == "its own" else column: values[column]}
    town.write(lambda tx: tx.execute(update(point).where(point.c.instance_id == case.id).values(**changed)) and None)
    officer = town.person(OFFICER)

    with pytest.raises(IncidentRaised):
        town.act(lambda engine: engine.handling.take_back(officer, there.task_id))

    assert row(town, case).status == "incident"


# --- what verifying notices ---


def _of(table: Any, case: Case) -> Any:
    return (table.c.id if table is instance else table.c.instance_id) == case.id


def _rewrite_with_its_chain(tx: Connection, case: Case) -> None:
    """Somebody who knows the program, and not the key, changes an entry and everything that follows it."""
    entry = tables.audit_entry
    previous = audit.GENESIS
    for found in tx.execute(select(entry).where(_of(entry, case)).order_by(entry.c.sequence)).all():
        content = {**found.content, "revision": 77} if found.sequence == 1 else found.content
        forged = {**found._mapping, "content": content, "previous_hash": previous}
        previous = audit.hash_entry(forged)
        values = {"content": content, "previous_hash": forged["previous_hash"], "hash": previous}
        tx.execute(update(entry).where(entry.c.id == found.id).values(**values))
    tx.execute(update(tables.chain_head).where(tables.chain_head.c.chain == case.id).values(last_hash=previous))


def _cut_the_last(tx: Connection, case: Case) -> None:
    entry = tables.audit_entry
    ids = list(tx.scalars(select(entry.c.id).where(_of(entry, case)).order_by(entry.c.sequence.desc()).limit(2)))
    tx.execute(delete(entry).where(entry.c.id.in_(ids)))


def _remove_the_chain(tx: Connection, case: Case) -> None:
    tx.execute(delete(tables.audit_entry).where(_of(tables.audit_entry, case)))
    tx.execute(delete(tables.chain_head).where(tables.chain_head.c.chain == case.id))


def _all_rows(table: Any, **values: object) -> Callable[[Connection, Case], None]:
    return lambda tx, case: tx.execute(update(table).where(_of(table, case)).values(**values)) and None


def _drop(table: Any) -> Callable[[Connection, Case], None]:
    def drop(tx: Connection, case: Case) -> None:
        last = tx.scalars(select(table.c.id).where(_of(table, case)).order_by(table.c.id.desc()).limit(1)).one()
        tx.execute(delete(table).where(table.c.id == last))

    return drop


def _another_diagram(tx: Connection, case: Case) -> None:
    """What the law gives three days for is given thirty, in every version, with the hash that goes with it."""
    version = tables.definition_version
    for found in tx.execute(select(version.c.id, version.c.diagram)).all():
        values = {"diagram": found.diagram.replace(b"working_days(3,", b"working_days(30,"), "sha256": "0" * 64}
        tx.execute(update(version).where(version.c.id == found.id).values(**values))


def _another_form(tx: Connection, case: Case) -> None:
    version = tables.definition_version
    for found in tx.execute(select(version.c.id, version.c.forms)).all():
        forms = {name: text.replace("true", "false") for name, text in found.forms.items()}
        tx.execute(update(version).where(version.c.id == found.id).values(forms=forms))


TAMPERING: dict[str, tuple[Callable[[Connection, Case], None], str]] = {
    "last entries cut": (_cut_the_last, "以后的记录不见了"),
    "the whole chain removed": (_remove_the_chain, "全部审计记录不见了"),
    "an entry rewritten with its chain": (_rewrite_with_its_chain, "封存被改过"),
    "the head removed": (
        lambda tx, case: tx.execute(delete(tables.chain_head).where(tables.chain_head.c.chain == case.id)) and None,
        "封存不见了",
    ),
    "facts": (_all_rows(tables.fact, value="换过的"), "填报值"),
    "a fact removed": (_drop(tables.fact), "填报值"),
    "periods": (_all_rows(tables.deadline, overdue_at=None, status="met"), "期限"),
    "a day of a period": (_all_rows(tables.deadline, last_day=None), "期限"),
    "outcomes": (_all_rows(tables.task, outcome_name="不同意"), "任务和办理结果"),
    "comments": (_all_rows(tables.comment, text="我没有说过"), "评论"),
    "a comment removed": (_drop(tables.comment), "评论"),
    "documents": (_all_rows(tables.document, title="另一份"), "文书"),
    "the hash of a paper": (_all_rows(tables.document, pdf_sha256="0" * 64), "文书"),
    "the result": (_all_rows(instance, result_name="不予受理"), "办件本身"),
    "the number": (_all_rows(instance, number="YS-2026-0777"), "编号"),
    "a diagram": (_another_diagram, "流程 case_referral 第 1 版与部署时不一致"),
    "a form": (_another_form, "流程 case_referral 第 1 版与部署时不一致"),
}


STORES_AND_TAMPERING = [("postgresql", "facts"), ("postgresql", "periods"), *(("sqlite", how) for how in TAMPERING)]
"""Verifying reads everything on both stores and finds it whole, whatever is then changed; values and times differ most."""


def _delivered(town: Town) -> Case:
    """A case with a comment, which is with the other side."""
    case, said = town.refer(), {"text": ["请抓紧。"]}
    town.act(lambda engine: engine.collaboration.comment(town.person(OFFICER), case.number, said))
    return case.deliver()


@pytest.mark.parametrize(("town_on_each_database", "how"), STORES_AND_TAMPERING, indirect=["town_on_each_database"])
def test_verifying_notices_what_was_tampered_with(town_on_each_database: Town, how: str) -> None:
    town = town_on_each_database
    case = retold(town, "delivered", _delivered)
    assert broken(town) == []
    tamper, sentence = TAMPERING[how]

    town.write(lambda tx: tamper(tx, case))
    town.tampered = True

    assert any(sentence in found for found in broken(town)), broken(town)


def test_what_happens_afterwards_vouches_for_nothing_that_was_changed(plain_town: Town) -> None:
    town = plain_town
    case = town.refer()
    town.write(lambda tx: _drop(tables.fact)(tx, case))
    case.submit()
    assert any("填报值" in found for found in broken(town))


def test_a_file_that_is_missing_or_changed_is_named(plain_town: Town) -> None:
    town = plain_town
    case = town.refer().deliver()
    town.act(lambda engine: [chore() for chore in engine.worker.chores])
    assert broken(town) == []
    paper = next(found for found in (town.settings.data_dir / "papers").rglob("*") if found.is_file())
    content = paper.read_bytes()
    paper.chmod(0o600)
    paper.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert any(found.startswith(case.number) and "被改过或换过" in found for found in broken(town))
    paper.unlink()
    assert any("的文件不见了" in found for found in broken(town))


def test_heads_that_are_kept_elsewhere_hold_even_against_the_key(plain_town: Town) -> None:
    town = plain_town
    case = town.refer().submit()
    kept = town.engine.record.heads()
    assert broken(town, kept) == []

    def rewrite(tx: Connection) -> None:
        _rewrite_with_its_chain(tx, case)

    town.write(rewrite)
    town.act(lambda engine: engine.record.reseal("王工", "有密钥的人改写", case.number))

    assert broken(town) == []
    assert any("存在别处的封存" in found for found in broken(town, kept))
    assert any("这里的封存不完整" in found for found in broken(town, ["chain x 3"]))


# --- the key ---


def test_the_key_is_a_file_of_its_owner_and_not_in_the_database(plain_town: Town) -> None:
    plain_town.refer()
    path = plain_town.settings.data_dir / FILE

    assert path.stat().st_mode & 0o077 == 0
    secret = path.read_bytes().strip()
    assert not any(secret in found.read_bytes() for found in path.parent.glob("*.db*"))


def test_a_lost_key_is_told_and_a_person_who_vouches_seals_anew(plain_town: Town) -> None:
    town = plain_town
    case = town.refer()
    kept = town.settings.data_dir / FILE
    shutil.move(kept, kept.with_name("kept"))
    other = Engine(town.settings, town.clock)
    try:
        with pytest.raises(KeyLost, match="请从备份把原来的密钥文件放回"):
            other.prepare()
        other.record.reseal("王工", "密钥文件损坏，已与昨晚的备份逐件核对")
        other.prepare()
        assert other.record.verify_audit() == []
        assert other.instances.instance(town.person(OFFICER), case.number) is not None
    finally:
        other.close()


def test_what_an_older_version_recorded_is_sealed_once_and_never_again(plain_town: Town) -> None:
    """Seals that are gone are damage, not an older version's database."""
    town = plain_town
    case = town.refer()
    marker: Path = town.settings.data_dir / SEALED_FILE

    def as_it_was(tx: Connection) -> None:
        tx.execute(update(instance).values(state=row(town, case).state[72:]))
        for table in (tables.chain_head, tables.record_key):
            tx.execute(delete(table))

    town.write(as_it_was)
    with pytest.raises(KeyLost, match="没有封存的标记"):
        town.engine.prepare()
    marker.unlink()
    town.engine.prepare()
    assert broken(town) == []
    case.submit()
    assert broken(town) == []
