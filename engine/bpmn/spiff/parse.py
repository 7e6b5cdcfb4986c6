"""From a diagram that the gate has passed to a specification that SpiffWorkflow runs, and back from its stored form.

SpiffWorkflow is handed a copy that holds only what it is to execute: no lanes, no pictures, no extensions. Lanes, forms,
periods and operations are read from the diagram by `elements`; where a branch leads first is the order in the document,
never the height of a shape. A parsed specification is always sent through its own JSON once: what the parser itself
returns is not safe to share between instances.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, ClassVar, TypeAlias

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import BoundaryEventParser, IntermediateCatchEventParser
from SpiffWorkflow.bpmn.parser.task_parsers import GatewayParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.task_spec import BpmnTaskSpecConverter, ParallelGatewayConverter
from SpiffWorkflow.bpmn.serializer.helpers.spec import EventDefinitionConverter
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, IntermediateCatchEvent, ParallelGateway, ServiceTask
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import StoredByAnotherVersion

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_NOT_EXECUTED = {"laneSet", "extensionElements", "documentation", "ioSpecification", "dataObject", "dataObjectReference",
                 "dataStoreReference", "textAnnotation", "association", "group", "auditing", "monitoring", "category",
                 "property", "dataInputAssociation", "dataOutputAssociation"}  # fmt: skip
FORMAT = 1

Specification: TypeAlias = BpmnProcessSpec
"""What runs; the rest of the engine passes it on and never looks inside."""


class HostEvent(EventDefinition):  # type: ignore[misc]
    """An event that waits until the runtime fires it: a timer or a button. It never looks at a clock by itself.

    A repeating one (a reminder cycle, a button) stays armed and opens its branch anew each time.
    """

    def __init__(self, name: str, repeating: bool = False, description: str | None = None) -> None:
        super().__init__(name, description)
        self.repeating = repeating

    def update_task(self, my_task: Task) -> None:
        if self.repeating and my_task.internal_data.pop("fired", False):
            for output in my_task.task_spec.outputs:
                child = my_task._add_child(output, TaskState.FUTURE)
                child.task_spec._predict(child, mask=TaskState.NOT_FINISHED_MASK)
                child.task_spec._update(child)

    def fire(self, my_task: Task) -> None:
        """The event has happened at this armed task; its branch is ready to run."""
        my_task.internal_data["fired" if self.repeating else "event_fired"] = True
        my_task.task_spec._update(my_task)


class Operation(ServiceTask):  # type: ignore[misc]
    """A service task: what it does is the runtime's business."""

    def _execute(self, my_task: Task) -> bool:
        my_task.workflow.script_engine.host.operate(self.bpmn_id)
        return True


class Clock(ServiceTask):  # type: ignore[misc]
    """A receive task that carries a period: it stays open until the runtime says that the period is met."""

    def _execute(self, my_task: Task) -> None:
        return None


class Call(ServiceTask):  # type: ignore[misc]
    """A call activity: it stays open until the instance that it called has ended."""

    def _execute(self, my_task: Task) -> None:
        my_task.workflow.script_engine.host.call(self.bpmn_id, my_task.id.hex)


class Parallel(ParallelGateway):  # type: ignore[misc]
    """A join that counts: each time it goes on, it takes one arrival from every flow into it.

    SpiffWorkflow's own goes on too early in a loop when the branches are done in another order than the time before.
    """

    def _check_threshold_unstructured(self, my_task: Task) -> bool:
        arrived: Counter[str] = Counter()
        for task in my_task.workflow.tasks.values():
            if task.task_spec is self and task.parent.state == TaskState.COMPLETED:
                arrived[task.parent.task_spec.name] += 1
                if task.state == TaskState.COMPLETED:
                    arrived.subtract(before.name for before in self.inputs)
        return all(arrived[before.name] > 0 for before in self.inputs)


class _HostBoundaryParser(BoundaryEventParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        interrupting = self.node.get("cancelActivity", "true") == "true"
        is_button = self.node.find(f"{BPMN}messageEventDefinition") is not None
        is_cycle = self.node.find(f"{BPMN}timerEventDefinition/{BPMN}timeCycle") is not None
        event = HostEvent(self.bpmn_id, repeating=not interrupting and (is_button or is_cycle))
        return self._create_task(event, interrupting)


class _HostCatchParser(IntermediateCatchEventParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return self._create_task(HostEvent(self.bpmn_id))


class _Parser(BpmnParser):  # type: ignore[misc]
    OVERRIDE_PARSER_CLASSES: ClassVar = {
        full_tag("boundaryEvent"): (_HostBoundaryParser, BoundaryEvent),
        full_tag("intermediateCatchEvent"): (_HostCatchParser, IntermediateCatchEvent),
        full_tag("serviceTask"): (TaskParser, Operation),
        full_tag("sendTask"): (TaskParser, Operation),
        full_tag("receiveTask"): (TaskParser, Clock),
        full_tag("callActivity"): (TaskParser, Call),
        full_tag("parallelGateway"): (GatewayParser, Parallel),
    }


class _HostEventConverter(EventDefinitionConverter):  # type: ignore[misc]
    def to_dict(self, event_definition: HostEvent) -> dict[str, Any]:
        return {**super().to_dict(event_definition), "repeating": event_definition.repeating}


class _SpecConverter(BpmnTaskSpecConverter):  # type: ignore[misc]
    def from_dict(self, dct: dict[str, Any]) -> Any:
        return self.task_spec_from_dict(dct)


_REGISTRY = BpmnWorkflowSerializer.configure(
    {
        **DEFAULT_CONFIG,
        HostEvent: _HostEventConverter,
        Operation: _SpecConverter,
        Clock: _SpecConverter,
        Call: _SpecConverter,
        Parallel: ParallelGatewayConverter,
    }
)


def specify(root: etree._Element, process_id: str) -> bytes:
    """The stored specification of the process in a diagram that the gate has passed."""
    parser = _Parser()
    executed = _executed(root, process_id)  # kept referenced while parsing: the parser keys tables by object identity
    parser.add_bpmn_xml(executed, filename=f"{process_id}.bpmn")
    content = {"format": FORMAT, "specification": _REGISTRY.convert(parser.get_spec(process_id))}
    return json.dumps(content, ensure_ascii=False).encode()


def restore_specification(stored: bytes) -> Specification:
    """The specification, ready to be shared by any number of instances. Raises StoredByAnotherVersion."""
    content = json.loads(stored)
    if content.get("format") != FORMAT:
        raise StoredByAnotherVersion
    return _REGISTRY.restore(content["specification"])


def new_workflow(specification: Specification, script_engine: Any, restoring: bool) -> BpmnWorkflow:
    return BpmnWorkflow(specification, {}, script_engine=script_engine, deserializing=restoring)


def _executed(root: etree._Element, process_id: str) -> etree._Element:
    definitions = etree.Element(f"{BPMN}definitions", targetNamespace="urn:lianban")
    process = next(process for process in root.iterfind(f"{BPMN}process") if process.get("id") == process_id)
    copy = etree.SubElement(definitions, f"{BPMN}process", id=process_id, isExecutable="true")
    copy.extend(_executed_children(process))
    return definitions


def _executed_children(node: etree._Element) -> list[etree._Element]:
    return [
        _without_decoration(child)
        for child in node
        if isinstance(child.tag, str) and child.tag.startswith(BPMN) and child.tag[len(BPMN) :] not in _NOT_EXECUTED
    ]


def _without_decoration(node: etree._Element) -> etree._Element:
    attributes = {str(name): str(value) for name, value in node.attrib.items() if not str(name).startswith("{")}
    attributes.pop("messageRef", None)  # a button is pressed by its element, never by a message's name
    copy = etree.Element(node.tag, attributes)
    copy.text = node.text
    copy.extend(_executed_children(node))
    return copy
