"""A notice as it is sent outside: what it says, as a mail and as JSON. Pure: what is sent is text, never markup."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from engine.clock import local
from engine.messages import LANGUAGES, Text, When, pgettext
from engine.messages import gettext as _
from engine.notices.kinds import group_of, name_of
from engine.states import NoticeKind

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
SUBJECT_LENGTH = 120
KEEP_THIS = _(
    "This is the daily seal of Lianban's records. Keep it as it is. To check later, save the line above (or the whole "
    "text of several days' mails or messages) as a text file and run lianban verify-audit --heads FILE. If earlier "
    "records have been deleted or changed, they will not match it."
)
OPEN_HERE = _("Sign in to Lianban and open it in 'Messages'.")
SENT_BY_ITSELF = _(
    "Lianban sent this mail automatically. The same notice may be sent again; notices with the same number are the "
    "same."
)


@dataclass(frozen=True)
class Message:
    """One thing to send. `id` is the same for every attempt; `address` and `to_name` are empty unless it is mail.

    `number` and `title` are empty when it belongs to no case. `language` is the one in which it is read: the person's
    own, Chinese for machines and groups.
    """

    id: str
    kind: str
    number: str
    title: str
    unit_code: str
    unit_name: str
    roles: tuple[str, ...]
    text: Text
    step: Text
    due_at: datetime | None
    last_moment: Text
    rule: str
    basis: str
    made_at: datetime
    link: str
    to_name: str = ""
    address: str = ""
    language: str = LANGUAGES[0]


def one_line(text: str) -> str:
    """The text without line ends and other control characters: no header can be smuggled in with it."""
    return _CONTROL.sub(" ", text).strip()


def subject_of(message: Message) -> str:
    said, kind = message.step or message.text, name_of(message.kind)
    case = f"{message.number} {message.title}"
    found = (
        _("[%(kind)s] %(case)s: %(said)s", kind=kind, case=case, said=said)
        if message.number
        else _("[%(kind)s] %(said)s", kind=kind, said=said)
    )
    words = one_line(str(found))
    return words if len(words) <= SUBJECT_LENGTH else words[: SUBJECT_LENGTH - 1] + "…"


def lines_of(message: Message) -> list[str]:
    """The message in lines of plain text: what, which instance and step, until when, on what ground, and where.

    The head of a day's record comes with what it is good for instead.
    """
    if message.kind == NoticeKind.HEADS:
        return [one_line(str(message.text)), "", str(KEEP_THIS)]
    basis = _("%(basis)s (%(rule)s)", basis=message.basis, rule=message.rule) if message.basis else message.rule
    entries: list[tuple[Text, Text]] = [
        (pgettext("mail", "Case"), f"{message.number} {message.title}".strip()),
        (pgettext("mail", "Step"), message.step),
        (pgettext("mail", "Unit"), message.unit_name),
        (pgettext("mail", "Ends"), message.last_moment),
        (pgettext("mail", "Basis"), basis),
        (pgettext("mail", "Time"), When(message.made_at, "minute")),
        (pgettext("mail", "Open"), message.link or OPEN_HERE),
    ]
    lines = (_("%(name)s: %(words)s", name=name, words=one_line(str(words))) for name, words in entries if words)
    return [one_line(str(message.text)), "", *map(str, lines)]


def as_mail(message: Message, sender: Address, reply_to: Address | None) -> EmailMessage:
    """The mail, in the language that is spoken here.

    Its Message-ID is the message's own, so that a repeat can be recognised as one.
    """
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
    mail.set_content("\n".join([*lines_of(message), "", str(SENT_BY_ITSELF)]))
    return mail


def as_json(message: Message) -> bytes:
    """The body that a webhook receives, UTF-8; the same bytes for every attempt."""
    content = {
        "id": message.id,
        "kind": message.kind,
        "group": group_of(message.kind),
        "text": str(message.text),
        "instance": {"number": message.number, "title": message.title} if message.number else None,
        "unit": {"code": message.unit_code, "name": message.unit_name},
        "roles": list(message.roles),
        "step": str(message.step) or None,
        "due_at": local(message.due_at).isoformat() if message.due_at else None,
        "rule": message.rule or None,
        "basis": message.basis or None,
        "made_at": local(message.made_at).isoformat(),
        "link": message.link or None,
    }
    return json.dumps(content, ensure_ascii=False).encode()
