"""What people say, send and correct beside the tasks of an instance, as one person may see it.

Whoever sees an instance only through a copy finds that copy and the corrected values: no comment, no other copy. A comment
within a unit is shown to that unit alone, and to no oversight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.db.case import case_of
from engine.db.rows import CorrectionRow
from engine.db.tables import comment, correction, mention, reader, reading
from engine.db.values import decode
from engine.errors import NotFound
from engine.forms.schema import Field
from engine.messages import Name, Text
from engine.messages import gettext as _
from engine.organisation import units
from engine.organisation.assignment import Actor, InstanceSubject, OwnSubject, may
from engine.organisation.people import ROLES
from engine.organisation.units import WITHIN
from engine.reports.parts import readers
from engine.reports.parts.answers import as_sent, in_words
from engine.reports.parts.names import Names, UnitName
from engine.reports.parts.sent import seen_since
from engine.runtime.collaboration import comments, copies, corrections
from engine.runtime.collaboration.comments import Mentionable
from engine.runtime.collaboration.correctable import Said, correctable, key_of
from engine.runtime.instances import cancelling, instances
from engine.runtime.step.context import Context
from engine.runtime.step.free_text import Raw, one
from engine.runtime.step.step import Step
from engine.states import CorrectionStatus, InstanceStatus


@dataclass(frozen=True)
class CommentLine:
    """`text` is empty once it is retracted."""

    id: str
    unit: UnitName | None
    person: str
    text: str
    internal: bool
    said_at: datetime
    retracted: bool
    mentions: list[str]
    may_retract: bool


@dataclass(frozen=True)
class CopyLine:
    """`whom` is a role or a person's name; `readings` are names with the instant of the first look."""

    id: str
    unit: UnitName | None
    whom: Text
    note: str
    from_unit: UnitName | None
    sent_by: str
    sent_at: datetime
    revoked_at: datetime | None
    readings: list[tuple[str, datetime]]
    may_revoke: bool


@dataclass(frozen=True)
class CorrectionLine:
    """`key` is the fact's name, with the iteration in which it was said if it was said in one; `which` says in words which
    of several it was, where the unit alone does not tell."""

    id: str
    key: str
    name: str
    label: Name
    which: Text
    old: Text
    new: Text
    reason: str
    unit: UnitName | None
    proposed_by: str
    proposed_at: datetime
    status: str
    decided_by: str
    decided_at: datetime | None
    opinion: str


@dataclass(frozen=True)
class CorrectableLine:
    """A fact that this person may propose to correct; `waiting`: a correction of it waits already.

    `key` and `which` as of `CorrectionLine`.
    """

    key: str
    label: Name
    which: Text
    words: Text
    waiting: bool


@dataclass(frozen=True)
class Collaboration:
    number: str
    only_reader: bool
    comments: list[CommentLine]
    copies: list[CopyLine]
    corrections: list[CorrectionLine]
    correctable: list[CorrectableLine]
    corrected: Mapping[str, Text]
    """The value that was first said, in words, of every fact that has been corrected; not of what each of several answered."""
    may_comment: bool
    may_copy: bool
    may_remark: bool
    may_withdraw: bool
    why_not_withdraw: Text
    """Why whoever could otherwise cancel the instance cannot do so now; empty for everybody else."""
    people: list[Mentionable]
    units: list[tuple[str, str]]
    """To whom a copy may be sent: codes and names."""
    roles: list[tuple[str, Text]]
    at_work: list[UnitName]
    """The units that work on the instance: to whose leaders a remark may go."""


@dataclass(frozen=True)
class Proposal:
    """The form in which one fact is corrected."""

    number: str
    title: str
    key: str
    field: Field
    which: Text
    words: Text
    value: str
    reason: str
    leaders: str


@dataclass(frozen=True)
class CorrectionView:
    """`refusal` says why this person cannot decide it; empty when the person can."""

    number: str
    title: str
    line: CorrectionLine
    refusal: Text
    may_take_back: bool


def of_instance(tx: Connection, context: Context, actor: Actor, number: str) -> Collaboration:
    """Raises NotFound when this person may not see the instance."""
    row = instances.find(tx, number, actor)
    names = Names(tx)
    at_work = instances.units_at_work(tx, row.id)
    only_reader = instances.is_only_reader(tx, row.id, actor)
    may_comment = row.status != InstanceStatus.ENDED and may(actor, "comment", InstanceSubject(at_work)).allowed
    may_copy = may(actor, "send_copy", InstanceSubject(at_work)).allowed
    step = instances.look(tx, context, row, actor)
    fields = {field.key: field for form in step.definition.forms.values() for field in form.fields}
    untold = readers.corrections_kept_back(tx, row.id, step.definition, actor)
    found = [line for line in _corrections(step, fields, names) if line.id not in untold]
    said = correctable(step) if row.status == InstanceStatus.RUNNING else {}
    every = units.every(tx, context.now) if may_copy else []
    return Collaboration(
        number=number,
        only_reader=only_reader,
        comments=[] if only_reader else _comments(tx, context, actor, row.id, names),
        copies=_copies(tx, actor, row.id, names, only_reader),
        corrections=[line for line in found if not only_reader or line.status == CorrectionStatus.APPROVED],
        correctable=_correctable(step, actor, said, found, names),
        corrected={line.key: line.old for line in reversed(found) if line.status == CorrectionStatus.APPROVED},
        may_comment=may_comment,
        may_copy=may_copy,
        may_remark=row.status != InstanceStatus.ENDED and may(actor, "remark", InstanceSubject(at_work)).allowed,
        may_withdraw=cancelling.may_withdraw(tx, context, actor, row),
        why_not_withdraw=cancelling.why_not(tx, context, actor, row),
        people=comments.mentionable(tx, context, actor, row.id) if may_comment else [],
        units=[(unit.code, unit.name) for unit in every if unit.kind not in WITHIN],
        roles=[(role, ROLES[role]) for role in copies.ADDRESSED_ROLES],
        at_work=[unit for code in sorted(at_work) if code != actor.unit_code and (unit := names.unit(code))],
    )


def proposal(
    tx: Connection, context: Context, actor: Actor, number: str, name: str, sent: Raw | None = None
) -> Proposal:
    """The value as it stands, or as it was sent. Raises NotFound, NotAllowed, and Refused when nothing is corrected now."""
    row = instances.find(tx, number, actor)
    step, said = corrections.to_correct(tx, context, actor, row, name)
    names = Names(tx)
    value = as_sent(said.value)[0] if sent is None else one(sent, said.name)
    return Proposal(
        number=number,
        title=row.title,
        key=said.key,
        field=said.field,
        which=_which(step, said, names),
        words=in_words(said.field, said.value, names),
        value=value,
        reason=one(sent or {}, "reason"),
        leaders=said.unit_name,
    )


def correction_view(tx: Connection, context: Context, actor: Actor, correction_id: str) -> CorrectionView:
    """Raises NotFound."""
    row = corrections.find(tx, correction_id, actor)
    instance = case_of(tx, row.instance_id).whole
    step, names = instances.look(tx, context, instance, actor), Names(tx)
    if row.id in readers.corrections_kept_back(tx, instance.id, step.definition, actor):
        raise NotFound
    fields = {field.key: field for form in step.definition.forms.values() for field in form.fields}
    unit = names.unit(row.unit_code)
    own = OwnSubject(row.unit_code, unit.name if unit else row.unit_code, row.proposed_by)
    decision = may(actor, "decide_correction", own)
    return CorrectionView(
        number=instance.number,
        title=instance.title,
        line=_correction(step, row, fields, names),
        refusal=decision.reason,
        may_take_back=row.status == CorrectionStatus.OPEN and may(actor, "take_back_correction", own).allowed,
    )


def _comments(tx: Connection, context: Context, actor: Actor, instance_id: str, names: Names) -> list[CommentLine]:
    case, since = case_of(tx, instance_id), seen_since(tx, instance_id, actor)
    rows = [
        row
        for row in case.rows(comment)
        if row.unit_code == actor.unit_code
        # what others said among themselves before anything was sent to this unit is theirs
        or (not row.internal and (since is None or row.said_at >= since))
    ]
    called: dict[str, list[str]] = {}
    for row in case.rows(mention):
        unit = names.unit(row.unit_code)
        called.setdefault(row.comment_id, []).append(f"{unit.name if unit else ''} {names.person(row.person_id)}")
    return [
        CommentLine(
            id=row.id,
            unit=names.unit(row.unit_code),
            person=names.person(row.person_id),
            text="" if row.retracted_at else row.text,
            internal=row.internal,
            said_at=row.said_at,
            retracted=row.retracted_at is not None,
            mentions=[] if row.retracted_at else sorted(called.get(row.id, [])),
            may_retract=row.retracted_at is None
            and comments.is_retractable(row.said_at, context.now)
            and may(actor, "retract_comment", OwnSubject(row.unit_code, "", row.person_id)).allowed,
        )
        for row in rows
    ]


def _copies(tx: Connection, actor: Actor, instance_id: str, names: Names, only_reader: bool) -> list[CopyLine]:
    case = case_of(tx, instance_id)
    rows = case.rows(reader)
    looks: dict[str, list[tuple[str, datetime]]] = {}
    for row in case.rows(reading):
        looks.setdefault(row.reader_id, []).append((names.person(row.person_id), row.read_at))
    return [
        CopyLine(
            id=row.id,
            unit=names.unit(row.unit_code),
            whom=ROLES[row.role] if row.role else names.person(row.person_id),
            note=row.note,
            from_unit=names.unit(row.from_unit),
            sent_by=names.person(row.sent_by),
            sent_at=row.sent_at,
            revoked_at=row.revoked_at,
            readings=looks.get(row.id, []),
            may_revoke=row.revoked_at is None and may(actor, "revoke_copy", OwnSubject(row.from_unit, "")).allowed,
        )
        for row in rows
        if not only_reader or (copies.addressee_of(row).is_meant(actor) and row.revoked_at is None)
    ]


def _corrections(step: Step, fields: Mapping[str, Field], names: Names) -> list[CorrectionLine]:
    """The latest first."""
    rows = sorted(step.case.rows(correction), key=lambda row: row.id)
    latest_first = sorted(rows, key=lambda row: row.proposed_at, reverse=True)
    return [_correction(step, row, fields, names) for row in latest_first]


def _correction(step: Step, row: CorrectionRow, fields: Mapping[str, Field], names: Names) -> CorrectionLine:
    field = fields[row.name]
    return CorrectionLine(
        id=row.id,
        key=key_of(step.scopes, row),
        name=row.name,
        label=field.label,
        which=_which(step, row, names),
        old=in_words(field, decode(row.old_value), names),
        new=in_words(field, decode(row.new_value), names),
        reason=row.reason,
        unit=names.unit(row.unit_code),
        proposed_by=names.person(row.proposed_by),
        proposed_at=row.proposed_at,
        status=row.status,
        decided_by=names.person(row.decided_by),
        decided_at=row.decided_at,
        opinion=row.opinion or "",
    )


def _correctable(
    step: Step, actor: Actor, said: Mapping[str, Said], found: list[CorrectionLine], names: Names
) -> list[CorrectableLine]:
    waiting = {line.key for line in found if line.status == CorrectionStatus.OPEN}
    return [
        CorrectableLine(
            key,
            item.field.label,
            _which(step, item, names),
            in_words(item.field, item.value, names),
            key in waiting,
        )
        for key, item in said.items()
        if may(actor, "propose_correction", OwnSubject(item.unit_code, item.unit_name)).allowed
    ]


def _which(step: Step, said: Said | CorrectionRow, names: Names) -> Text:
    """For what the unit has answered here, or which time it was; empty for what is asked once, or of that unit by itself."""
    apart = list(step.scopes.heard_in(said.scope_id))[-1]
    if apart is None:
        return ""
    iteration = step.scopes.get(apart)
    if iteration.item == said.unit_code:
        return ""
    if isinstance(iteration.item, str):
        unit = names.unit(iteration.item)
        return unit.name if unit else iteration.item
    return _("No. %(number)s", number=(iteration.position or 0) + 1)
