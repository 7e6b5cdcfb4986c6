"""Two colleagues at their desks side by side: a task goes from one to the other, back, and is taken back."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Desks, Served
from tests.browser.test_journey import add_material, begin, choose, open_task, submit
from tests.web.office import COLLEAGUE, LEADER, OFFICER


def handle(page: Page, name: str) -> None:
    """The button beside the form, which leads to a page that asks whom and why."""
    page.locator("#moves").get_by_role("link", name=name, exact=True).click()
    page.wait_for_url("**/handle/*")


def send(page: Page, name: str, sentence: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
    expect(page.locator(".flash--ok")).to_contain_text(sentence)


def test_two_colleagues_and_their_leader_hand_a_task_about(served: Served, desk_at: Desks) -> None:
    officer, colleague, leader = (desk_at(served).act_as(login) for login in (OFFICER, COLLEAGUE, LEADER))
    begin(officer)
    officer.get_by_role("button", name="发起", exact=True).click()
    expect(officer.locator(".flash--ok")).to_contain_text("已发起")
    officer.get_by_role("button", name="领取", exact=True).click()

    handle(officer, "委派")
    officer.get_by_role("radio", name="苗青").check()
    officer.get_by_label("要求").fill("请把材料理齐。")
    send(officer, "委派", "已委派")
    open_task(colleague)
    expect(colleague.get_by_text("委派你代拟")).to_be_visible()
    add_material(colleague, "基本违法事实书面材料")
    add_material(colleague, "现场照片")
    choose(colleague, "提交审批")
    colleague.locator("#field-handling_opinion").fill("材料齐了。")
    send(colleague, "交回", "已交回")

    officer.reload()
    expect(officer.locator(".opinions")).to_contain_text("材料齐了。")
    expect(officer.get_by_role("radio", name="提交审批")).to_be_checked()
    submit(officer)
    officer.get_by_role("link", name="待办").locator("visible=true").first.click()
    officer.get_by_role("link", name="已办").click()
    officer.get_by_role("button", name="撤回").click()
    expect(officer.locator(".flash--ok")).to_contain_text("已撤回")
    expect(officer.get_by_role("radio", name="提交审批")).to_be_checked()
    submit(officer)

    open_task(leader)
    handle(leader, "退回")
    leader.get_by_label("退回理由").fill("缺勘验笔录。")
    send(leader, "退回", "时限继续计算")
    open_task(officer)
    expect(officer.locator(".came")).to_contain_text("缺勘验笔录。")

    handle(officer, "转办")
    officer.get_by_role("radio", name="苗青").check()
    send(officer, "转办", "已转办")
    open_task(colleague)
    expect(colleague.locator(".came")).to_contain_text("转办给你")
    choose(colleague, "提交审批")
    submit(colleague)
    open_task(leader)
    choose(leader, "同意")
    submit(leader)


def tick_all(page: Page) -> int:
    """Every task that can be ticked is; returns how many those are."""
    boxes = page.locator("tbody input[name=task][type=checkbox]")
    expect(boxes.first).to_be_visible()
    for number in range(boxes.count()):
        boxes.nth(number).check()
    return boxes.count()


def test_ticked_tasks_are_claimed_handed_over_and_released_together(office_served: Served, desk_at: Desks) -> None:
    desk = desk_at(office_served)
    desk.be(OFFICER)
    page = desk.open("/inbox")
    n = tick_all(page)
    expect(page.get_by_text(f"已选 {n} 项任务")).to_be_visible()
    page.get_by_role("button", name=f"一并领取 {n} 项").click()
    expect(page.locator(".flash--ok")).to_contain_text(f"已领取 {n} 项")

    tick_all(page)
    page.get_by_role("button", name="一并转办").click()
    expect(page.get_by_role("heading", name=f"转办 {n} 项任务")).to_be_visible()
    page = desk.open("/inbox")
    tick_all(page)
    page.get_by_role("button", name="一并退还").click()
    expect(page.locator(".flash--ok")).to_contain_text(f"已退还 {n} 项")
