"""A step that is taken: what the diagram's service tasks ask for is done in it."""

from __future__ import annotations

from engine.runtime.advance.operations import perform
from engine.runtime.step.step import Step


class ActingStep(Step):
    def operate(self, element_id: str) -> None:
        """The service task's work is done. Raises what refuses it."""
        perform(self, self.definition.diagram.elements[element_id])
