"""A case that a form names is linked: both tell of each other, to those who may see both."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, delete, select

from engine.db import migrate
from engine.db.tables import case_link
from engine.errors import InvalidValues
from tests.processes.assistance import Assistance, ask
from tests.processes.town import Case
from tests.web.office import DEPUTY, LIAISON, OFFICER, REVIEWER, STRANGER, Office

LINKED = "//section[@id='related']//li"
OFFERED = "//datalist[@id='cases-related_case']/option"
NAMED, NAMING = "本件写明的办件", "那件写明了本件"


def related(office: Office, case: Case, login: str) -> list[str]:
    """The linked cases that the page of the case tells of."""
    return office.desk(login).get(f"/instances/{case.number}").texts(LINKED)


def naming(office: Office, case: str, **answers: object) -> Assistance:
    """A request for assistance that names a case."""
    return ask(office.town, related_case=case, **answers)


def test_a_request_and_the_case_that_it_names_tell_of_each_other(office: Office) -> None:
    case = office.case("review")
    request = naming(office, case.number)

    (there,) = related(office, request, OFFICER)
    (back,) = related(office, case, OFFICER)

    assert case.number in there
    assert NAMED in there
    assert request.number in back
    assert NAMING in back
    assert len(related(office, request, LIAISON)) == len(related(office, case, REVIEWER)) == 1


def test_who_may_not_see_the_other_is_told_nothing_of_it(office: Office) -> None:
    case = office.case("review")
    request = naming(office, case.number, of="housing")

    assert related(office, request, request.assisting.liaison) == []
    assert related(office, case, REVIEWER) == []


def wide(number: str) -> str:
    """As a Chinese input method writes it."""
    return "".join(chr(ord(sign) + 0xFEE0) for sign in number)


def narrow(number: str) -> str:
    return f" {number.lower()} "


def short(number: str) -> str:
    series, _, place = number.rpartition("-")
    return f"{series}-{int(place)}"


@pytest.mark.parametrize("typed", [narrow, wide, short])
def test_a_number_is_known_however_it_is_typed(office: Office, typed: Callable[[str], str]) -> None:
    request = naming(office, typed(office.case("review").number))

    assert len(related(office, request, OFFICER)) == 1


def test_a_number_that_no_case_has_is_refused_with_a_sentence(office: Office) -> None:
    prefix = office.case("review").number.rpartition("-")[0]

    with pytest.raises(InvalidValues) as refused:
        naming(office, f"{prefix}-9999")

    assert refused.value.problems == {"related_case": f"没有编号为 {prefix}-9999 的办件，请核对。"}


def test_a_case_is_not_named_by_itself(office: Office) -> None:
    case = office.case("review")

    with pytest.raises(InvalidValues) as refused:
        case.review("already_handled", handled_case=case.number)

    assert refused.value.problems == {"handled_case": "这是本办件自己的编号，请填写另一件的编号。"}


@pytest.mark.parametrize("number", ["青政立〔2026〕8号", "LA-2026-0007", "LA-2026-7"])
def test_the_number_of_a_file_that_is_kept_elsewhere_is_taken_as_it_is(office: Office, number: str) -> None:
    request = naming(office, number)

    assert number in office.desk(OFFICER).get(f"/instances/{request.number}").words("//section[@id='content']")
    assert related(office, request, OFFICER) == []


def test_the_cases_of_the_own_unit_are_offered(office: Office) -> None:
    offered = office.desk(OFFICER).get("/start/technical_assistance").every(f"{OFFERED}/@value")

    assert office.case("review").number in offered
    stranger = office.desk(STRANGER).get("/start/technical_assistance")
    assert stranger.every(OFFERED) == []


def test_a_corrected_number_links_the_right_case(office: Office) -> None:
    wrong, right = office.case("review"), office.case("over")
    request = naming(office, wrong.number)
    officer, deputy = office.town.person(OFFICER), office.town.person(DEPUTY)
    raw = {"related_case": [right.number], "reason": ["填错了办件号，请更正。"]}
    correction_id = office.engine.collaboration.propose_correction(officer, request.number, "related_case", raw)
    office.engine.collaboration.decide_correction(deputy, correction_id, {"decision": ["approve"]})

    (there,) = related(office, request, OFFICER)
    assert right.number in there
    assert related(office, wrong, OFFICER) == []


def test_what_a_draft_names_is_told_to_the_other_side_when_the_paper_is_issued(office: Office) -> None:
    earlier, case = office.case("over"), office.case("review")
    case.review("already_handled", handled_case=earlier.number)
    assert related(office, case, OFFICER) == related(office, earlier, OFFICER) == []
    assert len(related(office, case, REVIEWER)) == len(related(office, earlier, REVIEWER)) == 1

    case.sign_acceptance()

    assert len(related(office, case, OFFICER)) == len(related(office, earlier, OFFICER)) == 1


def test_the_material_of_a_case_that_only_a_draft_names_is_not_offered_to_the_other_side(office: Office) -> None:
    """The list of what may be taken over would tell what the draft says."""
    mine, theirs = office.case("prepare"), office.case("review")
    task = f"/tasks/{mine.task('prepare_materials')}"
    theirs.review("already_handled", handled_case=mine.number)
    assert theirs.number not in office.desk(OFFICER).get(task).text

    theirs.sign_acceptance()

    assert theirs.number in office.desk(OFFICER).get(task).words("//details[contains(@class, 'take-over')]")


def test_what_was_taken_back_links_nothing_any_more(office: Office) -> None:
    case = office.case("review")
    task_id = case.task("review_acceptance")
    case.review("already_handled", handled_case=office.case("over").number)

    office.engine.handling.take_back(office.town.person(REVIEWER), task_id)

    assert related(office, case, REVIEWER) == []


def test_the_material_of_a_named_case_is_offered(office: Office) -> None:
    request = ask(office.town, related_case=office.case("review").number, delivered=False)

    page = office.desk(OFFICER).get(f"/tasks/{request.task('prepare_request')}")
    assert office.case("review").number in page.words("//details[contains(@class, 'take-over')]")


def test_what_was_named_before_there_were_links_is_linked_by_the_migration(office: Office) -> None:
    naming(office, office.case("review").number)
    naming(office, "青政立〔2026〕8号")
    (file,) = migrate.MIGRATIONS.glob("versions/0016_*.py")
    specification = importlib.util.spec_from_file_location("case_links_migration", file)
    assert specification is not None
    assert specification.loader is not None
    migration = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(migration)
    before = office.town.read(lambda tx: tx.execute(select(case_link)).all())

    def anew(tx: Connection) -> None:
        tx.execute(delete(case_link))
        with Operations.context(MigrationContext.configure(tx)):
            migration._link_what_was_named()

    office.town.write(anew)

    assert office.town.read(lambda tx: tx.execute(select(case_link)).all()) == before
    assert len(before) == 1
