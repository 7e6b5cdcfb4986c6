"""Lists are read in the order of an index: what each store says that it would do, with statistics and without.

There are a few thousand cases here, since a store that knows of ten rows reads all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Row, event, insert, select

from engine.db import ordering, tables
from engine.db.session import Database
from engine.deadlines.calendar import load_calendar
from engine.deployments import definitions
from engine.documents.fonts import Fonts
from engine.ids import new_id
from engine.organisation import people, units
from engine.organisation.assignment import Actor
from engine.reports.desk import inbox
from engine.reports.oversight import listing, notices
from engine.reports.parts.conditions import near_until
from engine.reports.parts.filters import Filters
from engine.reports.parts.paging import HEAD, Place
from engine.runtime.instances import instances
from engine.runtime.step.context import Context
from engine.settings import PROJECT
from tests.golden.stores import create_database, drop_database
from tests.store.builders import NOW, SINCE, an_instance

CASES, UNITS = 4000, 50
CALENDAR = load_calendar((PROJECT / "processes" / "calendar_cn.json").read_bytes())
CONTEXT = Context(NOW, lambda: (CALENDAR, {}), cast(Fonts, None))
GROWING = (
    "process_instance",
    "task",
    "task_role",
    "deadline",
    "party",
    "notice_receipt",
    "notice",
    "document",
    "reader",
)
"""The tables that none of these statements may read whole."""
ROLES = frozenset({"liaison", "case_officer"})


def fill(tx: Connection) -> Actor:
    """Cases of which some are over, some near, most neither, and a third ended; who looks has done and started some."""
    for number in range(UNITS):
        units.add(tx, f"u{number}", f"单位{number}", "town", "", SINCE)
    person = people.add(tx, "zhang", "张", "!")
    (definition_id,) = tx.execute(
        tables.process_instance.select()
        .with_only_columns(tables.process_instance.c.definition_id)
        .where(tables.process_instance.c.id == an_instance(tx))
    ).one()
    rows: dict[Any, list[dict[str, Any]]] = {}
    for number in range(CASES):
        for table, row in rows_of(number, definition_id, person.id):
            rows.setdefault(table, []).append(row)
    for table, found in rows.items():
        tx.execute(insert(table), found)
    return Actor(person.id, "张", "u7", "单位7", "town", ROLES)


def rows_of(number: int, definition_id: str, person_id: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    case, unit, other = f"c{number}", f"u{number % UNITS}", f"u{(number * 7 + 3) % UNITS}"
    ended, started = number % 3 == 0, NOW - timedelta(hours=number)
    due = NOW + timedelta(minutes=(number * 7919) % 140_000 - 10_000)
    next_due, by = ordering.of_instance(due, started, ended), person_id if "u7" in (unit, other) else None
    own = {"instance_id": case}
    yield tables.process_instance, {
        "id": case, "number": f"YS-2026-{number}", "definition_id": definition_id, "key": "case_referral",
        "title": "移送", "status": "ended" if ended else "running", "started_at": started, "started_by": by,
        "revision": 1, "state": b"", "taken": [], "next_due": next_due, "ever_over": number % 50 == 0,
    }  # fmt: skip
    task = {
        **own, "id": f"t{number}", "element_id": "sign_for", "name": "签收", "unit_code": unit, "roles": sorted(ROLES),
        "fallback": False, "deadline_key": "acceptance", "status": "completed" if ended else "open", "opened_at": started,
        "ended_at": NOW if ended else None, "ended_by": person_id if ended else None,
    }  # fmt: skip
    yield tables.task, task
    if not ended:
        for role in ROLES:
            yield tables.task_role, {
                **own, "task_id": f"t{number}", "role": role, "unit_code": unit, "due_sort": due, "opened_at": started,
            }  # fmt: skip
    yield tables.deadline, {
        **own, "id": f"d{number}", "key": "acceptance", "element_id": "due", "name": "受理", "rule": "R55", "basis": "",
        "hard": True, "unit_code": unit, "kind": "hours", "number": 1, "start_at": started, "due_at": due, "last_day": None,
        "provisional": False, "trace": {}, "calendar_version": "", "status": "met" if ended else "running",
        "armed_at": started, "original_due_at": due, "moves": [], "ended_at": NOW if ended else None,
    }  # fmt: skip
    for fact, code in (("receiving_unit", unit), ("referring_unit", other)):
        row = {"fact": fact, "unit_code": code, "seen_at": started, "next_due": next_due, "started_at": started}
        yield tables.party, {**own, **row}
    yield tables.notice, {
        **own, "id": f"n{number}", "kind": "task", "unit_code": unit, "roles": [], "text": "", "due_at": NOW, "made_at": NOW,
    }  # fmt: skip
    yield tables.notice_receipt, {
        **own, "notice_id": f"n{number}", "person_id": person_id, "unit_code": "u7", "received_at": started,
        "cleared_at": NOW if number % 5 else None,
    }  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a store that is given up with all its rows: to delete them takes longer than to look at them."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('plans') / 'lianban.sqlite'}"
        return
    server, name = request.getfixturevalue("postgresql_url"), f"plans_{new_id()}"
    yield create_database(server, name)
    drop_database(server, name)


@pytest.fixture(scope="module", params=["without statistics", "with statistics"])
def filled(request: pytest.FixtureRequest, url: str) -> Iterator[tuple[Database, Actor]]:
    """Filled once for all who only look."""
    database = Database(url)
    tables.metadata.drop_all(database.engine)
    tables.metadata.create_all(database.engine)
    with pytest.MonkeyPatch.context() as patch:
        process = SimpleNamespace(party_facts=("referring_unit", "receiving_unit"))
        definition = SimpleNamespace(diagram=SimpleNamespace(process=process, of_kind=lambda _kind: []))
        patch.setattr(definitions, "load", lambda tx, definition_id: definition)
        actor = database.run(fill)
        if request.param == "with statistics":
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("ANALYZE")
        yield database, actor
    database.close()


def plans(tx: Connection, look: Callable[[], object]) -> list[str]:
    """What the store says of each statement that the look sends: one line for each thing it does."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        sent.append((statement, parameters))

    event.listen(tx, "before_cursor_execute", note)
    look()
    event.remove(tx, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN"
    if (
        tx.dialect.name == "postgresql"
    ):  # reads small tables whole even so: only what has no index at all is to be found
        explain = "EXPLAIN"
        for way in (
            "seqscan",
            "bitmapscan",
            "sort",
        ):  # few rows are cheaply sorted; asked is whether an index has the order
            tx.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    found = (tx.exec_driver_sql(f"{explain} {statement}", parameters) for statement, parameters in sent)
    return ["\n".join(str(row[-1]) for row in plan) for plan in found]


def read_whole(plan: str) -> list[str]:
    """The growing tables that are read from their first row to their last and not in the order of an index, or of which
    everything is read that is open."""
    lines = [line.strip().lstrip("-> ") for line in plan.splitlines()]
    whole = [line for line in lines if line.startswith(("SCAN ", "Seq Scan on ")) and "USING" not in line]
    half = [line for line in lines if line.startswith("SEARCH ") and line.endswith("(status=?)")]
    read = [*whole, *half]
    return [line for line in read if re.sub("SCAN |SEARCH |Seq Scan on ", "", line).split()[0] in GROWING]


MIDDLE = Place((NOW + timedelta(days=20), NOW), "t5")
LINKED = cast(Row[Any], SimpleNamespace(id="c7", origin_instance_id=None))
LOOKS: dict[str, tuple[str, Callable[[Connection, Actor], object]]] = {
    "what is to be done": ("ix_task_role_list", lambda tx, me: inbox.inbox(tx, CONTEXT, me, "todo", Filters())),
    "a page in the middle": (
        "ix_task_role_list",
        lambda tx, me: inbox.inbox(tx, CONTEXT, me, "todo", Filters(), MIDDLE),
    ),
    "unclaimed": ("ix_task_role_list", lambda tx, me: inbox.inbox(tx, CONTEXT, me, "unclaimed", Filters())),
    "the next task": ("ix_task_role_list", lambda tx, me: inbox.next_task(tx, CONTEXT, me, "t57")),
    "done": ("ix_task_done", lambda tx, me: inbox.inbox(tx, CONTEXT, me, "done", Filters())),
    "started": (
        "ix_process_instance_started_by_started_at_id",
        lambda tx, me: inbox.inbox(tx, CONTEXT, me, "started", Filters()),
    ),
    "one's cases": ("ix_party_unit_code", lambda tx, me: listing.listing(tx, CONTEXT, me, Filters())),
    "the city's": (
        "ix_process_instance_next_due",
        lambda tx, me: listing.listing(tx, CONTEXT, None, Filters(state="running")),
    ),
    "the city's that are over": (
        "ix_process_instance_next_due",
        lambda tx, me: listing.listing(tx, CONTEXT, None, Filters(state="over")),
    ),
    "the city's that are near": (
        "ix_deadline_due_at",
        lambda tx, me: listing.listing(tx, CONTEXT, None, Filters(state="near")),
    ),
    "the city's that were ever over": (
        "ix_process_instance_ever_over",
        lambda tx, me: listing.listing(tx, CONTEXT, None, Filters(state="ever_over")),
    ),
    "the city's of one unit": (
        "ix_party_unit_code",
        lambda tx, me: listing.listing(tx, CONTEXT, None, Filters(state="running", unit_code="u9")),
    ),
    "what is linked with a case": (
        "ix_process_instance_origin_instance_id",
        lambda tx, me: tx.execute(select(tables.process_instance).where(instances.linked(LINKED))),
    ),
    "unread messages": (
        "ix_notice_receipt_unread",
        lambda tx, me: notices.messages(tx, me.person_id, ["u7"], "unread"),
    ),
    "all messages": (
        "ix_notice_receipt_person_id_received_at",
        lambda tx, me: notices.messages(tx, me.person_id, ["u7"], "all"),
    ),
}


def test_every_list_is_read_in_the_order_of_its_index(filled: tuple[Database, Actor]) -> None:
    database, actor = filled
    found = {}
    with database.reading() as tx:
        for name, (index, look) in LOOKS.items():
            said = plans(tx, lambda look=look: look(tx, actor))  # type: ignore[misc]
            wrong = [line for plan in said for line in read_whole(plan)]
            if wrong or not any(index in plan for plan in said):
                found[name] = wrong or [f"{index} is not used", *said]
    assert found == {}


def test_the_pages_of_a_list_hold_every_row_once_in_order(filled: tuple[Database, Actor]) -> None:
    """In which order rows of one instant are compared is each store's own affair, so both are walked to the end."""
    database, _ = filled
    soon = near_until(NOW, CALENDAR)
    with database.reading() as tx:
        for state, wanted in (("near", lambda due: NOW < due < soon), ("over", lambda due: due <= NOW)):
            numbers, place = [], HEAD
            while True:
                page = listing.listing(tx, CONTEXT, None, Filters(state=state), place)
                numbers += [(row.period.due_at, row.number) for row in page.rows if row.period]
                if not page.later:
                    break
                place = listing.paging.read_place(page.later)
            assert len({number for _, number in numbers}) == len(numbers) > 20
            assert [due for due, _ in numbers] == sorted(due for due, _ in numbers)
            assert all(wanted(due) for due, _ in numbers)
