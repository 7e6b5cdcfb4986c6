"""Business numbers, and the row of a new instance that bears one."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from engine.clock import local
from engine.db.tables import number_sequence, process_instance
from engine.runtime.step import Step


def insert_instance(step: Step) -> None:
    """The instance is in its table, with its number."""
    prefix = step.definition.diagram.process.number_prefix or step.definition.key.upper()
    step.instance = {**step.instance, "number": _next_number(step.tx, prefix, local(step.now).year)}
    step.tx.execute(insert(process_instance).values(**step.instance))


def _next_number(tx: Connection, prefix: str, year: int) -> str:
    """The next business number of the year; never given twice, gaps are never filled."""
    sequence = (number_sequence.c.prefix == prefix) & (number_sequence.c.year == year)
    raised = update(number_sequence).where(sequence).values(last=number_sequence.c.last + 1)
    if tx.execute(raised).rowcount == 0:
        tx.execute(insert(number_sequence).values(prefix=prefix, year=year, last=1))
    last = tx.scalar(select(number_sequence.c.last).where(sequence))
    return f"{prefix}-{year}-{last:04d}"
