"""What is done with a paper while its instance moves: both enter the same chain of the audit, one after the other."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.db.tables import document
from tests.processes.town import MORNING, Town
from tests.races.instant import at_once, refused


@pytest.mark.parametrize("_round", range(5))
def test_a_paper_is_made_and_signed_for_while_a_person_moves_its_instance(
    town_on_each_database: Town, _round: int
) -> None:
    town = town_on_each_database
    case = town.refer(at=MORNING).deliver()
    own = document.c.instance_id == case.id
    paper = town.read(lambda tx: tx.execute(select(document.c.id).where(own, document.c.code == "D01")).first()).id
    liaison, task = town.person(case.receiving.liaison), case.task("sign_for")

    came_to = at_once(
        town,
        lambda engine: engine.claim(liaison, task),
        lambda engine: engine.papers.sign_for(liaison, paper),
        lambda engine: engine.papers.make_what_waits(),
    )

    assert refused(came_to) == []
    assert town.verify() == []
