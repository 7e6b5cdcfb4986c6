"""提交并办下一件: from one task straight to the next, with what was done said there."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Desks, Served
from tests.browser.test_reading import at_approval


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


def test_without_scripts_one_goes_on_to_the_next_task_and_then_to_the_inbox(served: Served, desk_at: Desks) -> None:
    served.town.refer(case_title="第二件移送").submit()
    page = at_approval(served, desk_at(served, java_script_enabled=False))

    for _ in range(2):
        page.get_by_role("radio", name="同意移送").check()
        page.get_by_role("button", name="提交并办下一件").click()
        expect(page.locator(".flash--ok").first).to_contain_text("“主要领导审批”已办结：同意移送。")

    expect(page).to_have_url(re.compile("/inbox$"))
    expect(page.get_by_text("待办里没有别的任务了。")).to_be_visible()
