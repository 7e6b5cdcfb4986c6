"""What disputes have settled about the matters of the 职责边界清单: proposed by a dispute, adopted or rejected by a person.

The list itself (`jurisdiction`) stays as it was founded. An adopted proposal is a dated version of the matter's entry;
earlier versions stay, so that it can be shown what held on any day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, update

from engine.db import stamp
from engine.db.tables import duty_entry, duty_proposal, person, process_instance
from engine.errors import InvalidValues, NotFound, Refused
from engine.ids import new_id
from engine.messages import Text, When
from engine.messages import gettext as _
from engine.states import ProposalStatus

DECIDED = _("This proposal has already been decided. Reload the page to see the result.")
REASON_LIMIT = 500
REPLACED = "同一件争议后来的文书已经变更了它。"
"""The reason that is kept with a proposal that a later paper has replaced; `reason_words` tells it."""


@dataclass(frozen=True)
class Proposal:
    id: str
    instance_id: str
    instance_number: str
    matter_code: str
    unit_code: str
    division: str | None
    source: str
    number: str | None
    dated: date
    proposed_at: datetime
    status: str
    decided_by: str | None
    """The name of the person who adopted or rejected it."""
    decided_at: datetime | None
    reason: str | None


@dataclass(frozen=True)
class Entry:
    """A version of a matter's entry, with the proposal that it was made of."""

    version: int
    valid_from: date
    proposal: Proposal


def propose(
    tx: Connection,
    instance_id: str,
    matter_code: str,
    unit_code: str,
    division: str | None,
    source: str,
    number: str | None,
    dated: date,
    now: datetime,
) -> str:
    """The dispute leaves a proposal for the matter; one of its own that nobody has decided on falls away. Returns its id."""
    mine = (duty_proposal.c.instance_id == instance_id) & (duty_proposal.c.status == ProposalStatus.OPEN)
    tx.execute(
        update(duty_proposal).where(mine).values(status=ProposalStatus.REJECTED, decided_at=now, reason=REPLACED)
    )
    proposal_id = new_id()
    tx.execute(
        insert(duty_proposal).values(
            id=proposal_id, instance_id=instance_id, matter_code=matter_code, unit_code=unit_code, division=division,
            source=source, number=number, dated=dated, proposed_at=now, status=ProposalStatus.OPEN,
        )
    )  # fmt: skip
    return proposal_id


def proposals(tx: Connection, status: str) -> list[Proposal]:
    """Those of this status, the oldest first."""
    rows = tx.execute(_proposals(duty_proposal.c.status == status).order_by(duty_proposal.c.proposed_at))
    return [Proposal(**row._mapping) for row in rows]


def entries(tx: Connection) -> Mapping[str, list[Entry]]:
    """Matter -> its versions, the newest first."""
    return stamp.content(tx, "duties", _read_entries)


def _read_entries(tx: Connection) -> Mapping[str, list[Entry]]:
    statement = _proposals(duty_proposal.c.status == ProposalStatus.ADOPTED).add_columns(
        duty_entry.c.version, duty_entry.c.valid_from
    )
    statement = statement.join(duty_entry, duty_entry.c.proposal_id == duty_proposal.c.id)
    found: dict[str, list[Entry]] = {}
    for row in tx.execute(statement.order_by(duty_entry.c.matter_code, duty_entry.c.version.desc())):
        told = dict(row._mapping)
        entry = Entry(told.pop("version"), told.pop("valid_from"), Proposal(**told))
        found.setdefault(entry.proposal.matter_code, []).append(entry)
    return found


def in_force(tx: Connection, matter_code: str, on: date) -> Entry | None:
    """The latest version that has begun on that day."""
    return next((entry for entry in entries(tx).get(matter_code, []) if entry.valid_from <= on), None)


def adopt(
    tx: Connection, proposal_id: str, valid_from: date | None, reason: str, person_id: str, now: datetime
) -> Proposal:
    """The proposal is the newest version of its matter's entry. Raises NotFound, Refused, InvalidValues."""
    found = _open(tx, proposal_id)
    newest = next(iter(entries(tx).get(found.matter_code, [])), None)
    problems = _reason_problems(reason)
    if valid_from is None:
        problems["valid_from"] = _("Give the day from which it applies.")
    elif newest is not None and valid_from < newest.valid_from:
        problems["valid_from"] = _(
            "That is before %(day)s, the first day of the present entry. Give that day or a later one.",
            day=When(newest.valid_from, "day"),
        )
    if problems:
        raise InvalidValues(problems)
    _decide(tx, found, ProposalStatus.ADOPTED, reason, person_id, now)
    last = tx.scalar(select(func.max(duty_entry.c.version)).where(duty_entry.c.matter_code == found.matter_code))
    tx.execute(
        insert(duty_entry).values(
            id=new_id(), matter_code=found.matter_code, version=(last or 0) + 1, proposal_id=found.id,
            valid_from=valid_from,
        )
    )  # fmt: skip
    return found


def reject(tx: Connection, proposal_id: str, reason: str, person_id: str, now: datetime) -> Proposal:
    """The list stays as it is. Raises NotFound, Refused, InvalidValues."""
    found = _open(tx, proposal_id)
    if problems := _reason_problems(reason):
        raise InvalidValues(problems)
    _decide(tx, found, ProposalStatus.REJECTED, reason, person_id, now)
    return found


def _open(tx: Connection, proposal_id: str) -> Proposal:
    row = tx.execute(_proposals(duty_proposal.c.id == proposal_id)).first()
    if row is None:
        raise NotFound(_("There is no such proposal."))
    found = Proposal(**row._mapping)
    if found.status != ProposalStatus.OPEN:
        raise Refused(DECIDED)
    return found


def reason_words(reason: str | None) -> Text | None:
    """The reason of a decision for whoever reads it: what a person wrote as it is."""
    if reason == REPLACED:
        return _("A later document in the same dispute has replaced it.")
    return reason


def _decide(
    tx: Connection, found: Proposal, status: ProposalStatus, reason: str, person_id: str, now: datetime
) -> None:
    still_open = (duty_proposal.c.id == found.id) & (duty_proposal.c.status == ProposalStatus.OPEN)
    values = {"status": status, "reason": reason.strip(), "decided_by": person_id, "decided_at": now}
    if tx.execute(update(duty_proposal).where(still_open).values(**values)).rowcount == 0:
        raise Refused(DECIDED)


def _reason_problems(reason: str) -> dict[str, Text]:
    if not reason.strip():
        return {"reason": _("Give a reason.")}
    too_long = _("A reason has at most %(most)s characters.", most=REASON_LIMIT)
    return {"reason": too_long} if len(reason) > REASON_LIMIT else {}


def _proposals(condition: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    """Proposals as `Proposal` takes them."""
    own = [column for column in duty_proposal.c if column.name != "decided_by"]
    return (
        select(*own, process_instance.c.number.label("instance_number"), person.c.name.label("decided_by"))
        .join(process_instance, process_instance.c.id == duty_proposal.c.instance_id)
        .outerjoin(person, person.c.id == duty_proposal.c.decided_by)
        .where(condition)
    )
