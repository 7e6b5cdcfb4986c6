"""The smallest procedures there are: one with a single task, and one that goes round as often as somebody wants."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import select

from engine.db import tables
from tests.processes.town import Town
from tests.unit.diagrams import flow, lane, process, properties, text_field

KEY, ROUND = "one_task", "round_trip"
BY = "shenhe.qh"
START = {"subject": ["路面积水"]}
DONE = {"note": ["已疏通。"]}
AGAIN = {"wanted": ["true"]}
ENOUGH: dict[str, list[str]] = {"wanted": []}


def write(folder: Path) -> Path:
    """The diagram with the single task, its forms beside it."""
    body = [
        '<startEvent id="start" name="立项" camunda:formRef="one_task_start" />',
        '<userTask id="do" name="办理" camunda:formRef="one_task_do" />',
        f'<endEvent id="done" name="办结">{properties(result="done")}</endEvent>',
        flow("start", "do"),
        flow("do", "done"),
    ]
    return _written(folder, KEY, "一步事项", "YB", "start do done", body, {"one_task_do": text_field("note")})


def write_round(folder: Path) -> Path:
    """Two tasks and a way back to the first: 办理, then whether that has to be done again."""
    body = [
        '<startEvent id="start" name="立项" camunda:formRef="round_trip_start" />',
        '<userTask id="do" name="办理" camunda:formRef="round_trip_do" />',
        '<userTask id="check" name="核对" camunda:formRef="round_trip_check" />',
        '<exclusiveGateway id="again" name="重做？" default="again__done" />',
        f'<endEvent id="done" name="办结">{properties(result="done")}</endEvent>',
        flow("start", "do"),
        flow("do", "check"),
        flow("check", "again"),
        flow("again", "do", "wanted"),
        flow("again", "done"),
    ]
    wanted = {"type": "checkbox", "key": "wanted", "label": "重做"}
    forms = {"round_trip_do": text_field("note"), "round_trip_check": wanted}
    return _written(folder, ROUND, "往返事项", "WF", "start do check again done", body, forms)


def open_task(town: Town, number: str) -> str:
    """The id of the one task that is open in the instance."""
    instance, task = tables.process_instance, tables.task
    found = select(task.c.id).join(instance, instance.c.id == task.c.instance_id)
    return str(
        town.read(lambda tx: tx.scalars(found.where(instance.c.number == number, task.c.status == "open")).one())
    )


def _written(
    folder: Path, key: str, name: str, prefix: str, nodes: str, body: list[str], forms: dict[str, dict[str, object]]
) -> Path:
    (folder / "forms" / key).mkdir(parents=True, exist_ok=True)
    for form_id, component in {f"{key}_start": text_field("subject"), **forms}.items():
        content = json.dumps({"type": "default", "id": form_id, "components": [component]}, ensure_ascii=False)
        (folder / "forms" / key / f"{form_id}.form").write_text(content, encoding="utf-8")
    own = properties(number_prefix=prefix, title="subject", starter="own_unit", parties="own_unit")
    drawn = process(key, name, own, [lane("own", "own_unit", "case_officer", nodes)], body)
    (folder / f"{key}.bpmn").write_text(drawn, encoding="utf-8")
    return folder / f"{key}.bpmn"
