"""A notice as it is sent outside: what it says, as a mail and as JSON. Pure: what is sent is text, never markup."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from engine.clock import local
from engine.notices.kinds import HEADS, group_of, name_of

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
SUBJECT_LENGTH = 120
KEEP_THIS = (
    "这是联办记录的每日封存，请原样保存。以后核对：把上面这一行（或几天的邮件、消息的全文）存成文本文件，"
    "运行 lianban verify-audit --heads 文件；以前的记录被删除、改写过的，会与它不一致。"
)


@dataclass(frozen=True)
class Message:
    """One thing to send. `id` is the same for every attempt; `address` and `to_name` are empty unless it is mail.

    `number` and `title` are empty when it belongs to no case.
    """

    id: str
    kind: str
    number: str
    title: str
    unit_code: str
    unit_name: str
    roles: tuple[str, ...]
    text: str
    step: str
    due_at: datetime | None
    last_moment: str
    rule: str
    basis: str
    made_at: datetime
    link: str
    to_name: str = ""
    address: str = ""


def one_line(text: str) -> str:
    """The text without line ends and other control characters: no header can be smuggled in with it."""
    return _CONTROL.sub(" ", text).strip()


def subject_of(message: Message) -> str:
    case = f"{message.number} {message.title}：" if message.number else ""
    words = one_line(f"【{name_of(message.kind)}】{case}{message.step or message.text}")
    return words if len(words) <= SUBJECT_LENGTH else words[: SUBJECT_LENGTH - 1] + "…"


def lines_of(message: Message) -> list[str]:
    """The message in lines of plain text: what, which instance and step, until when, on what ground, and where.

    The head of a day's record comes with what it is good for instead.
    """
    if message.kind == HEADS:
        return [one_line(message.text), "", KEEP_THIS]
    entries = [
        ("办件", f"{message.number} {message.title}".strip()),
        ("环节", message.step),
        ("单位", message.unit_name),
        ("届满", message.last_moment),
        ("依据", f"{message.basis}（{message.rule}）" if message.basis else message.rule),
        ("时间", f"{local(message.made_at):%Y-%m-%d %H:%M}"),
        ("打开", message.link or "请登录联办，在“消息”里打开。"),
    ]
    return [one_line(message.text), "", *(f"{name}：{one_line(words)}" for name, words in entries if words)]


def as_mail(message: Message, sender: Address, reply_to: Address | None) -> EmailMessage:
    """The mail. Its Message-ID is the message's own, so that a repeat can be recognised as one."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = Address(display_name=one_line(message.to_name), addr_spec=message.address)
    if reply_to is not None:
        mail["Reply-To"] = reply_to
    mail["Subject"] = subject_of(message)
    mail["Message-ID"] = f"<{message.id}@{sender.domain}>"
    mail["Date"] = format_datetime(local(message.made_at))
    mail["Auto-Submitted"] = "auto-generated"
    if message.number:
        mail["X-Lianban-Instance"] = one_line(message.number)
    mail.set_content(
        "\n".join([*lines_of(message), "", "本邮件由联办自动发出。同一通知可能重发，编号相同的是同一件。"])
    )
    return mail


def as_json(message: Message) -> bytes:
    """The body that a webhook receives, UTF-8; the same bytes for every attempt."""
    content = {
        "id": message.id,
        "kind": message.kind,
        "group": group_of(message.kind),
        "text": message.text,
        "instance": {"number": message.number, "title": message.title} if message.number else None,
        "unit": {"code": message.unit_code, "name": message.unit_name},
        "roles": list(message.roles),
        "step": message.step or None,
        "due_at": local(message.due_at).isoformat() if message.due_at else None,
        "rule": message.rule or None,
        "basis": message.basis or None,
        "made_at": local(message.made_at).isoformat(),
        "link": message.link or None,
    }
    return json.dumps(content, ensure_ascii=False).encode()


def last_moment_of(due_at: datetime, in_days: bool, provisional: bool) -> str:
    """10月13日 24:00 for a period in days (its end is the next midnight), 10月13日 16:30 for one in hours."""
    at = local(due_at)
    if in_days and at.hour == 0 and at.minute == 0:
        day = local(due_at - timedelta(days=1))
        return f"{day.month}月{day.day}日 24:00{'（暂定）' if provisional else ''}"
    return f"{at.month}月{at.day}日 {at:%H:%M}"
