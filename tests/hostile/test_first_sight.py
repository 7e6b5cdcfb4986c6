"""A unit sees a case from the first thing that has reached it, and nothing before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.db import tables
from engine.errors import NotFound
from engine.reports.parts.filters import Filters
from engine.settings import PROJECT
from tests.processes.assistance import Assistance, ask
from tests.processes.complaint import receive
from tests.processes.conftest import founded_folder, plain_town, sqlite_settings  # noqa: F401
from tests.processes.dispute import raise_dispute
from tests.processes.town import CITY, MORNING, Instance, Town

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
            town.act(lambda engine, person=person: engine.instances.instance(person, case.number))
        assert town.act(lambda engine, person=person: engine.instances.listed(person, Filters())).total == 0
    assert "ecology" not in {note.unit_code for note in case.notices()}

    if isinstance(case, Assistance):
        case.prepare().approve()
    else:
        case.deliver()

    assert (
        town.act(lambda engine: engine.instances.instance(town.person(DEPARTMENT[0]), case.number)).number
        == case.number
    )


def walked(town: Town, key: str) -> Iterator[Instance]:
    """The usual way of each shipped procedure, after every step of it."""
    if key == "case_referral":
        case = town.refer(at=MORNING)
        steps = [case.submit, case.approve, case.sign_for, lambda: case.review("accept"), case.sign_acceptance]
    elif key == "technical_assistance":
        case = ask(town, delivered=False)
        steps = [case.prepare, case.approve, case.assign, case.study, case.sign]
    elif key == "first_responder":
        case = receive(town)
        steps = [
            case.register, lambda: case.judge("not_ours"), case.confirm_not_ours, lambda: case.answer_consent("refuse"),
            lambda: case.decide("dispute"), lambda: case.coordinate(None),
        ]  # fmt: skip
    else:
        case = raise_dispute(town, third="market")
        steps = [case.dispose, case.state_position, case.apply, case.accept, case.reply, case.propose]
    yield case
    for step in steps:
        step()
        yield case


@pytest.mark.parametrize("key", sorted(path.stem for path in (PROJECT / "processes").glob("*.bpmn")))
def test_in_no_procedure_does_a_unit_see_a_case_of_which_nothing_has_been_sent_to_it(
    plain_town: Town,  # noqa: F811
    key: str,
) -> None:
    """Looked at after every step, by somebody of every unit that does not oversee: a paper, a task, a message of the diagram,
    or having begun it, and nothing else, is what gives sight."""
    town, people = plain_town, {row["unit"]: row["login"] for row in CITY["people"] if row["role"] == "case_officer"}
    checked = 0
    for case in walked(town, key):
        assert case.definition().diagram.key == key
        sent = {paper.to_unit for paper in case.documents()} | {note.unit for note in case.notices("told")}
        sent |= {row.unit_code for row in case._rows(tables.task)} | {"qinghe"}
        for unit, login in people.items():
            actor = town.person(login)
            if actor.oversees or {unit, actor.unit_code} & sent:
                continue
            with pytest.raises(NotFound):
                town.act(lambda engine, who=actor, at=case: engine.instances.instance(who, at.number))
            assert town.act(lambda engine, who=actor: engine.instances.listed(who, Filters())).total == 0
            checked += 1
    assert checked > 0
