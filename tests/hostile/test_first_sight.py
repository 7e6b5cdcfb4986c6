"""A unit sees a case from the first thing that has reached it, and nothing before."""

from __future__ import annotations

import pytest

from engine.errors import NotFound
from engine.reports.filters import Filters
from tests.processes.assistance import Assistance, ask
from tests.processes.conftest import founded_folder, plain_town, sqlite_settings  # noqa: F401
from tests.processes.town import MORNING, Town

DEPARTMENT = ("luoyinuo.hb", "zhouyan.hb", "helan.hb")


@pytest.mark.parametrize("kind", ["referral", "assistance"])
def test_a_proposed_unit_neither_opens_nor_lists_a_case_before_a_document_has_reached_it(
    plain_town: Town,  # noqa: F811
    kind: str,
) -> None:
    town = plain_town
    case = town.refer(at=MORNING) if kind == "referral" else ask(town, delivered=False)
    for login in DEPARTMENT:
        person = town.person(login)
        with pytest.raises(NotFound):
            town.act(lambda engine, person=person: engine.instance(person, case.number))
        assert town.act(lambda engine, person=person: engine.instances(person, Filters(), 1)).total == 0
    assert "ecology" not in {note.unit_code for note in case.notices()}

    if isinstance(case, Assistance):
        case.prepare().approve()
    else:
        case.deliver()

    assert town.act(lambda engine: engine.instance(town.person(DEPARTMENT[0]), case.number)).number == case.number
