"""What a case is told to go through: the start, the answers by element, and what is expected of it; read from YAML.

Everything in the file is text, as a browser sends it: `true` ticks a box, nothing is left empty. What begins with an
underscore is no field but says when (`_at`, `_after`), as whom (`_as`, `_unit`), at which start (`_event`) and with which
materials (`_materials`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import yaml  # type: ignore[import-untyped]

from engine.bpmn.reading.timers import read_duration
from engine.clock import local, parse_local
from engine.errors import LianbanError
from engine.messages import Text, listed
from engine.messages import gettext as _

WAIT = "wait"
"""Stands for an answer that nobody gives: the task stays open, and time goes on."""
AT, AFTER, AS, UNIT, EVENT, MATERIALS = OWN = ("_at", "_after", "_as", "_unit", "_event", "_materials")
EXPECTED = ("result", "path", "periods", "papers", "waits", "status", "passes", "waits_at", "lapses", "never")
PARTS = ("name", "start", "answers", "until", "expect")
SIZE_LIMIT = 500_000
_MOVED = re.compile(r"@(now|today)(?:([+-])(\d{1,4})(h|d))?")


class StoryRefused(LianbanError):
    default = _("The answers file cannot be read.")
    code = "story_refused"
    status = 422


@dataclass(frozen=True)
class Answer:
    """One visit of a task, or one press of a button. `values` are as they stand in the file."""

    values: Mapping[str, Any]
    at: datetime | None = None
    after: timedelta = timedelta()
    role: str = ""
    """The role of whoever answers; empty for the first that is asked."""
    unit: str = ""
    """Of a start: the unit that starts."""
    event: str = ""
    """Of a start: the start event at which the case begins; empty for the first one with a form."""
    materials: tuple[str, ...] = ()
    """Kinds of material that are listed before the task is done."""
    waits: bool = False


@dataclass(frozen=True)
class Story:
    name: str
    start: Answer
    answers: Mapping[str, tuple[Answer, ...]]
    until: datetime | None = None
    expected: Mapping[str, Any] = field(default_factory=dict)
    left_out: tuple[Text, ...] = ()
    """What the file says besides, and nothing here can say."""


def read_answers(content: bytes) -> Story:
    """The answers of one case: element id -> values, or a list of them; `start` is the start form. Raises StoryRefused."""
    told = _mapping(_load(content), _("the file"))
    answers = {element: value for element, value in told.items() if element not in ("start", "until")}
    return _story({"answers": answers, **{name: told[name] for name in ("start", "until") if name in told}}, "")


def read_tests(content: bytes) -> list[Story]:
    """The tests of a diagram: a list under `tests`, each with a name, answers and what is expected. Raises StoryRefused."""
    told = _mapping(_load(content), _("the file"))
    tests = told.get("tests")
    if not isinstance(tests, list) or not tests:
        raise StoryRefused(_("The file has no list of tests. Write them under 'tests:'."))
    return [
        _story(_mapping(one, _("test %(number)s", number=number)), str(number)) for number, one in enumerate(tests, 1)
    ]


def _load(content: bytes) -> Any:
    if len(content) > SIZE_LIMIT:
        raise StoryRefused(_("The answers file is too large."))
    try:
        return yaml.load(content.decode("utf-8-sig"), Loader=yaml.BaseLoader) or {}  # noqa: S506: it makes texts only
    except UnicodeDecodeError:
        raise StoryRefused(_("The file is not encoded as UTF-8. Save it as UTF-8 and run this again.")) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise StoryRefused(_("Near line %(line)s the file is not complete YAML.", line=line)) from None
    except (yaml.YAMLError, RecursionError):
        raise StoryRefused(_("The file is not complete YAML.")) from None


def _story(told: Mapping[str, Any], name: str) -> Story:
    where = str(told.get("name", name))
    _require_known(told, PARTS, where)
    expected = _mapping(told.get("expect") or {}, _("'expect' of %(name)s", name=where))
    _require_known(expected, EXPECTED, where)
    answers = _mapping(told.get("answers") or {}, _("'answers' of %(name)s", name=where))
    return Story(
        name=where,
        start=_answer("start", told.get("start") or {}),
        answers={element: tuple(_visits(element, value)) for element, value in answers.items()},
        until=_instant(told["until"]) if told.get("until") else None,
        expected=expected,
    )


def _visits(element: str, value: Any) -> Iterable[Answer]:
    return (_answer(element, one) for one in (value if isinstance(value, list) else [value]))


def _answer(element: str, told: Any) -> Answer:
    if told == WAIT:
        return Answer({}, waits=True)
    values = _mapping(told or {}, element)
    own = {name: value for name, value in values.items() if name.startswith("_")}
    _require_known(own, OWN, element)
    materials = own.get(MATERIALS, [])
    return Answer(
        values={name: value for name, value in values.items() if name not in own},
        at=_instant(own[AT]) if AT in own else None,
        after=_duration(own[AFTER]) if AFTER in own else timedelta(),
        role=str(own.get(AS, "")),
        unit=str(own.get(UNIT, "")),
        event=str(own.get(EVENT, "")),
        materials=tuple(map(str, materials if isinstance(materials, list) else [materials])),
    )


def _mapping(told: Any, where: Text) -> Mapping[str, Any]:
    if not isinstance(told, dict) or not all(isinstance(name, str) for name in told):
        raise StoryRefused(_("%(where)s has to contain names with values, such as 'name: value'.", where=where))
    return told


def _require_known(told: Iterable[str], known: Iterable[str], where: Text) -> None:
    if unknown := sorted(set(told) - set(known)):
        raise StoryRefused(
            _(
                "%(name)s in '%(where)s' is unknown. Write one of: %(known)s.",
                name=unknown[0][:80],
                where=where,
                known=listed(known),
            )
        )


def _instant(text: Any) -> datetime:
    try:
        return parse_local(str(text))
    except ValueError:
        raise StoryRefused(_("%(text)s is not a time. Write it as 2026-10-09T10:30.", text=str(text)[:80])) from None


def _duration(text: Any) -> timedelta:
    found = read_duration(str(text))
    if found is None:
        raise StoryRefused(
            _("%(text)s is not a duration. Write it as in PT2H (2 hours) or P3D (3 days).", text=str(text)[:80])
        )
    return found


def sent(values: Mapping[str, Any], now: datetime, people: Mapping[str, str]) -> dict[str, list[str]]:
    """The values as a browser sends them. `@now`, `@today` and, with `-2h` or `+3d`, what lies before or after are times;
    `@` and a role is whoever holds it in the unit that answers (`people`: role -> id)."""
    return {name: [_sent(one, now, people) for one in _texts(value)] for name, value in values.items()}


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in value if one != ""]
    return [] if value in ("", "false") else [str(value)]


def _sent(text: str, now: datetime, people: Mapping[str, str]) -> str:
    if (moved := _MOVED.fullmatch(text)) is not None:
        kind, sign, number, unit = moved.groups()
        by = timedelta(**{"hours" if unit == "h" else "days": int(number)}) if number else timedelta()
        when = local(now - by if sign == "-" else now + by)
        return f"{when:%Y-%m-%d}" if kind == "today" else f"{when:%Y-%m-%dT%H:%M:%S}"
    return people.get(text.removeprefix("@"), text) if text.startswith("@") else text
