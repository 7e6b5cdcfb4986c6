"""Files that are kept before they are in force: drafts that somebody goes on with, and what waits for a second person.

What is kept never runs. A row stays when it is over, with what became of it, who said so and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from engine.db import fetch
from engine.db.tables import kept_file
from engine.deployments.packages import Sent, digest, packed, unpacked
from engine.errors import NotFound, Refused
from engine.ids import new_id
from engine.messages import gettext as _

DRAFT, WAITING, DEPLOYED, REFUSED, DROPPED = "draft", "waiting", "deployed", "refused", "dropped"
KEPT = (DRAFT, WAITING)
DRAFTS_AT_MOST = 200
"""Drafts of an installation at one time."""


@dataclass(frozen=True)
class Sender:
    """Who has sent a file: as it is kept, and the person's id; None for somebody at the command line."""

    name: str
    person_id: str | None = None


@dataclass(frozen=True)
class Kept:
    id: str
    key: str
    name: str
    status: str
    reason: str
    restores: int | None
    at: datetime
    sender: Sender
    ended_at: datetime | None
    ended_by: str
    answer: str


def keep(
    tx: Connection,
    status: str,
    files: Sequence[Sent],
    named: tuple[str, str],
    sender: Sender,
    reason: str,
    now: datetime,
    restores: int | None = None,
) -> tuple[Kept, bool]:
    """The files are kept under key and name of their procedure. Returns what is kept, and whether it had not been already.

    The same files that wait already are not kept twice. Raises Refused for too many drafts.
    """
    key, name = named
    sha256 = digest(files)
    same = (kept_file.c.status == status) & (kept_file.c.sha256 == sha256) & (kept_file.c.key == key)
    if (row := fetch.first(tx, _Listed, select(*_COLUMNS).where(same))) is not None:
        return _kept(row), False
    if status == DRAFT and len(listed(tx, (DRAFT,))) >= DRAFTS_AT_MOST:
        raise Refused(
            _("There are already %(most)s drafts. First drop some that are no longer needed.", most=DRAFTS_AT_MOST)
        )
    kept_id = new_id()
    values = {"key": key, "name": name, "status": status, "package": packed(files), "sha256": sha256}
    told = {"reason": reason, "restores": restores, "kept_at": now}
    by = {"kept_by": sender.name, "person_id": sender.person_id}
    tx.execute(insert(kept_file).values(id=kept_id, **values, **told, **by))
    return find(tx, kept_id), True


def find(tx: Connection, kept_id: str) -> Kept:
    """Raises NotFound."""
    row = fetch.first(tx, _Listed, select(*_COLUMNS).where(kept_file.c.id == kept_id))
    if row is None:
        raise NotFound(_("There is no such file. It may have been a draft that somebody has dropped."))
    return _kept(row)


def files(tx: Connection, kept_id: str) -> list[Sent]:
    """The files as they were sent, byte for byte."""
    package = tx.scalar(select(kept_file.c.package).where(kept_file.c.id == kept_id))
    return unpacked([Sent("kept.zip", bytes(package))]) if package is not None else []


def listed(tx: Connection, statuses: Sequence[str] = KEPT, key: str | None = None) -> list[Kept]:
    """What has one of these standings, the newest first."""
    wanted = select(*_COLUMNS).where(kept_file.c.status.in_(statuses))
    if key is not None:
        wanted = wanted.where(kept_file.c.key == key)
    newest_first = wanted.order_by(kept_file.c.kept_at.desc(), kept_file.c.id)
    return [_kept(row) for row in fetch.every(tx, _Listed, newest_first)]


def end(tx: Connection, kept: Kept, status: str, by: str, answer: str, now: datetime) -> None:
    """What became of it is kept. Raises Refused when somebody else was first."""
    own = (kept_file.c.id == kept.id) & (kept_file.c.status == kept.status)
    values = {"status": status, "ended_at": now, "ended_by": by, "answer": answer}
    if not tx.execute(update(kept_file).where(own).values(**values)).rowcount:
        raise Refused(_("Somebody else has dealt with this in the meantime. Reload the page."))


class _Listed(NamedTuple):
    """A row without the files themselves."""

    id: str
    key: str
    name: str
    status: str
    restores: int | None
    reason: str
    kept_at: datetime
    kept_by: str
    person_id: str | None
    ended_at: datetime | None
    ended_by: str | None
    answer: str | None


_COLUMNS = [kept_file.c[name] for name in _Listed._fields]


def _kept(row: _Listed) -> Kept:
    return Kept(
        row.id,
        row.key,
        row.name,
        row.status,
        row.reason,
        row.restores,
        row.kept_at,
        Sender(row.kept_by, row.person_id),
        row.ended_at,
        row.ended_by or "",
        row.answer or "",
    )
