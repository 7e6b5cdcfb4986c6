"""Drafts, letters, English and tests that are sent with a diagram; and a test that is red stands in the way."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from sqlalchemy import select

from engine.db.tables import audit_entry
from engine.deployments.packages import BYTES_AT_MOST, FILES_AT_MOST
from engine.deployments.sent import Sent
from engine.errors import DiagramRefused, Refused
from tests.web.modeler import Modeler, basic, served
from tests.web.office import Office
from tests.web.test_library import ANALYST, AUDITOR, BROKEN, CHANGED, OLD, PROCESSES, check, deploy, keep

TESTS = (PROCESSES / "case_referral.tests.yaml").read_bytes()
FIVE_DAYS = OLD.replace(b"working_days(3, discovered_at if", b"working_days(5, discovered_at if", 1)
NOT_RUNNING = OLD.replace(b'isExecutable="true"', b'isExecutable="false"')
LETTER = (PROCESSES / "letters" / "case_referral" / "D07.toml").read_bytes()
LAYOUT = (PROCESSES / "letters" / "layouts" / "letter.typ").read_bytes()


@pytest.fixture
def library(office: Office) -> Office:
    return keep(office)


@pytest.fixture
def port(library: Office) -> Iterator[int]:
    with served(library) as found:
        yield found


def zipped(files: dict[str, bytes]) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return written.getvalue()


def drafted(library: Office, *files: tuple[str, bytes]) -> str:
    """The address of the page of the draft that the files have become."""
    desk = library.desk(ANALYST)
    (carried,) = check(desk, *files).every("//*[@id='keep']//input[@name='carried']/@value")
    return desk.post("/procedures/drafts", {"carried": carried, "note": "等会议定下来"}).location


# --- drafts ---


@pytest.mark.parametrize("content", [NOT_RUNNING, BROKEN, OLD[:5000], CHANGED])
def test_a_draft_is_kept_shown_and_downloaded_byte_for_byte(library: Office, content: bytes) -> None:
    address, desk = drafted(library, ("改.bpmn", content)), library.desk(AUDITOR)

    page = desk.get(address)

    assert page.status == 200
    assert "等会议定下来" in page.words()
    assert desk.get(f"{address}/diagram.bpmn").content == content
    assert desk.get("/procedures").every(f"//*[@id='drafts']//a[@href='{address}']")


def test_a_draft_is_never_started_and_makes_no_version(library: Office) -> None:
    drafted(library, ("新.bpmn", NOT_RUNNING.replace(b'id="case_referral"', b'id="draft_only"')))

    assert library.desk("shenhe.qh").get("/start/draft_only").status == 404
    assert {one.key for one in library.engine.procedures_in_force.versions()} == {
        "case_referral", "dispute_resolution", "first_responder", "technical_assistance"
    }  # fmt: skip
    assert library.town.verify() == []


def test_a_draft_that_is_in_order_is_deployed_from_its_page(library: Office) -> None:
    address, desk = drafted(library, ("改.bpmn", CHANGED)), library.desk(ANALYST)

    assert desk.post(f"{address}/deploy", {"reason": " "}).status == 422
    assert desk.post(f"{address}/deploy", {"reason": "定了"}).location == "/procedures/case_referral/2"
    assert desk.get("/procedures").every("//*[@id='drafts']") == []


def test_a_draft_says_which_tests_of_the_version_before_do_not_hold_any_more(library: Office) -> None:
    address, desk = drafted(library, ("改.bpmn", FIVE_DAYS)), library.desk(ANALYST)

    assert "2026-10-10" in desk.get(address).words("//*[@id='tests']")
    done = desk.post(f"{address}/deploy", {"reason": "定了"})
    assert done.location == "/procedures/case_referral/2"
    assert "按时移送、受理、立案并回告" in desk.get(done.location).words()


@pytest.mark.parametrize("content", [NOT_RUNNING, BROKEN])
def test_a_draft_with_problems_is_not_deployed(library: Office, content: bytes) -> None:
    address, desk = drafted(library, ("改.bpmn", content)), library.desk(ANALYST)

    assert desk.get(address).every("//*[@id='deploy']") == []
    assert desk.post(f"{address}/deploy", {"reason": "定了"}).status == 422
    assert len(library.engine.procedures_in_force.versions("case_referral")) == 1


def test_a_draft_is_dropped_and_in_no_list_any_more(library: Office) -> None:
    address, desk = drafted(library, ("改.bpmn", CHANGED)), library.desk(ANALYST)

    assert desk.post(f"{address}/drop").status == 302
    assert desk.get("/procedures").every("//*[@id='drafts']") == []
    assert desk.post(f"{address}/deploy", {"reason": "x"}).status == 409


def test_all_that_was_sent_with_a_draft_comes_back(library: Office) -> None:
    address = drafted(library, ("改.bpmn", CHANGED), ("D07.toml", LETTER), ("case_referral.tests.yaml", TESTS))

    content = library.desk(ANALYST).get(f"{address}/files.zip").content

    with zipfile.ZipFile(BytesIO(content)) as package:
        assert package.read("改.bpmn") == CHANGED
        assert package.read("D07.toml") == LETTER
        assert package.read("case_referral.tests.yaml") == TESTS


# --- tests ---


def test_a_red_test_stands_in_the_way_and_says_what_was_otherwise(library: Office) -> None:
    desk = library.desk(ANALYST)
    page = check(desk, ("改.bpmn", FIVE_DAYS), ("case_referral.tests.yaml", TESTS))

    assert page.status == 422
    assert "2026-10-10" in page.words("//*[@id='tests']")
    assert page.every("//*[@id='deploy']") == []


def test_tests_of_the_version_before_stand_in_the_way_only_until_the_analyst_says_that_it_is_meant(
    library: Office,
) -> None:
    desk = library.desk(ANALYST)
    page = check(desk, ("改.bpmn", FIVE_DAYS))

    assert page.status == 200
    assert "2026-10-10" in page.words("//*[@id='tests']")
    stopped = deploy(desk, page, reason="五日更合实际")
    assert stopped.status == 422
    assert stopped.every("//*[@id='problem-meant']"), "what to do stands at the tick"
    assert stopped.words("//textarea[@name='reason']") == "五日更合实际"
    assert len(library.engine.procedures_in_force.versions("case_referral")) == 1
    done = deploy(desk, page, meant="yes")
    assert done.location == "/procedures/case_referral/2"
    assert "按时移送、受理、立案并回告" in desk.get(done.location).words(), "told, and never silently"
    assert desk.get("/procedures/case_referral/2/tests.yaml").content == TESTS


def test_tests_that_expect_it_are_sent_along_and_kept_with_the_version(library: Office) -> None:
    desk = library.desk(ANALYST)
    # day 5 after Wednesday 30 September is Tuesday 13 October, with the holidays between
    expected = TESTS.replace(b"{due: 2026-10-10,", b"{due: 2026-10-13,", 1)
    expected = expected[: expected.index("- name: 主要领导没有审批".encode())]

    done = deploy(desk, check(desk, ("改.bpmn", FIVE_DAYS), ("case_referral.tests.yaml", expected)))

    assert done.location == "/procedures/case_referral/2"
    assert "按时移送、受理、立案并回告" in desk.get(done.location).words("//*[@id='tests']")
    assert desk.get("/procedures/case_referral/2/tests.yaml").content == expected


def test_tests_alone_make_a_version(library: Office) -> None:
    desk, fewer = library.desk(ANALYST), TESTS[: TESTS.index("- name: 主要领导没有审批".encode())]

    assert deploy(desk, check(desk, ("a.bpmn", OLD), ("a.tests.yaml", fewer))).location.endswith("/2")
    assert desk.get("/procedures/case_referral/1/tests.yaml").content == TESTS


@pytest.mark.parametrize("tests", [b"", b"tests: 3", b"\xff\xfe", b"tests: [{name: x, start: {}}]"])
def test_tests_that_cannot_be_run_stand_in_the_way(library: Office, tests: bytes) -> None:
    page = check(library.desk(ANALYST), ("a.bpmn", CHANGED), ("a.tests.yaml", tests))

    assert page.status == 422
    assert page.every("//*[@id='deploy']") == []


def test_the_modeler_is_refused_by_a_red_test_that_it_sends(library: Office, port: int) -> None:
    sent = {"case_referral.tests.yaml": TESTS}
    answer = Modeler(port, basic(ANALYST)).deploy("案件移送.bpmn", FIVE_DAYS, forms=sent)

    assert answer.status == 400
    assert answer.json["message"].startswith("ENGINE-09005")
    assert "2026-10-10" in answer.json["message"]
    assert len(library.engine.procedures_in_force.versions("case_referral")) == 1


def test_five_days_instead_of_three_are_in_force_by_one_press_in_the_modeler(library: Office, port: int) -> None:
    answer = Modeler(port, basic(ANALYST)).deploy("案件移送.bpmn", FIVE_DAYS, "改成五日")

    assert answer.status == 200
    assert answer.json["outdatedTests"][0] == "按时移送、受理、立案并回告"
    assert len(library.engine.procedures_in_force.versions("case_referral")) == 2
    with library.engine.database.reading() as tx:
        said = tx.scalars(select(audit_entry.c.content).where(audit_entry.c.kind == "procedure_deployed")).all()
    assert said[-1]["tests_outdated"] == answer.json["outdatedTests"]


# --- letters ---


def test_a_letter_that_is_sent_along_is_in_force_with_the_version(library: Office) -> None:
    desk = library.desk(ANALYST)
    changed = LETTER.replace(b'name = "', 'name = "市级'.encode(), 1)

    page = check(desk, ("a.bpmn", OLD), ("D07.toml", changed))
    deploy(desk, page)

    assert "D07" in page.words("//*[@id='changes']")
    assert "市级" in desk.get("/procedures/case_referral/1").words("//*[@id='letters']")


@pytest.mark.parametrize(
    "wrong",
    [
        b"\xff",
        b"= nothing",
        LETTER.replace(b'layout = "', b'layout = "../../', 1),
        LETTER + b'\n[[paragraphs]]\ntext = "{nothing_says_it}"\n',
        LETTER + b"\n[[paragraphs]]\ntext = \"{open('/etc/passwd')}\"\n",
    ],
)
def test_a_letter_that_is_wrong_is_a_problem_by_its_file(library: Office, wrong: bytes) -> None:
    page = check(library.desk(ANALYST), ("a.bpmn", OLD), ("D07.toml", wrong))

    assert page.status == 422
    assert "D07" in page.words("//*[@id='problems']")


@pytest.mark.parametrize(
    "program",
    [
        b'#import "@preview/example:0.1.0": add\n',
        b'#read("/etc/passwd")\n',
        b"#while true { }\n",
        LAYOUT + b"\n",
    ],
)
def test_a_layout_is_a_program_and_not_taken_from_a_page(library: Office, program: bytes) -> None:
    page = check(library.desk(ANALYST), ("a.bpmn", OLD), ("D07.toml", LETTER + b"\n"), ("letter.typ", program))

    assert page.status == 422
    assert "lianban deploy" in page.words("//*[@id='problems']")


def test_a_layout_that_the_installation_has_may_come_along(library: Office) -> None:
    page = check(library.desk(ANALYST), ("a.bpmn", CHANGED), ("D07.toml", LETTER), ("letter.typ", LAYOUT))

    assert page.status == 200


# --- English ---


def test_english_names_that_are_sent_along_are_what_readers_see(library: Office) -> None:
    desk = library.desk(ANALYST)
    names = json.dumps({"case_referral": {"prepare_materials": "Put the file together"}}).encode()

    deploy(desk, check(desk, ("改.bpmn", CHANGED), ("names.en.json", names)))

    desk.client.set_cookie("lianban_language", "en")
    assert "Put the file together" in desk.get("/procedures/case_referral/2").words("//*[@id='forms']")


@pytest.mark.parametrize("wrong", [b"[]", b"{", b'{"a": 3}', b'{"a": {"b": 3}}', b"[" * 5000])
def test_english_that_cannot_be_read_is_refused(library: Office, wrong: bytes) -> None:
    assert "没有任何改动" in check(library.desk(ANALYST), ("a.bpmn", OLD), ("names.en.json", wrong)).words()


# --- packages ---


def test_a_zip_is_read_as_its_files(library: Office) -> None:
    package = zipped({"p/案件移送.bpmn": CHANGED, "p/letters/case_referral/D07.toml": LETTER, "__MACOSX/x": b"x"})

    page = check(library.desk(ANALYST), ("流程.zip", package))

    assert page.status == 200
    assert len(page.every("//ol[@class='changes']/li")) == 2


@pytest.mark.parametrize(
    "package",
    [
        b"PK\x03\x04",
        b"",
        zipped({"a.bpmn": b"\0" * (BYTES_AT_MOST + 1)}),
        zipped({f"{number}.form": b"" for number in range(FILES_AT_MOST + 1)}),
        zipped({"a.bpmn": OLD, "b.zip": zipped({"c.bpmn": OLD})}),
        zipped({"a.bpmn": OLD, "x/D07.toml": b"1", "y/D07.toml": b"2"}),
        zipped({"a.bpmn": OLD, "run.sh": b"x"}),
    ],
    ids=["torn", "empty", "a bomb", "too many", "a zip in a zip", "one name twice", "something else"],
)
def test_a_package_that_is_no_procedure_is_refused(library: Office, package: bytes) -> None:
    page = check(library.desk(ANALYST), ("流程.zip", package))

    assert page.status == 422
    assert page.every("//*[@id='refused']")


def test_names_in_a_package_lead_nowhere(library: Office) -> None:
    """What is in a package is never written to a disk by the name that it has there."""
    files = [Sent("p.zip", zipped({"../../tmp/evil.bpmn": CHANGED, "/etc/D07.toml": LETTER}))]

    checked = library.engine.library.check(library.town.person(ANALYST), files)

    assert checked.file == "evil.bpmn"
    assert checked.is_clean


def test_what_is_kept_is_refused_as_it_was_sent(library: Office) -> None:
    actor, uses = library.town.person(ANALYST), library.engine.kept_files
    kept = uses.keep_draft(actor, [Sent("a.bpmn", NOT_RUNNING)], "")

    with pytest.raises(DiagramRefused):
        uses.deploy_draft(actor, kept.id, "x")
    with pytest.raises(Refused):
        uses.keep_draft(actor, [Sent("a.txt", b"x")], "")


# --- help ---


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_help_is_served_with_links_that_lead_somewhere(library: Office, language: str) -> None:
    desk = library.desk("shenhe.qh")
    desk.client.set_cookie("lianban_language", language)

    for address in desk.get("/help").every("//main//li/a/@href"):
        page = desk.get(address)
        assert page.status == 200
        for link in page.every("//article//a/@href"):
            if str(link).startswith("/"):
                assert desk.get(str(link).partition("#")[0]).status == 200, link
        for picture in page.every("//article//img/@src"):
            assert desk.get(str(picture)).status == 200, picture


@pytest.mark.parametrize(
    ("language", "title", "ending"), [("zh", "流程图里能画什么", ".zh.svg"), ("en", "What a diagram can hold", ".svg")]
)
def test_what_a_diagram_can_hold_is_told_in_the_language_of_the_reader(
    library: Office, language: str, title: str, ending: str
) -> None:
    desk = library.desk("shenhe.qh")
    desk.client.set_cookie("lianban_language", language)

    page = desk.get("/help/bpmn")

    assert page.every("//h1/text()") == [title]
    pictures = page.every("//article//div[@class='word']//img/@src")
    assert {str(picture).partition(".")[2] for picture in pictures} == {ending[1:]}
    assert page.every("//article//div[@class='word']//a/@href") == pictures
    contents = page.every("//nav[contains(@class, 'contents')]//a/@href")
    assert [str(one)[1:] for one in contents] == page.every("//article//h2/@id | //article//h3/@id")


def test_a_cell_of_a_wide_table_of_help_says_what_it_holds(library: Office) -> None:
    page = library.desk("shenhe.qh").get("/help/bpmn")

    cells = page.every("//td[code = 'userTask'][not(@data-head)]/following-sibling::td/@data-head")
    assert cells == ["图", "作用", "可以放在", "属性"]


def test_a_problem_leads_to_the_page_of_its_rule(library: Office) -> None:
    desk = library.desk(ANALYST)

    (link, *_more) = check(desk, ("改.bpmn", BROKEN)).every("//*[@id='problems']//a[@class='tag']/@href")

    page, _mark, rule = str(link).partition("#")
    assert desk.get(page).every(f"//a[@id='{rule}']")
