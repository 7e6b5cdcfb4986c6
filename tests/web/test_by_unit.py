"""Oversight's table of units: the most overdue first, a page at a time, told apart by what kind of unit they are."""

from __future__ import annotations

import pytest

from engine.reports.oversight import by_unit
from engine.reports.oversight.by_unit import Units, UnitsWanted
from engine.reports.parts.names import Names
from tasks_ui import widgets
from tests.web.office import JUSTICE, Desk, Office, Page

ROWS = "//table[contains(@class, 'units')]//tbody/tr/th"
PILLS = "//section[@id='units']//nav[contains(@class, 'pills')]/a"
PAGES = "//section[@id='units']//nav[contains(@class, 'pager')]/a"
ECOLOGY, QINGHE = "局 市生态环境局", "镇 青河镇"


def units_of_the_city(office: Office, wanted: UnitsWanted) -> Units:
    """As if every unit had periods, and the more of them over the later its code."""
    with office.engine.database.reading() as tx:
        names = Names(tx)
        numbers = {
            unit.code: {"open": 9, "near": 0, "over": place, "met": 0, "ended": 0}
            for place, unit in enumerate(names.parties())
        }
        return by_unit.by_unit(numbers, names, wanted)


def test_every_unit_stands_on_one_page_and_the_worst_on_the_first(
    unchanged_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_unit, "PAGE_SIZE", 4)
    pages: list[Units] = []
    first = ""
    while not pages or first:
        pages.append(units_of_the_city(unchanged_office, UnitsWanted(first=int(first or 0))))
        first = pages[-1].later
    rows = [row for page in pages for row in page.rows]

    assert [len(page.rows) for page in pages[:-1]] == [4] * (len(pages) - 1)
    assert len(pages) > 1
    assert [row.over for row in rows] == list(range(pages[0].total - 1, -1, -1))
    assert [page.earlier for page in pages] == ["", *(page.later for page in pages[:-1])]


def test_a_group_has_its_units_alone_and_says_how_much_of_them_is_over(unchanged_office: Office) -> None:
    every = units_of_the_city(unchanged_office, UnitsWanted())
    found = {one.group: units_of_the_city(unchanged_office, UnitsWanted(one.group)) for one in every.groups}

    assert list(found) == ["town", "department", "other"]
    assert sum(page.total for page in found.values()) == every.total
    for one in every.groups:
        assert {row.group for row in found[one.group].rows} == {one.group}
        assert found[one.group].total == one.units
    assert sum(one.over for one in every.groups) == sum(range(every.total))


@pytest.mark.parametrize("wanted", [UnitsWanted("nobody"), UnitsWanted("", 10_000), UnitsWanted("nobody", 10_000)])
def test_what_is_not_there_leads_to_the_head_of_the_list(unchanged_office: Office, wanted: UnitsWanted) -> None:
    assert units_of_the_city(unchanged_office, wanted) == units_of_the_city(unchanged_office, UnitsWanted())


def test_the_page_leads_to_each_group(unchanged_office: Office) -> None:
    desk = unchanged_office.desk(JUSTICE)
    page = desk.get("/supervision?key=case_referral")

    assert page.texts(PILLS) == ["全部单位", "镇街 1", "市级部门 1 ▲ 超期 1"]
    assert page.texts(f"{PILLS}[@aria-current]") == ["全部单位"]
    towns = desk.get(address(page.every(f"{PILLS}/@href")[1]))
    assert (towns.texts(ROWS), towns.texts(f"{PILLS}[@aria-current]")) == ([QINGHE], ["镇街 1"])
    assert towns.every("//select[@name='key']/option[@selected]/@value") == ["case_referral"]


def test_the_page_leads_on_and_back(unchanged_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (by_unit, widgets):
        monkeypatch.setattr(module, "PAGE_SIZE", 1)
    desk = unchanged_office.desk(JUSTICE)

    first = desk.get("/supervision")
    second = follow(desk, first.every(f"{PAGES}[@rel='next']/@href"))
    again = follow(desk, second.every(f"{PAGES}[@rel='prev']/@href"))

    assert [page.texts(ROWS) for page in (first, second, again)] == [[ECOLOGY], [QINGHE], [ECOLOGY]]
    assert second.every(f"{PAGES}[@rel='next']") == []


@pytest.mark.parametrize(
    "place", ["units_after=x", "units_after=-5", "units_before=1", "units_after=99999999999999999999"]
)
def test_an_address_that_nobody_has_written_shows_the_first_page(unchanged_office: Office, place: str) -> None:
    assert unchanged_office.desk(JUSTICE).get(f"/supervision?{place}").texts(ROWS) == [ECOLOGY, QINGHE]


def follow(desk: Desk, links: list[str]) -> Page:
    (link,) = links
    return desk.get(address(link))


def address(link: str) -> str:
    return link.partition("#")[0]
