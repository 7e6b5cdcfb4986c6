"""A message that finds its instance by the business number, and does its work once however often it is sent.

The sender knows a number such as YS-2026-0412, what it wants of that instance (a button, or a task that waits) and an id
of its own for the message. A sender that is not sure whether the message arrived sends it again with the same id.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from engine.db.tables import delivered_message, task
from engine.deployments import definitions
from engine.errors import NotFound, Refused
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.runtime.instances import buttons, instances
from engine.runtime.step.context import Context
from engine.runtime.tasks import tasks
from engine.states import TaskStatus

ID_LIMIT = 128


def deliver(
    tx: Connection,
    context: Context,
    actor: Actor,
    number: str,
    element_id: str,
    message_id: str,
    raw: Mapping[str, list[str]],
) -> bool:
    """The button is pressed, or the waiting task is done with these answers. False when this message was here before.

    Everything is asked of the actor that is asked of a person in the pages. A message that is refused leaves nothing
    behind and may be sent again. Raises NotFound when no such instance or nothing that waits is there, Refused when the
    id was used for something else or several tasks wait, and whatever pressing and completing raise.
    """
    if not 0 < len(message_id) <= ID_LIMIT:
        raise Refused(_("The message id has to have 1 to %(limit)s characters.", limit=ID_LIMIT))
    row = instances.lock(tx, instances.find(tx, number, actor).id)
    values = {"instance_id": row.id, "element_id": element_id}
    known = tx.execute(select(delivered_message).where(delivered_message.c.id == message_id)).first()
    if known is not None:
        if (known.instance_id, known.element_id) != (row.id, element_id):
            raise _used(message_id)
        return False
    try:
        with tx.begin_nested():
            who = {"person_id": actor.person_id, "delivered_at": context.now}
            tx.execute(insert(delivered_message).values(id=message_id, **values, **who))
    except IntegrityError:  # somebody sent it to another instance at this instant
        raise _used(message_id) from None
    element = definitions.load(tx, row.definition_id).diagram.elements.get(element_id)
    if element is not None and element.is_button:
        buttons.press(tx, context, actor, row.id, element_id)
    else:
        tasks.complete(tx, context, actor, _waiting(tx, row.id, number, element_id, actor), raw)
    return True


def _waiting(tx: Connection, instance_id: str, number: str, element_id: str, actor: Actor) -> str:
    """The only open task of this element; of several that each ask a unit, the one that asks the actor's."""
    own = (task.c.instance_id == instance_id) & (task.c.element_id == element_id) & (task.c.status == TaskStatus.OPEN)
    rows = tx.execute(select(task.c.id, task.c.unit_code).where(own)).all()
    found = [row.id for row in rows if row.unit_code == actor.unit_code] or [row.id for row in rows]
    if not found:
        raise NotFound(
            _("%(number)s is not waiting for %(element)s at present.", number=number, element=element_id[:64])
        )
    if len(found) > 1:
        raise Refused(
            _(
                "%(number)s has %(count)s tasks waiting for %(element)s, so it is not clear which one this is for.",
                number=number,
                count=len(found),
                element=element_id[:64],
            )
        )
    return str(found[0])


def _used(message_id: str) -> Refused:
    return Refused(_("The message id %(id)s has already been used for another message. Use another id.", id=message_id))
