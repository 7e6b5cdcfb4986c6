"""Timers and periods: when they fire, what a legal period must say, and that a clock can end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, at, named
from engine.bpmn.gate.rules.duties import names_unit
from engine.bpmn.reading.elements import BPMN, Element
from engine.bpmn.reading.timers import read_duration, read_instant
from engine.errors import ExpressionError, Problem

KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
RULE_LIMIT = 16
_ISO = re.compile(r"\s*(R\d*/|P[\dT]|P$)")


def check(draft: Draft) -> Iterator[Problem]:
    yield from _texts(draft)
    for element in draft.running:
        if element.timer is not None and element.kind in ("boundaryEvent", "intermediateCatchEvent"):
            yield from _timer(draft, element)
            yield from _period(draft, element)
        if element.kind == "receiveTask":
            yield from _clock(draft, element)
        yield from _named_deadlines(draft, element)


def is_literal(text: str) -> bool:
    """Whether the timer's text is an ISO instant or duration, right or wrong; anything else is an expression."""
    try:
        return bool(_ISO.match(text)) or read_instant(text) is not None
    except ExpressionError:
        return True


# --- timers ---


def _texts(draft: Draft) -> Iterator[Problem]:
    for definition in draft.process.iter(f"{BPMN}timerEventDefinition"):
        if sum(isinstance(child.tag, str) for child in definition) > 1:
            yield at(definition, "一个定时写了几个时间。", "请只留 timeDate、timeDuration、timeCycle 之一。")


def _timer(draft: Draft, element: Element) -> Iterator[Problem]:
    assert element.timer is not None
    text, kind = element.timer.text, element.timer.kind
    if not text:
        yield about(
            element,
            "定时没有写时间。",
            "请写 PT24H、P3D 这样的时长，带时区的时刻，或表达式，如 working_days(3, received_at)。",
        )
        return
    if is_literal(text):
        yield from _literal(element, text, kind)
    if kind == "cycle":
        yield from _cycle(element)


def _literal(element: Element, text: str, kind: str) -> Iterator[Problem]:
    try:
        if read_duration(text) is not None:
            return
        if read_instant(text) is not None:
            if kind == "cycle":
                yield about(
                    element, "周期定时写了一个固定的时刻。", "请写第 n 次的时刻，如 natural_days(30 * n, accepted_at)。"
                )
            return
    except ExpressionError as error:
        yield about(element, error.message, "请改成能用的时间。")
        return
    if text.lstrip().startswith("R"):
        yield about(
            element,
            f"看不懂周期 {text[:80]}。",
            "请写固定间隔，如 P1D；或第 n 次的时刻，如 natural_days(30 * n, accepted_at)。",
        )
    else:
        yield about(
            element,
            f"看不懂时长 {text[:80]}。",
            "时长可以用周、天、时、分，如 P2W、P3D、PT24H；按月按年的请写表达式 months(3, received_at)。",
        )


def _cycle(element: Element) -> Iterator[Problem]:
    if element.kind != "boundaryEvent":
        yield about(element, "这里不能用周期定时，只会等一次。", "请改成 timeDate 或 timeDuration。")
    elif element.interrupting:
        yield about(
            element, "中断型的事件只会发生一次，不能用周期定时。", "请改成非中断型，或改用 timeDate、timeDuration。"
        )


# --- periods ---


def _period(draft: Draft, element: Element) -> Iterator[Problem]:
    properties = element.properties
    key = properties.get("deadline")
    if key is None:
        extra = sorted(properties.keys() & {"title", "rule", "basis", "hard", "unit"})
        if extra and element.kind == "boundaryEvent":
            yield about(element, f"写了 {extra[0]} 却没有写 deadline。", "是法定期限的请加属性 deadline，否则请删去。")
        return
    if element.kind != "boundaryEvent":
        return
    assert element.timer is not None
    if not KEY.fullmatch(key):
        yield about(
            element,
            f"期限的名字“{key[:80]}”不能用。",
            "请用小写英文字母开头，只用小写字母、数字和下划线，如 referral。",
        )
    if element.timer.kind == "cycle":
        yield about(
            element,
            "期限只有一个届满时刻，不能用周期定时。",
            "请改成 timeDate 或 timeDuration；提醒和督办由系统发出，不用画。",
        )
    for name in ("rule", "basis"):
        if not properties.get(name, "").strip():
            yield about(element, f"期限没有写 {name}。", "请加属性 rule（规则编号，如 R55）和 basis（依据的原文）。")
    if len(properties.get("rule", "")) > RULE_LIMIT:
        yield about(element, "期限的 rule 太长。", f"请只写规则编号，如 R55，最多 {RULE_LIMIT} 个字符。")
    if properties.get("hard") not in ("true", "false"):
        yield about(element, "期限没有写明是法定的还是建议的。", "请加属性 hard：法定的写 true，建议的写 false。")
    if not properties.get("unit"):
        yield about(element, "期限没有写明由哪个单位遵守。", "请加属性 unit，如 referring_unit。")
    else:
        yield from names_unit(draft, element, properties["unit"])
    yield from _twin(draft, element, key)
    yield from _name(element)


def _twin(draft: Draft, element: Element, key: str) -> Iterator[Problem]:
    host = draft.diagram.attached(element.attached_to or "")
    same = [event.id for event in host if event.is_period and event.properties["deadline"] == key]
    if element.id in same[1:]:
        yield about(element, f"一个任务上画了两次期限 {key[:80]}。", "请删去一个，或改用另一个名字。")


def _name(element: Element) -> Iterator[Problem]:
    if not element.name and not element.properties.get("title", "").strip():
        yield about(
            element, "期限没有名称，提醒里没有字可写。", "请写上名称，如“3 个工作日届满”，或属性 title，如“移送期限”。"
        )


def _named_deadlines(draft: Draft, element: Element) -> Iterator[Problem]:
    """A period that a task or an operation names is one that is drawn."""
    names = ("deadline", "meets") if element.kind in ("serviceTask", "sendTask") else ("deadline",)
    if element.timer is not None or element.kind not in ("userTask", "serviceTask", "sendTask"):
        return
    for name in names:
        several = element.properties.get("operation") == "shorten_deadline" and name == "deadline"
        text = element.properties.get(name)
        for key in [] if text is None else text.split(",") if several else [text]:
            if key.strip() not in draft.deadlines:
                yield about(element, f"图里没有名为“{key[:80]}”的期限。", _drawn(draft, key.strip()))


def _drawn(draft: Draft, wrong: str) -> str:
    return (
        f"请写图里画的期限：{named(draft.deadlines, wrong)}。"
        if draft.deadlines
        else "请先画带 deadline 属性的定时边界事件。"
    )


# --- clocks ---


def _clock(draft: Draft, element: Element) -> Iterator[Problem]:
    attached = draft.attached(element)
    periods = [event for event in attached if event.is_period]
    if not attached:
        yield about(
            element,
            "时限任务上没有期限也没有按钮，没有事情会发生。",
            "请附上定时边界事件（写属性 deadline）或消息边界事件（按钮）；要等人办的，请改成用户任务。",
        )
    if any(target.kind != "endEvent" or target.event_kind for target in draft.targets(element)):
        yield about(
            element,
            "时限任务后面应当直接是普通的结束事件。",
            "时限任务与办理的环节并行：请用并行网关分出，各自往下画。",
        )
    keys = {event.properties["deadline"] for event in periods}
    for key in sorted(keys - draft.met):
        yield about(
            element,
            f"没有环节能办结期限“{key[:80]}”。",
            f"请在办结它的服务任务上加属性 meets={key[:80]}，或画 operation=meet_deadline 的服务任务。",
        )
    if not keys and not any(end.event_kind == "terminate" for end in draft.of_kind("endEvent")):
        yield about(
            element,
            "时限任务永远不会结束，办件也就不会结束。",
            "请把办结的那个结束事件改成终止结束事件（Terminate End Event）。",
        )
