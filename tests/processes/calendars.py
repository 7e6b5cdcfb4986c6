"""Files as the office imports them into the calendar."""

from __future__ import annotations

import json

from tests.processes.town import Town
from tests.unit.builders import CALENDAR_FILE


def year_file(year: int, *changes: tuple[str, bool, str]) -> bytes:
    """The shipped days of a year with some of them changed: (day, off, name)."""
    entry = next(entry for entry in json.loads(CALENDAR_FILE.read_bytes())["years"] if entry["year"] == year)
    days = {day["date"]: day for day in entry["days"]}
    days |= {day: {"date": day, "off": off, "name": name} for day, off, name in changes}
    return json.dumps({**entry, "status": "official", "days": list(days.values())}).encode()


def bring(town: Town, year: int, *changes: tuple[str, bool, str]) -> None:
    """Another arrangement of the year is in force; no worker has looked since."""
    town.act(lambda engine: engine.calendars.put(year_file(year, *changes), "陈编办", "程司法"))
