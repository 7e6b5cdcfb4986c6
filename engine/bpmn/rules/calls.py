"""Procedures that call or start each other: the other one is there, knows what it is handed, and never comes back round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn.elements import IN, Diagram, Element
from engine.bpmn.expressions import compile_expression
from engine.bpmn.rules.draft import Draft, Signature, about, named
from engine.errors import ExpressionError, Problem

STARTS = "start_procedure"


def signature(diagram: Diagram, facts: frozenset[str]) -> Signature:
    """What this procedure is to those that call it; `facts` are the names that it declares."""
    return Signature(facts, begun_by(diagram))


def begun_by(diagram: Diagram) -> frozenset[str]:
    """The keys of the procedures that this one calls or starts."""
    return frozenset(key for key, _, _ in _begun(diagram) if key)


def check(draft: Draft) -> Iterator[Problem]:
    for key, element, handed in _begun(draft.diagram):
        other = draft.procedures.get(key)
        if key == draft.diagram.key and element.kind != "callActivity":
            yield from _anew(draft, element, handed)
        elif key == draft.diagram.key or (other is not None and _comes_back(draft, key)):
            yield about(element, f"流程 {key[:64]} 又会回到这个流程，没有尽头。", "请去掉其中一处调用。")
        elif other is None:
            known = named(set(draft.procedures)) or "没有"
            yield about(
                element, f"没有部署名为 {key[:64] or '（空）'} 的流程。", f"请先部署它，或改成已有的流程（{known}）。"
            )
        else:
            yield from _handovers(element, handed, other)


def _anew(draft: Draft, element: Element, handed: set[str]) -> Iterator[Problem]:
    """A procedure starts itself once more. It may, where a person has to act before it comes to that again."""
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
    for name in sorted(handed - other.facts):
        yield about(element, f"被调用的流程没有名为 {name[:64]} 的事实。", f"可以交给它的有：{named(other.facts)}。")
    for handover in element.outputs:
        try:
            unknown = compile_expression(handover.expression).names - other.facts
        except ExpressionError as error:
            yield about(element, f"交回来的值：{error.message}", "请改正写法，可以用的见 docs/reference/bpmn.md。")
            continue
        for name in sorted(unknown):
            yield about(
                element, f"被调用的流程没有名为 {name[:64]} 的事实。", f"它交得回来的有：{named(other.facts)}。"
            )


def _begun(diagram: Diagram) -> Iterator[tuple[str, Element, set[str]]]:
    """(key, where, names handed over) of every procedure that this one begins."""
    for element in diagram.elements.values():
        if element.kind == "callActivity":
            yield element.called, element, {handover.fact for handover in element.inputs}
        elif element.properties.get("operation") == STARTS:
            names = {name.removeprefix(IN) for name in element.properties if name.startswith(IN)}
            yield element.properties.get("procedure", ""), element, names


def _comes_back(draft: Draft, key: str) -> bool:
    """Whether that procedure begins, by itself or through others, the one that is judged."""
    return draft.diagram.key in _all_begun(draft.procedures, key)


def _all_begun(procedures: Mapping[str, Signature], key: str) -> set[str]:
    stack, found = [key], set[str]()
    while stack:
        other = procedures.get(stack.pop())
        for begun in (other.begins if other else frozenset()) - found:
            found.add(begun)
            stack.append(begun)
    return found
