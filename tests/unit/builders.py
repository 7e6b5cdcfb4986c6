"""What tests of pure code start from: the official calendar, instants of the wall clock, periods as recorded, forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from hypothesis import settings

from engine.bpmn.reading.elements import read_elements
from engine.bpmn.reading.expressions import evaluate
from engine.bpmn.reading.read import read_diagram
from engine.clock import parse_local, to_the_minute
from engine.deadlines import counting
from engine.deadlines.calendar import Calendar, load_calendar
from engine.deadlines.counting import Count, Pauses
from engine.deadlines.functions import counting_functions
from engine.deployments.definitions import read_forms
from engine.deployments.shipped import read_folder
from engine.errors import InvalidValues
from engine.forms.schema import Form
from engine.forms.validate import validate
from engine.organisation.city import read_rules

# A slow machine is no fault, and every run tries the same values.
settings.register_profile("lianban", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("lianban")

ROOT = Path(__file__).parents[2]
CALENDAR_FILE = ROOT / "processes" / "calendar_cn.json"
FORMS = ROOT / "processes" / "forms"
CALENDAR = load_calendar(CALENDAR_FILE.read_bytes())
CITY_RULES = read_rules((ROOT / "processes" / "city.toml").read_text(encoding="utf-8"))
OFFICIAL_YEARS = range(2020, 2027)


def at(text: str) -> datetime:
    """An instant of Asia/Shanghai's wall clock: at("2026-09-30 09:30")."""
    return parse_local(text)


def day(text: str) -> date:
    return date.fromisoformat(text)


def calendar_with(*changes: tuple[str, bool, str], year: int = 2026, status: str = "official") -> Calendar:
    """The shipped calendar with a year's days changed or added: (day, off, name)."""
    content = json.loads(CALENDAR_FILE.read_bytes())
    entry = next(entry for entry in content["years"] if entry["year"] == year)
    entry["status"] = status
    changed = {text for text, _, _ in changes}
    kept = [known for known in entry["days"] if known["date"] not in changed]
    entry["days"] = kept + [{"date": text, "off": off, "name": name} for text, off, name in changes]
    return load_calendar(json.dumps(content).encode())


@dataclass(frozen=True)
class Period:
    """A period as its record holds it, for the pure questions about it."""

    kind: str
    number: int | None
    hard: bool
    status: str
    start_at: datetime
    due_at: datetime
    last_day: date | None
    ended_at: datetime | None = None
    pauses: Pauses = ()
    of_task: bool = False


def period(
    count: Count, *, hard: bool = True, status: str = "running", ended: str | None = None, of_task: bool = False
) -> Period:
    return Period(
        count.kind,
        count.number,
        hard,
        status,
        count.start_at,
        count.due_at,
        count.last_day,
        at(ended) if ended else None,
        of_task=of_task,
    )


def referral(start: str = "2026-09-30 09:30", **state: Any) -> Period:
    """R55: three working days; by default over the National Day holiday, due 2026-10-10 24:00 (V03)."""
    return period(counting.working_days(CALENDAR, 3, at(start)), **state)


def urgent_referral(start: str = "2026-09-30 17:00", **state: Any) -> Period:
    """R57: twenty-four hours, into the holiday (V23)."""
    return period(counting.hours(CALENDAR, 24, at(start)), **state)


def form_json(*components: Mapping[str, Any], form_id: str = "tried") -> bytes:
    """A form-js document with these components."""
    return json.dumps({"type": "default", "id": form_id, "components": list(components)}).encode()


@dataclass(frozen=True)
class FakeUnit:
    code: str
    name: str
    kind: str


class FakeDirectory:
    """A town with its departments, one internal body, three colleagues and one matter."""

    units: Mapping[str, FakeUnit] = {
        unit.code: unit
        for unit in (
            FakeUnit("town_a", "城关镇", "town"),
            FakeUnit("town_b", "河口镇", "town"),
            FakeUnit("dept_a", "市水利局", "department"),
            FakeUnit("court", "市人民法院", "court"),
        )
    }
    bodies: Mapping[str, FakeUnit] = {"body_a": FakeUnit("body_a", "综合执法队", "internal_body")}
    people = frozenset({"p1", "p2", "p3"})
    matters = frozenset({"M-01"})

    def unit(self, code: str) -> FakeUnit | None:
        return self.units.get(code)

    def body(self, code: str) -> FakeUnit | None:
        return self.bodies.get(code)

    def is_colleague(self, person_id: str) -> bool:
        return person_id in self.people

    def is_matter(self, code: str) -> bool:
        return code in self.matters

    def numbers_cases(self, series: str) -> bool:
        return series.startswith("YS-")

    def is_case(self, number: str) -> bool:
        return number == "YS-2026-0001"

    def not_printed(self, text: str) -> str:
        return "印不出来。" if "🐖" in text else ""


FORM_NOW = at("2026-10-09 10:00")
FORM_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **counting_functions(CALENDAR),
    "now": lambda: FORM_NOW,
    "minute": to_the_minute,
    "due": lambda key: at("2026-10-11 00:00"),
    "deadline_is": lambda key, status: status == "running",
    "unpaused_days": lambda key, number, start: counting.working_days(CALENDAR, number, start).due_at,
    "config": CITY_RULES.__getitem__,
    "materials": lambda kind: 1,
    "unit_kind": lambda code: FakeDirectory.units[code].kind if code in FakeDirectory.units else None,
    "unit_phone": lambda code: "0000-5550101",
    "my_name": lambda: "沈禾",
    "completed_at": lambda element_id: None,
    "empowered": lambda code: True,
    "same_case": lambda *_: "",
    "decided_duty": lambda code: "",
    "close_of": lambda day: CALENDAR.close_of(day) if day else None,
    "received": lambda instant: instant,
    "holds": lambda role: True,
    "before_empowerment": lambda code, at: False,
    "own_matter": lambda code, unit, at: False,
}
"""What the runtime gives to the expressions of a form, at 2026-10-09 10:00, one day before the referral is due."""


def as_asked() -> dict[str, Form]:
    """Every shipped form as the diagrams ask it, by `Element.form_key`."""
    return {
        form_key: form
        for file in read_folder(FORMS.parent).files
        for form_key, form in sorted(read_forms(file.diagram, file.beside.forms).items())
    }


AS_ASKED: Mapping[str, Form] = as_asked()
DECLARED: Mapping[str, object] = dict.fromkeys(
    name
    for path in sorted(FORMS.parent.glob("*.bpmn"))
    for name in read_elements(read_diagram(path.read_bytes())).declared_facts(AS_ASKED.values())
)
"""Every name that a shipped form or diagram says: from the start of an instance it exists, without a value."""


def answer(form: Form, facts: Mapping[str, object] | None = None, **raw: str | list[str]) -> Mapping[str, object]:
    """The typed values of a form that a browser sent. Raises InvalidValues."""
    sent = {key: [value] if isinstance(value, str) else value for key, value in raw.items()}
    return validate(form, sent, {**DECLARED, **(facts or {})}, FORM_FUNCTIONS, FakeDirectory(), evaluate).values


def problems_of(form: Form, facts: Mapping[str, object] | None = None, **raw: str | list[str]) -> Mapping[str, str]:
    """The sentences with which what a browser sent is refused, by key; empty when it is not."""
    try:
        answer(form, facts, **raw)
    except InvalidValues as refused:
        return refused.problems
    return {}


def shipped_form(name: str) -> Form:
    return AS_ASKED[name]
