"""What the gate finds in a diagram or a form: a problem names the rule that it breaks, and a rule has an id and a sentence.

Rules stand where they are judged, one family a module; `engine.bpmn.gate.registry` collects them. The id of a rule is for
machines and for looking it up: it never changes its meaning and is never used for another rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.messages import Text, sentences
from engine.messages import gettext as _


class Severity(StrEnum):
    ERROR = "error"
    """The diagram is not deployed."""
    WARNING = "warning"
    """It may be deployed, and says what happens anyway. No rule is one yet."""


@dataclass(frozen=True)
class Rule:
    """What a diagram or a form has to be like. `title` is one sentence that says so."""

    id: str
    title: Text
    severity: Severity = Severity.ERROR

    @property
    def explained(self) -> str:
        """Where a reader finds it."""
        return f"docs/reference/bpmn.md#{self.id}"

    def problem(self, element_id: str, element_name: Text, reason: Text, remedy: Text) -> Problem:
        """The rule is broken at this element."""
        return Problem(element_id, element_name, reason, remedy, self.id)


@dataclass(frozen=True)
class Problem:
    """One thing in a diagram or a form that cannot be run: where, why, what to do instead, and the id of the rule."""

    element_id: str
    element_name: Text
    reason: Text
    remedy: Text
    rule: str

    @property
    def sentence(self) -> Text:
        """All of it, for a reader."""
        said = sentences(self.reason, self.remedy)
        if not self.element_id:
            return said
        name = self.element_name or self.element_id
        return _("Element '%(name)s' (%(id)s): %(said)s", name=name, id=self.element_id, said=said)

    def __str__(self) -> str:
        return str(self.sentence)
