"""Cancelling an instance before its first document has gone out (C11), for procedures that draw no withdrawal for it.

Afterwards the other side has something in hand: then it takes a withdrawal in writing and its acknowledgement, as the
diagram draws it.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from engine.bpmn.reading.elements import Diagram, Element
from engine.db.rows import InstanceRow
from engine.db.tables import document, process_instance
from engine.deployments import definitions
from engine.errors import AlreadyDone, LianbanError, NotAllowed, NotFound, Refused
from engine.messages import Message, Name, Text, listed, sentences
from engine.messages import gettext as _
from engine.organisation import units
from engine.organisation.assignment import Actor, OwnSubject, may
from engine.organisation.people import ROLES
from engine.runtime.advance.closing import TOLD, cancel
from engine.runtime.instances import instances
from engine.runtime.instances.buttons import only_through
from engine.runtime.notify.notices import notify_people
from engine.runtime.step.confidentiality import require_unrevealed, revealed_in, sentence
from engine.runtime.step.context import Context
from engine.runtime.step.facts import known
from engine.runtime.step.free_text import Raw, words
from engine.runtime.step.names import result_of
from engine.states import InstanceStatus, NoticeKind

REASON_LIMIT = 500
REASON_LEAST = 5
RESULT, ENDED_BY_OFFICE = "withdrawn", "ended_by_office"
"""The results of what is ended here; their names are in `names.ENDED`."""


def withdraw(tx: Connection, context: Context, actor: Actor, instance_id: str, raw: Raw) -> None:
    """The instance has ended as withdrawn, with everything that it had called; its parties are told why.

    `raw` holds the `reason`. Raises NotAllowed, InvalidValues, AlreadyDone, and Refused when a document has gone out.
    """
    row = instances.lock(tx, instance_id)
    _require(tx, context, actor, row)
    reason = words(raw, "reason", REASON_LIMIT, REASON_LEAST)
    require_unrevealed(tx, instance_id, actor, "reason", reason)
    cancel(tx, context, instance_id, RESULT, actor, reason)
    told = _(
        "%(unit)s has cancelled '%(title)s' (%(number)s): %(reason)s",
        unit=actor.unit_name,
        title=row.title,
        number=row.number,
        reason=reason,
    )
    for unit_code in sorted(instances.units_at_work(tx, instance_id)):
        notify_people(tx, context, instance_id, NoticeKind.WITHDRAWN, unit_code, TOLD, told)


def end(tx: Connection, context: Context, number: str, by: str, reason: str) -> None:
    """The office has ended an instance that cannot be mended, also one that is parked; its people are told why.

    Whoever waits for it is parked, and calls anew when it is resumed. Raises NotFound, AlreadyDone, and Refused without a
    reason.
    """
    found = tx.scalar(select(process_instance.c.id).where(process_instance.c.number == number))
    if found is None:
        raise NotFound(_("There is no case %(number)s.", number=number))
    row = instances.lock(tx, found)
    if row.status == InstanceStatus.ENDED:
        raise AlreadyDone(_("%(number)s has already ended (%(result)s).", number=number, result=result_of(row)))
    reason = " ".join(reason.split())
    if not REASON_LEAST <= len(reason) <= REASON_LIMIT:
        raise Refused(
            _(
                "Give the reason for ending the case, in %(least)s to %(most)s characters.",
                least=REASON_LEAST,
                most=REASON_LIMIT,
            )
        )
    if kept := revealed_in(tx, row.id, None, reason):
        raise Refused(sentence(kept))
    at_work = sorted(instances.units_at_work(tx, row.id))
    cancel(tx, context, row.id, ENDED_BY_OFFICE, reason=reason, by=by)
    told = _(
        "The system administrator has ended '%(title)s' (%(number)s): %(reason)s",
        title=row.title,
        number=number,
        reason=reason,
    )
    for unit_code in at_work:
        notify_people(tx, context, row.id, NoticeKind.WITHDRAWN, unit_code, TOLD, told)


def may_withdraw(tx: Connection, context: Context, actor: Actor, row: InstanceRow) -> bool:
    """Whether the instance can be cancelled now, by this person."""
    try:
        _require(tx, context, actor, row)
    except LianbanError:
        return False
    return True


def why_not(tx: Connection, context: Context, actor: Actor, row: InstanceRow) -> Text:
    """Why whoever could otherwise cancel the instance cannot do so now, and what to do instead.

    Empty when it can be cancelled, for everybody else, when it has ended, and when the procedure draws every withdrawal:
    then its own button says why not.
    """
    try:
        _require(tx, context, actor, row)
    except (NotAllowed, AlreadyDone):
        return ""
    except Refused as refused:
        return "" if definitions.load(tx, row.definition_id).diagram.process.draws_withdrawal else refused.sentence
    return ""


def _require(tx: Connection, context: Context, actor: Actor, row: InstanceRow) -> None:
    diagram = definitions.load(tx, row.definition_id).diagram
    process = diagram.process
    code = known(tx, row.id).get(process.starter_fact)
    unit = units.find(tx, code, context.now) if isinstance(code, str) else None
    decision = may(
        actor,
        "cancel_instance",
        OwnSubject(str(code), unit.name if unit else str(_("the starting unit")), row.started_by),
    )
    if not decision.allowed:
        raise NotAllowed(decision.reason)
    if row.status == InstanceStatus.ENDED:
        raise AlreadyDone(_("This case has ended (%(result)s) and can no longer be cancelled.", result=result_of(row)))
    if row.status != InstanceStatus.RUNNING:
        raise Refused(_("This case has been stopped by a fault. It can be cancelled once it is resumed."))
    if row.origin_task_id is not None:
        raise Refused(_("Another case started this one and waits for its result. Withdraw it there."))
    if process.draws_withdrawal:
        raise Refused(_("This procedure has its own withdrawal in the diagram. Use its button."))
    if tx.scalar(select(func.count()).where(document.c.instance_id == row.id)):
        raise Refused(
            sentences(
                _("A document has been delivered, so the case cannot simply be cancelled."), _instead(diagram, actor)
            )
        )


def _instead(diagram: Diagram, actor: Actor) -> Message:
    """How the diagram draws the withdrawal of what is in the other side's hands: the buttons that end with this result."""
    drawn = [found for found in diagram.elements.values() if found.is_button and _ends_withdrawn(diagram, found)]
    if not drawn:
        return _("This procedure has no written withdrawal. Go on until the case is closed.")
    roles = {role for button in drawn for role in diagram.asked(button)[1]}
    buttons = _either([_("'%(word)s'", word=Name(button.name)) for button in drawn])
    if roles & actor.standing_roles:
        return _(
            "A withdrawal has to be in writing, delivered to the other side and confirmed by it: use %(buttons)s.",
            buttons=buttons,
        )
    return _(
        "A withdrawal has to be in writing, delivered to the other side and confirmed by it: %(roles)s can use "
        "%(buttons)s.",
        roles=listed(ROLES[role] for role in ROLES if role in roles),
        buttons=buttons,
    )


def _either(found: list[Message]) -> Text:
    first, *others = found
    return _("%(one)s or %(other)s", one=first, other=_either(others)) if others else first


def _ends_withdrawn(diagram: Diagram, button: Element) -> bool:
    own = only_through(diagram, button)
    return any(diagram.elements[found].properties.get("result") == RESULT for found in own)
