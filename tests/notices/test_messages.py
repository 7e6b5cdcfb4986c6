"""What a message says, and that no text of a case can make it say anything else."""

from __future__ import annotations

import json
from dataclasses import replace
from email import message_from_bytes, policy
from email.headerregistry import Address

import pytest

from engine.deadlines.standing import last_moment_of
from engine.notices.message import Message, as_json, as_mail, subject_of
from engine.notices.robots import read_robots
from tests.processes.town import at

SENDER = Address("联办", "lianban", "example.gov.cn")
HOSTILE = [
    "移送\r\nBcc: evil@example.com",
    "移送\nX: y",
    "移送\x00\x0b\x85\u2028终",
    "=?utf-8?b?QmNjOg==?=",
    "<script>",
]


def a_message(**given: str) -> Message:
    message = Message(
        id="0123456789abcdef",
        kind="remind",
        number="YS-2026-0001",
        title="未批先建废塑料清洗线",
        unit_code="qinghe",
        unit_name="青河镇",
        roles=("case_officer",),
        text="移送期限将于 10月10日 24:00 届满，请抓紧办理。",
        step="整理移送材料",
        due_at=at("2026-10-11T00:00"),
        last_moment="10月10日 24:00",
        rule="R55",
        basis="应在3个工作日内移送有管辖权的一方处理",
        made_at=at("2026-10-09T09:00"),
        link="",
        to_name="沈禾",
        address="shenhe@example.gov.cn",
    )
    return replace(message, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("part", ["title", "step", "number", "to_name", "text"])
def test_no_text_of_a_case_adds_a_header_or_a_recipient(part: str, text: str) -> None:
    plain = as_mail(a_message(), SENDER, None)

    mail = as_mail(a_message(**{part: text}), SENDER, None)

    read = message_from_bytes(mail.as_bytes(), policy=policy.default)
    assert read.keys() == plain.keys()
    assert [address.addr_spec for address in read["To"].addresses] == ["shenhe@example.gov.cn"]


def test_a_mail_is_plain_text_whatever_the_case_says() -> None:
    mail = as_mail(a_message(text="<script>alert(1)</script>"), SENDER, None)

    assert mail.get_content_type() == "text/plain"
    assert not mail.is_multipart()


def test_a_long_subject_is_cut_and_says_so() -> None:
    subject = subject_of(a_message(title="长" * 300))

    assert len(subject) == 120
    assert subject.endswith("…")


def test_a_mail_without_a_link_says_where_to_look() -> None:
    assert "请登录联办" in as_mail(a_message(), SENDER, None).get_content()


def test_the_json_of_a_message_is_the_same_for_every_attempt() -> None:
    assert as_json(a_message()) == as_json(a_message())
    assert json.loads(as_json(a_message(text='"}, {"')))["text"] == '"}, {"'


@pytest.mark.parametrize(
    ("due_at", "in_days", "provisional", "said"),
    [
        ("2026-10-11T00:00", True, False, "10月10日 24:00"),
        ("2027-01-05T00:00", True, True, "1月4日 24:00（暂定）"),
        ("2026-10-10T17:30", True, False, "10月10日 17:30"),
        ("2026-10-02T00:00", False, False, "10月2日 00:00"),
    ],
)
def test_the_last_moment_is_said_as_people_say_it(due_at: str, in_days: bool, provisional: bool, said: str) -> None:
    assert str(last_moment_of(at(due_at), in_days, provisional)) == said


def test_what_a_robot_says_is_no_longer_than_its_service_takes() -> None:
    (robot,) = read_robots("wecombot://some-key", 1)

    sent: list[str] = []
    object.__setattr__(robot, "request", lambda text: sent.append(text) or ("http://127.0.0.1:9/", {}))
    with pytest.raises(Exception, match="连接"):
        robot.send(a_message(text="长" * 3000))

    assert len(sent[0].encode()) <= 2048
    assert sent[0].endswith("…")
