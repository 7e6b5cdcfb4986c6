"""What is done with a paper while its instance moves: both enter the same chain of the audit, one after the other."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import select

from engine.db.tables import document
from engine.runtime.step import audit
from tests.processes.town import MORNING, Town
from tests.races.instant import at_once, refused


def test_a_paper_is_made_and_signed_for_while_a_person_moves_its_instance(
    town_on_each_database: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between finding the end of the chain and adding to it there is time for somebody else."""
    town, hash_entry = town_on_each_database, audit.hash_entry
    case = town.refer(at=MORNING).deliver()
    own = (document.c.instance_id == case.id) & (document.c.code == "D01")
    paper = town.read(lambda tx: tx.scalars(select(document.c.id).where(own)).one())
    liaison, task = town.person(case.receiving.liaison), case.task("sign_for")

    def slowly(entry: Any) -> str:
        threading.Event().wait(0.2)
        return hash_entry(entry)

    with monkeypatch.context() as patched:
        patched.setattr(audit, "hash_entry", slowly)
        came_to = at_once(
            town,
            lambda engine: engine.tasks.claim(liaison, task),
            lambda engine: engine.papers.sign_for(liaison, paper),
            lambda engine: engine.papers.make_what_waits(),
        )

    assert refused(came_to) == []
    assert town.verify() == []
