"""Conditions on instances, said to the database: who sees one, who is a party of it, how its legal periods stand."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, FromClause, and_, false, or_, select

from engine.clock import local_date, midnight
from engine.db import ordering
from engine.db.tables import deadline, party, process_instance
from engine.deadlines.calendar import Calendar
from engine.organisation.assignment import Actor
from engine.states import PeriodStatus


def visible(actor: Actor | None) -> list[ColumnElement[bool]]:
    """`may(actor, "see_instance", …)`, said to the database of an instance; nobody in particular sees every one."""
    if actor is None or actor.oversees:
        return []
    if nothing := reads_none(actor):
        return nothing
    of_unit = and_(party.c.instance_id == process_instance.c.id, party.c.unit_code == actor.unit_code)
    own = and_(of_unit, party.c.seen_at.is_not(None))
    return [select(party.c.fact).where(own).exists()]


def reads_none(actor: Actor) -> list[ColumnElement[bool]]:
    """No instance at all for whoever holds nothing but technical rights, of whatever unit; else nothing is asked."""
    return [] if actor.reads_cases else [false()]


def has_party(unit_code: str, actor: Actor | None) -> ColumnElement[bool]:
    """Whether the unit is a party of the instance, as far as the reader is told: of one that is only proposed the unit
    that began the instance knows, and oversight."""
    named = and_(party.c.instance_id == process_instance.c.id, party.c.unit_code == unit_code)
    if actor is not None and not actor.oversees:
        named = and_(named, or_(party.c.seen_at.is_not(None), _began(actor.unit_code)))
    return select(party.c.fact).where(named).exists()


def _began(unit_code: str) -> ColumnElement[bool]:
    """Whether this unit has seen the party's instance from its beginning."""
    first, case = party.alias(), process_instance.alias()
    own = and_(first.c.instance_id == party.c.instance_id, first.c.unit_code == unit_code)
    return (
        select(first.c.fact)
        .join(case, case.c.id == first.c.instance_id)
        .where(own, first.c.seen_at == case.c.started_at)
        .correlate(party)
        .exists()
    )


def near_until(now: datetime, calendar: Calendar) -> datetime:
    """A legal period that is near is due by then: within a day, or by the end of the next working day."""
    return max(now + timedelta(hours=24), _next_day_ends(now, calendar))


def _next_day_ends(now: datetime, calendar: Calendar) -> datetime:
    return midnight(calendar.next_working_day(local_date(now)) + timedelta(days=1))


def is_near(now: datetime, calendar: Calendar, periods: FromClause = deadline) -> ColumnElement[bool]:
    """Whether a period that is not over is near."""
    return or_(
        and_(periods.c.last_day.is_(None), periods.c.due_at < now + timedelta(hours=24)),
        and_(periods.c.last_day.is_not(None), periods.c.due_at <= _next_day_ends(now, calendar)),
    )


def in_state(state: str, now: datetime, calendar: Calendar, periods: FromClause = deadline) -> ColumnElement[bool]:
    """Whether a legal period is over, near or neither, and open: `standing_of`, said to the database; or it has run out."""
    near = is_near(now, calendar, periods)
    match state:
        case "ever_over":
            return ordering.has_run_out()
        case "ended_over":
            return and_(ordering.has_run_out(), deadline.c.status == PeriodStatus.MET_LATE)
        case "over":
            return and_(ordering.open_and_hard(periods), periods.c.due_at <= now)
        case "near":
            soon = periods.c.due_at <= near_until(now, calendar)  # says no more, but where an index ends
            return and_(ordering.open_and_hard(periods), periods.c.due_at > now, soon, near)
        case "ok":
            return and_(ordering.open_and_hard(periods), periods.c.due_at > now, ~near)
    return false()
