"""Every database that a published state of the project has made is upgraded with all that is in it, and goes on working."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, select
from sqlalchemy.exc import DatabaseError

from engine.app import Engine
from engine.db import migrate, tables
from engine.db.session import Database
from engine.documents import typesetting
from engine.errors import NewerDatabase
from engine.ids import new_id
from engine.reports.parts.filters import Filters
from engine.settings import PROJECT, Settings
from tasks_ui.cli import main
from tests.forked import forked
from tests.golden import stores, upgrading
from tests.golden.make import KEY, PLAYED_AT
from tests.processes.town import Instance, Town
from tests.spared import papers_set_once
from tests.store.conftest import postgresql_url  # noqa: F401

Schema = dict[str, list[str]]


@pytest.fixture(scope="module", autouse=True)
def _the_same_paper_is_set_once() -> Iterator[None]:
    """Both stores hold the same papers.

    Nobody looks at the pages here: what they show is what the PDF holds, and `papers` looks at both.
    """
    with papers_set_once(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(typesetting, "pictures", lambda *_words: [b"a page"])
        yield


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def golden(request: pytest.FixtureRequest, store: str, tmp_path: Path) -> Iterator[Any]:
    """Gives the settings of an installation with the golden database of that name."""
    made: list[str] = []

    def settle(name: str) -> Settings:
        if store == "sqlite":
            stores.unpack(name, tmp_path / "var")
            return Settings(data_dir=tmp_path / "var", record_key=KEY)
        server, database = request.getfixturevalue("postgresql_url"), f"golden_{new_id()}"
        url = stores.create_database(server, database)
        made.append(database)
        stores.load_into_postgresql(name, url, tmp_path / "loaded")
        return Settings(data_dir=tmp_path / "var", database_url=url, record_key=KEY)

    yield settle
    for database in made:
        stores.drop_database(request.getfixturevalue("postgresql_url"), database)


def counts(database: Database) -> dict[str, int]:
    """How many rows each table has; but for the one in which the revision stands."""
    with database.reading() as tx:
        names = migrate.inspect(tx).get_table_names()
        return {
            name: tx.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()
            for name in names
            if name != "alembic_version"
        }


def schema(tx: Connection) -> Schema:
    """What each table consists of, as the database says it: columns, defaults, constraints (however named) and indexes."""
    every = migrate.inspect(tx)
    columns, primary, foreign = (
        every.get_multi_columns(),
        every.get_multi_pk_constraint(),
        every.get_multi_foreign_keys(),
    )
    unique, checks = every.get_multi_unique_constraints(), every.get_multi_check_constraints()
    indexes = every.get_multi_indexes()
    found = {}
    for table in columns:
        _, name = table
        if name == "alembic_version":
            continue
        found[name] = sorted(
            [f"{c['name']} {c['type']} {c['nullable']} {c['default']}" for c in columns[table]]
            + [f"{k['constrained_columns']} → {k['referred_table']} {k['referred_columns']}" for k in foreign[table]]
            + [f"unique {u['column_names']}" for u in unique[table]]
            + [re.sub(r"[\s()]|::\w+( varying)?(\[\])?", "", c["sqltext"]) for c in checks[table]]
            + [f"{i['name']} {i['column_names']} {i['unique']}" for i in indexes[table]]
            + [f"primary {primary[table]['constrained_columns']}"]
        )
    return found


@pytest.mark.parametrize("name", stores.NAMES)
def test_every_golden_database_is_upgraded_and_a_case_in_it_walked_to_its_end(
    name: str, golden: Any, store: str, fresh_schema: Callable[[str], Schema]
) -> None:
    settings = golden(name)
    before = Database(settings.url)
    had = counts(before)
    before.close()
    town = Town(settings)
    town.clock.set(PLAYED_AT)
    town.engine.prepare()
    now = counts(town.engine.database)
    lost = {table: count for table, count in had.items() if now.get(table, 0) < count}
    assert lost == {}
    with town.engine.database.reading() as tx:
        assert migrate.differences(tx) == []
        assert schema(tx) == fresh_schema(store)
    assert not_whole(town.verify()) == []
    walk(town)
    assert not_whole(town.verify()) == []
    town.close()


def not_whole(broken: Iterable[str]) -> list[str]:
    """What verifying found, but for case files that lay in the folder of files, which is not kept."""
    return [found for found in broken if not found.endswith("归档包不见了。")]


@pytest.fixture(scope="module")
def fresh_schema(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[[str], Schema]:
    """What a new database of that store consists of; it is asked once."""

    @cache
    def of(store: str) -> Schema:
        if store == "sqlite":
            database = Database(f"sqlite:///{tmp_path_factory.mktemp('fresh') / 'fresh.db'}")
            tables.metadata.create_all(database.engine)
        else:
            database = Database(request.getfixturevalue("postgresql_url"))
        with database.reading() as tx:
            found = schema(tx)
        database.close()
        return found

    return of


def walk(town: Town) -> None:
    """A case that waits for a leader goes on to its end; another's clock goes on; papers and the case file are made."""
    outcomes = {outcome.file: outcome.what for outcome in town.engine.procedures_in_force.found()}
    assert outcomes["case_referral.bpmn"] == "kept"
    case = named(town, "畜禽粪污直排沟渠")
    version = case.definition().id
    check_search(town, case)
    case.complete("sign_acceptance", "helan.hb", signing_outcome="approve", signing_opinion="同意受理。")
    case.complete("open_case", "fangsiyuan.hb", filing_outcome="file", filing_number="青环立〔2026〕77 号")
    town.at("2026-12-01T09:00")
    case.complete("handle_case", "fangsiyuan.hb", handling_summary="现场复核，责令清理，已恢复原状。")
    told = {"result_kind": "ordered_to_correct", "result_summary": "已改正，不再处罚。"}
    case.complete("report_result", "fangsiyuan.hb", **told)
    assert case.status == "ended", (case.status, case.waiting, case.incident())
    assert case.definition().id == version
    incidents = town.read(lambda tx: tx.scalars(select(tables.incident.c.message)).all())
    assert incidents == []
    late = named(town, "无证收集废铅蓄电池")
    assert late.deadline("acceptance").overdue_at is not None
    for chore in town.engine.worker.chores:
        chore()
    check_papers(town, case)
    actor = town.person("fangsiyuan.hb")
    assert town.engine.instances.instance(actor, case.number).number == case.number


def check_search(town: Town, case: Instance) -> None:
    """What was there before it was searched by an index is found by it."""
    actor = town.person("fangsiyuan.hb")
    place = town.read(
        lambda tx: tx.scalar(
            select(tables.fact.c.value).where(tables.fact.c.instance_id == case.id, tables.fact.c.name == "location")
        )
    )
    numbers = [paper.number for paper in case._rows(tables.document) if paper.number]
    for text in ("粪污直排", case.number, place[2:], *numbers):
        rows = town.engine.instances.listed(actor, Filters(text=text)).rows
        assert case.number in {row.number for row in rows}, text


def check_papers(town: Town, case: Instance) -> None:
    papers = case._rows(tables.document)
    assert papers
    assert [paper.code for paper in papers if paper.data is not None and paper.pdf_sha256 is None] == []
    (package,) = case._rows(tables.archive_package)
    assert package.failure is None
    assert package.made_at is not None


def named(town: Town, title: str) -> Instance:
    instance = tables.process_instance
    number = town.read(lambda tx: tx.scalars(select(instance.c.number).where(instance.c.title == title)).one())
    return Instance(town, number)


def test_the_head_of_the_migrations_has_its_golden_database() -> None:
    """So every published state has one for its head, and they are never thrown away."""
    assert migrate.head() in stores.NAMES, "python tests/golden/make.py makes the one of today's tree"
    rows = re.findall(r"^\| (\d{4}[\w-]*) \|", (stores.HERE / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == stores.NAMES


COMMANDS = ("prepare", "verify-audit", "rule", "outbox", "calendar", "serve")


def test_a_database_newer_than_the_program_is_refused_in_a_sentence_by_every_command(golden: Any) -> None:
    """The first as a process of its own, with its exit code and no traceback; the others in this one."""
    settings = golden(stores.NAMES[-1])
    database = Database(settings.url)
    migrate.upgrade(database)
    with database.transaction() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = counts(database)
    environment = {"LIANBAN_DATA_DIR": str(settings.data_dir), "LIANBAN_DATABASE_URL": settings.database_url}
    done = subprocess.run(
        [sys.executable, "-m", "tasks_ui.cli", COMMANDS[0]],
        env={"PATH": "/usr/bin:/bin", **environment}, cwd=PROJECT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    said = {COMMANDS[0]: (done.returncode, done.stderr)}
    for command in COMMANDS[1:]:
        here = CliRunner().invoke(main, [command], env=environment)
        assert isinstance(here.exception, SystemExit), command
        said[command] = (here.exit_code, here.stderr)
    for command, (code, sentence) in said.items():
        assert code == 2, command
        assert "9999" in sentence, command
        assert "什么都没有改变" in sentence, command
        assert "Traceback" not in sentence, command
    assert counts(database) == before
    with database.reading() as tx, pytest.raises(NewerDatabase):
        migrate.revision(tx)
    database.close()


@pytest.mark.parametrize("statements", [1, 12, 60, 100])
def test_an_upgrade_that_is_killed_in_the_middle_is_done_by_the_next_start(golden: Any, statements: int) -> None:
    settings = golden("0001")
    given = Database(settings.url)
    before = counts(given)
    given.close()
    with forked(upgrading.main, settings.url, statements) as process:
        said = process.said.read()
        assert (process.wait(120), said) == (-signal.SIGKILL, "")
    left = Database(settings.url)
    assert counts(left) == before
    left.close()
    engine = Engine(settings)
    engine.prepare()
    with engine.database.reading() as tx:
        assert migrate.differences(tx) == []
    assert not_whole(map(str, engine.record.verify_audit())) == []
    engine.close()


def test_an_upgrade_that_would_leave_a_reference_to_nothing_changes_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{stores.unpack('0001', tmp_path)}")
    with database.rebuilding() as tx:
        tx.exec_driver_sql("SELECT 1")
    before = counts(database)
    with pytest.raises(Exception, match="引用落空"), database.rebuilding() as tx:
        tx.exec_driver_sql("DELETE FROM person")
    assert counts(database) == before
    with database.reading() as tx:
        assert tx.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    with pytest.raises(DatabaseError), database.transaction() as tx:
        tx.exec_driver_sql("DELETE FROM person")
    database.close()
