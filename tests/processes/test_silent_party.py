"""R71, R72: a party that does nothing never stops a dispute; what it has not done stays on the record."""

from __future__ import annotations

import pytest

from tests.processes.dispute import raise_dispute
from tests.processes.town import Town


def test_the_end_of_negotiation_opens_the_application_though_the_other_side_has_done_nothing(town: Town) -> None:
    """R71, R72: interim disposal of the other side is urged and recorded, and is no condition of an application."""
    dispute = raise_dispute(town, at="2026-09-01T10:00").dispose_by("a")
    town.at("2026-09-08T23:59")
    assert "conclude_negotiation" not in dispute.waiting

    town.at("2026-09-09T00:01")
    assert dispute.waiting == {"conclude_negotiation": 1}
    assert dispute.facts()["assistance_refusals"] == ["ecology"]
    assert dispute.deadline("interim_b").overdue_at is not None

    dispute.apply()
    assert dispute.waiting == {"review_application": 1}


@pytest.mark.parametrize("silent", ["b", "c"])
def test_neither_the_second_nor_the_third_party_stops_the_others(town: Town, silent: str) -> None:
    dispute = raise_dispute(town, at="2026-09-01T10:00", third="market")
    for side in {"a", "b", "c"} - {silent}:
        dispute.dispose_by(side)

    town.at("2026-09-09T00:01")
    assert dispute.apply().waiting == {"review_application": 1}
