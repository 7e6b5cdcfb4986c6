"""A task goes from one colleague to another: handed over (转办), given back, or prepared by somebody else (委派)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from engine.db.rows import TaskRow
from engine.errors import InvalidValues
from engine.messages import Name, Text
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.runtime.advance import lists, requests
from engine.runtime.notify.notices import notify_people
from engine.runtime.step import audit
from engine.runtime.step.confidentiality import require_unrevealed
from engine.runtime.step.context import Context
from engine.runtime.step.entries import AmongColleagues, Delegated, HandedIn, Recalled, Returned, Transferred, Urged
from engine.runtime.step.free_text import readable
from engine.runtime.tasks import drafts, tasks
from engine.runtime.tasks.colleagues import REASON_LIMIT, Colleague, who_may_be_asked, who_may_do
from engine.states import HandlingKind, NoticeKind


def transfer(tx: Connection, context: Context, actor: Actor, task_id: str, to: str, reason: str) -> TaskRow:
    """The task is that colleague's, who finds what was drafted so far. Returns the task's row.

    Raises NotAllowed, and InvalidValues when the colleague does not hold the task's role.
    """
    row = tasks.take_hold(tx, actor, "transfer", task_id)
    reason = inside_words(tx, row, actor, reason, "reason", required=False)
    chosen = choose(
        who_may_do(tx, row, context.now),
        to,
        _("You can only reassign it to somebody in your unit who can handle this step. Choose from the list."),
    )
    _end_delegation(tx, context, actor, row, chosen.id)
    pass_draft(tx, context, row, row.assignee_id, chosen.id)
    _assign(tx, context, row, chosen.id)
    requests.ask_no_longer(tx, row, chosen.id, actor, context.now)
    requests.add(tx, row, HandlingKind.TRANSFER, actor, context.now, to_person=chosen.id, reason=reason)
    note(tx, context, actor, row, Transferred(row.id, chosen.id, reason))
    about = {"person": actor.person_name, "step": Name(row.name), "reason": reason}
    text = (
        _("%(person)s has reassigned '%(step)s' to you: %(reason)s", **about)
        if reason
        else _("%(person)s has reassigned '%(step)s' to you.", **about)
    )
    notify_person(tx, context, row, chosen.id, text)
    if row.assignee_id not in (None, actor.person_id):
        notify_person(
            tx,
            context,
            row,
            row.assignee_id,
            _("%(person)s has reassigned '%(step)s' to %(colleague)s: %(reason)s", **about, colleague=chosen.name)
            if reason
            else _("%(person)s has reassigned '%(step)s' to %(colleague)s.", **about, colleague=chosen.name),
        )
    return row


def give_back(tx: Connection, context: Context, actor: Actor, task_id: str, reason: str) -> TaskRow:
    """The task goes back to whoever handed it over, with the reason; to the whole post when that person cannot do it."""
    row = tasks.take_hold(tx, actor, "return", task_id)
    reason = inside_words(tx, row, actor, reason, "reason")
    giver = requests.handed_by(tx, row)
    able = giver is not None and any(found.id == giver for found in who_may_do(tx, row, context.now))
    taker = giver if able else None
    _end_delegation(tx, context, actor, row, taker)
    if taker is not None:
        pass_draft(tx, context, row, actor.person_id, taker)
        requests.ask_no_longer(tx, row, taker, actor, context.now)
    _assign(tx, context, row, taker)
    requests.add(tx, row, HandlingKind.RETURN, actor, context.now, to_person=taker, reason=reason)
    note(tx, context, actor, row, Returned(row.id, taker, reason))
    about = {"person": actor.person_name, "step": Name(row.name), "reason": reason}
    if taker is not None:
        text = _("%(person)s has returned '%(step)s' to you: %(reason)s", **about)
        notify_person(tx, context, row, taker, text, NoticeKind.RETURNED)
    else:
        text = _("%(person)s has released '%(step)s', which can now be claimed: %(reason)s", **about)
        notify_post(tx, context, actor, row, text, NoticeKind.RETURNED)
        if works_here(tx, context, row, giver):
            notify_person(tx, context, row, giver, text, NoticeKind.RETURNED)
    return row


def delegate(tx: Connection, context: Context, actor: Actor, task_id: str, to: str, request: str) -> TaskRow:
    """The colleague prepares the work and hands it in; the task stays with its holder, and its period goes on."""
    row = tasks.take_hold(tx, actor, "delegate", task_id)
    request = inside_words(tx, row, actor, request, "reason", required=False)
    chosen = choose(
        who_may_be_asked(tx, row, context.now),
        to,
        _("You can only delegate it to a colleague in your unit. Choose from the list."),
    )
    pass_draft(tx, context, row, actor.person_id, chosen.id)
    requests.add(tx, row, HandlingKind.DELEGATION, actor, context.now, to_person=chosen.id, reason=request)
    note(tx, context, actor, row, Delegated(row.id, chosen.id, request))
    about = {"person": actor.person_name, "step": Name(row.name), "request": request}
    text = (
        _("%(person)s asks you to draft '%(step)s': %(request)s", **about)
        if request
        else _("%(person)s asks you to draft '%(step)s'.", **about)
    )
    notify_person(tx, context, row, chosen.id, text)
    return row


def recall(tx: Connection, context: Context, actor: Actor, task_id: str) -> TaskRow:
    """The holder no longer waits for the delegate, and goes on with what has been prepared so far."""
    row = tasks.take_hold(tx, actor, "recall", task_id)
    _end_delegation(tx, context, actor, row)
    return row


def hand_in(
    tx: Connection, context: Context, actor: Actor, task_id: str, raw: Mapping[str, list[str]], opinion: str
) -> TaskRow:
    """What the delegate has filled in is the holder's draft, with the opinion beside it."""
    row = tasks.take_hold(tx, actor, "hand_in", task_id)
    opinion = inside_words(tx, row, actor, opinion, "opinion")
    if row.assignee_id is None:
        raise InvalidValues(
            {
                "opinion": _(
                    "The person who delegated this to you no longer has the task, and nobody has taken it over yet. "
                    "Hand it in once somebody has claimed it."
                )
            }
        )
    (request,) = (found for found in requests.requests(tx, row) if found.kind == HandlingKind.DELEGATION)
    if raw:
        tasks.keep_draft(tx, row, actor.person_id, raw, context.now)
    pass_draft(tx, context, row, actor.person_id, row.assignee_id)
    requests.answer(tx, request.id, opinion, context.now)
    note(tx, context, actor, row, HandedIn(row.id, row.assignee_id, opinion))
    about = {"person": actor.person_name, "step": Name(row.name), "opinion": opinion}
    notify_person(tx, context, row, row.assignee_id, _("%(person)s has handed in '%(step)s': %(opinion)s", **about))
    return row


# --- what these and their neighbours share ---


def words(text: str, key: str, required: bool = True) -> str:
    """The text without blanks around it. Raises InvalidValues when it is missing, too long or not to be printed."""
    text = readable(text, key)
    if required and not text:
        raise InvalidValues({key: _("Write it down, because the other person will read it.")})
    if len(text) > REASON_LIMIT:
        raise InvalidValues(
            {key: _("At most %(limit)s characters, now %(count)s.", limit=REASON_LIMIT, count=len(text))}
        )
    return text


def inside_words(tx: Connection, row: TaskRow, actor: Actor, text: str, key: str, required: bool = True) -> str:
    """The same for what only colleagues of the task's unit will read."""
    text = words(text, key, required)
    require_unrevealed(tx, row.instance_id, actor, key, text, inside=row.unit_code)
    return text


def choose(allowed: list[Colleague], person_id: str, otherwise: Text) -> Colleague:
    found = next((colleague for colleague in allowed if colleague.id == person_id), None)
    if found is None:
        raise InvalidValues({"to": otherwise})
    return found


def notify_person(
    tx: Connection,
    context: Context,
    row: TaskRow,
    person_id: str | None,
    text: Text,
    kind: NoticeKind = NoticeKind.HANDED,
) -> None:
    """The person finds a notice that concerns the task."""
    if person_id is not None:
        notify_people(
            tx,
            context,
            row.instance_id,
            kind,
            row.unit_code,
            [],
            text,
            person_id=person_id,
            task_id=row.id,
            about=row.name,
        )


def notify_post(
    tx: Connection, context: Context, actor: Actor, row: TaskRow, text: Text, kind: NoticeKind = NoticeKind.HANDED
) -> None:
    """Everybody who may claim the task finds a notice that concerns it."""
    notify_people(
        tx,
        context,
        row.instance_id,
        kind,
        row.unit_code,
        row.roles,
        text,
        task_id=row.id,
        about=row.name,
        but_not=actor.person_id,
    )


def works_here(tx: Connection, context: Context, row: TaskRow, person_id: str | None) -> bool:
    """Whether somebody other than the task's holder has a post in its unit now."""
    return any(found.id == person_id for found in who_may_be_asked(tx, row, context.now))


def note(tx: Connection, context: Context, actor: Actor, row: TaskRow, entry: AmongColleagues | Urged) -> None:
    audit.append(
        tx,
        row.instance_id,
        context.now,
        entry,
        actor.person_id,
        actor.unit_code,
        element_id=row.element_id,
    )


def _assign(tx: Connection, context: Context, row: TaskRow, person_id: str | None) -> None:
    at = context.now if person_id else None
    lists.give(tx, row.id, person_id, at)


def _end_delegation(tx: Connection, context: Context, actor: Actor, row: TaskRow, holder_id: str | None = None) -> None:
    """An open delegation of the task is withdrawn, its draft with the holder; the delegate is told, unless the task is the
    delegate's now (`holder_id`).
    """
    for request in requests.requests(tx, row):
        if request.kind == HandlingKind.DELEGATION:
            requests.withdraw(tx, request.id, context.now)
            pass_draft(tx, context, row, request.to_person, row.assignee_id)
            note(tx, context, actor, row, Recalled(row.id, request.to_person))
            if request.to_person not in (holder_id, actor.person_id):
                about = {"person": actor.person_name, "step": Name(row.name)}
                text = _(
                    "%(person)s has recalled '%(step)s', which was delegated to you. It no longer has to be done.",
                    **about,
                )
                notify_person(tx, context, row, request.to_person, text)


def pass_draft(tx: Connection, context: Context, row: TaskRow, giver: str | None, taker: str | None) -> None:
    """What one has drafted is the other's draft. What the other had drafted is kept aside, unless it is what the one has
    been given and gone on with.
    """
    drafted = tasks.draft(tx, giver, row.id) if giver else None
    if drafted is not None and taker is not None:
        before = tasks.draft(tx, taker, row.id)
        other = drafts.aside(before.answers) if before else None
        if before is not None and not requests.has_passed_on(tx, row, taker, giver, before.saved_at):
            other = drafts.to_keep(before.answers, drafted.answers)
        tasks.keep_draft(tx, row, taker, drafted.answers, context.now, other)
