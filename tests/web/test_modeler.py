"""Deploy and Start of the free desktop modeler: its own requests, over a socket, with an analyst's account."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from engine.db.tables import definition_version, person
from engine.errors import NotSignedIn
from engine.organisation import sign_ins
from tests.web.modeler import BOUNDARY, Modeler, basic, served
from tests.web.office import JUSTICE, OFFICER, PASSWORD, PASSWORD_HASH, Office

DIAGRAM = Path(__file__).resolve().parents[2] / "processes" / "case_referral.bpmn"
CHANGED = DIAGRAM.read_bytes().replace("整理移送材料".encode(), "整理并核对移送材料".encode())
BROKEN = CHANGED.replace(b"working_days(3, discovered_at if", b"working_days(3, nothing_says_it if")
ANALYST = "fenxi.sf"
REFERRAL = {
    "matter_code": "M001",
    "receiving_unit": "ecology",
    "jurisdiction_reason": "职责边界清单（2026 年版）第 1 项",
    "discovered_at": "2026-10-09T09:00",
    "source": "daily_patrol",
    "case_title": "未批先建",
    "violation_summary": "未依法报批环境影响评价文件，擅自开工建设。",
    "location": "青河镇河湾村",
}


@pytest.fixture
def analysts(office: Office) -> Office:
    office.town.newcomer(ANALYST, "justice_bureau", "analyst")
    office.town.appoint(OFFICER, "qinghe", "analyst")
    office.town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))
    return office


@pytest.fixture
def port(analysts: Office) -> Iterator[int]:
    with served(analysts) as port:
        yield port


@pytest.fixture
def modeler(port: int) -> Modeler:
    return Modeler(port, basic(ANALYST))


def stored(office: Office, version: int) -> tuple[bytes, str, str]:
    columns = (definition_version.c.diagram, definition_version.c.deployed_by, definition_version.c.reason)
    own = (definition_version.c.key == "case_referral") & (definition_version.c.version == version)
    row = office.town.read(lambda tx: tx.execute(select(*columns).where(own)).one())
    return bytes(row.diagram), row.deployed_by, row.reason


# --- finding the engine ---


@pytest.mark.parametrize("base", ["/engine-rest", "/rest"])
def test_nobody_is_told_to_sign_in_and_never_led_to_another_page(port: int, base: str) -> None:
    answer = Modeler(port, base=base).check_connection()

    assert answer.status == 401
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json["message"]
    assert not answer.headers["WWW-Authenticate"].startswith("Basic")  # no browser is to keep a password for this site


@pytest.mark.parametrize("base", ["/engine-rest", "/rest"])
def test_an_analyst_is_let_in_under_both_addresses_that_the_modeler_proposes(port: int, base: str) -> None:
    found = Modeler(port, basic(ANALYST), base)

    assert (found.check_connection().status, found.check_connection().json) == (200, [])
    assert found.version().json == {"version": "7.24.0"}


def test_a_page_from_the_disk_may_ask_with_a_password_and_a_page_of_another_site_may_not(port: int) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    local = Modeler(port).ask("OPTIONS", "/engine-rest/deployment/create", None, asked)
    other = Modeler(port).ask(
        "OPTIONS", "/engine-rest/deployment/create", None, {**asked, "Origin": "https://x.example"}
    )

    assert local.status == 200
    assert local.headers["Access-Control-Allow-Origin"] == "null"
    assert "authorization" in local.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in local.headers
    assert "Access-Control-Allow-Origin" not in other.headers


def test_the_modeler_may_read_a_refusal_too(port: int) -> None:
    assert Modeler(port).check_connection().headers["Access-Control-Allow-Origin"] == "null"


def test_a_session_of_the_pages_counts_for_nothing(analysts: Office) -> None:
    desk = analysts.desk(ANALYST)

    answers = [desk.get("/engine-rest/deployment"), desk.send("/engine-rest/deployment/create", {})]

    assert [answer.status for answer in answers] == [401, 401]


def test_whoever_has_not_the_right_is_told_so(port: int) -> None:
    refused = Modeler(port, basic(JUSTICE)).deploy("案件移送.bpmn", CHANGED)

    assert refused.status == 403
    assert refused.json["message"] == "部署流程由流程管理员和系统管理员办理。"


# --- deploying ---


def test_what_is_deployed_is_in_force_byte_for_byte_and_the_reply_says_which_version(
    analysts: Office, modeler: Modeler
) -> None:
    answer = modeler.deploy("案件移送.bpmn", CHANGED, name="环节名称写明核对")

    (told,) = answer.json["deployedProcessDefinitions"].values()
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert (told["key"], told["version"], told["resource"]) == ("case_referral", 2, "案件移送.bpmn")
    assert told["id"] == f"case_referral:2:{answer.json['id']}"
    assert stored(analysts, 2) == (CHANGED, f"市司法局 新任{ANALYST}", "环节名称写明核对")


def test_the_same_diagram_again_is_the_same_deployment(modeler: Modeler) -> None:
    first, second = (modeler.deploy("案件移送.bpmn", CHANGED).json for _ in range(2))

    assert second["id"] == first["id"]
    assert second["deployedProcessDefinitions"].keys() == first["deployedProcessDefinitions"].keys()


def test_a_form_that_comes_along_is_the_form_of_the_version(analysts: Office, modeler: Modeler) -> None:
    form = next((DIAGRAM.parent / "forms" / "case_referral").glob("*.form"))
    changed = form.read_bytes().replace(b'"components"', b' "components"', 1)

    answer = modeler.deploy("case_referral.bpmn", DIAGRAM.read_bytes(), forms={form.name: changed})

    assert answer.status == 200
    actor = analysts.town.person(ANALYST)
    assert analysts.engine.library.form(actor, "case_referral", 2, form.stem) == changed


def test_problems_appear_in_the_modeler_with_the_ids_of_their_elements(analysts: Office, modeler: Modeler) -> None:
    answer = modeler.deploy("案件移送.bpmn", BROKEN)

    errors = answer.json["details"]["案件移送.bpmn"]["errors"]
    assert answer.status == 400
    assert answer.json["type"] == "ParseException"
    assert answer.json["message"].startswith("ENGINE-09005 Could not parse BPMN process.")
    assert "nothing_says_it" in answer.json["message"]
    assert "referral_due" in {error["mainElementId"] for error in errors}
    assert all(error["elementIds"] == [error["mainElementId"]] for error in errors if error["mainElementId"])
    assert analysts.engine.procedures_in_force.versions("case_referral")[0].version == 1


def test_what_is_no_diagram_is_refused_where_the_modeler_shows_it(modeler: Modeler) -> None:
    answer = modeler.deploy("decision.dmn", b"<definitions/>")

    assert answer.status == 400
    assert answer.json["message"].startswith("ENGINE-09005 Could not parse BPMN process.")
    assert "每次只能上传一个流程图" in answer.json["message"]


def test_a_body_that_is_larger_than_a_form_may_be_is_not_taken(port: int, modeler: Modeler) -> None:
    huge = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n'.encode() + b"x" * 3 * 2**20
    type_ = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Content-Length": str(len(huge))}

    try:
        status = modeler.ask("POST", "/engine-rest/deployment/create", huge, type_).status
    except (BrokenPipeError, ConnectionResetError):  # refused before it was sent
        status = 413

    assert status == 413


# --- passwords ---


def test_wrong_passwords_are_counted_as_at_the_door(analysts: Office, port: int) -> None:
    guessing = [
        Modeler(port, basic(ANALYST, "wrong")).check_connection().status for _ in range(sign_ins.TRIES_PER_LOGIN)
    ]

    right = Modeler(port, basic(ANALYST)).check_connection()

    assert set(guessing) == {401}
    assert right.status == 401
    assert "15 分钟" in right.json["message"]
    assert analysts.engine.accounts.sign_in(ANALYST, PASSWORD, "127.0.0.1").token is None


def test_a_password_is_compared_while_nothing_is_written(
    analysts: Office, modeler: Modeler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Comparing is slow on purpose: whoever writes meanwhile must not wait."""
    compared, town = [], analysts.town

    def matches(password_hash: str, password: str) -> bool:
        town.write(lambda tx: tx.execute(update(person).values(email=None)))
        compared.append(password)
        return True

    monkeypatch.setattr(sign_ins, "matches", matches)

    assert modeler.check_connection().status == 200
    assert len(compared) == 1


def test_a_password_that_was_given_out_once_deploys_nothing(analysts: Office, modeler: Modeler) -> None:
    own = person.c.login == ANALYST
    analysts.town.write(lambda tx: tx.execute(update(person).where(own).values(must_change_password=True)))

    refused = modeler.deploy("案件移送.bpmn", CHANGED)

    assert refused.status == 403
    assert refused.json["message"] == "请先在页面上修改一次性密码。"


# --- tokens ---


def token_of(office: Office, login: str = ANALYST) -> str:
    page = office.desk(login).post("/account/modeler")
    return str(page.words("//p[@class='secret']/code"))


def test_a_token_made_on_the_pages_deploys_in_the_persons_name(analysts: Office, port: int) -> None:
    answer = Modeler(port, f"Bearer {token_of(analysts)}").deploy("案件移送.bpmn", CHANGED)

    assert answer.status == 200
    assert stored(analysts, 2)[1] == f"市司法局 新任{ANALYST}"


def test_a_token_ends_with_the_password(analysts: Office, port: int) -> None:
    token = token_of(analysts)
    own = person.c.login == ANALYST
    analysts.town.write(lambda tx: tx.execute(update(person).where(own).values(password_hash=f"{PASSWORD_HASH} ")))

    assert Modeler(port, f"Bearer {token}").check_connection().status == 401


def test_a_token_ends_by_itself(analysts: Office) -> None:
    programs = analysts.engine.programs
    token = programs.make_token(analysts.town.ids(ANALYST)[0])

    analysts.town.clock.set(token.until - timedelta(seconds=1))
    assert programs.by_token(token.text) == analysts.town.ids(ANALYST)[0]
    analysts.town.clock.set(token.until)
    with pytest.raises(NotSignedIn):
        programs.by_token(token.text)


@pytest.mark.parametrize("text", ["", "x", "W10", "W10=", "WyJhIiwgImIiLCAiYyJd", "A" * 5000, "ä", "W1tbW1tbW1tb"])
def test_what_is_no_token_is_refused(analysts: Office, text: str) -> None:
    with pytest.raises(NotSignedIn):
        analysts.engine.programs.by_token(text)


def test_a_token_of_one_person_is_none_of_another(analysts: Office) -> None:
    mine, other = analysts.town.ids(ANALYST)[0], analysts.town.ids(OFFICER)[0]
    text = analysts.engine.programs.make_token(mine).text
    parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    forged = base64.urlsafe_b64encode(json.dumps([other, *parts[1:]]).encode()).decode()

    with pytest.raises(NotSignedIn):
        analysts.engine.programs.by_token(forged)


def test_whoever_reads_no_procedures_makes_no_token(analysts: Office) -> None:
    assert analysts.desk(JUSTICE).post("/account/modeler").status == 403


# --- starting ---


def test_a_case_is_started_from_the_modeler_by_whoever_may_start_it(analysts: Office, port: int) -> None:
    modeler = Modeler(port, basic(OFFICER))
    (told,) = modeler.deploy("案件移送.bpmn", CHANGED).json["deployedProcessDefinitions"].values()
    found_at = {"value": "2026-10-09T01:00:00.000+0000", "type": "Date"}
    variables = {name: {"value": value, "type": "String"} for name, value in REFERRAL.items()}

    answer = modeler.start(told["id"], {**variables, "jurisdiction_found_at": found_at})

    assert answer.status == 200, answer.json
    view = analysts.engine.instances.instance(analysts.town.person(OFFICER), answer.json["id"])
    assert view.title == "未批先建"
    assert answer.json["definitionId"] == told["id"]


def test_what_a_start_lacks_is_said_field_by_field(analysts: Office, port: int) -> None:
    modeler = Modeler(port, basic(OFFICER))
    (told,) = modeler.deploy("案件移送.bpmn", CHANGED).json["deployedProcessDefinitions"].values()

    answer = modeler.start(told["id"])

    assert answer.status == 400
    assert "* case_title: " in answer.json["message"]


def test_an_analyst_who_handles_no_cases_starts_none(modeler: Modeler) -> None:
    (told,) = modeler.deploy("案件移送.bpmn", CHANGED).json["deployedProcessDefinitions"].values()

    assert modeler.start(told["id"]).status == 403


def test_a_version_that_is_no_longer_in_force_is_not_started(port: int) -> None:
    modeler = Modeler(port, basic(OFFICER))
    (first,) = modeler.deploy("案件移送.bpmn", CHANGED).json["deployedProcessDefinitions"].values()
    modeler.deploy("案件移送.bpmn", CHANGED + b"\n")

    answer = modeler.start(first["id"])

    assert answer.status == 400
    assert "已不再生效" in answer.json["message"]


@pytest.mark.parametrize("path", ["/engine-rest/process-definition/nothing/start", "/rest/deployment/create"])
def test_what_is_no_request_of_the_modeler_is_refused_in_json(modeler: Modeler, path: str) -> None:
    answer = modeler.ask("POST", path, b"[1]", {"Content-Type": "application/json"})

    assert answer.status == 400
    assert answer.json["message"]


# --- going on from there ---


def test_the_modeler_leads_to_the_page_of_the_version_and_of_the_case(analysts: Office, modeler: Modeler) -> None:
    deployment = modeler.deploy("案件移送.bpmn", CHANGED).json["id"]
    cockpit = modeler.web_apps().json["cockpitUrl"].partition(f":{modeler.port}")[2]
    query = f"?deploymentsQuery=%5B%7B%22type%22:%22id%22,%22operator%22:%22eq%22,%22value%22:%22{deployment}%22%7D%5D"
    number = analysts.case("review").number

    assert analysts.desk(ANALYST).get(f"{cockpit}repository{query}").location == "/procedures/case_referral/2"
    assert analysts.desk(ANALYST).get(f"{cockpit}process-instance/{number}").location == f"/instances/{number}"
