"""What is kept as it is drawn and has no effect: data, messages between pools, notes and settings of other tools.

Elements stand here with all that lies in them; `docs/reference/bpmn.md` lists them.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from engine.bpmn.gate import constructs
from engine.bpmn.gate.draft import local_name
from engine.bpmn.reading.elements import BPMN, CAMUNDA
from engine.bpmn.reading.meant import TWINS
from engine.messages import Text
from engine.messages import gettext as _

_DATA = _("Data that is drawn. Forms and tasks record facts, and a condition reads a fact by its name.")
_BETWEEN = _("Drawn between pools. It sends nothing: a service task delivers and notifies.")
_DEFINITION = _("A definition for other tools. This system does not read it.")
ELEMENTS: Mapping[str, Text] = {
    **dict.fromkeys(
        (
            "dataObject", "dataObjectReference", "dataInput", "dataOutput", "dataInputAssociation", "dataOutputAssociation",
            "dataState", "dataStore", "dataStoreReference", "ioSpecification", "inputSet", "outputSet", "property",
        ),
        _DATA,
    ),
    **dict.fromkeys(
        (
            "messageFlow", "messageFlowAssociation", "participantAssociation", "participantMultiplicity", "conversation",
            "interfaceRef", "endPointRef",
            "subConversation", "callConversation", "conversationLink", "conversationAssociation", "globalConversation",
            "partnerEntity", "partnerRole",
        ),
        _BETWEEN,
    ),
    **dict.fromkeys(
        (
            "itemDefinition", "import", "relationship", "interface", "endPoint", "ioBinding", "resource",
            "correlationProperty", "globalTask", "globalUserTask", "globalManualTask", "globalScriptTask",
            "globalBusinessRuleTask", "partitionElement", "rendering", "auditing", "monitoring",
            "supportedInterfaceRef", "supports",
        ),
        _DEFINITION,
    ),
}  # fmt: skip
"""Element of the BPMN namespace -> what it is."""
SETTINGS = frozenset(
    {
        "asyncBefore", "asyncAfter", "async", "exclusive", "failedJobRetryTimeCycle", "priority",
        "jobPriority", "taskPriority", "followUpDate",
    }
)  # fmt: skip
"""Attributes and extensions of Camunda by which its engine is tuned."""
MODELERS = frozenset({"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon", "diagramRelationId"})
"""Attributes of Camunda that the desktop modeler writes for itself: no engine reads them."""
ENGINES = frozenset(
    {
        "http://camunda.org/schema/zeebe/1.0",
        "http://www.jboss.org/drools",
        "http://spiffworkflow.org/bpmn/schema/1.0/core",
        "http://www.imixs.org/bpmn2",
        "http://processmaker.com/BPMN/2.0/Schema.xsd",
    }
)
"""Namespaces of other engines, whose extensions say what is to be done."""
_QUIET = frozenset({"metaData", "userTask", "properties", "versionTag", "modelerTemplate", "modelerTemplateIcon"})
"""Extensions of other engines that do nothing."""
_READ = frozenset({*constructs.READ_NAMESPACES, *(uri.strip("{}") for uri in TWINS)})
_ITSELF = BPMN.strip("{}")


def is_idle(node: etree._Element) -> bool:
    """Whether the element, with all that lies in it, has no effect; one that would reach outside the file has one."""
    name = local_name(node)
    if name == "import":
        return node.get("importType", _ITSELF) != _ITSELF
    return name in ELEMENTS or _is_spare(node, name)


def _is_spare(node: etree._Element, name: str | None) -> bool:
    """A definition beside the processes to which no event refers: one that is referred to stands in its event by now."""
    around = node.getparent()
    is_beside = around is not None and local_name(around) == "definitions"
    return is_beside and (name or "").endswith("EventDefinition")


def is_setting(key: str) -> bool:
    """Whether an attribute or an extension is one by which Camunda's engine is tuned."""
    return key.startswith(CAMUNDA) and key.removeprefix(CAMUNDA) in SETTINGS


def is_of_the_modeler(key: str) -> bool:
    """Whether an attribute is one that the desktop modeler writes for itself: the template of the element, say."""
    return key.startswith(CAMUNDA) and key.removeprefix(CAMUNDA) in MODELERS


def is_note(key: str, is_attribute: bool = False) -> bool:
    """Whether an attribute or an extension of this name is a note of another tool; an engine's attributes are, too."""
    name = etree.QName(key)
    if name.namespace in ENGINES:
        return is_attribute or name.localname in _QUIET
    return name.namespace is not None and name.namespace not in _READ
