"""What the gate finds in a diagram or a form: a problem names the rule that it breaks, and a rule has an id and a sentence.

Rules stand where they are judged, one family a module; `engine.bpmn.gate.registry` collects them. The id of a rule is for
machines and for looking it up: it never changes its meaning and is never used for another rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from engine.messages import Name, Text, sentences
from engine.messages import gettext as _

HELP_PAGE = _("docs/reference/bpmn.md")
"""The page that explains every rule; the catalogues know its twins."""


class Severity(StrEnum):
    ERROR = "error"
    """The diagram is not deployed."""
    WARNING = "warning"
    """It may be deployed, and says what happens anyway."""


class Weight(IntEnum):
    """What becomes of a case when the problem is left, the worst first."""

    STRAY = 1
    """It stops, or goes another way than is drawn."""
    NOBODY = 2
    """Nobody can act."""
    PERIOD = 3
    """A period cannot be counted."""
    PAPER = 4
    """A letter cannot be issued."""
    SIGHT = 5
    """Somebody sees what he should not, or does not see what he should."""
    WRITING = 6
    """Only the writing is not as it has to be."""


@dataclass(frozen=True)
class Rule:
    """What a diagram or a form has to be like. `title` is one sentence that says so."""

    id: str
    title: Text
    severity: Severity = Severity.ERROR

    @property
    def explained(self) -> str:
        """Where a reader finds it, in the reader's language."""
        return f"{HELP_PAGE}#{self.id}"

    def problem(
        self, element_id: str, element_name: Text, reason: Text, remedy: Text, rewrite: str = "", line: int = 0
    ) -> Problem:
        """The rule is broken at this element, which is drawn with that name."""
        name = Name(element_name) if isinstance(element_name, str) else element_name
        return Problem(element_id, name, reason, remedy, self.id, self.severity, rewrite, line=line)


@dataclass(frozen=True)
class Problem:
    """One thing in a diagram, a form or a letter that cannot be run, or that is worth knowing: where, why, what to do
    instead, and the id of the rule."""

    element_id: str
    element_name: Text
    reason: Text
    remedy: Text
    rule: str
    severity: Severity = Severity.ERROR
    rewrite: str = ""
    """The line itself as it may stand, ready to be copied; empty where the remedy says it all."""
    file: str = ""
    """The file that it stands in, below the folder of the diagrams; empty while only one file is meant."""
    line: int = 0
    """The line of that file, from 1; 0 where it is not known."""

    @property
    def sentence(self) -> Text:
        """All of it, for a reader."""
        rewritten = _("Write: %(rewrite)s", rewrite=self.rewrite) if self.rewrite else ""
        said = sentences(self.reason, self.remedy, rewritten)
        if not self.element_id:
            return said
        name = self.element_name or self.element_id
        return _("Element '%(name)s' (%(id)s): %(said)s", name=name, id=self.element_id, said=said)

    def __str__(self) -> str:
        return str(self.sentence)
