"""提交并办下一件: from one task straight to the next, with what was done said there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Desks, Served
from tests.browser.test_reading import at_approval, paper, shown


def test_ctrl_shift_enter_hands_in_and_goes_on_to_the_next_task(served: Served, desk_at: Desks) -> None:
    second = served.town.refer(case_title="第二件移送").submit()
    page = at_approval(served, desk_at(served))  # the older case comes first in the inbox, this one behind it
    page.get_by_role("radio", name="同意移送").check()

    page.keyboard.press("Control+Shift+Enter")

    page.wait_for_url(f"**/tasks/{second.task('approve_referral')}")
    expect(page.locator(".flash--ok[role=status]")).to_contain_text(
        "“主要领导审批”已办结：同意移送。现在由市生态环境局办"
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text("第二件移送")


def posts_of(page: Page) -> list[str]:
    """The addresses to which the page sends something from here on, without its drafts and looks."""
    found: list[str] = []
    own = ("/draft", "/look")
    page.on(
        "request", lambda sent: found.append(sent.url) if sent.method == "POST" and not sent.url.endswith(own) else None
    )
    return found


@pytest.mark.parametrize("keys", ["Control+Enter", "Control+Shift+Enter"])
def test_whoever_writes_a_comment_does_not_hand_the_task_in_by_its_keys(
    served: Served, desk_at: Desks, keys: str
) -> None:
    page = at_approval(served, desk_at(served))
    page.get_by_role("radio", name="同意移送").check()
    comment, address, sent = page.get_by_label("发表意见"), page.url, posts_of(page)

    comment.fill("请先补照片。")
    comment.press(keys)
    page.get_by_role("button", name="发表").press(keys)
    page.wait_for_timeout(300)

    assert [address for address in sent if not address.endswith("/comments")] == []
    page.goto(address)
    expect(page.get_by_role("radio", name="同意移送")).to_be_checked()  # it is open, and its draft is there


def test_a_paper_over_the_form_keeps_its_keys_from_it(served: Served, desk_at: Desks) -> None:
    page = at_approval(served, desk_at(served, PHONE))
    page.get_by_role("radio", name="同意移送").check()
    paper(page, 1).tap()
    shown(page)
    sent = posts_of(page)

    for keys in ("Control+Enter", "Control+Shift+Enter"):
        page.keyboard.press(keys)
    page.wait_for_timeout(300)

    assert sent == []
    page.get_by_role("button", name="关闭").tap()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".flash--ok[role=status]")).to_contain_text("“主要领导审批”已办结：同意移送")


def test_the_keys_hand_the_task_in_from_its_own_fields_and_its_ticks(served: Served, desk_at: Desks) -> None:
    page = at_approval(served, desk_at(served))
    page.get_by_role("radio", name="同意移送").check()

    page.locator("[data-tick]").nth(1).check()
    page.keyboard.press("Control+Enter")

    expect(page.locator(".flash--ok[role=status]")).to_contain_text("“主要领导审批”已办结：同意移送")


def test_without_scripts_one_goes_on_to_the_next_task_and_then_to_the_inbox(served: Served, desk_at: Desks) -> None:
    served.town.refer(case_title="第二件移送").submit()
    page = at_approval(served, desk_at(served, java_script_enabled=False))

    for _ in range(2):
        page.get_by_role("radio", name="同意移送").check()
        page.get_by_role("button", name="提交并办下一件").click()
        expect(page.locator(".flash--ok").first).to_contain_text("“主要领导审批”已办结：同意移送。")

    expect(page).to_have_url(re.compile("/inbox$"))
    expect(page.get_by_text("没有别的待办任务了。")).to_be_visible()
