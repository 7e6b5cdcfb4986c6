"""Whether everything in the file is something that runs or something that is only drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.gate import constructs, no_effect, refusals
from engine.bpmn.gate.constructs import Construct
from engine.bpmn.gate.draft import Draft, at, local_name
from engine.bpmn.gate.refusals import Refusal
from engine.bpmn.reading.elements import BPMN, CAMUNDA
from engine.messages import gettext as _
from engine.messages import listed
from engine.problems import Problem, Rule

ELEMENT_UNKNOWN = Rule("element-unknown", _("An element is one that runs, or one that is only drawn."))
ELEMENT_MISPLACED = Rule("element-misplaced", _("An element is drawn where it can run."))
ELEMENT_TWICE = Rule("element-twice", _("What can be given only once is given once."))
NAMESPACE_UNKNOWN = Rule("namespace-unknown", _("Elements of other tools are only in extensionElements."))
TEXT_ONLY = Rule("text-only", _("An element for text contains only text."))
EXTENSION_UNKNOWN = Rule("extension-unknown", _("An extension is one that this system knows."))
EXTENSION_ENGINE = Rule("extension-engine", _("An extension is not for another engine."))
PROPERTY_FORM = Rule("property-form", _("An extension property has a name and a value."))
PROPERTY_TWICE = Rule("property-twice", _("An extension property is given once."))
CALL_MAPPING = Rule("call-mapping", _("A line of a mapping has one source and one target."))
ATTRIBUTE_UNKNOWN = Rule("attribute-unknown", _("An attribute has an effect."))
ATTRIBUTE_VALUE = Rule("attribute-value", _("The value of an attribute is valid."))
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
ONCE = (
    *(
        BPMN + name
        for name in (
            "extensionElements", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "loopCardinality",
            "completionCondition", "loopCondition", "conditionExpression", "condition", "script", "text",
        )
    ),
    *(CAMUNDA + name for name in ("properties", "formData")),
)  # fmt: skip
"""What an element may hold once."""
_PREFIXES = {CAMUNDA: "camunda:", XSI: "xsi:"}
_TYPES = {"childLaneSet": "tLaneSet"}
"""The type of an element that is not called after it."""
_REMEDY = _("It cannot run as drawn. Delete it. What can be used is listed in docs/reference/bpmn.md.")


_OURS = _("Delete it. What a step does is written in its extension properties, which docs/reference/bpmn.md describes.")


def check(draft: Draft) -> Iterator[Problem]:
    """Whatever is refused is told once; what lies inside it is not looked at."""
    stack: list[tuple[etree._Element, str]] = [(draft.root, "")]
    while stack:
        node, parent = stack.pop()
        name = local_name(node)
        if name == "process" and node is not draft.process and node.get("isExecutable") != "true":
            continue  # a drawing of somebody else's work, of which nothing runs
        if name is None:
            yield from _foreign(node, parent)
            continue
        if no_effect.is_idle(node):
            yield from _at_work(node)
            continue
        construct = constructs.ALLOWED.get(name)
        if construct is None or (parent and parent not in construct.within):
            yield _refused(node, name, parent, construct)
            continue
        yield from _attributes(node, name, construct)
        yield from _twice(node)
        if construct.holds_text and len(node):
            yield at(TEXT_ONLY, node, _("%(name)s can only hold text.", name=name), _("Delete the markup in it."))
        elif name == "extensionElements":
            yield from _extensions(node)
        else:
            within = constructs.HANDLER_START if _begins_by_event(node) else name
            stack.extend((child, within) for child in reversed(node))


def _twice(node: etree._Element) -> Iterator[Problem]:
    """Of what is said twice only one would count, and nobody would know which."""
    times = Counter(str(child.tag) for child in node)
    for tag in ONCE:
        if times[tag] > 1:
            name = etree.QName(tag).localname
            yield at(
                ELEMENT_TWICE,
                node,
                _("%(name)s stands here more than once, and only one would count.", name=name),
                _("Delete all but one."),
            )


def _begins_by_event(node: etree._Element) -> bool:
    """Whether it is the start event of an event sub-process."""
    around = node.getparent()
    return local_name(node) == "startEvent" and around is not None and around.get("triggeredByEvent") == "true"


def _at_work(idle: etree._Element) -> Iterator[Problem]:
    """What would do something, in what has no effect otherwise."""
    for name in ("assignment", "transformation"):
        for node in idle.iter(f"{BPMN}{name}"):
            yield _by_name(node, refusals.ELEMENTS[name])


def _refused(node: etree._Element, name: str, parent: str, construct: Construct | None) -> Problem:
    table = refusals.ELEMENTS if construct is None else refusals.MISPLACED.get(parent, {})
    if found := table.get(name):
        return _by_name(node, found)
    if construct is None:
        return at(ELEMENT_UNKNOWN, node, _("%(name)s is not supported.", name=name), _REMEDY)
    return at(ELEMENT_MISPLACED, node, _("%(parent)s cannot hold %(name)s.", parent=parent, name=name), _REMEDY)


def _by_name(node: etree._Element, found: Refusal) -> Problem:
    return at(found.rule, node, found.reason, found.remedy)


def _foreign(node: etree._Element, parent: str) -> Iterator[Problem]:
    """Elements of other namespaces: pictures directly in the file, and nothing elsewhere but in extensionElements."""
    if not isinstance(node.tag, str):
        return
    name = etree.QName(node)
    if not (parent == "definitions" and name.namespace == constructs.PICTURE_NAMESPACE):
        yield at(NAMESPACE_UNKNOWN, node, _("%(tag)s is unknown.", tag=_shown(node.tag)), _REMEDY)


def _extensions(node: etree._Element) -> Iterator[Problem]:
    for child in node:
        if not isinstance(child.tag, str) or etree.QName(child).namespace in constructs.DECORATION_NAMESPACES:
            continue
        if child.tag == f"{CAMUNDA}properties":
            yield from _properties(child)
            continue
        if child.tag in (f"{CAMUNDA}in", f"{CAMUNDA}out") and _is_call(node):
            yield from _mapping(child)
            continue
        if no_effect.is_setting(child.tag) or no_effect.is_note(child.tag) or _is_form(child, node):
            continue
        found = refusals.CAMUNDA.get(etree.QName(child).localname) if child.tag.startswith(CAMUNDA) else None
        if found is not None:
            yield _by_name(child, found)
        elif etree.QName(child).namespace in no_effect.ENGINES:
            yield at(EXTENSION_ENGINE, child, _("%(tag)s is for another engine and does not run here.",
                     tag=etree.QName(child).localname[:80]), _OURS)  # fmt: skip
        else:
            yield at(EXTENSION_UNKNOWN, child, _("The extension %(tag)s is unknown.", tag=_shown(child.tag)), _REMEDY)


def _is_form(child: etree._Element, extensions: etree._Element) -> bool:
    """Whether it is a form that is drawn where one is asked; `form_data` judges it."""
    owner = extensions.getparent()
    asks = owner is not None and local_name(owner) in ("startEvent", "userTask")
    return asks and child.tag in (f"{CAMUNDA}formData", f"{CAMUNDA}formProperty")


def _is_call(extensions: etree._Element) -> bool:
    owner = extensions.getparent()
    return owner is not None and local_name(owner) == "callActivity"


def _mapping(node: etree._Element) -> Iterator[Problem]:
    """`camunda:in` and `camunda:out` of a call: one source, one target."""
    sources = [name for name in ("source", "sourceExpression") if node.get(name)]
    if set(node.attrib) - {"source", "sourceExpression", "target"} or len(sources) != 1 or not node.get("target"):
        yield at(
            CALL_MAPPING,
            node,
            _("The mapping is not written correctly."),
            _("Each line has one source (a fact) or sourceExpression (an expression), and one target (a fact)."),
        )


def _properties(node: etree._Element) -> Iterator[Problem]:
    seen: set[str] = set()
    for child in node:
        if not isinstance(child.tag, str):
            continue
        name = child.get("name", "")
        if child.tag != f"{CAMUNDA}property" or len(child) or set(child.attrib) - {"name", "value", "id"}:
            yield at(
                PROPERTY_FORM,
                child,
                _("The extension property is not written correctly."),
                _("Fill in the names and values line by line under Extension properties in the modeler."),
            )
        elif name in seen:
            yield at(
                PROPERTY_TWICE,
                child,
                _("The extension property %(name)s is given twice.", name=name[:80]),
                _("Delete one of them."),
            )
        seen.add(name)


def _attributes(node: etree._Element, name: str, construct: Construct) -> Iterator[Problem]:
    for key, value in _attributes_of(node).items():
        namespace, _brace, local = key.rpartition("}")
        if namespace.removeprefix("{") in constructs.DECORATION_NAMESPACES or no_effect.is_setting(key):
            continue
        if no_effect.is_of_the_modeler(key) or no_effect.is_note(key, is_attribute=True):
            continue
        if key == f"{XSI}type" and _is_own_type(name, value):
            continue
        shown = f"{_PREFIXES.get(namespace + '}', namespace + '}')}{local}" if namespace else local
        allowed = construct.attributes.get(shown)
        if allowed is None or (allowed and value not in allowed):
            yield _refused_attribute(node, name, shown, value, allowed)


def _is_own_type(name: str, value: str) -> bool:
    """Whether xsi:type says of an element what it is anyway."""
    own = _TYPES.get(name, f"t{name[:1].upper()}{name[1:]}")
    return value.rpartition(":")[2] == own


def _attributes_of(node: etree._Element) -> dict[str, str]:
    return {str(key): str(value) for key, value in node.attrib.items()}


def _refused_attribute(
    node: etree._Element, name: str, shown: str, value: str, allowed: tuple[str, ...] | None
) -> Problem:
    prefix, _colon, local = shown.rpartition(":")
    table = {"camunda": refusals.CAMUNDA, "": refusals.ATTRIBUTES}.get(prefix, {})
    if found := table.get(local):
        return _by_name(node, found)
    if allowed:
        reason = _("%(shown)s cannot have the value '%(value)s'.", shown=shown, value=value[:80])
        return at(ATTRIBUTE_VALUE, node, reason, _("Allowed values: %(known)s.", known=listed(allowed)))
    reason = _("The attribute %(shown)s of %(name)s has no effect.", name=name, shown=_shown(shown))
    return at(ATTRIBUTE_UNKNOWN, node, reason, _REMEDY)


def _shown(tag: str) -> str:
    return tag[-80:].replace("{", "").replace("}", " ")
