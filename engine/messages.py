"""What the engine says: a message in plain English with its values, put into words when somebody reads it.

Nothing of the engine knows who will read. It makes a `Message`; `str(message)` is the sentence in the language that is
spoken where it is read (`speaking`): a page speaks its reader's, the command line what `--lang` or `LANG` say, a mail
that of the person it goes to. Where nobody has said a language, it is Chinese. A message that is kept in the database
is kept as `to_json` says, so that everybody reads it in their own language later.

The words are in the catalogues, `locale/<language>/LC_MESSAGES/messages.po`; `python -m tests.house.words` brings them up
to the code. When the English of a message that may have been kept is changed, `locale/former.json` says what it has become.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from engine.clock import local

LANGUAGES = ("zh", "en")
"""The first is spoken where nobody has said another."""
LOCALE = Path(__file__).parent / "locale"
CATALOGUES = [LOCALE]
"""Where words are looked for: here, then wherever else messages are made (`also_in`)."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")

_spoken: ContextVar[str | Callable[[], str]] = ContextVar("spoken", default=LANGUAGES[0])


def language() -> str:
    """zh or en: what is spoken here and now."""
    found = _spoken.get()
    return found if isinstance(found, str) else found()


@contextmanager
def speaking(name: str | Callable[[], str]) -> Iterator[None]:
    """Within it every message is put into words of that language, zh or en; a function is asked for it each time."""
    before = _spoken.set(name)
    try:
        yield
    finally:
        _spoken.reset(before)


@dataclass(frozen=True)
class Message:
    """A sentence, or a word, that is not yet in anybody's language.

    `id` is its English; `context` tells apart two meanings of one English word; with `many`, the English of more than
    one, the value `num` decides which is said. `values` fill the places `%(name)s`; they may be messages themselves.
    """

    id: str
    values: Mapping[str, object] = field(default_factory=dict)
    context: str = ""
    many: str = ""

    def __str__(self) -> str:
        known = _translations(language())
        if self.many:
            said = known.ungettext(self.id, self.many, int(str(self.values["num"])))
        else:
            said = known.upgettext(self.context, self.id) if self.context else known.ugettext(self.id)
        return str(said) % self.values if self.values else str(said)

    def __hash__(self) -> int:
        return hash((self.id, self.context, self.many, *self.values.values()))


@dataclass(frozen=True)
class Joined:
    """Several texts one after the other: sentences, or the members of a list."""

    parts: tuple[object, ...]
    between: Mapping[str, str] = field(hash=False)
    last: Mapping[str, str] | None = field(default=None, hash=False)
    """What stands before the last member, where that is something else."""

    def __str__(self) -> str:
        if not self.parts:
            return ""
        *before, last = map(str, self.parts)
        between = self.between[language()]
        return (self.last or self.between)[language()].join([between.join(before), last]) if before else last


@dataclass(frozen=True)
class When:
    """A day or an instant in a message; `style` is one of `STYLES`. Instants are read in Asia/Shanghai."""

    value: date
    style: str = "instant"

    def __str__(self) -> str:
        found = local(self.value) if isinstance(self.value, datetime) else self.value
        return _write(found, STYLES[self.style][language()])


@dataclass(frozen=True)
class Name:
    """What a diagram or a form calls something: as it is drawn, and in English where that is known.

    Who knows no English for it leaves it out; then it is looked for by what is drawn (`call_names`).
    """

    drawn: str
    english: str = ""

    def __str__(self) -> str:
        if language() == LANGUAGES[0]:
            return self.drawn
        if self.drawn.startswith("“") and self.drawn.endswith("”"):
            return f"'{self.english or _english[-1](self.drawn[1:-1])}'"
        return self.english or _english[-1](self.drawn)

    def __bool__(self) -> bool:
        return bool(self.drawn)


_english: list[Callable[[str], str]] = [str]
"""How names are found in English; the last one counts."""


def call_names(english: Callable[[str], str]) -> None:
    """From here on names are called so in English; what is not known comes back as it is."""
    _english[:] = [english]


Text: TypeAlias = "str | Message | Joined | When | Name"
"""What can be shown to a reader: data as it is, or something that finds its words when it is read."""


class Worded(str):
    """A message in Chinese, as an expression that is drawn works with it; whoever shows it still has the message."""

    message: Text

    def __new__(cls, message: Text) -> Worded:
        made = super().__new__(cls, in_chinese(message))
        made.message = message
        return made


STYLES: dict[str, dict[str, str]] = {
    "instant": {"zh": "%Y-%m-%d %A %H:%M", "en": "%A %-d %B %Y %H:%M"},
    "moment": {"zh": "%m-%d %H:%M", "en": "%-d %B %H:%M"},
    "minute": {"zh": "%Y-%m-%d %H:%M", "en": "%-d %B %Y %H:%M"},
    "day": {"zh": "%Y-%m-%d", "en": "%-d %B %Y"},
    "written": {"zh": "%Y 年 %-m 月 %-d 日", "en": "%-d %B %Y"},
    "dated": {"zh": "%Y-%m-%d %A", "en": "%A %-d %B %Y"},
    "spoken": {"zh": "%-m月%-d日 %H:%M", "en": "%-d %B %H:%M"},
    "said_day": {"zh": "%-m月%-d日", "en": "%-d %B"},
    "time": {"zh": "%H:%M", "en": "%H:%M"},
    "iso": {"zh": "%Y-%m-%d", "en": "%Y-%m-%d"},
    "last_day": {"zh": "%-m月%-d日 24:00", "en": "%A %-d %B"},
    "last_minute": {"zh": "%-m月%-d日 %H:%M", "en": "%A %-d %B %H:%M"},
    "short": {"zh": "%m-%d", "en": "%A %-d %B"},
    "weekday": {"zh": "%m-%d %A", "en": "%A %-d %B"},
}
"""How a day or an instant is written in each language: %A is 周二 or Tue, %B is Oct, %-m is 10, %-d is 9."""
SENTENCES, LIST, OR = {"zh": "", "en": " "}, {"zh": "、", "en": ", "}, {"zh": "、", "en": " or "}
BLANK, COMMA, OR_ELSE = {"zh": " ", "en": " "}, {"zh": "，", "en": ", "}, {"zh": " 或 ", "en": " or "}
SEMICOLON, LINES = {"zh": "；", "en": "; "}, {"zh": "\n", "en": "\n"}


def gettext(message: str, **values: object) -> Message:
    """The message with its named places filled in."""
    return Message(message, values)


def ngettext(one: str, many: str, num: int, **values: object) -> Message:
    """The message for that number, which stands in its place `num`."""
    return Message(one, {**values, "num": num}, many=many)


def pgettext(context: str, message: str, **values: object) -> Message:
    """The message that has this meaning: one English word may have two Chinese ones."""
    return Message(message, values, context)


def sentences(*parts: object) -> Joined:
    """Sentences one after the other; what is empty is left out."""
    return Joined(tuple(part for part in parts if part), SENTENCES)


def listed(parts: Iterable[object]) -> Joined:
    """The members of a list: 甲、乙; first, second."""
    return Joined(tuple(parts), LIST)


def words(*parts: object) -> Joined:
    """Words with blanks between; what is empty is left out."""
    return Joined(tuple(part for part in parts if part), BLANK)


def phrases(parts: Iterable[object]) -> Joined:
    """Half sentences with commas between."""
    return Joined(tuple(parts), COMMA)


def clauses(parts: Iterable[object]) -> Joined:
    """Members of a list that are longer: with semicolons between."""
    return Joined(tuple(parts), SEMICOLON)


def one_of(parts: Iterable[object]) -> Joined:
    """What can be written, each whole: 甲 或 乙; first or second."""
    return Joined(tuple(parts), OR_ELSE)


def in_chinese(text: object) -> str:
    """The text as it is kept for programs that know no messages."""
    with speaking(LANGUAGES[0]):
        return str(text)


def lines(parts: Iterable[object]) -> Joined:
    """Each in a line of its own."""
    return Joined(tuple(parts), LINES)


def either(parts: Iterable[object]) -> Joined:
    """The members of a list of which one is meant: 甲、乙; first, second or third."""
    return Joined(tuple(parts), LIST, OR)


def to_json(text: object) -> Any:
    """What is kept of a text: data as it is, a message as an object that says which. Raises TypeError for what cannot be kept."""
    match text:
        case Message():
            kept: dict[str, Any] = {"message": text.id}
            if text.context:
                kept["context"] = text.context
            if text.many:
                kept["many"] = text.many
            if text.values:
                kept["values"] = {name: to_json(value) for name, value in text.values.items()}
            return kept
        case Joined():
            parts: dict[str, Any] = {"joined": [to_json(part) for part in text.parts], "between": dict(text.between)}
            return {**parts, "last": dict(text.last)} if text.last else parts
        case When():
            return {"when": text.value.isoformat(), "style": text.style}
        case Name():
            return {"name": text.drawn, "english": text.english}
        case None | str() | int():
            return text
        case _:
            raise TypeError(f"{type(text).__name__} cannot be kept in a message")


def from_json(kept: Any) -> Any:
    """What `to_json` has made, again."""
    match kept:
        case {"message": str(found)}:
            values = {name: from_json(value) for name, value in kept.get("values", {}).items()}
            one, many = _as_of_now(found), _as_of_now(kept.get("many", ""))
            return Message(one, values, kept.get("context", ""), many)
        case {"joined": parts, "between": between}:
            return Joined(tuple(map(from_json, parts)), between, kept.get("last"))
        case {"when": found, "style": style}:
            return When(datetime.fromisoformat(found) if "T" in found else date.fromisoformat(found), style)
        case {"name": str(drawn), "english": str(english)}:
            return Name(drawn, english)
        case _:
            return kept


def _as_of_now(kept: str) -> str:
    """The id that a kept message has today: where its English has been put better since, it is looked up."""
    return former_ids().get(kept, kept)


@cache
def former_ids() -> Mapping[str, str]:
    """The id that a message was kept under in an earlier version -> the one that it has now."""
    found: dict[str, str] = json.loads((LOCALE / "former.json").read_text(encoding="utf-8"))
    return found


def to_text(text: object) -> str:
    """What a column of text keeps: data as it is, a message as the JSON of `to_json`."""
    return text if isinstance(text, str) else json.dumps(to_json(text), ensure_ascii=False)


def from_text(kept: str) -> Any:
    """What `to_text` has made, again; what is no JSON of a message is data."""
    if not kept.startswith("{"):
        return kept
    try:
        found = from_json(json.loads(kept))
    except ValueError:
        return kept
    return found if isinstance(found, Message | Joined | When | Name) else kept


def _write(value: date, style: str) -> str:
    words = {
        "%A": (WEEKDAYS if language() == "zh" else DAYS)[value.weekday()],
        "%B": MONTHS[value.month - 1],
        "%-m": str(value.month),
        "%-d": str(value.day),
    }
    for place, word in words.items():
        style = style.replace(place, word)
    return value.strftime(style)


def also_in(folder: Path) -> None:
    """Words are looked for in these catalogues, too: they are those of messages that are made outside the engine."""
    if folder not in CATALOGUES:
        CATALOGUES.append(folder)
        _translations.cache_clear()


@cache
def _translations(name: str) -> Translations:
    """The messages of the language, read when the first is asked for."""
    first, *others = (_read(folder, name) for folder in CATALOGUES)
    for other in others:
        first.add_fallback(other)
    return first


def _read(folder: Path, name: str) -> Translations:
    made = BytesIO()
    with (folder / name / "LC_MESSAGES" / "messages.po").open("rb") as file:
        write_mo(made, read_po(file, locale=name))
    made.seek(0)
    return Translations(made)
