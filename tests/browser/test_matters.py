"""The list of matters in a real browser: typed, chosen by keys, and mended with one click, at both sizes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SIZES, Desks, Served, choose_matter
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


def at_own_matter(page: Page) -> Page:
    """The referral of a matter that is one's own, with the button that leads to the own procedure."""
    choose_matter(page, "占道经营、店外经营")
    expect(page.get_by_role("button", name="改为本单位立案")).to_be_visible()
    return page


def test_enter_in_a_line_sends_the_form_and_changes_no_procedure(served: Served, desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = at_own_matter(desk.open("/start/case_referral"))

    page.get_by_label("事项名称").fill("夜间占道经营")
    page.get_by_label("事项名称").press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("改好才能发起")
    expect(page.locator("#form h2")).to_have_text("案件移送")
    expect(page.get_by_label("事项名称")).to_have_value("夜间占道经营")


@pytest.mark.parametrize(("code", "only_fills_in"), [("M012", "改为本单位立案"), ("M001", "改为市生态环境局")])
def test_without_scripts_enter_sends_the_form_too(
    served: Served, desk_at: Desks, code: str, only_fills_in: str
) -> None:
    desk = desk_at(served, java_script_enabled=False)
    desk.be(OFFICER)
    page = desk.open("/start/case_referral")
    page.locator("[name=matter_code]").select_option(code)
    page.locator("[name=receiving_unit]").select_option("market")
    page.get_by_role("button", name="发起", exact=True).click()
    expect(page.get_by_role("button", name=only_fills_in)).to_be_visible()

    page.get_by_label("事项名称").fill("夜间占道经营")
    page.get_by_label("事项名称").press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("改好才能发起")
    expect(page.locator("#form h2")).to_have_text("案件移送")
    expect(page.locator("[name=receiving_unit]")).to_have_value("market")


def test_what_was_just_typed_is_there_when_one_comes_back_from_the_own_procedure(
    served: Served, desk_at: Desks
) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = at_own_matter(desk.open("/start/case_referral"))

    page.get_by_label("联系电话").first.fill("0000-1234")
    page.get_by_label("事项名称").fill("夜间占道经营")
    page.get_by_role("button", name="改为本单位立案").click()
    expect(page.locator("#form h2")).to_have_text("首问负责")
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已保存")
    desk.open("/start/first_responder")
    expect(page.get_by_label("事项名称")).to_have_value("夜间占道经营")
    desk.open("/start/case_referral")

    expect(page.get_by_label("事项名称")).to_have_value("夜间占道经营")
    expect(page.get_by_label("联系电话").first).to_have_value("0000-1234")
    page.get_by_label("事项名称").fill("夜间占道经营，接着写")
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已保存")


def test_leaving_asks_while_what_was_carried_over_is_kept_nowhere(served: Served, desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = desk.open("/start/first_responder")
    page.get_by_label("事项名称").fill("另一件")
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已保存")
    page = at_own_matter(desk.open("/start/case_referral"))
    page.get_by_label("事项名称").fill("夜间占道经营")
    page.get_by_role("button", name="改为本单位立案").click()
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿没有保存：另一个窗口")

    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("h1").click()  # a browser asks only whoever has done something on the page
    desk.open("/start/first_responder")

    assert asked == ["beforeunload"]
    expect(page.get_by_label("事项名称")).to_have_value("另一件")


def test_a_referral_that_another_window_has_kept_is_not_overwritten_on_the_way(served: Served, desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = at_own_matter(desk.open("/start/case_referral"))
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已保存")
    other = desk.context.new_page()
    other.goto(page.url)
    other.get_by_label("事项名称").fill("另一个窗口写的")
    expect(other.locator("[data-draft-state]")).to_contain_text("草稿已保存")

    page.get_by_label("事项名称").fill("这个窗口写的")
    page.get_by_role("button", name="改为本单位立案").click()

    expect(page.locator(".flash--warn")).to_contain_text("另一个窗口存过“案件移送”的草稿，没有覆盖，也没有转过去")
    expect(page.locator("#form h2")).to_have_text("案件移送")
    expect(page.get_by_label("事项名称")).to_have_value("这个窗口写的")
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿没有保存：另一个窗口")
    picture(page, "matters-other-window")
    other.reload()
    expect(other.get_by_label("事项名称")).to_have_value("另一个窗口写的")


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
