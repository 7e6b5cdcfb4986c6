"""Instances that stopped by themselves: each is parked alone and listed; everything else goes on.

A fault at a start leaves no instance behind; it is kept besides (`start_fault`). Whoever looks after the installation is
notified of both, with the procedure, the element and the technical reason, and with nothing that a case says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from engine.db.tables import incident, process_instance, start_fault
from engine.deployments import definitions
from engine.errors import NotFound, Refused
from engine.ids import new_id
from engine.messages import in_chinese, to_json
from engine.runtime.notify.notices import notify_administrators, tell_people
from engine.runtime.periods import resting
from engine.runtime.step import audit
from engine.runtime.step.context import Context
from engine.runtime.step.facts import known
from engine.runtime.step.faults import Fault, without_contents
from engine.runtime.step.locks import lock
from engine.runtime.step.parties import units_at_work

AGAIN = timedelta(days=1)
"""A step that is refused for the same reason is told to an administrator once in this time."""
SHORTEST = 8
"""Characters of a start fault's id that are enough to name it."""


@dataclass(frozen=True)
class Stopped:
    """Something that waits for whoever looks after the installation: a parked case, or a fault at a start.

    `number` is empty and `fault_id` is not for a fault at a start. `times` says how often it was tried.
    """

    number: str
    fault_id: str
    procedure: str
    element: str
    since: datetime
    reason: str
    times: int = 1


def park(tx: Connection, context: Context, fault: Fault) -> bool:
    """The instance rests with an incident that says why; its stored state is the one before the step that failed.

    Its people are told, and those of the instance that waits for it, and the system administrators. A fault of an
    instance that never began is kept as one of a start. Returns whether a system administrator has been notified.
    """
    row = lock(tx, fault.instance_id)
    if row is None:
        return _at_a_start(tx, context, fault)
    if row.status != "running":
        return False
    tx.execute(update(process_instance).where(process_instance.c.id == row.id).values(status="incident"))
    resting.rest(tx, row.id)
    tx.execute(
        insert(incident).values(
            id=new_id(),
            instance_id=row.id,
            element_id=fault.element_id,
            message=in_chinese(fault.sentence),
            said=to_json(fault.sentence),
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
    procedure, step = _place(tx, row.definition_id, fault.element_id)
    where, reason = _where(step), _technical(tx, row.id, row.title, fault.message, fault.said)
    words = f"办件 {row.number}（{procedure}）{where}遇到故障停下：{reason}"
    return notify_administrators(tx, context, f"{words}排除后用 lianban resume {row.number} --by 姓名 恢复。", step)


def refused(tx: Connection, context: Context, fault: Fault) -> bool:
    """A step was refused because of what an earlier form says; nothing is parked. Returns as `park` does."""
    row = tx.execute(select(process_instance).where(process_instance.c.id == fault.instance_id)).first()
    if row is None:
        return _at_a_start(tx, context, fault)
    procedure, step = _place(tx, row.definition_id, fault.element_id)
    where, reason = _where(step), _technical(tx, row.id, row.title, fault.message, fault.said)
    words = f"办件 {row.number}（{procedure}）{where}有一步没有办成，办件没有停下：{reason}"
    text = f"{words}经办人已得知先更正哪一栏；还会再遇到的，请让这一栏必填，或改流程图。"
    return notify_administrators(tx, context, text, step, context.now - AGAIN)


def stopped(tx: Connection) -> list[Stopped]:
    """What waits for whoever looks after the installation, the longest first."""
    rows = tx.execute(
        select(incident, process_instance.c.number, process_instance.c.title, process_instance.c.definition_id)
        .join(process_instance, process_instance.c.id == incident.c.instance_id)
        .where(incident.c.closed_at.is_(None), process_instance.c.status == "incident")
    ).all()
    found = []
    for row in rows:
        procedure, step = _place(tx, row.definition_id, row.element_id)
        reason = _technical(tx, row.instance_id, row.title, row.message)
        found.append(Stopped(row.number, "", procedure, step, row.raised_at, reason))
    for row in tx.execute(select(start_fault).where(start_fault.c.closed_at.is_(None))):
        element = row.element_name or row.element_id or ""
        found.append(Stopped("", row.id, row.name, element, row.raised_at, row.message, row.times))
    return sorted(found, key=lambda one: (one.since, one.number, one.fault_id))


def close_start_fault(tx: Connection, beginning: str, by: str, now: datetime) -> str:
    """The fault at a start whose id begins so is done with. Returns the procedure's name; raises NotFound, Refused."""
    if len(beginning) < SHORTEST:
        raise Refused(f"编号请至少写 {SHORTEST} 位。")
    mine = start_fault.c.id.startswith(beginning, autoescape=True) & start_fault.c.closed_at.is_(None)
    rows = tx.execute(select(start_fault.c.id, start_fault.c.name).where(mine).limit(2)).all()
    if not rows:
        raise NotFound(f"没有编号为 {beginning} 的、还没有了结的发起故障。")
    if len(rows) > 1:
        raise Refused(f"有几个发起故障的编号以 {beginning} 开头，请多写几位。")
    tx.execute(update(start_fault).where(start_fault.c.id == rows[0].id).values(closed_at=now, closed_by=by))
    return str(rows[0].name)


def _at_a_start(tx: Connection, context: Context, fault: Fault) -> bool:
    """The same fault is one row and one notice, however often it is tried, until somebody has closed it."""
    if fault.definition_id is None or fault.actor is None:
        return False
    definition = definitions.load(tx, fault.definition_id)
    name, step = _place(tx, definition.id, fault.element_id)
    reason = without_contents(fault.message, fault.said)
    same = (
        (start_fault.c.key == definition.key)
        & (start_fault.c.message == reason)
        & start_fault.c.element_id.is_not_distinct_from(fault.element_id)
        & start_fault.c.closed_at.is_(None)
    )
    row = tx.execute(select(start_fault.c.id, start_fault.c.raised_at).where(same)).first()
    if row is not None:
        again = {"last_at": context.now, "times": start_fault.c.times + 1}
        tx.execute(update(start_fault).where(start_fault.c.id == row.id).values(**again))
    else:
        tx.execute(
            insert(start_fault).values(
                id=new_id(),
                key=definition.key,
                name=name,
                element_id=fault.element_id,
                element_name=step or None,
                message=reason,
                person_id=fault.actor.person_id,
                unit_code=fault.actor.unit_code,
                raised_at=context.now,
                last_at=context.now,
                times=1,
            )
        )
    text = f"发起“{name}”没有办成，{_where(step)}遇到故障：{reason}请改正流程图后重新部署，详见 lianban incidents。"
    return notify_administrators(tx, context, text, step, row.raised_at if row is not None else None)


def _place(tx: Connection, definition_id: str, element_id: str | None) -> tuple[str, str]:
    """The names of the procedure and of the element; the element's is empty when none is to blame."""
    definition = definitions.load(tx, definition_id)
    element = definition.diagram.elements.get(element_id or "")
    return definition.name, (element.name or element.id) if element is not None else element_id or ""


def _where(step: str) -> str:
    return f"在“{step}”" if step else ""


def _technical(tx: Connection, instance_id: str, title: str, message: str, said: Iterable[object] = ()) -> str:
    return without_contents(message, [title, *known(tx, instance_id).values(), *said])


def resume(tx: Connection, number: str, by: str, context: Context) -> str:
    """The instance runs again from its stored state. Returns its id; raises NotFound when it has no open incident."""
    found = tx.scalar(select(process_instance.c.id).where(process_instance.c.number == number))
    row = lock(tx, found) if found else None
    if row is None or row.status != "incident":
        raise NotFound(f"{number} 没有待处理的故障。")
    tx.execute(update(process_instance).where(process_instance.c.id == row.id).values(status="running"))
    resting.wake(tx, row.id)
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
