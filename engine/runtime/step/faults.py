"""A fault that belongs to one instance: it is parked, and everything else goes on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.errors import LianbanError
from engine.messages import Joined, Message, Text
from engine.messages import gettext as _
from engine.organisation.assignment import Actor

if TYPE_CHECKING:
    from engine.runtime.step.step import Step


class Fault(LianbanError):
    """A fault of this case only."""

    default = _("A fault of this case only.")
    code = "fault"

    def __init__(
        self,
        instance_id: str,
        sentence: Text,
        element_id: str | None,
        names: frozenset[str] = frozenset(),
        undecided: bool = False,
    ) -> None:
        """`names` are the facts on which it hangs, when it hangs on any; `undecided`: a gateway that leads nowhere."""
        super().__init__(sentence)
        self.instance_id, self.element_id, self.names, self.undecided = instance_id, element_id, names, undecided
        self.definition_id: str | None = None
        self.actor: Actor | None = None
        self.unit_code: str | None = None
        """For which unit a case was to begin that nobody started."""
        self.said: tuple[object, ...] = ()
        """What the case's facts were: none of it is told to whoever looks after the installation."""

    def within(self, step: Step) -> None:
        """The step in which it happened; the facts go away with the step."""
        self.definition_id, self.actor = step.definition.id, step.actor
        starter = step.facts.get(step.definition.diagram.process.starter_fact)
        self.unit_code = starter if isinstance(starter, str) else None
        self.said = (*self.said, *step.facts.everywhere())


def without_contents(sentence: Text, said: Iterable[object]) -> Text:
    """The sentence without any value that a case's facts have; expressions and mappings quote them in their faults."""
    texts = {text for value in said for text in _quoted(value) if len(text) > 1}
    found: Text = _without(sentence, sorted(texts, key=len, reverse=True))
    return found


def _without(kept: Any, texts: Sequence[str]) -> Any:
    """The words of a message are the program's own; what it is filled with may be the case's."""
    match kept:
        case Message():
            return replace(kept, values={name: _without(value, texts) for name, value in kept.values.items()})
        case Joined():
            return replace(kept, parts=tuple(_without(part, texts) for part in kept.parts))
        case str():
            for text in texts:
                kept = kept.replace(text, HIDDEN)
        case int() if str(kept) in texts:
            return HIDDEN
    return kept


def _quoted(value: object) -> Iterable[str]:
    if isinstance(value, list | tuple):
        return [text for one in value for text in _quoted(one)] + [str(value)[:QUOTED]]
    if value is None or isinstance(value, bool | int | float):
        return []
    iso = getattr(value, "isoformat", None)
    return [str(value), str(value)[:QUOTED], *([iso()] if iso else [])]


HIDDEN = "…" * 2
"""What stands in the place of a value."""
QUOTED = 40
"""Characters of a value that a fault quotes at most, when it does not quote all of it."""
