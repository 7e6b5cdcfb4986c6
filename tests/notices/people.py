"""Questions about who was told, and what became of what was sent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, update

from engine.db.tables import notice, notice_receipt, outbox, person, supervision_item
from engine.notices import preferences
from engine.notices.preferences import Preference
from tests.processes.town import Town


def with_mail(town: Town, *logins: str) -> None:
    """These people have an address: login@example.gov.cn."""
    for login in logins:
        own = person.c.login == login
        town.write(
            lambda tx, own=own, login=login: tx.execute(  # type: ignore[misc]
                update(person).where(own).values(email=f"{login}@example.gov.cn")
            )
        )


def choose(town: Town, login: str, **chosen: Any) -> None:
    (person_id,) = town.ids(login)
    preference = Preference(**{"email": f"{login}@example.gov.cn", **chosen})
    town.write(lambda tx: preferences.store(tx, person_id, preference, town.now))


def told(town: Town, kind: str) -> set[str]:
    """Who has a notice of this kind, by login."""
    joined = notice_receipt.join(notice, notice.c.id == notice_receipt.c.notice_id).join(
        person, person.c.id == notice_receipt.c.person_id
    )
    statement = select(person.c.login).select_from(joined).where(notice.c.kind == kind)
    return set(town.read(lambda tx: tx.scalars(statement).all()))


def unread(town: Town, login: str) -> list[str]:
    """The kinds of this person's unread notices."""
    (person_id,) = town.ids(login)
    statement = (
        select(notice.c.kind)
        .join(notice_receipt, notice_receipt.c.notice_id == notice.c.id)
        .where(notice_receipt.c.person_id == person_id, notice_receipt.c.cleared_at.is_(None))
        .order_by(notice.c.made_at, notice.c.kind)
    )
    return list(town.read(lambda tx: tx.scalars(statement).all()))


def sendings(town: Town, channel: str = "mail") -> list[Row[Any]]:
    statement = select(outbox).where(outbox.c.channel == channel).order_by(outbox.c.made_at, outbox.c.id)
    return list(town.read(lambda tx: list(tx.execute(statement))))


def supervised(town: Town) -> list[Row[Any]]:
    return list(town.read(lambda tx: list(tx.execute(select(supervision_item)))))
