"""Comments on an instance: said among its parties or within one unit, retracted for a while, never changed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from engine.db.tables import comment, mention
from engine.errors import AlreadyDone, InvalidValues, NotAllowed, NotFound, Refused
from engine.ids import new_id
from engine.messages import gettext as _
from engine.organisation import people, units
from engine.organisation.assignment import Actor, InstanceSubject, OwnSubject, may
from engine.runtime.instances import instances
from engine.runtime.notify.notices import notify_people
from engine.runtime.step import audit, repeated_forms
from engine.runtime.step.confidentiality import require_unrevealed
from engine.runtime.step.context import Context
from engine.runtime.step.entries import Commented, CommentRetracted
from engine.runtime.step.free_text import Raw, one, words
from engine.states import InstanceStatus, NoticeKind

LENGTH_LIMIT = 1000
MENTIONS_AT_MOST = 10
RETRACTABLE = timedelta(minutes=10)
CALL = re.compile(r"(?<![A-Za-z0-9._+-])[@＠](?=([^\s@＠，。、；：！？,.;:!?（）()“”\"]{1,20}))")
"""An @ with what follows it; that of an address of electronic mail is none."""


@dataclass(frozen=True)
class Mentionable:
    person_id: str
    name: str
    unit_code: str
    unit_name: str


@repeated_forms.repeatable
@dataclass(frozen=True)
class Spoken:
    """A comment that stands. `unreached` are the words behind an @ that are the name of nobody, or of several."""

    id: str
    unreached: list[str]


def mentionable(tx: Connection, context: Context, actor: Actor, instance_id: str) -> list[Mentionable]:
    """Whom a comment may call: those who hold a post now in a unit that works on the instance, one's own unit first."""
    codes = instances.units_at_work(tx, instance_id)
    found: dict[str, Mentionable] = {}
    for code in sorted(codes, key=lambda code: (code != actor.unit_code, code)):
        unit = units.find(tx, code, context.now)
        for person in people.colleagues(tx, code, context.now) if unit else ():
            if unit and person.id != actor.person_id:
                found.setdefault(person.id, Mentionable(person.id, person.name, code, unit.name))
    return list(found.values())


def say(tx: Connection, context: Context, actor: Actor, instance_id: str, raw: Raw) -> Spoken:
    """The comment stands, and those whom it mentions find a notice.

    `raw` holds `text`, `internal` (for the own unit alone) and `mention` (ids of people). An @ with a name in the text
    mentions, too. Raises NotAllowed, InvalidValues, and AlreadyDone when the instance has ended.
    """
    decision = may(actor, "comment", InstanceSubject(instances.units_at_work(tx, instance_id)))
    if not decision.allowed:
        raise NotAllowed(decision.reason)
    text, internal = words(raw, "text", LENGTH_LIMIT), one(raw, "internal") == "true"
    require_unrevealed(tx, instance_id, actor, "text", text, inside=actor.unit_code if internal else None)
    row = instances.lock(tx, instance_id)
    if row.status == InstanceStatus.ENDED:
        raise AlreadyDone(_("This case has ended. It is no longer possible to comment on it."))
    called, unreached = _called(tx, context, actor, instance_id, raw, text, internal)
    comment_id = new_id()
    tx.execute(
        insert(comment).values(
            id=comment_id,
            instance_id=instance_id,
            unit_code=actor.unit_code,
            person_id=actor.person_id,
            text=text,
            internal=internal,
            said_at=context.now,
        )
    )
    for person in called:
        row_of = {"comment_id": comment_id, "person_id": person.person_id, "unit_code": person.unit_code}
        tx.execute(insert(mention).values(**row_of, instance_id=instance_id))
        told = _(
            "%(person)s, %(unit)s, has mentioned you in a comment on '%(title)s' (%(number)s).",
            person=actor.person_name,
            unit=actor.unit_name,
            title=row.title,
            number=row.number,
        )
        notify_people(
            tx, context, instance_id, NoticeKind.COMMENT, person.unit_code, [], told, person_id=person.person_id
        )
    entry = Commented(comment_id, text, internal, tuple(person.person_id for person in called))
    audit.append(tx, instance_id, context.now, entry, actor.person_id, actor.unit_code)
    return Spoken(comment_id, unreached)


def retract(tx: Connection, context: Context, actor: Actor, instance_id: str, comment_id: str) -> None:
    """The comment's text is shown to nobody any more; that there was one is. Raises NotFound, NotAllowed, Refused."""
    instances.lock(tx, instance_id)
    row = tx.execute(select(comment).where(comment.c.id == comment_id, comment.c.instance_id == instance_id)).first()
    if row is None or (row.internal and row.unit_code != actor.unit_code):
        raise NotFound
    decision = may(actor, "retract_comment", OwnSubject(row.unit_code, "", row.person_id))
    if not decision.allowed:
        raise NotAllowed(decision.reason)
    if row.retracted_at is not None:
        raise AlreadyDone(_("This comment has already been withdrawn."))
    if not is_retractable(row.said_at, context.now):
        raise Refused(
            _(
                "More than 10 minutes have passed, so this comment can no longer be withdrawn. To explain it, add "
                "another one."
            )
        )
    tx.execute(update(comment).where(comment.c.id == comment_id).values(retracted_at=context.now))
    audit.append(tx, instance_id, context.now, CommentRetracted(comment_id), actor.person_id, actor.unit_code)


def is_retractable(said_at: datetime, now: datetime) -> bool:
    """Whether a comment said at this instant may still be retracted."""
    return now - said_at < RETRACTABLE


def _called(
    tx: Connection, context: Context, actor: Actor, instance_id: str, raw: Raw, text: str, internal: bool
) -> tuple[list[Mentionable], list[str]]:
    """Those who are chosen or named in the text, and the words behind an @ that reach nobody."""
    wanted = list(dict.fromkeys(person_id for person_id in raw.get("mention", ()) if person_id))
    known = {found.person_id: found for found in mentionable(tx, context, actor, instance_id)}
    if any(person_id not in known for person_id in wanted):
        raise InvalidValues(
            {"mention": _("Only people who hold a post in a unit of the case can be mentioned. Choose again.")}
        )
    called = [known[person_id] for person_id in wanted]
    if internal and any(person.unit_code != actor.unit_code for person in called):
        raise InvalidValues(
            {"mention": _("This comment is for your own unit, so it cannot mention people in other units.")}
        )
    readers = [person for person in known.values() if not internal or person.unit_code == actor.unit_code]
    named, unreached = _named(text, readers, {person.name for person in called})
    called += [person for person in named if person not in called]
    if len(called) > MENTIONS_AT_MOST:
        raise InvalidValues(
            {"mention": _("At most %(limit)s people can be mentioned at once.", limit=MENTIONS_AT_MOST)}
        )
    return called, unreached


def _named(text: str, readers: list[Mentionable], chosen: set[str]) -> tuple[list[Mentionable], list[str]]:
    """People whom an @ in the text calls by a name that is theirs alone, and the words behind an @ that call nobody.

    The longest name with which the words begin counts: nobody has to write a blank behind it. Names that were `chosen`
    from the list are not called again.
    """
    count = Counter(person.name for person in readers)
    named, unreached = [], []
    for call in CALL.finditer(text):
        name = max((name for name in count if text.startswith(name, call.end())), key=len, default=None)
        if name in chosen:
            continue
        if name is None or count[name] > 1:
            unreached.append(call[1])
        else:
            named += [person for person in readers if person.name == name]
    return list(dict.fromkeys(named)), list(dict.fromkeys(unreached))
