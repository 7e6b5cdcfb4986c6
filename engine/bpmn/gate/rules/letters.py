"""The rules for the letters that a diagram names: `engine.deployments.letters` judges by them, with what the files say."""

from __future__ import annotations

from engine.messages import gettext as _
from engine.problems import Rule, Severity

LETTER_MISSING = Rule("letter-missing", _("A letter template that a step uses is stored with the diagram."))
LETTER_FILE = Rule(
    "letter-file", _("The file of a letter template can be read, is in the right place, and exists only once.")
)
LETTER_CODE = Rule("letter-code", _("A letter template and the step that issues it use the same code."))
LETTER_SPELLING = Rule("letter-spelling", _("The contents of braces in a letter template can be understood."))
LETTER_FACT = Rule("letter-fact", _("A letter template uses only facts of its procedure."))
LETTER_FUNCTION = Rule("letter-function", _("A letter template uses only functions that exist."))
LETTER_CITED = Rule("letter-cited", _("A letter template that is cited exists."))
LETTER_LAYOUT = Rule("letter-layout", _("The layout of a letter template can be set."))
LETTER_UNSET = Rule("letter-unset", _("What a letter calculates with or joins to other words has been filled in."))
LETTER_BLANK = Rule("letter-blank", _("What a letter prints is filled in before it is issued."), Severity.WARNING)
