"""The justice bureau's word to a party's leader on an instance (督办意见): told, and kept in the record of the flow."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.errors import AlreadyDone, InvalidValues, NotAllowed
from engine.messages import gettext as _
from engine.organisation import units
from engine.organisation.assignment import Actor, InstanceSubject, may
from engine.runtime.instances import instances
from engine.runtime.notify.notices import notify_people
from engine.runtime.step import audit
from engine.runtime.step.confidentiality import require_unrevealed
from engine.runtime.step.context import Context
from engine.runtime.step.entries import Remarked
from engine.runtime.step.free_text import Raw, one, words
from engine.states import InstanceStatus, NoticeKind

LENGTH_LIMIT = 500


def remark(tx: Connection, context: Context, actor: Actor, instance_id: str, raw: Raw) -> None:
    """The principal leader of the unit finds the remark. Raises NotAllowed, InvalidValues, AlreadyDone.

    `raw` holds `unit`, one that works on the instance, and `text`.
    """
    at_work = instances.units_at_work(tx, instance_id)
    decision = may(actor, "remark", InstanceSubject(at_work))
    if not decision.allowed:
        raise NotAllowed(decision.reason)
    text, code = words(raw, "text", LENGTH_LIMIT), one(raw, "unit")
    require_unrevealed(tx, instance_id, actor, "text", text)
    unit = units.find(tx, code, context.now) if code in at_work - {actor.unit_code} else None
    if unit is None:
        raise InvalidValues({"unit": _("Choose a unit that handles this case.")})
    row = instances.lock(tx, instance_id)
    if row.status == InstanceStatus.ENDED:
        raise AlreadyDone(_("This case has ended. It no longer has to be supervised."))
    told = _(
        "%(unit)s supervises '%(title)s' (%(number)s): %(words)s",
        unit=actor.unit_name,
        title=row.title,
        number=row.number,
        words=text,
    )
    notify_people(tx, context, instance_id, NoticeKind.SUPERVISED, unit.code, ["principal_leader"], told)
    audit.append(tx, instance_id, context.now, Remarked(unit.code, text), actor.person_id, actor.unit_code)
