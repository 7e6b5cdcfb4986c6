"""The pages in two languages and two sizes of type: who sees which, and that an English page says nothing in Chinese."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.bpmn.reading.elements import Element
from engine.db.tables import deadline, document, incident, metadata, person
from engine.errors import IncidentRaised
from engine.runtime.documents import issue
from engine.runtime.step.step import Step
from tasks_ui.language import of_browser
from tests.processes.test_advance import break_letters
from tests.web.office import (
    INSPECTOR,
    JUSTICE,
    LEADER,
    LIAISON,
    NOBODY,
    OFFICER,
    REVIEWER,
    SUPERVISION,
    Desk,
    Office,
    Page,
)

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}
HAN = re.compile(r"[\u3400-\u9fff]+")
DATA = (
    "comment",
    "correction",
    "fact",
    "hand_over",
    "letter_version",
    "matter",
    "material",
    "person",
    "process_instance",
    "unit",
)
"""Tables of what people have typed, of units and people, of what the city calls its matters, and of the words of letters."""
TITLES_OF_LETTERS = re.compile(r"(关于移送.+案|涉嫌违法案件)的函")
"""Letters are official, and so is what stands over them."""


def lang(page: Page) -> str:
    return str(page.every("/html/@lang")[0])


def choose(desk: Desk, **chosen: str) -> Page:
    return desk.post("/settings/appearance", {"next": "/instances", **chosen})


# --- who sees which ---


@pytest.mark.parametrize(
    ("accepted", "shown"),
    [("", "zh-CN"), ("zh-CN,en;q=0.5", "zh-CN"), ("en-US,en;q=0.9,zh;q=0.1", "en"), ("fr", "zh-CN")],
)
def test_before_signing_in_the_browser_says_which_language(unchanged_office: Office, accepted: str, shown: str) -> None:
    headers = {"Accept-Language": accepted} if accepted else {}
    assert lang(unchanged_office.desk().get("/login", headers=headers)) == shown


def test_whoever_has_chosen_nothing_has_chinese_pages(unchanged_office: Office) -> None:
    assert lang(unchanged_office.desk(OFFICER).get("/inbox", headers=ENGLISH)) == "zh-CN"


def test_a_language_is_remembered_for_the_person_on_every_browser(office: Office) -> None:
    choose(office.desk(OFFICER), language="en")

    assert lang(office.desk(OFFICER).get("/inbox")) == "en"
    assert lang(office.desk(LEADER).get("/inbox")) == "zh-CN"


def test_before_signing_in_the_browser_remembers_the_language(office: Office) -> None:
    desk = office.desk(NOBODY)
    desk.post("/settings/appearance", {"next": "/login", "language": "en"})

    assert lang(desk.get("/login")) == "en"
    desk.sign_in(OFFICER)
    assert lang(desk.get("/inbox")) == "en"


def test_large_type_is_remembered_for_the_person(office: Office) -> None:
    desk = office.desk(OFFICER)
    choose(desk, large_type="yes")

    assert office.desk(OFFICER).get("/inbox").every("/html/@class") == ["large"]
    choose(desk, large_type="no")
    assert desk.get("/inbox").every("/html/@class") == []


def test_one_choice_leaves_the_other_alone(office: Office) -> None:
    desk = office.desk(OFFICER)
    choose(desk, language="en")
    choose(desk, large_type="yes")

    page = desk.get("/inbox")
    assert (lang(page), page.every("/html/@class")) == ("en", ["large"])


def test_what_is_no_language_and_no_size_changes_nothing(office: Office) -> None:
    choose(office.desk(OFFICER), language="xx", large_type="huge")
    row = office.town.write(lambda tx: tx.execute(select(person).where(person.c.login == OFFICER)).one())
    assert (row.language, row.large_type) == (None, None)


def test_a_switch_comes_back_to_its_page_and_never_goes_elsewhere(office: Office) -> None:
    desk = office.desk(OFFICER)
    page = desk.get("/instances?state=running")
    assert set(page.every("//form[contains(@class, 'prefs')]//input[@name='next']/@value")) == {
        "/instances?state=running"
    }

    assert choose(desk, language="en").location == "/instances"
    for target in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "elsewhere"):
        assert choose(desk, next=target).location == "/inbox"


def test_a_switch_on_a_refused_form_comes_back_to_what_the_form_is_about(office: Office) -> None:
    task = office.task("prepare", "prepare_materials")
    refused = office.desk(OFFICER).post(f"{task}/material", {"kind": ""})

    assert refused.status == 422
    assert set(refused.every("//form[contains(@class, 'prefs')]//input[@name='next']/@value")) == {task}


def test_the_switches_are_named_buttons_that_say_what_is_on(unchanged_office: Office) -> None:
    page = unchanged_office.desk(OFFICER).get("/inbox")
    for group, names in (("语言", ["中文", "English"]), ("字号", ["标准", "大字版"])):
        (first, _on_a_phone) = page.every(f"//form//*[@role='group' and @aria-label='{group}']")
        buttons = first.xpath("./button[@type='submit']")
        assert [button.text.strip() for button in buttons] == names
        assert [button.get("aria-pressed") for button in buttons] == ["true", "false"]


# --- English pages ---

PAGES = {
    "login": (NOBODY, "/login"),
    "tasks": (OFFICER, "/inbox"),
    "unclaimed": (REVIEWER, "/inbox?tab=unclaimed"),
    "done": (OFFICER, "/inbox?tab=done"),
    "started": (OFFICER, "/inbox?tab=started"),
    "copied": (OFFICER, "/inbox?tab=copied"),
    "procedures": (OFFICER, "/start"),
    "start": (OFFICER, "/start/case_referral"),
    "nothing to start": (REVIEWER, "/start"),
    "prepare": (OFFICER, "task prepare prepare_materials"),
    "review": (REVIEWER, "task review review_acceptance"),
    "approve": (LEADER, "task approve approve_referral"),
    "transfer": (OFFICER, "task prepare prepare_materials /handle/transfer"),
    "delegate": (OFFICER, "task prepare prepare_materials /handle/delegate"),
    "cases": (LIAISON, "/instances"),
    "no case": (LIAISON, "/instances?q=zzz"),
    "case": (OFFICER, "instance review"),
    "overdue case": (INSPECTOR, "instance over"),
    "closed case": (JUSTICE, "instance closed"),
    "duties": (JUSTICE, "/duties"),
    "supervision": (SUPERVISION, "/supervision"),
    "sending": (SUPERVISION, "/supervision/notices"),
    "messages": (OFFICER, "/messages?tab=all"),
    "settings": (OFFICER, "/settings/notices"),
    "password": (OFFICER, "/account/password"),
    "nothing there": (OFFICER, "/no-such-page"),
}


def address(office: Office, where: str) -> str:
    kind, *rest = where.split(" ")
    if kind == "task":
        return office.task(*rest[:2]) + "".join(rest[2:])
    return office.instance(rest[0]) if kind == "instance" else where


@pytest.fixture(scope="module")
def data(unchanged_office: Office) -> str:
    """What has no other language: what people typed, names of units and people, the city's own data, words of letters.

    Names that are drawn and labels of forms are no data, and neither is what the engine says.
    """
    office = unchanged_office
    texts: list[str] = []
    with office.engine.database.reading() as tx:
        for table in (metadata.tables[name] for name in DATA):
            texts += [str(value) for row in tx.execute(select(table)) for value in row]
        texts += [str(words) for words in tx.scalars(select(document.c.data)) if words]
        texts += [basis for period in tx.scalars(select(deadline.c.basis)) if (basis := period)]
    texts += [path.read_text("utf-8") for path in (ROOT / "processes").rglob("*.toml")]
    written = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), "\n".join(texts))
    return unescape(written)


def shown(page: Page) -> str:
    """What a reader sees or hears; what names itself in its own language is left out."""
    for element in page.every("//button[@name='language'] | //script | //style"):
        element.drop_tree() if element.tail else element.getparent().remove(element)
    heard = page.every(
        "//@aria-label | //@title | //@placeholder | //@alt | //@*[starts-with(name(), 'data-')] | //title/text()"
    )
    return "\n".join([*page.every("//body//text()"), *map(str, heard)])


@pytest.mark.parametrize("name", PAGES)
def test_an_english_page_says_nothing_in_chinese_but_data(unchanged_office: Office, data: str, name: str) -> None:
    login, where = PAGES[name]
    desk = unchanged_office.desk(login)
    desk.client.set_cookie("lianban_language", "en")

    page = desk.get(address(unchanged_office, where))

    assert lang(page) == "en"
    strange = {run for run in HAN.findall(shown(page)) if run not in data and not TITLES_OF_LETTERS.fullmatch(run)}
    assert strange == set()


@pytest.mark.parametrize("name", PAGES)
def test_a_chinese_page_is_chinese(unchanged_office: Office, name: str) -> None:
    login, where = PAGES[name]
    page = unchanged_office.desk(login).get(address(unchanged_office, where))

    assert lang(page) == "zh-CN"
    assert not re.findall(r"[A-Za-z]+ [a-z]+ [a-z]+", page.words("//body"))


def test_names_that_are_drawn_are_english_on_english_pages(office: Office) -> None:
    desk = office.desk(REVIEWER)
    choose(desk, language="en")

    page = desk.get(office.task("review", "review_acceptance"))
    assert page.words("//h1").startswith("Review for acceptance: ")


def test_what_was_done_is_said_in_english_on_english_pages(office: Office) -> None:
    desk = office.desk(LEADER)
    choose(desk, language="en")

    sent = desk.post(office.task("approve", "approve_referral"), {"approval_outcome": "approve"})

    assert desk.get(sent.location).said.startswith("'Decide on the referral' is complete: Approve the referral. Now: ")


def test_dates_and_counts_read_as_english_does(office: Office) -> None:
    desk = office.desk(REVIEWER)
    choose(desk, language="en")

    page = desk.get(office.task("review", "review_acceptance"))
    assert page.words("//*[@class='when']") == "2 working days left see how it is counted until the end of Mon 12 Oct"
    assert "5 working days in all" in page.words("//*[@class='bigdue']")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "本环节须由青河镇主要领导（或在任的主持工作的负责人）办理，你是青河镇承办人。"),
        (
            "en",
            "This step is for the principal leader (or the acting principal at present) of 青河镇. "
            "You are acting as case officer of 青河镇.",
        ),
    ],
)
def test_whose_step_it_is_is_explained_in_the_reader_s_language(office: Office, language: str, said: str) -> None:
    desk = office.desk(OFFICER)
    choose(desk, language=language)

    assert said in desk.get(office.task("approve", "approve_referral")).said


@pytest.mark.parametrize(
    ("cookies", "accepted", "spoken"),
    [
        ("", "", "zh"),
        ("", "en-GB,en;q=0.9", "en"),
        ("", "fr,zh;q=0.5,en;q=0.1", "zh"),
        ("a=b; lianban_language=en", "zh-CN", "en"),
        ("lianban_language=zh", "en", "zh"),
        ("lianban_language=xx", "en", "en"),
    ],
)
def test_what_is_refused_before_it_is_read_is_refused_in_the_browser_s_language(
    cookies: str, accepted: str, spoken: str
) -> None:
    assert of_browser(cookies, accepted) == spoken


# --- what the engine says, told once and read by everybody in their own language ---


def test_a_refusal_is_read_by_each_in_their_own_language(office: Office) -> None:
    task, desk = office.task("prepare", "prepare_materials"), office.desk(OFFICER)
    office.case("prepare").submit()
    desk.post(f"{task}/take-back")

    assert desk.post(f"{task}/take-back").said == "这次办结已经撤回了。"
    choose(desk, language="en")
    assert desk.post(f"{task}/take-back").said == "This completion has already been undone."


def test_a_problem_at_a_field_is_read_by_each_in_their_own_language(office: Office) -> None:
    page, desk = office.instance("review"), office.desk(OFFICER)

    assert "请填写。" in desk.post(f"{page}/comments", {"text": ""}).words("//body")
    choose(desk, language="en")
    assert "Fill this in." in desk.post(f"{page}/comments", {"text": ""}).words("//body")


def test_a_notice_is_read_by_each_in_their_own_language(office: Office) -> None:
    """Whoever caused it had Chinese pages."""
    office.case("prepare").submit()
    desk = office.desk(LEADER)

    assert "“主要领导审批”轮到你的岗位办理。" in desk.get("/messages?tab=all").words("//main")
    choose(desk, language="en")
    english = desk.get("/messages?tab=all").words("//main")
    assert "'Decide on the referral' is waiting for your post." in english
    assert "轮到你的岗位办理" not in english


def test_a_fault_is_read_by_each_in_their_own_language(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever met it had Chinese pages; the record keeps the message, and its Chinese beside it."""

    def without_a_unit(step: Step, element: Element) -> None:
        issue._unit(step, element, "nowhere")

    case = office.case("prepare").submit()
    with monkeypatch.context() as broken:
        break_letters(broken, without_a_unit)
        with pytest.raises(IncidentRaised, match="文书没有发文或收文单位。"):
            case.approve()
    desk = office.desk(OFFICER)

    assert "文书没有发文或收文单位。" in desk.get(office.instance("prepare")).words("//main")
    choose(desk, language="en")
    english = desk.get(office.instance("prepare")).words("//main")
    assert english.count("The document has no sending or no receiving unit.") == 2
    assert "文书没有发文或收文单位" not in english
    kept = office.town.read(lambda tx: tx.execute(select(incident.c.message, incident.c.said)).one())
    assert kept.message == "文书没有发文或收文单位。"
    assert kept.said == {"message": "The document has no sending or no receiving unit."}


def test_a_retired_procedure_is_refused_to_each_reader_in_their_language(office: Office) -> None:
    office.engine.procedures_in_force.retire("first_responder", "test", "停用试一试")
    desk = office.desk(OFFICER)

    assert "已经停用，不能再发起；已经在办的照常办理。" in desk.get("/start/first_responder").words()
    choose(desk, language="en")
    assert "has been retired and cannot be started. Open cases go on." in desk.get("/start/first_responder").words()
