"""What a city file says, row by row, each with the line on which it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from engine.clock import midnight
from engine.messages import Text
from engine.messages import gettext as _
from engine.organisation.jurisdiction import Matter
from engine.organisation.units import WITHIN


@dataclass(frozen=True)
class FaultyLine:
    """`line` is 0 for what is wrong with the file as a whole."""

    line: int
    sentence: Text

    @property
    def whole(self) -> Text:
        if not self.line:
            return self.sentence
        return _("Line %(line)s: %(said)s", line=self.line, said=self.sentence)


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
