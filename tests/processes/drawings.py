"""Small procedures that a test draws for itself: written into a folder with their forms, deployed, started and walked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.processes.town import Instance, Town, sent
from tests.unit.builders import form_json
from tests.unit.diagrams import ASKED_UNIT, flow, lane, process, properties, text_field

OFFICER = "shenhe.qh"
START_FORM = [text_field("subject"), {**ASKED_UNIT, "key": "dept"}]


def draw(
    town: Town,
    folder: Path,
    key: str,
    body: Iterable[str],
    own: str,
    forms: Mapping[str, list[dict[str, Any]]],
    *lanes: str,
    before: Iterable[str] = (),
) -> None:
    """The procedure is deployed: an officer of a town starts it, `own` are the elements of the officer's lane.

    `before` is what the file defines besides: messages and errors.
    """
    (folder / "forms" / key).mkdir(parents=True, exist_ok=True)
    for form_id, components in ({f"{key}_start": START_FORM} | dict(forms)).items():
        (folder / "forms" / key / f"{form_id}.form").write_bytes(form_json(*components, form_id=form_id))
    named = properties(number_prefix=key.upper(), title="subject", starter="own", parties="own,dept")
    start = f'<startEvent id="start" name="立项" camunda:formRef="{key}_start" />'
    done = f'<endEvent id="done" name="办结">{properties(result="done")}</endEvent>'
    own_lane = lane("l_own", "own", "case_officer", f"start done {own}")
    text = process(key, f"试办{key}", named, [own_lane, *lanes], [start, done, *body], before)
    (folder / f"{key}.bpmn").write_text(text, encoding="utf-8")
    town.act(lambda engine: engine.procedures_in_force.deploy(folder / f"{key}.bpmn", "test"))


def start(town: Town, key: str, **answers: Any) -> Instance:
    given = {"subject": "试办一件", "dept": "ecology", **answers}
    return Instance(town, town.act(lambda engine: engine.instances.start(town.person(OFFICER), key, sent(given))))


def task(element: str, name: str) -> str:
    return f'<userTask id="{element}" name="{name}" camunda:formRef="{element}" />'


def number_field(key: str, label: str) -> dict[str, Any]:
    return {"type": "number", "key": key, "label": label}


__all__ = ["draw", "flow", "lane", "number_field", "properties", "start", "task", "text_field"]
