"""The library of procedures: what is in force, what a file would change, and who puts it in force."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import update
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from engine.db.tables import person
from engine.deployments.sent import Sent
from engine.errors import NotAllowed
from engine.ids import new_id
from tests.web.office import NOBODY, PASSWORD_HASH, Desk, Office, Page

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
DIAGRAM = PROCESSES / "case_referral.bpmn"
OLD = DIAGRAM.read_bytes()
PERIOD = b'working_days(config("sla.objection_wd"), now())'
CHANGED = OLD.replace(PERIOD, b"working_days(5, now())", 1).replace(
    "整理移送材料".encode(), "整理并核对移送材料".encode()
)
BROKEN = OLD.replace(b"working_days(3, discovered_at if", b"working_days(3, nothing_says_it if", 1)
ANALYST, ADMIN, LEADER, AUDITOR = "fenxi.sf", "xitong.sf", "juzhang.sf", "shenji.sf"
POSTS = {ANALYST: "analyst", ADMIN: "system_admin", LEADER: "deputy_leader", AUDITOR: "auditor"}


@pytest.fixture
def library(office: Office) -> Office:
    return keep(office)


@pytest.fixture(scope="module")
def unchanged(unchanged_office: Office) -> Office:
    return keep(unchanged_office)


def keep(office: Office) -> Office:
    for login, role in POSTS.items():
        office.town.newcomer(login, "justice_bureau", role)
    office.town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))
    return office


def check(desk: Desk, *files: tuple[str, bytes]) -> Page:
    stored = [FileStorage(BytesIO(content), filename=name) for name, content in files]
    boundary, body = encode_multipart({"csrf_token": desk.token(), "once": new_id(), "files": stored})
    type_ = f"multipart/form-data; boundary={boundary}"
    return Page(desk.client.post("/procedures/check", data=body, content_type=type_))


def deploy(desk: Desk, checked: Page, reason: str = "《实施方案》2026 年修订", **more: str) -> Page:
    (carried,) = checked.every("//*[@id='deploy']//input[@name='carried']/@value")
    return desk.post("/procedures/deploy", {"carried": carried, "reason": reason, "once": new_id(), **more})


# --- what there is ---


def test_the_list_says_what_is_in_force_and_how_many_cases_run_by_each_version(unchanged: Office) -> None:
    page = unchanged.desk(ANALYST).get("/procedures")

    rows = page.texts("//table[contains(@class, 'library')]/tbody/tr")
    (referral,) = [row for row in rows if "case_referral" in row]
    assert len(rows) == 4
    assert "第 1 版 5" in referral  # of the six cases of the office one is closed
    assert "没有写原因" in referral


@pytest.mark.parametrize("login", POSTS)
def test_whoever_may_read_procedures_has_an_entry_in_the_menu(unchanged: Office, login: str) -> None:
    assert unchanged.desk(login).get("/duties").every("//nav//a[@href='/procedures']")


def test_nobody_else_has_an_entry_in_the_menu(unchanged: Office) -> None:
    assert unchanged.desk("shenhe.qh").get("/duties").every("//nav//a[@href='/procedures']") == []


def test_a_version_shows_its_periods_with_rule_text_and_an_example_from_now(unchanged: Office) -> None:
    page = unchanged.desk(ANALYST).get("/procedures/case_referral/1")

    (referral,) = [row for row in page.texts("//*[@id='periods']//tbody/tr") if "R55" in row]
    assert "working_days(3," in referral
    assert "应在3个工作日内移送有管辖权的一方处理" in referral
    assert "10月13日" in referral or "10-13" in referral  # NOW is Friday 9 October; Saturday is worked


def test_a_version_shows_its_forms_and_letters(unchanged: Office) -> None:
    page = unchanged.desk(ANALYST).get("/procedures/case_referral/1")

    assert [row for row in page.texts("//*[@id='forms']//tbody/tr") if "整理移送材料" in row]
    assert [row for row in page.texts("//*[@id='letters']//tbody/tr") if "涉嫌违法案件移送函" in row]


@pytest.mark.parametrize("key", ["case_referral", "technical_assistance", "first_responder", "dispute_resolution"])
def test_a_file_comes_back_byte_for_byte(unchanged: Office, key: str) -> None:
    page = unchanged.desk(AUDITOR).get(f"/procedures/{key}/1/diagram.bpmn")

    assert page.content == (PROCESSES / f"{key}.bpmn").read_bytes()
    assert f"{key}.bpmn" in page.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "path", ["nothing", "case_referral/9", "case_referral/9/diagram.bpmn", "case_referral/1/forms/nothing"]
)
def test_what_is_not_there_is_not_found(unchanged: Office, path: str) -> None:
    assert unchanged.desk(ANALYST).get(f"/procedures/{path}").status == 404


def test_in_english_the_pages_say_nothing_in_chinese_but_what_is_drawn(unchanged: Office) -> None:
    desk = unchanged.desk(ANALYST)
    desk.client.set_cookie("lianban_language", "en")

    assert "Who deployed it, and why" in desk.get("/procedures").words()
    assert "Case referral" in desk.get("/procedures/case_referral/1").words("//h1")


# --- checking ---


def test_every_problem_stands_on_the_diagram_and_in_the_list_with_its_element(library: Office) -> None:
    page = check(library.desk(ANALYST), ("改.bpmn", BROKEN))

    marks = page.words("//script[@id='diagram-marks']")
    (first, *_more) = page.texts("//*[@id='problems']//li")
    assert page.status == 422
    assert "nothing_says_it" in first
    assert "referral_due" in first
    assert '"element": "referral_due"' in marks.replace('":"', '": "')
    assert page.every("//*[@id='problems']//a[@data-locate='referral_due']")
    assert page.every("//*[@id='deploy']") == []


def test_a_problem_of_a_form_is_drawn_at_a_step_that_asks_it(library: Office) -> None:
    renamed = OLD.replace(b'camunda:formRef="prepare_materials"', b'camunda:formRef="submission"')
    wrong = b'{"type": "default", "components": [{"type": "nothing", "key": "x", "label": "x"}]}'

    checked = library.engine.library.check(
        library.town.person(ANALYST), [Sent("a.bpmn", renamed), Sent("submission.form", wrong)]
    )

    assert "submission.form" in {problem.file for problem in checked.findings.problems}
    assert "prepare_materials" in checked.places.values()


def test_what_is_checked_is_stored_nowhere(library: Office) -> None:
    desk = library.desk(ANALYST)
    before = library.town.rows()

    assert check(desk, ("改.bpmn", CHANGED)).status == 200
    assert library.town.rows() == before
    assert library.town.verify() == []


def test_the_changes_show_both_texts_of_periods_and_names_periods_first(library: Office) -> None:
    page = check(library.desk(ANALYST), ("改.bpmn", CHANGED))

    first, second = page.texts("//ol[@class='changes']/li")
    assert PERIOD.decode() in first
    assert "working_days(5, now())" in first
    assert "整理移送材料" in second
    assert "整理并核对移送材料" in second


def test_a_file_that_is_in_force_already_says_so(library: Office) -> None:
    page = check(library.desk(ANALYST), ("case_referral.bpmn", OLD))

    assert "已经生效" in page.words()
    assert page.every("//*[@id='deploy']") == []


def test_a_file_that_differs_only_in_how_it_is_written_says_so(library: Office) -> None:
    assert "不影响办件" in check(library.desk(ANALYST), ("case_referral.bpmn", OLD + b"\n")).words()


@pytest.mark.parametrize(
    "files", [[], [("notes.txt", b"x")], [("a.bpmn", OLD), ("b.bpmn", OLD)], [("a.bpmn", OLD), ("x.dmn", b"x")]]
)
def test_what_is_not_one_diagram_with_its_forms_is_refused(library: Office, files: list[tuple[str, bytes]]) -> None:
    page = check(library.desk(ANALYST), *files)

    assert page.status == 422
    assert "没有任何改动" in page.words("//*[@id='refused']")


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"<a/>", b"\xff\xfe<", OLD[:5000], b"PK\x03\x04"])
def test_what_is_no_diagram_is_a_problem_and_no_fault(library: Office, content: bytes) -> None:
    assert check(library.desk(ANALYST), ("a.bpmn", content)).status == 422


# --- deploying ---


def test_what_was_checked_is_deployed_with_a_reason(library: Office) -> None:
    desk = library.desk(ANALYST)
    done = deploy(desk, check(desk, ("改.bpmn", CHANGED)))

    assert done.location == "/procedures/case_referral/2"
    shown = desk.get(done.location)
    assert "《实施方案》2026 年修订" in shown.words("//*[@id='versions']")
    assert f"市司法局 新任{ANALYST}" in shown.words("//*[@id='versions']")
    assert desk.get("/procedures/case_referral/2/diagram.bpmn").content == CHANGED


def test_without_a_reason_nothing_is_deployed(library: Office) -> None:
    desk = library.desk(ANALYST)
    refused = deploy(desk, check(desk, ("改.bpmn", CHANGED)), " ")

    assert refused.status == 422
    assert "请写明为什么" in refused.words("//*[@id='problem-reason']")
    assert len(library.engine.procedures_in_force.versions("case_referral")) == 1


@pytest.mark.parametrize("carried", ["", "x", "eJw=", "eJyLjgUAARUAuQ=="])
def test_what_no_page_has_carried_is_refused(library: Office, carried: str) -> None:
    assert library.desk(ANALYST).post("/procedures/deploy", {"carried": carried, "reason": "x"}).status == 409


def test_a_form_that_is_sent_along_is_the_versions_and_the_others_stay(library: Office) -> None:
    desk, form = library.desk(ANALYST), next((PROCESSES / "forms" / "case_referral").glob("*.form"))
    changed = form.read_bytes().replace(b'"components"', b' "components"', 1)

    deploy(desk, check(desk, ("case_referral.bpmn", OLD), (form.name, changed)))

    assert desk.get(f"/procedures/case_referral/2/forms/{form.stem}").content == changed


def test_two_versions_are_compared_element_by_element(library: Office) -> None:
    desk = library.desk(ANALYST)
    deploy(desk, check(desk, ("改.bpmn", CHANGED)))

    page = desk.get("/procedures/case_referral/compare?before=1&after=2")

    assert len(page.every("//ol[@class='changes']/li")) == 2
    assert "逐字节相同" in desk.get("/procedures/case_referral/compare?before=1&after=1").words()


def test_an_older_version_is_put_back_as_a_new_number(library: Office) -> None:
    desk = library.desk(ANALYST)
    deploy(desk, check(desk, ("改.bpmn", CHANGED)))

    done = desk.post("/procedures/case_referral/1/restore", {"reason": "改错了"})

    assert done.location == "/procedures/case_referral/3"
    assert desk.get("/procedures/case_referral/3/diagram.bpmn").content == OLD
    assert "恢复自第 1 版" in desk.get(done.location).words("//*[@id='versions']")


def test_a_retired_procedure_is_started_by_nobody_until_it_is_revived(library: Office) -> None:
    desk, key = library.desk(LEADER), "case_referral"
    officer = library.desk("shenhe.qh")
    for caller in ("first_responder", "technical_assistance"):
        library.engine.procedures_in_force.retire(caller, "x", "x")

    assert desk.post(f"/procedures/{key}/1/retire", {"reason": "改由新流程办"}).status == 302
    assert officer.get(f"/start/{key}").status == 409
    assert "改由新流程办" in desk.get("/procedures").words()
    assert desk.post(f"/procedures/{key}/1/revive", {"reason": "仍要用"}).status == 302
    assert officer.get(f"/start/{key}").status == 200


def test_what_others_in_force_call_is_not_retired(library: Office) -> None:
    refused = library.desk(ADMIN).post("/procedures/dispute_resolution/1/retire", {"reason": "x"})

    assert refused.status == 409


# --- rights ---


@pytest.mark.parametrize(
    ("login", "draws", "deploys", "retires"),
    [
        (ANALYST, True, True, False),
        (ADMIN, True, True, True),
        (LEADER, False, False, True),
        (AUDITOR, False, False, False),
    ],
)
def test_drawing_deploying_and_retiring_are_each_a_right_of_its_own(
    library: Office, login: str, draws: bool, deploys: bool, retires: bool
) -> None:
    actor, files = library.town.person(login), [Sent("a.bpmn", CHANGED)]
    uses = library.engine.library

    assert _allowed(lambda: uses.check(actor, files)) == draws
    assert _allowed(lambda: uses.deploy(actor, files, "x")) == deploys
    assert _allowed(lambda: uses.retire(actor, "first_responder", "x")) == retires
    assert bool(library.desk(login).get("/procedures").every("//a[@href='/procedures/check']")) == draws


def test_nobody_who_is_not_signed_in_sees_the_library(unchanged: Office) -> None:
    assert unchanged.desk(NOBODY).get("/procedures").location.startswith("/login")


def _allowed(use: object) -> bool:
    try:
        use()  # type: ignore[operator]
    except NotAllowed:
        return False
    return True
