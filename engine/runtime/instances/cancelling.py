"""Cancelling an instance before its first document has gone out (C11), for procedures that draw no withdrawal for it.

Afterwards the other side has something in hand: then it takes a withdrawal in writing and its acknowledgement, as the
diagram draws it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, select

from engine.bpmn.elements import Diagram, Element
from engine.db.tables import document, process_instance
from engine.deployments import definitions
from engine.errors import AlreadyDone, LianbanError, NotAllowed, NotFound, Refused
from engine.organisation import units
from engine.organisation.assignment import Actor, OwnSubject, may
from engine.organisation.people import ROLES
from engine.runtime.advance.closing import TOLD, cancel
from engine.runtime.instances import instances
from engine.runtime.instances.buttons import only_through
from engine.runtime.notify.notices import tell_people
from engine.runtime.step.confidentiality import require_untold, sentence, told_in
from engine.runtime.step.context import Context
from engine.runtime.step.facts import known
from engine.runtime.step.free_text import Raw, words

REASON_LIMIT = 500
REASON_LEAST = 5
RESULT = {"result": "withdrawn", "result_name": "已撤销"}
ENDED_BY_OFFICE = {"result": "ended_by_office", "result_name": "已终止"}


def withdraw(tx: Connection, context: Context, actor: Actor, instance_id: str, raw: Raw) -> None:
    """The instance has ended as withdrawn, with everything that it had called; its parties are told why.

    `raw` holds the `reason`. Raises NotAllowed, InvalidValues, AlreadyDone, and Refused when a document has gone out.
    """
    row = instances.lock(tx, instance_id)
    _require(tx, context, actor, row)
    reason = words(raw, "reason", REASON_LIMIT, REASON_LEAST)
    require_untold(tx, instance_id, actor, "reason", reason)
    cancel(tx, context, instance_id, RESULT, actor, reason)
    told = f"{actor.unit_name}撤销了“{row.title}”（{row.number}）：{reason}"
    for unit_code in sorted(instances.units_at_work(tx, instance_id)):
        tell_people(tx, context, instance_id, "withdrawn", unit_code, TOLD, told)


def end(tx: Connection, context: Context, number: str, by: str, reason: str) -> None:
    """The office has ended an instance that cannot be mended, also one that is parked; its people are told why.

    Whoever waits for it is parked, and calls anew when it is resumed. Raises NotFound, AlreadyDone, and Refused without a
    reason.
    """
    found = tx.scalar(select(process_instance.c.id).where(process_instance.c.number == number))
    if found is None:
        raise NotFound(f"没有编号为 {number} 的办件。")
    row = instances.lock(tx, found)
    if row.status == "ended":
        raise AlreadyDone(f"{number} 已经办结（{row.result_name or '已结束'}）。")
    reason = " ".join(reason.split())
    if not REASON_LEAST <= len(reason) <= REASON_LIMIT:
        raise Refused(f"请写明终止的原因，{REASON_LEAST} 到 {REASON_LIMIT} 字。")
    if kept := told_in(tx, row.id, None, reason):
        raise Refused(sentence(kept))
    at_work = sorted(instances.units_at_work(tx, row.id))
    cancel(tx, context, row.id, ENDED_BY_OFFICE, reason=reason, by=by)
    told = f"系统管理员终止了“{row.title}”（{number}）：{reason}"
    for unit_code in at_work:
        tell_people(tx, context, row.id, "withdrawn", unit_code, TOLD, told)


def may_withdraw(tx: Connection, context: Context, actor: Actor, row: Row[Any]) -> bool:
    """Whether the instance can be cancelled now, by this person."""
    try:
        _require(tx, context, actor, row)
    except LianbanError:
        return False
    return True


def why_not(tx: Connection, context: Context, actor: Actor, row: Row[Any]) -> str:
    """Why whoever could otherwise cancel the instance cannot do so now, and what to do instead.

    Empty when it can be cancelled, for everybody else, when it has ended, and when the procedure draws every withdrawal:
    then its own button says why not.
    """
    try:
        _require(tx, context, actor, row)
    except (NotAllowed, AlreadyDone):
        return ""
    except Refused as refused:
        return "" if definitions.load(tx, row.definition_id).diagram.process.draws_withdrawal else refused.message
    return ""


def _require(tx: Connection, context: Context, actor: Actor, row: Row[Any]) -> None:
    diagram = definitions.load(tx, row.definition_id).diagram
    process = diagram.process
    code = known(tx, row.id).get(process.starter_fact)
    unit = units.find(tx, code, context.now) if isinstance(code, str) else None
    decision = may(actor, "cancel_instance", OwnSubject(str(code), unit.name if unit else "发起单位", row.started_by))
    if not decision.allowed:
        raise NotAllowed(decision.reason)
    if row.status == "ended":
        raise AlreadyDone(f"这件办件已经办结（{row.result_name or '已结束'}），不能再撤销。")
    if row.status != "running":
        raise Refused("这件办件因故障停下，恢复之后才能撤销。")
    if row.origin_task_id is not None:
        raise Refused("这件办件是由另一件办件发起的，对方在等它的结果。请在那一件里撤回。")
    if process.draws_withdrawal:
        raise Refused("这个流程的撤回画在流程图上，请用流程自己的撤回操作。")
    if tx.scalar(select(func.count()).where(document.c.instance_id == row.id)):
        raise Refused(f"已经有文书送达，不能直接撤销。{_instead(diagram, actor)}")


def _instead(diagram: Diagram, actor: Actor) -> str:
    """How the diagram draws the withdrawal of what is in the other side's hands: the buttons that end with this result."""
    drawn = [found for found in diagram.elements.values() if found.is_button and _ends_withdrawn(diagram, found)]
    if not drawn:
        return "这个流程没有书面撤回的环节，请继续办理到办结。"
    roles = {role for button in drawn for role in diagram.asked(button)[1]}
    whose = (
        "" if roles & actor.standing_roles else f"，由{'、'.join(ROLES[role] for role in ROLES if role in roles)}提出"
    )
    names = "或".join(f"“{button.name}”" for button in drawn)
    return f"须书面撤回，送达对方并由对方确认：请用{names}{whose}。"


def _ends_withdrawn(diagram: Diagram, button: Element) -> bool:
    own = only_through(diagram, button)
    return any(diagram.elements[found].properties.get("result") == RESULT["result"] for found in own)
