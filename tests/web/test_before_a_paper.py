"""No page tells a unit of a case before something has been sent to it."""

from __future__ import annotations

from sqlalchemy import select

from engine.db.tables import document
from tests.processes.assistance import ask
from tests.processes.complaint import receive
from tests.processes.dispute import raise_dispute
from tests.processes.town import Instance
from tests.web.office import HEAD, JUSTICE, LIAISON, OFFICER, REVIEWER, Office

DEPARTMENT = (LIAISON, REVIEWER, HEAD)


def sees_nothing(office: Office, case: Instance, login: str) -> bool:
    """Neither its page nor any list, and nothing can be said in it."""
    desk, number = office.desk(login), case.number
    asked = ("/inbox", "/instances", f"/instances?words={number}", "/start")
    shown = [desk.get(address).text.replace(f'value="{address}"', "") for address in asked]  # a switch comes back to it
    answers = [desk.get(f"/instances/{number}").status, desk.get(f"/tasks/{case.open_tasks()[0].id}").status]
    answers.append(desk.post(f"/instances/{number}/comments", {"text": "请看一下。"}).status)
    return set(answers) == {404} and not any(number in text for text in shown)


def test_p2_the_department_sees_a_request_from_the_approval_of_the_towns_leader(office: Office) -> None:
    request = ask(office.town, delivered=False)
    assert all(sees_nothing(office, request, login) for login in DEPARTMENT)
    request.prepare()
    assert all(sees_nothing(office, request, login) for login in DEPARTMENT)

    request.approve()

    assert office.desk(LIAISON).get(f"/instances/{request.number}").status == 200
    assert office.desk(OFFICER).get(f"/instances/{request.number}").status == 200


def test_p3_a_unit_that_an_officer_held_to_be_competent_never_learns_of_it_when_the_leader_keeps_the_matter(
    office: Office,
) -> None:
    complaint = receive(office.town).register().judge("not_ours")
    assert all(sees_nothing(office, complaint, login) for login in DEPARTMENT)

    complaint.confirm_not_ours("keep")

    assert all(sees_nothing(office, complaint, login) for login in DEPARTMENT)
    complaint.check("no_violation")
    assert all(sees_nothing(office, complaint, login) for login in DEPARTMENT)
    assert office.desk(JUSTICE).get(f"/instances/{complaint.number}").status == 200, "oversight is as before"


def test_p4_the_parties_read_the_request_for_a_ruling_only_once_it_is_ruled(office: Office) -> None:
    dispute = raise_dispute(office.town).dispose().state_position().apply().accept().reply().propose()
    own = (document.c.instance_id == dispute.id) & (document.c.code == "D18")
    paper = office.town.read(lambda tx: tx.scalars(select(document.c.id).where(own)).one())

    def reads(login: str) -> tuple[int, bool]:
        desk = office.desk(login)
        page = desk.get(f"/instances/{dispute.number}").text
        return desk.get(f"/documents/{paper}").status, f"/documents/{paper}" in page or "提请裁决" in page

    assert [reads(login) for login in (OFFICER, REVIEWER)] == [(404, False)] * 2
    assert reads(JUSTICE) == (200, True)

    dispute.rule("ecology")

    assert reads(JUSTICE) == (200, True)
