"""Corrections of what was said in a form (C12): proposed with a reason, approved by another leader of the same unit.

Both values stay on record. On approval the fact is said anew and everything that is counted from it is counted anew, in one
step; what has been delivered stays as it was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.bpmn.reading.expressions import compile_expression, evaluate
from engine.bpmn.spiff.workflow import WorkflowFault
from engine.db import fetch
from engine.db.case import case_of
from engine.db.rows import CorrectionRow, InstanceRow
from engine.db.tables import correction, person
from engine.db.values import decode, encode
from engine.deployments.definitions import Definition
from engine.errors import AlreadyDone, ExpressionError, InvalidValues, NotAllowed, NotFound, Refused
from engine.forms.validate import broken_rules, read_value
from engine.ids import new_id
from engine.messages import When, sentences
from engine.messages import gettext as _
from engine.organisation.assignment import LEADERS, Actor, OwnSubject, may
from engine.organisation.directory import UnitDirectory
from engine.runtime.advance.advance import advance
from engine.runtime.collaboration.correctable import Said, correctable, key_of
from engine.runtime.instances import instances
from engine.runtime.notify.in_step import notify
from engine.runtime.notify.notices import clear_decided, notify_people
from engine.runtime.periods.recounting import recount
from engine.runtime.step import audit
from engine.runtime.step.confidentiality import require_unrevealed
from engine.runtime.step.context import Context
from engine.runtime.step.entries import CorrectionProposed, CorrectionRejected, CorrectionTakenBack
from engine.runtime.step.events import Corrected
from engine.runtime.step.free_text import Raw, one, words
from engine.runtime.step.names import name_of_unit, result_of
from engine.runtime.step.step import Step
from engine.runtime.step.step_kinds import StepKind
from engine.runtime.tasks.tasks import fire_interrupting
from engine.states import CorrectionStatus, InstanceStatus, NoticeKind

REASON_LIMIT = 500
REASON_LEAST = 5
DECISIONS = ("approve", "reject")
KIND = NoticeKind.CORRECTION
"""Of the notices that ask for an approval, and of the one that says it was refused."""
MayKnow = Callable[[Connection, str, Definition, str, str], bool]
"""Whether in this instance, of this definition, the correction of this id may be known to the unit of this code."""


def propose(tx: Connection, context: Context, actor: Actor, instance_id: str, key: str, raw: Raw) -> str:
    """The correction waits for a leader of the same unit, who finds a notice. Returns its id.

    `key` is that of what is corrected (`Said.key`); `raw` holds the new value under the fact's name and a `reason`. Raises
    NotFound when the fact is none that may be corrected, NotAllowed, InvalidValues, and Refused when another correction of
    it is waiting.
    """
    row = instances.lock(tx, instance_id)
    step, said = to_correct(tx, context, actor, row, key)
    value = _new_value(step, said, actor, raw)
    reason = words(raw, "reason", REASON_LIMIT, REASON_LEAST)
    require_unrevealed(tx, instance_id, actor, "reason", reason)
    require_unrevealed(tx, instance_id, actor, said.name, value if isinstance(value, str) else "")
    _check(step, said, value)
    _try(step, said, value)
    waiting = (correction.c.instance_id == instance_id) & (correction.c.status == CorrectionStatus.OPEN)
    same = waiting & (correction.c.name == said.name) & correction.c.scope_id.is_not_distinct_from(said.scope_id)
    if tx.execute(select(correction.c.id).where(same)).first():
        raise Refused(
            _(
                "A correction of '%(field)s' is already waiting for a decision. You can propose another one after "
                "that.",
                field=said.field.label,
            )
        )
    correction_id = new_id()
    tx.execute(
        insert(correction).values(
            id=correction_id,
            instance_id=instance_id,
            name=said.name,
            task_id=said.task_id,
            scope_id=said.scope_id,
            unit_code=said.unit_code,
            old_value=encode(said.value),
            new_value=encode(value),
            reason=reason,
            proposed_by=actor.person_id,
            proposed_at=context.now,
            status=CorrectionStatus.OPEN,
        )
    )
    told = _(
        "%(person)s proposes to correct '%(field)s' of '%(title)s' (%(number)s). Decide on it.",
        person=actor.person_name,
        title=row.title,
        number=row.number,
        field=said.field.label,
    )
    notify_people(tx, context, instance_id, KIND, said.unit_code, sorted(LEADERS), told, but_not=actor.person_id)
    entry = CorrectionProposed(**_content(correction_id, said, value), reason=reason)
    audit.append(tx, instance_id, context.now, entry, actor.person_id, actor.unit_code)
    return correction_id


def decide(tx: Connection, context: Context, actor: Actor, correction_id: str, raw: Raw, may_know: MayKnow) -> bool:
    """The correction is approved, and everything counted from the fact is counted anew; or it is rejected.

    `raw` holds the `decision` (one of `DECISIONS`) and an `opinion`, which a rejection must give. Of an approval the units
    are told that may know of the fact, and whoever proposed it. Returns whether it was approved. Raises NotFound,
    NotAllowed, InvalidValues, AlreadyDone, and Refused when the fact has changed meanwhile.
    """
    row = find(tx, correction_id, actor)
    _require_may(tx, actor, "decide_correction", row)
    decision = one(raw, "decision")
    if decision not in DECISIONS:
        raise InvalidValues({"decision": _("Choose one.")})
    opinion = words(raw, "opinion", REASON_LIMIT, 0 if decision == "approve" else 1)
    require_unrevealed(tx, row.instance_id, actor, "opinion", opinion)
    if decision == "reject":
        _reject(tx, context, actor, row, opinion)
        return False

    def event(step: Step) -> None:
        fire_interrupting(step)
        _require_open(tx, correction_id)
        said = correctable(step).get(key_of(step.scopes, row))
        if said is None or encode(said.value) != row.old_value:
            raise Refused(
                _(
                    "This has been filled in again since the correction was proposed, so the old value has changed. "
                    "Send it back so that it can be proposed again."
                )
            )
        value = decode(row.new_value)
        _check(step, said, value)
        _end(tx, context, actor, correction_id, CorrectionStatus.APPROVED, opinion)
        step.record(Corrected(**_content(correction_id, said, value), reason=row.reason, opinion=opinion))
        _say_anew(step, said, value, row.proposed_by)
        text = _(
            "'%(field)s' of '%(title)s' (%(number)s) has been corrected.",
            title=step.instance["title"],
            number=step.instance["number"],
            field=said.field.label,
        )
        for unit_code in sorted(instances.units_at_work(tx, step.instance_id)):
            if may_know(tx, step.instance_id, step.definition, row.id, unit_code):
                also = [row.proposed_by] if unit_code == row.unit_code else []
                notify(step, NoticeKind.CORRECTED, unit_code, ["case_officer", "liaison"], text, also=also)

    advance(tx, context, row.instance_id, StepKind.CORRECTED, event, actor)
    return True


def take_back(tx: Connection, context: Context, actor: Actor, correction_id: str) -> None:
    """The proposal is withdrawn by whoever made it. Raises NotFound, NotAllowed, AlreadyDone."""
    row = find(tx, correction_id, actor)
    instances.lock(tx, row.instance_id)
    _require_may(tx, actor, "take_back_correction", row)
    _require_open(tx, correction_id)
    _end(tx, context, actor, correction_id, CorrectionStatus.TAKEN_BACK, "")
    entry = CorrectionTakenBack(correction_id, row.name, _label(tx, context, row, actor))
    audit.append(tx, row.instance_id, context.now, entry, actor.person_id, actor.unit_code)


def find(tx: Connection, correction_id: str, actor: Actor) -> CorrectionRow:
    """The correction's row, for the unit that proposed it and the other units at work. Raises NotFound."""
    row = fetch.first(tx, CorrectionRow, select(correction).where(correction.c.id == correction_id))
    if row is None:
        raise NotFound
    instances.require_visible(tx, row.instance_id, actor)
    if instances.is_only_reader(tx, row.instance_id, actor):
        raise NotFound
    return row


def _reject(tx: Connection, context: Context, actor: Actor, row: CorrectionRow, opinion: str) -> None:
    instance = instances.lock(tx, row.instance_id)
    _require_open(tx, row.id)
    _end(tx, context, actor, row.id, CorrectionStatus.REJECTED, opinion)
    label = _label(tx, context, row, actor)
    told = _(
        "Your correction of '%(field)s' of '%(title)s' (%(number)s) was not approved. %(opinion)s",
        title=instance.title,
        number=instance.number,
        field=label,
        opinion=opinion,
    )
    notify_people(tx, context, row.instance_id, KIND, row.unit_code, [], told, person_id=row.proposed_by)
    entry = CorrectionRejected(row.id, row.name, label, opinion)
    audit.append(tx, row.instance_id, context.now, entry, actor.person_id, actor.unit_code)


def to_correct(tx: Connection, context: Context, actor: Actor, row: InstanceRow, key: str) -> tuple[Step, Said]:
    """What is to be corrected in the instance, for somebody who may propose it now. Raises as `propose` does."""
    if row.status == InstanceStatus.ENDED:
        raise AlreadyDone(
            _("This case has ended (%(result)s). Nothing in it can be corrected any more.", result=result_of(row))
        )
    if row.status != InstanceStatus.RUNNING:
        raise Refused(_("This case has been stopped by a fault. It can be corrected once it is resumed."))
    step = instances.look(tx, context, row, actor)
    said = correctable(step).get(key)
    if said is None:
        raise NotFound(_("There is no such entry, or it cannot be corrected."))
    decision = may(actor, "propose_correction", OwnSubject(said.unit_code, said.unit_name))
    if not decision.allowed:
        raise NotAllowed(decision.reason)
    return step, said


def _new_value(step: Step, said: Said, actor: Actor, raw: Raw) -> object:
    value = read_value(
        said.field, list(raw.get(said.name, ())), UnitDirectory(step.tx, actor, step.now, step.context.fonts)
    )
    if value is None:
        raise InvalidValues({said.name: _("Give the corrected value.")})
    if encode(value) == encode(said.value):
        raise InvalidValues({said.name: _("This is the present value, so there is nothing to correct.")})
    return value


def _check(step: Step, said: Said, value: object) -> None:
    """The form's rules, as if it had been filled in right at first: what it calls now is when it was handed in.

    A rule of another field counts when it reads this one, and only if it held before. Raises InvalidValues, Refused.
    """
    with step.within(said.scope_id):
        _check_within(step, said, value)


def _check_within(step: Step, said: Said, value: object) -> None:
    functions = {**step.functions(), "now": lambda: said.said_at}
    values = {field.key: step.facts.get(field.key) for field in said.form.fields if field.asks}
    try:
        before = broken_rules(said.form, values, step.facts, functions, evaluate)
        after = broken_rules(said.form, {**values, said.name: value}, step.facts, functions, evaluate)
    except ExpressionError as error:
        raise Refused(
            _(
                "A rule of the form %(form)s cannot be worked out (%(error)s). Nothing was corrected. Tell the "
                "procedure analyst.",
                form=said.form.id,
                error=error.sentence,
            )
        ) from error
    since = When(said.said_at, "spoken")
    for key, sentence in after.items():
        field = said.form.by_key[key]
        if key == said.name:
            raise InvalidValues(
                {
                    said.name: _(
                        "Checked as of %(when)s, when it was filled in: %(problem)s", when=since, problem=sentence
                    )
                }
            )
        reads = any(said.name in compile_expression(rule.expression).names for rule in field.rules)
        if reads and values.get(key) is not None and key not in before:
            told = _(
                "It does not agree with '%(field)s'. Checked as of %(when)s, when it was filled in: %(problem)s",
                field=field.label,
                when=since,
                problem=sentence,
            )
            raise InvalidValues({said.name: told})


def _say_anew(step: Step, said: Said, value: object, by: str | None = None) -> None:
    """The fact has the value, in its own iteration alone; what was collected from it and counted from any of it follows."""
    with step.within(said.scope_id):
        step.facts.say(said.name, value, by, said.task_id if by else None)
    recount(step, said.name, said.scope_id)
    for name, scope_id in step.collect_again(said.scope_id):
        recount(step, name, scope_id)


class _Tried(Exception):
    """It went well, and nothing of it is kept."""


def _try(step: Step, said: Said, value: object) -> None:
    """Everything that is counted from it can be counted. Raises InvalidValues; whatever was counted is undone again."""
    try:
        with step.tx.begin_nested():
            _say_anew(step, said, value)
            raise _Tried
    except _Tried:
        return
    except (ExpressionError, WorkflowFault) as error:
        sentence = sentences(
            _("With this value, the periods counted from it cannot be worked out. Change it."), error.sentence
        )
        raise InvalidValues({said.name: sentence}) from error


def _require_may(tx: Connection, actor: Actor, verb: str, row: CorrectionRow) -> None:
    unit_name = name_of_unit(tx, row.unit_code) or row.unit_code
    decision = may(actor, verb, OwnSubject(row.unit_code, unit_name, row.proposed_by))
    if not decision.allowed:
        raise NotAllowed(decision.reason)


def _require_open(tx: Connection, correction_id: str) -> None:
    row = tx.execute(
        select(correction.c.status, correction.c.decided_at, person.c.name)
        .join(person, person.c.id == correction.c.decided_by, isouter=True)
        .where(correction.c.id == correction_id)
    ).one()
    if row.status == CorrectionStatus.OPEN:
        return
    if row.status == CorrectionStatus.LAPSED:
        raise AlreadyDone(_("The case has ended. This correction no longer has to be decided."))
    who = {"person": row.name, "when": When(row.decided_at, "spoken")}
    match row.status:
        case CorrectionStatus.APPROVED:
            raise AlreadyDone(
                _("%(person)s approved this correction on %(when)s. Your submission was not used.", **who)
            )
        case CorrectionStatus.REJECTED:
            raise AlreadyDone(
                _("%(person)s sent this correction back on %(when)s. Your submission was not used.", **who)
            )
    raise AlreadyDone(_("%(person)s withdrew this correction on %(when)s. Your submission was not used.", **who))


def _end(tx: Connection, context: Context, actor: Actor, correction_id: str, status: str, opinion: str) -> None:
    values = {"status": status, "decided_by": actor.person_id, "decided_at": context.now, "opinion": opinion or None}
    tx.execute(update(correction).where(correction.c.id == correction_id).values(**values))
    clear_decided(tx, correction_id, context.now)


def _label(tx: Connection, context: Context, row: CorrectionRow, actor: Actor) -> str:
    instance = case_of(tx, row.instance_id).whole
    step = instances.look(tx, context, instance, actor)
    said = correctable(step).get(key_of(step.scopes, row))
    return said.field.label.drawn if said else row.name


def _content(correction_id: str, said: Said, value: object) -> dict[str, Any]:
    return {
        "correction": correction_id,
        "name": said.name,
        "label": said.field.label.drawn,
        "old": encode(said.value),
        "new": encode(value),
    }
