"""The page of the 职责边界清单: every matter, what disputes have settled about it, and what waits to be adopted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from engine.clock import local_date
from engine.messages import Text
from engine.organisation import duties, jurisdiction
from engine.organisation.assignment import Actor, may
from engine.organisation.duties import Entry, Proposal
from engine.organisation.jurisdiction import Matter
from engine.reports.parts.names import Names, UnitName
from engine.runtime.step.context import Context
from engine.states import ProposalStatus


@dataclass(frozen=True)
class MatterLine:
    """`versions`: the newest first; `current` is the one in force today."""

    matter: Matter
    department: UnitName | None
    versions: list[tuple[Entry, UnitName | None]]
    current: Entry | None


@dataclass(frozen=True)
class ProposalLine:
    proposal: Proposal
    matter: str
    unit: UnitName | None


@dataclass(frozen=True)
class DutyList:
    """`waiting` and `rejected` are shown to the bureaus of oversight only."""

    matters: list[MatterLine]
    waiting: list[ProposalLine]
    rejected: list[ProposalLine]
    refusal: Text
    """Why this person may not decide; empty when the person may."""


def duty_list(tx: Connection, context: Context, actor: Actor) -> DutyList:
    names, versions = Names(tx), duties.entries(tx)
    today = local_date(context.now)

    def line(matter: Matter) -> MatterLine:
        own = versions.get(matter.code, [])
        current = next((entry for entry in own if entry.valid_from <= today), None)
        shown = [(entry, names.unit(entry.proposal.unit_code)) for entry in own]
        return MatterLine(matter, names.unit(matter.department_code), shown, current)

    def lines_of(status: str) -> list[ProposalLine]:
        found = duties.proposals(tx, status) if actor.oversees else []
        return [ProposalLine(one, names.matter(one.matter_code), names.unit(one.unit_code)) for one in found]

    decision = may(actor, "administer_duties", None)
    return DutyList(
        [line(matter) for matter in jurisdiction.every(tx)],
        lines_of(ProposalStatus.OPEN),
        lines_of(ProposalStatus.REJECTED),
        decision.reason,
    )
