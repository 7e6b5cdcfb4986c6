"""文号: one sequence per issuing unit, type and year; given at sign-off, never twice, and a gap is never filled."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from engine.db import upsert
from engine.db.tables import paper_sequence


def take(tx: Connection, unit_code: str, abbreviation: str, type_character: str, issued_on: date) -> str:
    """The next number of the unit for this type in the year of the 成文日期, e.g. 青政移字〔2026〕12号.

    The row stays locked until the step is stored or rolled back with its number.
    """
    own = {"unit_code": unit_code, "type_character": type_character, "year": issued_on.year}
    number = upsert.count_on(tx, paper_sequence, own)
    return f"{abbreviation}{type_character}字〔{issued_on.year}〕{number}号"
