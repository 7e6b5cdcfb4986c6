"""The lines of the record of the flow: what each kind of entry of the audit is to one reader, and which are not told.

Comments are no lines of it: they stand in a stream of their own, where not everybody sees each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from sqlalchemy import Connection

from engine.clock import parse_local
from engine.db.rows import AuditEntryRow
from engine.messages import Text, When, pgettext, sentences
from engine.messages import gettext as _
from engine.reports.case import corrected_words
from engine.reports.case.event_lines import ENDED, LogLine, Seen, event_lines
from engine.reports.parts import readers
from engine.reports.parts.names import result_name
from engine.runtime.step import entries
from engine.runtime.step.confidentiality import revealed_in
from engine.runtime.step.entries import AmongColleagues, Drafting, Entry, StepTaken, entry_of
from engine.runtime.step.events import Started
from engine.runtime.step.step_kinds import StepKind
from engine.runtime.tasks.consultations import opinion_words

BACK_TO_POST = _("Returned to the post")


def lines(tx: Connection, row: AuditEntryRow, seen: Seen) -> list[LogLine]:
    """The lines for an entry; none for what this reader is not told, and for what another line says already."""
    entry = entry_of(row.kind, row.content)
    if _is_kept_back(entry, row, seen):
        return []
    unit, person = seen.names.unit(row.unit_code), seen.names.person(row.person_id)

    def line(
        kind: str, step: Text, action: Text, note: Text = "", due: str | None = None, by_system: bool = False
    ) -> LogLine:
        who, where = ("", None) if by_system else (person, unit)
        return LogLine(row.at, kind, step, action, where, who, note, parse_local(due) if due else None)

    if isinstance(entry, AmongColleagues):
        whom = seen.names.person(entry.to)
        return [line("handed", seen.task(entry.task), among_colleagues(entry, whom), _said(tx, entry, row, seen))]
    if isinstance(entry, Drafting):
        return []
    match entry:
        case StepTaken():
            begun = [_started(entry, seen, line)]
            of_events = [found for event in entry.events for found in event_lines(event, seen, line)]
            return [*(begun if entry.what == StepKind.STARTED else []), *of_events]
        case entries.Cancelled():
            result = result_name(seen.definition, entry.result, entry.result_name)
            ended = line("ended", result, ENDED, entry.reason, by_system=not row.person_id)
            return [ended, *(found for event in entry.events for found in event_lines(event, seen, line))]
        case entries.Claimed():
            return [line("claimed", seen.task(entry.task), pgettext("history", "Claimed"))]
        case entries.Released():
            return [line("claimed", seen.task(entry.task), pgettext("history", "Released"))]
        case entries.LetGo():
            gone = seen.names.person(entry.person)
            note = _("%(person)s no longer holds the post; somebody who does can claim it", person=gone)
            return [line("claimed", seen.task(entry.task), BACK_TO_POST, note, by_system=True)]
        case entries.Urged():
            return [line("urged", seen.task(entry.task), pgettext("history", "Chased"), entry.reason)]
        case entries.Begun():
            return [line("called", entry.name, pgettext("history", "Started"), entry.number, by_system=True)]
        case entries.CalledIncident():
            stopped = pgettext("history", "Stopped by a fault")
            return [line("incident", entry.number, stopped, entry.said or entry.message, by_system=True)]
        case entries.CalledOff():
            return [line("called", entry.number, pgettext("history", "Called off"), by_system=True)]
        case entries.Incident():
            stopped = _("Stopped, to be dealt with")
            return [line("incident", "", stopped, entry.said or entry.message, by_system=True)]
        case entries.Failed():
            return [line("incident", "", pgettext("history", "Failed"), entry.message, by_system=True)]
        case entries.Resumed():
            return [line("incident", "", pgettext("history", "Resumed"), by_system=True)]
        case entries.Copied():
            return [line("copied", corrected_words.whom(entry, seen.names), pgettext("history", "Copy"), entry.note)]
        case entries.CopyRead():
            return [line("copied", pgettext("history", "Copy"), pgettext("history", "Read"))]
        case entries.CopyRevoked():
            return [line("copied", corrected_words.whom(entry, seen.names), _("Copy revoked"))]
        case entries.CorrectionProposed():
            why = sentences(corrected_words.change(entry.old, entry.new), entry.reason)
            return [line("proposal", _called(entry, seen), _("Correction proposed"), why)]
        case entries.CorrectionRejected():
            return [line("proposal", _called(entry, seen), _("Correction sent back"), entry.opinion)]
        case entries.CorrectionTakenBack():
            return [line("proposal", _called(entry, seen), _("Correction withdrawn"))]
        case entries.Remarked():
            remarked = seen.names.unit(entry.unit)
            what = pgettext("history", "Supervision")
            return [line("remark", remarked.name if remarked else "", what, entry.text)]
        case (
            entries.Commented()
            | entries.CommentRetracted()
            | entries.DutyAdopted()
            | entries.DutyRejected()
            | entries.PaperMade()
            | entries.PaperFailed()
            | entries.PaperSignedFor()
            | entries.PaperVoided()
            | entries.Sealed()
            | entries.FailureClosed()
            | entries.Resealed()
        ):
            return []  # the page of the case says it where it belongs
        case _:
            assert_never(entry)


def _started(entry: StepTaken, seen: Seen, line: Callable[..., LogLine]) -> LogLine:
    """By hand, by another case, or by a schedule; then with the time for which it was planned."""
    begun = next((event for event in entry.events if isinstance(event, Started)), None)
    if begun is None or begun.planned is None:
        return line("started", seen.definition.called, pgettext("history", "Started"))
    planned = When(parse_local(begun.planned), "minute")
    note = (
        _("Planned for %(when)s, before an official notice covered these days", when=planned)
        if begun.provisional
        else _("Planned for %(when)s", when=planned)
    )
    name = seen.definition.element_name(begun.start)
    return line("started", name, _("Started by its schedule"), note, by_system=True)


def is_internal(entry: Entry) -> bool:
    """Whether an entry is the business of its own unit alone.

    That is what colleagues do and say among themselves, and what they made of a paper before it was issued.
    """
    if isinstance(entry, entries.Commented | entries.CommentRetracted):
        return entry.internal
    return isinstance(entry, AmongColleagues | Drafting)


def _is_kept_back(entry: Entry, row: AuditEntryRow, seen: Seen) -> bool:
    """Whether this reader is told nothing of it."""
    if is_internal(entry) and row.unit_code != seen.reader.unit_code and not seen.reader.oversees:
        return True
    proposal = entries.CorrectionProposed | entries.CorrectionRejected | entries.CorrectionTakenBack
    return isinstance(entry, proposal) and entry.correction in seen.corrections_kept_back


def _said(tx: Connection, entry: AmongColleagues, row: AuditEntryRow, seen: Seen) -> Text:
    """What colleagues told each other; masked for other units where it names somebody who is to be kept unnamed."""
    reason = "" if isinstance(entry, entries.Recalled | entries.Unasked) else entry.reason
    if reason and row.unit_code != seen.reader.unit_code and revealed_in(tx, row.instance_id, None, reason):
        return readers.MASK
    return opinion_words(reason)


def among_colleagues(entry: AmongColleagues, whom: str) -> Text:
    """What somebody has done with a task among colleagues, and with whom."""
    match entry:
        case entries.Transferred():
            return _("Reassigned to %(person)s", person=whom)
        case entries.Returned():
            return _("Returned to %(person)s", person=whom) if whom else BACK_TO_POST
        case entries.Delegated():
            return _("Delegated to %(person)s", person=whom)
        case entries.Recalled() if whom:
            return _("Delegation to %(person)s recalled", person=whom)
        case entries.Recalled():
            return pgettext("history", "Delegation recalled")
        case entries.HandedIn():
            return _("Handed in to %(person)s", person=whom) if whom else pgettext("history", "Handed in")
        case entries.Consulted():
            return _("Asked %(person)s for an opinion", person=whom)
        case entries.Answered():
            return _("Gave %(person)s an opinion", person=whom) if whom else pgettext("history", "Opinion given")
        case entries.Unasked():
            return _("Request to %(person)s cancelled", person=whom) if whom else _("Request for an opinion cancelled")
        case _:
            assert_never(entry)


def _called(
    entry: entries.CorrectionProposed | entries.CorrectionRejected | entries.CorrectionTakenBack, seen: Seen
) -> Text:
    return corrected_words.called(entry.name, entry.label, seen.definition)
