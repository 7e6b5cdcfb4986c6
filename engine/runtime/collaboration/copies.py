"""Copies of an instance (抄送): somebody may read it and do nothing; who has read it is kept (C3).

A copy is addressed to the holders of a role in a unit, or to one person acting for it. It creates no duty and no task. A
unit that is no party sees the instance through it alone, for as long as the copy is not revoked.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from engine.db import fetch
from engine.db.rows import ReaderRow
from engine.db.tables import notice, reader, reading
from engine.errors import AlreadyDone, InvalidValues, NotAllowed, NotFound
from engine.ids import new_id
from engine.messages import Text
from engine.messages import gettext as _
from engine.notices import receipts
from engine.organisation import people, units
from engine.organisation.assignment import HANDLERS, Actor, Addressee, InstanceSubject, OwnSubject, may
from engine.organisation.people import ROLES
from engine.organisation.units import WITHIN, Unit
from engine.runtime.instances import instances
from engine.runtime.notify.notices import notify_people
from engine.runtime.step import audit
from engine.runtime.step.confidentiality import require_unrevealed
from engine.runtime.step.context import Context
from engine.runtime.step.entries import Copied, CopyRead, CopyRevoked
from engine.runtime.step.free_text import Raw, one, words
from engine.states import NoticeKind

NOTE_LIMIT = 500
NAME_LIMIT = 50
ADDRESSED_ROLES = tuple(role for role in ROLES if role in HANDLERS)
"""Roles to which a copy may be addressed."""


def send(tx: Connection, context: Context, actor: Actor, instance_id: str, raw: Raw) -> str:
    """The copy lies before its addressee. Returns its id.

    `raw` holds `unit`, then `role` or a `person`'s name within that unit, and a `note`. Raises NotAllowed, and InvalidValues,
    also when the same addressee has one already.
    """
    decision = may(actor, "send_copy", InstanceSubject(instances.units_at_work(tx, instance_id)))
    if not decision.allowed:
        raise NotAllowed(decision.reason)
    note = words(raw, "note", NOTE_LIMIT)
    require_unrevealed(tx, instance_id, actor, "note", note)
    unit = _unit(tx, context, one(raw, "unit"))
    addressee = _addressee(tx, context, unit, raw)
    row = instances.lock(tx, instance_id)
    if addressee in instances.readers_of(tx, instance_id):
        key = "role" if addressee.role else "person"
        whom = ROLES[addressee.role] if addressee.role else one(raw, "person").strip()
        sentence = _(
            "%(whom)s of %(unit)s already has a copy. Choose another unit or post, or give another name.",
            unit=unit.name,
            whom=whom,
        )
        raise InvalidValues({key: sentence})
    copy_id = new_id()
    tx.execute(
        insert(reader).values(
            id=copy_id,
            instance_id=instance_id,
            unit_code=addressee.unit_code,
            role=addressee.role,
            person_id=addressee.person_id,
            note=note,
            from_unit=actor.unit_code,
            sent_by=actor.person_id,
            sent_at=context.now,
        )
    )
    told = _(
        "%(unit)s has sent you a copy of '%(title)s' (%(number)s): %(note)s",
        unit=actor.unit_name,
        title=row.title,
        number=row.number,
        note=note,
    )
    _notify(tx, context, instance_id, addressee, told)
    entry = Copied(**vars(addressee), copy=copy_id, note=note)
    audit.append(tx, instance_id, context.now, entry, actor.person_id, actor.unit_code)
    return copy_id


def revoke(tx: Connection, context: Context, actor: Actor, instance_id: str, copy_id: str) -> None:
    """The copy is read no more; who has read it stays on record. Raises NotFound, NotAllowed, AlreadyDone."""
    instance = instances.lock(tx, instance_id)
    row = fetch.first(tx, ReaderRow, select(reader).where(reader.c.id == copy_id, reader.c.instance_id == instance_id))
    if row is None:
        raise NotFound
    sender = units.find(tx, row.from_unit, context.now)
    decision = may(actor, "revoke_copy", OwnSubject(row.from_unit, sender.name if sender else row.from_unit))
    if not decision.allowed:
        raise NotAllowed(decision.reason)
    if row.revoked_at is not None:
        raise AlreadyDone(_("This copy has already been revoked."))
    values = {"revoked_at": context.now, "revoked_by": actor.person_id}
    tx.execute(update(reader).where(reader.c.id == copy_id).values(**values))
    addressee = addressee_of(row)
    told = _(
        "%(unit)s has revoked the copy of '%(title)s' (%(number)s).",
        unit=actor.unit_name,
        title=instance.title,
        number=instance.number,
    )
    _notify(tx, context, instance_id, addressee, told)
    entry = CopyRevoked(**vars(addressee), copy=copy_id)
    audit.append(tx, instance_id, context.now, entry, actor.person_id, actor.unit_code)


def unread(tx: Connection, actor: Actor, instance_id: str) -> list[ReaderRow]:
    """The copies of the instance that are meant for this person, who has not looked at it since."""
    own = reader.c.instance_id == instance_id
    seen = select(reading.c.reader_id).where(
        reading.c.person_id == actor.person_id, reading.c.instance_id == instance_id
    )
    statement = select(reader).where(own, reader.c.revoked_at.is_(None), reader.c.id.not_in(seen))
    rows = fetch.every(tx, ReaderRow, statement.order_by(reader.c.sent_at, reader.c.id))
    return [row for row in rows if addressee_of(row).is_meant(actor)]


def addressee_of(row: ReaderRow) -> Addressee:
    return Addressee(row.unit_code, row.role, row.person_id)


def mark_read(tx: Connection, context: Context, actor: Actor, instance_id: str) -> None:
    """Every copy of the instance that is meant for this person has been read, and what told of it; only the first reading is
    kept.
    """
    instances.lock(tx, instance_id)
    for row in unread(tx, actor, instance_id):
        receipt = {"reader_id": row.id, "person_id": actor.person_id, "instance_id": instance_id}
        tx.execute(insert(reading).values(**receipt, read_at=context.now))
        for notice_id in _notices_of(tx, row):
            receipts.read(tx, actor.person_id, notice_id, context.now)
        audit.append(tx, instance_id, context.now, CopyRead(row.id), actor.person_id, actor.unit_code)


def _notices_of(tx: Connection, copy: ReaderRow) -> list[str]:
    """The ids of the notices that told the addressee of this copy: they were made when it was sent."""
    found = tx.execute(
        select(notice.c.id, notice.c.roles).where(
            notice.c.instance_id == copy.instance_id,
            notice.c.kind == NoticeKind.COPY,
            notice.c.unit_code == copy.unit_code,
            notice.c.person_id.is_not_distinct_from(copy.person_id),
            notice.c.made_at == copy.sent_at,
        )
    )
    return [row.id for row in found if row.roles == ([copy.role] if copy.role else [])]


def _unit(tx: Connection, context: Context, code: str) -> Unit:
    if not code:
        raise InvalidValues({"unit": _("Choose a unit.")})
    unit = units.find(tx, code, context.now)
    if unit is None or unit.kind in WITHIN:
        raise InvalidValues({"unit": _("No such unit. Choose another.")})
    return unit


def _addressee(tx: Connection, context: Context, unit: Unit, raw: Raw) -> Addressee:
    name, role = one(raw, "person").strip(), one(raw, "role")
    if name:
        found = [person for person in people.colleagues(tx, unit.code, context.now) if person.name == name[:NAME_LIMIT]]
        if not found:
            raise InvalidValues(
                {
                    "person": _(
                        "Nobody with this name holds a post in %(unit)s. Check the name, or choose a post.",
                        unit=unit.name,
                    )
                }
            )
        if len(found) > 1:
            raise InvalidValues(
                {"person": _("Several people in %(unit)s have this name. Choose a post.", unit=unit.name)}
            )
        return Addressee(unit.code, None, found[0].id)
    if role not in ADDRESSED_ROLES:
        raise InvalidValues({"role": _("Choose a post, or give a name.")})
    if not people.holders(tx, unit.code, role, context.now):
        raise InvalidValues(
            {"role": _("%(unit)s has no %(role)s at present. Choose another post.", unit=unit.name, role=ROLES[role])}
        )
    return Addressee(unit.code, role, None)


def _notify(tx: Connection, context: Context, instance_id: str, to: Addressee, text: Text) -> None:
    roles = [to.role] if to.role else []
    notify_people(tx, context, instance_id, NoticeKind.COPY, to.unit_code, roles, text, person_id=to.person_id)
