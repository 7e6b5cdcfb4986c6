"""Instances that stopped by themselves: each is parked alone and listed; everything else goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select, update

from engine.db.tables import incident, process_instance
from engine.errors import NotFound
from engine.ids import new_id
from engine.runtime import audit
from engine.runtime.faults import Fault
from engine.runtime.locks import lock
from engine.runtime.notices import tell_people
from engine.runtime.parties import units_at_work

if TYPE_CHECKING:
    from engine.runtime.step import Context


def park(tx: Connection, context: Context, fault: Fault) -> None:
    """The instance rests with an incident that says why; its stored state is the one before the step that failed.

    Its people are told, and those of the instance that waits for it. A fault of an instance that never began leaves
    nothing behind.
    """
    row = lock(tx, fault.instance_id)
    if row is None or row.status != "running":
        return
    tx.execute(update(process_instance).where(process_instance.c.id == row.id).values(status="incident"))
    tx.execute(
        insert(incident).values(
            id=new_id(),
            instance_id=row.id,
            element_id=fault.element_id,
            message=fault.message,
            raised_at=context.now,
        )
    )
    audit.append(tx, row.id, context.now, "incident", {"message": fault.message}, element_id=fault.element_id)
    _tell(tx, context, row.id, f"“{row.title}”（{row.number}）遇到故障停下，系统管理员排除后才能继续：{fault.message}")
    if row.origin_task_id is not None:  # whoever waits for it is told
        content = {"number": row.number, "message": fault.message}
        audit.append(tx, row.origin_instance_id, context.now, "called_incident", content)
        caller = tx.execute(select(process_instance).where(process_instance.c.id == row.origin_instance_id)).one()
        text = f"“{caller.title}”（{caller.number}）在等的办件 {row.number} 遇到故障停下，系统管理员排除后才会有结果。"
        _tell(tx, context, caller.id, text)


def resume(tx: Connection, number: str, by: str, context: Context) -> str:
    """The instance runs again from its stored state. Returns its id; raises NotFound when it has no open incident."""
    found = tx.scalar(select(process_instance.c.id).where(process_instance.c.number == number))
    row = lock(tx, found) if found else None
    if row is None or row.status != "incident":
        raise NotFound(f"{number} 没有待处理的故障。")
    tx.execute(update(process_instance).where(process_instance.c.id == row.id).values(status="running"))
    tx.execute(
        update(incident)
        .where(incident.c.instance_id == row.id, incident.c.closed_at.is_(None))
        .values(closed_at=context.now)
    )
    audit.append(tx, row.id, context.now, "resumed", {"by": by})
    return str(row.id)


def _tell(tx: Connection, context: Context, instance_id: str, text: str) -> None:
    for unit_code in sorted(units_at_work(tx, instance_id)):
        tell_people(tx, context, instance_id, "incident", unit_code, ["case_officer", "liaison"], text)
