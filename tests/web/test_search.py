"""A search finds 文号, place and who handled a case, says where it hit, and tells nobody what he may not read."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, insert, select

from engine.db import searchable
from engine.db.searchable import bare
from engine.db.tables import document, fact, process_instance, task
from engine.runtime.step import facts
from tests.web.office import LIAISON, OFFICER, STRANGER, SUPERVISION, Office


def number_of_letter(office: Office) -> str:
    with office.engine.database.reading() as tx:
        case = select(process_instance.c.id).where(process_instance.c.number == office.numbers.review)
        own = (document.c.instance_id == case.scalar_subquery(), document.c.number.is_not(None))
        return str(tx.scalar(select(document.c.number).where(*own).order_by(document.c.sequence)))


def test_brackets_blanks_and_width_of_a_number_do_not_matter() -> None:
    same = ["青政移字〔2026〕37号", "青政移字2026 37号", "青政移字[2026]37号", "青政移字（２０２６）３７号"]

    assert len({bare(text) for text in same}) == 1


@pytest.mark.parametrize("who", [OFFICER, LIAISON, SUPERVISION])
def test_a_paper_is_found_by_its_number_and_the_hit_is_shown(office: Office, who: str) -> None:
    number = number_of_letter(office)
    page = office.desk(who).get(f"/instances?q={number.replace('〔', '').replace('〕', ' ')}").text

    assert office.numbers.review in page
    assert f"<mark>{number}</mark>" in page


def test_a_stranger_finds_nothing_by_the_number_of_a_paper(office: Office) -> None:
    page = office.desk(STRANGER).get(f"/instances?q={number_of_letter(office)}").text

    assert office.numbers.review not in page
    assert "只查本单位看得到的办件" in page


def test_who_handles_a_case_is_found_by_the_own_unit_only(office: Office) -> None:
    own, other = office.desk(OFFICER), office.desk(LIAISON)

    assert office.numbers.review in own.get("/instances?q=沈禾").text
    assert office.numbers.review not in other.get("/instances?q=沈禾").text


def test_what_a_task_of_the_other_unit_has_answered_is_found_by_that_unit_alone(office: Office) -> None:
    """It may be a draft still; what was said at the start both sides find."""
    engine = office.engine
    with engine.database.reading() as tx:
        own = select(process_instance.c.id).where(process_instance.c.number == office.numbers.review)
        case = tx.scalar(own)
        reviewed = tx.scalar(select(task.c.id).where(task.c.instance_id == case, task.c.unit_code == "ecology"))
        place = tx.scalar(select(fact.c.value).where(fact.c.instance_id == case, fact.c.name == "location"))
    said = {"instance_id": case, "name": "location", "value": "只有一家知道的仓库", "said_at": engine.clock.now()}
    row = {**said, "revision": 99, "task_id": reviewed, "said_by": None}
    engine.database.run(lambda tx: facts.store_rows(tx, case, [row]))

    found = {
        who: office.desk(who).get("/instances?q=只有一家知道的仓库").text for who in (OFFICER, LIAISON, SUPERVISION)
    }

    assert {who for who, page in found.items() if office.numbers.review in page} == {LIAISON, SUPERVISION}
    assert all(office.numbers.review in office.desk(who).get(f"/instances?q={place}").text for who in found)


def test_a_paper_between_two_others_is_found_by_those_two_alone_also_where_one_sees_the_case(office: Office) -> None:
    number = "环督字〔2026〕99号"

    def write(tx: Connection) -> None:
        own = select(process_instance.c.id).where(process_instance.c.number == office.numbers.review)
        row = tx.execute(select(document).where(document.c.instance_id == own.scalar_subquery()).limit(1)).one()
        other = {"id": "f" * 32, "sequence": 99, "number": number, "from_unit": "ecology", "to_unit": "market"}
        tx.execute(insert(document).values({**row._mapping, **other}))
        searchable.keep(tx, row.instance_id, searchable.PAPER, number, document_id=other["id"])

    office.engine.database.run(write)

    found = {who: office.desk(who).get("/instances?q=环督字2026").text for who in (OFFICER, LIAISON, SUPERVISION)}
    assert {who for who, page in found.items() if office.numbers.review in page} == {LIAISON, SUPERVISION}
