"""Whether everything in the file is something that runs or something that is only drawn; ids and references among it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.gate import constructs, refusals
from engine.bpmn.gate.constructs import Construct
from engine.bpmn.gate.draft import Draft, at, in_the_file, local_name
from engine.bpmn.gate.refusals import Refusal
from engine.bpmn.reading.elements import BPMN, CAMUNDA
from engine.errors import Problem

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
NCNAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")
KEY = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{0,63}")
_PREFIXES = {CAMUNDA: "camunda:", XSI: "xsi:"}
_REMEDY = "系统不能照它执行。请删去，可以用的见 docs/reference/bpmn.md。"


def check(draft: Draft) -> Iterator[Problem]:
    yield from _processes(draft)
    yield from _ids(draft)
    yield from _contents(draft)
    yield from _references(draft)


def _processes(draft: Draft) -> Iterator[Problem]:
    processes = draft.root.findall(f"{BPMN}process")
    executable = [process for process in processes if process.get("isExecutable") == "true"]
    if not executable:
        yield in_the_file("文件里没有可执行的流程。", "请在流程（泳池）的属性里勾选 Executable（isExecutable）。")
    for process in executable[1:]:
        yield at(process, "文件里有两个以上可执行的流程。", "请每个流程存成一个文件，分别部署。")
    for process in processes:
        if process not in executable and process is not draft.process and any(map(local_name, process)):
            yield at(process, "这个流程没有勾选 Executable，画在里面的都不会执行。", "请删去，或改成不展开的泳池。")
    key = draft.diagram.key
    if executable and not KEY.fullmatch(key):
        yield at(
            executable[0],
            f"流程的 id “{key[:80]}”不能用。",
            "请用英文字母开头，只用字母、数字、下划线和连字符，最多 64 个字符。",
        )


def _ids(draft: Draft) -> Iterator[Problem]:
    """Every element that can be spoken of has one id, and no two have the same."""
    seen: set[str] = set()
    for node in draft.root.iter(f"{BPMN}*"):
        name, element_id = local_name(node), node.get("id")
        if element_id is None:
            if name in _NEED_ID:
                yield at(node, f"{name} 没有 id。", "请在建模器里给它一个 id。")
            continue
        if name != "process" and not NCNAME.fullmatch(element_id):
            yield at(
                node, f"id “{element_id[:80]}”不能用。", "请用英文字母、数字和下划线，以字母开头，最多 64 个字符。"
            )
        elif element_id in seen:
            yield at(node, f"id “{element_id}”用了两次。", "请改掉其中一个，id 在文件里不能重复。")
        seen.add(element_id)


_NEED_ID = frozenset(
    {"process", "lane", "sequenceFlow"}
    | {name for name, construct in constructs.RUNS.items() if "process" in construct.within}
    - {"laneSet", "extensionElements"}
)


def _contents(draft: Draft) -> Iterator[Problem]:
    """Whatever is refused is told once; what lies inside it is not looked at."""
    stack: list[tuple[etree._Element, str]] = [(draft.root, "")]
    while stack:
        node, parent = stack.pop()
        name = local_name(node)
        if name is None:
            yield from _foreign(node, parent)
            continue
        construct = constructs.ALLOWED.get(name)
        if construct is None or (parent and parent not in construct.within):
            yield _refused(node, name, parent, construct)
            continue
        yield from _attributes(node, name, construct)
        if construct.holds_text and len(node):
            yield at(node, f"{name} 里只能写文字。", "请删去其中的标记。")
        elif name == "extensionElements":
            yield from _extensions(node)
        else:
            stack.extend((child, name) for child in reversed(node))


def _refused(node: etree._Element, name: str, parent: str, construct: Construct | None) -> Problem:
    if construct is None:
        found = refusals.ELEMENTS.get(name) or Refusal(f"不支持 {name}。", _REMEDY)
    else:
        found = refusals.MISPLACED.get(parent, {}).get(name) or Refusal(f"{parent} 里不能有 {name}。", _REMEDY)
    return at(node, found.reason, found.remedy)


def _foreign(node: etree._Element, parent: str) -> Iterator[Problem]:
    """Elements of other namespaces: pictures directly in the file, and nothing elsewhere but in extensionElements."""
    if not isinstance(node.tag, str):
        return
    name = etree.QName(node)
    if not (parent == "definitions" and name.namespace == constructs.PICTURE_NAMESPACE):
        yield at(node, f"不认识 {_shown(node.tag)}。", _REMEDY)


def _extensions(node: etree._Element) -> Iterator[Problem]:
    for child in node:
        if not isinstance(child.tag, str) or etree.QName(child).namespace in constructs.DECORATION_NAMESPACES:
            continue
        if child.tag == f"{CAMUNDA}properties":
            yield from _properties(child)
            continue
        if child.tag in (f"{CAMUNDA}in", f"{CAMUNDA}out") and _is_call(node):
            yield from _handover(child)
            continue
        found = refusals.CAMUNDA.get(etree.QName(child).localname) if child.tag.startswith(CAMUNDA) else None
        found = found or Refusal(f"不认识扩展 {_shown(child.tag)}。", _REMEDY)
        yield at(child, found.reason, found.remedy)


def _is_call(extensions: etree._Element) -> bool:
    owner = extensions.getparent()
    return owner is not None and local_name(owner) == "callActivity"


def _handover(node: etree._Element) -> Iterator[Problem]:
    """`camunda:in` and `camunda:out` of a call: one source, one target."""
    sources = [name for name in ("source", "sourceExpression") if node.get(name)]
    if set(node.attrib) - {"source", "sourceExpression", "target"} or len(sources) != 1 or not node.get("target"):
        yield at(
            node, "交接的写法不对。", "每一行写一个 source（事实）或 sourceExpression（表达式）和一个 target（事实）。"
        )


def _properties(node: etree._Element) -> Iterator[Problem]:
    seen: set[str] = set()
    for child in node:
        if not isinstance(child.tag, str):
            continue
        name = child.get("name", "")
        if child.tag != f"{CAMUNDA}property" or len(child) or set(child.attrib) - {"name", "value", "id"}:
            yield at(child, "扩展属性的写法不对。", "请在建模器的 Extension properties 里逐行填写名称和值。")
        elif name in seen:
            yield at(child, f"扩展属性 {name[:80]} 写了两次。", "请删去其中一个。")
        seen.add(name)


def _attributes(node: etree._Element, name: str, construct: Construct) -> Iterator[Problem]:
    for key, value in _attributes_of(node).items():
        namespace, _, local = key.rpartition("}")
        if namespace.removeprefix("{") in constructs.DECORATION_NAMESPACES:
            continue
        shown = f"{_PREFIXES.get(namespace + '}', namespace + '}')}{local}" if namespace else local
        allowed = construct.attributes.get(shown)
        if allowed is None or (allowed and value not in allowed):
            yield _refused_attribute(node, name, shown, value, allowed)


def _attributes_of(node: etree._Element) -> dict[str, str]:
    return {str(key): str(value) for key, value in node.attrib.items()}


def _refused_attribute(
    node: etree._Element, name: str, shown: str, value: str, allowed: tuple[str, ...] | None
) -> Problem:
    prefix, _, local = shown.rpartition(":")
    table = {"camunda": refusals.CAMUNDA, "": refusals.ATTRIBUTES}.get(prefix, {})
    found = table.get(local)
    if found is None and allowed:
        found = Refusal(f"{shown} 的值“{value[:80]}”不能用。", f"可以写：{'、'.join(allowed)}。")
    found = found or Refusal(f"{name} 的属性 {_shown(shown)} 不起作用。", _REMEDY)
    return at(node, found.reason, found.remedy)


def _references(draft: Draft) -> Iterator[Problem]:
    """What is spoken of is there. Names may have a prefix."""
    messages = {message.get("id") for message in draft.root.iterfind(f"{BPMN}message")}
    for node in draft.process.iter(f"{BPMN}messageEventDefinition"):
        reference = node.get("messageRef")
        if reference is not None and reference.rpartition(":")[2] not in messages:
            yield at(node, f"引用的消息 {reference[:80]} 不存在。", "请在按钮的属性里重新选择消息。")
    processes = {process.get("id") for process in draft.root.iterfind(f"{BPMN}process")}
    for node in draft.root.iterfind(f"{BPMN}collaboration/{BPMN}participant"):
        reference = node.get("processRef")
        if reference is not None and reference.rpartition(":")[2] not in processes:
            yield at(node, f"泳池所指的流程 {reference[:80]} 不存在。", "请用建模器打开，删去这个泳池，重新画。")


def _shown(tag: str) -> str:
    return tag[-80:].replace("{", "").replace("}", " ")
