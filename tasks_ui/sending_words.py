"""Whom a notice has reached, and how: said one after another."""

from __future__ import annotations

from collections.abc import Iterable

from engine.messages import Text, sentences
from engine.reports.oversight.sending import Attempt
from engine.reports.parts.reached import Reached
from engine.states import AttemptOutcome, SendingStatus
from tasks_ui.messages import gettext as _
from tasks_ui.messages import ngettext, pgettext
from tasks_ui.names import named


def listed(words: Iterable[Text]) -> str:
    """甲、乙; A, B: things of one kind."""
    return pgettext("between things", ", ").join(map(str, words))


def beside(words: Iterable[Text]) -> str:
    """甲，乙; A, B: what is said one after another."""
    return pgettext("between clauses", ", ").join(str(word) for word in words if word)


def reached_words(reached: Reached) -> str:
    """收件人 3 人（姓名…），已读 1；邮件：已发 2，没有发出 1：原因"""
    count, people = len(reached.people), listed(reached.people)
    words = [
        ngettext(
            "%(num)d recipient (%(people)s), read by %(read)s",
            "%(num)d recipients (%(people)s), read by %(read)s",
            count,
            people=people,
            read=reached.read,
        )
        if people
        else _("The post is vacant")
    ]
    sent = {
        SendingStatus.SENT: _("sent"),
        SendingStatus.WAITING: _("waiting"),
        SendingStatus.FAILED: _("trying again"),
        SendingStatus.GIVEN_UP: _("not sent"),
        SendingStatus.DROPPED: _("not sent, already complete"),
    }
    for name, counts in reached.channels.items():
        shown = beside(f"{sent[status]} {counts[status]}" for status in sent if status in counts)
        words.append(_("%(channel)s %(counts)s", channel=named(name), counts=shown))
    said = pgettext("between sentences", "; ").join(words)
    return _("%(said)s: %(reasons)s", said=said, reasons=sentences(*reached.reasons)) if reached.reasons else said


def attempt_words(attempt: Attempt) -> str:
    """没有发出：原因 / 某某要求再发"""
    if attempt.outcome == AttemptOutcome.AGAIN:
        return _("%(who)s asked for it to be sent again", who=attempt.by)
    outcomes: dict[str, str] = {
        AttemptOutcome.SENT: pgettext("attempt", "Sent"),
        AttemptOutcome.FAILED: pgettext("attempt", "Not sent"),
        AttemptOutcome.GIVEN_UP: pgettext("attempt", "Not sent, given up"),
    }
    outcome = outcomes[attempt.outcome]
    return _("%(said)s: %(reasons)s", said=outcome, reasons=attempt.reason) if attempt.reason else outcome
