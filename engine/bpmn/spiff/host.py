"""What a running process asks of those who run it, and how it says that it cannot go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


class OperationFailed(Exception):
    """The work of a service task has failed in a way that the diagram may have foreseen.

    A host raises it in `operate`, having changed nothing; the error of this code is then thrown from the task. One that nothing
    catches ends the instance as failed. `cause`: what is raised instead where nothing catches it.
    """

    def __init__(self, code: str, cause: Exception | None = None) -> None:
        super().__init__(code)
        self.code, self.cause = code, cause


@dataclass(frozen=True)
class Place:
    """A scope or iteration within which something stands. `id` is new each time that it is begun, and stable until it ends.

    `index` and `item` are those of an iteration (the item is None in one that only counts); `run` is the id of the activity whose
    iteration it is, the same for all of them. None of the three is there for a scope that is no iteration.
    """

    element_id: str
    id: str
    index: int | None = None
    item: object = None
    run: str | None = None


Places = tuple[Place, ...]
"""The scopes and iterations around something, the outermost first; empty for what stands in the process itself.

A task of which there are several iterations is the last of its own. What is attached to an activity stands outside of it.
"""


@dataclass(frozen=True)
class Thrown:
    """What an event of the diagram, a failed operation or a called procedure has thrown.

    `kind` is message, signal, error or escalation. What waits for it in the same instance has heard it already, before the next
    automatic step: a message is heard by one, the one that waits longest, a signal by all. `caught` says whether anything did. So
    a host delivers every signal, and a message that nobody has caught, to other instances; an escalation that is not caught goes
    to the call from which this instance was begun, or is only recorded.
    """

    kind: str
    name: str
    element_id: str
    place: Places
    caught: bool


@dataclass(frozen=True)
class Failure:
    """The error that has ended the instance, because nothing caught it, and the element that threw it."""

    name: str
    element_id: str


class Host(Protocol):
    """What a running process asks of those who run it. Everything happens within one step of one instance."""

    def evaluate(self, expression: str, names: Mapping[str, object] | None = None, *, place: Places = ()) -> object:
        """The value of an expression of the diagram over the facts that can be seen at this place.

        `names` are known besides the facts and win over them: the item and number of each iteration around.
        """

    def operate(self, element_id: str, place: Places = ()) -> None:
        """The service task with this element id has been reached; its work is done when this returns.

        Conditions are looked at when it returns, before the next automatic step: it may have said facts. Raises OperationFailed.
        """

    def call(self, element_id: str, task_id: str, place: Places = ()) -> None:
        """The call activity has been reached; `close_call` with the task's id goes on behind it."""
