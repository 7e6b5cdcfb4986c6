"""How many statements a page takes: as many for a full page as for a few rows, and never more than is written here.

Whoever adds one sees it here. The number falls with what is read of the person, the calendar and the city's rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event, insert

from engine.db import tables
from engine.ids import new_id
from engine.reports.parts.paging import PAGE_SIZE
from tests.web.office import JUSTICE, LEADER, OFFICER, Office

AT_MOST = {
    (LEADER, "/inbox"): 8,
    (LEADER, "/inbox?tab=unclaimed"): 8,
    (LEADER, "/inbox?state=ok&q=移送"): 8,
    (OFFICER, "/inbox?tab=done"): 12,
    (OFFICER, "/inbox?tab=started"): 8,
    (LEADER, "/inbox?tab=copied"): 5,
    (OFFICER, "/instances"): 7,
    (OFFICER, "/instances?state=near"): 7,
    (OFFICER, "/instances?q=青河镇"): 11,
    (LEADER, "/messages"): 4,
    (LEADER, "/messages?tab=all"): 4,
    (JUSTICE, "/supervision"): 14,
    (JUSTICE, "/supervision?state=ok"): 14,
    (JUSTICE, "/supervision?unit=ecology"): 14,
    (OFFICER, "/start"): 2,
    (OFFICER, "/duties"): 2,
}
"""By person and page: one of each is who is looking, one the bell."""
FULL = {page for page in AT_MOST if "/start" not in page[1] and "/duties" not in page[1] and "near" not in page[1]}
ROWS = "//main//tr[@data-row] | //ul[@class='msgs']/li"


@contextmanager
def listened(office: Office) -> Iterator[list[str]]:
    """The statements that the engine sends, but for those that only begin a transaction."""
    sent: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    engine = office.engine.database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def statements(office: Office, login: str, path: str) -> tuple[int, int]:
    """How many statements the page takes when what never changes has been read, and how many rows it shows."""
    desk = office.desk(login)
    assert desk.get(path).status == 200
    with listened(office) as sent:
        page = desk.get(path)
    return len(sent), len(page.every(ROWS))


@pytest.mark.parametrize(
    ("page", "most"), AT_MOST.items(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_a_page_takes_no_more_statements_than_it_did(
    unchanged_office: Office, page: tuple[str, str], most: int
) -> None:
    count, _ = statements(unchanged_office, *page)
    assert count <= most
    assert count >= most - 2, "it takes fewer now: write the new number into the table"


def test_a_full_page_takes_as_many_statements_as_a_few_rows(office: Office) -> None:
    send_copies(office, 3)
    office.town.refer(case_title="第 99 件移送").submit()
    few = {page: statements(office, *page) for page in AT_MOST}

    for number in range(PAGE_SIZE + 2):
        office.town.refer(case_title=f"第 {number:02} 件移送").submit()
    send_copies(office, PAGE_SIZE)
    many = {page: statements(office, *page) for page in AT_MOST}

    assert {page: rows for page, (_, rows) in few.items() if page in FULL and not 0 < rows < PAGE_SIZE} == {}
    assert {page: rows for page, (_, rows) in many.items() if page in FULL and rows != PAGE_SIZE} == {}
    assert {page: count for page, (count, _) in many.items()} == {page: count for page, (count, _) in few.items()}


def send_copies(office: Office, number: int) -> None:
    """Somebody's case is sent to the leader to read, so often."""
    case, (leader, officer) = office.case("prepare"), office.town.ids(LEADER, OFFICER)
    row = {
        "instance_id": case.id,
        "unit_code": "qinghe",
        "person_id": leader,
        "note": "请阅。",
        "from_unit": "qinghe",
        "sent_by": officer,
        "sent_at": office.town.now,
    }
    office.town.write(lambda tx: tx.execute(insert(tables.reader), [{"id": new_id(), **row} for _ in range(number)]))


def test_the_pages_of_a_task_and_of_an_instance_take_no_more_statements_than_they_did(unchanged_office: Office) -> None:
    office = unchanged_office
    task, _ = statements(office, OFFICER, office.task("prepare", "prepare_materials"))
    running, _ = statements(office, OFFICER, office.instance("review"))
    closed, _ = statements(office, OFFICER, office.instance("closed"))

    assert (task, running, closed) == (14, 10, 10)


def test_a_post_that_completes_a_task_reads_who_is_looking_and_the_case_and_nothing_behind_the_step(
    office: Office,
) -> None:
    """What the page that comes says of the case, and with whom it lies now, the step knows."""
    office.town.refer(case_title="先走一遍").submit()  # what is read once in the life of a process has been read
    office.case("prepare").add_material("facts_statement")
    desk, path = office.desk(OFFICER), office.task("prepare", "prepare_materials")
    token = {"csrf_token": desk.get(path).token}
    with listened(office) as sent:
        done = desk.send(path, {**token, "preparation_outcome": "submit"})

    assert done.status == 302
    assert len([text for text in sent if text.startswith("SELECT")]) == 2
    assert not sent[-1].startswith("SELECT")
    assert "现在由" in desk.get(done.location).said
