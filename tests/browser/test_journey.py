"""Whole journeys by clicks and typing only, several people side by side, as on an ordinary day."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Desks, Served, choose_matter, submit_button
from tests.files import PDF
from tests.web.office import COLLEAGUE, HEAD, LEADER, LIAISON, OFFICER, REVIEWER, SUPERVISION

TITLE = "未批先建废塑料清洗线"
FACTS = "日常巡查发现，当事人在院内建成废塑料破碎清洗线一条并投入使用，未办理环境影响评价手续。"


def begin(page: Page, title: str = TITLE) -> None:
    """The start form is filled in as far as it must be."""
    page.get_by_role("link", name="发起", exact=True).locator("visible=true").click()
    page.locator("#main, main").get_by_role("link", name="案件移送").click()
    choose_matter(page, "未批先建、未验先投")
    page.get_by_label("受移送单位").select_option(label="市生态环境局")
    page.get_by_label("管辖依据").fill("职责边界清单第 1 项")
    page.get_by_label("发现时间").fill("2026-09-30T09:00")
    page.get_by_label("认定管辖时间").fill("2026-09-30T09:20")
    page.get_by_label("案件来源").select_option(label="日常巡查")
    page.get_by_label("事项名称").fill(title)
    page.get_by_label("基本违法事实").fill(FACTS)
    page.get_by_label("违法地点").fill("青河镇河湾村二组 18 号院")


def add_material(page: Page, kind: str, file: str = "") -> None:
    page.get_by_label("种类").select_option(label=kind)
    page.get_by_label("页数").fill("3")
    if file:
        page.get_by_label("电子文件").set_input_files({"name": file, "mimeType": "application/pdf", "buffer": PDF})
    page.get_by_role("button", name="添加到清单").click()
    expect(page.locator("#materials tbody").get_by_text(kind).first).to_be_visible()


def open_task(page: Page, title: str = TITLE) -> None:
    page.get_by_role("link", name="待办").locator("visible=true").first.click()
    page.get_by_role("link", name=title).click()
    page.wait_for_url("**/tasks/*")


def choose(page: Page, answer: str) -> None:
    page.get_by_role("radio", name=re.compile(f"^{answer}")).check()


def submit(page: Page) -> None:
    """The form is sent, and the next page says that it was taken."""
    submit_button(page).click()
    expect(page.locator(".flash--ok").filter(has_text="已办结")).to_be_visible()
    wait_for_diagram(page)


def wait_for_diagram(page: Page) -> None:
    """The page has its diagram, if it has one: a page that is left earlier has asked for it in vain."""
    expect(page.locator("figure[data-diagram]:not(:has(.djs-shape))")).to_have_count(0)


def stands_at(page: Page, step: str, element: str) -> None:
    """Whoever watches sees in words and in the diagram where the case stands."""
    page.reload()
    expect(page.locator(".wait").filter(has_text=step)).to_be_visible()
    expect(page.locator(f".djs-element.is-live[data-element-id='{element}']")).to_be_attached()


def test_a_referral_goes_all_the_way_from_the_town_to_the_department_and_back_on_phones(
    served: Served, desk_at: Desks
) -> None:
    desks = {name: desk_at(served, PHONE) for name in ("town", "leader", "liaison", "officer", "head", "watcher")}
    town, leader = desks["town"].sign_in(OFFICER), desks["leader"].act_as(LEADER)
    liaison, watcher = desks["liaison"].sign_in(LIAISON), desks["watcher"].sign_in(SUPERVISION)

    begin(town)
    expect(town.locator("#preview")).to_contain_text("10-10 周六（班） 24:00")
    town.get_by_role("button", name="发起", exact=True).click()
    expect(town.locator(".flash--ok")).to_contain_text("已发起，办件号 YS-2026-0001。")
    add_material(town, "基本违法事实书面材料", "基本违法事实.pdf")
    add_material(town, "现场照片")
    choose(town, "提交审批")
    submit(town)

    watcher.get_by_role("link", name="督办").locator("visible=true").click()
    watcher.wait_for_url("**/supervision")
    wait_for_diagram(watcher)
    watcher.get_by_role("link", name=TITLE).click()
    watcher.wait_for_url("**/instances/*")
    wait_for_diagram(watcher)
    stands_at(watcher, "主要领导审批", "approve_referral")

    open_task(leader)
    choose(leader, "同意移送")
    leader.get_by_label("批示").fill("同意移送，抓紧送达。")
    submit(leader)
    stands_at(watcher, "签收", "sign_for")

    served.restart()

    liaison.reload()
    liaison.get_by_role("button", name="领取").first.click()
    liaison.wait_for_url("**/tasks/*")
    liaison.get_by_label("材料与清单一致").check()
    submit(liaison)

    served.at("2026-10-08T09:30")
    town = desks["town"].sign_in(OFFICER)
    officer = desks["officer"].act_as(REVIEWER)
    head = desks["head"].act_as(HEAD)
    watcher = desks["watcher"].sign_in(SUPERVISION)
    open_task(officer)
    choose(officer, "受理")
    officer.get_by_label("周砚").check()
    officer.get_by_label("方思远").check()
    officer.get_by_label("审查意见").fill("材料齐全，属本单位管辖，拟予受理。")
    submit(officer)
    watcher.goto(f"{served.address}/instances/YS-2026-0001")
    wait_for_diagram(watcher)
    stands_at(watcher, "审核签发", "sign_acceptance")

    open_task(head)
    choose(head, "同意签发")
    submit(head)

    open_task(officer)
    choose(officer, "立案")
    officer.get_by_label("立案编号").fill("青环立〔2026〕1 号")
    submit(officer)
    stands_at(watcher, "办理", "handle_case")
    officer.get_by_label("办理情况").fill("现场复核并采样，询问当事人，责令停止生产。")
    submit(officer)
    officer.get_by_role("combobox", name="处理结果").select_option(label="责令改正")
    officer.get_by_label("结果说明").fill("清洗线已拆除，经复查属实。")
    submit(officer)
    expect(officer.locator(".flash--ok[role=status]")).to_contain_text("办件已经结束。")
    wait_for_diagram(watcher)

    town.reload()
    town.get_by_role("link", name="抄送我的 1").click()
    town.get_by_role("link", name="处理结果抄告单").click()
    expect(town.locator("article")).to_contain_text("清洗线已拆除，经复查属实。")
    expect(town.locator("article")).to_contain_text("沈禾 10-08 09:30")
    watcher.reload()
    expect(watcher.locator(".wait")).to_contain_text("办结")


def test_what_goes_on_is_not_sent_before_it_has_been_stopped(served: Served, desk_at: Desks) -> None:
    town = desk_at(served).act_as(OFFICER)
    leader = desk_at(served).act_as(LEADER)
    liaison = desk_at(served).act_as(LIAISON)
    begin(town)
    town.get_by_label("违法行为正在进行").check()
    expect(town.get_by_text("须先责令停止或采取措施制止")).to_be_visible()
    town.get_by_role("button", name="发起", exact=True).click()
    town.wait_for_url("**/tasks/*")
    town.goto(f"{served.address}/inbox")
    town.locator("[data-row]").filter(has_text="整理移送材料").get_by_role("link", name=TITLE).click()
    add_material(town, "基本违法事实书面材料")
    add_material(town, "现场照片")
    choose(town, "提交审批")
    submit(town)
    open_task(leader)
    choose(leader, "同意移送")
    submit(leader)

    expect(leader.locator(".wait")).to_contain_text("责令停止或制止")
    liaison.reload()
    expect(liaison.get_by_text("现在没有要办的")).to_be_visible()

    open_task(town)
    choose(town, "责令停止")
    town.get_by_label("责令停止的依据").fill("《中华人民共和国环境保护法》第六十三条")
    town.get_by_label("采取措施的时间").fill("2026-09-30T09:25")
    town.get_by_label("沈禾").check()
    town.get_by_label("苗青").check()
    town.get_by_label("现场情况").fill("责令当事人立即停止排放，当场关停清洗线。")
    town.get_by_role("combobox", name="结果").select_option(label="已停止")
    submit(town)

    liaison.reload()
    expect(liaison.get_by_role("link", name=TITLE)).to_be_visible()


def test_the_period_can_be_extended_until_it_has_run_out_and_not_afterwards(served: Served, desk_at: Desks) -> None:
    served.town.refer(case_title=TITLE).submit()
    page = desk_at(served).sign_in(OFFICER)
    page.goto(f"{served.address}/instances/YS-2026-0001")
    expect(page.get_by_role("button", name="申请延长移送期限")).to_be_enabled()
    expect(page.locator(".djs-element.is-live").first).to_be_attached()

    served.at("2026-10-11T00:00")
    page = desk_at(served).sign_in(COLLEAGUE)
    page.goto(f"{served.address}/instances/YS-2026-0001")

    expect(page.locator(".wait .due--over")).to_be_visible()
    expect(page.get_by_role("button", name="申请延长移送期限")).to_be_disabled()
    expect(page.get_by_text("移送期限已经届满。延期须事先告知有管辖权的一方，届满之后不能再申请。")).to_be_visible()


def test_of_two_people_at_the_same_task_the_second_is_told_who_was_first(served: Served, desk_at: Desks) -> None:
    case = served.town.refer(case_title=TITLE).submit()
    first, second = desk_at(served), desk_at(served)
    for desk in (first, second):
        desk.be(LEADER)
        desk.open(f"/tasks/{case.task('approve_referral')}")
        choose(desk.page, "同意移送")

    submit(first.page)
    submit_button(second.page).click()

    expect(second.page.locator("main")).to_contain_text("“主要领导审批”已由青河镇 陆原于 9月30日 09:30 办理")


def test_a3_the_jurisdiction_is_found_with_the_violation_until_somebody_says_otherwise(
    served: Served, desk_at: Desks
) -> None:
    page = desk_at(served).sign_in(OFFICER)
    page.goto(f"{served.address}/start/case_referral")
    discovered, found = page.get_by_label("发现时间"), page.get_by_label("认定管辖时间")

    discovered.fill("2026-09-30T08:00")
    expect(found).to_have_value("2026-09-30T08:00")
    expect(page.locator("#preview")).to_contain_text("10-10 周六（班） 24:00")
    discovered.fill("2026-09-29T08:00")
    expect(found).to_have_value("2026-09-29T08:00")

    found.fill("2026-09-30T09:20")
    discovered.fill("2026-09-28T08:00")
    page.get_by_label("管辖依据").fill("职责边界清单第 1 项")
    expect(page.locator("[data-draft-state]").first).to_contain_text("草稿已保存")
    expect(found).to_have_value("2026-09-30T09:20")


def test_a_period_of_hours_stays_in_sight_beside_those_of_days(served: Served, desk_at: Desks) -> None:
    case = served.town.refer(case_title=TITLE, is_urgent=True, urgent_reason="废液外溢。").deliver()
    page = desk_at(served).sign_in(OFFICER)
    page.goto(f"{served.address}/instances/{case.number}")
    wait_for_diagram(page)

    periods = page.locator("#periods .bars > li")
    expect(page.locator("#periods .axis")).to_contain_text("受理告知期限")
    expect(periods.filter(has_text="移送期限")).to_contain_text("按期")
    expect(periods.filter(has_text="移送期限")).to_be_visible()
    expect(periods.filter(has_text="受理告知期限")).to_be_hidden()
