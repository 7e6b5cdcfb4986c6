"""What first responsibility asks of whom, and until when; every way through it is walked in `test_paths.py`."""

from __future__ import annotations

import pytest

from engine.clock import local
from engine.errors import AlreadyDone, InvalidValues, NotAllowed, Refused
from engine.messages import speaking
from tests.papers.papers import paper_of
from tests.processes.complaint import CONTACT, INFORMANT, SUPERVISOR, receive, switch_on
from tests.processes.paths.first_responder import checking, forwarded, registered
from tests.processes.town import MORNING, Paper, Town, at, problems

# --- who is asked, and when ---


def test_the_first_unit_is_responsible_from_registration(town: Town) -> None:
    """R60: whoever receives it first accepts it; the person is told in writing."""
    complaint = receive(town, at=MORNING)
    assert complaint.number.startswith("SW-2026-")
    assert complaint.asked("register_intake") == ("qinghe", {"liaison", "case_officer"})

    complaint.register()

    facts = complaint.facts()
    assert (facts["responsible_unit"], facts["applied_rule"]) == ("qinghe", "首问负责制（赋权事项）")
    assert complaint.documents() == [Paper("D11", "qinghe", "qinghe", copy=False)]
    assert complaint.asked("judge_competence") == ("qinghe", {"case_officer"})


@pytest.mark.parametrize("informant", ["named", "anonymous"])
def test_r60_the_first_unit_keeps_a_register_sheet_of_every_complaint(plain_town: Town, informant: str) -> None:
    complaint = receive(plain_town, at=MORNING, informant_kind=informant).register()

    assert complaint.filed() == ["D11"]


def test_a_matter_that_is_not_empowered_goes_by_the_rules_of_its_channel(plain_town: Town) -> None:
    """R60: a warning, not a refusal; the same steps follow."""
    complaint = receive(plain_town, at=MORNING, matter_code="M001").register()

    assert complaint.facts()["applied_rule"] == "渠道规定（非赋权事项）"
    assert complaint.waiting == {"judge_competence": 1}


@pytest.mark.parametrize("login", ["linxiaoman.qh", "shenhe.qh", "luoyinuo.hb", "zhouyan.hb"])
def test_a_liaison_or_an_officer_registers_it(plain_town: Town, login: str) -> None:
    assert receive(plain_town, login, at=MORNING).waiting == {"register_intake": 1}


@pytest.mark.parametrize("login", ["luyuan.qh", "chengyu.sf", SUPERVISOR])
def test_others_do_not(plain_town: Town, login: str) -> None:
    with pytest.raises(NotAllowed, match="发起"):
        receive(plain_town, login, at=MORNING)


def test_a_report_about_the_unit_s_own_staff_is_not_taken_here(plain_town: Town) -> None:
    plain_town.at(MORNING)
    before = plain_town.rows()

    with pytest.raises(InvalidValues) as refused:
        receive(plain_town, about_own_staff=True)

    assert "纪检监察机构" in refused.value.problems["about_own_staff"]
    assert plain_town.rows() == before


@pytest.mark.parametrize(
    ("key", "text"), [("case_title", f"{INFORMANT}举报排污"), ("complaint_content", f"来电 {CONTACT}，称院内排黑水。")]
)
def test_what_others_will_read_does_not_say_who_the_informant_is(plain_town: Town, key: str, text: str) -> None:
    with pytest.raises(InvalidValues) as refused:
        receive(plain_town, at=MORNING, **{key: text})

    assert "应当保密的内容" in refused.value.problems[key]


def test_an_ongoing_violation_is_stopped_before_anything_is_decided(town: Town) -> None:
    complaint = registered(town, is_ongoing=True)
    assert complaint.waiting == {"stop_violation": 1}

    complaint.stop_violation()

    assert complaint.waiting == {"judge_competence": 1}


# --- redirection takes two consents (R61, scenario 15) ---


def test_without_the_leader_nobody_is_asked_for_consent(town: Town) -> None:
    """R61: "clearly" is for the officer and the leader to say; without it the first unit works on."""
    complaint = registered(town).judge("not_ours")
    assert complaint.asked("confirm_not_ours") == ("qinghe", {"deputy_leader", "principal_leader"})
    assert "answer_consent" not in complaint.waiting

    complaint.confirm_not_ours("keep")

    assert complaint.waiting == {"check_complaint": 1}
    assert "D12" not in {paper.code for paper in complaint.documents()}


def test_consent_releases_the_first_unit_and_the_person_is_told_where_to_apply(town: Town) -> None:
    complaint = registered(town).ask_consent()
    assert complaint.asked("answer_consent") == ("ecology", {"deputy_leader", "principal_leader"})
    assert complaint.facts()["responsible_unit"] == "qinghe"

    complaint.answer_consent("consent")
    assert (complaint.status, complaint.waiting) == ("running", {"tell_informant": 1})
    complaint.tell_informant()

    assert complaint.result == "redirected"
    assert complaint.facts()["responsible_unit"] == "ecology"
    assert complaint.documents()[1:] == [
        Paper("D12", "qinghe", "ecology", copy=False),
        Paper("D12", "ecology", "qinghe", copy=False),
        Paper("D13", "qinghe", "qinghe", copy=False),
        Paper("D23", "qinghe", "ecology", copy=True),
    ]


def test_an_answer_one_second_before_the_limit_counts(town: Town) -> None:
    """R61: one working day from 2026-09-30 ends with 2026-10-08, the first day after the holiday."""
    complaint = registered(town).ask_consent()
    assert local(complaint.deadline("consent").due_at) == local(at("2026-10-09T00:00"))

    town.at("2026-10-08T23:59:59")
    complaint.answer_consent("consent")

    assert complaint.waiting == {"tell_informant": 1}


@pytest.mark.parametrize("worker", ["awake", "asleep"])
def test_silence_is_not_consent(town: Town, worker: str) -> None:
    """R61: at the limit the answer no longer counts, also when the worker has not run since."""
    complaint = registered(town).ask_consent()
    task = complaint.task("answer_consent")
    town.at("2026-10-09T00:00") if worker == "awake" else town.asleep_until("2026-10-09T00:00")

    with pytest.raises((AlreadyDone, Refused)):
        complaint.answer_consent("consent")
    town.tick()

    assert complaint.task("answer_consent") == task
    assert complaint.waiting == {"decide_handling": 1}
    assert complaint.asked("decide_handling") == ("qinghe", {"deputy_leader", "principal_leader"})
    assert complaint.facts()["consent_result"] == "no_consent"
    assert complaint.facts()["responsible_unit"] == "qinghe"


# --- a dispute does not stop the work (R62, A31, scenario 16) ---


def test_the_first_unit_works_on_while_the_supervision_bureau_coordinates(town: Town) -> None:
    complaint = registered(town).dispute()
    assert complaint.waiting == {"check_complaint": 1, "coordinate_duty": 1}
    assert complaint.asked("coordinate_duty") == ("supervision_bureau", {"case_officer"})
    assert complaint.asked("check_complaint") == ("qinghe", {"case_officer"})
    period = complaint.deadline("coordination")
    assert (period.hard, local(period.due_at)) == (False, local(at("2026-10-11T00:00")))

    complaint.check("penalty_needed_own")
    assert complaint.waiting == {"coordinate_duty": 1}
    complaint.coordinate("qinghe")

    assert complaint.waiting == {"file_own_case": 1}
    assert Paper("D17", "supervision_bureau", "ecology", copy=False) in complaint.documents()


def test_who_found_no_violation_answers_without_waiting_for_the_dispute(town: Town) -> None:
    complaint = registered(town).dispute().check("no_violation").reply_directly()

    assert complaint.result == "answered_no_violation"
    assert complaint.tasks("lapsed") == {"coordinate_duty": 1}
    assert problems(complaint) == []


def test_r62_r66a_who_answers_is_not_who_punishes_and_a_third_units_violation_is_referred_to_it(town: Town) -> None:
    """The bureau names the first unit; its officer finds that neither of the two punishes this."""
    complaint = registered(town).dispute().coordinate("qinghe").check("to_refer_violation", refer_unit="market")

    facts = complaint.referral().facts()
    assert (facts["receiving_unit"], facts["jurisdiction_reason"]) == ("market", "职责边界清单第 1 项")
    assert "file_own_case" not in complaint.waiting
    assert complaint.facts()["responsible_unit"] == "market"


def test_r62_what_the_bureau_has_given_the_first_unit_does_not_go_back_to_the_side_it_decided_for(town: Town) -> None:
    complaint = registered(town).dispute().coordinate("qinghe").check("to_refer_violation")

    assert complaint.waiting == {"file_own_case": 1}


def test_a21_r62_a_complaint_that_is_another_towns_is_handed_to_it_and_no_case_is_referred(town: Town) -> None:
    """The bureau's ruling stands in for the consent: the person is told where to go, the file is copied."""
    complaint = registered(town).asking("liulin").dispute().hand_over()
    assert complaint.waiting == {"check_complaint": 1, "tell_informant": 1}
    assert complaint.facts()["responsible_unit"] == "qinghe"

    complaint.tell_informant()

    assert (complaint.result, complaint.facts()["responsible_unit"]) == ("redirected", "liulin")
    assert complaint.called() == []
    told = str(paper_of(complaint, "D13").data).replace(" ", "")
    assert "经市行政执法监督局协调" in told
    assert "柳林镇政务大厅" in told
    assert "同意" not in told
    assert {paper.to_unit for paper in complaint.documents() if paper.code in ("D17", "D23")} == {"qinghe", "liulin"}


def test_a21_two_towns_are_never_sent_into_a_duty_dispute(town: Town) -> None:
    complaint = registered(town).asking("liulin").dispute()

    with pytest.raises(InvalidValues) as refused:
        complaint.coordinate(None)

    assert refused.value.problems["duty_outcome"].startswith("镇街之间、部门之间的，不转入职责分工争议协调。")
    assert complaint.called() == []


def test_a21_a_city_that_lets_towns_refer_to_each_other_has_it_referred_or_disputed(town: Town) -> None:
    switch_on(town, "referral.allow_same_kind")
    referred = registered(town).asking("liulin").dispute().check("penalty_needed_own").coordinate("liulin")
    disputed = registered(town).asking("liulin").dispute().coordinate(None)

    assert referred.referral().facts()["receiving_unit"] == "liulin"
    assert disputed.called_dispute().facts()["party_b"] == "liulin"


def test_r62_the_bureau_decides_between_the_two_that_it_hears(town: Town) -> None:
    complaint = registered(town).dispute()

    with pytest.raises(InvalidValues) as refused:
        complaint.coordinate("market")

    assert list(refused.value.problems) == ["coordinated_unit"]


def test_r16_a_case_that_is_not_opened_does_not_end_as_a_violation_that_was_punished(town: Town) -> None:
    complaint = checking(town).check("penalty_needed_own").file_own_case("not_file").reply()

    assert complaint.result == "not_filed"


def test_a_violation_that_is_found_to_belong_to_the_other_side_is_referred_there(town: Town) -> None:
    complaint = registered(town).dispute().coordinate("ecology").check("penalty_needed_own")

    facts = complaint.referral().facts()
    assert (facts["referring_unit"], facts["receiving_unit"]) == ("qinghe", "ecology")
    assert facts["jurisdiction_reason"] == "职责边界清单第 1 项"


def test_what_the_bureau_cannot_settle_goes_on_as_a_duty_dispute_with_its_note(town: Town) -> None:
    """R62, R71: the note reaches the justice bureau; the first unit's check is still open."""
    complaint = registered(town).dispute().coordinate(None)

    dispute = complaint.called_dispute()
    assert complaint.waiting == {"check_complaint": 1}
    assert dispute.facts()["supervision_note"] == "听取双方意见，核对了清单。"
    shown = town.act(lambda engine: engine.instances.instance(town.person("chengyu.sf"), dispute.number))
    assert "听取双方意见，核对了清单。" in {entry.words for section in shown.sections for entry in section.entries}


def test_a_dispute_that_ends_without_a_competent_unit_leaves_the_first_unit_responsible(town: Town) -> None:
    complaint = registered(town).dispute().check("penalty_needed_own").coordinate(None)

    complaint.called_dispute().dispose().state_position().apply().review("not_accept")

    assert complaint.waiting == {"file_own_case": 1}
    assert complaint.facts()["responsible_unit"] == "qinghe"


# --- what the check finds (R64-R66, scenario 17) ---


def test_no_violation_is_answered_directly(town: Town) -> None:
    complaint = checking(town)
    period = complaint.deadline("prelim")
    assert (period.hard, local(period.due_at)) == (False, local(at("2026-10-14T00:00")))

    complaint.check("no_violation").reply_directly()

    assert (complaint.result, complaint.documents()[-1]) == (
        "answered_no_violation",
        Paper("D13", "qinghe", "qinghe", copy=False),
    )


def test_the_units_of_a_complaint_are_called_what_the_forms_call_them(plain_town: Town) -> None:
    complaint = registered(plain_town).ask_consent()

    view = plain_town.engine.instances.instance(plain_town.person("helan.hb"), complaint.number)

    assert [str(name) for name, _ in view.parties] == ["首问单位", "受移送方"]


def test_the_other_side_has_no_link_to_a_paper_that_it_may_not_open(plain_town: Town) -> None:
    complaint = registered(plain_town).ask_consent()
    steps = {
        login: {
            str(line.name): line.document_id
            for line in plain_town.engine.instances.instance(plain_town.person(login), complaint.number).steps
        }
        for login in ("helan.hb", "shenhe.qh")
    }

    assert steps["shenhe.qh"]["送达受理告知书"] is not None
    assert steps["helan.hb"]["送达受理告知书"] is None
    assert steps["helan.hb"]["送达征求受移送方意见函"] is not None


def test_a_petition_s_extended_period_still_counts_natural_days(plain_town: Town) -> None:
    """信访工作条例, article 34: sixty days and thirty more, not so many working days."""
    complaint = forwarded(plain_town).ask_extension("2027-01-07").answer_extension("approve")

    record = complaint.deadline("channel")

    assert (record.kind, record.number, local(record.due_at).isoformat()) == (
        "natural_days",
        90,
        "2027-01-08T00:00:00+08:00",
    )


def test_an_anonymous_informant_is_not_written_to(town: Town) -> None:
    complaint = checking(town, informant_kind="anonymous").check("no_violation").reply_directly()

    assert complaint.documents() == []
    assert complaint.facts()["direct_closure_note"] == "匿名举报，已核实处理。"


@pytest.mark.parametrize(
    ("answers", "source"),
    [
        ({}, "report"),
        ({"complaint_kind": "complaint"}, "complaint"),
        ({"complaint_kind": "petition", "channel": "petition_office"}, "petition"),
        ({"channel": "hotline_12345"}, "hotline_12345"),
    ],
)
def test_a_violation_is_referred_from_the_conclusion_on(town: Town, answers: dict[str, str], source: str) -> None:
    """R66, R55: the referral's three working days run from the conclusion, and the informant stays unnamed."""
    complaint = checking(town, **answers)
    town.at("2026-10-09T15:00")

    complaint.check("to_refer_violation")

    referral = complaint.referral()
    facts = referral.facts()
    assert facts["source"] == source
    assert facts["jurisdiction_found_at"] == at("2026-10-09T15:00")
    assert local(referral.deadline("referral").due_at) == local(at("2026-10-14T00:00"))
    assert facts.get("informant_identity") is None
    assert INFORMANT not in str(facts)


def test_the_result_of_the_referral_is_brought_back_for_the_reply(town: Town) -> None:
    complaint = checking(town).check("to_refer_violation")
    complaint.referral().deliver().accept().file().handle().report()

    facts = complaint.facts()
    assert (facts["referral_result_kind"], facts["referral_result_summary"]) == ("ordered_to_correct", "当事人已改正。")
    assert complaint.reply().result == "referred_and_answered"


def test_a_violation_that_was_stopped_is_not_handed_over_as_ongoing(town: Town) -> None:
    stopped = registered(town, is_ongoing=True).stop_violation().judge().check("to_refer_violation").referral()
    goes_on = (
        registered(town, is_ongoing=True).stop_violation("continuing").judge().check("to_refer_violation").referral()
    )

    assert stopped.waiting == {"prepare_materials": 1}
    assert goes_on.waiting == {"prepare_materials": 1, "stop_violation": 1}


def test_a_management_issue_is_acknowledged_within_five_working_days(town: Town) -> None:
    """A15; A36: the deputy's approval is enough."""
    complaint = checking(town).check("mainly_management").prepare_management()
    assert complaint.asked("approve_management") == ("qinghe", {"deputy_leader", "principal_leader"})

    complaint.approve_management()

    assert complaint.asked("acknowledge_management") == ("housing", {"liaison"})
    period = complaint.deadline("management")
    assert (period.hard, local(period.due_at)) == (False, local(at("2026-10-14T00:00")))
    assert complaint.documents()[-1] == Paper("D14", "qinghe", "housing", copy=False)


def test_both_parts_of_a_mixed_conclusion_are_handled_before_the_reply(town: Town) -> None:
    complaint = checking(town).check("mixed", violation_part="refer")
    complaint.transfer_management()
    assert complaint.waiting == {}

    complaint.referral().deliver().accept().file().handle().report()

    assert complaint.waiting == {"reply_informant": 1}


def test_a_referral_is_to_the_other_kind_of_unit(plain_town: Town) -> None:
    complaint = checking(plain_town)

    with pytest.raises(InvalidValues) as refused:
        complaint.check("to_refer_violation", refer_unit="shiqiao")

    assert "镇街只能移送市级部门" in refused.value.problems["refer_unit"]


def test_whether_it_was_withdrawn_does_not_matter_when_a_violation_is_suspected(town: Town) -> None:
    complaint = checking(town).ask_to_withdraw("check_on")

    assert complaint.waiting == {"check_complaint": 1}
    assert complaint.buttons("linxiaoman.qh") == {"act_request": ""}


# --- limits of the channels are off until the city switches them on ---


@pytest.mark.parametrize(
    "answers", [{"complaint_kind": "petition", "channel": "petition_office"}, {"channel": "hotline_12345"}]
)
def test_no_channel_has_a_hard_period_by_itself(plain_town: Town, answers: dict[str, str]) -> None:
    complaint = checking(plain_town, **answers)

    assert {period.key for period in complaint.deadlines()} == {"intake", "prelim"}
    assert not any(period.hard for period in complaint.deadlines())


def test_a_petition_is_told_in_15_days_and_answered_in_60_and_30_more(town: Town) -> None:
    """信访工作条例, articles 23 and 34; the holiday rolls an end on."""
    switch_on(town, "channel.xinfang")
    complaint = receive(town, at="2026-10-09T09:30", complaint_kind="petition", channel="petition_office")
    notice = complaint.deadline("petition_notice")
    assert (notice.hard, local(notice.due_at)) == (True, local(at("2026-10-27T00:00")))

    complaint.register().judge()
    assert complaint.deadline("petition_notice").status == "met"
    assert local(complaint.deadline("channel").due_at) == local(at("2026-12-09T00:00"))
    with pytest.raises(InvalidValues) as refused:
        complaint.ask_extension("2027-01-20")
    assert "最晚可以到 2027-01-07" in refused.value.problems["petition_extension_until"]
    complaint.complete(
        "request_petition_extension",
        "shenhe.qh",
        petition_extension_until="2027-01-06",
        petition_extension_reason="须等待检测报告。",
    )
    complaint.answer_extension("approve")

    assert local(complaint.deadline("channel").due_at) == local(at("2027-01-07T00:00"))
    assert "已经延长过一次" in complaint.buttons("shenhe.qh")["act_extend"]
    complaint.check("no_violation").reply_directly()
    assert complaint.deadline("channel").status == "met"


def test_a_hotline_order_has_five_working_days(town: Town) -> None:
    switch_on(town, "channel.hotline12345")
    complaint = checking(town, channel="hotline_12345")

    period = complaint.deadline("channel")
    assert (period.hard, local(period.due_at)) == (True, local(at("2026-10-14T00:00")))
    town.at("2026-10-14T00:00")
    assert complaint.deadline("channel").status == "overdue"


# --- the same complaint twice (R60) ---


def warned(town: Town, by: str = "shiyifan.sq", **answers: object) -> str:
    """What the start form says of the place while another unit fills it in."""
    given = {
        "received_at": f"{local(town.now):%Y-%m-%dT%H:%M}",
        "matter_code": "M002",
        "location": "青河镇河湾村 二组18号院",
        "party_name": "顺禾再生资源站",
        **answers,
    }
    raw = {key: [str(value)] if value else [] for key, value in given.items()}
    look = town.act(lambda engine: engine.instances.look_at_beginning(town.person(by), "first_responder", raw))
    return look.warnings.get("location", "")


def test_who_registers_the_same_again_is_told_who_was_first(town_on_each_database: Town) -> None:
    town = town_on_each_database
    first = receive(town, at=MORNING)

    later, earlier = warned(town), warned(town, received_at="2026-09-30T08:00")

    assert f"{first.number}（青河镇，9月30日 09:30 收到，收到在先）" in later, (
        "at one instant the record made first is first"
    )
    assert "收到在后" in earlier
    assert receive(town, "shiyifan.sq").waiting == {"register_intake": 1}, "each informant is still answered"


def test_who_was_first_is_told_in_the_reader_s_language(town: Town) -> None:
    first = receive(town, at=MORNING)

    with speaking("en"):
        said = warned(town)

    assert said.startswith("The same matter at the same place was registered within the last 30 days: ")
    assert f"{first.number} (青河镇 received it on 30 Sep 09:30, earlier). The unit that received it first" in said


@pytest.mark.parametrize(
    ("answers", "hints"),
    [
        ({"party_name": ""}, True),
        ({"party_name": "另一家"}, False),
        ({"location": "青河镇河湾村三组"}, False),
        ({"matter_code": "M005"}, False),
        ({"matter_code": ""}, True),
        ({"matter_code": "", "party_name": ""}, False),
        ({"received_at": "2026-10-30T09:00"}, True),
        ({"received_at": "2026-10-30T10:00"}, False),
    ],
)
def test_same_means_matter_and_place_and_party_within_thirty_days(
    plain_town: Town, answers: dict[str, str], hints: bool
) -> None:
    receive(plain_town, at=MORNING)
    plain_town.at("2026-10-30T11:00")

    assert bool(warned(plain_town, **{"received_at": "2026-10-02T09:00", **answers})) is hints


@pytest.mark.parametrize("informant", ["named", "anonymous"])
def test_r64_the_progress_of_an_anonymous_report_foretells_no_letter_to_anybody(
    plain_town: Town, informant: str
) -> None:
    complaint = receive(plain_town, informant_kind=informant)
    officer = plain_town.person("shenhe.qh")

    told = plain_town.act(lambda engine: engine.instances.instance(officer, complaint.number)).steps

    assert ("出具受理告知书" in [line.name for line in told if line.state == "next"]) is (informant == "named")
