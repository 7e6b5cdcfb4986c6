"""What a diagram may hold: every element, attribute and property that runs, and what is kept as a drawing.

An allowlist. What stands in no table here is refused by the gate; `docs/reference/bpmn.md` shows these tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.bpmn import refusals
from engine.bpmn.called import BINDINGS
from engine.bpmn.refusals import Refusal

ANY: tuple[str, ...] = ()
"""An attribute that may hold any text."""
ONLY_TRUE, ONLY_FALSE, EITHER = ("true",), ("false",), ("true", "false")
NODE = {"id": ANY, "name": ANY}
TASK = {**NODE, "isForCompensation": ONLY_FALSE, "startQuantity": ("1",), "completionQuantity": ("1",)}
GATEWAY = {**NODE, "gatewayDirection": ("Unspecified", "Converging", "Diverging", "Mixed")}
FORM = {"camunda:formRef": ANY, "camunda:formRefBinding": ("deployment",)}
IMPLEMENTATION = {"implementation": ("##unspecified", "##WebService")}
EXPRESSION = {"id": ANY, "xsi:type": ANY}

DECORATION_NAMESPACES = frozenset(
    {
        "http://bpmn.io/schema/bpmn/biocolor/1.0",
        "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
        "http://camunda.org/schema/modeler/1.0",
        "http://www.w3.org/XML/1998/namespace",
    }
)
"""Colours and notes of modelers: kept, and of no effect."""
PICTURE_NAMESPACE = "http://www.omg.org/spec/BPMN/20100524/DI"
"""Where the shapes lie; only directly within the definitions."""


@dataclass(frozen=True)
class Construct:
    """An element that the gate lets pass: within what it stands, the attributes it may have, and what it does."""

    within: frozenset[str]
    attributes: Mapping[str, tuple[str, ...]]
    says: str
    holds_text: bool = False


def _runs(within: str, attributes: Mapping[str, tuple[str, ...]], says: str, holds_text: bool = False) -> Construct:
    return Construct(frozenset(within.split()), attributes, says, holds_text)


_FLOW_NODES = (
    "startEvent endEvent boundaryEvent intermediateCatchEvent userTask serviceTask sendTask receiveTask callActivity "
    "exclusiveGateway parallelGateway"
)
_EVENTS = "boundaryEvent intermediateCatchEvent"

RUNS: Mapping[str, Construct] = {
    "process": _runs(
        "definitions",
        {
            **NODE,
            "isExecutable": EITHER,
            "isClosed": EITHER,
            "processType": ("None", "Private", "Public"),
            "camunda:candidateStarterGroups": ANY,
            "camunda:historyTimeToLive": ANY,
            "camunda:versionTag": ANY,
            "camunda:isStartableInTasklist": ONLY_TRUE,
        },
        '流程。恰有一个 isExecutable="true"；candidateStarterGroups 写谁能发起，如 town:case_officer。',
    ),
    "laneSet": _runs("process", NODE, "泳道组。"),
    "childLaneSet": _runs("lane", NODE, "泳道里的泳道；环节以最里面的泳道为准。"),
    "lane": _runs("laneSet childLaneSet", NODE, "泳道。属性 unit 和 role 说明泳道里的环节由哪个单位、哪个岗位办理。"),
    "startEvent": _runs(
        "process",
        {**NODE, **FORM, "isInterrupting": ONLY_TRUE, "parallelMultiple": ONLY_FALSE},
        "发起。恰有一个，不带任何触发条件，要有表单。",
    ),
    "endEvent": _runs("process", NODE, "一条分支到此为止；属性 result 是办件的结果。"),
    "terminateEventDefinition": _runs("endEvent", {"id": ANY}, "整个办件到此结束，其他分支、时限和任务都失效。"),
    "userTask": _runs(
        "process",
        {**TASK, **FORM, "implementation": ("##unspecified",), "camunda:candidateGroups": ANY},
        "人办的环节。要有表单，由所在泳道的单位和岗位办理；candidateGroups（单位:岗位）可以另作规定。",
    ),
    "serviceTask": _runs("process", {**TASK, **IMPLEMENTATION}, "系统自动办的事。属性 operation 是哪一件。"),
    "sendTask": _runs("process", {**TASK, **IMPLEMENTATION}, "与 serviceTask 相同，用来画送达和告知。"),
    "receiveTask": _runs(
        "process",
        {**TASK, **IMPLEMENTATION, "instantiate": ONLY_FALSE},
        "时限任务：不写 messageRef，挂着期限和按钮，一直开着，到期限办结（meets）或办件结束为止。",
    ),
    "callActivity": _runs(
        "process",
        {
            **TASK,
            "calledElement": ANY,
            "camunda:calledElementBinding": BINDINGS,
            "camunda:calledElementVersion": ANY,
            "camunda:calledElementVersionTag": ANY,
        },
        "调用另一个流程：它作为单独的办件运行，办结后这里才往下走；这里先结束的，它随之结束。"
        "camunda:in 交过去的值，camunda:out 交回来的值（source 或 sourceExpression，target）。"
        "calledElementBinding 写用哪一版，不写是 latest。",
    ),
    "exclusiveGateway": _runs(
        "process",
        {**GATEWAY, "default": ANY},
        "判断。名称是问句，一条默认流，其余各有条件；按文件里的顺序第一个成立的走。也用来合并。",
    ),
    "parallelGateway": _runs("process", GATEWAY, "分出同时进行的分支，或等这些分支到齐。一个网关只做一样。"),
    "boundaryEvent": _runs(
        "process",
        {**NODE, "attachedToRef": ANY, "cancelActivity": EITHER, "parallelMultiple": ONLY_FALSE},
        "附在任务上的定时事件（期限、提醒、限时）或消息事件（按钮）。",
    ),
    "intermediateCatchEvent": _runs("process", {**NODE, "parallelMultiple": ONLY_FALSE}, "等到定时的时刻再往下走。"),
    "timerEventDefinition": _runs(_EVENTS, {"id": ANY}, "定时。恰有 timeDate、timeDuration、timeCycle 之一。"),
    "timeDate": _runs(
        "timerEventDefinition", EXPRESSION, "时刻：带时区的 ISO 时间，或给出时刻的表达式。", holds_text=True
    ),
    "timeDuration": _runs(
        "timerEventDefinition", EXPRESSION, "时长：PT24H、P3D 等（一分钟到十年），或给出时刻的表达式。", holds_text=True
    ),
    "timeCycle": _runs(
        "timerEventDefinition",
        EXPRESSION,
        "周期：第 n 次的时刻，如 natural_days(30 * n, accepted_at)；或 P1D 等固定间隔。只能用在非中断的边界事件上。",
        holds_text=True,
    ),
    "messageEventDefinition": _runs(
        "boundaryEvent", {"id": ANY, "messageRef": ANY}, "按钮：有权的人在办件页面上可以按，按几次开几次分支。"
    ),
    "sequenceFlow": _runs(
        "process", {**NODE, "sourceRef": ANY, "targetRef": ANY, "isImmediate": ONLY_TRUE}, "从一个环节到下一个环节。"
    ),
    "conditionExpression": _runs(
        "sequenceFlow", EXPRESSION, "判断之后走这条流的条件，用我们的表达式。", holds_text=True
    ),
    "extensionElements": _runs(
        f"definitions collaboration participant process laneSet lane sequenceFlow {_FLOW_NODES}",
        {},
        "放 camunda:properties，见扩展属性。",
    ),
}
"""Element of the BPMN namespace -> what it does when it runs."""

DRAWN: Mapping[str, Construct] = {
    "definitions": _runs(
        "",
        {
            **NODE,
            "targetNamespace": ANY,
            "exporter": ANY,
            "exporterVersion": ANY,
            "expressionLanguage": ANY,
            "typeLanguage": ANY,
            "xsi:schemaLocation": ANY,
        },
        "文件。",
    ),
    "message": _runs("definitions", {**NODE, "itemRef": ANY}, "按钮所指的消息，只是名字。"),
    "signal": _runs("definitions", {**NODE, "structureRef": ANY}, "没有事件用到的定义，留着无妨。"),
    "error": _runs("definitions", {**NODE, "errorCode": ANY, "structureRef": ANY}, "没有事件用到的定义，留着无妨。"),
    "escalation": _runs(
        "definitions", {**NODE, "escalationCode": ANY, "structureRef": ANY}, "没有事件用到的定义，留着无妨。"
    ),
    "collaboration": _runs("definitions", {**NODE, "isClosed": EITHER}, "泳池所在的图。"),
    "participant": _runs("collaboration", {**NODE, "processRef": ANY}, "泳池；不展开的泳池只作说明。"),
    "category": _runs("definitions", NODE, "分组框的名称。"),
    "categoryValue": _runs("category", {"id": ANY, "value": ANY}, "分组框的名称。"),
    "group": _runs("process collaboration", {"id": ANY, "categoryValueRef": ANY}, "分组框。"),
    "textAnnotation": _runs("process collaboration", {"id": ANY, "textFormat": ANY}, "批注。"),
    "text": _runs("textAnnotation", {}, "批注的文字。", holds_text=True),
    "association": _runs(
        "process collaboration",
        {"id": ANY, "sourceRef": ANY, "targetRef": ANY, "associationDirection": ("None", "One", "Both")},
        "批注的连线。",
    ),
    "dataStore": _runs("definitions", {**NODE, "capacity": ANY, "isUnlimited": EITHER}, "数据库图标。"),
    "dataStoreReference": _runs("process", {**NODE, "dataStoreRef": ANY}, "数据库图标。"),
    "documentation": _runs(
        "definitions process collaboration participant laneSet lane sequenceFlow message textAnnotation association "
        f"group dataStore dataStoreReference {_FLOW_NODES}",
        {"id": ANY, "textFormat": ANY},
        "说明文字。",
        holds_text=True,
    ),
    "incoming": _runs(_FLOW_NODES, {}, "流入的线，以 sequenceFlow 为准。", holds_text=True),
    "outgoing": _runs(_FLOW_NODES, {}, "流出的线，以 sequenceFlow 为准。", holds_text=True),
    "flowNodeRef": _runs("lane", {}, "泳道里有哪些环节。", holds_text=True),
}
"""Element of the BPMN namespace that is kept and shown, and does nothing."""

ALLOWED: Mapping[str, Construct] = {**RUNS, **DRAWN}

_NUMBERED = re.compile(r"(when|otherwise)_[2-9]")
PROPERTIES: Mapping[str, Mapping[str, str]] = {
    "process": {
        "number_prefix": "办件编号的开头，大写字母，如 YS。",
        "summary": "一句话说明，发起页上给人看。",
        "period": "期限的说明文字，发起页上给人看。",
        "title": "哪个事实是办件的标题。",
        "starter": "哪个事实记下发起单位。",
        "parties": "哪些事实是当事单位，用逗号分开；只有当事单位能看办件。",
        "withdrawal": "drawn 表示撤回从一开始就画在图上；不写的，文书送达以前发起单位可以直接撤销办件。",
    },
    "lane": {
        "unit": "单位：装着单位的事实，或固定单位的代码。",
        "role": "岗位，几个用逗号分开，其中任何一个都可以办。",
    },
    "userTask": {
        "unit": "代替泳道的单位，与 role 一起写。",
        "role": "代替泳道的岗位，与 unit 一起写。",
        "deadline": "环节在哪个期限之内，写期限的名字。",
        "form:*": "给表单的参数，如 form:side = a：表单的 key 和表达式里写 __side 的、文字里写 {side} 的，这个环节都填成 a。"
        "值是文字，不是表达式；写进 key 的只能是英文字母、数字和下划线，可以空着。",
        "recommended": "建议最迟办到什么时候：表达式，如 working_days(2, now())。环节没有画期限、也不在别的期限之内时才用；"
        "不写的按城市规则 task.recommended_wd。",
        "excused": "哪个岗位这一次不办：表达式，值是岗位，空的不减；环节轮到时算一次。"
        '例如 "deputy_leader" if config("referral.extension_approver") == "principal" else ""。',
        "send_back_to": "还可以退回到哪些别的单位办的环节，写环节的 id，用逗号分开；本单位前面的环节不用写。",
        "drafts": "在这个环节起草、修改或签发哪些文书：写送达它们的服务任务的 id，几个用逗号分开。"
        "页面只列出所选结论会形成的文书；文书签发以前，对方看不到这个环节的结论和填报。",
        "addressed": "parties 表示在这个环节填报的是说给各当事单位听的（如在协商中表明意见）：一提交，看得到办件的各方就能看到；"
        "不写的，要等此后有文书、任务送到对方才看得到。",
        "files": "办完时形成、存在本单位的文书：写公文模板的名字，如 D03，几个用逗号分开。",
        "signs_for": "办完就是签收了哪些文书：写送达它们的服务任务的 id，几个用逗号分开。",
    },
    "exclusiveGateway": {
        "usual": "通常走哪条流，进度页照它预告后面的环节：写流的 id；事先说不准的写 none，预告到此为止。"
        "不写就照默认流。不影响实际走哪条流。",
    },
    "serviceTask": {
        "operation": "做哪一件事；其余参数随它而定。",
        "fact:*": "办完之后记下的事实，值是表达式，如 fact:extended_at = now()。",
        "meets": "办完之后哪个期限就办结了。",
        "in:*": "operation=start_procedure 时交给新办件的事实，值是表达式，如 in:referring_unit = first_unit。",
    },
    "timer": {
        "deadline": "有它就是法定期限，值是期限的名字；同名的延期、办结都指它。",
        "title": "期限的名称，给人看，如 移送期限；不写就用事件的名称。",
        "rule": "规则编号，如 R55。",
        "basis": "依据的原文。",
        "hard": "true 是法定的，超过即超期；false 是建议的。",
        "unit": "由哪个单位遵守。",
    },
    "message": {
        "unit": "哪个单位可以按；几个单位都可以按的用逗号分开，另写 pressed_by。",
        "role": "哪个岗位可以按。",
        "when": "什么时候可以按，表达式；再多的条件写 when_2 到 when_9。",
        "otherwise": "不能按的时候给人看的原因，每个 when 都要有一个。",
        "pressed_by": "记下是哪个单位按的：事实的名字，后面的环节可以由它办理。",
        "when_*": "同 when。",
        "otherwise_*": "同 otherwise。",
    },
    "endEvent": {
        "result": "办件的结果，如 closed_with_result。",
        "archived_by": "办结后由哪个单位归档：装着单位的事实，或固定单位的代码；不写就是发起单位。",
    },
}
"""Sort of element -> `camunda:property` names it may have. sendTask is as serviceTask; others have none."""


OWNERS: Mapping[str, str] = {
    "process": "流程",
    "lane": "泳道",
    "userTask": "用户任务",
    "exclusiveGateway": "判断网关",
    "serviceTask": "服务任务、发送任务",
    "timer": "定时边界事件",
    "message": "消息边界事件（按钮）",
    "endEvent": "结束事件",
}
"""The keys of `PROPERTIES` in words."""


def sort_of(kind: str, event_kind: str = "") -> str:
    """The key of `PROPERTIES` for an element."""
    if kind == "sendTask":
        return "serviceTask"
    return event_kind if kind == "boundaryEvent" else kind


def knows_property(sort: str, name: str) -> bool:
    """Whether an element of this sort may have a property of this name."""
    names = PROPERTIES.get(sort, {})
    prefix, colon, _ = name.partition(":")
    pattern = f"{prefix}:*" if colon else _NUMBERED.sub(r"\1_*", name)
    return pattern in names and not name.endswith("*")


# --- as the reference shows them ---


def as_markdown() -> str:
    """The tables of what runs, what is only drawn and what is refused."""
    return "\n\n".join(
        [
            _section("执行的元素", ("元素", "作用", "属性"), _constructs(RUNS)),
            _section("扩展属性", ("所在", "属性", "含义"), _properties()),
            _section("只作图示的元素", ("元素", "作用", "属性"), _constructs(DRAWN)),
            _section("拒绝的元素", ("元素", "原因", "改画"), _refused("", refusals.ELEMENTS)),
            _section("拒绝的位置", ("所在", "元素", "原因", "改画"), _misplaced()),
            _section("拒绝的属性", ("属性", "原因", "改画"), _refused("", refusals.ATTRIBUTES)),
            _section("拒绝的 Camunda 扩展", ("扩展", "原因", "改画"), _refused("camunda:", refusals.CAMUNDA)),
        ]
    )


Rows = Iterable[tuple[str, ...]]


def _section(title: str, head: tuple[str, ...], rows: Rows) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head), *(" | ".join(map(_cell, row)) for row in rows)]
    return "\n".join([f"### {title}", "", *(f"| {line} |" for line in lines)])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _constructs(table: Mapping[str, Construct]) -> Rows:
    return ((f"`{name}`", construct.says, _shown(construct.attributes)) for name, construct in table.items())


def _shown(attributes: Mapping[str, tuple[str, ...]]) -> str:
    shown = (f"`{name}`" + (f"（{'、'.join(values)}）" if values else "") for name, values in attributes.items())
    return " ".join(shown)


def _properties() -> Rows:
    return ((OWNERS[sort], f"`{name}`", says) for sort, names in PROPERTIES.items() for name, says in names.items())


def _refused(prefix: str, table: Mapping[str, Refusal]) -> Rows:
    return ((f"`{prefix}{name}`", found.reason, found.remedy) for name, found in table.items())


def _misplaced() -> Rows:
    return (
        (f"`{place}`", f"`{name}`", found.reason, found.remedy)
        for place, table in refusals.MISPLACED.items()
        for name, found in table.items()
    )
