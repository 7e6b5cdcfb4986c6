"""A transaction is one thing that happened, wholly or not at all; reading changes nothing; the locked out are told."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import TypeVar

import pytest
from sqlalchemy import Connection, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from engine.db import upsert
from engine.db.session import ATTEMPTS, Database
from engine.db.tables import city_rule, party
from engine.db.turns import Queue
from engine.db.unit import unit_of
from engine.errors import Busy, DatabaseFull, Refused, Uncertain
from tests.store.builders import NOW

T = TypeVar("T")
AT_ONCE_OR_NEVER = 20
"""Milliseconds for which SQLite waits for a lock in these tests."""


def write(tx: Connection, key: str, times: int = 1) -> None:
    for _ in range(times):
        tx.execute(insert(city_rule).values(key=key, version=1, value=0, set_at=NOW, set_by="test"))


def keys(database: Database) -> set[str]:
    with database.reading() as tx:
        return set(tx.scalars(select(city_rule.c.key)))


def cut_off(database: Database, connection: Connection) -> None:
    """The server has ended this connection."""
    process = connection.scalar(text("SELECT pg_backend_pid()"))
    with database.reading() as other:
        other.execute(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited between attempts; nobody really waits."""
    waited: list[float] = []
    monkeypatch.setattr("engine.db.session.time.sleep", waited.append)
    return waited


@pytest.fixture
def impatient(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """SQLite that does not wait for a lock, in a process whose writers do not wait for each other."""
    monkeypatch.setattr("engine.db.session.PATIENCE", AT_ONCE_OR_NEVER / 1000)
    event.listen(
        sqlite_database.engine,
        "connect",
        lambda connection, _record: connection.execute(f"PRAGMA busy_timeout={AT_ONCE_OR_NEVER}"),
    )
    return sqlite_database


# --- wholly or not at all ---


def test_what_a_transaction_did_is_there_when_its_block_ends(database: Database) -> None:
    with database.transaction() as tx:
        write(tx, "a")
        write(tx, "b")

    assert keys(database) == {"a", "b"}


def test_nothing_is_there_when_the_block_raises(database: Database) -> None:
    def half_done() -> None:
        with database.transaction() as tx:
            write(tx, "a")
            raise KeyError("half way")

    with pytest.raises(KeyError, match="half way"):
        half_done()

    assert keys(database) == set()


def test_nothing_is_there_when_a_statement_is_refused(database: Database) -> None:
    def twice() -> None:
        with database.transaction() as tx:
            write(tx, "a")
            write(tx, "b")
            write(tx, "a")

    with pytest.raises(IntegrityError):
        twice()

    assert keys(database) == set()


def test_nobody_sees_what_is_not_committed(database: Database) -> None:
    with database.transaction() as tx:
        write(tx, "a")
        assert keys(database) == set()

    assert keys(database) == {"a"}


def test_a_database_can_be_used_after_a_failure(database: Database) -> None:
    with pytest.raises(IntegrityError):
        database.run(lambda tx: write(tx, "a", times=2))

    database.run(lambda tx: write(tx, "b"))

    assert keys(database) == {"b"}


def test_a_reference_to_nothing_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        database.run(
            lambda tx: tx.execute(
                text("insert into party (instance_id, unit_code, fact) values ('nowhere', 'nobody', 'fact')")
            )
        )


def test_a_database_that_goes_away_while_it_commits_leaves_it_open_whether_it_did(
    postgresql_database: Database,
) -> None:
    def gone(connection: Connection) -> None:
        """The server ends the connection just before it hears that it shall commit."""
        cut_off(postgresql_database, connection)

    event.listen(postgresql_database.engine, "commit", gone, once=True)
    with pytest.raises(Uncertain, match="办成没有还不知道"):
        postgresql_database.run(lambda tx: write(tx, "a"))

    postgresql_database.run(lambda tx: write(tx, "b"))
    assert keys(postgresql_database) == {"b"}


def test_a_database_that_goes_away_before_has_done_nothing_and_does_not_say_otherwise(
    postgresql_database: Database,
) -> None:
    def gone(tx: Connection) -> None:
        cut_off(postgresql_database, tx)
        write(tx, "a")

    with pytest.raises(OperationalError):
        postgresql_database.run(gone)


def test_what_is_refused_when_changes_are_written_together_is_told_as_if_it_had_been_written_alone(
    database: Database,
) -> None:
    def refused(tx: Connection) -> None:
        changes = unit_of(tx).changes
        changes.add(city_rule, {"key": "a", "version": 1, "value": 0, "set_at": NOW, "set_by": "test"})
        changes.add(party, {"instance_id": "nowhere", "unit_code": "nobody", "fact": "fact"})

    with pytest.raises(IntegrityError):
        database.run(refused)

    assert keys(database) == set()
    database.run(lambda tx: write(tx, "b"))
    assert keys(database) == {"b"}


def test_a_database_that_goes_away_before_changes_are_written_is_connected_to_anew(
    postgresql_database: Database,
) -> None:
    def gone(tx: Connection) -> None:
        rule = {"key": "a", "version": 1, "value": 0, "set_at": NOW, "set_by": "test"}
        unit_of(tx).changes.add(city_rule, rule)
        with unit_of(tx).apart():
            cut_off(postgresql_database, tx)

    with pytest.raises(OperationalError):
        postgresql_database.run(gone)

    postgresql_database.run(lambda tx: write(tx, "b"))
    assert keys(postgresql_database) == {"b"}


# --- reading ---


def test_reading_never_writes(database: Database) -> None:
    with database.reading() as tx:
        write(tx, "a")
        assert tx.scalar(select(city_rule.c.key)) == "a"

    assert keys(database) == set()


def test_reading_goes_on_while_somebody_writes(database: Database) -> None:
    database.run(lambda tx: write(tx, "a"))

    with database.transaction() as tx:
        tx.execute(update(city_rule).values(value=1))
        with database.reading() as reader:
            assert reader.scalar(select(city_rule.c.value)) == 0


# --- begun anew ---


# --- a visit: several looks that are one ---


def test_the_looks_of_a_visit_are_one_look_at_one_state(database: Database) -> None:
    with database.visit():
        with database.reading() as first:
            assert keys(database) == set()
            work = unit_of(first)
        in_another_thread(lambda: database.run(lambda tx: write(tx, "other")))
        with database.reading() as second:
            assert unit_of(second) is work
        assert keys(database) == set()
        assert in_another_thread(lambda: keys(database)) == {"other"}

    assert keys(database) == {"other"}
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_who_writes_within_a_visit_sees_it_afterwards(database: Database) -> None:
    with database.visit():
        assert keys(database) == set()
        database.run(lambda tx: write(tx, "own"))
        assert keys(database) == {"own"}


def test_who_writes_while_looking_goes_on_looking_at_what_there_was(database: Database) -> None:
    with database.visit():
        with database.reading() as tx:
            assert set(tx.scalars(select(city_rule.c.key))) == set()
            database.run(lambda other: write(other, "own"))
            assert set(tx.scalars(select(city_rule.c.key))) == set()
            assert keys(database) == {"own"}
        assert keys(database) == {"own"}


def test_what_a_look_of_a_visit_writes_is_not_there_for_the_next(database: Database) -> None:
    with database.visit():
        with database.reading() as tx:
            write(tx, "looked")
        with database.reading() as tx:
            unit_of(tx).changes.add(
                city_rule, {"key": "later", "version": 1, "value": 0, "set_at": NOW, "set_by": "test"}
            )
        assert keys(database) == set()


def test_what_went_wrong_in_a_look_of_a_visit_is_over_with_it(database: Database) -> None:
    with database.visit():
        with pytest.raises(IntegrityError), database.reading() as tx:
            write(tx, "twice", times=2)
        assert keys(database) == set()
    with pytest.raises(Busy), database.visit(), database.reading():
        raise OperationalError("", {}, Exception("database is locked"))
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_visit_within_a_visit_is_the_same_one(database: Database) -> None:
    with database.visit():
        assert keys(database) == set()
        with database.visit():
            in_another_thread(lambda: database.run(lambda tx: write(tx, "other")))
            assert keys(database) == set()
        assert keys(database) == set()


def in_another_thread(work: Callable[[], T]) -> T:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def test_work_gives_back_what_it_found(database: Database) -> None:
    assert database.run(lambda tx: tx.scalar(text("select 7"))) == 7


def test_work_that_is_locked_out_is_begun_anew_and_done_once(database: Database, pauses: list[float]) -> None:
    begun: list[int] = []

    def work(tx: Connection) -> str:
        begun.append(len(begun))
        write(tx, "a")
        if len(begun) < 3:
            raise Busy
        return "done"

    assert database.run(work) == "done"
    assert (len(begun), len(pauses)) == (3, 2)
    assert keys(database) == {"a"}


def test_work_that_is_always_locked_out_gives_up_and_has_changed_nothing(
    database: Database, pauses: list[float]
) -> None:
    begun: list[int] = []

    def work(tx: Connection) -> None:
        begun.append(1)
        write(tx, "a")
        raise Busy

    with pytest.raises(Busy):
        database.run(work)

    assert (len(begun), len(pauses)) == (ATTEMPTS, ATTEMPTS - 1)
    assert keys(database) == set()


def test_a_fault_in_the_work_is_not_tried_again(database: Database, pauses: list[float]) -> None:
    begun: list[int] = []

    def work(tx: Connection) -> None:
        begun.append(1)
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        database.run(work)

    assert (begun, pauses) == ([1], [])


# --- each database's own way of locking out ---


def test_on_sqlite_a_second_writer_is_told_at_its_beginning(impatient: Database) -> None:
    reached: list[str] = []

    def second() -> None:
        with impatient.transaction():
            reached.append("inside")

    with impatient.transaction() as tx:
        write(tx, "a")
        with pytest.raises(Busy):
            second()

    assert reached == []


def test_on_sqlite_a_writer_waits_its_turn(impatient: Database) -> None:
    with impatient.transaction() as tx:
        write(tx, "first")
        later = threading.Thread(target=lambda: impatient.run(lambda tx: write(tx, "second")))
        later.start()
    later.join()

    assert keys(impatient) == {"first", "second"}


def test_on_sqlite_what_was_read_in_a_transaction_is_still_so_when_it_writes(sqlite_database: Database) -> None:
    sqlite_database.run(lambda tx: write(tx, "a"))

    def add_one(tx: Connection) -> None:
        value = tx.scalar(select(city_rule.c.value))
        tx.execute(update(city_rule).values(value=(value or 0) + 1))

    threads = [threading.Thread(target=sqlite_database.run, args=(add_one,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with sqlite_database.reading() as tx:
        assert tx.scalar(select(city_rule.c.value)) == 8


def test_on_sqlite_every_commit_is_on_the_disk(sqlite_database: Database) -> None:
    with sqlite_database.reading() as tx:
        assert tx.scalar(text("pragma journal_mode")) == "wal"
        assert tx.scalar(text("pragma synchronous")) == 2
        assert tx.scalar(text("pragma foreign_keys")) == 1


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_on_postgresql_a_conflict_is_busy(postgresql_database: Database, state: str) -> None:
    def conflict() -> None:
        with postgresql_database.transaction() as tx:
            tx.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"))

    with pytest.raises(Busy):
        conflict()


def test_on_postgresql_a_full_disk_is_said(postgresql_database: Database) -> None:
    def fill() -> None:
        with postgresql_database.transaction() as tx:
            tx.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$"))

    with pytest.raises(DatabaseFull, match="存储空间不够"):
        fill()


@pytest.mark.parametrize("how", ["run", "transaction"])
def test_on_sqlite_a_full_disk_is_said_and_nothing_has_changed(sqlite_database: Database, how: str) -> None:
    def much(tx: Connection) -> None:
        tx.execute(text("PRAGMA max_page_count=1"))  # no page more than there are
        write(tx, "a")
        tx.execute(update(city_rule).values(value="长" * 100_000))

    def fill() -> None:
        if how == "run":
            sqlite_database.run(much)
        else:
            with sqlite_database.transaction() as tx:
                much(tx)

    with pytest.raises(DatabaseFull, match="什么都没有改变：服务器的存储空间不够"):
        fill()

    assert keys(sqlite_database) == set()


def test_on_sqlite_a_disk_that_fails_is_said(sqlite_database: Database) -> None:
    def fail(*_args: object) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
        raise error

    event.listen(sqlite_database.engine, "do_execute", fail)
    with pytest.raises(DatabaseFull):
        sqlite_database.run(lambda tx: write(tx, "a"))


def test_on_postgresql_of_two_that_block_each_other_both_get_done(postgresql_database: Database) -> None:
    for key in ("a", "b"):
        postgresql_database.run(lambda tx, key=key: write(tx, key))  # type: ignore[misc]
    both_hold_one = threading.Barrier(2, timeout=10)
    met: list[str] = []

    def add_one(first: str, second: str) -> None:
        def work(tx: Connection) -> None:
            tx.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
            for key in (first, second):
                row = city_rule.c.key == key
                value = tx.scalar(select(city_rule.c.value).where(row).with_for_update())
                tx.execute(update(city_rule).where(row).values(value=(value or 0) + 1))
                if key == first and len(met) < 2:
                    met.append(first)
                    both_hold_one.wait()

        postgresql_database.run(work)

    other = threading.Thread(target=add_one, args=("b", "a"))
    other.start()
    add_one("a", "b")
    other.join()

    with postgresql_database.reading() as tx:
        assert list(tx.scalars(select(city_rule.c.value))) == [2, 2]


# --- what no database holds ---


@pytest.mark.parametrize("key", ["a\x00", "a" * 65])
def test_what_postgresql_cannot_hold_is_refused_with_a_sentence(postgresql_database: Database, key: str) -> None:
    with pytest.raises(Refused, match="什么都没有改变"):
        postgresql_database.run(lambda tx: write(tx, key))

    assert keys(postgresql_database) == set()


def test_a_row_is_put_once_and_changed_by_the_second_who_puts_it(database: Database) -> None:
    def put(value: int, once: bool) -> None:
        held = {"value": value, "set_at": NOW, "set_by": "test"}
        how = upsert.put_once if once else upsert.put
        database.run(lambda tx: how(tx, city_rule, {"key": "a", "version": 1}, held))

    def value() -> int:
        with database.reading() as tx:
            return int(tx.execute(select(city_rule.c.value)).scalar_one())

    for number, (once, then) in enumerate([(False, 0), (False, 1), (True, 1), (False, 3)]):
        put(number, once)
        assert value() == then


# --- SQLite's one writer ---


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came to that")


def test_writers_of_one_process_come_in_the_order_in_which_they_asked(sqlite_database: Database) -> None:
    """SQLite alone would let whoever happens to try at the right moment go first, again and again."""
    line, done = sqlite_database._writers, list[str]()
    assert line is not None

    def writing(key: str) -> None:
        def work(tx: Connection) -> None:
            write(tx, key)
            done.append(key)

        sqlite_database.run(work)

    threads = []
    with sqlite_database.transaction() as tx:
        write(tx, "first")
        for place, key in enumerate(("second", "third", "fourth"), 2):
            threads.append(threading.Thread(target=writing, args=[key]))
            threads[-1].start()
            wait_for(lambda place=place: line.length == place)  # type: ignore[misc]
        assert keys(sqlite_database) == set(), "who only reads waits for nobody"
    for thread in threads:
        thread.join()

    assert done == ["second", "third", "fourth"]


def test_a_writer_that_gives_way_lets_so_many_go_first_and_no_more(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many click, the worker comes to its turn; among themselves those who click keep their order."""
    monkeypatch.setattr("engine.db.turns.GIVES_WAY_TO", 2)
    line, done, threads = sqlite_database._writers, list[str](), list[threading.Thread]()
    assert line is not None

    def stand_in_line(name: str, gives_way: bool = False) -> None:
        def write_in_turn() -> None:
            with sqlite_database.giving_way() if gives_way else nullcontext():
                sqlite_database.run(lambda _tx: done.append(name))

        threads.append(threading.Thread(target=write_in_turn))
        length = line.length
        threads[-1].start()
        wait_for(lambda: line.length > length)

    with sqlite_database.transaction():
        stand_in_line("before")
        stand_in_line("worker", gives_way=True)
        for name in ("first", "second", "third"):
            stand_in_line(name)
    for thread in threads:
        thread.join()

    assert done == ["before", "first", "second", "worker", "third"]


def test_nobody_goes_before_a_writer_that_gives_way_once_its_turn_has_begun() -> None:
    line = Queue()

    def at_once() -> None:
        with line.turn(seconds=0):
            pass

    with line.turn(seconds=0, gives_way=True), pytest.raises(Busy):
        in_another_thread(at_once)
    in_another_thread(at_once)


def test_a_writer_whose_turn_does_not_come_is_told_so_and_holds_up_nobody(
    impatient: Database, pauses: list[float]
) -> None:
    with impatient.transaction() as tx:
        write(tx, "first")
        refused: list[BaseException] = []

        def second() -> None:
            try:
                impatient.run(lambda tx: write(tx, "second"))
            except Busy as busy:
                refused.append(busy)

        thread = threading.Thread(target=second)
        thread.start()
        thread.join()

    assert len(refused) == 1
    assert len(pauses) == ATTEMPTS - 1
    impatient.run(lambda tx: write(tx, "third"))
    assert keys(impatient) == {"first", "third"}
