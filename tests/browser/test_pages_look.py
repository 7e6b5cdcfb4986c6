"""Every page at both sizes: nothing broken, nothing forbidden, nothing overlapping, nothing that shuts readers out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, SIZES, Desk, Desks, Served
from tests.processes.dispute import raise_dispute
from tests.processes.town import Case, cast_of
from tests.tools.provide import MODULES
from tests.web.office import LEADER, LIAISON, OFFICER, REVIEWER, SUPERVISION

AXE = MODULES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOK_FOR_VIOLATIONS = """async ([root, rules]) => {
  const found = await axe.run(root, { runOnly: rules });
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
}"""
LOOK_FOR_OVERFLOW = """() => {
  const wide = document.documentElement.scrollWidth;
  return wide > screen.width ? [`the page is ${wide} wide on a screen of ${screen.width}`] : [];
}"""
"""The window of a phone grows with a page that is too wide; its screen does not."""
LOOK_FOR_OVERLAPS = """() => {
  const groups = 'tr[data-row], .table--rows tr, .tile, .proc, .wait, .lead, .facts > div, .strip, .card-h, .bigdue, .top';
  const faults = [];
  const name = (element) => `${element.className || element.tagName} “${element.textContent.trim().slice(0, 20)}”`;
  const seen = (element) => {
    const style = getComputedStyle(element);
    return element.offsetParent !== null && style.position !== 'absolute' && style.position !== 'fixed';
  };
  for (const group of document.querySelectorAll(groups)) {
    const parts = [...group.children].filter(seen).map((part) => [part, part.getBoundingClientRect()]);
    parts.filter(([, box]) => box.width > 0 && box.height > 0).forEach(([one, a], index, all) => {
      for (const [other, b] of all.slice(index + 1)) {
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 2 && down > 2) {
          faults.push(`${name(one)} lies over ${name(other)}`);
        }
      }
      const spills = one.scrollWidth > Math.ceil(a.width) + 1 && getComputedStyle(one).overflowX === 'visible';
      if (spills && !one.querySelector('details[open]') && !one.matches('details[open]')) {
        faults.push(`${name(one)} spills out`);
      }
    });
  }
  return faults;
}"""
LOOK_FOR_HIDDEN_NAMES = """() => {
  const sentences = [...document.querySelectorAll('.mark__sentence')];
  const names = [...document.querySelectorAll('.djs-element[data-element-id$="_label"] text')];
  const faults = [];
  sentences.forEach((sentence, index) => {
    const a = sentence.getBoundingClientRect();
    for (const other of [...sentences.slice(index + 1), ...names]) {
      const b = other.getBoundingClientRect();
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 1) {
        faults.push(`“${sentence.textContent}” lies over “${other.textContent}”`);
      }
    }
  });
  return faults;
}"""
LOOK_FOR_SMALL_TARGETS = """() => {
  const targets = 'button, .btn, .dock a, .tabs a, .tools a, .pager a, summary, .in, .choice, .check, .menu a, .brand';
  return [...document.querySelectorAll(targets)]
    .filter((target) => target.offsetParent !== null && !target.closest('.djs-container, .sr'))
    .map((target) => [target, target.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && (box.height < 43.5 || box.width < 43.5))
    .map(([target, box]) => `${target.className || target.tagName} “${target.textContent.trim().slice(0, 12)}” is ` +
      `${Math.round(box.width)} by ${Math.round(box.height)}`);
}"""
PAPER: dict[str, Any] = {"viewport": {"width": 672, "height": 990}}
"""What a sheet of A4 leaves between its margins."""
LOOK_FOR_CUT_TEXT = """() => [...document.querySelectorAll('.strip li, .strip em, .due, .tag, .btn, .unit, .axis .lab, .tabs a')]
  .filter((part) => part.offsetParent !== null && part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 0)
  .map((part) => `${part.className || part.tagName} cuts off “${part.textContent.trim().slice(0, 20)}”`)"""

PAGES = {
    "login": ("", "/login"),
    "inbox": (REVIEWER, "/inbox"),
    "unclaimed": (OFFICER, "/inbox?tab=unclaimed"),
    "done": (OFFICER, "/inbox?tab=done"),
    "started": (OFFICER, "/inbox?tab=started"),
    "copied": (OFFICER, "/inbox?tab=copied"),
    "nothing found": (REVIEWER, "/inbox?q=没有的"),
    "start": (OFFICER, "/start/case_referral"),
    "start list": (OFFICER, "/start"),
    "start dispute": (OFFICER, "/start/dispute_resolution"),
    "start complaint": (OFFICER, "/start/first_responder"),
    "no start": (SUPERVISION, "/start"),
    "preparing": (OFFICER, "prepare/prepare_materials"),
    "stopping": (OFFICER, "ongoing/stop_violation"),
    "approving": (LEADER, "approve/approve_referral"),
    "sending back": (LEADER, "approve/approve_referral/handle/send_back"),
    "reviewing": (REVIEWER, "over/review_acceptance"),
    "done task": (OFFICER, "closed/report_result"),
    "task of others": (LIAISON, "over/review_acceptance"),
    "instances": (OFFICER, "/instances"),
    "overdue": (OFFICER, "over/"),
    "closed": (OFFICER, "closed/"),
    "ongoing": (OFFICER, "ongoing/"),
    "document": (OFFICER, "review/document"),
    "messages": (LEADER, "/messages?tab=all"),
    "no messages": (SUPERVISION, "/messages"),
    "told how": (OFFICER, "/settings/notices"),
    "supervision": (SUPERVISION, "/supervision"),
    "delivery": (SUPERVISION, "/supervision/notices"),
    "error": (OFFICER, "/no-such-page"),
}


@pytest.fixture(params=SIZES.values(), ids=SIZES.keys())
def size(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def numbers(served: Served) -> dict[str, str]:
    """The number of each case by the name under which the office knows it."""
    names = ("closed", "over", "review", "approve", "prepare", "ongoing")
    return {name: f"YS-2026-{order:04}" for order, name in enumerate(names, 1)}


def open_page(served: Served, desk: Desk, name: str) -> Page:
    login, path = PAGES[name]
    if login:
        desk.be(login)
    if path.startswith("/"):
        return desk.open(path)
    case, what, *beneath = path.split("/")
    number = numbers(served)[case]
    if what not in ("", "document"):
        return desk.open("/".join(["/tasks", _task(served, number, what), *beneath]))
    page = desk.open(f"/instances/{number}")
    if what == "document":
        page.locator("#documents a[href^='/documents/']").filter(has_not_text="审批表").first.click()
        page.wait_for_url("**/documents/*")
    return page


def _task(served: Served, number: str, element: str) -> str:
    return Case(served.town, number, cast_of("qinghe"), cast_of("ecology")).task(element)


def drawn(page: Page) -> Page:
    """The page when its diagram is there, if it has one."""
    for figure in page.locator("figure[data-diagram]").all():
        expect(figure.locator(".djs-container svg .djs-shape").first).to_be_attached()
    return page


def shut_out(page: Page, root: str = "html") -> list[str]:
    """What keeps some readers out, in this part of the page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(LOOK_FOR_VIOLATIONS, [root, RULES])
    return found


def faults(page: Page, size: dict[str, Any]) -> list[str]:
    on_phone = page.evaluate(LOOK_FOR_SMALL_TARGETS) if size is PHONE else []
    return [
        *page.evaluate("window.violations"),
        *page.evaluate(LOOK_FOR_OVERFLOW),
        *page.evaluate(LOOK_FOR_OVERLAPS),
        *page.evaluate(LOOK_FOR_CUT_TEXT),
        *on_phone,
        *shut_out(page),
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_fault(office_served: Served, same_desk_at: Desks, size: dict[str, Any], name: str) -> None:
    page = drawn(open_page(office_served, same_desk_at(office_served, size), name))

    assert faults(page, size) == []


@contextmanager
def in_english(page: Page) -> Iterator[None]:
    """Whoever sits here reads English, and Chinese again afterwards: others look at the same office."""
    switch = "form[action$='/settings/appearance'] button[value={}]"
    page.locator(switch.format("en")).first.evaluate("button => button.click()")
    expect(page.locator("html[lang=en]")).to_be_attached()
    yield
    page.locator(switch.format("zh")).first.evaluate("button => button.click()")
    expect(page.locator("html[lang^=zh]")).to_be_attached()


def test_a_task_that_is_late_fits_the_phone_in_english(office_served: Served, desk_at: Desks) -> None:
    """English is wider, and what is past says more: it wraps instead of pushing the page aside."""
    page = open_page(office_served, desk_at(office_served, PHONE), "reviewing")
    with in_english(page):
        for place in (".bigdue b", ".lead .due"):  # the longest that a period can say
            said = "place => { place.textContent = '11 working days past the recommended date' }"
            page.locator(place).first.evaluate(said)
        assert page.evaluate(LOOK_FOR_OVERFLOW) == []


def test_printed_the_list_of_tasks_fits_its_sheet_in_english(office_served: Served, desk_at: Desks) -> None:
    page = open_page(office_served, desk_at(office_served, PAPER), "inbox")
    with in_english(page):
        page.emulate_media(media="print")
        assert page.evaluate(LOOK_FOR_OVERFLOW) == []


def test_a_refused_form_has_no_fault(office_served: Served, desk_at: Desks, size: dict[str, Any]) -> None:
    desk = desk_at(office_served, size)
    page = open_page(office_served, desk, "start")

    page.get_by_role("button", name="发起", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()

    assert faults(page, size) == []


def test_a_refused_sign_in_has_no_fault(office_served: Served, same_desk_at: Desks, size: dict[str, Any]) -> None:
    page = same_desk_at(office_served, size).open("/login")
    page.get_by_label("账号").fill("nobody")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_text("账号或密码不对。")).to_be_visible()

    assert faults(page, size) == []


def test_the_count_of_a_period_opens_and_has_no_fault(
    office_served: Served, same_desk_at: Desks, size: dict[str, Any]
) -> None:
    page = open_page(office_served, same_desk_at(office_served, size), "inbox")

    page.locator(".duebox > summary").first.click()
    expect(page.get_by_text("受理告知期限怎么算").first).to_be_visible()

    assert faults(page, size) == []


def test_the_menu_of_who_acts_opens_within_the_window(
    office_served: Served, same_desk_at: Desks, size: dict[str, Any]
) -> None:
    page = open_page(office_served, same_desk_at(office_served, size), "inbox")

    page.locator(".acting summary").click()
    menu = page.locator(".acting .menu").bounding_box()
    header = page.locator(".top").bounding_box()

    assert menu is not None
    assert header is not None
    assert menu["y"] >= header["y"] + header["height"] - 1
    assert menu["x"] >= 0
    assert menu["x"] + menu["width"] <= size["viewport"]["width"]
    assert shut_out(page, ".acting") == []


def test_a_very_long_word_stays_within_its_card(served: Served, desk_at: Desks, size: dict[str, Any]) -> None:
    case = served.town.refer(case_title="Ａ" * 60, party_name="W" * 60, location="很长的地名" * 12)
    desk = desk_at(served, size)
    desk.be(OFFICER)

    found = []
    for path in ("/inbox", "/instances", f"/instances/{case.number}", f"/tasks/{case.task('prepare_materials')}"):
        page = drawn(desk.open(path))
        found += [*page.evaluate(LOOK_FOR_OVERFLOW), *page.evaluate(LOOK_FOR_OVERLAPS)]

    assert found == []


def test_a_period_of_hours_shows_its_time_of_day_in_full(served: Served, desk_at: Desks, size: dict[str, Any]) -> None:
    case = served.town.refer(is_urgent=True)
    served.at("2026-09-30T12:14")
    desk = desk_at(served, size)
    desk.be(OFFICER)

    page = desk.open(f"/tasks/{case.task('prepare_materials')}")

    expect(page.locator(".bigdue b")).to_have_text("剩 21 小时 16 分")
    expect(page.locator(".panel .strip em").last).to_have_text("09:30")
    assert faults(page, size) == []


def test_the_white_menu_reaches_the_end_of_a_long_page(office_served: Served, desk_at: Desks) -> None:
    page = open_page(office_served, desk_at(office_served), "overdue")

    frame = page.locator(".frame").evaluate("(frame) => getComputedStyle(frame).backgroundImage")
    ends = page.locator(".frame").evaluate("(frame) => frame.getBoundingClientRect().bottom + window.scrollY")

    assert "linear-gradient" in frame
    assert ends >= page.evaluate("document.documentElement.scrollHeight") - 1


def test_printed_the_instance_and_its_documents_have_no_frame(office_served: Served, desk_at: Desks) -> None:
    page = open_page(office_served, desk_at(office_served, PAPER), "document")
    page.emulate_media(media="print")

    for part in (".top", ".side", ".crumb", ".banner"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.get_by_role("heading", name=re.compile("涉嫌违法案件"), level=1)).to_be_visible()
    expect(page.locator(".listed tbody tr").first).to_have_css("display", "table-row")
    expect(page.locator(".paper-pages")).to_have_css("page", "paper")  # a sheet without margins for each page
    assert page.evaluate(LOOK_FOR_OVERFLOW) == []


def test_printed_the_instance_asks_for_nothing(office_served: Served, desk_at: Desks) -> None:
    page = open_page(office_served, desk_at(office_served, PAPER), "overdue")
    page.emulate_media(media="print")

    expect(page.locator("#talk form, #copies form")).not_to_have_count(0)
    for form in page.locator("#talk form, #copies form").all():
        expect(form).to_be_hidden()
    expect(page.get_by_role("heading", name="流转记录")).to_be_visible()


def test_printed_the_list_of_tasks_can_be_read(office_served: Served, desk_at: Desks) -> None:
    """The matter stood a sign to a line, so wide was the column of the period."""
    page = open_page(office_served, desk_at(office_served, PAPER), "inbox")
    page.emulate_media(media="print")

    matter = page.locator(".inbox .c-what").first.bounding_box()
    assert matter is not None
    assert matter["width"] > 150
    assert page.evaluate(LOOK_FOR_OVERFLOW) == []


def test_what_a_diagram_says_of_live_steps_hides_neither_a_name_nor_each_other(served: Served, desk_at: Desks) -> None:
    """Five steps at once, each with a timer on its edge: the busiest moment of any procedure."""
    dispute = raise_dispute(served.town, third="housing")
    desk = desk_at(served)
    desk.be(OFFICER)

    page = desk.open(f"/instances/{dispute.number}")

    expect(page.locator(".mark__sentence")).to_have_count(5)
    assert page.evaluate(LOOK_FOR_HIDDEN_NAMES) == []
