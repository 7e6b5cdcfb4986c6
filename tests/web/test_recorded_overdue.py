"""A recorded overdue can be found again, and supervision reaches every procedure's diagram."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.db.tables import deadline
from tests.web.office import SUPERVISION, Office


def test_a_recorded_overdue_is_found_after_the_period_has_been_moved(office: Office) -> None:
    number = office.numbers.over
    case = office.case("over")
    later = case.town.engine.clock.now().replace(year=2027)
    case.town.write(
        lambda tx: tx.execute(
            update(deadline).where(deadline.c.overdue_at.is_not(None), deadline.c.hard).values(due_at=later)
        )
    )
    desk = office.desk(SUPERVISION)

    assert number not in desk.get("/instances?state=over").text
    assert number in desk.get("/instances?state=ever_over").text
    assert "曾经超期" in desk.get("/supervision").text
    assert office.numbers.prepare not in desk.get("/instances?state=ever_over").text


def test_a_recommended_period_never_counts_as_overdue(office: Office) -> None:
    office.case("over").town.write(
        lambda tx: tx.execute(update(deadline).where(deadline.c.overdue_at.is_not(None)).values(hard=False))
    )

    assert office.numbers.over not in office.desk(SUPERVISION).get("/instances?state=ever_over").text


@pytest.mark.parametrize("key", ["case_referral", "dispute_resolution", "first_responder", "technical_assistance"])
def test_supervision_reaches_every_diagram(office: Office, key: str) -> None:
    desk = office.desk(SUPERVISION)

    assert f"diagram={key}" in desk.get("/supervision").text
    assert f"/supervision/{key}/diagram.bpmn" in desk.get(f"/supervision?diagram={key}").text
