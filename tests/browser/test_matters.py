"""The list of matters in a real browser: typed, chosen by keys, and mended with one click, at both sizes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SIZES, Desks, Served
from tests.web.office import COLLEAGUE, OFFICER


def picture(page: Page, name: str) -> None:
    """Kept when a folder is named, for whoever wants to look."""
    if folder := os.environ.get("LIANBAN_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


@pytest.mark.parametrize("size", SIZES)
def test_a_matter_is_found_by_its_initials_and_fills_in_the_rest(
    office_served: Served, desk_at: Desks, size: str
) -> None:
    desk = desk_at(office_served, SIZES[size])
    desk.be(OFFICER if size == "desktop" else COLLEAGUE)  # each without the other's draft
    page = desk.open("/start/case_referral")
    matter = page.get_by_role("combobox", name="执法事项")

    matter.click()
    picture(page, f"matters-all-{size}")
    matter.fill("wpxj")
    expect(page.locator(".combo-list [role=option]")).to_have_count(1)
    matter.press("Enter")
    expect(matter).to_have_value("M001 未批先建、未验先投")
    expect(page.locator("#field-receiving_unit")).to_have_value("ecology")
    expect(page.locator("#field-jurisdiction_reason")).to_have_value("职责边界清单（2026 年版）第 1 项")
    expect(page.get_by_text("来自清单", exact=True)).to_be_visible()

    page.locator("#field-receiving_unit").select_option("market")
    mend = page.get_by_role("button", name="改为市生态环境局")
    expect(mend).to_be_visible()
    picture(page, f"matters-third-{size}")
    mend.click()
    expect(page.locator("#field-receiving_unit")).to_have_value("ecology")
    expect(mend).to_have_count(0)

    page.locator("#field-jurisdiction_reason").fill("另有依据")
    expect(page.get_by_text("来自清单", exact=True)).to_be_hidden()

    matter.click()
    matter.fill("M012")
    matter.press("Enter")
    expect(page.get_by_text("这一项归本单位办，不用移送")).to_be_visible()
    expect(page.get_by_label("仍要移送的理由")).to_be_visible()
    picture(page, f"matters-own-{size}")

    page.get_by_label("事项名称").fill("夜间占道经营")
    page.get_by_label("案件来源").select_option("report")
    page.get_by_role("button", name="改为本单位立案").click()
    expect(page.locator("#form h2")).to_have_text("首问负责")
    expect(page.get_by_label("事项名称")).to_have_value("夜间占道经营")
    expect(page.get_by_role("combobox", name="执法事项")).to_have_value("M012 占道经营、店外经营")
    expect(page.get_by_role("radio", name="举报")).to_be_checked()
    picture(page, f"matters-instead-{size}")


@pytest.mark.parametrize("size", SIZES)
def test_the_department_in_charge_is_suggested_to_a_town_that_asks_for_help(
    office_served: Served, desk_at: Desks, size: str
) -> None:
    desk = desk_at(office_served, SIZES[size])
    desk.be(OFFICER if size == "desktop" else COLLEAGUE)
    page = desk.open("/start/technical_assistance")
    matter = page.get_by_role("combobox", name="执法事项")

    matter.fill("M012")
    matter.press("Enter")

    expect(page.locator("#field-assisting_unit")).to_have_value("market")
    expect(page.locator(".advice__head")).to_contain_text("归 青河镇 管辖")
    expect(page.locator(".advice--own")).to_have_count(0)
    picture(page, f"matters-help-{size}")


@pytest.mark.parametrize("size", SIZES)
def test_a_search_says_where_it_hit(office_served: Served, desk_at: Desks, size: str) -> None:
    desk = desk_at(office_served, SIZES[size])
    desk.be(OFFICER)
    page = desk.open("/instances?q=青政移字2026")

    expect(page.locator(".hit mark").first).to_be_visible()
    picture(page, f"search-{size}")
