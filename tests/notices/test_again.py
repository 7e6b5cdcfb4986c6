"""What was given up: seen with its reason by whoever looks after it, and sent again under the id it has."""

from __future__ import annotations

import threading

import pytest

from engine.errors import NotAllowed, Refused
from engine.notices.outbox import DELAYS, LIFETIME
from engine.reports.oversight.sending import Trouble
from tests.notices.conftest import Towns
from tests.notices.people import choose, sendings, with_mail
from tests.notices.receivers import Mailbox
from tests.processes.town import MORNING, Town, at

OFFICER, OVERSEER, INSPECTOR, LEADER = "shenhe.qh", "zhuangmingzhe.jd", "chengyu.sf", "luyuan.qh"
REMINDED = "2026-10-09T09:00"
NO_SUCH_USER = "收件地址被拒收（550 No such user）。"


def refused(town: Town, mailbox: Mailbox, login: str = OFFICER) -> str:
    """A reminder that the mail server refuses for good. Returns the message's id."""
    with_mail(town, login)
    mailbox.answer = lambda address: "550 No such user"
    town.refer(at=MORNING)
    town.at(REMINDED)
    town.engine.delivery.deliver("mail")
    mailbox.answer = lambda address: "250 OK"
    (row,) = sendings(town)
    assert row.status == "given_up"
    return str(row.id)


def trouble_of(town: Town, login: str = OVERSEER) -> Trouble:
    _, (found,) = town.engine.notices.states(town.person(login))
    return found


def happened(found: Trouble) -> list[tuple[str, str, str]]:
    return [(one.outcome, str(one.reason), one.by) for one in found.history]


def test_what_was_given_up_says_to_whom_why_since_when_and_can_be_sent_again(
    open_town_on_each_database: Towns, mailbox: Mailbox
) -> None:
    town = open_town_on_each_database(smtp_url=mailbox.url)
    message_id = refused(town, mailbox)
    found = trouble_of(town)
    assert (found.to, found.address, str(found.reason)) == ("沈禾", "shenhe.qh@example.gov.cn", NO_SUCH_USER)
    assert (found.status, found.made_at, found.why_not) == ("given_up", at(REMINDED), "")

    town.engine.notices.send_again(town.person(OVERSEER), message_id)
    assert town.engine.delivery.deliver("mail") == 1

    (mail,), (row,) = mailbox.mails, sendings(town)
    assert mail["Message-ID"] == f"<{message_id}@example.gov.cn>"
    assert (row.id, row.status, row.attempts) == (message_id, "sent", 2)


def test_the_history_of_attempts_stays_and_names_who_wanted_it_again(
    open_town_on_each_database: Towns, mailbox: Mailbox
) -> None:
    town = open_town_on_each_database(smtp_url=mailbox.url)
    message_id = refused(town, mailbox)
    mailbox.answer = lambda address: "451 Greylisted"

    town.engine.notices.send_again(town.person(OVERSEER), message_id)
    town.engine.delivery.deliver("mail")

    name = town.person(OVERSEER).person_name
    assert happened(trouble_of(town)) == [
        ("given_up", NO_SUCH_USER, ""),
        ("again", "", name),
        ("failed", "收件地址被拒收（451 Greylisted）。", ""),
    ]


def test_a_double_click_sends_once(open_town_on_each_database: Towns, mailbox: Mailbox) -> None:
    town = open_town_on_each_database(smtp_url=mailbox.url, send_timeout_seconds=10)
    message_id = refused(town, mailbox)
    overseer, barrier, answers = town.person(OVERSEER), threading.Barrier(2), []
    engines = [town.another_engine(), town.another_engine()]

    def click(engine: object) -> None:
        barrier.wait(20)
        try:
            engine.notices.send_again(overseer, message_id)  # type: ignore[attr-defined]
            answers.append("")
        except Refused as refusal:
            answers.append(refusal.message)
        engine.delivery.deliver("mail")  # type: ignore[attr-defined]

    threads = [threading.Thread(target=click, args=[engine]) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(mailbox.mails) == 1
    assert sorted(answers)[0] == ""
    assert sorted(answers)[1] in ("这条通知正在等着发，不用再点。", "这条通知已经发出，不用再发。")


def test_what_is_sent_again_is_tried_as_long_as_a_new_message(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(smtp_url=mailbox.url)
    message_id = refused(town, mailbox)
    mailbox.answer = lambda address: "451 Greylisted"
    town.clock.advance(seconds=2 * LIFETIME.total_seconds())
    town.engine.notices.send_again(town.person(OVERSEER), message_id)

    town.engine.delivery.deliver("mail")

    (row,) = sendings(town)
    assert (row.status, row.next_try_at) == ("failed", town.now + DELAYS[0])


def test_what_is_tried_later_can_be_tried_now(open_town: Towns, mailbox: Mailbox) -> None:
    """The server is mended: nobody has to wait for six hours."""
    town = open_town(smtp_url=mailbox.url)
    with_mail(town, OFFICER, "miaoqing.qh")
    mailbox.answer = lambda address: "451 Greylisted"
    town.refer(at=MORNING)
    town.at(REMINDED)
    town.engine.delivery.deliver("mail")
    mailbox.answer = lambda address: "250 OK"

    assert town.engine.notices.send_all_again(town.person(INSPECTOR)) == 2

    assert town.engine.delivery.deliver("mail") == 2
    assert town.engine.notices.send_all_again(town.person(INSPECTOR)) == 0


def test_an_address_that_was_mended_is_used(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(smtp_url=mailbox.url)
    message_id = refused(town, mailbox)
    choose(town, OFFICER, email="shenhe@other.gov.cn")
    town.engine.notices.send_again(town.person(OVERSEER), message_id)

    town.engine.delivery.deliver("mail")

    assert [mail["To"] for mail in mailbox.mails] == ["沈禾 <shenhe@other.gov.cn>"]


def test_what_has_been_done_meanwhile_is_not_sent_again(open_town: Towns, mailbox: Mailbox) -> None:
    """A reminder of what is done would only frighten its reader."""
    town = open_town(smtp_url=mailbox.url)
    with_mail(town, OFFICER)
    mailbox.answer = lambda address: "550 No such user"
    case = town.refer(at=MORNING)
    town.at(REMINDED)
    town.engine.delivery.deliver("mail")
    (row,) = sendings(town)
    case.submit()
    case.approve()
    overseer = town.person(OVERSEER)

    with pytest.raises(Refused, match="要办的事已经办结"):
        town.engine.notices.send_again(overseer, row.id)
    assert town.engine.notices.send_all_again(overseer) == 0
    assert str(trouble_of(town).why_not) == "要办的事已经办结，不用再发。"


def test_a_message_of_a_channel_that_is_gone_waits_for_the_channel(open_town: Towns, mailbox: Mailbox) -> None:
    message_id = refused(open_town(smtp_url=mailbox.url), mailbox)
    without = open_town().asleep_until(REMINDED)

    with pytest.raises(Refused, match="这个渠道已经停用"):
        without.engine.notices.send_again(without.person(OVERSEER), message_id)

    assert sendings(without)[0].status == "given_up"


def test_an_id_that_nobody_knows_is_refused(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(smtp_url=mailbox.url)

    with pytest.raises(Refused, match="没有这条通知"):
        town.engine.notices.send_again(town.person(OVERSEER), "nothing")


def test_a_party_cannot_have_anything_sent_again(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(smtp_url=mailbox.url)
    message_id = refused(town, mailbox)

    with pytest.raises(NotAllowed, match="系统管理员"):
        town.engine.notices.send_again(town.person(LEADER), message_id)
    with pytest.raises(NotAllowed, match="系统管理员"):
        town.engine.notices.send_all_again(town.person(LEADER))


def test_a_system_administrator_sends_again_what_cannot_be_read(open_town: Towns, mailbox: Mailbox) -> None:
    """Looking after the mail is no reason to read the cases of others."""
    town = open_town(smtp_url=mailbox.url)
    message_id = refused(town, mailbox)
    town.newcomer("admin.sq", "shiqiao", "system_admin")

    found = trouble_of(town, "admin.sq")
    town.engine.notices.send_again(town.person("admin.sq"), message_id)

    assert (found.text, str(found.reason)) == ("", NO_SUCH_USER)
    assert trouble_of(town).text != ""


# --- what was sent and is then taken back ---


@pytest.mark.parametrize("sent_before", [True, False], ids=["the mail has gone out", "the mail still waits"])
def test_who_was_mailed_of_a_task_is_mailed_that_it_was_taken_back(
    open_town_on_each_database: Towns, mailbox: Mailbox, sent_before: bool
) -> None:
    """撤回 takes the task away, never the mail: whoever read of it reads that it is off; what has not gone out never goes."""
    town = open_town_on_each_database(smtp_url=mailbox.url)
    choose(town, LEADER, handling_mail=True)
    case = town.refer(at=MORNING).submit()
    done = case.task("prepare_materials")
    if sent_before:
        assert town.engine.delivery.deliver("mail") == 1

    town.engine.handling.take_back(town.person(OFFICER), done)
    town.later(minutes=1)
    town.engine.delivery.deliver("mail")

    subjects = [mail["Subject"].split("】")[0] for mail in mailbox.mails]
    assert subjects == (["【新任务", "【撤回"] if sent_before else ["【撤回"])
    assert sorted(row.status for row in sendings(town)) == ["sent" if sent_before else "dropped", "sent"]
    assert case.waiting == {"prepare_materials": 1}
