"""The words of the language, one class a word, and the specification that is built from them."""

from __future__ import annotations

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec

from engine.bpmn.reading.elements import OPERATING, PASSED, Diagram, Element
from engine.bpmn.reading.events import CONDITIONAL, ERROR, ESCALATION, MESSAGE, SIGNAL, TIMER
from engine.bpmn.spiff.events import (
    ARMED,
    BorderEvent,
    Event,
    EventGateway,
    Listener,
    ReceiveTask,
    SendTask,
    TerminateEnd,
    Throw,
)
from engine.bpmn.spiff.gateways import ExclusiveGateway, InclusiveGateway, ParallelGateway
from engine.bpmn.spiff.iterations import Again, Many
from engine.bpmn.spiff.node import EACH, Node
from engine.bpmn.spiff.scopes import Process, Scope
from engine.bpmn.spiff.tasks import Call, Clock, Operation, UserTask

CAUGHT = (TIMER, MESSAGE, SIGNAL, CONDITIONAL)
"""What an event in the middle of a flow may wait for."""

_THROW = ("endEvent", "intermediateThrowEvent")
WORDS: dict[str, type[Node]] = {
    "startEvent": Node,
    **{f"startEvent {kind}": Node for kind in (*CAUGHT, ERROR, ESCALATION)},
    "endEvent": Node,
    "endEvent terminate": TerminateEnd,
    "endEvent error": Throw,
    **{f"{element} {kind}": Throw for element in _THROW for kind in (MESSAGE, SIGNAL, ESCALATION)},
    "intermediateThrowEvent": Node,
    "intermediateThrowEvent link": Node,
    "intermediateCatchEvent link": Node,
    **{f"intermediateCatchEvent {kind}": Event for kind in CAUGHT},
    **{f"boundaryEvent {kind}": BorderEvent for kind in (*CAUGHT, ERROR, ESCALATION)},
    "userTask": UserTask,
    **dict.fromkeys((*OPERATING, *PASSED), Operation),
    "sendTask message": SendTask,
    "receiveTask": Clock,
    "receiveTask message": ReceiveTask,
    "callActivity": Call,
    "subProcess": Scope,
    "exclusiveGateway": ExclusiveGateway,
    "parallelGateway": ParallelGateway,
    "inclusiveGateway": InclusiveGateway,
    "eventBasedGateway": EventGateway,
}
"""Kind of element, with its event if it has one -> its class."""


class Specification(BpmnProcessSpec):  # type: ignore[misc]
    """What runs, built straight from the reading of a diagram that the gate has passed; shared by all its instances.

    The library's parser reads the file anew by recursion, needs the shapes, and returns what is not safe to share.
    """

    def __init__(self, diagram: Diagram, all_lapses: bool = False) -> None:
        """`all_lapses`: whatever a repeating event has begun is gone with its activity, as it was in earlier versions."""
        super().__init__(diagram.key)
        self.task_specs.clear()  # the library's own start and end
        self.diagram, self.all_lapses = diagram, all_lapses
        self.start = Process(self, diagram, _itself(diagram))
        for element in diagram.elements.values():
            self._add(diagram, element)
        self.is_flat = not any(one.scope or one.many or one.again for one in diagram.elements.values())
        """Whether everything stands in the process itself, once."""
        self.has_conditions = any(
            event.kind == CONDITIONAL for one in diagram.elements.values() for event in one.events
        )
        self.has_inclusive = bool(diagram.of_kind("inclusiveGateway"))

    def _add(self, diagram: Diagram, element: Element) -> None:
        """The element's own specification, and that of the whole where it is done several times."""
        word = WORDS[f"{element.kind} {element.event_kind}".strip()]
        if len(element.events) > 1 and element.kind in _THROW:
            word = Throw
        if element.kind == "startEvent" and element.scope is not None and diagram.elements[element.scope].by_event:
            Listener(self, diagram, element, element.id + ARMED)
        if element.many is None and element.again is None:
            word(self, diagram, element)
        else:
            word(self, diagram, element, element.id + EACH)
            (Many if element.many is not None else Again)(self, diagram, element)

    @property
    def lapsing(self) -> list[str]:
        """The border events of which what they begin lapses with their activity."""
        return [spec.bpmn_id for spec in self.task_specs.values() if isinstance(spec, BorderEvent) and spec.lapses]


def _itself(diagram: Diagram) -> Element:
    """The process as an element; no id of a file has a blank in it."""
    return Element(
        id=f"{diagram.key} itself", kind="process", name=diagram.name, lane=None, event_kind="", attached_to=None,
        interrupting=True, form_ref=None, candidate_groups=(), properties={}, timer=None, default_flow=None,
        incoming=(), outgoing=(),
    )  # fmt: skip
