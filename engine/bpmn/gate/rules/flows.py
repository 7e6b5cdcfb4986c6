"""What each element has to do with its own flows: where they come from, where they lead, and which of them is taken."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, in_the_file, local_name
from engine.bpmn.reading.elements import Element, Flow
from engine.errors import Problem

NODE_LIMIT, FLOW_LIMIT = 1_000, 2_000
HOSTS = ("userTask", "receiveTask")
_ACTIVITIES = ("userTask", "serviceTask", "sendTask", "receiveTask", "callActivity")
_QUESTION_MARKS = ("？", "?")
_UNKNOWN = "none"
"""The property `usual` of a gateway where nothing is usual."""


def check(draft: Draft) -> Iterator[Problem]:
    yield from _size(draft)
    yield from _start(draft)
    yield from _events(draft)
    for flow in draft.diagram.flows.values():
        yield from _flow(draft, flow)
    yield from _twins(draft)
    for element in draft.running:
        yield from _ends(element)
        yield from _boundary(draft, element)
        yield from _exclusive(draft, element)
        yield from _parallel(element)


def too_large(draft: Draft) -> bool:
    return len(draft.diagram.elements) > NODE_LIMIT or len(draft.diagram.flows) > FLOW_LIMIT


def _size(draft: Draft) -> Iterator[Problem]:
    if too_large(draft):
        yield in_the_file(
            f"流程图太大：最多 {NODE_LIMIT} 个环节、{FLOW_LIMIT} 条流。",
            "请拆成几个流程，用用户任务登记另一个流程的编号。",
        )


def _start(draft: Draft) -> Iterator[Problem]:
    starts = list(draft.of_kind("startEvent"))
    if not starts:
        yield in_the_file("流程没有发起事件。", "请画一个发起事件（Start Event），写上发起表单。")
    for start in starts[1:]:
        yield about(start, "有两个以上发起事件。", "请只留一个；不同的发起情形用发起表单里的字段和判断网关区分。")


def _events(draft: Draft) -> Iterator[Problem]:
    """One event, one reason to happen."""
    for node in draft.process:
        element = draft.diagram.elements.get(node.get("id", ""))
        if element is None or local_name(node) != element.kind or not element.kind.endswith("Event"):
            continue
        definitions = [child for child in node if (local_name(child) or "").endswith("EventDefinition")]
        if len(definitions) > 1:
            yield about(element, "一个事件有几种触发。", "请拆成几个事件，每个只有一种触发。")
        elif not definitions and element.kind in ("boundaryEvent", "intermediateCatchEvent"):
            yield about(element, "事件没有写什么时候发生。", "请选定时（Timer）；由人触发的用消息边界事件（Message）。")


def _flow(draft: Draft, flow: Flow) -> Iterator[Problem]:
    source, target = (draft.diagram.elements.get(end) for end in (flow.source, flow.target))
    if source is None or target is None:
        missing = flow.source if source is None else flow.target
        yield about(flow, f"流的一端不存在（{missing[:80] or '没有写'}）。", "请删去这条流，重新连接两个环节。")
        return
    if source.kind == "endEvent":
        yield about(flow, "结束事件之后还有流。", "请删去这条流，或把结束事件改成别的环节。")
    if target.kind in ("startEvent", "boundaryEvent"):
        yield about(flow, "发起事件和边界事件不能有流进来。", "请把流连到后面的环节。")
    if flow.condition is not None and source.kind != "exclusiveGateway":
        yield about(
            flow,
            "这里的条件不起作用，只有判断网关才看条件。",
            "请在前面画判断网关（Exclusive Gateway），把条件移到它的流上。",
        )


def _twins(draft: Draft) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for flow in draft.diagram.flows.values():
        if (flow.source, flow.target) in seen:
            yield about(flow, "同样的两个环节之间有两条流。", "请删去一条；条件不同的，用 or 合成一个条件。")
        seen.add((flow.source, flow.target))


def _ends(element: Element) -> Iterator[Problem]:
    is_gateway = element.kind.endswith("Gateway")
    if element.kind != "endEvent" and not element.outgoing:
        yield about(element, "到这里就断了，没有走到结束事件。", "请画出后面的环节，或连到结束事件。")
    if len(element.outgoing) > 1 and not is_gateway:
        yield about(
            element, "一个环节后面有几条流，没有说明怎么走。", "请在后面画判断网关（选一条）或并行网关（同时进行）。"
        )
    if element.kind not in ("startEvent", "boundaryEvent") and is_gateway and not element.incoming:
        yield about(element, "没有流进入这个网关。", "请把前面的环节连过来，或删去网关。")


def _boundary(draft: Draft, element: Element) -> Iterator[Problem]:
    if element.kind != "boundaryEvent":
        return
    host = draft.diagram.elements.get(element.attached_to or "")
    if host is None:
        yield about(element, "边界事件没有附在任何任务上。", "请把它拖到用户任务或时限任务的边上。")
    elif host.kind in _ACTIVITIES and host.kind not in HOSTS:
        yield about(
            element, "服务任务一瞬间就办完，附在上面的事件等不到。", "请附在用户任务或时限任务（Receive Task）上。"
        )
    elif host.kind not in _ACTIVITIES and host in draft.running:
        yield about(element, "边界事件只能附在任务上。", "请把它拖到用户任务或时限任务的边上。")


def _exclusive(draft: Draft, element: Element) -> Iterator[Problem]:
    if element.kind != "exclusiveGateway":
        return
    flows = [draft.diagram.flows[flow] for flow in element.outgoing]
    if element.default_flow is not None and element.default_flow not in element.outgoing:
        yield about(element, "默认流不是从这个网关出去的。", "请在它的流里重新选定默认流（Default Flow）。")
    if element.properties.get("usual", _UNKNOWN) not in {*element.outgoing, _UNKNOWN}:
        remedy = "请写其中一条流的 id；事先说不准的写 none。"
        yield about(element, "属性 usual 写的不是从这个网关出去的流。", remedy)
    if len(flows) < 2:
        yield from (
            about(flow, "只有一条出路，条件不起作用。", "请删去条件，或画出条件不成立时走的默认流。")
            for flow in flows
            if flow.condition is not None
        )
        return
    if not element.name.endswith(_QUESTION_MARKS):
        yield about(
            element, "判断网关的名称不是问句。", "请写成问句，以“？”结尾，如“情况紧急？”，各条流的名称就是回答。"
        )
    if element.default_flow is None:
        yield about(
            element, "判断网关没有默认流，条件都不成立时办件会停住。", "请把其中一条流定为默认流（Default Flow）。"
        )
    for flow in flows:
        if flow.id == element.default_flow and flow.condition is not None:
            yield about(flow, "默认流上不能写条件。", "请删去条件，或另选默认流。")
        if flow.id != element.default_flow and element.default_flow is not None and not flow.condition:
            yield about(flow, "这条流没有条件，不知道什么时候走。", '请写上条件，如 approval_outcome == "approve"。')


def _parallel(element: Element) -> Iterator[Problem]:
    if element.kind == "parallelGateway" and len(element.incoming) > 1 and len(element.outgoing) > 1:
        yield about(element, "一个并行网关既汇合又分出。", "请画成两个：先汇合，再分出。")
