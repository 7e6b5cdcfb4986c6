"""文号: one sequence per issuing unit, type and year; given at sign-off, never twice, and a gap is never filled."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, text

from engine.db.unit import unit_of

_TAKE = text(
    "INSERT INTO paper_sequence (unit_code, type_character, year, last) VALUES (:unit, :type, :year, 1) "
    "ON CONFLICT (unit_code, type_character, year) DO UPDATE SET last = paper_sequence.last + 1 RETURNING last"
)
"""Both stores read it alike; the row stays locked until the step is stored or rolled back with its number."""


def take(tx: Connection, unit_code: str, abbreviation: str, type_character: str, issued_on: date) -> str:
    """The next number of the unit for this type in the year of the 成文日期, e.g. 青政移字〔2026〕12号."""
    given = {"unit": unit_code, "type": type_character, "year": issued_on.year}
    with unit_of(tx).known():
        number = tx.execute(_TAKE, given).scalar_one()
    return f"{abbreviation}{type_character}字〔{issued_on.year}〕{number}号"
