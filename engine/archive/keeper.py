"""Packages are made one after another, after the steps that ended their instances; each unit's follow one another."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, bindparam, func, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from engine.archive import contents, package
from engine.archive.contents import PapersMissing, Stores
from engine.archive.package import Heading
from engine.clock import Clock
from engine.db.session import Database
from engine.db.tables import archive_package, document, process_instance, unit
from engine.db.tables.archive import UNMADE
from engine.db.tables.papers import UNMADE as UNMADE_PAPER
from engine.db.types import Instant
from engine.documents import whole_files
from engine.errors import LianbanError
from engine.keys import Keys
from engine.messages import Text
from engine.messages import gettext as _
from engine.runtime.step import audit
from engine.runtime.step.context import Context

AGAIN_AFTER = timedelta(minutes=10)
"""How long a package that could not be made rests before it is tried again."""

LEASE = timedelta(minutes=2)
"""How long a package is one worker's alone; after it another may try, which does no harm."""

_UNMADE_PAPER = (
    select(document.c.id).where(document.c.instance_id == archive_package.c.instance_id, text(UNMADE_PAPER)).exists()
)
_NOW = bindparam("now", type_=Instant)
_WAITING = (
    select(archive_package.c.instance_id)
    .where(text(UNMADE), or_(archive_package.c.make_after.is_(None), archive_package.c.make_after <= _NOW))
    .where(~_UNMADE_PAPER)
    .order_by(archive_package.c.wanted_at, archive_package.c.instance_id)
    .limit(1)
)

log = logging.getLogger("lianban.archive")


def chain_of(unit_code: str) -> str:
    """The chain of the record that says what was packed for a unit."""
    return f"archive.{hashlib.sha256(unit_code.encode()).hexdigest()[:24]}"


class Keeper:
    """Makes the packages that are wanted. Packages lie in `folder`/unit/, named by their place and their case."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        context: Callable[[Connection], Context],
        folder: Path,
        stores: Stores,
        keys: Keys,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """`context(tx)` gives the present instant, the calendar and the city's rules; once it is `stopping` no other is begun."""
        self.database, self.clock, self.context = database, clock, context
        self.folder, self.stores = folder, stores
        self.keys, self._stopping = keys, stopping

    def make_wanted(self) -> int:
        """Every package that is wanted and can be made is made. Returns how many; the others are tried again later."""
        made = 0
        while not self._stopping() and (instance_id := self._waiting()) is not None:
            if not self.database.run(lambda tx, one=instance_id: self._take(tx, one)):  # type: ignore[misc]
                continue  # another worker has it
            try:
                made += self._make(instance_id)
            except PapersMissing:
                continue  # a paper was taken back while it was packed; it waits for it again when its lease is over
            except Exception as error:
                log.exception("the package of instance %s could not be made", instance_id)
                self._say_why(instance_id, error)
        return made

    def _waiting(self) -> str | None:
        """The instance that has waited longest for its package, of those whose papers are made and that nobody is at."""
        with self.database.reading() as tx:
            found: str | None = tx.scalar(_WAITING, {"now": self.clock.now()})
            return found

    def _take(self, tx: Connection, instance_id: str) -> bool:
        """Whether the package is this worker's to make: it has a lease on it, which runs out when it is killed."""
        now = self.clock.now()
        free = or_(archive_package.c.make_after.is_(None), archive_package.c.make_after <= now)
        own = (archive_package.c.instance_id == instance_id) & archive_package.c.made_at.is_(None)
        return tx.execute(update(archive_package).where(own, free).values(make_after=now + LEASE)).rowcount == 1

    def _say_why(self, instance_id: str, error: Exception) -> None:
        """Whoever looks at the case reads why its file is not there yet."""
        match error:
            case LianbanError():
                why: Text = error.sentence
            case OSError():
                reason = error.strerror or str(error)
                why = _(
                    "The package could not be written, or a material could not be read (%(reason)s). The system "
                    "administrator has to check the disk space and the permissions.",
                    reason=reason,
                )
            case _:
                why = _(
                    "An internal error occurred (%(error)s). The log of the service says more.",
                    error=type(error).__name__,
                )
        own = archive_package.c.instance_id == instance_id

        def note(tx: Connection) -> None:
            told = {"failure": why, "make_after": self.clock.now() + AGAIN_AFTER}
            tx.execute(update(archive_package).where(own).values(**told))

        self.database.run(note)

    def path(self, unit_code: str, file_name: str) -> Path:
        return self.folder / unit_code / file_name

    def _make(self, instance_id: str) -> bool:
        """The package is in its place, and its row says so. False when another worker was faster."""
        with self.database.reading() as tx:
            context = self.context(tx)
            heading = self._heading(tx, instance_id, context.now)
            if heading is None:
                return False
            parts = contents.parts(tx, context, instance_id, heading.unit_code, self.stores)
        name = f"{heading.sequence:06d}-{heading.number}.zip"
        place = self.path(heading.unit_code, name)
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = whole_files.unfinished_in(self.folder)
        try:
            listed = package.write(unfinished, heading, parts, self.keys)
            kept = {
                "made_at": heading.made_at,
                "failure": None,
                "make_after": None,
                "sequence": heading.sequence,
                "file_name": name,
                "size": unfinished.stat().st_size,
                "sha256": package.sha256_of(unfinished),
                "previous_sha256": heading.previous_sha256,
            }

            def put(tx: Connection) -> bool:
                waiting = (archive_package.c.instance_id == instance_id) & archive_package.c.made_at.is_(None)
                changed = tx.execute(update(archive_package).where(waiting).values(**kept)).rowcount == 1
                if changed:
                    told = {"instance": instance_id, "sha256": kept["sha256"], "files": listed}
                    audit.note(tx, chain_of(heading.unit_code), heading.made_at, "packed", told)
                    whole_files.name(
                        unfinished, place
                    )  # before the commit: a row never stands for a file that is not there
                return changed

            try:
                return self.database.run(put)
            except IntegrityError:  # another worker has taken this place in the unit's chain: there is another one
                waits = archive_package.c.instance_id == instance_id
                self.database.run(
                    lambda tx: tx.execute(update(archive_package).where(waits).values(make_after=None)) and None
                )
                return False
        finally:
            unfinished.unlink(missing_ok=True)

    def _heading(self, tx: Connection, instance_id: str, now: datetime) -> Heading | None:
        """What the package will say of itself; None when it has been made already."""
        row = tx.execute(
            select(archive_package, process_instance.c.number, process_instance.c.title, unit.c.name)
            .join(process_instance, process_instance.c.id == archive_package.c.instance_id)
            .join(unit, unit.c.code == archive_package.c.unit_code)
            .where(archive_package.c.instance_id == instance_id, archive_package.c.made_at.is_(None))
        ).first()
        if row is None:
            return None
        own = archive_package.c.unit_code == row.unit_code
        last = tx.scalar(select(func.max(archive_package.c.sequence)).where(own)) or 0
        previous = tx.scalar(select(archive_package.c.sha256).where(own, archive_package.c.sequence == last))
        return Heading(
            number=row.number,
            title=row.title,
            unit_code=row.unit_code,
            unit_name=row.name,
            sequence=last + 1,
            previous_sha256=previous,
            made_at=now,
        )
