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
from engine.organisation.assignment import Actor
from engine.runtime.instances import buttons, instances
from engine.runtime.step.context import Context
from engine.runtime.tasks import tasks

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
        raise Refused(f"消息编号要写 1 到 {ID_LIMIT} 个字符。")
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
        tasks.complete(tx, context, actor, _waiting(tx, row.id, number, element_id), raw)
    return True


def _waiting(tx: Connection, instance_id: str, number: str, element_id: str) -> str:
    """The only open task of this element."""
    own = (task.c.instance_id == instance_id) & (task.c.element_id == element_id) & (task.c.status == "open")
    found = tx.scalars(select(task.c.id).where(own)).all()
    if not found:
        raise NotFound(f"{number} 现在没有等着 {element_id[:64]}。")
    if len(found) > 1:
        raise Refused(f"{number} 有 {len(found)} 个任务都在等 {element_id[:64]}，分不清是给哪一个的。")
    return str(found[0])


def _used(message_id: str) -> Refused:
    return Refused(f"消息编号 {message_id} 已经用于别的消息，请换一个编号。")
