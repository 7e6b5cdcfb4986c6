"""The bell and the messages in a real browser, at both sizes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import expect

from engine.runtime.notify import notices
from tests.browser.conftest import Desks, Served
from tests.browser.test_pages_look import faults, size
from tests.notices.people import with_mail
from tests.notices.receivers import Mailbox, mail_server
from tests.web.office import COLLEAGUE, JUSTICE, OFFICER

__all__ = ["size"]


def test_the_bell_counts_a_reminder_and_forgets_it_when_it_is_opened(
    served: Served,
    desk_at: Desks,
    size: dict[str, Any],
) -> None:
    """R55: reminded at 09:00 of the day before the last one."""
    case = served.town.refer()
    served.at("2026-10-09T09:00")
    desk = desk_at(served, size)
    desk.be(OFFICER)
    page = desk.open("/inbox")
    expect(page.get_by_role("link", name="消息，1 条未读")).to_be_visible()

    page.get_by_role("link", name="消息，1 条未读").click()
    expect(page.get_by_role("heading", name="10-09 周五（今天）")).to_be_visible()
    found = faults(page, size)
    page.get_by_role("link", name="移送期限将于 10月10日 24:00 届满，请抓紧办理。").click()

    page.wait_for_url(f"**/instances/{case.number}")
    expect(page.get_by_role("link", name="消息", exact=True)).to_be_visible()
    assert found == []


def test_a_person_chooses_how_to_be_told(
    served: Served,
    desk_at: Desks,
    size: dict[str, Any],
) -> None:
    desk = desk_at(served, size)
    desk.be(COLLEAGUE)
    page = desk.open("/settings/notices")
    expect(page.get_by_label("法定期限：邮件")).to_be_disabled()

    page.get_by_label("办理：邮件").check()
    page.get_by_label("邮箱").fill("miaoqing@example.gov.cn")
    page.get_by_label("免打扰开始时间").fill("22:00")
    page.get_by_label("免打扰结束时间").fill("07:30")
    page.get_by_role("button", name="保存").click()

    expect(page.get_by_text("通知设置已保存。")).to_be_visible()
    expect(page.get_by_label("办理：邮件")).to_be_checked()
    expect(page.get_by_label("免打扰结束时间")).to_have_value("07:30")
    assert faults(page, size) == []


@pytest.mark.parametrize("text", ["很长" * 120, "W" * 300])
def test_a_long_message_stays_within_the_page(
    served: Served,
    desk_at: Desks,
    size: dict[str, Any],
    text: str,
) -> None:
    case = served.town.refer()
    town = served.town
    town.write(
        lambda tx: notices.notify_people(
            tx, town.engine.transactions.context(tx), case.id, "comment", "qinghe", ["case_officer"], text
        )
    )
    desk = desk_at(served, size)
    desk.be(OFFICER)

    assert faults(desk.open("/messages"), size) == []


def test_oversight_has_what_was_given_up_sent_again(
    served: Served,
    desk_at: Desks,
    size: dict[str, Any],
) -> None:
    mailbox = Mailbox(answer=lambda address: "550 No such user" if "shenhe" in address else "451 Try again later")
    with mail_server(mailbox):
        served.settings = replace(served.settings, smtp_url=mailbox.url, mail_from="lianban@example.gov.cn")
        served.restart()
        with_mail(served.town, OFFICER, COLLEAGUE)
        served.town.refer(case_title="未批先建废塑料清洗线")
        served.at("2026-10-09T09:00")
        served.town.engine.delivery.deliver("mail")
        desk = desk_at(served, size)
        desk.be(JUSTICE)
        page = desk.open("/supervision/notices")
        given_up = page.get_by_role("row").filter(has_text="已放弃")
        found = faults(page, size)

        given_up.get_by_role("button").click()
        expect(page.get_by_text("这条通知马上再发")).to_be_visible()
        page.get_by_role("row").filter(has_text="等待再发").get_by_text("经过").click()
        expect(page.get_by_text("要求再发", exact=False).first).to_be_visible()
        found += faults(page, size)
        mailbox.answer = lambda address: "250 OK"
        served.town.engine.delivery.deliver("mail")

    assert [mail["To"] for mail in mailbox.mails] == ["沈禾 <shenhe.qh@example.gov.cn>"]
    assert found == []
