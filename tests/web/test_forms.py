"""Forms: every refusal stands at its field with what to do, what was typed stays, and nothing has changed."""

from __future__ import annotations

import pytest

from tests.processes.town import SUMMARY
from tests.web.office import (
    COLLEAGUE,
    DEPUTY,
    HEAD,
    INSPECTOR,
    LEADER,
    LIAISON,
    OFFICER,
    REVIEWER,
    STRANGER,
    Desk,
    Office,
    Page,
)

START = "/start/case_referral"
REFERRAL = {
    "matter_code": "M001",
    "receiving_unit": "ecology",
    "jurisdiction_reason": "职责边界清单第 1 项",
    "discovered_at": "2026-10-08T09:00",
    "jurisdiction_found_at": "2026-10-08T10:00",
    "source": "daily_patrol",
    "case_title": "新近发现的违法行为",
    "violation_summary": SUMMARY,
    "location": "青河镇",
}


def begin(desk: Desk, **changed: str | list[str]) -> Page:
    return desk.post(START, {**REFERRAL, **changed})


def submit(office: Office, login: str, case: str, element: str, **answers: str | list[str]) -> Page:
    return office.desk(login).post(office.task(case, element), answers)


def test_a_referral_that_is_filled_in_well_begins_and_leads_to_its_first_task(office: Office) -> None:
    desk = office.desk(OFFICER)

    begun = begin(desk)
    first = desk.get(begun.location)

    assert begun.status == 302
    assert first.said == "已发起，办件号 YS-2026-0007。"
    assert first.words("//h1") == "整理移送材料：新近发现的违法行为"


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("discovered_at", "2026-10-10T09:00", "晚于现在。请填实际发现的时间。"),
        ("jurisdiction_found_at", "2026-10-09T10:13", "晚于现在。请填实际认定的时间，移送期限从它起算。"),
        ("jurisdiction_found_at", "2026-10-08T08:59", "早于发现时间。请检查这两个时间。"),
        ("jurisdiction_found_at", "昨天上午", "请填写日期和时间，例如 2026-10-09 09:30。"),
        ("jurisdiction_found_at", "1900-01-01T00:00", "年份不对，请检查。"),
        ("receiving_unit", "", "请选择。"),
        ("receiving_unit", "shiqiao", "镇街只能移送市级部门，部门只能移送镇街。请重新选择。"),
        ("receiving_unit", "ecology_inspection", "环境监察科不能选在这里，请重新选择。"),
        ("receiving_unit", "justice_bureau", "市司法局不能选在这里，请重新选择。"),
        ("receiving_unit", "<b>", "没有这个单位，请重新选择。"),
        ("matter_code", "M999", "职责边界清单里没有这一项，请重新选择。"),
        ("source", "hearsay", "请从列出的选项里选择。"),
        ("case_title", "短", "已写 1 字，至少 4 字。"),
        ("violation_summary", "太短了", "已写 3 字，至少 20 字。"),
        ("location", "有\x00看不见的", "这一项里有看不见的特殊字符（U+0000），请删掉重填。"),
    ],
)
def test_what_is_wrong_with_a_field_stands_at_the_field(office: Office, key: str, value: str, sentence: str) -> None:
    refused = begin(office.desk(OFFICER), **{key: value})

    assert refused.status == 422
    assert refused.problem_at(key).startswith(sentence)
    assert refused.every(f"//*[@id='field-{key}']/@aria-invalid") == ["true"]


def test_the_summary_names_every_problem_and_leads_to_its_field(office: Office) -> None:
    refused = begin(office.desk(OFFICER), receiving_unit="", case_title="")

    assert refused.words("//div[@role='alert']/h2") == "还有 2 处要改，改好才能发起"
    assert refused.every("//div[@role='alert']//a/@href") == ["#field-receiving_unit", "#field-case_title"]


def test_a_refused_start_begins_nothing(office: Office) -> None:
    before = office.town.rows()

    begin(office.desk(OFFICER), discovered_at="2026-10-10T09:00")

    signing_in = ("sign_in", "known_browser")
    assert {name: number for name, number in office.town.rows().items() if name not in signing_in} == {
        name: number for name, number in before.items() if name not in signing_in
    }


def test_everything_that_was_typed_stays_in_the_form(office: Office) -> None:
    typed = {
        "party_name": "顺禾 & 合伙人",
        "party_kind": "enterprise",
        "is_ongoing": "true",
        "discovered_at": "2030-01-01T00:00",
    }

    refused = begin(office.desk(OFFICER), **typed)

    assert refused.every("//input[@id='field-party_name']/@value") == ["顺禾 & 合伙人"]
    assert refused.every("//select[@id='field-party_kind']/option[@selected]/@value") == ["enterprise"]
    assert refused.every("//input[@id='field-is_ongoing']/@checked") == ["checked"]
    assert refused.every("//input[@id='field-discovered_at']/@value") == ["2030-01-01T00:00"]
    assert refused.words("//textarea[@id='field-violation_summary']") == SUMMARY


def test_an_internal_body_is_no_sender(office: Office) -> None:
    refused = begin(office.desk(INSPECTOR), receiving_unit="qinghe", sending_body="ecology_inspection")

    assert refused.status == 422
    assert refused.problem_at("sending_body").startswith("不得以内设机构的名义移送，法律法规明确规定的除外。")


def test_an_internal_body_with_an_exception_must_name_the_law(office: Office) -> None:
    body = {"sending_body": "ecology_inspection", "statutory_exception": "true", "receiving_unit": "qinghe"}
    body["matter_code"] = "M002"  # one that the towns enforce

    refused = begin(office.desk(INSPECTOR), **body)
    begun = begin(office.desk(INSPECTOR), **body, legal_citation="某法第十条")

    assert refused.problem_at("legal_citation") == "勾选了法定例外，请写明法律法规的名称和条文。"
    assert begun.status == 302


def test_whoever_works_in_an_internal_body_is_told_in_whose_name_it_goes(office: Office) -> None:
    shown = office.desk(INSPECTOR).get(START)

    assert shown.words("//*[@id='body']") == (
        "你在环境监察科。内设机构不能以自己的名义发起，将以市生态环境局的名义发起。"
    )


def test_a_period_that_has_run_out_before_the_start_asks_for_the_reason(office: Office) -> None:
    late = {"discovered_at": "2026-09-01T09:00", "jurisdiction_found_at": "2026-09-01T10:00"}
    desk = office.desk(OFFICER)

    refused = begin(desk, **late)
    begun = begin(desk, **late, late_reason="交接时漏登")

    assert refused.problem_at("late_reason").startswith("到现在，移送期限已经届满。")
    assert begun.status == 302


def test_a_field_that_the_form_does_not_have_is_refused(office: Office) -> None:
    refused = begin(office.desk(OFFICER), extension_until="2027-01-01")

    assert refused.status == 422
    assert "表单里没有“extension_until”这一项，这次提交没有生效。" in refused.words("//div[@role='alert']")


def test_a_field_that_is_sent_twice_is_refused(office: Office) -> None:
    refused = begin(office.desk(OFFICER), case_title=["事项名称一", "事项名称二"])

    assert refused.problem_at("case_title") == "这一项只能有一个值，请刷新页面后重新填写。"


def test_the_sender_cannot_be_changed(office: Office) -> None:
    refused = begin(office.desk(OFFICER), referring_unit="shiqiao")

    assert refused.status == 422
    assert "这一项不能改动" in refused.words("//div[@role='alert']")


@pytest.mark.parametrize("login", [LEADER, DEPUTY, LIAISON])
def test_only_officers_begin_a_referral(office: Office, login: str) -> None:
    refused = begin(office.desk(login))

    assert (refused.status, refused.said) == (403, "这个流程由镇街、市级部门的承办人发起。")


def test_material_that_is_missing_is_said_at_the_list(office: Office) -> None:
    refused = submit(office, OFFICER, "prepare", "prepare_materials", preparation_outcome="submit")

    assert refused.status == 422
    assert refused.words("//*[@id='problem-referral_materials']").startswith("缺少《基本违法事实书面材料》。")
    assert office.case("prepare").waiting["prepare_materials"] == 1


def test_the_approval_of_a_deputy_is_refused_in_words_that_say_whom_it_takes(office: Office) -> None:
    refused = submit(office, DEPUTY, "approve", "approve_referral", approval_outcome="approve")

    assert refused.status == 403
    assert refused.said == "本环节须由青河镇主要领导（或在任的主持工作的负责人）办理，你是青河镇分管领导。"
    assert office.case("approve").waiting["approve_referral"] == 1


def test_a_deputy_sees_the_task_without_its_form(office: Office) -> None:
    shown = office.desk(DEPUTY).get(office.task("approve", "approve_referral"))

    assert shown.status == 200
    assert shown.every("//form[@id='answers']") == []
    assert "你是青河镇分管领导" in shown.said


def test_whoever_leads_for_the_time_being_approves(office: Office) -> None:
    office.town.leave(LEADER, "qinghe", "principal_leader")
    office.town.appoint(DEPUTY, "qinghe", "acting_principal", until="2026-12-31T00:00")

    approved = submit(office, DEPUTY, "approve", "approve_referral", approval_outcome="approve")

    assert approved.status == 302


def test_sending_back_without_a_word_is_refused_at_the_opinion(office: Office) -> None:
    refused = submit(office, LEADER, "approve", "approve_referral", approval_outcome="return")

    assert refused.problem_at("approval_opinion") == "退回或不予移送，请写明意见。"
    assert refused.every("//input[@name='approval_outcome' and @checked]/@value") == ["return"]


def test_acceptance_asks_for_two_handlers(office: Office) -> None:
    (handler,) = office.town.ids(REVIEWER)

    refused = submit(
        office,
        REVIEWER,
        "review",
        "review_acceptance",
        acceptance_outcome="accept",
        acceptance_handlers=[handler],
        acceptance_opinion="受理。",
    )

    assert refused.problem_at("acceptance_handlers") == "承办人不少于 2 名，还差 1 名。"
    assert refused.every("//input[@name='acceptance_handlers' and @checked]/@value") == [handler]


def test_people_of_another_unit_cannot_be_handlers(office: Office) -> None:
    refused = submit(
        office,
        REVIEWER,
        "review",
        "review_acceptance",
        acceptance_outcome="accept",
        acceptance_handlers=office.town.ids(OFFICER, STRANGER),
        acceptance_opinion="受理。",
    )

    assert refused.problem_at("acceptance_handlers") == "只能选本单位在任的人员，请重新选择。"


def test_an_objection_for_the_delegated_power_alone_is_refused(office: Office) -> None:
    refused = submit(
        office,
        REVIEWER,
        "review",
        "review_acceptance",
        acceptance_outcome="object_jurisdiction",
        objection_grounds=["power_delegated"],
        objection_basis="赋权决定",
        suggested_unit="qinghe",
        acceptance_opinion="不属本单位管辖。",
    )

    assert refused.problem_at("objection_grounds").startswith("不得以行政处罚权已赋予镇街为由消极履行监管职责。")


def extension(office: Office, until: str) -> Page:
    desk = office.desk(OFFICER)
    pressed = desk.post(f"{office.instance('approve')}/press/act_extend")
    answers = {"extension_ground": "verification", "extension_until": until, "extension_reason": "还需要调查核实"}
    return desk.post(pressed.location, answers)


def test_an_extension_within_ten_working_days_is_taken(office: Office) -> None:
    assert extension(office, "2026-10-20").status == 302


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        ("2026-10-21", "最晚可以到 2026-10-20 周二（移送期限自原起算日起最长 10 个工作日）。请选早一些的日期。"),
        ("2026-10-10", "拟移送日期没有超过原来的期限，不需要延长。请选晚一些的日期。"),
        ("2026-10-32", "请填写日期，例如 2026-10-09。"),
        ("", "请选择。"),
    ],
)
def test_an_extension_that_does_not_fit_the_plan_is_refused_at_its_date(
    office: Office, until: str, sentence: str
) -> None:
    refused = extension(office, until)

    assert refused.status == 422
    assert refused.problem_at("extension_until").startswith(sentence)


def test_an_extension_after_the_due_instant_is_refused(office: Office) -> None:
    office.town.at("2026-10-11T00:00")
    refused = office.desk(OFFICER).post(f"{office.instance('approve')}/press/act_extend")

    assert refused.status in (404, 409)
    assert office.case("approve").waiting["request_extension"] == 0


def test_a_button_whose_time_is_over_is_shown_with_its_reason(office: Office) -> None:
    office.case("approve").ask_extension("2026-10-14").answer_extension("approve")

    shown = office.desk(OFFICER).get(office.instance("approve"))
    (button,) = shown.every("//button[normalize-space()='申请延长移送期限']")

    assert button.get("disabled") is not None
    assert shown.words(f"//*[@id='{button.get('aria-describedby')}']") == (
        "申请延长移送期限：移送期限已经延长过一次，不能再延长。"
    )


def test_pressing_a_button_whose_time_is_over_is_refused_with_the_same_reason(office: Office) -> None:
    office.case("approve").ask_extension("2026-10-14").answer_extension("approve")

    refused = office.desk(OFFICER).post(f"{office.instance('approve')}/press/act_extend")

    assert (refused.status, refused.said) == (409, "移送期限已经延长过一次，不能再延长。")


def test_the_second_to_complete_a_task_is_told_who_was_first_and_when(office: Office) -> None:
    task = office.task("approve", "approve_referral")
    first, second = office.desk(LEADER), office.desk(LEADER)
    answers = {"approval_outcome": "approve"}

    done = first.post(task, answers)
    office.town.later(minutes=3)
    refused = second.post(task, answers)

    assert done.status == 302
    assert refused.status == 409
    assert refused.said == "“主要领导审批”已由青河镇 陆原于 10月9日 10:12 办理，你的这次提交没有生效。"


def test_a_task_of_somebody_else_is_refused_with_who_has_it(office: Office) -> None:
    task = office.case("review").task("review_acceptance")
    office.desk(REVIEWER).post("/tasks/claim", {"task": task})

    refused = office.desk("fangsiyuan.hb").post(f"/tasks/{task}", {})

    assert (refused.status, refused.said) == (403, "这项任务已由周砚于 10月9日 10:12 领取，由其办理。")


def test_a_completed_task_says_what_came_of_it(office: Office) -> None:
    desk = office.desk(LEADER)

    done = desk.post(office.task("approve", "approve_referral"), {"approval_outcome": "approve"})

    assert desk.get(done.location).said.startswith("“主要领导审批”已办结：同意移送。现在由")


def test_whoever_has_the_next_task_comes_to_it(office: Office) -> None:
    case = office.case("review").review("accept")

    signed = submit(office, HEAD, "review", "sign_acceptance", signing_outcome="approve")
    opened = submit(office, REVIEWER, "review", "open_case", filing_outcome="file", filing_number="立〔2026〕3 号")

    assert signed.location == f"/instances/{case.number}"
    assert opened.location == office.task("review", "handle_case")


def test_a_violation_that_goes_on_is_stopped_before_it_is_sent(office: Office) -> None:
    case = office.case("ongoing").deliver()
    blocked = office.desk(LIAISON).get("/inbox?q=夜间偷倒垃圾")

    case.stop_violation()

    assert "没有符合条件的" in blocked.said
    assert office.desk(LIAISON).get("/inbox?q=夜间偷倒垃圾").texts("//a[contains(@class, 'row-link')]") == [
        "夜间偷倒垃圾"
    ]


def test_a_draft_is_kept_and_stands_in_the_form_again(office: Office) -> None:
    task = office.task("approve", "approve_referral")
    office.desk(LEADER).post(f"{task}/draft", {"approval_outcome": "return", "approval_opinion": "请补照片"})

    shown = office.desk(LEADER).get(task)

    assert shown.words("//textarea[@id='field-approval_opinion']") == "请补照片"
    assert shown.every("//input[@name='approval_outcome' and @checked]/@value") == ["return"]
    assert shown.words("//*[@data-draft-state]") == "草稿保存于 10-09 10:12"


def test_a_draft_is_its_writers_alone(office: Office) -> None:
    task = office.task("prepare", "prepare_materials")
    office.desk(OFFICER).post(f"{task}/draft", {"preparation_opinion": "我的想法"})

    shown = office.desk(COLLEAGUE).get(task)

    assert "我的想法" not in shown.text


def test_a_draft_of_a_start_is_kept_and_gone_once_it_has_begun(office: Office) -> None:
    desk = office.desk(OFFICER)
    desk.post(f"{START}/draft", {**REFERRAL, "case_title": "写到一半的事项"})
    drafted = desk.get(START).every("//input[@id='field-case_title']/@value")

    begin(desk)

    assert drafted == ["写到一半的事项"]
    assert desk.get(START).every("//input[@id='field-case_title']/@value") == [""]


def test_a_draft_of_a_task_that_is_done_is_refused(office: Office) -> None:
    task = office.task("approve", "approve_referral")
    office.case("approve").approve()

    assert office.desk(LEADER).post(f"{task}/draft", {"approval_opinion": "晚了"}).status == 409


def test_the_page_learns_what_is_asked_and_warned_of_while_it_is_filled_in(office: Office) -> None:
    desk = office.desk(OFFICER)

    plain = desk.post(f"{START}/look", REFERRAL).json
    urgent = desk.post(f"{START}/look", {**REFERRAL, "is_urgent": "true", "is_ongoing": "true"}).json

    assert "urgent_reason" not in plain["shown"]
    assert "urgent_reason" in urgent["shown"]
    assert urgent["warnings"] == {"is_ongoing": "须先责令停止或采取措施制止，并及时告知对方，移送函才能送出。"}


def test_the_page_learns_what_period_would_run(office: Office) -> None:
    desk = office.desk(OFFICER)

    plain = desk.post(f"{START}/look", REFERRAL).json["fragments"]["preview"]
    urgent = desk.post(f"{START}/look", {**REFERRAL, "is_urgent": "true"}).json["fragments"]["preview"]
    empty = desk.post(f"{START}/look", {}).json["fragments"]["preview"]

    assert "10-12 周一 24:00" in plain
    assert "已于 <b>10-09 10:00</b> 届满" in urgent
    assert "填好起算的时间，这里会算出期限。" in empty


def test_a_recommended_period_is_told_beforehand_as_such_under_its_own_name(office: Office) -> None:
    """A24: what the city recommends is no latest day; 协商 is what the record will call it, too."""
    preview = office.desk(OFFICER).post("/start/dispute_resolution/look", {}).json["fragments"]["preview"]

    assert "协商建议期限：建议 <b>10-15 周四 24:00</b> 前办完。" in preview
    assert "最迟" not in preview


@pytest.mark.parametrize("garbage", [{"discovered_at": "\x00"}, {"is_urgent": ["a", "b"]}, {"nothing": "x"}, {"": ""}])
def test_a_half_filled_form_is_never_an_error(office: Office, garbage: dict[str, str]) -> None:
    desk = office.desk(OFFICER)

    assert desk.post(f"{START}/look", garbage).status == 200
    assert desk.post(f"{START}/draft", garbage).status == 200
    assert desk.get(START).status == 200
