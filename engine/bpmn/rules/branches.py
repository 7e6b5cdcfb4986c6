"""Branches that run at the same time: what is forked is joined or ends alone, and what an event opens keeps to itself."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator

from engine.bpmn.elements import Element
from engine.bpmn.rules.dominators import Dominators
from engine.bpmn.rules.draft import Draft, about, called
from engine.bpmn.rules.flows import too_large
from engine.bpmn.rules.paths import reached
from engine.errors import Problem

_WAITING = ("userTask", "receiveTask", "callActivity", "intermediateCatchEvent")
_CLOCK_BRANCH = ("receiveTask", "exclusiveGateway", "parallelGateway", "endEvent")
_DONE_TWICE = (
    "userTask", "serviceTask", "sendTask", "receiveTask", "callActivity", "parallelGateway", "intermediateCatchEvent"
)  # fmt: skip
Joins = dict[str, list[Element]]
"""Fork -> the joins that wait for its branches."""


def check(draft: Draft) -> Iterator[Problem]:
    if too_large(draft):
        return
    dominators = Dominators(draft.diagram.elements, [start.id for start in draft.of_kind("startEvent")], draft.in_scope)
    joins: Joins = defaultdict(list)
    for join in draft.of_kind("parallelGateway"):
        if len(join.incoming) > 1:
            yield from _join(draft, join, dominators, joins)
    for fork in draft.of_kind("parallelGateway"):
        if len(fork.outgoing) > 1:
            yield from _fork(draft, fork, joins[fork.id])
            yield from _written_twice(draft, fork)
    for element in draft.running:
        if len(draft.diagram.elements[element.id].incoming) > 1:
            yield from _merge(draft, element, dominators)
    yield from _event_branches(draft)
    for event in draft.of_kind("boundaryEvent"):
        yield from _written_beside(draft, event)


def _merge(draft: Draft, element: Element, dominators: Dominators) -> Iterator[Problem]:
    """What merges without waiting merges ways of which one is taken; else all that follows is done twice."""
    if element.kind in ("parallelGateway", "endEvent") or not dominators.knows(element.id):
        return
    sources = {draft.diagram.flows[flow].source for flow in element.incoming}
    ahead = sorted(key for key in sources if dominators.knows(key) and not dominators.dominates(element.id, key))
    forks = [draft.diagram.elements.get(key) for key in dominators.meeting_points(ahead)]
    if not any(fork is not None and fork.kind == "parallelGateway" for fork in forks):
        return
    if any(draft.diagram.elements[key].kind in _DONE_TWICE for key in reached([element], draft.in_scope)):
        yield about(
            element,
            "同时进行的分支在这里合到一起，又没有互相等待，后面的环节会办两次。",
            "请改用并行网关（Parallel Gateway）汇合；要各走各的，后面的环节请各画一份。",
        )


def _join(draft: Draft, join: Element, dominators: Dominators, joins: Joins) -> Iterator[Problem]:
    """Whatever it waits for comes from branches of one fork, each of them surely."""
    sources = [draft.diagram.flows[flow].source for flow in join.incoming]
    if not all(dominators.knows(source) for source in (*sources, join.id)):
        return
    ahead = [source for source in sources if not dominators.dominates(join.id, source)]
    if len(ahead) < len(sources):
        yield about(
            join, "回路直接回到并行汇合，汇合永远等不齐。", "请在并行汇合之后画合并用的判断网关，回路连到那里。"
        )
    for fork_id in dominators.meeting_points(ahead):
        fork = draft.diagram.elements.get(fork_id)
        if fork is None:
            continue
        if fork.kind == "parallelGateway":
            joins[fork_id].append(join)
        else:
            yield about(
                join,
                f"并行汇合在等“{called(fork)}”之后的几条路，而它们不会都走到。",
                "选一条走的路和限时的路，请先用判断网关合并，再进入并行汇合。",
            )


def _fork(draft: Draft, fork: Element, joins: list[Element]) -> Iterator[Problem]:
    heads = list({head.id: head for head in draft.targets(fork)}.values())
    join_ids = {join.id for join in joins}
    alone = []
    for head in heads:
        seen = _walk(draft, head, join_ids)
        if seen & join_ids:
            yield from _ways_out(draft, seen)
        elif any(draft.diagram.elements[key].kind not in _CLOCK_BRANCH for key in seen):
            alone.append(head)
    if len(alone) + bool(joins) > 1:
        names = "、".join(called(head) for head in alone[:10])
        yield about(
            fork,
            f"并行分出的分支没有汇合（{names}）。",
            "请用并行网关汇合之后再往下走；可以单独结束的只有时限任务（Receive Task）的分支。",
        )


def _walk(draft: Draft, head: Element, join_ids: set[str]) -> set[str]:
    """What the branch passes until it is joined. A clock goes its own way."""
    return reached([head], lambda one: () if one.id in join_ids or one.kind == "receiveTask" else draft.in_scope(one))


def _written_twice(draft: Draft, fork: Element) -> Iterator[Problem]:
    """Tasks of different branches are open side by side, so neither may write what the other one writes.

    A task that only some heads of the fork lead to runs beside one that only others lead to: whatever waits for both
    branches is reached from both.
    """
    heads_of: dict[str, set[str]] = defaultdict(set)
    for head in draft.targets(fork):
        for key in reached([head], lambda one: () if one.id == fork.id else draft.in_scope(one)):
            heads_of[key].add(head.id)
    seen: dict[str, dict[frozenset[str], Element]] = defaultdict(dict)
    for task in draft.of_kind("userTask"):
        heads, before = frozenset(heads_of.get(task.id, ())), seen[task.form_ref or ""]
        beside = next((other for theirs, other in before.items() if theirs - heads and heads - theirs), None)
        if beside is not None:
            yield from _same_form(draft, beside, task)
        before.setdefault(heads, task)


def _written_beside(draft: Draft, event: Element) -> Iterator[Problem]:
    """What an event opens beside a task that stays open does not write what that task writes."""
    host = draft.diagram.elements.get(event.attached_to or "")
    if host is None or host.kind != "userTask" or event.interrupting:
        return
    for key in sorted(reached([event], draft.in_scope) - {host.id}):
        task = draft.diagram.elements[key]
        if task.kind == "userTask" and task.form_ref == host.form_ref:
            yield from _same_form(draft, host, task)


def _same_form(draft: Draft, one: Element, other: Element) -> Iterator[Problem]:
    """Of two forms that ask the same is told by `questions`."""
    form = draft.forms.get(other.form_ref or "")
    asked = [field for field in form.fields if field.key in form.own_keys] if form is not None else []
    if form is not None and asked:
        what = "、".join(f"“{(field.label.drawn or field.key)[:40]}”（{field.key[:80]}）" for field in asked[:5])
        more = "等" if len(asked) > 5 else ""
        yield about(
            other,
            f"“{called(one)}”和“{called(other)}”会同时办理，用的却是同一张表单 {form.id[:80]}，"
            f"都要填{what}{more}，后填的会盖掉先填的。",
            "请给它们各做一张表单，字段各起名字；在其中一个环节只是给人看的，请在那一张里设为只读（readonly）。",
        )


def _ways_out(draft: Draft, seen: set[str]) -> Iterator[Problem]:
    for key in sorted(seen):
        element = draft.diagram.elements[key]
        if element.kind == "endEvent" and element.event_kind != "terminate":
            yield about(
                element,
                "分支在汇合之前就结束了，并行汇合会一直等它。",
                "整个办件到此为止的，请改成终止结束事件（Terminate End Event）；否则请连到汇合。",
            )


def _event_branches(draft: Draft) -> Iterator[Problem]:
    """What an event opens beside the work never flows into it, and waits for nobody when it cannot lapse.

    Every element belongs to the first scope that reaches it: the procedure itself, or the branch of one event.
    """
    scope_of = dict.fromkeys(reached(draft.of_kind("startEvent"), lambda one: _same_scope(draft, one)), "")
    events = [event for event in draft.of_kind("boundaryEvent") if _opens_scope(draft, event)]
    waiting = deque(event for event in events if event.attached_to in scope_of)
    later = {event.id: event for event in events if event.attached_to not in scope_of}
    while waiting:
        event = waiting.popleft()
        around = {"", scope_of[event.attached_to or ""]}
        scope_of[event.id] = event.id
        stack, merged = [event], None
        while stack:
            for element in _same_scope(draft, stack.pop()):
                if element.id not in scope_of:
                    scope_of[element.id] = event.id
                    stack.append(element)
                    yield from _waits(event, element)
                    waiting += [later.pop(inner.id) for inner in draft.attached(element) if inner.id in later]
                elif scope_of[element.id] in around and element.kind != "endEvent":
                    merged = merged or element
        if merged is not None:
            yield about(
                event,
                f"这个事件的分支流进了原来的路（{called(merged)}），后面的环节会办两次。",
                "请让这条分支自己结束，后面的环节另画一份；要代替原来的任务的，请改成中断型（cancelActivity）。",
            )


def _opens_scope(draft: Draft, event: Element) -> bool:
    """A clock stands beside the work, so what interrupts it does so too."""
    host = draft.diagram.elements.get(event.attached_to or "")
    return not event.interrupting or (host is not None and host.kind == "receiveTask")


def _same_scope(draft: Draft, element: Element) -> list[Element]:
    events = [event for event in draft.attached(element) if not _opens_scope(draft, event)]
    return [*events, *draft.targets(element)]


def _waits(event: Element, element: Element) -> Iterator[Problem]:
    lapses = event.interrupting or event.timer is None or event.timer.kind == "cycle"
    if not lapses and element.kind in _WAITING:
        yield about(
            element,
            f"定时事件“{called(event)}”的分支里有要等人办的环节，原任务办完后它还会留着。",
            "定时的分支里请只画服务任务；要反复请人办的用周期定时（timeCycle），要代替原任务的改成中断型。",
        )
