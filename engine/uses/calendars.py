"""The working-day calendar of the installation: which years it knows, and another one that comes into force."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from engine.deadlines import year_files, years
from engine.deadlines.calendar import Calendar, load_calendar
from engine.deadlines.year_files import DayChange
from engine.errors import Refused
from engine.messages import Text
from engine.messages import gettext as _
from engine.runtime.step import audit
from engine.runtime.step.context import Context
from engine.uses.transactions import Transactions

CHAIN = "calendar"
"""The chain of the audit that says who has put which calendar into force."""


@dataclass(frozen=True)
class Import:
    """What a file makes of the calendar in force: the days that are counted otherwise, and what is unusual in it."""

    before: str
    after: str
    years: list[int]
    days: list[DayChange]
    doubts: list[Text]


class CalendarUses:
    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def in_force(self) -> Calendar:
        return self._transactions.read(lambda tx, context: context.calendar)

    def look(self, given: bytes) -> Import:
        """What importing the file would change. Raises Refused with what is wrong with it."""
        return self._transactions.read(lambda tx, context: _imported(tx, context, given)[0])

    def put(self, given: bytes, by: str, confirmed_by: str) -> Import:
        """The calendar with the years of the file is in force; every running instance follows it before its next step.

        `by` has entered it, `confirmed_by` has compared it with the notice; that takes two. Raises Refused.
        """
        by, confirmed_by = by.strip(), confirmed_by.strip()
        if not by or not confirmed_by or by == confirmed_by:
            raise Refused(
                _(
                    "One person enters a holiday arrangement and another one checks it. Use --by and --confirmed-by "
                    "to name two different people. Nothing was imported."
                )
            )

        def write(tx: Connection, context: Context) -> Import:
            found, content = _imported(tx, context, given)
            years.put(tx, content, f"{by}, {confirmed_by}", context.now)
            told = {
                "from": found.before,
                "to": found.after,
                "years": found.years,
                "by": by,
                "confirmed_by": confirmed_by,
                "days": [[change.date.isoformat(), change.before, change.after] for change in found.days],
            }
            audit.note(tx, CHAIN, context.now, "calendar_imported", told)
            return found

        return self._transactions.write(write)


def _imported(tx: Connection, context: Context, given: bytes) -> tuple[Import, bytes]:
    """What the file makes of the calendar in force, and the whole calendar then."""
    before = context.calendar
    content = year_files.merged(years.content(tx, before.version) or b"", given, context.now)
    after = load_calendar(content)
    changed = [year for year in sorted(after.years) if after.years[year] != before.years.get(year)]
    if not changed:
        raise Refused(_("The arrangement in the file is the same as the one in force. There is nothing to import."))
    days, doubts = year_files.changes(before, after), year_files.doubts(after, changed)
    return Import(before.version, after.version, changed, days, doubts), content
