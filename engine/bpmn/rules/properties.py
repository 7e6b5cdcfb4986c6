"""Extension properties: names that mean something where they stand, and operations with all that they take."""

from __future__ import annotations

import keyword
from collections.abc import Iterator

from engine.bpmn import constructs
from engine.bpmn.elements import BPMN, FACT, FLOW_NODES, SAYING, Element, properties_of
from engine.bpmn.rules.draft import Draft, about, at, every, local_name, named
from engine.bpmn.rules.duties import names_unit
from engine.errors import Problem

RESERVED = frozenset({"value", "n", "typename"})
NAME_LIMIT = 64
_TASKS = ("serviceTask", "sendTask")


def check(draft: Draft) -> Iterator[Problem]:
    yield from _others(draft)
    for element in draft.running:
        yield from _names(draft, element)
        if element.kind == "userTask":
            yield from _way_back(draft, element)
            yield from _papers(draft, element)
            yield from _addressed(element)
        if element.kind in _TASKS:
            yield from _operation(draft, element)
            yield from _facts(element)
    for end in draft.of_kind("endEvent"):
        if len(end.properties.get("result", "")) > NAME_LIMIT:
            yield about(end, "结果的代码太长。", f"请把属性 result 写短些，最多 {NAME_LIMIT} 个字符。")
        if archived_by := end.properties.get("archived_by"):
            yield from names_unit(draft, end, archived_by)
            if "result" not in end.properties:
                yield about(end, "写了由谁归档，却不是办件的结果。", "请在写着属性 result 的结束事件上写 archived_by。")


def takes(draft: Draft, element: Element, what: str) -> frozenset[str]:
    """The `required`, `optional` or `expressions` of the element's operation."""
    operation = draft.operations.get(element.properties.get("operation", ""))
    return frozenset(getattr(operation, what, ()))


def _names(draft: Draft, element: Element) -> Iterator[Problem]:
    sort, operation = constructs.sort_of(element.kind, element.event_kind), element.properties.get("operation")
    more: frozenset[str] = frozenset()
    if element.kind in _TASKS:
        if operation not in draft.operations:
            return
        more = takes(draft, element, "required") | takes(draft, element, "optional")
    elif element.kind == "boundaryEvent" and sort not in constructs.PROPERTIES:
        return
    for name in element.properties:
        if name not in more and not constructs.knows_property(sort, name):
            yield about(element, f"这里的属性 {name[:80] or '（空）'} 不起作用。", _remedy(sort, more, name))


def _way_back(draft: Draft, element: Element) -> Iterator[Problem]:
    """Steps of other units to which a task may be sent back."""
    tasks = {task.id for task in draft.of_kind("userTask")} - {element.id}
    for name in element.properties.get("send_back_to", "").split(","):
        if name.strip() and name.strip() not in tasks:
            remedy = "请写前面用户任务的 id，几个用逗号分开。"
            yield about(element, f"属性 send_back_to 里的 {name.strip()[:80]} 不是别的用户任务。", remedy)


def _others(draft: Draft) -> Iterator[Problem]:
    """Properties of what is no flow node: the process, its lanes, and things that have none."""
    for extensions in draft.root.iter(f"{BPMN}extensionElements"):
        node = extensions.getparent()
        sort = local_name(node) if node is not None else None
        if node is None or sort is None or sort in FLOW_NODES or sort not in constructs.ALLOWED:
            continue
        for name in properties_of(node):
            if not constructs.knows_property(sort, name):
                yield at(node, f"{sort} 的属性 {name[:80] or '（空）'} 不起作用。", _remedy(sort, frozenset(), name))


def _remedy(sort: str, more: frozenset[str], wrong: str) -> str:
    names = more | constructs.PROPERTIES.get(sort, {}).keys()
    return f"请改正或删去；这里可以写：{named(names, wrong)}。" if names else "请删去，这里不用写扩展属性。"


# --- operations ---


def _operation(draft: Draft, element: Element) -> Iterator[Problem]:
    name = element.properties.get("operation")
    if name not in draft.operations:
        reason = f"没有名为 {name[:80]} 的操作。" if name else "服务任务没有写做哪一件事。"
        yield about(element, reason, f"请加属性 operation，可用的有：{named(draft.operations, name or '')}。")
        return
    for parameter in sorted(takes(draft, element, "required")):
        if not element.properties.get(parameter, "").strip():
            yield about(
                element, f"操作 {name} 缺少 {parameter}。", f"请加属性 {parameter}，写法见 docs/reference/bpmn.md。"
            )
    if name == "issue_document":
        yield from _document(draft, element)
    if name in ("notify", "propose_entry"):
        yield from _notice(draft, element)
    if name == "end_tasks":
        yield from _ended(draft, element)


def _ended(draft: Draft, element: Element) -> Iterator[Problem]:
    for task in (task.strip() for task in element.properties.get("tasks", "").split(",")):
        if task and task not in draft.user_tasks:
            yield about(
                element,
                f"属性 tasks 里的 {task[:80]} 不是用户任务。",
                "请写不用再办的用户任务的 id，几个用逗号分开。",
            )


def _document(draft: Draft, element: Element) -> Iterator[Problem]:
    properties = element.properties
    units = [properties[name] for name in ("from", "to") if properties.get(name)]
    for name in filter(None, (name.strip() for name in properties.get("also", "").split(","))):
        yield from names_unit(draft, element, name)
    if bool(properties.get("to", "").strip()) == bool(properties.get("addressee", "").strip()):
        yield about(
            element,
            "文书要么给一个单位（to），要么给单位以外的人（addressee）。",
            "请在属性 to 和 addressee 里只写一个。",
        )
    for unit in dict.fromkeys(units):
        yield from names_unit(draft, element, unit)
    if len(units) == 2 and units[0] == units[1]:
        yield about(element, "文书的发文和收文单位是同一个。", "请检查属性 from 和 to。")
    if properties.get("copy", "true") not in ("true", "false"):
        yield about(element, f"属性 copy 的值“{properties['copy'][:80]}”不能用。", "抄告写 true，主送写 false 或不写。")
    for form in filter(None, (form.strip() for form in properties.get("forms", "").split(","))):
        if form not in draft.form_ids:
            yield about(
                element,
                f"文书所用的表单 {form[:80]} 不在这个流程里。",
                f"请写流程用到的表单：{named(draft.form_ids, form)}。",
            )

    signed_by = properties.get("signed_by")
    if signed_by is not None and signed_by not in draft.user_tasks:
        yield about(
            element,
            f"文书由环节 {signed_by[:80]} 的办理人签发，但图里没有这个用户任务。",
            "请在属性 signed_by 里写签发文书的用户任务的 id。",
        )
    same_as = properties.get("same_as")
    if same_as is not None and same_as not in _issuing(draft) - {element.id}:
        yield about(
            element,
            f"要送达的是 {same_as[:80]} 的同一份文书，但它不是送达文书的服务任务。",
            "请在属性 same_as 里写先送达这份文书的服务任务的 id。",
        )


def _issuing(draft: Draft) -> set[str]:
    """The service tasks that issue a paper."""
    return {task.id for task in draft.of_kind(*_TASKS) if task.properties.get("operation") == "issue_document"}


def _addressed(element: Element) -> Iterator[Problem]:
    """What is said to the other parties is written `parties`, and is not kept back as the draft of a paper."""
    value = element.properties.get("addressed")
    if value is None:
        return
    if value != "parties":
        yield about(element, f"属性 addressed 的值“{value[:80]}”不能用。", "请写 parties，或者删去这个属性。")
    elif element.drafts:
        yield about(
            element,
            "同时写了 addressed 和 drafts：说给对方听的和文书签发以前不让对方看的不能是同一次填报。",
            "请删去其中一个属性。",
        )


def _papers(draft: Draft, element: Element) -> Iterator[Problem]:
    """The papers that a user task drafts or signs for are issued by service tasks of the diagram."""
    issuing = _issuing(draft)
    for key in ("drafts", "signs_for"):
        for name in filter(None, (name.strip() for name in element.properties.get(key, "").split(","))):
            if name not in issuing:
                yield about(
                    element,
                    f"属性 {key} 里的 {name[:80]} 不是送达文书的服务任务。",
                    f"可以写的有：{named(issuing, name) or '（没有）'}。",
                )


def _notice(draft: Draft, element: Element) -> Iterator[Problem]:
    told = element.properties.get("to", "").strip()
    if element.properties["operation"] != "notify" and told and not element.properties.get("text", "").strip():
        yield about(element, "只写了告知谁，没有写说什么。", "请加属性 text，写一句话。")
    for to in (to.strip() for to in told.split(",") if told):
        unit, colon, role = to.partition(":")
        if not (unit and colon and role):
            yield about(element, f"告知的对象 {to[:80]} 写法不对。", "请写成 单位:岗位，如 receiving_unit:liaison。")
            continue
        yield from names_unit(draft, element, unit)
        if role not in draft.roles:
            yield about(element, f"没有 {role[:80]} 这个岗位。", f"可用的有：{every(draft.roles)}。")


def _facts(element: Element) -> Iterator[Problem]:
    names = [name.removeprefix(FACT) for name in element.properties if name.startswith(FACT)]
    names += [element.properties[name] for name in SAYING if name in element.properties]
    for name in names:
        if not can_be_a_fact(name):
            yield about(
                element, f"事实的名字“{name[:80]}”不能用。", "请用英文字母、数字和下划线，以字母开头，如 extended_at。"
            )


def can_be_a_fact(name: str) -> bool:
    """Whether expressions can read a fact of this name."""
    spelled = name.isidentifier() and name.isascii() and not name.startswith("_") and len(name) <= NAME_LIMIT
    return spelled and name not in RESERVED and not keyword.iskeyword(name)
