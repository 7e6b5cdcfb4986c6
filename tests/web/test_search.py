"""A search finds 文号, place and who handled a case, says where it hit, and tells nobody what he may not read."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.db.tables import document, process_instance
from engine.reports.search import bare_number
from tests.web.office import LIAISON, OFFICER, STRANGER, SUPERVISION, Office


def number_of_letter(office: Office) -> str:
    with office.engine.database.reading() as tx:
        case = select(process_instance.c.id).where(process_instance.c.number == office.numbers.review)
        own = (document.c.instance_id == case.scalar_subquery(), document.c.number.is_not(None))
        return str(tx.scalar(select(document.c.number).where(*own).order_by(document.c.sequence)))


def test_brackets_blanks_and_width_of_a_number_do_not_matter() -> None:
    same = ["青政移字〔2026〕37号", "青政移字2026 37号", "青政移字[2026]37号", "青政移字（２０２６）３７号"]

    assert len({bare_number(text) for text in same}) == 1


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
