"""The file of an ended case, for the unit that keeps it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, select

from engine.archive.keeper import Keeper
from engine.db.tables import archive_package
from engine.errors import NotAllowed, NotFound
from engine.messages import gettext as _
from engine.organisation.assignment import Actor, ArchiveSubject, may
from engine.runtime.instances import instances
from engine.runtime.step.context import Context
from engine.uses.transactions import Transactions


class ArchiveUses:
    def __init__(self, transactions: Transactions, keeper: Keeper) -> None:
        self._transactions, self._keeper = transactions, keeper

    def package(self, actor: Actor, number: str) -> Path:
        """The package of the case, for members of the unit that keeps it. Raises NotFound, NotAllowed."""

        def look(tx: Connection, context: Context) -> tuple[str, str]:
            instance = instances.find(tx, number, actor)
            row = tx.execute(select(archive_package).where(archive_package.c.instance_id == instance.id)).first()
            if row is None or row.made_at is None:
                raise NotFound(
                    _(
                        "This case has no archive package yet. The system makes it "
                        "after the case is closed. Look again later."
                    )
                )
            decision = may(actor, "take_archive", ArchiveSubject(row.unit_code))
            if not decision.allowed:
                raise NotAllowed(decision.reason)
            return row.unit_code, row.file_name

        return self._keeper.path(*self._transactions.read(look))

    def make_wanted(self) -> int:
        """The packages of what has ended are made; for the worker, and for tests. Returns how many."""
        return self._keeper.make_wanted()
