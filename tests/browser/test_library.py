"""The library of procedures in a browser: from a file with a problem to a new version in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import update

from engine.db.tables import person
from tests.browser.conftest import SIZES, Desk, Desks, Served
from tests.browser.test_pages_look import drawn, faults, in_english
from tests.web.office import PASSWORD_HASH

DIAGRAM = (Path(__file__).resolve().parents[2] / "processes" / "case_referral.bpmn").read_bytes()
BROKEN = DIAGRAM.replace(b"working_days(3, discovered_at if", b"working_days(5, nothing_says_it if", 1)
FIVE_DAYS = DIAGRAM.replace(b"working_days(3, discovered_at if", b"working_days(5, discovered_at if", 1)
PERIOD = b'working_days(config("sla.objection_wd"), now())'
MENDED = DIAGRAM.replace(PERIOD, b"working_days(5, now())", 1)
ANALYST = "fenxi.sf"
PAGES = {
    "list": "/procedures",
    "version": "/procedures/case_referral/1",
    "compared": "/procedures/case_referral/compare?before=1&after=1",
    "choosing": "/procedures/check",
    "help": "/help",
    "help of forms": "/help/forms",
    "help of diagrams": "/help/bpmn",
    "modeler": "/account/modeler",
}


@pytest.fixture(scope="module")
def library(office_served: Served) -> Served:
    town = office_served.town
    town.newcomer(ANALYST, "justice_bureau", "analyst")
    town.appoint(ANALYST, "justice_bureau", "system_admin")
    town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))
    return office_served


@pytest.fixture(params=SIZES.values(), ids=SIZES.keys())
def size(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def choose(page: Page, content: bytes) -> None:
    """The file is chosen and checked."""
    payload: FilePayload = {"name": "案件移送.bpmn", "mimeType": "text/xml", "buffer": content}
    page.set_input_files("input[type=file]", files=[payload])
    page.locator(".chooser button").click()
    page.wait_for_selector(".verdict")


def seen(desk: Desk) -> str:
    """Which part of the diagram is looked at."""
    return str(desk.page.locator(".djs-container > svg > g.viewport").get_attribute("transform"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_library_has_no_fault(library: Served, desk_at: Desks, size: dict[str, Any], name: str) -> None:
    desk = desk_at(library, size)
    desk.be(ANALYST)
    page = drawn(desk.open(PAGES[name]))

    assert faults(page, size) == []
    with in_english(page):
        assert faults(drawn(page), size) == []


@pytest.mark.parametrize("content", [BROKEN, MENDED, FIVE_DAYS], ids=["problems", "changes", "red tests"])
def test_what_a_check_found_has_no_fault(library: Served, desk_at: Desks, size: dict[str, Any], content: bytes) -> None:
    desk = desk_at(library, size)
    desk.be(ANALYST)
    choose(desk.open("/procedures/check"), content)

    assert faults(drawn(desk.page), size) == []


def test_an_analyst_finds_a_problem_mends_it_and_puts_the_version_in_force(served: Served, desk_at: Desks) -> None:
    town, desk = served.town, desk_at(served)
    town.newcomer(ANALYST, "justice_bureau", "analyst")
    town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))
    page = desk.sign_in(ANALYST)

    page.get_by_role("link", name="流程").first.click()
    page.get_by_role("link", name="检查文件").click()
    choose(page, BROKEN)
    expect(page.locator(".verdict")).to_contain_text("还不能部署：1 个问题")
    expect(page.locator(".mark__badge").first).to_have_text("1")
    page.get_by_role("button", name="缩小").click()
    far = seen(desk)
    page.locator("#problems [data-locate=referral_due]").click()
    assert seen(desk) != far
    expect(page.locator("#problems li")).to_contain_text("nothing_says_it")

    choose(page, MENDED)
    expect(page.locator(".verdict")).to_contain_text("没有发现问题")
    expect(page.locator("#changes")).to_contain_text(PERIOD.decode())
    expect(page.locator("#changes")).to_contain_text("working_days(5, now())")
    expect(page.locator("#tests")).to_contain_text("2 个都通过")
    page.get_by_label("为什么改").fill("《实施方案》2026 年修订")
    page.get_by_role("button", name="部署为第 2 版").click()

    page.wait_for_url("**/procedures/case_referral/2")
    expect(drawn(page).locator("#versions")).to_contain_text("《实施方案》2026 年修订")
