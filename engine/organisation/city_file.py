"""The file that says who there is in a city: units, people, posts and matters. Reading it finds every fault, each with its line.

Nothing here knows what is already installed: that is compared in `engine.uses.founding`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from engine.clock import midnight
from engine.organisation import accounts
from engine.organisation.accounts import instead
from engine.organisation.jurisdiction import Matter
from engine.organisation.people import ROLES
from engine.organisation.units import KINDS, WITHIN

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
CALLED = {"units": "单位", "people": "人员", "posts": "岗位", "matters": "事项"}
DATES = ("from", "to", "empowered_at")
_UNIT_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MATTER_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HEADER = re.compile(r"\s*\[\[\s*\"?([A-Za-z0-9_-]+)\"?\s*\]\]")
_KEY = re.compile(r"\s*[\"']?([^\s\"'=\[\]#]+)[\"']?\s*=")
_AT_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True)
class FaultyLine:
    """`line` is 0 for what is wrong with the file as a whole."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.sentence}" if self.line else self.sentence


@dataclass(frozen=True)
class UnitRow:
    line: int
    code: str
    name: str
    kind: str
    abbreviation: str
    full_name: str | None
    phone: str | None
    parent: str | None


@dataclass(frozen=True)
class PersonRow:
    line: int
    login: str
    name: str
    email: str | None


@dataclass(frozen=True)
class PostRow:
    """`first` and `last` are days on which the post is held; `first` is None for one that is held from the founding on."""

    line: int
    login: str
    unit: str
    role: str
    first: date | None
    last: date | None

    @property
    def valid_from(self) -> datetime | None:
        return midnight(self.first) if self.first else None

    @property
    def valid_to(self) -> datetime | None:
        return midnight(self.last + timedelta(days=1)) if self.last else None

    def overlaps(self, other: PostRow) -> bool:
        begins, ends = self.first or date.min, self.last or date.max
        return begins <= (other.last or date.max) and (other.first or date.min) <= ends

    def is_held_on(self, day: date) -> bool:
        return (self.first or date.min) <= day <= (self.last or date.max)


@dataclass(frozen=True)
class MatterRow:
    line: int
    matter: Matter


@dataclass
class CityFile:
    units: list[UnitRow] = field(default_factory=list)
    people: list[PersonRow] = field(default_factory=list)
    posts: list[PostRow] = field(default_factory=list)
    matters: list[MatterRow] = field(default_factory=list)
    faults: list[FaultyLine] = field(default_factory=list)
    key_lines: dict[tuple[int, str], int] = field(default_factory=dict)
    """(line on which a row begins, key) -> the line of the key."""

    def line_of(self, begins: int, key: str) -> int:
        """The line of the row's key, or that on which the row begins, when the key is not written."""
        return self.key_lines.get((begins, key), begins)

    def unit(self, code: str) -> UnitRow | None:
        return next((row for row in self.units if row.code == code), None)

    def acting_unit(self, code: str) -> str:
        """For which unit a post in this one acts: an internal body acts for its parent."""
        found = self.unit(code)
        return found.parent if found and found.kind in WITHIN and found.parent else code


def read(content: bytes) -> CityFile:
    """Everything in the file that can be read, and all its faults in the order of lines."""
    found = CityFile()
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found.faults.append(FaultyLine(line, "文件不是 UTF-8 编码，请另存为 UTF-8 再运行。"))
        return found
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found.faults.append(_not_toml(str(error), text))
        return found
    lines = _Lines(text)
    _read_rows(found, told, lines)
    _check_units(found)
    _check_people(found)
    _check_posts(found)
    _check_matters(found)
    found.faults.sort(key=lambda fault: fault.line)
    return found


def _not_toml(message: str, text: str) -> FaultyLine:
    where = _AT_LINE.search(message)
    line, column = (int(where[1]), int(where[2])) if where else (text.count("\n") + 1, 1)
    if "overwrite" in message or "twice" in message or "already" in message:
        return FaultyLine(line, "这里把同一个名字写了两次，请删去一个。")
    return FaultyLine(
        line, f"从第 {column} 个字符起看不懂。文字要用英文双引号括起来，日期写成 2026-01-01（不加引号），一行写一项。"
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
            known = "、".join(f"[[{name}]] {called}" for name, called in CALLED.items())
            hint = instead(section, REQUIRED) if len(section) > 2 else ""
            found.faults.append(
                FaultyLine(lines.top.get(section, 1), f"不认识 {section}。{hint or f'可以写：{known}。'}")
            )
    for section in ("units", "people", "posts", "matters"):
        rows = told.get(section, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            found.faults.append(
                FaultyLine(lines.top.get(section, 1), f"每个{CALLED[section]}都要用 [[{section}]] 开头。")
            )
            continue
        for index, row in enumerate(rows):
            _read_row(found, section, row, _Where(lines, section, index))
    if not found.units and not found.faults:
        found.faults.append(FaultyLine(0, "文件里一个单位都没有。lianban found --example 打印一份可以照着改的。"))


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
            found.faults.append(FaultyLine(at(key), f"{CALLED[section]}里没有 {key} 这一项。{instead(key, known)}"))
            continue
        read_value, wrong = _date(value) if key in DATES else _text(value)
        if wrong:
            found.faults.append(FaultyLine(at(key), f"{key}：{wrong}"))
            sound = False
        values[key] = read_value
    for key in REQUIRED[section]:
        if key not in row:
            found.faults.append(FaultyLine(at(), f"这个{CALLED[section]}缺少 {key}。"))
            sound = False
    if section == "people" and ("unit" in row) != ("role" in row):
        found.faults.append(FaultyLine(at(), "unit 和 role 要么都写，要么都不写（岗位另用 [[posts]] 写）。"))
        sound = False
    if section == "people" and "unit" not in row and ("from" in row or "to" in row):
        found.faults.append(FaultyLine(at(), "from、to 是任职的日期，要同 unit、role 写在一起。"))
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


def _text(value: Any) -> tuple[str, str]:
    if not isinstance(value, str):
        return "", "要写成文字，用英文双引号括起来。"
    if not value.strip():
        return "", "空着。不需要的就删去这一行。"
    if not value.isprintable():
        return "", "有不能显示的字符（如换行），请删去。"
    return (value.strip(), "") if len(value) <= 500 else ("", "太长，最多 500 个字。")


def _date(value: Any) -> tuple[date | None, str]:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return None, f"“{value}”不是日期，应写成 2026-01-01。"
    if isinstance(value, datetime) or not isinstance(value, date):
        return None, "要写成日期，如 2026-01-01，不写几点。"
    return (value, "") if 1990 <= value.year <= 2200 else (None, f"{value} 这个日期不对，请核对年份。")


# --- what does not fit together ---


def _once(found: CityFile, rows: Iterator[tuple[str, int]], what: str) -> None:
    seen: dict[str, int] = {}
    for name, line in rows:
        if name in seen:
            found.faults.append(FaultyLine(line, f"{what} {name} 与第 {seen[name]} 行的重复。"))
        seen.setdefault(name, line)


def _check_units(found: CityFile) -> None:
    at, outer = found.line_of, [row for row in found.units if row.kind not in WITHIN]
    _once(found, ((row.code, at(row.line, "code")) for row in found.units), "单位编码")
    _once(found, ((row.name, at(row.line, "name")) for row in outer), "单位名称")
    _once(found, ((row.abbreviation, at(row.line, "abbreviation")) for row in found.units), "机关代字")

    def wrong(row: UnitRow, key: str, sentence: str) -> None:
        found.faults.append(FaultyLine(at(row.line, key), f"{row.name}：{sentence}"))

    for row in found.units:
        if not _UNIT_CODE.fullmatch(row.code):
            wrong(row, "code", "code 由小写字母、数字和下划线组成，字母开头，最多 64 个字符。")
        if row.kind not in KINDS:
            listed = "、".join(f"{kind} {name}" for kind, name in KINDS.items())
            meant = instead(row.kind, KINDS) if len(KINDS) > 20 or row.kind else ""
            wrong(
                row,
                "kind",
                f"没有 {row.kind} 这类单位。{meant if meant.startswith('是不是') else f'可以写：{listed}。'}",
            )
        if len(row.abbreviation) > 16:
            wrong(row, "abbreviation", "abbreviation（机关代字）最多 16 个字。")
        if sentence := accounts.wrong_name(row.name):
            wrong(row, "name", sentence)
        parent = found.unit(row.parent) if row.parent else None
        if row.kind in WITHIN and row.parent is None:
            wrong(row, "kind", f"{KINDS[row.kind]}要用 parent 写明属于哪个单位。")
        elif row.kind in KINDS and row.kind not in WITHIN and row.parent is not None:
            wrong(row, "parent", f"{KINDS[row.kind]}不属于别的单位，请删去 parent。")
        elif row.parent is not None and parent is None:
            wrong(
                row,
                "parent",
                f"parent 写的 {row.parent} 不在文件里。{instead(row.parent, [one.code for one in found.units])}",
            )
        elif parent is not None and parent.kind in WITHIN:
            wrong(row, "parent", f"parent 写的{parent.name}自己属于别的单位，请写它的上级单位。")


def _check_people(found: CityFile) -> None:
    _once(found, ((row.login, found.line_of(row.line, "login")) for row in found.people), "账号")
    for row in found.people:
        for key, sentence in (
            ("login", accounts.wrong_login(row.login)),
            ("name", accounts.wrong_name(row.name)),
            ("email", accounts.wrong_email(row.email or "")),
        ):
            if sentence:
                found.faults.append(FaultyLine(found.line_of(row.line, key), f"{row.name}（{row.login}）：{sentence}"))
        if not any(post.login == row.login for post in found.posts):
            found.faults.append(
                FaultyLine(row.line, f"{row.name}（{row.login}）没有岗位，登录不了。请写 unit 和 role。")
            )


def _check_posts(found: CityFile) -> None:
    logins, codes = [row.login for row in found.people], [row.code for row in found.units]
    for number, row in enumerate(found.posts):

        def wrong(sentence: str, key: str = "", line: int = row.line) -> None:
            found.faults.append(FaultyLine(found.line_of(line, key), sentence))

        if row.login not in logins:
            wrong(f"账号 {row.login} 不在文件的 [[people]] 里。{instead(row.login, logins)}", "login")
        if row.unit not in codes:
            wrong(f"{row.login} 的单位 {row.unit} 不在文件里。{instead(row.unit, codes)}", "unit")
        if row.role not in ROLES:
            listed = "、".join(f"{role} {name}" for role, name in ROLES.items())
            meant = instead(row.role, ROLES)
            wrong(f"没有 {row.role} 这个岗位。{meant if meant.startswith('是不是') else f'可以写：{listed}。'}", "role")
        if row.first and row.last and row.last < row.first:
            wrong(f"{row.login} 的最后一天 {row.last} 早于第一天 {row.first}。", "to")
        for other in found.posts[:number]:
            if other.unit != row.unit or other.role != row.role or not row.overlaps(other):
                continue
            if other.login == row.login:
                wrong(f"{row.login} 的这个岗位与第 {other.line} 行的重复。")
            elif row.role == "principal_leader":
                wrong(
                    f"一个单位同时只有一位主要领导：第 {other.line} 行已经写了 {other.login}。前一位写上 to，后一位写上 from。"
                )


def _check_matters(found: CityFile) -> None:
    _once(found, ((row.matter.code, found.line_of(row.line, "code")) for row in found.matters), "事项编码")
    codes = [row.code for row in found.units]
    for row in found.matters:
        matter = row.matter

        def wrong(sentence: str, key: str, row: MatterRow = row) -> None:
            found.faults.append(FaultyLine(found.line_of(row.line, key), f"事项 {row.matter.code}：{sentence}"))

        if not _MATTER_CODE.fullmatch(matter.code):
            wrong("code 由字母、数字、点、横线和下划线组成，最多 64 个字符。", "code")
        department = found.unit(matter.department_code)
        if department is None:
            wrong(
                f"没有主管单位：{matter.department_code} 不在文件里。{instead(matter.department_code, codes)}",
                "department",
            )
        elif department.kind in WITHIN:
            wrong(f"主管单位不能是{KINDS[department.kind]}，请写它的上级单位。", "department")
        if matter.enforcing_kind not in ("town", "department"):
            wrong("enforcing_kind 写 town（镇街执法）或 department（部门执法）。", "enforcing_kind")
        elif matter.enforcing_kind == "town" and matter.empowered_at is None:
            wrong("由镇街执法的，要用 empowered_at 写明从哪天起赋权。", "enforcing_kind")
        elif matter.enforcing_kind == "department" and matter.empowered_at is not None:
            wrong(
                "empowered_at 是赋权镇街的日期：由部门执法的请删去，或者把 enforcing_kind 写成 town。", "empowered_at"
            )
        if matter.enforcing_kind == "town" and not any(unit.kind == "town" for unit in found.units):
            wrong("写的是镇街执法，可是文件里没有镇街，没有单位能办。", "enforcing_kind")
