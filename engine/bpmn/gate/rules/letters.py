"""The rules for the letters that a diagram names: `engine.deployments.letters` judges by them, with what the files say."""

from __future__ import annotations

from engine.messages import gettext as _
from engine.problems import Rule, Severity

LETTER_MISSING = Rule("letter-missing", _("A letter that a step uses lies beside the diagram."))
LETTER_FILE = Rule("letter-file", _("The file of a letter can be read, and lies in its place once."))
LETTER_CODE = Rule("letter-code", _("A letter and the step that issues it say the same code."))
LETTER_SPELLING = Rule("letter-spelling", _("What stands in the braces of a letter can be read."))
LETTER_FACT = Rule("letter-fact", _("A letter tells facts that the procedure knows."))
LETTER_FUNCTION = Rule("letter-function", _("A letter calls functions that there are."))
LETTER_CITED = Rule("letter-cited", _("A letter that is cited is one that there is."))
LETTER_LAYOUT = Rule("letter-layout", _("The layout of a letter can be set."))
LETTER_UNSET = Rule("letter-unset", _("What a letter counts with or joins to other words has been filled in."))
LETTER_BLANK = Rule("letter-blank", _("What a letter prints is said before it is issued."), Severity.WARNING)
