"""Two people side by side at one case: a word with an @, a copy, a correction with its approval."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Desks, Served
from tests.browser.test_journey import wait_for_diagram
from tests.web.office import LEADER, OFFICER, REVIEWER, STRANGE_LIAISON


@pytest.fixture
def number(served: Served) -> str:
    case = served.town.refer(at="2026-09-30T09:30").deliver()
    case.sign_for()
    return case.number


def test_two_people_talk_at_one_case_on_phones_and_a_third_reads_it(
    served: Served, desk_at: Desks, number: str
) -> None:
    town, office, reader = desk_at(served, PHONE), desk_at(served, PHONE), desk_at(served, PHONE)
    path = f"/instances/{number}"
    for desk, login in ((town, OFFICER), (office, REVIEWER), (reader, STRANGE_LIAISON)):
        desk.be(login)

    page = town.open(path)
    wait_for_diagram(page)
    page.get_by_label("发表意见").press_sequentially("请核对职责边界 @周")
    page.get_by_role("option", name="周砚").wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_label("发表意见")).to_have_value("请核对职责边界 @周砚 ")
    expect(page.get_by_role("button", name="@周砚")).to_be_visible()
    page.get_by_role("button", name="发表", exact=True).click()
    expect(page.locator(".flash--ok")).to_contain_text("意见已发表")
    wait_for_diagram(page)

    answer = office.open(path)
    wait_for_diagram(answer)
    expect(answer.locator("#talk .called")).to_have_text("提醒：@市生态环境局 周砚")
    answer.get_by_label("发表意见").fill("正在核对。")
    answer.get_by_role("button", name="发表", exact=True).click()
    expect(answer.locator("#talk li")).to_have_count(2)
    wait_for_diagram(answer)

    copies = page.locator("#copies")
    copies.get_by_label("单位").select_option(label="石桥镇")
    copies.get_by_label("附言").fill("同一当事人在石桥镇也有清洗线。")
    copies.get_by_role("button", name="抄送", exact=True).click()
    expect(page.locator("#copies")).to_contain_text("未阅")
    wait_for_diagram(page)

    copied = reader.open("/inbox?tab=copied")
    copied.get_by_role("link", name="未批先建废塑料清洗线").click()
    expect(copied.locator("main")).to_contain_text("只供阅知，不用办理")
    expect(copied.locator("#talk")).to_have_count(0)
    wait_for_diagram(copied)

    page.reload()
    expect(page.locator("#copies")).to_contain_text("已阅")
    expect(page.locator("#talk li")).to_have_count(2)
    wait_for_diagram(page)


def test_a_name_that_is_typed_out_is_chosen_and_one_taken_off_is_no_call_any_more(
    served: Served, desk_at: Desks, number: str
) -> None:
    town = desk_at(served)
    town.be(OFFICER)
    page = town.open(f"/instances/{number}")
    wait_for_diagram(page)
    text, chips = page.get_by_label("发表意见"), page.locator(".mentions__chosen button")

    text.press_sequentially("@周砚 请看，@苗青，@何")
    expect(chips).to_have_text(["@周砚 ×", "@苗青 ×"])
    page.keyboard.press("Escape")
    chips.filter(has_text="苗青").click()
    expect(chips).to_have_text(["@周砚 ×"])
    expect(text).to_have_value("@周砚 请看，苗青，@何")
    page.get_by_role("button", name="发表", exact=True).click()

    expect(page.locator("#talk .called")).to_have_text("提醒：@市生态环境局 周砚")
    expect(page.locator(".flash--warn")).to_contain_text("“@何”没有提醒到人")
    expect(page.locator(".flash--warn")).to_be_in_viewport()
    wait_for_diagram(page)


def test_a_correction_is_proposed_by_one_and_approved_by_the_other(served: Served, desk_at: Desks, number: str) -> None:
    town, leader = desk_at(served), desk_at(served)
    town.be(OFFICER)
    leader.be(LEADER)

    page = town.open(f"/instances/{number}")
    wait_for_diagram(page)
    page.get_by_text("更正填报的内容").click()
    page.get_by_role("link", name=re.compile(r"^更正\s*违法地点$")).click()
    page.get_by_label("更正为").fill("青河镇柳林村一组")
    page.get_by_label("更正的理由").fill("登记时写错了村名。")
    page.get_by_role("button", name="提交审批").click()
    expect(page.locator(".flash--ok")).to_contain_text("等本单位负责人审批")
    wait_for_diagram(page)

    decision = leader.open("/inbox")
    decision.get_by_role("list", name="等我审批的更正").get_by_role("link").click()
    decision.get_by_role("radio", name="批准更正").check()
    decision.get_by_role("button", name="提交", exact=True).click()
    expect(decision.locator(".flash--ok")).to_contain_text("更正已批准")

    page.reload()
    expect(page.locator("#content")).to_contain_text("更正前：青河镇河湾村二组 18 号院")
    wait_for_diagram(page)
