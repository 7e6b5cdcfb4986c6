"""Reading before deciding: paper and form side by side, a paper over the whole screen of a phone, ticks, and the next task."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import DESKTOP, PHONE, Desk, Desks, Served
from tests.browser.test_pages_look import faults, open_page
from tests.web.office import LEADER

PAPERS = "[data-read-row] a[data-read]"
BODY = "[data-reader-body]"
ESCAPE_TWICE = """() => {
  for (let turn = 0; turn < 2; turn += 1) {
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
  }
}"""
"""Faster than the browser goes a step back."""


def paper(page: Page, number: int) -> Locator:
    """The link of the paper in the list, from 1."""
    return page.locator(PAPERS).nth(number - 1)


def tick(page: Page, number: int) -> Locator:
    return page.locator("[data-tick]").nth(number - 1)


def count(page: Page) -> Locator:
    return page.locator("[data-checked-count]")


def shown(page: Page) -> Page:
    """The page when the first sheet of the letter has come."""
    expect(page.locator(f"{BODY} img").first).to_be_visible()
    page.wait_for_function("() => document.querySelector('[data-reader-body] img').naturalWidth > 0")
    return page


def left_of(one: Locator, other: Locator) -> bool:
    a, b = one.bounding_box(), other.bounding_box()
    assert a is not None
    assert b is not None
    return a["x"] + a["width"] <= b["x"]


# --- side by side ---


@pytest.mark.parametrize("name", ["reviewing", "approving"])
def test_the_letter_lies_open_beside_the_form(office_served: Served, desk_at: Desks, name: str, tmp_path: Path) -> None:
    page = shown(open_page(office_served, desk_at(office_served), name))
    page.screenshot(path=tmp_path / f"{name}.png")

    assert left_of(page.locator("#answers"), page.locator("#reader"))
    expect(page.locator("[data-reader-name]")).to_have_text("涉嫌违法案件移送函")
    expect(page.locator("[data-reader-place]")).to_have_text("1 / 3")
    expect(paper(page, 1)).to_have_attribute("aria-current", "true")
    assert faults(page, DESKTOP) == []


def test_another_paper_opens_in_the_same_place_and_the_page_stays(office_served: Served, desk_at: Desks) -> None:
    page = shown(open_page(office_served, desk_at(office_served), "reviewing"))
    address = page.url

    paper(page, 2).click()

    expect(page.locator(BODY)).to_contain_text("这份材料是纸质件")
    expect(page.locator("[data-reader-place]")).to_have_text("2 / 3")
    page.get_by_role("button", name="上一份").click()
    shown(page)
    assert page.url == address


def test_paper_and_bar_stay_in_sight_while_the_form_is_scrolled(office_served: Served, desk_at: Desks) -> None:
    page = shown(open_page(office_served, desk_at(office_served), "reviewing"))

    page.mouse.move(400, 400)
    page.mouse.wheel(0, 1200)
    page.wait_for_function("() => window.scrollY > 600")

    expect(page.locator("#reader")).to_be_in_viewport(ratio=0.99)
    expect(page.locator(".actbar .btn--main")).to_be_in_viewport()
    bar, foot = page.locator(".actbar").bounding_box(), page.locator("[data-reader-foot]").bounding_box()
    assert bar is not None
    assert foot is not None
    assert foot["y"] + foot["height"] <= bar["y"], "the bar lies over no part of the paper"


def test_period_progress_and_record_are_tabs_of_the_same_place(office_served: Served, desk_at: Desks) -> None:
    page = shown(open_page(office_served, desk_at(office_served), "reviewing"))
    expect(page.locator("#period")).to_be_hidden()

    page.locator("[data-tab-link]").click()
    expect(page.locator("#period .strip")).to_be_visible()
    expect(page.get_by_role("tab", name="时限")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tabpanel", name="进度")).to_be_visible()
    page.keyboard.press("Home")

    expect(page.get_by_role("tabpanel", name="文书和材料")).to_be_visible()
    expect(page.locator("#period")).to_be_hidden()


def test_a_paper_that_does_not_come_says_so_and_can_be_opened_elsewhere(office_served: Served, desk_at: Desks) -> None:
    page = shown(open_page(office_served, desk_at(office_served), "reviewing"))
    page.route("**/materials/*/preview", lambda route: route.fulfill(status=404))

    paper(page, 2).click()

    expect(page.locator(BODY)).to_contain_text("没有打开，请检查网络后再点一次")
    expect(page.locator(BODY).get_by_role("link", name="在新窗口打开")).to_have_attribute("target", "_blank")


# --- ticks ---


def test_ticks_are_set_with_the_mouse_and_are_there_after_a_reload(served: Served, desk_at: Desks) -> None:
    page = shown(at_approval(served, desk_at(served)))

    for box, said in ((tick(page, 2), "已核对 1/3"), (page.locator("[data-reader-tick] input"), "已核对 2/3")):
        with page.expect_response("**/checked") as saved:
            box.check()
        assert saved.value.ok, saved.value.text()
        expect(count(page)).to_have_text(said)
    expect(tick(page, 1)).to_be_checked()
    page.reload()

    expect(count(page)).to_have_text("已核对 2/3")
    expect(tick(page, 1)).to_be_checked()
    expect(tick(page, 3)).not_to_be_checked()
    expect(page.locator("[data-draft-state]")).to_have_text("")  # a tick is no answer, and no draft


def test_x_ticks_the_open_paper_and_opens_the_next_one(served: Served, desk_at: Desks) -> None:
    page = at_approval(served, desk_at(served))

    shown(page)
    page.keyboard.press("x")
    expect(count(page)).to_have_text("已核对 1/3")
    expect(paper(page, 2)).to_have_attribute("aria-current", "true")
    expect(page.locator(BODY)).to_contain_text("这份材料是纸质件")
    page.keyboard.press("x")
    expect(paper(page, 3)).to_have_attribute("aria-current", "true")
    expect(page.locator(f"{BODY}[aria-busy]")).to_have_count(0)
    page.keyboard.press("x")
    expect(count(page)).to_have_text("已核对 3/3")

    page.keyboard.press("x")
    expect(count(page)).to_have_text("已核对 2/3")  # the last one stays open, and its tick goes
    page.keyboard.press("k")
    expect(paper(page, 2)).to_have_attribute("aria-current", "true")
    page.keyboard.press("j")
    expect(paper(page, 3)).to_have_attribute("aria-current", "true")


def test_x_brings_a_paper_back_that_another_tab_covers_before_it_ticks(served: Served, desk_at: Desks) -> None:
    page = shown(at_approval(served, desk_at(served)))
    page.get_by_role("tab", name="时限").click()
    page.locator("h1").click()

    page.keyboard.press("x")
    expect(page.locator("#reader")).to_be_visible()
    expect(count(page)).to_have_text("已核对 0/3")
    page.keyboard.press("x")

    expect(count(page)).to_have_text("已核对 1/3")
    expect(tick(page, 1)).to_be_checked()


def test_x_ticks_no_paper_that_has_not_come(served: Served, desk_at: Desks) -> None:
    desk = desk_at(served)
    late: list[Route] = []
    desk.page.route("**/papers/**", lambda route: late.append(route))
    page = at_approval(served, desk)
    expect(page.locator(f"{BODY}[aria-busy]")).to_have_count(1)

    page.keyboard.press("x")
    for route in late:
        route.fulfill(status=404)
    expect(page.locator(BODY)).to_contain_text("没有打开，请检查网络后再点一次")
    page.keyboard.press("x")

    expect(paper(page, 1)).to_have_attribute("aria-current", "true")
    expect(count(page)).to_have_text("已核对 0/3")
    tick(page, 1).check()  # who has read it elsewhere says so by hand
    expect(count(page)).to_have_text("已核对 1/3")


def test_letters_that_are_typed_tick_nothing(served: Served, desk_at: Desks) -> None:
    page = at_approval(served, desk_at(served))
    page.get_by_role("radio", name="退回").check()

    page.get_by_label("批示").first.press_sequentially("xjk")

    expect(count(page)).to_have_text("已核对 0/3")
    expect(paper(page, 1)).to_have_attribute("aria-current", "true")


def test_what_one_window_ticks_the_other_shows_when_it_is_come_back_to(served: Served, desk_at: Desks) -> None:
    desk = desk_at(served)
    first = at_approval(served, desk)
    second = desk.context.new_page()
    second.goto(first.url)
    expect(count(second)).to_have_text("已核对 0/3")

    with first.expect_response("**/checked"):
        tick(first, 3).check()
    second.evaluate("window.dispatchEvent(new Event('focus'))")

    expect(count(second)).to_have_text("已核对 1/3")
    expect(tick(second, 3)).to_be_checked()


def test_a_tick_that_is_not_kept_goes_and_the_page_says_why(served: Served, desk_at: Desks) -> None:
    page = at_approval(served, desk_at(served))

    page.evaluate(
        "() => { window.asItIs = window.fetch; window.fetch = () => Promise.reject(new Error('no network')); }"
    )
    tick(page, 2).click()

    expect(count(page)).to_have_text("勾选没有保存，请检查网络后再勾一次")
    expect(tick(page, 2)).not_to_be_checked()
    page.evaluate("() => { window.fetch = window.asItIs; }")
    tick(page, 3).check()
    expect(count(page)).to_have_text("勾选没有保存，请检查网络后再勾一次")  # another tick does not hide it
    tick(page, 2).check()
    expect(count(page)).to_have_text("已核对 2/3")


def test_a_tick_that_the_server_refuses_goes_and_the_page_says_why(served: Served, desk_at: Desks) -> None:
    desk = desk_at(served)
    page = at_approval(served, desk)
    task_id = page.url.rpartition("/")[2]
    served.town.engine.tasks.complete(served.town.person(LEADER), task_id, {"approval_outcome": ["approve"]})

    tick(page, 2).click()

    expect(count(page)).to_contain_text("勾选没有保存：“主要领导审批”已由青河镇 陆原于")
    expect(tick(page, 2)).not_to_be_checked()


def test_an_answer_that_is_older_than_a_tick_does_not_take_it_off(served: Served, desk_at: Desks) -> None:
    page = at_approval(served, desk_at(served))
    late: list[Route] = []
    page.route("**/checked", lambda route: late.append(route) if route.request.method == "GET" else route.continue_())
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.wait_for_timeout(100)

    with page.expect_response(lambda answer: answer.request.method == "POST"):
        tick(page, 2).check()
    for route in late:
        route.fulfill(json={"checked": []})
    page.wait_for_timeout(100)

    assert late
    expect(tick(page, 2)).to_be_checked()


# --- over the whole screen of a phone ---


def reviewing_from_the_case(served: Served, desk: Desk) -> Page:
    """A step back would lead to the page of the case."""
    open_page(served, desk, "overdue")
    return open_page(served, desk, "reviewing")


def test_a_tapped_paper_opens_over_the_whole_screen(office_served: Served, desk_at: Desks, tmp_path: Path) -> None:
    page = open_page(office_served, desk_at(office_served, PHONE), "reviewing")
    expect(page.locator("#reader")).to_be_hidden()

    paper(page, 1).tap()
    shown(page)
    page.screenshot(path=tmp_path / "reading.png")

    dialog = page.get_by_role("dialog", name="打开的文书")
    assert dialog.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    expect(dialog.get_by_role("button", name="关闭")).to_be_focused()
    expect(dialog.get_by_role("checkbox", name="已核对")).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#reader') !== null"), "the focus stays inside"
    assert faults(page, PHONE) == []


@pytest.mark.parametrize("way", ["button", "escape", "back"])
def test_whoever_closes_a_paper_is_where_he_was(office_served: Served, desk_at: Desks, way: str) -> None:
    page = reviewing_from_the_case(office_served, desk_at(office_served, PHONE))
    address, opener = page.url, paper(page, 3)
    opener.scroll_into_view_if_needed()
    page.evaluate("window.scrollBy(0, 120)")
    before = page.evaluate("window.scrollY")
    opener.tap()
    expect(page.get_by_role("dialog")).to_contain_text("这份材料是纸质件")

    match way:
        case "button":
            page.get_by_role("button", name="关闭").tap()
        case "escape":
            page.keyboard.press("Escape")
        case "back":
            page.go_back()

    expect(page.locator("#reader")).to_be_hidden()
    expect(opener).to_be_focused()
    assert (page.url, page.evaluate("window.scrollY")) == (address, before)


@pytest.mark.parametrize("way", ["button", "escape"])
def test_whoever_closes_a_paper_twice_stays_on_the_page(office_served: Served, desk_at: Desks, way: str) -> None:
    page = reviewing_from_the_case(office_served, desk_at(office_served, PHONE))
    address = page.url
    for _ in range(2):  # and it can be opened and closed again
        paper(page, 3).tap()
        expect(page.get_by_role("dialog")).to_contain_text("这份材料是纸质件")
        if way == "button":
            page.get_by_role("button", name="关闭").dblclick()
        else:
            page.evaluate(ESCAPE_TWICE)
        expect(page.locator("#reader")).to_be_hidden()
        page.wait_for_timeout(300)
        assert page.url == address


def test_a_page_that_is_loaded_anew_under_a_paper_leaves_no_empty_step_back(
    office_served: Served, desk_at: Desks
) -> None:
    page = reviewing_from_the_case(office_served, desk_at(office_served, PHONE))
    paper(page, 3).tap()
    expect(page.get_by_role("dialog")).to_be_visible()

    page.reload()
    expect(page.locator("#reader")).to_be_hidden()
    page.wait_for_function("() => history.state === null")
    page.evaluate("history.forward()")  # nor does the step forward leave one
    page.wait_for_timeout(200)
    page.wait_for_function("() => history.state === null")
    page.go_back()

    expect(page).to_have_url(re.compile("/instances/"))


def test_papers_are_gone_through_and_ticked_without_closing(served: Served, desk_at: Desks) -> None:
    page = at_approval(served, desk_at(served, PHONE))
    paper(page, 1).tap()
    shown(page)
    dialog = page.get_by_role("dialog")

    dialog.get_by_role("checkbox", name="已核对").check()
    dialog.locator("[data-reader-foot]").get_by_role("button", name="下一份").tap()
    expect(dialog.get_by_role("checkbox", name="已核对")).not_to_be_checked()
    dialog.get_by_role("checkbox", name="已核对").check()
    dialog.get_by_role("button", name="关闭").tap()

    expect(count(page)).to_have_text("已核对 2/3")
    expect(tick(page, 2)).to_be_checked()
    expect(paper(page, 1)).to_be_focused()


# --- without scripts ---


def test_without_scripts_papers_are_links_and_ticks_plain_boxes(served: Served, desk_at: Desks) -> None:
    page = at_approval(served, desk_at(served, java_script_enabled=False))
    task = page.url
    expect(page.locator("#reader")).to_be_hidden()
    expect(page.locator("#period")).to_be_visible()

    paper(page, 1).click()
    expect(page.locator(".paper-pages img").first).to_be_visible()
    page.goto(task)
    tick(page, 2).check()
    page.get_by_role("radio", name="退回").check()
    page.get_by_role("button", name="保存勾选和草稿").click()

    expect(page.locator(".flash--ok")).to_contain_text("勾选已保存")
    assert page.url == task
    expect(count(page)).to_have_text("已核对 1/3")
    expect(tick(page, 2)).to_be_checked()
    expect(page.get_by_role("radio", name="退回")).to_be_checked()


def at_approval(served: Served, desk: Desk) -> Page:
    """The leader's page of a case that waits for approval."""
    case = served.town.refer(case_title="第一件移送").submit()
    desk.be(LEADER)
    return desk.open(f"/tasks/{case.task('approve_referral')}")
