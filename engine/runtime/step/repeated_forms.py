"""A form that is sent twice does its work once: the second time it is given the first one's answer.

Every form that a page shows has an id of its own. What the transaction of a sent form has given is stored with that id in
the same transaction, so the answer is there exactly when the work is done; whoever sends it again at the same instant
waits for the first. A form that was refused leaves nothing behind and may be sent again. It is the same person's alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.db.tables import sent_form
from engine.errors import AlreadyDone, Refused
from engine.messages import Name
from engine.messages import gettext as _

T = TypeVar("T")
KEPT = timedelta(days=7)
"""Longer than a browser, or a person, tries again."""
AT_ONCE = 1000
_TYPES: dict[str, type] = {}


@dataclass(frozen=True)
class Sending:
    """`id` is of the form as it was shown and of where it was sent; `part` counts the transactions of this request."""

    person_id: str
    id: str
    content_hash: str
    part: int = 0


_current: ContextVar[Sending | None] = ContextVar("sending", default=None)


def repeatable(kind: type[T]) -> type[T]:
    """Marks a dataclass as an answer that can be stored and given again."""
    _TYPES[kind.__name__] = kind
    return kind


repeatable(Name)


def begin(sending: Sending) -> None:
    """What is done from here on in this thread of work is done for that form."""
    _current.set(sending)


def over() -> None:
    _current.set(None)


def next_part() -> Sending | None:
    """The transaction of the sent form that begins now; None when no form was sent."""
    sending = _current.get()
    if sending is not None:
        _current.set(replace(sending, part=sending.part + 1))
    return sending


def take(tx: Connection, sending: Sending | None, now: datetime, work: Callable[[], T]) -> T:
    """What the work gives, or has given when the form was here before.

    Raises Refused when the form of that id was sent with other words: they must not be lost in silence.
    """
    if sending is None:
        return work()
    own = {"person_id": sending.person_id, "id": sending.id, "part": sending.part}
    values = {"content_hash": sending.content_hash, "answer": None, "sent_at": now}
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    put = insert(sent_form).values(**own, **values).on_conflict_do_nothing().returning(sent_form.c.part)
    first = tx.execute(put).first() is not None
    mine = [sent_form.c[name] == value for name, value in own.items()]
    if not first:
        row = tx.execute(select(sent_form).where(*mine)).one()
        if row.content_hash != sending.content_hash:
            raise Refused(
                _(
                    "This form was already submitted once with different content, so it was not submitted again. Open "
                    "the page again, see what was done the first time, and fill it in again if necessary."
                )
            )
        return _decoded(row.answer)  # type: ignore[no-any-return]
    answer = work()
    tx.execute(update(sent_form).where(*mine).values(answer=_encoded(answer)))
    return answer


def forget(tx: Connection, now: datetime) -> bool:
    """Some forms that nobody will send again any more are gone. False when none is left."""
    old = select(sent_form.c.person_id, sent_form.c.id, sent_form.c.part).where(sent_form.c.sent_at < now - KEPT)
    rows = tx.execute(old.order_by(sent_form.c.sent_at).limit(AT_ONCE)).all()
    for row in rows:
        tx.execute(
            delete(sent_form).where(
                sent_form.c.person_id == row.person_id, sent_form.c.id == row.id, sent_form.c.part == row.part
            )
        )
    return bool(rows)


def digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told, ensure_ascii=True).encode()).hexdigest()


def _encoded(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list):
        return [_encoded(item) for item in value]
    if is_dataclass(value) and _TYPES.get(type(value).__name__) is type(value):
        return {
            "type": type(value).__name__,
            **{field.name: _encoded(getattr(value, field.name)) for field in fields(value)},
        }
    return {"type": ""}


def _decoded(stored: Any) -> Any:
    if isinstance(stored, list):
        return [_decoded(item) for item in stored]
    if not isinstance(stored, dict):
        return stored
    kind = _TYPES.get(stored["type"])
    if kind is None:
        raise AlreadyDone(_("This has already been done and was not done again. Reload the page to see it."))
    return kind(**{name: _decoded(value) for name, value in stored.items() if name != "type"})
