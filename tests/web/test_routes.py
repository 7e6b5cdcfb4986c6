"""Every address and everybody: who is let in where. A route without its row here fails the test.

The rows are read like this: nobody, an officer of a party, that party's leader, the other party's liaison before the letter
is sent, an officer of a unit that is no party, the justice bureau, the supervision bureau.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from engine.db.tables import person, process_instance
from tests.once import prepared_once
from tests.web.office import (
    JUSTICE,
    LEADER,
    LIAISON,
    NOBODY,
    OFFICER,
    PASSWORD_HASH,
    STRANGER,
    SUPERVISION,
    Desk,
    Numbers,
    Office,
    Page,
    a_message_of,
)

UNITS = (
    "qinghe", "ecology", "ecology_inspection", "justice_bureau", "supervision_bureau", "staffing_office",
    "conference_office", "city_government", "police",
)  # fmt: skip
WHO = (NOBODY, OFFICER, LEADER, LIAISON, STRANGER, JUSTICE, SUPERVISION)
EXPECTED = {
    "GET /static/<path:filename>": (200, 200, 200, 200, 200, 200, 200),
    "GET /health": (200, 200, 200, 200, 200, 200, 200),
    "GET /ready": (503, 503, 503, 503, 503, 503, 503),
    "GET /login": (200, 302, 302, 302, 302, 302, 302),
    "POST /login": (422, 422, 422, 422, 422, 422, 422),
    "POST /logout": (401, 302, 302, 302, 302, 302, 302),
    "GET /account/password": (302, 200, 200, 200, 200, 200, 200),
    "POST /account/password": (401, 422, 422, 422, 422, 422, 422),
    "POST /acting": (401, 409, 409, 409, 409, 409, 409),
    "GET /": (302, 302, 302, 302, 302, 302, 302),
    "GET /inbox": (302, 200, 200, 200, 200, 200, 200),
    "POST /tasks/claim": (401, 302, 302, 302, 302, 302, 302),
    "GET /tasks/<task_id>": (302, 200, 200, 404, 404, 200, 200),
    "POST /tasks/<task_id>": (401, 422, 403, 404, 404, 403, 403),
    "POST /tasks/<task_id>/draft": (401, 200, 403, 404, 404, 403, 403),
    "POST /tasks/<task_id>/draft/other": (401, 409, 403, 404, 404, 403, 403),
    "GET /tasks/<task_id>/checked": (302, 200, 200, 404, 404, 200, 200),
    "POST /tasks/<task_id>/checked": (401, 302, 403, 404, 404, 403, 403),
    "POST /tasks/<task_id>/look": (401, 200, 403, 404, 404, 403, 403),
    "POST /tasks/<task_id>/release": (401, 403, 403, 404, 404, 403, 403),
    "POST /tasks/release": (401, 302, 302, 302, 302, 302, 302),
    "POST /tasks/transfer": (401, 302, 302, 302, 302, 302, 302),
    "GET /tasks/<task_id>/handle/<verb>": (302, 403, 403, 404, 404, 200, 200),
    "POST /tasks/<task_id>/handle/<verb>": (401, 403, 403, 404, 404, 302, 302),
    "POST /tasks/<task_id>/recall": (401, 403, 403, 404, 404, 403, 403),
    "POST /tasks/<task_id>/hand-in": (401, 403, 403, 404, 404, 403, 403),
    "POST /tasks/<task_id>/answer": (401, 403, 403, 404, 404, 403, 403),
    "POST /tasks/<task_id>/request/<request_id>/withdraw": (401, 403, 403, 404, 404, 403, 403),
    "POST /tasks/<task_id>/take-back": (401, 403, 403, 404, 404, 403, 403),
    "POST /tasks/<task_id>/drop": (401, 409, 403, 404, 404, 403, 403),
    "POST /tasks/<task_id>/material": (401, 422, 403, 404, 404, 403, 403),
    "POST /tasks/<task_id>/material/<material_id>/remove": (401, 302, 403, 404, 404, 403, 403),
    "POST /tasks/<task_id>/material/<material_id>/rename": (401, 302, 403, 404, 404, 403, 403),
    "POST /tasks/<task_id>/material/take-over": (401, 422, 403, 404, 404, 403, 403),
    "GET /start": (302, 200, 302, 302, 200, 200, 200),
    "GET /start/<key>": (302, 200, 403, 403, 200, 403, 403),
    "POST /start/<key>": (401, 422, 403, 403, 422, 403, 403),
    "POST /start/<key>/draft": (401, 200, 403, 403, 200, 403, 403),
    "POST /start/<key>/look": (401, 200, 403, 403, 200, 403, 403),
    "GET /instances": (302, 200, 200, 200, 200, 200, 200),
    "GET /instances/<number>": (302, 200, 200, 404, 404, 200, 200),
    "GET /instances/<number>/diagram.bpmn": (302, 200, 200, 404, 404, 200, 200),
    "POST /instances/<number>/press/<element_id>": (401, 302, 403, 404, 404, 403, 403),
    "POST /instances/<number>/comments": (401, 422, 422, 404, 404, 403, 403),
    "POST /instances/<number>/comments/<comment_id>/retract": (401, 302, 403, 404, 404, 403, 403),
    "POST /instances/<number>/copies": (401, 422, 422, 404, 404, 403, 403),
    "POST /instances/<number>/copies/<copy_id>/revoke": (401, 302, 409, 404, 404, 403, 403),
    "POST /instances/<number>/remarks": (401, 403, 403, 404, 404, 422, 403),
    "POST /instances/<number>/withdraw": (401, 409, 409, 404, 404, 403, 403),
    "POST /instances/<number>/rounds/<run_id>/add": (401, 404, 404, 404, 404, 404, 404),
    "POST /instances/<number>/rounds/<run_id>/take-off": (401, 404, 404, 404, 404, 404, 404),
    "GET /instances/<number>/correct/<item>": (302, 200, 200, 404, 404, 403, 403),
    "POST /instances/<number>/correct/<item>": (401, 422, 422, 404, 404, 403, 403),
    "GET /corrections/<correction_id>": (302, 200, 200, 404, 404, 200, 200),
    "POST /corrections/<correction_id>": (401, 403, 422, 404, 404, 403, 403),
    "POST /corrections/<correction_id>/take-back": (401, 302, 403, 404, 404, 403, 403),
    "GET /documents/<document_id>": (302, 200, 200, 200, 404, 200, 200),
    "GET /documents/<document_id>/pages/<int:number>.png": (302, 200, 200, 200, 404, 200, 200),
    "GET /documents/<document_id>/paper.pdf": (302, 200, 200, 200, 404, 200, 200),
    "POST /documents/<document_id>/sign-for": (401, 403, 403, 302, 404, 403, 403),
    "POST /documents/<document_id>/void": (401, 403, 302, 403, 404, 403, 403),
    "GET /tasks/<task_id>/papers/<issuing_id>": (302, 200, 200, 404, 404, 200, 200),
    "GET /tasks/<task_id>/papers/<issuing_id>/pages/<int:number>.png": (302, 200, 200, 404, 404, 200, 200),
    "GET /tasks/<task_id>/papers/<issuing_id>/draft.docx": (302, 200, 200, 404, 404, 200, 200),
    "GET /tasks/<task_id>/papers/<issuing_id>/edit": (302, 200, 403, 404, 404, 403, 403),
    "POST /tasks/<task_id>/papers/<issuing_id>/edit": (401, 422, 403, 404, 404, 403, 403),
    "POST /tasks/<task_id>/papers/<issuing_id>/reset": (401, 302, 403, 404, 404, 403, 403),
    "GET /materials/<material_id>": (302, 200, 200, 404, 404, 200, 200),
    "GET /materials/<material_id>/preview": (302, 200, 200, 404, 404, 200, 200),
    "GET /instances/<number>/archive.zip": (302, 404, 404, 404, 404, 404, 404),
    "GET /messages": (302, 200, 200, 200, 200, 200, 200),
    "GET /messages/<notice_id>": (302, 302, 404, 404, 404, 404, 404),
    "POST /messages/<notice_id>": (401, 302, 404, 404, 404, 404, 404),
    "POST /messages/read": (401, 302, 302, 302, 302, 302, 302),
    "GET /settings/notices": (302, 200, 200, 200, 200, 200, 200),
    "POST /settings/appearance": (302, 302, 302, 302, 302, 302, 302),
    "POST /settings/notices": (401, 302, 302, 302, 302, 302, 302),
    "GET /duties": (302, 200, 200, 200, 200, 200, 200),
    "POST /duties/<proposal_id>/adopt": (401, 403, 403, 403, 403, 403, 403),
    "POST /duties/<proposal_id>/reject": (401, 403, 403, 403, 403, 403, 403),
    "GET /supervision/notices": (302, 403, 403, 403, 403, 200, 200),
    "POST /supervision/notices/again": (401, 403, 403, 403, 403, 302, 302),
    "POST /supervision/notices/<message_id>/again": (401, 403, 403, 403, 403, 302, 302),
    "GET /supervision": (302, 403, 403, 403, 403, 200, 200),
    "GET /supervision/<key>/diagram.bpmn": (302, 403, 403, 403, 403, 200, 200),
    "GET /procedures": (302, 403, 403, 403, 403, 403, 403),
    "GET /procedures/check": (302, 403, 403, 403, 403, 403, 403),
    "POST /procedures/check": (401, 403, 403, 403, 403, 403, 403),
    "POST /procedures/deploy": (401, 403, 403, 403, 403, 403, 403),
    "POST /procedures/drafts": (401, 403, 403, 403, 403, 403, 403),
    "GET /kept-files/<kept_id>": (302, 403, 403, 403, 403, 403, 403),
    "GET /kept-files/<kept_id>/diagram.bpmn": (302, 403, 403, 403, 403, 403, 403),
    "GET /kept-files/<kept_id>/files.zip": (302, 403, 403, 403, 403, 403, 403),
    "POST /kept-files/<kept_id>/deploy": (401, 403, 403, 403, 403, 403, 403),
    "POST /kept-files/<kept_id>/drop": (401, 403, 403, 403, 403, 403, 403),
    "POST /kept-files/<kept_id>/confirm": (401, 403, 403, 403, 403, 403, 403),
    "POST /kept-files/<kept_id>/refuse": (401, 403, 403, 403, 403, 403, 403),
    "POST /kept-files/<kept_id>/take-back": (401, 403, 403, 403, 403, 403, 403),
    "GET /procedures/templates.json": (302, 403, 403, 403, 403, 403, 403),
    "GET /procedures/<key>": (302, 403, 403, 403, 403, 403, 403),
    "GET /procedures/<key>/compare": (302, 403, 403, 403, 403, 403, 403),
    "GET /procedures/<key>/<int:number>": (302, 403, 403, 403, 403, 403, 403),
    "GET /procedures/<key>/<int:number>/diagram.bpmn": (302, 403, 403, 403, 403, 403, 403),
    "GET /procedures/<key>/<int:number>/forms/<form_id>": (302, 403, 403, 403, 403, 403, 403),
    "GET /procedures/<key>/<int:number>/tests.yaml": (302, 403, 403, 403, 403, 403, 403),
    "POST /procedures/<key>/<int:number>/restore": (401, 403, 403, 403, 403, 403, 403),
    "POST /procedures/<key>/<int:number>/retire": (401, 403, 403, 403, 403, 403, 403),
    "POST /procedures/<key>/<int:number>/revive": (401, 403, 403, 403, 403, 403, 403),
    "GET /help": (302, 200, 200, 200, 200, 200, 200),
    "GET /help/<name>": (302, 200, 200, 200, 200, 200, 200),
    "GET /help/pictures/<path:file>": (302, 404, 404, 404, 404, 404, 404),
    "GET /account/modeler": (302, 403, 403, 403, 403, 403, 403),
    "POST /account/modeler": (401, 403, 403, 403, 403, 403, 403),
    "GET /from-modeler/repository": (302, 404, 404, 404, 404, 404, 404),
    "GET /from-modeler/process-instance/<number>": (302, 302, 302, 302, 302, 302, 302),
}
PROGRAMS = {
    f"{route} {base}{path}"
    for base in ("/engine-rest", "/rest")
    for route, path in (
        ("GET", "/deployment"),
        ("GET", "/version"),
        ("POST", "/deployment/create"),
        ("POST", "/process-definition/<definition_id>/start"),
    )
} | {"GET /.well-known/camunda-automation-platform/webapps"}
"""What programs ask, with a password or a token of each request; a session counts for nothing (`test_modeler.py`)."""
REACHED = {
    "GET /tasks/<task_id>": 200,
    "POST /tasks/<task_id>": 403,
    "POST /tasks/<task_id>/draft": 403,
    "POST /tasks/<task_id>/draft/other": 403,
    "GET /tasks/<task_id>/checked": 200,
    "POST /tasks/<task_id>/checked": 403,
    "POST /tasks/<task_id>/look": 403,
    "POST /tasks/<task_id>/release": 403,
    "GET /tasks/<task_id>/handle/<verb>": 403,
    "POST /tasks/<task_id>/handle/<verb>": 403,
    "POST /tasks/<task_id>/recall": 403,
    "POST /tasks/<task_id>/hand-in": 403,
    "POST /tasks/<task_id>/answer": 403,
    "POST /tasks/<task_id>/request/<request_id>/withdraw": 403,
    "POST /tasks/<task_id>/take-back": 403,
    "POST /tasks/<task_id>/drop": 403,
    "POST /tasks/<task_id>/material": 403,
    "POST /tasks/<task_id>/material/<material_id>/remove": 403,
    "POST /tasks/<task_id>/material/<material_id>/rename": 403,
    "POST /tasks/<task_id>/material/take-over": 403,
    "GET /instances/<number>": 200,
    "GET /instances/<number>/diagram.bpmn": 200,
    "POST /instances/<number>/press/<element_id>": 403,
    "POST /instances/<number>/comments": 422,
    "POST /instances/<number>/copies": 422,
    "POST /instances/<number>/remarks": 403,
    "POST /instances/<number>/withdraw": 403,
    "GET /instances/<number>/correct/<item>": 403,
    "POST /instances/<number>/correct/<item>": 403,
    "POST /tasks/<task_id>/papers/<issuing_id>/edit": 403,
    "POST /tasks/<task_id>/papers/<issuing_id>/reset": 403,
}
"""What the liaison gets for a case whose letter has reached the unit, where the table above has 404 for what is not sent."""
UNKNOWN = [
    "GET /tasks/nothing",
    "POST /tasks/nothing",
    "POST /tasks/nothing/draft",
    "POST /tasks/nothing/draft/other",
    "POST /tasks/nothing/look",
    "POST /tasks/nothing/release",
    "GET /tasks/nothing/handle/transfer",
    "POST /tasks/nothing/handle/send_back",
    "POST /tasks/nothing/handle/nothing",
    "POST /tasks/nothing/recall",
    "POST /tasks/nothing/hand-in",
    "POST /tasks/nothing/answer",
    "POST /tasks/nothing/request/nothing/withdraw",
    "POST /tasks/nothing/take-back",
    "POST /tasks/nothing/drop",
    "POST /tasks/nothing/material",
    "POST /tasks/nothing/material/nothing/remove",
    "POST /tasks/nothing/material/nothing/rename",
    "POST /tasks/nothing/material/take-over",
    "GET /start/nothing",
    "POST /start/nothing",
    "POST /start/nothing/draft",
    "POST /start/nothing/look",
    "GET /instances/YS-2026-9999",
    "GET /instances/YS-2026-9999/diagram.bpmn",
    "POST /instances/YS-2026-9999/press/act_withdraw",
    "POST /instances/YS-2026-9999/comments",
    "POST /instances/YS-2026-9999/copies",
    "POST /instances/YS-2026-9999/remarks",
    "POST /instances/YS-2026-9999/withdraw",
    "GET /instances/YS-2026-9999/correct/location",
    "GET /instances/YS-2026-0005/correct/nothing",
    "GET /corrections/nothing",
    "POST /corrections/nothing",
    "POST /corrections/nothing/take-back",
    "GET /documents/nothing",
    "GET /documents/nothing/pages/1.png",
    "GET /documents/nothing/paper.pdf",
    "POST /documents/nothing/sign-for",
    "POST /documents/nothing/void",
    "GET /tasks/nothing/papers/nothing",
    "POST /tasks/nothing/papers/nothing/edit",
    "GET /messages/nothing",
    "POST /messages/nothing",
    "GET /materials/nothing",
    "GET /nothing/at/all",
    "GET /tasks/" + "x" * 3000,
    "GET /instances/%00",
    "GET /documents/%F0%9F%98%80",
    "GET /static/dist/../../templates/base.html",
    "GET /static/%2e%2e/templates/base.html",
]


def ask(desk: Desk, route: str) -> Page:
    method, path = route.split(" ", 1)
    return desk.get(path) if method == "GET" else desk.post(path)


@pytest.fixture(scope="session")
def addressed(
    tmp_path_factory: pytest.TempPathFactory, office_folder: tuple[Path, Numbers]
) -> tuple[Path, dict[str, str]]:
    """A data folder with something behind every address, to be copied, and what stands for each part of a route."""
    source, numbers = office_folder

    def prepare(folder: Path) -> dict[str, str]:
        office = Office.at(Path(shutil.copytree(source, folder / "var")), numbers)
        told = parts_of_routes(office)
        office.close()
        return told

    folder, told = prepared_once(tmp_path_factory, "addressed", prepare)
    return folder / "var", told


@pytest.fixture
def address(addressed: tuple[Path, dict[str, str]]) -> dict[str, str]:
    return addressed[1]


@pytest.fixture
def office(
    tmp_path: Path, addressed: tuple[Path, dict[str, str]], office_folder: tuple[Path, Numbers]
) -> Iterator[Office]:
    office = Office.at(Path(shutil.copytree(addressed[0], tmp_path / "var")), office_folder[1])
    yield office
    office.close()


def parts_of_routes(office: Office) -> dict[str, str]:
    """What stands for each part of a route: things of a case of which the stranger's unit is no party."""
    listed = office.desk(LIAISON).get(office.instance("review")).every("//section[@id='documents']//a/@href")
    document = next(link for link in listed if "/documents/" in link)
    beside, officer, number = office.engine.collaboration, office.town.person(OFFICER), office.case("prepare").number
    addressee = {"unit": ["police"], "role": ["liaison"], "note": ["请知悉。"]}
    corrected = {"case_title": ["擅自开挖村道"], "reason": ["登记时写错了。"]}
    return {
        "<comment_id>": beside.comment(officer, number, {"text": ["已到现场。"]}).id,
        "<copy_id>": beside.send_copy(officer, number, addressee),
        "<correction_id>": beside.propose_correction(officer, number, "case_title", corrected),
        "<name>": "bpmn",
        "<item>": "location",
        "<path:filename>": "icon.svg",
        "<form_id>": "nothing",
        "<task_id>": office.case("prepare").task("prepare_materials"),
        "<verb>": "urge",
        "<request_id>": "nothing",
        "<run_id>": "nothing",
        "<proposal_id>": "nothing",
        "<number>": office.case("prepare").number,
        "<key>": "case_referral",
        "<element_id>": "act_withdraw",
        "<issuing_id>": "deliver_referral",
        "<int:number>": "1",
        "<material_id>": office.file.rsplit("/", 1)[1],
        "<message_id>": "nothing",
        "<notice_id>": a_message_of(office, OFFICER),
        "<document_id>": document.rsplit("/", 1)[1],
    }


def test_every_route_has_its_row(office: Office) -> None:
    methods = {(rule.rule, method) for rule in office.app.url_map.iter_rules() for method in rule.methods or ()}

    assert {f"{method} {rule}" for rule, method in methods if method in ("GET", "POST")} == (EXPECTED.keys() | PROGRAMS)


def test_no_route_takes_another_method(office: Office) -> None:
    methods = {method for rule in office.app.url_map.iter_rules() for method in rule.methods or ()}

    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize("route", EXPECTED)
def test_everybody_is_let_in_where_they_belong_and_nowhere_else(
    office: Office, address: dict[str, str], route: str
) -> None:
    path = route
    for part, value in address.items():
        path = path.replace(part, value)
    if route.startswith("GET /documents/<document_id>/"):
        office.engine.papers.make_what_waits()  # else nobody has it yet

    statuses = tuple(ask(office.desk(login), path).status for login in WHO)

    assert statuses == EXPECTED[route]


@pytest.mark.parametrize("route", REACHED)
def test_whom_the_letter_has_reached_is_let_in_to_the_case_and_does_nothing_that_is_not_theirs(
    office: Office, address: dict[str, str], route: str
) -> None:
    path, case = route, office.case("review")
    task = case.task("review_acceptance")
    for part, value in {**address, "<number>": case.number, "<task_id>": task}.items():
        path = path.replace(part, value)

    assert EXPECTED[route][WHO.index(LIAISON)] == 404
    assert ask(office.desk(LIAISON), path).status == REACHED[route]


TECHNICIANS = [("system_admin", unit) for unit in UNITS] + [
    (role, unit) for role in ("unit_admin", "auditor") for unit in ("qinghe", "ecology", "justice_bureau")
]


@pytest.mark.parametrize(("role", "unit"), TECHNICIANS)
def test_whoever_holds_technical_rights_alone_reads_no_case_on_any_page(
    office: Office, address: dict[str, str], role: str, unit: str
) -> None:
    """Of every kind of unit, those of the parties and of oversight among them; also who was told of the case before."""
    office.town.newcomer("technician", unit, "case_officer")
    office.town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))
    office.town.leave("technician", unit, "case_officer")
    office.town.appoint("technician", unit, role)
    told = a_message_of(office, "technician", unit)
    told_of = {**address, "<notice_id>": told}
    with office.engine.database.reading() as tx:
        cases = tx.execute(select(process_instance.c.number, process_instance.c.title)).all()
    words = {word for case in cases for word in case} | {"丰岭养殖合作社", "老灶台饭店", "顺禾再生资源站", "请看一下。"}
    desk = office.desk("technician")

    for route in EXPECTED:
        method, path = route.split(" ", 1)
        if method != "GET":
            continue
        if path.startswith("/from-modeler/process-instance"):
            continue  # leads to the page of the case, which is asked below
        for part, value in told_of.items():
            path = path.replace(part, value)
        shown = desk.get(path)
        assert shown.status in (200, 302, 403, 404) or path == "/ready", path
        if shown.headers.get("Content-Type", "").startswith("text/html"):
            assert [word for word in words if word in shown.text.replace(path, "")] == [], path
        if any(part in route for part in ("instances/", "tasks/", "documents/", "materials/", "corrections/")):
            assert shown.status == 404, path
    assert desk.get("/instances?q=" + cases[0].number).texts("//tbody/tr") == []
    assert desk.get("/supervision").status == 403
    assert desk.get("/start/case_referral").status == 403


@pytest.mark.parametrize("route", [route for route in EXPECTED if route.startswith("POST")])
def test_a_forged_form_is_refused_with_a_sentence(office: Office, address: dict[str, str], route: str) -> None:
    path = route.removeprefix("POST ")
    for part, value in address.items():
        path = path.replace(part, value)
    if route.startswith("GET /documents/<document_id>/"):
        office.engine.papers.make_what_waits()  # else nobody has it yet

    refused = office.desk(OFFICER).send(path, {})

    assert refused.status == 400
    assert refused.said == "页面放得太久，或登录已经换过，这次提交没有生效。请刷新页面后再提交一次。"


@pytest.mark.parametrize("route", UNKNOWN)
def test_what_does_not_exist_is_said_not_to_exist(office: Office, route: str) -> None:
    asked = ask(office.desk(OFFICER), route)

    assert asked.status == 404
    assert "没有" in asked.said


@pytest.mark.parametrize(
    "route",
    ["POST /inbox", "POST /instances", "POST /supervision", "GET /logout", "GET /tasks/claim/x", "GET /acting"],
)
def test_a_page_that_is_asked_for_the_wrong_way_changes_nothing_and_says_so(office: Office, route: str) -> None:
    desk = office.desk(OFFICER)

    asked = ask(desk, route)

    assert asked.status in (404, 405)
    assert asked.said
    assert desk.get("/inbox").status == 200


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_methods_that_no_page_uses_are_refused(office: Office, method: str) -> None:
    desk = office.desk(OFFICER)

    answer = getattr(desk.client, method)("/inbox", headers={"X-CSRFToken": desk.token()})

    assert answer.status_code == 405


@pytest.mark.parametrize("path", ["/login", "/start/case_referral", "/start/case_referral/draft", "/tasks/claim"])
def test_a_huge_form_is_refused_with_a_sentence(office: Office, path: str) -> None:
    desk = office.desk(OFFICER)

    refused = desk.post(path, {"case_title": "长" * 1_000_000})

    assert refused.status == 413
    assert refused.said == "发来的内容太大：表单最多 2 MB，每个文件最多 50 MB，一次最多 200 MB。"


def test_a_script_that_may_not_is_told_why_in_its_own_language(office: Office) -> None:
    desk = office.desk(LEADER)
    path = f"{office.task('prepare', 'prepare_materials')}/draft"

    answer = desk.send(path, {"csrf_token": desk.token()}, headers={"Accept": "application/json"})

    assert answer.status == 403
    assert answer.json == {"message": "本环节须由青河镇承办人办理，你是青河镇主要领导。"}


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_nobody_learns_from_a_probe_what_runs_here(office: Office, path: str) -> None:
    asked = office.desk().get(path)

    assert asked.json in (
        {"status": "ok"},
        {"status": "not ready", "database": "ok", "worker": "none", "last_tick_seconds": None},
    )
    assert set(asked.headers.keys()).isdisjoint({"X-Powered-By", "Via", "Set-Cookie"})
