"""会签 of several units: each is asked by itself, five that agree are enough, and a limit closes what is silent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.processes.town import Instance, Town, sent
from tests.unit.diagrams import flow, lane, process, properties, text_field

KEY, OFFICER = "countersign", "shenhe.qh"
MEMBERS = {"field": "kind", "town": "town,department"}
OUTCOME = {
    "type": "radio",
    "key": "opinion_outcome",
    "label": "意见",
    "values": [{"value": "agree", "label": "同意"}, {"value": "object", "label": "不同意"}],
    "validate": {"required": True},
}
REASON = text_field("opinion_reason")
CHOSEN = {
    "type": "checklist",
    "key": "members",
    "label": "会签单位",
    "properties": {"widget": "units", "kind": "department,town", "count": "2"},
    "validate": {"required": True},
}
RESULT = text_field("result_note")
SHOWN = {**text_field("who_agreed"), "label": "同意的家数", "properties": {"default": 'str(count(opinions, "agree"))'}}


def several(until: str, sequential: bool = False) -> str:
    condition = f"<completionCondition>{until}</completionCondition>" if until else ""
    own = f'camunda:collection="members" camunda:elementVariable="member" isSequential="{str(sequential).lower()}"'
    return f"<multiInstanceLoopCharacteristics {own}>{condition}</multiInstanceLoopCharacteristics>"


def period(host: str) -> str:
    own = properties(deadline="reply", title="答复期限", rule="R1", basis="试办规定第一条", hard="true", unit="member")
    timer = "<timerEventDefinition><timeDate>working_days(3, now())</timeDate></timerEventDefinition>"
    return f'<boundaryEvent id="due" name="届满" attachedToRef="{host}" cancelActivity="false">{own}{timer}</boundaryEvent>'


def limit(host: str) -> str:
    timer = "<timerEventDefinition><timeDate>working_days(5, now())</timeDate></timerEventDefinition>"
    return f'<boundaryEvent id="closed" name="会签截止" attachedToRef="{host}">{timer}</boundaryEvent>'


def framed(until: str, sequential: bool = False, adds: str = "") -> list[str]:
    """Each member has a task with a period of its own, within a frame; `adds` says who may change whom it asks."""
    changing = {"adds": adds} if adds else {}
    collected = properties(**{"collect:opinions": "opinion_outcome", "collect:answered": "member"}, **changing)
    inner = [
        '<startEvent id="in" /><endEvent id="out" /><endEvent id="late" />',
        '<userTask id="opine" name="填写会签意见" camunda:formRef="opine">',
        properties(unit="member", role="case_officer"),
        "</userTask>",
        period("opine"),
        flow("in", "opine") + flow("opine", "out") + flow("due", "late"),
    ]
    return [
        f'<subProcess id="ask" name="会签">{collected}{several(until, sequential)}{"".join(inner)}</subProcess>',
        limit("ask"),
    ]


def plain(until: str, sequential: bool = False) -> list[str]:
    """Each member has a task."""
    own = properties(
        unit="member", role="case_officer", **{"collect:opinions": "opinion_outcome", "collect:answered": "member"}
    )
    multi = several(until, sequential)
    return [f'<userTask id="ask" name="填写会签意见" camunda:formRef="opine">{own}{multi}</userTask>', limit("ask")]


def write(folder: Path, asked: list[str], key: str = KEY) -> Path:
    forms: dict[str, list[dict[str, Any]]] = {
        f"{key}_start": [text_field("subject"), CHOSEN],
        "opine": [OUTCOME, REASON],
        "conclude": [RESULT, SHOWN],
    }
    for form_id, components in forms.items():
        (folder / "forms" / key).mkdir(parents=True, exist_ok=True)
        content = json.dumps({"type": "default", "id": form_id, "components": components}, ensure_ascii=False)
        (folder / "forms" / key / f"{form_id}.form").write_text(content, encoding="utf-8")
    body = [
        f'<startEvent id="start" name="发起" camunda:formRef="{key}_start" />',
        *asked,
        '<userTask id="conclude" name="汇总会签意见" camunda:formRef="conclude" />',
        '<exclusiveGateway id="enough" name="过半同意？" default="enough__refused" />',
        f'<endEvent id="done" name="会签通过">{properties(result="agreed")}</endEvent>',
        f'<endEvent id="refused" name="会签未通过">{properties(result="refused")}</endEvent>',
        flow("start", "ask"),
        flow("ask", "conclude"),
        *([flow("closed", "conclude")] if limit("ask") in asked else []),
        flow("conclude", "enough"),
        flow("enough", "done", 'count(opinions, "agree") * 2 > len(members)'),
        flow("enough", "refused"),
    ]
    own = properties(number_prefix="HQ", title="subject", starter="own_unit", parties="own_unit,members")
    nodes = "start ask conclude enough done refused"
    drawn = process(key, "会签试办", own, [lane("own", "own_unit", "case_officer", nodes)], body)
    (folder / f"{key}.bpmn").write_text(drawn, encoding="utf-8")
    return folder / f"{key}.bpmn"


def begin(town: Town, folder: Path, asked: list[str], members: list[str]) -> Instance:
    path = write(folder, asked)
    town.act(lambda engine: engine.procedures_in_force.deploy(path, "test"))
    given = sent({"subject": "跨区域联合整治方案", "members": members})
    return Instance(town, town.act(lambda engine: engine.instances.start(town.person(OFFICER), KEY, given)))
