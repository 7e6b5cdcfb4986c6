"""Every error that a person may read: one tree, each class with a stable code and an HTTP status.

A class has a message of its own (`default`); a caller that knows more says more. An error keeps the message, and finds
its words when it is read (`messages.py`). Nothing here knows of a page: `tasks_ui/errors.py` shows these.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages import Message, Text, lines, ngettext
from engine.messages import gettext as _
from engine.problems import Problem as Problem


class LianbanError(Exception):
    default: Message = _(
        "This could not be done, and nothing has changed. Try again. If it fails again, tell the system administrator."
    )
    code = "error"
    status = 500

    def __init__(self, sentence: Text | None = None) -> None:
        self.sentence = sentence or self.default
        super().__init__(self.sentence)

    @property
    def message(self) -> str:
        """What is said, in the language that is spoken here."""
        return str(self.sentence)

    @property
    def whole(self) -> Text:
        """All that there is to say, to be kept or to be read by somebody else."""
        return self.sentence

    def __str__(self) -> str:
        return str(self.whole)


class SettingsError(LianbanError):
    default = _("An environment variable is wrong. The service has not started.")
    code = "settings"


class NewerDatabase(LianbanError):
    default = _(
        "A newer version of Lianban has upgraded this database, and this program does not know it. Nothing has "
        "changed. Use the newer version, or restore the back-up made before the upgrade."
    )
    code = "newer_database"


class NotFound(LianbanError):
    default = _("There is no such item, or your unit is not a party to the case.")
    code = "not_found"
    status = 404


class NotSignedIn(LianbanError):
    default = _("Sign in first.")
    code = "not_signed_in"
    status = 401


class NotAllowed(LianbanError):
    default = _("This step is not yours to handle.")
    code = "not_allowed"
    status = 403


class Refused(LianbanError):
    default = _("The rules do not allow this now. Nothing has changed.")
    code = "refused"
    status = 409


class AlreadyDone(Refused):
    default = _("Somebody has already completed this step.")
    code = "already_done"


class Stale(Refused):
    default = _("This case has just changed. Reload the page and try again.")
    code = "stale"


class InvalidValues(LianbanError):
    default = _("Something in the form has to be changed before it can be submitted.")
    code = "invalid_values"
    status = 422

    def __init__(self, problems: Mapping[str, Text], sentence: Text | None = None) -> None:
        """`problems` maps a field's key to one sentence; the key "" is the form as a whole."""
        super().__init__(sentence)
        self.sentences = dict(problems)
        """The problems in nobody's language yet."""

    @property
    def problems(self) -> dict[str, str]:
        """The sentences by their fields, in the language that is spoken here."""
        return {key: str(sentence) for key, sentence in self.sentences.items()}


class Unsure(LianbanError):
    default = _(
        "Something in the form may reveal the person whose name is confidential. Check it, then submit it again. "
        "Nothing has changed yet."
    )
    code = "unsure"
    status = 422

    def __init__(self, problems: Mapping[str, Text], token: str) -> None:
        """`problems` has a sentence for each field; who sends the `token` along has read them and goes on."""
        super().__init__()
        self._problems, self.token = dict(problems), token

    @property
    def problems(self) -> dict[str, str]:
        """The sentences by their fields, in the language that is spoken here."""
        return {key: str(sentence) for key, sentence in self._problems.items()}


class DiagramRefused(LianbanError):
    default = _("The diagram was not deployed. The system cannot run some parts as drawn. Nothing was saved.")
    code = "diagram_refused"
    status = 422

    def __init__(self, problems: list[Problem], following: int = 0) -> None:
        """`following` others are not told: they only follow from these."""
        super().__init__()
        self.problems, self.following = problems, following

    @property
    def whole(self) -> Text:
        """That it was not deployed, and each problem, in lines of their own."""
        more = ngettext("%(num)s more follows from these.", "%(num)s more follow from these.", self.following)
        told = [self.sentence, *(problem.sentence for problem in self.problems)]
        return lines([*told, more] if self.following else told)


class ExpressionError(LianbanError):
    default = _("The expression is wrong.")
    code = "expression"
    status = 422

    def __init__(self, sentence: Text, line: int = 1, column: int = 0) -> None:
        super().__init__(sentence)
        self.line, self.column = line, column
        self.names: frozenset[str] = frozenset()
        """What the expression that could not be worked out reads."""
        self.element_id: str | None = None
        """Where in the diagram it stands, when that is known."""


class StoredByAnotherVersion(LianbanError):
    default = _(
        "The stored state of this case was not written by this version and cannot be read. Tell the system "
        "administrator."
    )
    code = "stored_by_another_version"


class RecordsDamaged(LianbanError):
    default = _("The stored state of this case differs from what was sealed: it was changed, replaced or damaged.")
    code = "records_damaged"


class KeyLost(LianbanError):
    default = _("The record key does not match the database.")
    code = "key_lost"


class IncidentRaised(LianbanError):
    default = _(
        "This case has met a fault and has been stopped. The fault is recorded, and no other case is affected. Tell "
        "the system administrator."
    )
    code = "incident"
    status = 409


class StoreFull(LianbanError):
    default = _(
        "The file was not saved: the server has no space left, or cannot write. Everything else is still there. Tell "
        "the system administrator, and upload it again when there is space."
    )
    code = "store_full"
    status = 507


class DatabaseFull(LianbanError):
    default = _(
        "This could not be done, and nothing has changed: the server has no space left, or cannot write. Tell the "
        "system administrator, and try again when there is space."
    )
    code = "database_full"
    status = 507


class ArchiveUnreadable(LianbanError):
    default = _("This file is not an archive package of Lianban, or it is damaged.")
    code = "archive_unreadable"
    status = 422


class Busy(LianbanError):
    default = _("The system is busy, so this was not done. Try again in a moment.")
    code = "busy"
    status = 503


class Uncertain(LianbanError):
    default = _(
        "The connection to the database broke during saving. It is not known yet whether this was done. Reload the "
        "page and look. If it was not, do it again."
    )
    code = "uncertain"
    status = 503
