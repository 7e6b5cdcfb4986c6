"""A second person, where the city asks for one: nothing that is deployed comes into force by one person alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from engine.db.tables import audit_entry, definition_version
from engine.deployments.sent import Sent
from engine.errors import NotAllowed, Refused
from engine.uses.deploying import SECOND_PERSON, Waiting
from tests.web.modeler import Modeler, basic, served
from tests.web.office import Desk, Office, Page
from tests.web.test_kept_files import TESTS
from tests.web.test_library import ADMIN, ANALYST, AUDITOR, CHANGED, DIAGRAM, LEADER, OLD, check, deploy, keep

OTHER = "fuhe.sf"
REASON = "《实施方案》2026 年修订"


@pytest.fixture
def library(office: Office) -> Office:
    office.town.newcomer(OTHER, "justice_bureau", "analyst")
    keep(office)
    office.engine.city_rules.set(SECOND_PERSON, "true", "x")
    return office


@pytest.fixture
def port(library: Office) -> Iterator[int]:
    with served(library) as found:
        yield found


def waiting(library: Office) -> str:
    """The id of what the analyst has sent and what waits."""
    desk = library.desk(ANALYST)
    return deploy(desk, check(desk, ("改.bpmn", CHANGED))).location.rpartition("/")[2]


def numbers(library: Office) -> list[int]:
    return [one.version for one in library.engine.procedures_in_force.versions("case_referral")]


def act(desk: Desk, kept_id: str, what: str, **values: str) -> Page:
    return desk.post(f"/kept-files/{kept_id}/{what}", values)


def recorded(library: Office) -> list[str]:
    with library.engine.database.reading() as tx:
        chain = select(audit_entry.c.kind).where(audit_entry.c.instance_id == "procedures")
        return list(tx.scalars(chain.order_by(audit_entry.c.sequence)))


def test_a_deployment_waits_and_is_in_force_when_somebody_else_has_confirmed_it(library: Office) -> None:
    kept_id, desk = waiting(library), library.desk(OTHER)
    assert numbers(library) == [1]

    page = desk.get(f"/kept-files/{kept_id}")
    assert REASON in page.words()
    assert len(page.every("//ol[@class='changes']/li")) == 2
    done = act(desk, kept_id, "confirm", seen="1", looked="yes")

    assert done.location == "/procedures/case_referral/2"
    versions = desk.get(done.location).words("//*[@id='versions']")
    assert f"新任{ANALYST}" in versions
    assert f"市司法局 新任{OTHER} 复核" in versions
    assert desk.get("/procedures/case_referral/2/diagram.bpmn").content == CHANGED
    assert recorded(library)[-2:] == ["deployment_waits", "procedure_deployed"]
    assert library.town.verify() == []


def test_a_second_person_sees_which_tests_do_not_hold_any_more_and_the_audit_says_so(library: Office) -> None:
    five = OLD.replace(b"working_days(3, discovered_at if", b"working_days(5, discovered_at if", 1)
    desk, other = library.desk(ANALYST), library.desk(OTHER)
    kept_id = deploy(desk, check(desk, ("改.bpmn", five)), meant="yes").location.rpartition("/")[2]

    assert "2026-10-10" in other.get(f"/kept-files/{kept_id}").words("//*[@id='tests']")
    assert act(other, kept_id, "confirm", seen="1", looked="yes").location == "/procedures/case_referral/2"
    marked = other.get("/procedures/case_referral/2").every("//*[@id='tests']//li[span]")
    assert "按时移送、受理、立案并回告" in "".join(one.text_content() for one in marked)

    with library.engine.database.reading() as tx:
        said = tx.scalars(select(audit_entry.c.content).where(audit_entry.c.kind == "procedure_deployed")).all()
    assert "按时移送、受理、立案并回告" in said[-1]["tests_outdated"]


def test_the_list_and_the_version_say_what_waits(library: Office) -> None:
    kept_id = waiting(library)

    for path in ("/procedures", "/procedures/case_referral"):
        assert library.desk(AUDITOR).get(path).every(f"//a[@href='/kept-files/{kept_id}']"), path


@pytest.mark.parametrize("login", [ANALYST, AUDITOR])
def test_neither_who_has_sent_it_nor_who_may_not_approve_confirms_it(library: Office, login: str) -> None:
    kept_id, desk = waiting(library), library.desk(login)

    assert desk.get(f"/kept-files/{kept_id}").every("//*[@id='confirm']") == []
    assert act(desk, kept_id, "confirm", seen="1", looked="yes").status == 403
    assert act(desk, kept_id, "refuse", reason="x").status == 403
    assert numbers(library) == [1]


@pytest.mark.parametrize("login", [OTHER, ADMIN, LEADER])
def test_approving_is_a_right_of_its_own(library: Office, login: str) -> None:
    kept_id = waiting(library)

    assert library.desk(login).get(f"/kept-files/{kept_id}").every("//*[@id='confirm']")
    assert act(library.desk(login), kept_id, "confirm", seen="1", looked="yes").status == 302


def test_whoever_has_not_looked_confirms_nothing(library: Office) -> None:
    kept_id = waiting(library)

    refused = act(library.desk(OTHER), kept_id, "confirm", seen="1")

    assert refused.status == 422
    assert "请先看过" in refused.words("//*[@id='problem-looked']")
    assert numbers(library) == [1]


def test_it_is_refused_with_a_reason_that_stays_with_it(library: Office) -> None:
    kept_id, desk = waiting(library), library.desk(OTHER)

    assert act(desk, kept_id, "refuse", reason=" ").status == 422
    act(desk, kept_id, "refuse", reason="与会议纪要不符")

    assert "与会议纪要不符" in library.desk(ANALYST).get(f"/kept-files/{kept_id}").words()
    assert act(desk, kept_id, "confirm", seen="1", looked="yes").status == 409
    assert numbers(library) == [1]
    assert recorded(library)[-1] == "deployment_refused"


def test_whoever_has_sent_it_takes_it_back(library: Office) -> None:
    kept_id = waiting(library)

    assert act(library.desk(OTHER), kept_id, "take-back", reason="x").status == 403
    assert act(library.desk(ANALYST), kept_id, "take-back", reason="还要改").status == 302

    assert library.desk(ANALYST).get("/procedures").every(f"//a[@href='/kept-files/{kept_id}']") == []
    assert recorded(library)[-1] == "deployment_taken_back"


def test_what_was_looked_at_before_another_version_came_is_looked_at_again(library: Office) -> None:
    first = waiting(library)
    desk = library.desk(ANALYST)
    second = deploy(desk, check(desk, ("案.bpmn", OLD + b"\n"))).location.rpartition("/")[2]
    act(library.desk(OTHER), second, "confirm", seen="1", looked="yes")

    assert act(library.desk(OTHER), first, "confirm", seen="1", looked="yes").status == 409
    assert act(library.desk(OTHER), first, "confirm", seen="2", looked="yes").status == 302
    assert numbers(library) == [3, 2, 1]


def test_the_very_same_does_not_wait_twice(library: Office) -> None:
    assert waiting(library) == waiting(library)


def test_an_earlier_version_waits_too_before_it_is_back(library: Office) -> None:
    act(library.desk(OTHER), waiting(library), "confirm", seen="1", looked="yes")

    asked = library.desk(ANALYST).post("/procedures/case_referral/1/restore", {"reason": "改错了"})
    kept_id = asked.location.rpartition("/")[2]
    assert numbers(library) == [2, 1]
    done = act(library.desk(OTHER), kept_id, "confirm", seen="2", looked="yes")

    assert done.location == "/procedures/case_referral/3"
    shown = library.desk(AUDITOR).get(done.location).words("//*[@id='versions']")
    assert "恢复自第 1 版" in shown
    assert f"新任{OTHER} 复核" in shown


def test_a_red_test_of_an_earlier_version_holds_up_nobody_who_goes_back_to_it(library: Office) -> None:
    desk, other = library.desk(ANALYST), library.desk(OTHER)
    red = TESTS.replace(b"{due: 2026-10-10,", b"{due: 2026-10-13,", 1)
    act(other, waiting(library), "confirm", seen="1", looked="yes")
    with library.engine.database.engine.begin() as tx:  # a test that does not hold by the city of today
        tx.execute(update(definition_version).where(definition_version.c.version == 1).values(tests=red))

    asked = desk.post("/procedures/case_referral/1/restore", {"reason": "改错了"})
    kept_id = asked.location.rpartition("/")[2]
    assert "2026-10-10" in other.get(f"/kept-files/{kept_id}").words("//*[@id='tests']")

    assert act(other, kept_id, "confirm", seen="2", looked="yes").location == "/procedures/case_referral/3"
    assert other.get("/procedures/case_referral/3").every("//*[@id='tests']//li[span]")


def test_the_modeler_is_told_which_tests_do_not_hold_while_it_waits(library: Office, port: int) -> None:
    five = OLD.replace(b"working_days(3, discovered_at if", b"working_days(5, discovered_at if", 1)

    answer = Modeler(port, basic(ANALYST)).deploy("改.bpmn", five, "改成五日")

    assert answer.status == 400
    assert "按时移送、受理、立案并回告" in answer.json["message"]
    assert answer.json["outdatedTests"]


def test_what_changes_nothing_waits_for_nobody(library: Office) -> None:
    done = library.engine.library.deploy(library.town.person(ANALYST), [Sent(DIAGRAM.name, OLD)], "x")

    assert not isinstance(done, Waiting)
    assert not done.is_new


def test_the_command_line_waits_too(library: Office, tmp_path: Path) -> None:
    procedures, file = library.engine.procedures_in_force, tmp_path / "case_referral.bpmn"
    for folder in ("forms", "letters"):
        (tmp_path / folder).symlink_to(DIAGRAM.parent / folder)
    file.write_bytes(CHANGED)

    done = procedures.deploy(file, "机房 张三", REASON)

    assert isinstance(done, Waiting)
    assert numbers(library) == [1]
    assert act(library.desk(OTHER), done.kept.id, "confirm", seen="1", looked="yes").status == 302
    assert procedures.versions("case_referral")[0].deployed_by == "机房 张三"


def test_whoever_has_sent_it_by_the_command_line_does_not_confirm_it_on_the_pages(library: Office) -> None:
    actor = library.town.person(ANALYST)
    kept = library.engine.procedures_in_force.put(
        library.engine.library.file(actor, [Sent("a.bpmn", CHANGED)]), f"机房 新任{ANALYST}", REASON
    )
    assert isinstance(kept, Waiting)

    with pytest.raises(NotAllowed):
        library.engine.kept_files.confirm(actor, kept.kept.id, 1, looked=True)


def test_the_modeler_is_told_that_it_waits_and_where(library: Office, port: int) -> None:
    answer = Modeler(port, basic(ANALYST)).deploy("案件移送.bpmn", CHANGED, name=REASON)

    kept_id = answer.json["waits"]["id"]
    assert answer.status == 400
    assert answer.json["message"].startswith("ENGINE-09005 Could not parse BPMN process.")
    assert f"/kept-files/{kept_id}" in answer.json["message"]
    assert "还没有生效" in answer.json["message"]
    assert REASON in library.desk(OTHER).get(f"/kept-files/{kept_id}").words()
    assert numbers(library) == [1]


def test_two_who_confirm_at_once_make_one_version(library: Office) -> None:
    kept_id, uses = waiting(library), library.engine.kept_files
    uses.confirm(library.town.person(OTHER), kept_id, 1, looked=True)

    with pytest.raises(Refused):
        uses.confirm(library.town.person(ADMIN), kept_id, 2, looked=True)
    assert numbers(library) == [2, 1]
