"""Whether the same complaint has been registered before, here or by another unit (R60: who received it first)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Text, cast, select

from engine.db.tables import fact, process_instance
from engine.db.values import decode
from engine.messages import Message, When, Worded, listed
from engine.messages import gettext as _
from engine.runtime.step.names import name_of_unit

SHOWN = 3
"""So many are told of; who looks for more finds them in the list of instances."""
FEWEST = 2
"""So many things at least must be known on both sides, and be the same."""


def same_cases(
    tx: Connection,
    own: tuple[str, str, str],
    days: int,
    received: str,
    received_at: datetime | None,
    names: Mapping[object, object],
) -> str:
    """A sentence on the instances of the same procedure that seem to be about the same thing; empty when there is none.

    `own` is the procedure's key, the fact that holds the unit that started it, and the id of the instance that asks.
    `received` names the fact that says when a complaint came (aware); those received within so many natural days of
    `received_at` count. What is not known on one side does not tell two apart. Who received it earlier is first; at one
    instant it is the one whose record was made first, which is always the other. Only number, unit and time are told.
    """
    known = {str(name): _plain(value) for name, value in names.items() if _plain(value)}
    if received_at is None or len(known) < FEWEST:
        return ""
    key, starter, instance_id = own
    span = timedelta(days=days)
    first, value = next(iter(known.items()))
    statement = (
        select(process_instance.c.number, fact.c.name, fact.c.value)
        .join(fact, fact.c.instance_id == process_instance.c.id)
        .where(
            process_instance.c.key == key,
            process_instance.c.id != instance_id,
            process_instance.c.started_at >= received_at - span,
            fact.c.name.in_([*known, received, starter]),
        )
        .order_by(process_instance.c.started_at, process_instance.c.number, fact.c.id)
    )
    if value.isascii() and value.isalnum():  # a code: the database can leave out what cannot agree
        like = fact.alias()
        coded = (like.c.name == first) & cast(like.c.value, Text).icontains(value)
        statement = statement.where(process_instance.c.id.in_(select(like.c.instance_id).where(coded)))
    others: dict[str, dict[str, object]] = {}
    for row in tx.execute(statement):
        others.setdefault(row.number, {})[row.name] = decode(row.value)
    same = []
    for number, facts in others.items():
        at = facts.get(received)
        if isinstance(at, datetime) and abs(at - received_at) <= span and _agrees(known, facts):
            same.append((at, number, str(facts.get(starter))))
    return _sentence(tx, sorted(same), received_at)


def _agrees(known: Mapping[str, str], facts: Mapping[str, object]) -> bool:
    both = {name: (value, _plain(facts.get(name))) for name, value in known.items() if _plain(facts.get(name))}
    return len(both) >= FEWEST and all(mine == theirs for mine, theirs in both.values())


def _sentence(tx: Connection, same: list[tuple[datetime, str, str]], received_at: datetime) -> str:
    if not same:
        return ""

    def described(at: datetime, number: str, code: str) -> Message:
        about = {"number": number, "unit": name_of_unit(tx, code) or code, "when": When(at, "spoken")}
        if at <= received_at:
            return _("%(number)s (%(unit)s received it on %(when)s, earlier)", **about)
        return _("%(number)s (%(unit)s received it on %(when)s, later)", **about)

    shown = listed(described(*found) for found in same[:SHOWN])
    if len(same) <= SHOWN:
        return Worded(shown)
    return Worded(_("%(cases)s, %(count)s in all", cases=shown, count=len(same)))


def _plain(value: object) -> str:
    """A value as it is compared: without blanks, in one case; empty when it is not known."""
    return "".join(value.split()).casefold() if isinstance(value, str) else ""
