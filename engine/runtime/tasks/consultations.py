"""Opinions asked of colleagues before a task is completed (加签), answered, or no longer asked (减签)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from engine.db.rows import TaskRow
from engine.errors import InvalidValues, NotFound
from engine.messages import Message, Name, Text, in_chinese
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.runtime.advance import requests
from engine.runtime.step.context import Context
from engine.runtime.step.entries import Answered, Consulted, Unasked
from engine.runtime.tasks import tasks
from engine.runtime.tasks.colleagues import who_may_be_asked
from engine.runtime.tasks.transfers import choose, inside_words, note, notify_person, notify_post, works_here
from engine.states import HandlingKind

NO_OPINION = _("No comment")
"""What a colleague answers who has nothing to say; it is kept in Chinese, and `opinion_words` tells it."""

_NOT_ASKED = _(
    "You can only ask colleagues in your own unit, and not those whose reply is still awaited. Choose from the list."
)


def consult(
    tx: Connection, context: Context, actor: Actor, task_id: str, people: Sequence[str], question: str
) -> TaskRow:
    """Each of these colleagues is asked for an opinion. Raises NotAllowed, InvalidValues."""
    row = tasks.take_hold(tx, actor, "consult", task_id)
    question = inside_words(tx, row, actor, question, "reason", required=False)
    if not people:
        raise InvalidValues({"to": _("Choose at least one colleague.")})
    asked_already = {found.to_person for found in requests.requests(tx, row) if found.kind == HandlingKind.CONSULTATION}
    allowed = [found for found in who_may_be_asked(tx, row, context.now) if found.id not in asked_already]
    for person_id in dict.fromkeys(people):
        chosen = choose(allowed, person_id, _NOT_ASKED)
        requests.add(tx, row, HandlingKind.CONSULTATION, actor, context.now, to_person=chosen.id, reason=question)
        note(tx, context, actor, row, Consulted(row.id, chosen.id, question))
        notify_person(
            tx,
            context,
            row,
            chosen.id,
            _asks(actor, row, question),
        )
    return row


def _asks(actor: Actor, row: TaskRow, question: str) -> Message:
    told = {"person": actor.person_name, "step": Name(row.name)}
    if not question:
        return _("%(person)s asks for your opinion on '%(step)s'.", **told)
    return _("%(person)s asks for your opinion on '%(step)s': %(question)s", **told, question=question)


def answer(tx: Connection, context: Context, actor: Actor, task_id: str, opinion: str, none: bool) -> TaskRow:
    """The colleague's opinion, or that there is none: the task's holder is told, or who asked when nobody holds it.

    Raises NotAllowed, InvalidValues."""
    row = tasks.take_hold(tx, actor, "answer", task_id)
    opinion = in_chinese(NO_OPINION) if none else inside_words(tx, row, actor, opinion, "opinion")
    asked = (found for found in requests.requests(tx, row) if found.kind == HandlingKind.CONSULTATION)
    request = next(found for found in asked if found.to_person == actor.person_id)
    requests.answer(tx, request.id, opinion, context.now)
    note(tx, context, actor, row, Answered(row.id, request.from_person, opinion))
    text = _(
        "%(person)s has replied on '%(step)s': %(opinion)s",
        person=actor.person_name,
        step=Name(row.name),
        opinion=NO_OPINION if none else opinion,
    )
    if row.assignee_id is None and not works_here(tx, context, row, request.from_person):
        notify_post(tx, context, actor, row, text)
    else:
        notify_person(tx, context, row, row.assignee_id or request.from_person, text)
    return row


def opinion_words(opinion: str) -> Text:
    """The opinion for whoever reads it: what a person wrote as it is."""
    return NO_OPINION if opinion == in_chinese(NO_OPINION) else opinion


def withdraw(tx: Connection, context: Context, actor: Actor, task_id: str, request_id: str) -> TaskRow:
    """The colleague's opinion is no longer waited for. Raises NotFound, NotAllowed."""
    row = tasks.take_hold(tx, actor, "withdraw_request", task_id)
    waiting = [found for found in requests.requests(tx, row) if found.kind == HandlingKind.CONSULTATION]
    request = next((found for found in waiting if found.id == request_id), None)
    if request is None:
        raise NotFound(_("This request has already been answered or cancelled."))
    requests.withdraw(tx, request.id, context.now)
    note(tx, context, actor, row, Unasked(row.id, request.to_person))
    notify_person(
        tx,
        context,
        row,
        request.to_person,
        _(
            "%(person)s no longer asks for your opinion on '%(step)s'. You do not have to reply.",
            person=actor.person_name,
            step=Name(row.name),
        ),
    )
    return row
