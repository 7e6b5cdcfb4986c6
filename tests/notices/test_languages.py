"""What leaves the house is in the language of whoever gets it: a person's own, Chinese for groups and machines."""

from __future__ import annotations

import json

from sqlalchemy import select, update

from engine.db.tables import notice, person
from engine.db.tables import outbox as rows_to_send
from engine.messages import Message, from_text, speaking, to_json
from engine.notices.message import as_json, as_mail, lines_of
from engine.reports.oversight.sending import troubles
from tests.notices.conftest import Towns
from tests.notices.people import with_mail
from tests.notices.receivers import Hook, Mailbox
from tests.notices.test_messages import SENDER, a_message
from tests.processes.town import MORNING, Town

OFFICER, COLLEAGUE = "shenhe.qh", "miaoqing.qh"
REMINDED = "2026-10-09T09:00"
SAID = Message("Sign in first.")
"""Any message of the engine: what is told does not matter here."""


def reads(town: Town, login: str, language: str) -> None:
    town.write(lambda tx: tx.execute(update(person).where(person.c.login == login).values(language=language)))


def remind(town: Town, *logins: str) -> str:
    """Those who hold the post are reminded, by a notice that is kept as a message. Returns the case's number."""
    with_mail(town, *logins)
    case = town.refer(at=MORNING, case_title="未批先建废塑料清洗线")
    town.at(REMINDED)
    town.write(lambda tx: tx.execute(update(notice).values(said=to_json(SAID), text="请先登录。")))
    return case.number


def test_each_person_has_the_same_notice_in_the_own_language(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(smtp_url=mailbox.url)
    reads(town, OFFICER, "en")
    number = remind(town, OFFICER, COLLEAGUE)

    town.engine.delivery.deliver("mail")

    mails = {str(mail["To"]).split("<")[1][:-1].split("@")[0]: mail for mail in mailbox.mails}
    english, chinese = mails[OFFICER], mails[COLLEAGUE]
    assert english["Subject"] == f"[Reminder] {number} 未批先建废塑料清洗线: Prepare the referral materials"
    assert english.get_content().startswith("Sign in first.")
    assert "Step: Prepare the referral materials" in english.get_content()
    assert "Ends: Sat 10 Oct" in english.get_content()
    assert "Lianban sent this mail automatically." in english.get_content()
    assert chinese["Subject"] == f"【期限提醒】{number} 未批先建废塑料清洗线：整理移送材料"
    assert chinese.get_content().startswith("请先登录。")
    assert "届满：10月10日 24:00" in chinese.get_content()


def test_the_language_of_the_worker_does_not_matter(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(smtp_url=mailbox.url)
    remind(town, OFFICER)

    with speaking("en"):
        town.engine.delivery.deliver("mail")

    assert mailbox.mails[0].get_content().startswith("请先登录。")


def test_a_webhook_is_told_in_chinese_whoever_else_reads_english(open_town: Towns, hook: Hook) -> None:
    town = open_town(webhook_url=hook.url)
    reads(town, OFFICER, "en")
    remind(town)

    with speaking("en"):
        town.engine.delivery.deliver("webhook")

    told = json.loads(hook.posts[-1].body)
    assert (told["text"], told["step"], told["kind"]) == ("请先登录。", "整理移送材料", "remind")


def test_a_notice_of_before_there_were_messages_is_sent_as_it_is() -> None:
    with speaking("en"):
        mail = as_mail(a_message(language="en"), SENDER, None).get_content()
        robot = lines_of(a_message())
    assert mail.startswith("移送期限将于 10月10日 24:00 届满，请抓紧办理。")
    assert "Case: YS-2026-0001 未批先建废塑料清洗线" in mail
    assert robot[0] == "移送期限将于 10月10日 24:00 届满，请抓紧办理。"
    assert json.loads(as_json(a_message()))["due_at"] == "2026-10-11T00:00:00+08:00"


def test_why_a_message_did_not_go_out_is_read_in_any_language(open_town: Towns) -> None:
    town = open_town(smtp_url="smtp://127.0.0.1:9")
    remind(town, OFFICER)
    with speaking("en"):
        town.engine.delivery.deliver("mail")

    with town.engine.database.reading() as tx:
        reason = from_text(tx.scalars(select(rows_to_send.c.reason)).one())
        (trouble,) = troubles(tx, ["mail"], with_text=True)
    assert (str(reason), str(trouble.kind_name)) == ("连接被拒绝，对方没有开启服务。", "期限提醒")
    with speaking("en"):
        assert str(trouble.reason) == "The connection was refused: no service is running at that address."
        assert (str(trouble.kind_name), str(trouble.text)) == ("Reminder", "Sign in first.")
