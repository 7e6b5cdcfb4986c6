"""What goes outside: at least once under an id that stays, later when it must, and never at the cost of a step."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.db.tables import notice
from engine.db.tables import outbox as rows_to_send
from engine.errors import SettingsError
from engine.notices import outbox as sending
from engine.notices.channels import read_channels
from engine.notices.network import Unreachable
from engine.notices.outbox import DELAYS, LEASE, LIFETIME
from engine.reports.parts.filters import Filters
from engine.settings import Settings
from tests.notices.conftest import SECRET, Towns
from tests.notices.people import sendings, with_mail
from tests.notices.receivers import HOST, Hanging, Hook, Mailbox, free_port, mail_server
from tests.notices.test_messages import a_message
from tests.processes.town import MORNING, Town, at
from tests.said import kept

OFFICER, LIAISON = "shenhe.qh", "linxiaoman.qh"
REMINDED = "2026-10-09T09:00"


def reminded(town: Town, *logins: str) -> str:
    """A case whose officer is to be reminded, and is now. Returns its number."""
    with_mail(town, *logins)
    case = town.refer(at=MORNING, case_title="未批先建废塑料清洗线")
    town.at(REMINDED)
    return case.number


# --- mail ---


def test_r55_a_reminder_goes_by_mail_with_case_step_last_moment_ground_and_link(
    open_town_on_each_database: Towns, mailbox: Mailbox
) -> None:
    town = open_town_on_each_database(smtp_url=mailbox.url, mail_reply_to="bangongshi@example.gov.cn")
    number = reminded(town, OFFICER)

    assert town.engine.delivery.deliver("mail") == 1

    (mail,) = mailbox.mails
    (row,) = sendings(town)
    text = mail.get_content()
    assert mail["To"] == "沈禾 <shenhe.qh@example.gov.cn>"
    assert mail["From"] == "联办 <lianban@example.gov.cn>"
    assert mail["Reply-To"] == "bangongshi@example.gov.cn"
    assert mail["Message-ID"] == f"<{row.id}@example.gov.cn>"
    assert mail["Subject"] == f"【期限提醒】{number} 未批先建废塑料清洗线：整理移送材料"
    assert "10月10日 24:00" in text
    assert "R55" in text
    assert f"https://lianban.example.gov.cn/messages/{row.notice_id}" in text
    assert (row.status, row.attempts, row.sent_at) == ("sent", 1, at(REMINDED))
    assert town.engine.delivery.deliver("mail") == 0


def test_without_a_mail_server_nothing_waits_to_be_mailed(open_town: Towns) -> None:
    town = open_town()

    reminded(town, OFFICER)

    assert sendings(town) == []


def test_who_has_no_address_is_told_in_the_pages_only(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(smtp_url=mailbox.url)

    reminded(town)

    assert sendings(town) == []


def test_a_step_that_is_rolled_back_mails_nothing(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(smtp_url=mailbox.url)
    with_mail(town, OFFICER)
    case = town.refer(at=MORNING)
    town.asleep_until(REMINDED)

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr("engine.runtime.step.audit.append", fail)
        with pytest.raises(KeyboardInterrupt):
            town.tick()

    assert sendings(town) == []
    assert case.notices("remind") == []


# --- a server that does not answer ---


def test_a_mail_server_that_hangs_delays_no_step_and_no_other_channel(
    open_town: Towns, hanging: Hanging, hook: Hook
) -> None:
    town = open_town(smtp_url=f"smtp://{HOST}:{hanging.port}", webhook_url=hook.url, send_timeout_seconds=20)
    reminded(town, OFFICER)
    stuck = threading.Thread(target=town.engine.delivery.deliver, args=["mail"])
    stuck.start()
    assert hanging.called.wait(20)

    case = town.refer()
    sent = town.engine.delivery.deliver("webhook")

    assert stuck.is_alive(), "the mail server still hangs"
    assert case.waiting == {"prepare_materials": 1}
    assert sent == len(hook.posts) > 0
    hanging.close()
    stuck.join(20)
    assert not stuck.is_alive()


def test_a_server_that_hangs_is_left_and_tried_again(open_town: Towns, hanging: Hanging) -> None:
    town = open_town(smtp_url=f"smtp://{HOST}:{hanging.port}", send_timeout_seconds=0.1)
    reminded(town, OFFICER)

    assert town.engine.delivery.deliver("mail") == 0

    (row,) = sendings(town)
    assert (row.status, kept(row.reason)) == ("failed", "邮件服务器没有应答，或中断了连接。")
    assert row.next_try_at == at(REMINDED) + DELAYS[0]


@pytest.mark.parametrize("kind", ["mail", "webhook"])
def test_a_server_that_drips_is_cut_off(open_town: Towns, kind: str) -> None:
    """Each sign comes in time, the answer never does."""
    dripping = Hanging(drip=b"2")
    mail = {"smtp_url": f"smtp://{HOST}:{dripping.port}"}
    web = {"webhook_url": f"http://{HOST}:{dripping.port}/"}
    town = open_town(send_timeout_seconds=0.2, **(mail if kind == "mail" else web))
    reminded(town, OFFICER)

    assert town.engine.delivery.deliver(kind) == 0

    dripping.close()
    assert {row.status for row in sendings(town, kind)} == {"failed"}


def test_an_unreachable_server_is_tried_again_after_longer_and_longer_and_then_given_up(open_town: Towns) -> None:
    """Nothing is lost: the message can be seen as not delivered, and the notice is in the pages."""
    town = open_town(smtp_url=f"smtp://{HOST}:{free_port()}")
    reminded(town, OFFICER)
    tried = []
    while (row := sendings(town)[0]).status in ("waiting", "failed"):
        town.asleep_until(row.next_try_at.isoformat())
        tried.append(town.now - at(REMINDED))
        town.engine.delivery.deliver("mail")

    waits = [later - earlier for earlier, later in itertools.pairwise(tried)]
    assert waits[:5] == [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360)]
    assert tried[-1] <= LIFETIME
    assert tried[-1] + waits[-1] > LIFETIME
    assert (row.status, row.attempts, kept(row.reason)) == ("given_up", len(tried), "连接被拒绝，对方没有开启服务。")
    supervisor = town.person("zhuangmingzhe.jd")
    (state,), (trouble,) = town.engine.notices.states(supervisor)
    assert (str(state.name), state.given_up, state.sent) == ("邮件", 1, 0)
    assert (trouble.to, trouble.status, trouble.attempts) == ("沈禾", "given_up", len(tried))
    assert town.engine.oversight.supervision(supervisor, Filters()).undelivered == 1


def test_what_waits_for_an_unreachable_server_goes_when_it_is_back(open_town: Towns) -> None:
    port = free_port()
    town = open_town(smtp_url=f"smtp://{HOST}:{port}")
    reminded(town, OFFICER, "miaoqing.qh")
    town.engine.delivery.deliver("mail")
    assert Counter(row.status for row in sendings(town)) == {"failed": 2}
    town.asleep_until("2026-10-09T09:01")

    mailbox = Mailbox()
    with mail_server(mailbox, port):
        town.engine.delivery.deliver("mail")

    assert Counter(row.status for row in sendings(town)) == {"sent": 2}
    assert len(mailbox.mails) == 2


def test_one_recipient_who_is_refused_for_good_holds_up_nobody(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(smtp_url=mailbox.url)
    mailbox.answer = lambda address: "550 No such user" if address.startswith("shenhe") else "250 OK"
    reminded(town, OFFICER, "miaoqing.qh")

    assert town.engine.delivery.deliver("mail") == 1

    rows = {row.address: (row.status, kept(row.reason)) for row in sendings(town)}
    assert rows["shenhe.qh@example.gov.cn"] == ("given_up", "收件地址被拒收（550 No such user）。")
    assert rows["miaoqing.qh@example.gov.cn"] == ("sent", "")


def test_a_recipient_who_is_refused_for_now_is_tried_again(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(smtp_url=mailbox.url)
    mailbox.answer = lambda address: "451 Greylisted"
    reminded(town, OFFICER)
    town.engine.delivery.deliver("mail")
    mailbox.answer = lambda address: "250 OK"

    town.asleep_until("2026-10-09T09:01")

    assert town.engine.delivery.deliver("mail") == 1
    assert sendings(town)[0].attempts == 2


# --- at least once ---


def test_a_process_killed_between_sending_and_writing_it_down_sends_again_under_the_same_id(
    open_town_on_each_database: Towns, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = open_town_on_each_database(smtp_url=mailbox.url)
    reminded(town, OFFICER)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as death:
        death.setattr(sending, "sent", killed)
        with pytest.raises(KeyboardInterrupt):
            town.engine.delivery.deliver("mail")
    heir = town.another_engine()
    assert heir.delivery.deliver("mail") == 0, "the lease of the dead still holds"

    town.clock.advance(seconds=LEASE.total_seconds())

    assert heir.delivery.deliver("mail") == 1
    assert len(mailbox.mails) == 2
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1
    assert sendings(town)[0].status == "sent"


def test_two_workers_at_once_send_each_message_once(open_town_on_each_database: Towns, mailbox: Mailbox) -> None:
    town = open_town_on_each_database(smtp_url=mailbox.url, send_timeout_seconds=10)
    with_mail(town, OFFICER, "miaoqing.qh")
    for _ in range(6):
        town.refer(at=MORNING)
    town.at(REMINDED)
    engines = [town.another_engine(), town.another_engine()]
    barrier, counts = threading.Barrier(2), []

    def work(engine: object) -> None:
        barrier.wait(20)
        counts.append(engine.delivery.deliver("mail"))  # type: ignore[attr-defined]

    threads = [threading.Thread(target=work, args=[engine]) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    ids = Counter(mail["Message-ID"] for mail in mailbox.mails)
    assert len(ids) == 12
    assert set(ids.values()) == {1}
    assert sum(counts) == 12


def test_a_lease_that_somebody_else_has_taken_over_cannot_be_failed(open_town: Towns, mailbox: Mailbox) -> None:
    """The slow first sender must not put back what the second one is sending."""
    town = open_town(smtp_url=mailbox.url)
    reminded(town, OFFICER)
    first = town.write(lambda tx: sending.lease(tx, "mail", town.now))
    town.clock.advance(seconds=LEASE.total_seconds())
    second = town.write(lambda tx: sending.lease(tx, "mail", town.now))
    assert first is not None
    assert second is not None

    town.write(lambda tx: sending.failed(tx, first, "too slow", town.now))

    (row,) = sendings(town)
    assert (row.status, row.lease) == ("waiting", second.lease)


def test_messages_of_a_channel_that_is_gone_are_given_up_in_time(open_town: Towns, mailbox: Mailbox) -> None:
    town = open_town(smtp_url=mailbox.url)
    reminded(town, OFFICER)
    without = open_town()
    without.asleep_until((at(REMINDED) + LIFETIME).isoformat())

    assert without.engine.delivery.sweep() == 1

    (row,) = sendings(without)
    assert (row.status, kept(row.reason)) == ("given_up", "这个通知渠道已经停用。")


def test_the_worker_looks_by_itself_and_stops_when_it_is_told_to(
    open_town: Towns, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.notices.delivery.LOOK_EVERY_SECONDS", 0.05)
    came = threading.Event()
    mailbox.answer = lambda address: came.set() or "250 OK"
    town = open_town(smtp_url=mailbox.url, send_timeout_seconds=10)
    reminded(town, OFFICER)

    town.engine.delivery.start()
    assert came.wait(20)
    town.engine.delivery.stop()

    assert [row.status for row in sendings(town)] == ["sent"]


def test_a_look_that_fails_is_logged_and_the_next_one_goes_on(
    open_town: Towns, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = open_town(smtp_url=mailbox.url)
    reminded(town, OFFICER)

    def broken(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as fault:
        fault.setattr("engine.notices.channels.as_mail", broken)
        assert town.engine.delivery.deliver("mail") == 0
    assert kept(sendings(town)[0].reason) == "系统内部错误（RuntimeError），详见服务日志。"
    town.later(minutes=1)

    assert town.engine.delivery.deliver("mail") == 1


# --- webhook ---


def test_a_webhook_gets_signed_json_that_the_receiver_can_verify(open_town_on_each_database: Towns, hook: Hook) -> None:
    town = open_town_on_each_database(webhook_url=hook.url)
    number = reminded(town)

    assert town.engine.delivery.deliver("webhook") == len(hook.posts) == 2

    opened, reminder = hook.posts
    timestamp = reminder.headers["X-Lianban-Timestamp"]
    expected = hmac.new(SECRET.encode(), timestamp.encode() + b"." + reminder.body, hashlib.sha256).hexdigest()
    assert reminder.headers["X-Lianban-Signature"] == f"sha256={expected}"
    assert timestamp == str(int(at(REMINDED).timestamp()))
    said = json.loads(reminder.body)
    assert said["id"] == reminder.headers["Idempotency-Key"]
    assert (said["kind"], said["group"], said["rule"]) == ("remind", "legal", "R55")
    assert said["instance"]["number"] == number
    assert said["unit"] == {"code": "qinghe", "name": "青河镇"}
    assert said["due_at"] == "2026-10-11T00:00:00+08:00"
    assert json.loads(opened.body)["kind"] == "task"


def test_a_webhook_that_fails_gets_the_same_body_under_the_same_id_again(open_town: Towns, hook: Hook) -> None:
    town = open_town(webhook_url=hook.url)
    town.refer(at=MORNING)
    hook.status = 503
    assert town.engine.delivery.deliver("webhook") == 0
    assert kept(sendings(town, "webhook")[0].reason) == "接收方回答 HTTP 503。"
    hook.status = 204
    town.later(minutes=1)

    assert town.engine.delivery.deliver("webhook") == 1

    first, second = hook.posts
    assert first.body == second.body
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.headers["X-Lianban-Timestamp"] != second.headers["X-Lianban-Timestamp"]


def test_a_webhook_follows_no_redirect(open_town: Towns, hook: Hook) -> None:
    town = open_town(webhook_url=hook.url)
    town.refer(at=MORNING)
    hook.status, hook.location = 302, hook.url.replace("/hook", "/elsewhere")

    assert town.engine.delivery.deliver("webhook") == 0

    assert [post.path for post in hook.posts] == ["/hook"]
    assert kept(sendings(town, "webhook")[0].reason) == "接收方回答 HTTP 302。不跟随重定向。"


# --- robots ---


def test_a_wecom_robot_gets_the_notices_of_its_unit(
    open_town: Towns, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apprise.plugins.wecombot.NotifyWeComBot.notify_url", hook.url + "?key={key}")
    town = open_town(robots="qinghe=wecombot://633a31f6-7f9c-4bc4-97a0-0ec1eefa5898 ecology=wecombot://another-key")
    (ours,) = (key for key, unit in town.engine.transactions.routes.robots if unit == "qinghe")
    number = reminded(town)

    assert town.engine.delivery.deliver(ours) == 2

    said = json.loads(hook.posts[-1].body)
    assert hook.posts[-1].path == "/hook?key=633a31f6-7f9c-4bc4-97a0-0ec1eefa5898"
    assert said["msgtype"] == "text"
    assert number in said["text"]["content"]
    assert all(sendings(town, key) == [] for key, unit in town.engine.transactions.routes.robots if unit == "ecology")


def test_what_is_told_to_one_colleague_is_not_said_in_a_group(open_town: Towns) -> None:
    """An opinion among colleagues is the unit's own; the robot may stand in a group of several units."""
    town = open_town(robots="wecombot://some-key", webhook_url="http://127.0.0.1:9/", webhook_secret="0123456789abcdef")
    case = town.refer(at=MORNING)
    case.claim("prepare_materials", "shenhe.qh")
    (asked,) = town.ids("qinruogu.qh")
    town.engine.handling.consult(town.person("shenhe.qh"), case.task("prepare_materials"), [asked], "对方会不会推？")
    ((robot, _),) = town.engine.transactions.routes.robots

    said = town.read(lambda tx: list(tx.execute(select(rows_to_send.c.channel, notice.c.text).join(notice))))
    assert [channel for channel, text in said if "对方会不会推" in text] == ["webhook"]
    assert robot in {channel for channel, _ in said}, "what a post is asked is said there"


def test_a_dingtalk_robot_is_signed_with_its_secret(
    open_town: Towns, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apprise.plugins.dingtalk.NotifyDingTalk.notify_url", hook.url + "?access_token={token}")
    town = open_town(robots="dingtalk://SECabc123@token456")
    ((key, unit),) = town.engine.transactions.routes.robots
    town.refer(at=MORNING)

    assert town.engine.delivery.deliver(key) == 1

    (post,) = hook.posts
    assert unit is None
    assert "access_token=token456&timestamp=" in post.path
    assert "&sign=" in post.path


def test_a_robot_that_refuses_with_http_200_has_not_been_told(
    open_town: Towns, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apprise.plugins.wecombot.NotifyWeComBot.notify_url", hook.url + "?key={key}")
    hook.said = b'{"errcode": 45009, "errmsg": "api freq out of limit"}'
    town = open_town(robots="wecombot://some-key")
    ((key, _),) = town.engine.transactions.routes.robots
    town.refer(at=MORNING)

    assert town.engine.delivery.deliver(key) == 0

    (row,) = sendings(town, key)
    assert (row.status, kept(row.reason)) == ("failed", "对方没有接受（45009 api freq out of limit）。")


# --- settings ---


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        ({"smtp_url": "http://mail.example.gov.cn", "mail_from": "a@b.cn"}, "LIANBAN_SMTP_URL"),
        ({"smtp_url": "smtp://mail.example.gov.cn"}, "LIANBAN_MAIL_FROM"),
        ({"smtp_url": "smtp://mail.example.gov.cn", "mail_from": "nobody"}, "LIANBAN_MAIL_FROM"),
        ({"smtp_url": "smtp://mail.example.gov.cn", "mail_from": "a@b.cn\nBcc: c@d.cn"}, "LIANBAN_MAIL_FROM"),
        ({"webhook_url": "file:///etc/passwd", "webhook_secret": SECRET}, "LIANBAN_WEBHOOK_URL"),
        ({"webhook_url": "https://example.gov.cn/", "webhook_secret": "short"}, "LIANBAN_WEBHOOK_SECRET"),
        ({"smtp_url": "smtp://mail.example.gov.cn", "mail_from": "a@b.cn,c@d.cn"}, "LIANBAN_MAIL_FROM"),
        ({"smtp_url": "smtp://mail.example.gov.cn:99999", "mail_from": "a@b.cn"}, "LIANBAN_SMTP_URL"),
        ({"base_url": "https://[bad"}, "LIANBAN_BASE_URL"),
        ({"robots": "wecombot://"}, "LIANBAN_ROBOTS"),
        ({"robots": "json://example.gov.cn"}, "LIANBAN_ROBOTS"),
        ({"base_url": "lianban.example.gov.cn"}, "LIANBAN_BASE_URL"),
    ],
)
def test_a_channel_that_is_set_wrongly_stops_the_start_with_a_sentence(
    open_town: Towns, chosen: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError, match=named):
        open_town(**{"mail_from": "", "webhook_secret": "", **chosen}).engine  # noqa: B018


@pytest.mark.parametrize("setting", ["webhook_url", "heads_to"])
@pytest.mark.parametrize(
    "url",
    [
        "https://[bad/x", "https://example.gov.cn:99999/x", "https://example.gov.cn:abc/x", "https://example.gov.cn:0/x",
        "https://:pw@example.gov.cn/x", "https://@example.gov.cn/x", "https://example.gov.cn/封存",
        "https://example.gov.cn/x?y=封存", "https://a..b/x",
    ],
)  # fmt: skip
def test_a_receiver_that_could_never_be_called_stops_the_start_with_a_sentence(
    open_town: Towns, setting: str, url: str
) -> None:
    with pytest.raises(SettingsError, match=f"LIANBAN_{setting.upper()} 应当是 https://主机/路径"):
        open_town(**{setting: url, "webhook_secret": SECRET}).engine  # noqa: B018


def test_secrets_are_in_no_description_of_the_settings() -> None:
    settings = Settings(smtp_url="smtp://u:hidden@h", webhook_secret="hidden", robots="wecombot://hidden")

    assert "hidden" not in repr(settings)


def test_a_password_never_goes_to_another_machine_unencrypted(
    monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox
) -> None:
    monkeypatch.setattr("engine.notices.channels._is_this_machine", lambda host: False)
    url = mailbox.url.replace("//", "//user:password@")
    channel = read_channels(Settings(smtp_url=url, mail_from="a@example.gov.cn"), lambda: at(MORNING))["mail"]

    with pytest.raises(Unreachable, match="没有向它发送账号和密码"):
        channel.send(a_message(address="b@example.gov.cn"))
    assert mailbox.mails == []
