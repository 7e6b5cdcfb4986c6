"""The file that says who there is in a city: units, people, posts and matters. Reading it finds every fault, each with its line.

Nothing here knows what is already installed: that is compared in `engine.uses.founding`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.messages import Text, When, listed, pgettext, sentences, words
from engine.messages import gettext as _
from engine.organisation import city_checks
from engine.organisation.accounts import instead
from engine.organisation.city_rows import CityFile, FaultyLine, MatterRow, PersonRow, PostRow, UnitRow
from engine.organisation.jurisdiction import Matter

REQUIRED = {
    "units": ("code", "name", "kind", "abbreviation"),
    "people": ("login", "name"),
    "posts": ("login", "unit", "role"),
    "matters": ("code", "title", "department", "enforcing_kind", "basis"),
}
OPTIONAL = {
    "units": ("full_name", "phone", "parent"),
    "people": ("email", "unit", "role", "from", "to"),
    "posts": ("from", "to"),
    "matters": ("empowered_at",),
}
CALLED = {
    "units": pgettext("city file", "unit"),
    "people": pgettext("city file", "person"),
    "posts": pgettext("city file", "post"),
    "matters": pgettext("city file", "matter"),
}
DATES = ("from", "to", "empowered_at")
_HEADER = re.compile(r"\s*\[\[\s*\"?([A-Za-z0-9_-]+)\"?\s*\]\]")
_KEY = re.compile(r"\s*[\"']?([^\s\"'=\[\]#]+)[\"']?\s*=")
_AT_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")


def read(content: bytes) -> CityFile:
    """Everything in the file that can be read, and all its faults in the order of lines."""
    found = CityFile()
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found.faults.append(
            FaultyLine(line, _("The file is not encoded as UTF-8. Save it as UTF-8 and run this again."))
        )
        return found
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found.faults.append(_not_toml(str(error), text))
        return found
    lines = _Lines(text)
    _read_rows(found, told, lines)
    city_checks.check_units(found)
    city_checks.check_people(found)
    city_checks.check_posts(found)
    city_checks.check_matters(found)
    found.faults.sort(key=lambda fault: fault.line)
    return found


def _not_toml(message: str, text: str) -> FaultyLine:
    where = _AT_LINE.search(message)
    line, column = (int(where[1]), int(where[2])) if where else (text.count("\n") + 1, 1)
    if "overwrite" in message or "twice" in message or "already" in message:
        return FaultyLine(line, _("The same name is written twice here. Remove one."))
    return FaultyLine(
        line,
        _(
            "From character %(column)s on, this cannot be read. Put texts in double quotation marks, write dates as "
            "2026-01-01 without quotation marks, and only one item on a line.",
            column=column,
        ),
    )


class _Lines:
    """On which line each table of the file begins, and each of its keys."""

    def __init__(self, text: str) -> None:
        self.tables: dict[tuple[str, int], int] = {}
        self.keys: dict[tuple[str, int, str], int] = {}
        self.top: dict[str, int] = {}
        counts: dict[str, int] = {}
        current: tuple[str, int] | None = None
        within = ""
        for number, line in enumerate(text.split("\n"), 1):
            if within:
                within = "" if within in line else within
                continue
            if header := _HEADER.match(line):
                name = header[1]
                current = (name, counts.get(name, 0))
                counts[name] = current[1] + 1
                self.tables[current] = number
                self.top.setdefault(name, number)
            elif key := _KEY.match(line):
                if current is None:
                    self.top.setdefault(key[1], number)
                else:
                    self.keys.setdefault((*current, key[1]), number)
            elif line.lstrip().startswith("["):
                self.top.setdefault(line.strip().strip("[] "), number)
                current = None
            for quotes in ('"""', "'''"):
                if line.count(quotes) % 2:
                    within = quotes

    def of(self, section: str, index: int, key: str = "") -> int:
        whole = self.tables.get((section, index), self.top.get(section, 1))
        return self.keys.get((section, index, key), whole)


def _read_rows(found: CityFile, told: Mapping[str, Any], lines: _Lines) -> None:
    for section in told:
        if section not in REQUIRED:
            known = listed(words(f"[[{name}]]", called) for name, called in CALLED.items())
            unknown = _("%(section)s is unknown.", section=section)
            hint = instead(section, REQUIRED) if len(section) > 2 else ""
            sentence = sentences(unknown, hint or _("You can write: %(names)s.", names=known))
            found.faults.append(FaultyLine(lines.top.get(section, 1), sentence))
    for section in ("units", "people", "posts", "matters"):
        rows = told.get(section, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            begins = _("Every %(thing)s has to begin with [[%(section)s]].", thing=CALLED[section], section=section)
            found.faults.append(FaultyLine(lines.top.get(section, 1), begins))
            continue
        for index, row in enumerate(rows):
            _read_row(found, section, row, _Where(lines, section, index))
    if not found.units and not found.faults:
        found.faults.append(
            FaultyLine(0, _("There is no unit in the file. 'lianban found --example' prints one to start from."))
        )


@dataclass(frozen=True)
class _Where:
    lines: _Lines
    section: str
    index: int

    def __call__(self, key: str = "") -> int:
        return self.lines.of(self.section, self.index, key)


def _read_row(found: CityFile, section: str, row: Mapping[str, Any], at: _Where) -> None:
    values: dict[str, Any] = {}
    known = (*REQUIRED[section], *OPTIONAL[section])
    sound = True
    for key, value in row.items():
        if key not in known:
            unknown = _("A %(thing)s has no %(key)s.", thing=CALLED[section], key=key)
            found.faults.append(FaultyLine(at(key), sentences(unknown, instead(key, known))))
            continue
        read_value, wrong = _date(value) if key in DATES else _text(value)
        if wrong:
            found.faults.append(FaultyLine(at(key), _("%(key)s: %(wrong)s", key=key, wrong=wrong)))
            sound = False
        values[key] = read_value
    for key in REQUIRED[section]:
        if key not in row:
            found.faults.append(
                FaultyLine(at(), _("This %(thing)s has no %(key)s. Add it.", thing=CALLED[section], key=key))
            )
            sound = False
    if section == "people" and ("unit" in row) != ("role" in row):
        found.faults.append(
            FaultyLine(at(), _("Write both unit and role, or neither. Posts can also be written in [[posts]]."))
        )
        sound = False
    if section == "people" and "unit" not in row and ("from" in row or "to" in row):
        found.faults.append(
            FaultyLine(at(), _("'from' and 'to' are the dates of a post. Write them with unit and role."))
        )
        sound = False
    if sound:
        _keep(found, section, values, at)


def _keep(found: CityFile, section: str, given: dict[str, Any], at: _Where) -> None:
    line = at()
    found.key_lines |= {(begins, key): at(key) for begins in (line, at("role")) for key in given}
    get = given.get
    match section:
        case "units":
            row = UnitRow(
                line, given["code"], given["name"], given["kind"], given["abbreviation"], get("full_name"), get("phone"),
                get("parent"),
            )  # fmt: skip
            found.units.append(row)
        case "people":
            found.people.append(PersonRow(line, given["login"], given["name"], get("email")))
            if "unit" in given:
                post = PostRow(at("role"), given["login"], given["unit"], given["role"], get("from"), get("to"))
                found.posts.append(post)
        case "posts":
            found.posts.append(PostRow(line, given["login"], given["unit"], given["role"], get("from"), get("to")))
        case "matters":
            own = (given["code"], given["title"], given["department"], given["enforcing_kind"])
            made = Matter(*own, get("empowered_at"), given["basis"])
            found.matters.append(MatterRow(line, made))


def _text(value: Any) -> tuple[str, Text]:
    if not isinstance(value, str):
        return "", _("This has to be a text in double quotation marks.")
    if not value.strip():
        return "", _("This is empty. If it is not needed, remove the line.")
    if not value.isprintable():
        return "", _("There is a character that cannot be shown, such as a line break. Remove it.")
    return (
        (value.strip(), "") if len(value) <= 500 else ("", _("This is too long. It can have at most 500 characters."))
    )


def _date(value: Any) -> tuple[date | None, Text]:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return None, _("'%(value)s' is not a date. Write it as in 2026-01-01.", value=value)
    if isinstance(value, datetime) or not isinstance(value, date):
        return None, _("This has to be a date, such as 2026-01-01, without a time.")
    return (
        (value, "")
        if 1990 <= value.year <= 2200
        else (None, _("%(date)s cannot be correct. Check the year.", date=When(value, "day")))
    )
