"""Who does what: lanes, tasks and buttons name units and roles that exist, and who may start is written down."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, at, every
from engine.bpmn.reading.elements import BPMN, CAMUNDA, Element, Lane
from engine.errors import Problem

PREFIX = re.compile(r"[A-Z]{1,8}")
_TASKS = ("userTask", "serviceTask", "sendTask", "receiveTask")


def check(draft: Draft) -> Iterator[Problem]:
    yield from _process(draft)
    yield from _starters(draft)
    yield from _lanes(draft)
    for element in draft.running:
        yield from _place(draft, element)
        yield from _person(draft, element)
        yield from _button(draft, element)


# --- the process itself ---


def _process(draft: Draft) -> Iterator[Problem]:
    process = draft.diagram.process
    if process.number_prefix and not PREFIX.fullmatch(process.number_prefix):
        yield _here(
            draft,
            f"编号开头 {process.number_prefix[:40]} 不能用。",
            "请把属性 number_prefix 写成一到八个大写字母，如 YS。",
        )
    if process.title_fact and process.title_fact not in draft.said:
        yield _here(
            draft, f"标题所用的事实 {process.title_fact[:80]} 没有表单填写。", "请在属性 title 里写一个表单字段的 key。"
        )
    if not process.starter_fact:
        yield _here(draft, "没有写明发起单位记在哪里。", "请加属性 starter，值是事实的名字，如 referring_unit。")
    elif any(process.starter_fact in form.own_keys for form in draft.forms.values()):
        yield _here(
            draft,
            f"发起单位 {process.starter_fact} 由系统记下，表单却让人填写。",
            "请在表单里把这个字段设为只读（readonly）。",
        )
    if not process.party_facts:
        yield _here(draft, "没有写明当事单位，办件谁也看不到。", "请加属性 parties，如 referring_unit,receiving_unit。")
    elif process.starter_fact and process.starter_fact not in process.party_facts:
        yield _here(
            draft, "发起单位不在当事单位里，发起之后自己也看不到。", f"请在属性 parties 里加上 {process.starter_fact}。"
        )
    for fact in process.party_facts:
        if fact not in draft.said:
            yield _here(draft, f"当事单位 {fact[:80]} 没有表单填写。", "请在属性 parties 里写选单位的表单字段的 key。")
        else:
            yield from (_here(draft, *found) for found in _not_a_unit(draft, fact))


def _starters(draft: Draft) -> Iterator[Problem]:
    written = draft.process.get(f"{CAMUNDA}candidateStarterGroups", "")
    groups = [group.strip() for group in written.split(",") if group.strip()]
    if not groups:
        yield _here(
            draft, "没有写明谁能发起。", "请在 Candidate starter groups 里写单位类别和岗位，如 town:case_officer。"
        )
    for group in groups:
        kind, colon, role = group.partition(":")
        if not (kind and colon):
            yield _here(draft, f"能发起的人 {group[:80]} 写法不对。", "请写成 单位类别:岗位，如 town:case_officer。")
            continue
        if draft.unit_kinds and kind not in draft.unit_kinds:
            yield _here(draft, f"没有 {kind[:80]} 这类单位。", f"可用的有：{every(draft.unit_kinds)}。")
        if role not in draft.roles:
            yield _here(draft, f"没有 {role[:80]} 这个岗位。", f"可用的有：{every(draft.roles)}。")


def _here(draft: Draft, reason: str, remedy: str) -> Problem:
    return Problem(draft.diagram.key, draft.diagram.name, reason, remedy)


# --- lanes ---


def _lanes(draft: Draft) -> Iterator[Problem]:
    for lane in draft.diagram.lanes:
        if bool(lane.unit) != bool(lane.roles):
            missing = "role" if lane.unit else "unit"
            yield about(
                lane, f"泳道没有写 {missing}。", "请在泳道的扩展属性里同时写 unit（单位）和 role（岗位），或都不写。"
            )
        yield from _who(draft, lane, lane.unit, lane.roles)
    seen: dict[str, str] = {}
    for node in draft.process.iter(f"{BPMN}lane"):
        for reference in node.iterfind(f"{BPMN}flowNodeRef"):
            key, lane_id = (reference.text or "").strip(), node.get("id", "")
            outer = {around.get("id") for around in node.iterancestors(f"{BPMN}lane")}
            if key not in draft.diagram.elements:
                yield at(
                    node, f"泳道里的环节 {key[:80]} 不存在。", "请用建模器打开，把环节拖出泳道再拖回来，重新保存。"
                )
            elif seen.get(key, lane_id) not in {lane_id, *outer}:
                yield at(node, f"环节 {key[:80]} 同时在两个泳道里。", "请把它拖到其中一个泳道里，重新保存。")
            seen[key] = lane_id


def _place(draft: Draft, element: Element) -> Iterator[Problem]:
    if draft.diagram.lanes and element.kind in _TASKS and element.lane is None:
        yield about(element, "环节不在任何泳道里。", "请把它拖到办理它的单位和岗位的泳道里。")


# --- people ---


def _person(draft: Draft, element: Element) -> Iterator[Problem]:
    if element.kind != "userTask":
        return
    if element.candidate_groups:
        yield from _candidate_groups(draft, element)
        return
    properties = element.properties
    if ("unit" in properties) != ("role" in properties):
        yield about(element, "属性 unit 和 role 只写了一个。", "请两个都写，或都删去，由泳道说明。")
        return
    unit, roles = draft.diagram.asked(element)
    if "unit" in properties:
        yield from _who(draft, element, unit, roles)
    if (not unit or not roles) and (element.lane or not draft.diagram.lanes):
        yield about(element, "没有说明由哪个单位、哪个岗位办理。", "请在泳道上写属性 unit 和 role，或在环节上写。")


def _candidate_groups(draft: Draft, element: Element) -> Iterator[Problem]:
    pairs = [group.partition(":") for group in element.candidate_groups]
    if not all(unit and colon and role for unit, colon, role in pairs):
        yield about(element, "Candidate groups 的写法不对。", "请写成 单位:岗位，如 referring_unit:deputy_leader。")
        return
    if len({unit for unit, _, _ in pairs}) > 1:
        yield about(
            element, "Candidate groups 里有几个单位，一个环节只能由一个单位办理。", "请只写一个单位，岗位可以有几个。"
        )
    for unit in dict.fromkeys(unit for unit, _, _ in pairs):
        yield from _who(draft, element, unit, frozenset(role for other, _, role in pairs if other == unit))


def _button(draft: Draft, element: Element) -> Iterator[Problem]:
    if not element.is_button:
        return
    host = draft.diagram.elements.get(element.attached_to or "")
    if element.interrupting and (host is None or host.kind != "userTask"):
        yield about(
            element,
            "按钮会中断时限任务或者调用的流程。",
            '请把它改成非中断型（cancelActivity="false"），要终止的在分支末尾画终止结束事件；中断型的按钮只能附在用户任务上，'
            "按下去就代替那个任务往下走。",
        )
    if not element.name:
        yield about(element, "按钮没有名称，页面上没有字可写。", "请写上按下去要做的事，如“申请延长移送期限”。")
    if ("unit" in element.properties) != ("role" in element.properties):
        yield about(element, "属性 unit 和 role 只写了一个。", "请两个都写，或都删去，由泳道说明。")
        return
    unit, roles = draft.diagram.asked(element)
    if not unit or not roles:
        yield about(element, "没有说明哪个单位、哪个岗位可以按。", "请在按钮的扩展属性里写 unit 和 role。")
    elif "unit" in element.properties:
        for name in unit.split(","):
            yield from _who(draft, element, name.strip(), roles)
        if "," in unit and "pressed_by" not in element.properties:
            yield about(
                element,
                "几个单位都可以按，却没有记下是谁按的。",
                "请加属性 pressed_by，写记下按的单位的事实，后面的环节由它办理。",
            )
    for suffix in ("", *(f"_{number}" for number in range(2, 10))):
        has_when, has_otherwise = f"when{suffix}" in element.properties, f"otherwise{suffix}" in element.properties
        if has_when and not element.properties.get(f"otherwise{suffix}"):
            yield about(
                element, f"when{suffix} 没有对应的 otherwise{suffix}。", f"请加属性 otherwise{suffix}，写不能按的原因。"
            )
        if has_otherwise and not has_when:
            yield about(
                element, f"otherwise{suffix} 没有对应的 when{suffix}。", f"请加属性 when{suffix}，或删去这一句。"
            )


def _who(draft: Draft, subject: Element | Lane, unit: str, roles: frozenset[str]) -> Iterator[Problem]:
    """The unit is a fact that holds one or a unit of the city, and every role exists."""
    if unit:
        yield from (about(subject, *found) for found in _not_a_unit(draft, unit))
    for role in sorted(roles - draft.roles):
        yield about(subject, f"没有 {role[:80]} 这个岗位。", f"可用的有：{every(draft.roles)}。")


def _not_a_unit(draft: Draft, name: str) -> Iterator[tuple[str, str]]:
    """Why a name does not stand for a unit, in two sentences."""
    remedy = "请写装着单位的事实（选单位的表单字段的 key，或流程属性 starter），或单位的代码。"
    field = draft.fields.get(name)
    if name not in draft.facts and name not in draft.units:
        yield f"不知道 {name[:80]} 是哪个单位。", remedy
    elif field is not None and field.widget != "unit":
        yield f"{name[:80]} 装的不是单位（{field.label}）。", remedy


def names_unit(draft: Draft, element: Element, name: str) -> Iterator[Problem]:
    """The problem when a name that stands in a property of the element is no unit."""
    yield from (about(element, *found) for found in _not_a_unit(draft, name))
