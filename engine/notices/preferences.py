"""How a person wants to be told: channels for each group that may be chosen, quiet hours, and the address for mail.

Notices of legal periods are not among the choices: they are always in the pages, and go by mail whenever there is an
address. Quiet hours hold mail back until they end; they never hold back what `delay` says cannot wait.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlalchemy import Connection, select, update

from engine.clock import SHANGHAI, local
from engine.db import stamp, upsert
from engine.db.tables import notice_preference, person
from engine.errors import InvalidValues
from engine.messages import Text
from engine.messages import gettext as _
from engine.notices.kinds import HANDLING, INFO, LEGAL, NEVER_QUIET, group_of
from engine.organisation.city_now import organisation

APP = "app"
"""The list and the counter in the pages; the other channel that a person may choose is `routes.MAIL`."""
CHOICES = ("handling_app", "handling_mail", "info_app", "info_mail")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


@dataclass(frozen=True)
class Preference:
    """`quiet_from` and `quiet_to` are minutes after midnight in Asia/Shanghai, both or neither."""

    handling_app: bool = True
    handling_mail: bool = False
    info_app: bool = True
    info_mail: bool = False
    quiet_from: int | None = None
    quiet_to: int | None = None
    email: str | None = None

    def wants(self, channel: str, kind: str) -> bool:
        """Whether a notice of this kind comes by this channel; mail needs an address besides."""
        group = group_of(kind)
        if group == LEGAL:
            return True
        assert group in (HANDLING, INFO)
        return bool(getattr(self, f"{group}_{channel}"))

    def as_sent(self) -> dict[str, str]:
        """The preference as a form sends it: what `read` reads."""
        chosen = {name: "true" for name in CHOICES if getattr(self, name)}
        times = {"quiet_from": _clock(self.quiet_from), "quiet_to": _clock(self.quiet_to)}
        return {"email": self.email or "", **times, **chosen}

    def is_quiet(self, at: datetime) -> bool:
        if self.quiet_from is None or self.quiet_to is None:
            return False
        minute = local(at).hour * 60 + local(at).minute
        if self.quiet_from < self.quiet_to:
            return self.quiet_from <= minute < self.quiet_to
        return minute >= self.quiet_from or minute < self.quiet_to

    def quiet_ends(self, at: datetime) -> datetime:
        """The first instant after `at` at which the quiet hours are over; `at` itself outside of them."""
        if not self.is_quiet(at) or self.quiet_to is None:
            return at
        here = local(at)
        end = datetime.combine(here.date(), time(self.quiet_to // 60, self.quiet_to % 60), SHANGHAI)
        return end if end > here else end + timedelta(days=1)


def not_before(preference: Preference, kind: str, now: datetime, due_at: datetime | None, in_hours: bool) -> datetime:
    """When a notice may go out to somebody: at the end of quiet hours, or now when it cannot wait for it.

    An overdue and what follows it never waits, nor does anything of a period in hours, nor a reminder that would come
    after the end it reminds of (`due_at`, the period's own due instant).
    """
    end = preference.quiet_ends(now)
    too_late = due_at is not None and end >= due_at
    return now if kind in NEVER_QUIET or in_hours or too_late else end


def of_people(tx: Connection, ids: Collection[str]) -> dict[str, Preference]:
    """Each person's preference; the default for those who have not chosen."""
    people, chosen = organisation(tx).people, stamp.content(tx, "preferences", _read_chosen)
    known = (person_id for person_id in ids if person_id in people)
    return {one: replace(chosen.get(one, Preference()), email=people[one].email) for one in known}


def _read_chosen(tx: Connection) -> Mapping[str, Preference]:
    """What those have chosen who have chosen anything, but for the address."""
    names = (*CHOICES, "quiet_from", "quiet_to")
    rows = tx.execute(select(notice_preference))
    return {row.person_id: Preference(**{name: getattr(row, name) for name in names}) for row in rows}


def read(sent: Mapping[str, str]) -> Preference:
    """What a person has chosen, as a form sends it. Raises InvalidValues with a sentence for each field.

    What the form cannot choose is not looked at: there is no way to say anything of legal notices.
    """
    problems: dict[str, Text] = {}
    email = sent.get("email", "").strip()
    if email and not is_address(email):
        problems["email"] = _("Give a complete mail address, such as zhangsan@example.gov.cn, or leave it empty.")
    starts, ends = sent.get("quiet_from", "").strip(), sent.get("quiet_to", "").strip()
    if bool(starts) != bool(ends):
        problems["quiet_from"] = _("Quiet hours need both a beginning and an end; leave both empty for none.")
    elif starts and (not _TIME.fullmatch(starts) or not _TIME.fullmatch(ends)):
        problems["quiet_from"] = _("Write times as in 22:00.")
    elif starts and starts == ends:
        problems["quiet_from"] = _("The beginning and the end cannot be the same.")
    if problems:
        raise InvalidValues(problems)
    return Preference(
        **{name: sent.get(name) == "true" for name in CHOICES},
        quiet_from=_minutes(starts),
        quiet_to=_minutes(ends),
        email=email or None,
    )


def is_address(text: str) -> bool:
    """Whether the text is one mail address of ASCII, and nothing else: no name, no second one, no line end."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def store(tx: Connection, person_id: str, chosen: Preference, now: datetime) -> None:
    """The person is told in this way from now on."""
    values = {name: getattr(chosen, name) for name in (*CHOICES, "quiet_from", "quiet_to")} | {"changed_at": now}
    upsert.put(tx, notice_preference, {"person_id": person_id}, values)
    tx.execute(update(person).where(person.c.id == person_id).values(email=chosen.email))


def _minutes(text: str) -> int | None:
    return int(text[:2]) * 60 + int(text[3:]) if text else None


def _clock(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"
