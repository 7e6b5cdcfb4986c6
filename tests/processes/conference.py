"""A small joint conference: it begins by itself each quarter, or because somebody proposes a topic or calls a meeting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine.db import tables
from tests.processes.town import Instance, Town, sent
from tests.unit.builders import form_json
from tests.unit.diagrams import flow, lane, process, properties, text_field

KEY = "conference"
OFFICER, OFFICE, LEADER = "shenhe.qh", "chengyu.sf", "luyuan.qh"
FORMS = {
    "conference_topic": [text_field("subject"), text_field("proposal")],
    "conference_call": [text_field("subject"), text_field("reason")],
    "plan": [text_field("plan")],
}


def timed(timer: str, kind: str = "timeCycle", **given: str) -> str:
    """The start event that nobody makes."""
    own = properties(**{"unit": "justice_bureau", "fact_subject": "'季度例会'", **given})
    return (
        f'<startEvent id="quarter" name="季度例会">{own}<timerEventDefinition><{kind}>{timer}</{kind}>'
        "</timerEventDefinition></startEvent>"
    )


QUARTERLY = timed("first_working_day(&quot;quarter&quot;)")
TOPIC = '<startEvent id="topic" name="提出议题" camunda:formRef="conference_topic" />'
CALL = (
    '<startEvent id="call" name="召集会议" camunda:formRef="conference_call">'
    f"{properties(starters='town:principal_leader')}</startEvent>"
)


def drawn(*starts: str, plan: str = "拟定会期") -> str:
    named = properties(number_prefix="LX", title="subject", starter="own", parties="own")
    ids = [start.split('id="')[1].split('"')[0] for start in starts]
    return process(
        KEY,
        "联席会议",
        named,
        [lane("office", "justice_bureau", "case_officer", f"{' '.join(ids)} plan done")],
        [
            *starts,
            '<exclusiveGateway id="meet" />' if len(ids) > 1 else "",
            f'<userTask id="plan" name="{plan}" camunda:formRef="plan" />',
            f'<endEvent id="done" name="办结">{properties(result="held")}</endEvent>',
            *(flow(one, "meet" if len(ids) > 1 else "plan") for one in ids),
            flow("meet", "plan") if len(ids) > 1 else "",
            flow("plan", "done"),
        ],
    )


def deploy(town: Town, folder: Path, *starts: str, plan: str = "拟定会期") -> None:
    (folder / "forms" / KEY).mkdir(parents=True, exist_ok=True)
    for form_id, components in FORMS.items():
        (folder / "forms" / KEY / f"{form_id}.form").write_bytes(form_json(*components, form_id=form_id))
    (folder / f"{KEY}.bpmn").write_text(drawn(*starts, plan=plan), encoding="utf-8")
    town.act(lambda engine: engine.procedures_in_force.deploy(folder / f"{KEY}.bpmn", "test", "试办"))


def start(town: Town, by: str, key: str = KEY, **answers: Any) -> Instance:
    given = {"subject": "试办一件", **answers}
    return Instance(town, town.act(lambda engine: engine.instances.start(town.person(by), key, sent(given))))


def cases(town: Town) -> list[Instance]:
    """The conferences that have begun, in that order."""
    row = tables.process_instance
    own = select(row.c.number).where(row.c.key == KEY).order_by(row.c.started_at, row.c.number)
    return [Instance(town, number) for number in town.read(lambda tx: tx.scalars(own).all())]


def schedule(town: Town) -> Any:
    """The row of the schedule; None when there is none."""
    return town.read(lambda tx: tx.execute(select(tables.start_schedule)).first())
