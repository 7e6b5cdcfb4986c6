"""The record of what happened: whoever changes, removes or swaps an entry afterwards is found out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.db.session import Database
from engine.db.tables import audit_entry, audit_head, chain_head
from engine.runtime.step import audit
from tests.store.builders import at

MONDAY, TUESDAY, WEDNESDAY = at("2026-10-12 09:00"), at("2026-10-13 09:00"), at("2026-10-14 09:00")
CHANGES: dict[str, Any] = {
    "at": MONDAY + timedelta(microseconds=1),
    "person_id": "p2",
    "unit_code": "town_b",
    "kind": "completed",
    "element_id": "task_2",
    "content": {"n": 7},
    "hash": "f" * 64,
    "previous_hash": "f" * 64,
}


def append(tx: Connection, chain: str, instant: datetime, number: int = 0) -> None:
    audit.note(tx, chain, instant, "step", {"n": number}, person_id="p1", unit_code="town_a", element_id="task_1")


def three_entries_in_two_chains(tx: Connection) -> None:
    """On the Monday; the days before the Wednesday are closed."""
    for chain in ("one", "two"):
        for number in (1, 2, 3):
            append(tx, chain, MONDAY, number)


def entry(chain: str, sequence: int) -> Any:
    return (audit_entry.c.instance_id == chain) & (audit_entry.c.sequence == sequence)


@pytest.fixture
def recorded(database: Database) -> Database:
    """Two chains of three entries of the Monday, and closed days up to the Tuesday."""
    database.run(three_entries_in_two_chains)
    database.run(lambda tx: audit.close_days(tx, WEDNESDAY))
    return database


def found(database: Database) -> list[str]:
    with database.reading() as tx:
        return [str(broken) for broken in audit.verify(tx)]


def tamper(database: Database, *statements: Any) -> None:
    with database.transaction() as tx:
        for statement in statements:
            tx.execute(statement)


# --- appending ---


def test_entries_of_a_chain_are_numbered_without_a_gap(recorded: Database) -> None:
    with recorded.reading() as tx:
        rows = tx.execute(select(audit_entry.c.instance_id, audit_entry.c.sequence).order_by(audit_entry.c.id)).all()

    assert [tuple(row) for row in rows] == [("one", 1), ("one", 2), ("one", 3), ("two", 1), ("two", 2), ("two", 3)]


def test_an_entry_hangs_on_the_one_before(recorded: Database) -> None:
    with recorded.reading() as tx:
        rows = tx.execute(
            select(audit_entry).where(audit_entry.c.instance_id == "one").order_by(audit_entry.c.sequence)
        )
        first, second, _ = rows.all()

    assert first.previous_hash == audit.GENESIS
    assert second.previous_hash == first.hash
    assert len({first.hash, second.hash}) == 2


def test_a_chain_that_nobody_touched_is_whole(recorded: Database) -> None:
    assert found(recorded) == []


def test_an_empty_record_is_whole(database: Database) -> None:
    assert found(database) == []


def test_an_entry_is_read_as_it_was_written(recorded: Database) -> None:
    content = {"z": [1, 2.5, None, True], "a": {"乙": "甲&乙<丙>", "甲": "𠮷"}}

    recorded.run(lambda tx: audit.note(tx, "one", WEDNESDAY, "step", content))

    assert found(recorded) == []


def test_two_entries_cannot_have_one_place(recorded: Database) -> None:
    with recorded.reading() as tx:
        row = tx.execute(select(audit_entry).where(entry("one", 3))).one()._asdict()
    del row["id"]

    with pytest.raises(IntegrityError):
        recorded.run(lambda tx: tx.execute(insert(audit_entry).values(**row)))


# --- what is found ---


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_an_entry_that_was_changed_is_found(recorded: Database, name: str, sequence: int) -> None:
    tamper(recorded, update(audit_entry).where(entry("one", sequence)).values({name: CHANGES[name]}))

    assert found(recorded)[0].startswith(f"one 第 {sequence} 条：")


def test_an_entry_that_was_changed_is_told_as_changed(recorded: Database) -> None:
    tamper(recorded, update(audit_entry).where(entry("two", 2)).values(content={"n": 7}))

    assert found(recorded) == ["two 第 2 条：内容与当时记下的不一致，可能被改过。"]


def test_an_entry_that_was_changed_with_its_hash_is_found_by_the_next(recorded: Database) -> None:
    with recorded.reading() as tx:
        forged = {**tx.execute(select(audit_entry).where(entry("one", 2))).one()._asdict(), "content": {"n": 7}}

    tamper(
        recorded,
        update(audit_entry).where(entry("one", 2)).values(content={"n": 7}, hash=audit.hash_entry(forged)),
    )

    assert found(recorded) == ["one 第 3 条：与前一条接不上，前一条可能被换过。"]


@pytest.mark.parametrize("sequence", [1, 2])
def test_an_entry_that_was_removed_is_found(recorded: Database, sequence: int) -> None:
    tamper(recorded, delete(audit_entry).where(entry("one", sequence)))

    assert found(recorded)[0] == f"one 第 {sequence} 条：这一条不见了。"


def test_a_last_entry_that_was_removed_after_its_day_was_closed_is_found(recorded: Database) -> None:
    tamper(recorded, delete(audit_entry).where(entry("one", 3)))

    assert found(recorded) == ["每日封存 第 1 条：2026-10-12 的记录与封存时不一致，可能有记录被删除。"]


def test_a_whole_chain_that_was_removed_is_found(recorded: Database) -> None:
    tamper(recorded, delete(audit_entry).where(audit_entry.c.instance_id == "two"))

    assert found(recorded) == ["每日封存 第 1 条：2026-10-12 的记录与封存时不一致，可能有记录被删除。"]


def test_a_chain_that_was_written_anew_is_found(recorded: Database) -> None:
    def rewrite(tx: Connection) -> None:
        tx.execute(delete(audit_entry).where(audit_entry.c.instance_id == "two"))
        tx.execute(delete(chain_head).where(chain_head.c.chain == "two"))
        for number in (1, 2, 7):
            append(tx, "two", MONDAY, number)

    recorded.run(rewrite)

    assert found(recorded) == ["每日封存 第 1 条：2026-10-12 的记录与封存时不一致，可能有记录被删除。"]


def test_an_entry_that_was_slipped_in_for_a_closed_day_is_found(recorded: Database) -> None:
    recorded.run(lambda tx: append(tx, "three", MONDAY))

    assert len(found(recorded)) == 1


def test_entries_that_were_swapped_are_found(recorded: Database) -> None:
    tamper(
        recorded,
        update(audit_entry).where(entry("one", 2)).values(sequence=99),
        update(audit_entry).where(entry("one", 3)).values(sequence=2),
        update(audit_entry).where(entry("one", 99)).values(sequence=3),
    )

    assert found(recorded)[0] == "one 第 2 条：与前一条接不上，前一条可能被换过。"


def test_an_entry_that_was_moved_to_another_chain_is_found(recorded: Database) -> None:
    tamper(recorded, update(audit_entry).where(entry("two", 3)).values(instance_id="one", sequence=4))

    assert found(recorded)[0].startswith("one 第 4 条：")


def test_every_broken_chain_is_told_once_at_its_first_break(recorded: Database) -> None:
    tamper(
        recorded,
        update(audit_entry).where(audit_entry.c.sequence == 1).values(content={"n": 7}),
        delete(audit_entry).where(audit_entry.c.sequence == 2),
    )

    assert found(recorded) == [
        "one 第 1 条：内容与当时记下的不一致，可能被改过。",
        "two 第 1 条：内容与当时记下的不一致，可能被改过。",
    ]


def test_a_chain_beside_a_broken_one_is_still_whole(recorded: Database) -> None:
    tamper(recorded, update(audit_entry).where(entry("one", 1)).values(kind="other"))

    assert all(broken.startswith("one") for broken in found(recorded))


# --- the heads of the days ---


def test_every_day_before_today_gets_its_head(database: Database) -> None:
    database.run(three_entries_in_two_chains)

    assert database.run(lambda tx: audit.close_days(tx, at("2026-10-15 00:00"))) == 3

    with database.reading() as tx:
        heads = tx.execute(select(audit_head).order_by(audit_head.c.day)).all()
    assert [head.day for head in heads] == [date(2026, 10, 12), date(2026, 10, 13), date(2026, 10, 14)]
    assert [(head.chains, head.entries) for head in heads] == [(2, 6)] * 3
    assert heads[1].previous_hash == heads[0].hash


def test_a_day_that_still_runs_is_not_closed(database: Database) -> None:
    database.run(three_entries_in_two_chains)

    assert database.run(lambda tx: audit.close_days(tx, at("2026-10-12 23:59:59.999999"))) == 0
    assert database.run(lambda tx: audit.close_days(tx, at("2026-10-13 00:00"))) == 1


def test_a_closed_day_is_not_closed_again(recorded: Database) -> None:
    assert recorded.run(lambda tx: audit.close_days(tx, WEDNESDAY)) == 0


def test_without_an_entry_there_is_nothing_to_close(database: Database) -> None:
    assert database.run(lambda tx: audit.close_days(tx, WEDNESDAY)) == 0


def test_a_day_ends_at_midnight_in_shanghai(database: Database) -> None:
    database.run(lambda tx: append(tx, "one", at("2026-10-12 23:59:59.999999")))
    database.run(lambda tx: append(tx, "one", at("2026-10-13 00:00")))
    database.run(lambda tx: audit.close_days(tx, WEDNESDAY))

    with database.reading() as tx:
        entries = list(tx.scalars(select(audit_head.c.entries).order_by(audit_head.c.day)))

    assert entries == [1, 2]


def test_work_of_later_days_leaves_the_closed_days_whole(recorded: Database) -> None:
    for chain in ("one", "three"):
        recorded.run(lambda tx, chain=chain: append(tx, chain, WEDNESDAY))  # type: ignore[misc]
    recorded.run(lambda tx: audit.close_days(tx, WEDNESDAY + timedelta(days=5)))

    assert found(recorded) == []


HEAD_TAMPERING: dict[str, Callable[[], Any]] = {
    "changed": lambda: update(audit_head).where(audit_head.c.day == MONDAY.date()).values(entries=5),
    "its hash changed": lambda: update(audit_head).where(audit_head.c.day == MONDAY.date()).values(hash="f" * 64),
    "the first removed": lambda: delete(audit_head).where(audit_head.c.day == MONDAY.date()),
    "one removed from the middle": lambda: delete(audit_head).where(audit_head.c.day == TUESDAY.date()),
}


@pytest.mark.parametrize("how", HEAD_TAMPERING)
def test_a_head_that_was_tampered_with_is_found(recorded: Database, how: str) -> None:
    recorded.run(lambda tx: audit.close_days(tx, WEDNESDAY + timedelta(days=1)))

    tamper(recorded, HEAD_TAMPERING[how]())

    assert len(found(recorded)) == 1
    assert found(recorded)[0].startswith("每日封存 第 ")


def test_a_head_that_was_made_anew_after_a_removal_is_found_by_its_seal_and_with_the_key_by_the_next(
    recorded: Database,
) -> None:
    def cover_up(tx: Connection) -> None:
        tx.execute(delete(audit_entry).where(entry("one", 3)))
        head = tx.execute(select(audit_head).order_by(audit_head.c.day).limit(1)).one()._asdict()
        forged = {**head, **audit._content_of_day(tx, head["day"])}
        forged["hash"] = audit._hash_head(forged)
        tx.execute(update(audit_head).where(audit_head.c.day == head["day"]).values(**forged))

    recorded.run(cover_up)
    assert found(recorded) == ["每日封存 第 1 条：2026-10-12 的封存不是用本系统的密钥做的，被换过。"]

    def seal(tx: Connection) -> None:
        head = tx.execute(select(audit_head).order_by(audit_head.c.day).limit(1)).one()
        seal = audit.day_seal(tx, head.day, head.hash)
        tx.execute(update(audit_head).where(audit_head.c.day == head.day).values(seal=seal))

    recorded.run(seal)
    assert found(recorded) == ["每日封存 第 2 条：2026-10-13 的封存被改过。"]


def test_verifying_changes_nothing(recorded: Database) -> None:
    with recorded.transaction() as tx:
        before = tx.scalar(select(func.count()).select_from(audit_entry))
        audit.verify(tx)
        after = tx.scalar(select(func.count()).select_from(audit_entry))

    assert (before, after) == (6, 6)
