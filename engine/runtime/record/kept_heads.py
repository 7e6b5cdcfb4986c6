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
from engine.notices import outbox
from engine.notices.kinds import HEADS
from engine.organisation import people
from engine.runtime.step import sealing
from engine.runtime.step.audit import Broken
from engine.runtime.step.context import Context

DAYS = 31
"""As many closed days are sent and filed after a standstill; the last line vouches for all before it."""
TORN = "这里的封存不完整，没有核对：可能没有复制全、改动过，或者写的时候断电。请从存着的原件重新复制。"

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
        about = {"kind": HEADS, "step": f"{line.split()[1]} 的记录", "text": line}
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
        raise Refused("里面没有封存：应当是 lianban heads 写的文件，或者每日封存邮件、推送的正文。请检查文件。")
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
        return Broken(f"文件第 {head.line} 行", 0, TORN)
    reason = _day_fault(tx, head, head.day) if head.day is not None else _chain_fault(tx, head)
    other_seal = head.seal and not sealing.keys_of(tx).fits("kept", head.text, head.seal)
    if not reason and not other_seal:
        return None
    if reason:
        words = f"与存在别处的封存（文件第 {head.line} 行）不一致：{reason}"
        words += "这一行不是用现在的密钥写的，请先核对有没有抄错、换过密钥。" if other_seal else ""
    else:
        words = (
            f"存在别处的封存（文件第 {head.line} 行）散列相符，印记不符："
            "请核对这一行的条数和印记有没有抄错、改动，有没有换过密钥。"
        )
    return Broken(_told(tx, head), head.entries or 0, words)


def _told(tx: Connection, head: Head) -> str:
    """What the head is of, for people."""
    if head.day is not None:
        return f"{head.name} 的每日封存"
    return tx.scalar(select(process_instance.c.number).where(process_instance.c.id == head.name)) or head.name


def _day_fault(tx: Connection, head: Head, day: date) -> str:
    row = tx.execute(select(audit_head).where(audit_head.c.day == day)).first()
    if row is not None and row.hash == head.hashed:
        return ""
    then = f"当时共有 {head.chains} 条记录链、{head.entries} 条记录，" if head.chains is not None else ""
    if row is None:
        return f"{then}现在没有这一天的封存，记录被删除过，或者恢复了更早的备份。"
    return f"{then}现在到那一天为止是 {row.chains} 条记录链、{row.entries} 条记录，以前的记录被改写或删除过。"


def _chain_fault(tx: Connection, head: Head) -> str:
    own = audit_entry.c.instance_id == head.name
    if tx.scalar(select(audit_entry.c.hash).where(own, audit_entry.c.sequence == head.entries)) == head.hashed:
        return ""
    left = tx.scalar(select(func.count()).where(own)) or 0
    if left < (head.entries or 0):
        return f"当时有 {head.entries} 条记录，现在只有 {left} 条，后面的被删除过。" if left else "全部记录不见了。"
    return "这一条或者它以前的被改写过。"
