"""Heads of the record that are kept elsewhere: in a file, a mail, a webhook's receiver; and what no longer fits them.

Whoever holds the key and the database can make a whole record that hangs together and never was. It cannot fit a line that
somebody else has kept. Every line is sealed, so that one that was copied wrongly is told from a record that was changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, insert, select

from engine.db.tables import audit_entry, audit_head, chain_head, notice, process_instance, unit
from engine.documents.whole_files import UNFINISHED
from engine.errors import Refused
from engine.ids import new_id
from engine.messages import Text, in_chinese, sentences
from engine.messages import gettext as _
from engine.notices import outbox
from engine.organisation import people
from engine.runtime.step import sealing
from engine.runtime.step.audit import Broken
from engine.runtime.step.context import Context
from engine.states import NoticeKind

DAYS = 31
"""As many closed days are sent and filed after a standstill; the last line vouches for all before it."""
TORN = _(
    "The seal here is not complete, so it was not checked. It may have been copied only in part, it may have been "
    "changed, or the power may have failed while it was written. Copy it again from the original."
)

_GAP = r"[\s>]+"
"""Between the words of a line: a mail that was quoted or broken into shorter lines is still the same."""
_HASH = r"([0-9a-f]{64})"
_END = r"(?![\w.])"
_SOON_HEX = rf"(?:(?!\S*(?:day|chain)\b)\S+{_GAP}){{0,2}}[0-9a-f]{{16}}"
"""Something of a hash or a seal, at most two words further, and before the next head."""
_START = re.compile(
    rf"(?<![\w.@/-])(?:day(?=[^\S\n]+\d|{_GAP}{_SOON_HEX})|chain(?=[^\S\n]+\S+[^\S\n]+\d|{_GAP}{_SOON_HEX}))"
)
"""Where a head begins. Other words of a mail (a nice day, a supply chain) have nothing like one behind them."""
_DAY = re.compile(
    _GAP.join(["day", r"(\d{4}-\d{2}-\d{2})", _HASH]) + rf"(?:{_GAP}(\d{{1,9}}){_GAP}(\d{{1,9}}){_GAP}{_HASH})?{_END}"
)
_MORE = re.compile(
    rf"{_GAP}(?:\d{{1,9}}(?![\w.:/、）)-])|{_SOON_HEX})|[^\S\n]+[0-9a-f]{{1,63}}(?!\w)",
)
"""What is left of counts and a seal behind a line that would else be one from before seals."""
_CHAIN = re.compile(_GAP.join(["chain", r"([\w.-]+)", r"(\d{1,9})", _HASH]) + rf"(?:{_GAP}{_HASH})?{_END}", re.ASCII)


@dataclass(frozen=True)
class Torn:
    """What begins like a head in this line of the text, and is not whole: it cannot be compared."""

    line: int


@dataclass(frozen=True)
class Head:
    """One line: the end of a day over all chains, or the end of one chain. `line` is where it stands in its text, from 1.

    `chains` is None for one chain, and for a line from before lines said so; `seal` is empty for a line from before seals.
    """

    line: int
    name: str
    day: date | None
    hashed: str
    chains: int | None
    entries: int | None
    seal: str

    @property
    def text(self) -> str:
        """What is sealed."""
        if self.day is None:
            return f"chain {self.name} {self.entries} {self.hashed}"
        return f"day {self.name} {self.hashed} {self.chains} {self.entries}"


# --- writing ---


def last_day(tx: Connection) -> date | None:
    """The day that was closed last; None before the first."""
    found: date | None = tx.scalar(select(func.max(audit_head.c.day)))
    return found


def last_days(tx: Connection) -> list[str]:
    """The lines of the days that were closed together last, oldest first: how all chains stood at the end of each.

    One on most nights, several after a standstill, the last month of them at most. None before the first.
    """
    last = select(audit_head.c.made_at).order_by(audit_head.c.day.desc()).limit(1).scalar_subquery()
    together = select(audit_head).where(audit_head.c.made_at == last).order_by(audit_head.c.day.desc()).limit(DAYS)
    rows = reversed(tx.execute(together).all())
    return [_sealed(tx, f"day {row.day} {row.hash} {row.chains} {row.entries}") for row in rows]


def heads(tx: Connection) -> list[str]:
    """A line for the last day that is over, and one for the end of every chain."""
    rows = tx.execute(select(chain_head).order_by(chain_head.c.chain))
    return [
        *last_days(tx)[-1:],
        *(_sealed(tx, f"chain {row.chain} {row.entries} {row.last_hash}") for row in rows),
    ]


def send_last_days(tx: Connection, context: Context) -> int:
    """The lines of the days that were just closed wait to be sent to every place that keeps heads, each by itself, since
    what a robot says is short. Returns how many messages that makes.

    The notice has no reader in the pages. It stands under the unit of a system administrator, or under any: it has to
    stand under one. A city that has no unit yet has nothing to keep.
    """
    holders = people.holders_anywhere(tx, "system_admin", context.now)
    unit_code = holders[0][1] if holders else tx.scalar(select(func.min(unit.c.code)))
    if unit_code is None or not context.routes.heads:
        return 0
    now, lines = context.now, last_days(tx)
    for line in lines:
        notice_id = new_id()
        about = {
            "kind": NoticeKind.HEADS,
            "step": in_chinese(_("Record of %(day)s", day=line.split()[1])),
            "text": line,
        }
        tx.execute(
            insert(notice).values(id=notice_id, unit_code=unit_code, roles=[], due_at=now, made_at=now, **about),
        )
        for channel in context.routes.heads:
            outbox.put(tx, notice_id, None, channel, now, now)
    return len(lines) * len(context.routes.heads)


def _sealed(tx: Connection, text: str) -> str:
    return f"{text} {sealing.keys_of(tx).seal('kept', text)}"


# --- comparing ---


def read(text: str) -> list[Head | Torn]:
    """Every head in the text, whatever stands around it: the file, or mails and webhooks' bodies pasted one after another.

    One that is not whole is among them, since leaving it out would look like a comparison; but one that is marked as torn
    by a power cut was never whole. Raises Refused for a text without any.
    """
    found = list(_read(text))
    if not found:
        raise Refused(
            _(
                "It contains no seal. It should be a file that lianban heads wrote, or the text of the mails or "
                "messages with the daily seals. Check the file."
            )
        )
    return found


def _read(text: str) -> Iterator[Head | Torn]:
    for start in _START.finditer(text):
        line = text.count("\n", 0, start.start()) + 1
        if (day := _DAY.match(text, start.start())) and (of := _as_day(day[1])) and (day[5] or not _more(day)):
            chains, entries = (int(day[3]), int(day[4])) if day[3] else (None, None)
            yield Head(line, day[1], of, day[2], chains, entries, day[5] or "")
        elif (chain := _CHAIN.match(text, start.start())) and (chain[4] or not _more(chain)):
            yield Head(line, chain[1], None, chain[3], None, int(chain[2]), chain[4] or "")
        elif not text[start.start() :].split("\n", 1)[0].rstrip().endswith(UNFINISHED.strip()):
            yield Torn(line)


def _more(found: re.Match[str]) -> re.Match[str] | None:
    return _MORE.match(found.string, found.end())


def _as_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def against(tx: Connection, kept: Sequence[Head | Torn]) -> list[Broken]:
    """What does not fit heads that were kept elsewhere: rewritten, cut off, or gone with everything that belongs to it."""
    return [found for head in kept if (found := _broken(tx, head))]


def _broken(tx: Connection, head: Head | Torn) -> Broken | None:
    if isinstance(head, Torn):
        return Broken(_("Line %(line)s of the file", line=head.line), 0, TORN)
    reason = _day_fault(tx, head, head.day) if head.day is not None else _chain_fault(tx, head)
    other_seal = head.seal and not sealing.keys_of(tx).fits("kept", head.text, head.seal)
    if not reason and not other_seal:
        return None
    words: Text
    if reason:
        words = sentences(
            _(
                "It does not match the seal kept elsewhere (line %(line)s of the file): %(reason)s",
                line=head.line,
                reason=reason,
            ),
            other_seal
            and _(
                "That line was not written with the present key. First check whether it was copied wrongly or the key "
                "was replaced."
            ),
        )
    else:
        words = _(
            "The hash of the seal kept elsewhere (line %(line)s of the file) matches, but its mark does not. Check "
            "whether its counts and mark were copied wrongly or changed, and whether the key was replaced.",
            line=head.line,
        )
    return Broken(_named(tx, head), head.entries or 0, words)


def _named(tx: Connection, head: Head) -> Text:
    """What the head is of, for people."""
    if head.day is not None:
        return _("Daily seal of %(day)s", day=head.name)
    return tx.scalar(select(process_instance.c.number).where(process_instance.c.id == head.name)) or head.name


def _day_fault(tx: Connection, head: Head, day: date) -> Text:
    row = tx.execute(select(audit_head).where(audit_head.c.day == day)).first()
    if row is not None and row.hash == head.hashed:
        return ""
    then = {"chains": head.chains, "entries": head.entries}
    if row is None and head.chains is None:
        return _("There is no seal of that day now. The record was deleted, or an older back-up was restored.")
    if row is None:
        return _(
            "There were %(chains)s chains and %(entries)s entries then, and there is no seal of that day now. The "
            "record was deleted, or an older back-up was restored.",
            **then,
        )
    now = {"now_chains": row.chains, "now_entries": row.entries}
    if head.chains is None:
        return _(
            "Up to that day there are now %(now_chains)s chains and %(now_entries)s entries. Earlier records were "
            "rewritten or deleted.",
            **now,
        )
    return _(
        "There were %(chains)s chains and %(entries)s entries then. Up to that day there are now %(now_chains)s "
        "chains and %(now_entries)s entries. Earlier records were rewritten or deleted.",
        **then,
        **now,
    )


def _chain_fault(tx: Connection, head: Head) -> Text:
    own = audit_entry.c.instance_id == head.name
    if tx.scalar(select(audit_entry.c.hash).where(own, audit_entry.c.sequence == head.entries)) == head.hashed:
        return ""
    left = tx.scalar(select(func.count()).where(own)) or 0
    if left < (head.entries or 0):
        if not left:
            return _("All records are missing.")
        return _(
            "There were %(entries)s entries then, and there are %(left)s now. Later entries were deleted.",
            entries=head.entries,
            left=left,
        )
    return _("This entry or an earlier one was rewritten.")
