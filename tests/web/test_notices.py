"""The bell, the messages, how a person wants to be told, and what oversight sees of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from engine.db.tables import notice_preference, notice_receipt, person
from engine.errors import IncidentRaised
from engine.runtime.notify import notices
from tasks_ui import create_app
from tests.notices.receivers import HOST, free_port
from tests.processes.test_advance import break_letters
from tests.processes.town import Town
from tests.web.office import COLLEAGUE, JUSTICE, LEADER, OFFICER, PASSWORD_HASH, Desk, Office, a_message_of

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"


def bell(desk: Desk) -> str:
    return str(desk.get("/inbox").every("//a[@class='bell']/@aria-label")[0])


def read_at(office: Office, notice_id: str, login: str) -> list[object]:
    (person_id,) = office.town.ids(login)
    own = (notice_receipt.c.notice_id == notice_id) & (notice_receipt.c.person_id == person_id)
    row = office.town.read(lambda tx: tx.execute(select(notice_receipt).where(own)).one())
    return [row.read_at, row.cleared_at]


def test_the_bell_counts_what_is_unread(office: Office) -> None:
    desk = office.desk(OFFICER)
    desk.post("/messages/read")
    assert bell(desk) == "消息"

    a_message_of(office, OFFICER)
    a_message_of(office, OFFICER)

    assert bell(desk) == "消息，2 条未读"
    assert desk.get("/inbox").words("//a[@class='bell']") == "2"


def test_opening_a_message_leads_to_its_case_and_keeps_when_it_was_read(office: Office) -> None:
    desk, notice_id = office.desk(OFFICER), a_message_of(office, OFFICER)
    before = bell(desk)

    opened = desk.get(f"/messages/{notice_id}")

    assert opened.location == office.instance("prepare")
    assert read_at(office, notice_id, OFFICER) == [office.town.now, office.town.now]
    assert bell(desk) != before


def test_a_message_about_an_open_task_leads_to_the_task(office: Office) -> None:
    desk = office.desk(COLLEAGUE)
    links = desk.get("/messages?tab=unread").every("//a[contains(., '整理移送材料')]/@href")

    assert desk.get(links[0]).location in {
        office.task(name, "prepare_materials") for name in ("prepare", "ongoing")
    } | {office.task("ongoing", "stop_violation")}


def test_ticking_all_off_is_not_reading(office: Office) -> None:
    desk, notice_id = office.desk(OFFICER), a_message_of(office, OFFICER)

    page = desk.post("/messages/read")

    assert page.location == "/messages"
    assert read_at(office, notice_id, OFFICER) == [None, office.town.now]
    assert bell(desk) == "消息"
    assert "没有未读消息" in desk.get("/messages").words()
    assert "请看一下。" in desk.get("/messages?tab=all").words()


def test_messages_of_one_person_are_nobody_elses(office: Office) -> None:
    notice_id = a_message_of(office, OFFICER)

    asked = office.desk(LEADER).get(f"/messages/{notice_id}")

    assert asked.status == 404
    assert read_at(office, notice_id, OFFICER) == [None, None]


def test_messages_are_paged(office: Office) -> None:
    desk = office.desk(OFFICER)
    desk.post("/messages/read")
    for _ in range(25):
        a_message_of(office, OFFICER)

    first = desk.get("/messages")
    second = desk.get(first.every("//a[.='下一页']/@href")[0])
    again = desk.get(second.every("//a[.='上一页']/@href")[0])

    lines = "//ul[@class='msgs']/li//a/@href"
    assert [len(page.every(lines)) for page in (first, second)] == [20, 5]
    assert len({*first.every(lines), *second.every(lines)}) == 25
    assert again.every(lines) == first.every(lines)
    assert second.words("//nav[@aria-label='分页']") == "共 25 项 第一页上一页"
    assert desk.get("/messages?tab=nothing&after=-1").status == 200


def test_a_message_for_another_unit_is_opened_by_acting_for_it(office: Office) -> None:
    office.town.appoint(OFFICER, "shiqiao", "case_officer")
    case = office.town.refer(by="shiyifan.sq")
    desk = office.desk(OFFICER)
    (notice_id,) = {
        href.rsplit("/", 1)[1]
        for href in desk.get("/messages").every("//form[starts-with(@action, '/messages/')]/@action")
        if not href.endswith("/read")
    }
    turned_back = desk.get(f"/messages/{notice_id}")
    assert turned_back.location == "/messages?tab=all"
    assert read_at(office, notice_id, OFFICER)[0] is None

    desk.post(f"/messages/{notice_id}")
    opened = desk.get(f"/messages/{notice_id}")

    assert opened.location == f"/tasks/{case.task('prepare_materials')}"
    assert "石桥镇" in desk.get("/inbox").words("//summary")


def test_who_has_left_a_unit_no_longer_reads_what_it_was_told(office: Office) -> None:
    office.town.appoint(OFFICER, "shiqiao", "case_officer")
    office.town.refer(by="shiyifan.sq", case_title="石桥镇的事")
    desk = office.desk(OFFICER)
    assert "石桥镇的事" in desk.get("/messages").words()

    office.town.leave(OFFICER, "shiqiao", "case_officer")

    assert "石桥镇的事" not in desk.get("/messages?tab=all").words()


def test_text_of_a_case_is_shown_as_text(office: Office) -> None:
    case = office.case("prepare")
    office.town.write(
        lambda tx: notices.notify_people(
            tx, office.engine.transactions.context(tx), case.id, "comment", "qinghe", ["case_officer"], HOSTILE
        )
    )

    page = office.desk(OFFICER).get("/messages")

    assert HOSTILE in page.words()
    assert page.every("//main//script") == page.every("//main//img") == []


def test_who_signs_in_to_a_new_post_finds_what_is_still_open(office: Office) -> None:
    office.town.newcomer("new.qh", "qinghe", "case_officer")
    office.town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))

    desk = office.desk("new.qh")

    assert bell(desk).startswith("消息，")
    assert "整理移送材料" in desk.get("/messages").words()


# --- how to be told ---


def test_what_is_chosen_is_kept_and_shown(office: Office) -> None:
    desk = office.desk(OFFICER)
    chosen = {"handling_mail": "true", "email": "shenhe@example.gov.cn", "quiet_from": "22:00", "quiet_to": "07:30"}

    assert desk.post("/settings/notices", chosen).location == "/settings/notices"

    page = desk.get("/settings/notices")
    assert page.every("//input[@type='checkbox'][@checked][@name]/@name") == ["handling_mail"]
    assert page.every("//input[@name='email']/@value") == ["shenhe@example.gov.cn"]
    assert page.every("//input[@type='time']/@value") == ["22:00", "07:30"]
    assert office.desk(COLLEAGUE).get("/settings/notices").every("//input[@name='email']/@value") == [""]


def test_legal_notices_are_shown_as_chosen_and_cannot_be_switched_off(office: Office) -> None:
    desk = office.desk(OFFICER)

    page = desk.get("/settings/notices")
    boxes = page.every("//tr[contains(., '法定期限')]//input")
    desk.post("/settings/notices", {"legal_app": "false", "legal_mail": "false", "person_id": "x"})

    assert all("checked" in box.attrib and "disabled" in box.attrib and "name" not in box.attrib for box in boxes)
    assert len(boxes) == 2
    assert "不能关闭" in page.words()
    (person_id,) = office.town.ids(OFFICER)
    columns = office.town.read(lambda tx: tx.execute(select(notice_preference)).one())._mapping
    assert columns["person_id"] == person_id
    assert not [name for name in columns if "legal" in name]


def test_what_is_refused_stands_in_the_form_again_and_changes_nothing(office: Office) -> None:
    desk = office.desk(OFFICER)

    refused = desk.post("/settings/notices", {"email": "nobody", "quiet_from": "22:00", "info_mail": "true"})

    assert refused.status == 422
    assert refused.every("//input[@name='email']/@value") == ["nobody"]
    assert "完整的邮箱地址" in refused.problem_at("email")
    assert "同时填写" in refused.problem_at("quiet_from")
    assert office.town.read(lambda tx: tx.execute(select(notice_preference)).all()) == []


def test_a_page_says_honestly_that_no_mail_is_sent(office: Office) -> None:
    assert "现在不发邮件" in office.desk(OFFICER).get("/settings/notices").words()
    assert "没有设置外部渠道" in office.desk(JUSTICE).get("/supervision/notices").words()


# --- oversight ---


@pytest.fixture
def mailing_office(office: Office) -> Office:
    """The office with a mail server that cannot be reached."""
    settings = replace(office.town.settings, smtp_url=f"smtp://{HOST}:{free_port()}", mail_from="a@example.gov.cn")
    office.town.close()
    town = Town(settings).asleep_until(office.town.now.isoformat())
    office.town, office.app = town, create_app(town.engine, trusted_hosts=["localhost"])
    (person_id,) = town.ids(LEADER)
    town.write(lambda tx: tx.execute(update(person).where(person.c.id == person_id).values(email="l@example.gov.cn")))
    return office


def test_oversight_sees_whom_a_legal_notice_reached_and_why_it_did_not(mailing_office: Office) -> None:
    office = mailing_office
    office.town.at("2026-10-11T00:00")
    office.engine.delivery.deliver("mail")

    log = office.desk(JUSTICE).get(office.instance("approve")).words("//section[@id='log']")
    theirs = office.desk(OFFICER).get(office.instance("approve")).words("//section[@id='log']")

    assert "超期通知" in log
    assert "邮件重试中 1：连接被拒绝，对方没有开启服务。" in log
    assert "已读 0" in log
    assert "收件人" not in theirs
    assert "超期通知" not in theirs


def test_oversight_sees_what_did_not_go_out(mailing_office: Office) -> None:
    office = mailing_office
    office.town.at("2026-10-11T00:00")
    office.engine.delivery.deliver("mail")
    office.town.clock.advance(days=4)
    office.engine.delivery.deliver("mail")

    shown = office.desk(JUSTICE).get("/supervision/notices").words()

    assert "已放弃" in shown
    assert "l@example.gov.cn" in shown
    assert "条通知没有发出" in office.desk(JUSTICE).get("/supervision").words()


@pytest.fixture
def undelivered(mailing_office: Office) -> Office:
    """Mails were given up; their server still cannot be reached."""
    mailing_office.town.at("2026-10-11T00:00")
    mailing_office.engine.delivery.deliver("mail")
    mailing_office.town.clock.advance(days=4)
    mailing_office.engine.delivery.deliver("mail")
    return mailing_office


def test_oversight_has_it_sent_again_and_a_second_click_changes_nothing(undelivered: Office) -> None:
    desk = undelivered.desk(JUSTICE)
    action, *others = desk.get("/supervision/notices").every("//tbody//form/@action")

    desk.post(action)
    shown = desk.get("/supervision/notices")
    desk.post(action)
    again = desk.get("/supervision/notices")

    assert "这条通知马上再发" in shown.words()
    assert "等待再发" in shown.words("//section[@id='troubles']")
    assert "程予要求再发" in shown.words("//section[@id='troubles']")
    assert shown.every("//tbody//form/@action") == others
    assert "这条通知正在等着发，不用再点。" in again.words()
    assert again.words("//section[@id='troubles']").count("要求再发") == 1


def test_a_system_administrator_finds_what_was_not_sent_and_reads_no_case(undelivered: Office) -> None:
    undelivered.town.newcomer("admin.sq", "shiqiao", "system_admin")
    undelivered.town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))
    desk = undelivered.desk("admin.sq")

    links = desk.get("/inbox").every("//details[@class='acting']//a/@href")
    page = desk.get("/supervision/notices")

    assert "/supervision/notices" in links
    assert "l@example.gov.cn" in page.words()
    assert page.every("//section[@id='troubles']//a") == []
    assert desk.post("/supervision/notices/again").location == "/supervision/notices"
    assert "条通知马上再发" in desk.get("/supervision/notices").words()


def test_oversight_sees_the_items_of_supervision(office: Office) -> None:
    shown = office.desk(JUSTICE).get("/supervision").words("//section[@id='items']")

    assert "无证收集废铅蓄电池" in shown
    assert "受理告知期限" in shown
    assert "市生态环境局" in shown


def test_an_administrator_reads_of_a_fault_and_is_led_to_no_case(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = office.town
    town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))
    case = town.refer().submit()
    break_letters(monkeypatch)
    with pytest.raises(IncidentRaised):
        case.approve()
    desk = office.desk("anning.sf")

    page = desk.get("/messages")
    (link,) = page.every("//ul[@class='msgs']//a/@href")

    assert case.number in page.words("//ul[@class='msgs']")
    assert "废铅蓄电池" not in page.words("//ul[@class='msgs']")
    assert desk.get(link).location == "/messages?tab=all"
    assert desk.get("/messages").every("//ul[@class='msgs']//a/@href") == []
    assert desk.get("/messages?tab=all").every("//ul[@class='msgs']//a/@href") == [link]
    assert desk.get(f"/instances/{case.number}").status == 404


def test_whoever_is_an_administrator_besides_sees_the_notices_of_both(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = office.town
    town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))
    town.appoint("shenhe.qh", "qinghe", "system_admin")
    case = town.refer().submit()
    break_letters(monkeypatch)
    with pytest.raises(IncidentRaised):
        case.approve()

    words = office.desk("shenhe.qh").get("/messages").words("//ul[@class='msgs']")

    assert "系统故障" in words
    assert "故障停办" in words
