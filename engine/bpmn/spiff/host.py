"""What a running process asks of those who run it, and how it says that it cannot go on."""

from __future__ import annotations

from typing import Protocol

from engine.messages import Text


class WorkflowFault(Exception):
    """The diagram cannot go on by itself: an incident of this instance alone."""

    def __init__(
        self,
        sentence: Text,
        element_id: str | None = None,
        names: frozenset[str] = frozenset(),
        undecided: bool = False,
    ) -> None:
        """`names` are the facts on which it hangs, when it hangs on any; `undecided`: a gateway that leads nowhere."""
        super().__init__(sentence)
        self.sentence, self.element_id, self.names, self.undecided = sentence, element_id, names, undecided

    @property
    def message(self) -> str:
        """What is said, in the language that is spoken here."""
        return str(self.sentence)


class Host(Protocol):
    """What a running process asks of those who run it."""

    def evaluate(self, expression: str) -> object:
        """The value of an expression of the diagram over the instance's facts."""

    def operate(self, element_id: str) -> None:
        """The service task with this element id has been reached; its work is done when this returns."""

    def call(self, element_id: str, task_id: str) -> None:
        """The call activity has been reached; `close_call` with the task's id goes on behind it."""
