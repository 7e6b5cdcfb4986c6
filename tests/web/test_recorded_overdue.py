"""A recorded overdue can be found again, and supervision reaches every procedure's diagram."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import ColumnElement, Connection, update

from engine.db.tables import deadline
from engine.runtime.advance import lists
from tests.web.office import SUPERVISION, Office


def changed(tx: Connection, case_id: str, which: ColumnElement[bool], **values: Any) -> None:
    """The periods hold these values, and lists know."""
    tx.execute(update(deadline).where(which, deadline.c.instance_id == case_id).values(**values))
    lists.keep(tx, case_id)


def test_a_recorded_overdue_is_found_after_the_period_has_been_moved(office: Office) -> None:
    number = office.numbers.over
    case = office.case("over")
    later = case.town.engine.clock.now().replace(year=2027)
    recorded = deadline.c.overdue_at.is_not(None) & deadline.c.hard
    case.town.write(lambda tx: changed(tx, case.id, recorded, due_at=later))
    desk = office.desk(SUPERVISION)

    assert number not in desk.get("/instances?state=over").text
    assert number in desk.get("/instances?state=ever_over").text
    assert "曾经超期" in desk.get("/supervision").text
    assert office.numbers.prepare not in desk.get("/instances?state=ever_over").text


def test_a_recommended_period_never_counts_as_overdue(office: Office) -> None:
    case = office.case("over")
    case.town.write(lambda tx: changed(tx, case.id, deadline.c.overdue_at.is_not(None), hard=False))

    assert office.numbers.over not in office.desk(SUPERVISION).get("/instances?state=ever_over").text


@pytest.mark.parametrize("key", ["case_referral", "dispute_resolution", "first_responder", "technical_assistance"])
def test_supervision_reaches_every_diagram(office: Office, key: str) -> None:
    desk = office.desk(SUPERVISION)

    assert f"diagram={key}" in desk.get("/supervision").text
    assert f"/supervision/{key}/diagram.bpmn" in desk.get(f"/supervision?diagram={key}").text
