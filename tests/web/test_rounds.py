"""A step that comes round again, or answers to another: what its page shows, and what it leaves to be said anew."""

from __future__ import annotations

import pytest

from tests.processes.town import Case, cast_of
from tests.web.office import HEAD, LEADER, OFFICER, REVIEWER, Office, Page


def page_of(office: Office, login: str, case: Case, element: str) -> Page:
    return office.desk(login).get(f"/tasks/{case.task(element)}")


def checked(page: Page) -> list[str]:
    return page.every("//input[@type='radio'][@checked]/@name")


@pytest.fixture
def case(office: Office) -> Case:
    return Case(office.town, office.numbers.review, cast_of("qinghe"), cast_of("ecology"))


def test_a_leader_to_whom_a_referral_comes_back_decides_it_anew(office: Office) -> None:
    case = office.case("approve")
    case.complete("approve_referral", LEADER, approval_outcome="return", approval_opinion="缺勘验笔录。")
    case.submit()

    page = page_of(office, LEADER, case, "approve_referral")

    assert checked(page) == []
    assert page.words("//textarea[@name='approval_opinion']") == ""


def test_a18_who_supplements_reads_first_what_is_wanted(office: Office, case: Case) -> None:
    case.tell("need_supplement", supplement_list="请补充询问笔录。")

    page = page_of(office, OFFICER, case, "supply_supplement")

    assert page.words("//output[@id='field-supplement_list']") == "请补充询问笔录。"


def test_a18_after_the_supplement_the_receiver_counts_and_reviews_anew(office: Office, case: Case) -> None:
    case.tell("need_supplement", acceptance_opinion="材料不全。")
    case.complete("supply_supplement", OFFICER, supplement_note="已补充询问笔录。")
    case.sign_for()

    review = page_of(office, REVIEWER, case, "review_acceptance")
    case.review("accept")
    signing = page_of(office, HEAD, case, "sign_acceptance")

    assert checked(review) == checked(signing) == []
    assert review.words("//textarea[@name='acceptance_opinion']") == ""


def test_r59_who_studies_an_objection_reads_its_grounds_and_cannot_change_them(office: Office, case: Case) -> None:
    case.tell("object_jurisdiction", objection_basis="《城乡规划法》第六十四条")

    page = page_of(office, OFFICER, case, "study_objection")

    assert page.words("//output[@id='field-objection_grounds']") == "不属本单位法定职责"
    assert page.words("//output[@id='field-objection_basis']") == "《城乡规划法》第六十四条"
    assert page.every("//input[@name='objection_grounds']") == []


@pytest.mark.parametrize(
    ("element", "key", "words"),
    [
        ("approve_extension", "extension_reason", "需要进一步调查核实"),
        ("confirm_urgency", "urgency_reason", "邻近水源"),
    ],
)
def test_who_decides_on_a_proposal_reads_it_in_the_form(office: Office, element: str, key: str, words: str) -> None:
    case = office.town.refer(case_title="另一件移送")
    if element == "approve_extension":
        case.ask_extension("2026-10-16")
    else:
        case.raise_urgency()

    assert words in page_of(office, LEADER, case, element).words(f"//output[@id='field-{key}']")


def test_a3_the_jurisdiction_is_taken_to_be_found_with_the_violation_until_somebody_says_otherwise(
    office: Office,
) -> None:
    desk = office.desk(OFFICER)

    seen = desk.post("/start/case_referral/look", {"discovered_at": "2026-10-08T09:00"}).json

    assert seen["follows"] == {"jurisdiction_found_at": "2026-10-08T09:00"}
    assert desk.post("/start/case_referral/look", {}).json["follows"] == {}


def rule_of(office: Office, case: Case) -> str:
    """What the page of the instance says of the first of its periods."""
    return office.desk(OFFICER).get(f"/instances/{case.number}").words("//*[contains(@class, 'rules')]/p")


def test_r57_a_referral_that_became_urgent_names_the_rule_of_the_twenty_four_hours(office: Office) -> None:
    case = office.town.refer(case_title="后来发现情况紧急").raise_urgency()
    case.answer_urgency("confirm")

    assert rule_of(office, case).endswith(
        "10-09 10:12 起算，按小时连续计算，不因休息日顺延。10-09 10:12 因情况紧急已缩短"
        "（R57：情况紧急的，应在24小时内移送有管辖权的一方处理），原届满日 10-13。"
    )


def test_r56_an_extended_referral_names_the_rule_of_the_extension(office: Office) -> None:
    case = office.town.refer(case_title="需要延长的移送")
    case.ask_extension("2026-10-16").answer_extension("approve")

    assert "10-09 10:12 已延长（R56：移送单位因调查核实等客观原因确需延长移送期限的，" in rule_of(office, case)


def test_a18_a_second_supplement_is_not_offered_and_not_taken(office: Office, case: Case) -> None:
    first = page_of(office, REVIEWER, case, "review_acceptance")
    case.tell("need_supplement", acceptance_opinion="材料不全。")
    case.complete("supply_supplement", OFFICER, supplement_note="已补充询问笔录。")
    case.sign_for()

    second = page_of(office, REVIEWER, case, "review_acceptance")

    choices = "//input[@name='acceptance_outcome']/@value"
    assert set(first.every(choices)) - set(second.every(choices)) == {"need_supplement"}
    assert second.words("//textarea[@name='supplement_list']") == ""
    sent = {"acceptance_outcome": "need_supplement", "supplement_list": "请再补充照片。"}
    refused = office.desk(REVIEWER).post(f"/tasks/{case.task('review_acceptance')}", sent)
    assert refused.problem_at("acceptance_outcome").startswith("补正只能要求一次")


def test_what_is_sent_back_comes_with_ones_own_words(office: Office, case: Case) -> None:
    case.review("accept", acceptance_opinion="符合受理条件。", first_step="先行勘验")
    leader, task = office.town.person(HEAD), case.task("sign_acceptance")
    earlier, _ = office.engine.handling.choices(leader, task).earlier[0]
    office.engine.handling.send_back(leader, task, earlier.task_id, "请写明承办人。")

    page = page_of(office, REVIEWER, case, "review_acceptance")

    assert page.every("//input[@name='first_step']/@value") == ["先行勘验"]
