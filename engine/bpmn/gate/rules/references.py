"""What is spoken of is there."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, at
from engine.bpmn.reading.elements import BPMN
from engine.messages import gettext as _
from engine.problems import Problem, Rule

MESSAGE_MISSING = Rule("message-missing", _("The message that a button refers to exists."))
POOL_PROCESS = Rule("pool-process", _("The process that a pool refers to exists."))


def check(draft: Draft) -> Iterator[Problem]:
    """What is spoken of is there. Names may have a prefix."""
    messages = {message.get("id") for message in draft.root.iterfind(f"{BPMN}message")}
    for node in draft.process.iter(f"{BPMN}messageEventDefinition"):
        reference = node.get("messageRef")
        if reference is not None and reference.rpartition(":")[2] not in messages:
            yield at(
                MESSAGE_MISSING,
                node,
                _("The message %(reference)s does not exist.", reference=reference[:80]),
                _("Choose the message again in the properties of the button."),
            )
    processes = {process.get("id") for process in draft.root.iterfind(f"{BPMN}process")}
    for node in draft.root.iterfind(f"{BPMN}collaboration/{BPMN}participant"):
        reference = node.get("processRef")
        if reference is not None and reference.rpartition(":")[2] not in processes:
            yield at(
                POOL_PROCESS,
                node,
                _("The process %(reference)s that the pool refers to does not exist.", reference=reference[:80]),
                _("Open the diagram in a modeler, delete this pool and draw it again."),
            )
