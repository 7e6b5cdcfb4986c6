"""Procedures that call or start each other: the other one is there, knows what it is handed, and never comes back round."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from engine.bpmn.gate.draft import Draft, Procedures, Signature, about, named
from engine.bpmn.reading.called import BINDINGS, VERSION, VERSION_TAG, Called
from engine.bpmn.reading.elements import IN, Diagram, Element
from engine.bpmn.reading.expressions import compile_expression
from engine.errors import ExpressionError, Problem

TAG_LIMIT = 64


def signature(
    diagram: Diagram, facts: frozenset[str], version: int = 1, pinned: Mapping[str, int] | None = None
) -> Signature:
    """What this version of a procedure is to those that call it; `facts` are the names that it declares.

    `pinned` are the versions that it begins, by element, where they were settled when it was deployed.
    """
    pins = pinned or {}
    begins = frozenset((called.key, pins.get(element.id)) for called, element, _ in _begun(diagram) if called.key)
    return Signature(facts, begins, version)


def begun_by(diagram: Diagram) -> frozenset[str]:
    """The keys of the procedures that this one calls or starts."""
    return frozenset(called.key for called, _, _ in _begun(diagram) if called.key)


def pinned_by(diagram: Diagram) -> dict[str, Called]:
    """What is begun in a version that is settled at deployment, by element."""
    return {element.id: called for called, element, _ in _begun(diagram) if called.is_pinned}


def resolve(procedures: Procedures, called: Called) -> Signature | None:
    """The version that would be begun now; None when there is none."""
    match called.binding:
        case "version":
            return procedures.numbered(called.key, int(called.version)) if called.version.isdecimal() else None
        case "versionTag":
            return procedures.tagged(called.key, called.tag) if called.tag else None
    return procedures.latest(called.key)


def check(draft: Draft) -> Iterator[Problem]:
    for called, element, handed in _begun(draft.diagram):
        key = called.key
        if key == draft.diagram.key and element.kind != "callActivity":
            yield from _anew(draft, called, element, handed)
        elif key == draft.diagram.key:
            yield about(element, f"流程 {key[:64]} 又会回到这个流程，没有尽头。", "请去掉其中一处调用。")
        elif draft.procedures.latest(key) is None:
            known = named(draft.procedures.keys(), key) or "没有"
            yield about(
                element, f"没有部署名为 {key[:64] or '（空）'} 的流程。", f"请先部署它，或改成已有的流程（{known}）。"
            )
        elif problem := _binding(draft, called, element):
            yield problem
        elif other := resolve(draft.procedures, called):
            if draft.diagram.key in _all_begun(draft.procedures, other):
                yield about(element, f"流程 {key[:64]} 又会回到这个流程，没有尽头。", "请去掉其中一处调用。")
            yield from _handovers(element, handed, other)


def _binding(draft: Draft, called: Called, element: Element) -> Problem | None:
    """Why the version that is asked for cannot be settled; None when it can."""
    number, tag, newest = called.version[:TAG_LIMIT], called.tag[:TAG_LIMIT], draft.procedures.latest(called.key)
    if called.binding not in BINDINGS:
        reason = f"不认识用哪个版本的写法“{called.binding[:TAG_LIMIT]}”。"
        return about(element, reason, f"请写 {'、'.join(BINDINGS)} 中的一个。")
    if number and called.binding != VERSION:
        return about(element, "写了版本号，但不是按版本号绑定，不起作用。", "请删去版本号，或把绑定改成 version。")
    if tag and called.binding != VERSION_TAG:
        return about(
            element, "写了版本标签，但不是按版本标签绑定，不起作用。", "请删去版本标签，或把绑定改成 versionTag。"
        )
    if called.binding == VERSION:
        if not (number.isdecimal() and number.isascii() and len(number) <= 6):
            reason = f"版本号“{number}”不能用。" if number else "按版本号绑定，却没有写第几版。"
            return about(element, reason, "请写一个数字，如 3；不能写表达式。")
        if resolve(draft.procedures, called) is None:
            reason = f"流程 {called.key[:64]} 没有第 {number} 版。"
            return about(element, reason, f"最新的是第 {newest.version if newest else 0} 版，请改写版本号。")
    if called.binding == VERSION_TAG:
        if not tag or "${" in tag or "#{" in tag:
            reason = f"版本标签“{tag}”不能用。" if tag else "按版本标签绑定，却没有写标签。"
            return about(element, reason, "请写那一版流程图上的版本标签，如 2026-10；不能写表达式。")
        if resolve(draft.procedures, called) is None:
            reason = f"流程 {called.key[:64]} 没有版本标签是 {tag} 的版本。"
            return about(element, reason, "请先部署带这个版本标签（camunda:versionTag）的那一版，或改写标签。")
    return None


def _anew(draft: Draft, called: Called, element: Element, handed: set[str]) -> Iterator[Problem]:
    """A procedure starts itself once more. It may, where a person has to act before it comes to that again."""
    if called.is_pinned:
        yield about(element, "流程再发起一件自己，只能用最新的一版。", "请删去 binding、version 和 version_tag。")
    if _comes_by_itself(draft, element):
        reason = "流程从发起走到这里不经过任何人，会一件接一件地发起自己，没有尽头。"
        yield about(element, reason, "请在前面画上用户任务，由人决定是不是再发起一件。")
    yield from _handovers(element, handed, signature(draft.diagram, draft.facts))


def _comes_by_itself(draft: Draft, element: Element) -> bool:
    """Whether the element is reached from the start with nobody completing a task or pressing a button."""
    stack, seen = list(draft.of_kind("startEvent")), set[str]()
    while stack:
        here = stack.pop()
        if here.id in seen:
            continue
        seen.add(here.id)
        following = draft.attached(here) if here.kind == "userTask" else draft.onward(here)
        stack += [other for other in following if not other.attached_to or other.timer is not None]
    return element.id in seen


def _handovers(element: Element, handed: set[str], other: Signature) -> Iterator[Problem]:
    if missing := handed - other.facts:
        yield _without(element, missing, "可以交给它的", other)
    for handover in element.outputs:
        try:
            unknown = compile_expression(handover.expression).names - other.facts
        except ExpressionError as error:
            yield about(element, f"交回来的值：{error.message}", "请改正写法，可以用的见 docs/reference/bpmn.md。")
            continue
        if unknown:
            yield _without(element, unknown, "它交得回来的", other)


def _without(element: Element, missing: Collection[str], what: str, other: Signature) -> Problem:
    """The other procedure does not know these facts; one sentence for all of them."""
    names = {name[:64] for name in missing}
    return about(
        element,
        f"被调用的流程没有名为 {named(names)} 的事实。",
        f"请改成它有的名字（{what}有：{named(other.facts, min(missing))}），或删去这一项；"
        "要用新的事实，先在被调用的流程里加上并部署。",
    )


def _begun(diagram: Diagram) -> Iterator[tuple[Called, Element, set[str]]]:
    """(what, where, names handed over) of every procedure that this one begins."""
    for element in diagram.elements.values():
        if element.called is not None:
            names = {handover.fact for handover in element.inputs}
            names |= {name.removeprefix(IN) for name in element.properties if name.startswith(IN)}
            yield element.called, element, names


def _all_begun(procedures: Procedures, first: Signature) -> set[str]:
    """The keys of all procedures that this version begins, by itself or through others.

    A version that is not settled is the latest there is, whatever it was when the one that begins it was deployed.
    """
    stack, seen, keys = [first], {first}, set[str]()
    while stack:
        for key, version in stack.pop().begins:
            keys.add(key)
            other = procedures.latest(key) if version is None else procedures.numbered(key, version)
            if other is not None and other not in seen:
                seen.add(other)
                stack.append(other)
    return keys
