"""Instances that stopped by themselves: each is parked alone and listed; everything else goes on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from engine.db.tables import incident, process_instance
from engine.errors import NotFound
from engine.ids import new_id
from engine.runtime import audit
from engine.runtime.faults import Fault


def park(tx: Connection, fault: Fault, now: datetime) -> None:
    """The instance rests with an incident that says why; its stored state is the one before the step that failed.

    A fault of an instance that never began leaves nothing behind.
    """
    parked = tx.execute(
        update(process_instance)
        .where(process_instance.c.id == fault.instance_id, process_instance.c.status == "running")
        .values(status="incident")
    )
    if parked.rowcount == 0:
        return
    tx.execute(
        insert(incident).values(
            id=new_id(),
            instance_id=fault.instance_id,
            element_id=fault.element_id,
            message=fault.message,
            raised_at=now,
        )
    )
    audit.append(tx, fault.instance_id, now, "incident", {"message": fault.message}, element_id=fault.element_id)
    row = tx.execute(select(process_instance).where(process_instance.c.id == fault.instance_id)).one()
    if row.origin_task_id is not None:  # whoever waits for it is told
        content = {"number": row.number, "message": fault.message}
        audit.append(tx, row.origin_instance_id, now, "called_incident", content)


def resume(tx: Connection, number: str, by: str, now: datetime) -> str:
    """The instance runs again from its stored state. Returns its id; raises NotFound when it has no open incident."""
    row = tx.execute(
        select(process_instance.c.id).where(
            process_instance.c.number == number, process_instance.c.status == "incident"
        )
    ).first()
    if row is None:
        raise NotFound(f"{number} 没有待处理的故障。")
    tx.execute(update(process_instance).where(process_instance.c.id == row.id).values(status="running"))
    tx.execute(
        update(incident).where(incident.c.instance_id == row.id, incident.c.closed_at.is_(None)).values(closed_at=now)
    )
    audit.append(tx, row.id, now, "resumed", {"by": by})
    return str(row.id)
