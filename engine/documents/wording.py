"""How a value is written on a paper, and how a sentence with places in braces is filled.

A place is `{expression}` or `{expression|format}`; an expression that is only a name is written as its form field says
(the label of a choice, the full name of a unit). What is filled in is plain text, whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from engine.clock import local, local_date
from engine.forms.schema import Field
from engine.messages import Text

PLACE = re.compile(r"\{([^{}|]+)(?:\|([^{}|]*))?\}")
BLANK = "＿＿＿＿"
"""Stands where nothing is known, to be filled in by hand; the draft says so."""
KEPT_TOGETHER = 12
"""A value of a title that is at most so many signs long is not broken over two lines."""
_STOPS = "。；，、：;,"
_BECAUSE = ("因为", "由于", "鉴于", "因")
_CHINESE = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_GAP = re.compile(f"(?<=[{_CHINESE}]) (?=[0-9A-Za-z])|(?<=[0-9A-Za-z]) (?=[{_CHINESE}])")


class Directory(Protocol):
    """Who and what stands behind an id."""

    def unit(self, code: str) -> str: ...
    def person(self, person_id: str) -> str: ...
    def matter(self, code: str) -> str: ...


@dataclass
class Filler:
    """`value(expression)` works an expression out; `fields` says how a fact is asked for, by name."""

    value: Callable[[str], object]
    fields: Mapping[str, Field]
    directory: Directory
    called: Callable[[str], str] = lambda expression: ""
    """What a reader calls a place that no form asks for; empty when there is no name for it."""
    blanks: list[Text] = field(default_factory=list)
    """What had nothing to be filled in with, in the words of its form."""

    def fill(self, sentence: str) -> str:
        """The sentence with every place filled, in the house style of papers."""
        return "".join(part.text for part in self.parts(sentence))

    def parts(self, sentence: str) -> list[Part]:
        """The same in pieces: what the letter says itself, and what was filled in."""
        return [Part(close_up(part.text), part.filled) for part in self._pieces(sentence) if part.text]

    def _pieces(self, sentence: str) -> Iterator[Part]:
        end = 0
        for place in PLACE.finditer(sentence):
            yield Part(sentence[end : place.start()], False)
            end = place.end()
            expression = place[1].strip()
            text = self.words(expression, place[2] or "")
            if not text and not self._says_nothing(expression):
                self.blanks.append(self._called(expression, sentence[: place.start()]))
                text = BLANK
            yield Part(text.rstrip(_STOPS) if sentence[end : end + 1] in tuple(_STOPS) else text, True)
        yield Part(sentence[end:], False)

    def words(self, expression: str, shape: str = "") -> str:
        """The value as a paper writes it; empty when there is none."""
        value = self.value(expression)
        if value in (None, "", [], False):
            return ""
        if shape:
            return FORMATS[shape](value, self.directory)
        asked = self.fields.get(expression)
        return self.said(value, asked) if asked else plain(value, self.directory)

    def said(self, value: object, asked: Field) -> str:
        """The value in the words of the form field that asked for it."""
        if isinstance(value, list | tuple):
            return "、".join(self.said(item, asked) for item in value)
        if not isinstance(value, str):
            return plain(value, self.directory)
        match asked.widget:
            case "unit" | "units" | "internal_body":
                return self.directory.unit(value)
            case "people":
                return self.directory.person(value)
            case "matter":
                return self.directory.matter(value)
        return asked.label_of(value).drawn

    def _says_nothing(self, expression: str) -> bool:
        """Whether the letter means nothing to stand here: `"（" + x + "）" if x else ""`."""
        return not expression.isidentifier() and self.value(expression) == ""

    def _called(self, expression: str, before: str) -> Text:
        """The label of the form's field; of what no form asks for, the words that lead to it."""
        asked = self.fields.get(expression)
        if asked:
            return asked.label
        said = re.split("[{}。；，：]", before)[-1].strip()[-12:]
        return self.called(expression) or (f"“{said}{BLANK}”" if said else expression)


@dataclass(frozen=True)
class Part:
    text: str
    filled: bool


def plain(value: object, directory: Directory) -> str:
    match value:
        case bool():
            return "是"
        case datetime():
            moment = local(value)
            return f"{_day(moment.date())}{moment.hour}时" + (f"{moment.minute}分" if moment.minute else "")
        case date():
            return _day(value)
        case list() | tuple():
            return "、".join(plain(item, directory) for item in value)
    return str(value).strip()


def close_up(text: str) -> str:
    """Without the spaces that typists set between Chinese and figures, which papers do not have."""
    return _GAP.sub("", text)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _as_day(value: object, directory: Directory) -> str:
    return _day(local_date(value)) if isinstance(value, datetime) else plain(value, directory)


def _last_day(value: object, directory: Directory) -> str:
    """The last day of a period that ends, exclusively, at this instant."""
    return _as_day(value - timedelta(microseconds=1) if isinstance(value, datetime) else value, directory)


def _unit(value: object, directory: Directory) -> str:
    return "、".join(directory.unit(str(code)) for code in (value if isinstance(value, list | tuple) else [value]))


def _people(value: object, directory: Directory) -> str:
    return "、".join(directory.person(str(one)) for one in (value if isinstance(value, list | tuple) else [value]))


def _money(value: object, directory: Directory) -> str:
    return f"{Decimal(str(value)):,.2f}元" if isinstance(value, int | float) else plain(value, directory)


def _clause(value: object, directory: Directory) -> str:
    """To stand in the middle of a sentence: on one line, without a full stop at its end."""
    return " ".join(plain(value, directory).split()).rstrip(_STOPS)


def _cause(value: object, directory: Directory) -> str:
    """To stand behind 因: a reason that begins with the word itself does not say it twice."""
    said = _clause(value, directory)
    return said[len(found) :] if (found := next((word for word in _BECAUSE if said.startswith(word)), "")) else said


def _case(value: object, directory: Directory) -> str:
    """A matter as the name of a case: 案 behind it, unless it stands there already."""
    said = _clause(value, directory)
    return said if said.endswith(("案", "案件")) else f"{said}案"


FORMATS: Mapping[str, Callable[[object, Directory], str]] = {
    "day": _as_day,
    "last_day": _last_day,
    "unit": _unit,
    "people": _people,
    "money": _money,
    "clause": _clause,
    "cause": _cause,
    "case": _case,
}
"""What may stand behind the bar of a place."""
