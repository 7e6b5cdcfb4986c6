"""A step that is taken: what the diagram's service tasks ask for is done in it."""

from __future__ import annotations

from engine.bpmn.spiff.workflow import Places, Workflow
from engine.runtime.advance.operations import perform
from engine.runtime.step import live
from engine.runtime.step.step import Step


class ActingStep(Step):
    def _restored(self) -> Workflow:
        return live.restored(self.tx, self.instance_id, self.definition, self.instance["revision"], self._state(), self)

    def operate(self, element_id: str, place: Places = ()) -> None:
        """The service task's work is done. Raises what refuses it."""
        self.collect()
        with self.within(self.scopes.at(place)):
            perform(self, self.definition.diagram.elements[element_id])
