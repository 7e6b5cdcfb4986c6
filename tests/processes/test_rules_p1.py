"""Rules of the case referral (P1) that no other test names, each on its own."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from engine.db.tables import matter
from engine.errors import InvalidValues
from engine.organisation import city
from tests.papers.papers import paper_of
from tests.processes.dispute import dispute_of, settle
from tests.processes.town import MORNING, Case, Paper, Town, at


def kept(town: Town, how: str) -> Case:
    """The referrer keeps the violation: found out while preparing, by agreeing to the objection, or by a ruling."""
    case = town.refer(at=MORNING)
    if how == "prepared":
        case.complete(
            "prepare_materials",
            case.referring.officer,
            preparation_outcome="self_handle",
            preparation_reason="属本镇。",
        )
    elif how == "agreed":
        case.deliver().object().study_objection("withdraw_keep")
    else:
        settle(case.deliver().object().study_objection("disagree"), "referring")
    return case


# --- R16, no gap ---


@pytest.mark.parametrize("how", ["prepared", "agreed", "ruled"])
def test_r16_a_violation_that_the_referrer_keeps_ends_only_as_its_registered_own_case(town: Town, how: str) -> None:
    case = kept(town, how)
    element = "keep_case" if how == "prepared" else "register_own_case"
    assert (case.status, case.waiting, case.asked(element)) == ("running", {element: 1}, ("qinghe", {"case_officer"}))

    with pytest.raises(InvalidValues) as refused:
        case.complete(element, case.referring.officer, own_case_date="2026-09-30")
    assert list(refused.value.problems) == ["own_case_number"]
    case.register_own_case(element)

    assert case.result == "kept_by_referrer"


def test_r16_a_violation_that_belongs_to_a_third_unit_stays_with_the_referrer_until_it_is_referred_there(
    town: Town,
) -> None:
    case = settle(town.refer(at=MORNING).deliver().object().study_objection("disagree"), "third")
    onward = case.begun()

    assert case.result == "reassigned_to_third"
    assert (onward.status, onward.asked("prepare_materials")) == ("running", ("qinghe", {"case_officer"}))
    assert onward.facts()["receiving_unit"] == "emergency"


def test_r16_a_dispute_that_names_nobody_leaves_the_violation_on_the_referrers_desk(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().object().study_objection("disagree")

    dispute_of(case).dispose().state_position().apply().review("not_accept")

    assert case.asked("study_objection") == ("qinghe", {"case_officer"})


# --- R49, mutual copies ---


@pytest.mark.parametrize(
    ("by", "to", "matter_code"), [("shenhe.qh", "ecology", "M001"), ("zhouyan.hb", "qinghe", "M002")]
)
def test_r49_each_side_is_told_of_what_the_other_does(town: Town, by: str, to: str, matter_code: str) -> None:
    case = town.refer(by, at=MORNING, to=to, matter_code=matter_code)
    ours, theirs = case.referring.unit, case.receiving.unit

    case.deliver()
    assert case.documents() == [Paper("D01", ours, theirs, copy=False)]
    town.later(minutes=1)
    case.accept()
    assert case.documents()[1:] == [Paper("D07", theirs, ours, copy=False)]
    case.file()
    town.at("2026-10-31T09:00")
    case.report_progress()
    assert case.documents()[2:] == [Paper("D23", theirs, ours, copy=True)]
    case.handle().report()
    assert case.documents()[2:] == [Paper("D23", theirs, ours, copy=True)] * 2


# --- R51, liaison and exchange ---


def test_r51_the_letter_and_the_answer_go_to_named_liaisons(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()

    assert case.asked("sign_for") == ("ecology", {"liaison"})
    notified = [note for note in case.notices("task") if note.unit == "ecology"]
    assert [note.roles for note in notified] == [frozenset({"liaison"})]


def test_r51_a9_progress_is_exchanged_every_thirty_days_while_the_case_is_open(town: Town) -> None:
    """Thirty days after 2026-09-30 is Friday 2026-10-30."""
    case = town.refer(at=MORNING).deliver().accept().file()

    town.at("2026-10-30T23:59")
    assert "report_progress" not in case.waiting
    town.at("2026-10-31T00:00")
    assert case.asked("report_progress") == ("ecology", {"case_officer"})
    case.report_progress()
    town.at("2026-12-01T00:00")

    assert "report_progress" in case.waiting


# --- R53 and R54, the file and the letter ---


def test_r53a_what_is_sent_is_the_letter_of_referral_to_the_competent_side(town: Town) -> None:
    case = town.refer(at=MORNING).deliver()

    assert case.documents() == [Paper("D01", "qinghe", "ecology", copy=False)]
    assert case.asked("sign_for")[0] == "ecology"


def test_r53c_the_list_of_materials_names_what_is_attached_and_nothing_else(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)
    case.add_material("interview_record", pages=5)
    case.deliver()

    (listed,) = [annex for annex in paper_of(case, "D01").data["annexes"] if annex["columns"]]

    assert {(row[1], row[3]) for row in listed["rows"]} == {
        ("询问笔录", "5"),
        ("基本违法事实书面材料", "3"),
        ("现场照片", "3"),
    }
    assert len(listed["rows"]) == 3


def test_r54b_the_letter_has_a_number_and_the_signature_of_the_principal_leader(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).submit()
    assert case.documents() == []

    case.approve()

    letter = paper_of(case, "D01")
    assert letter.number == "青政移字〔2026〕1号"
    assert letter.signed_by == plain_town.person("luyuan.qh").person_id


# --- R56 ---


@pytest.mark.parametrize("missing", ["extension_ground", "extension_reason"])
def test_r56a_an_extension_has_an_objective_reason(plain_town: Town, missing: str) -> None:
    case = plain_town.refer(at="2026-09-24T10:00")
    case.press("act_extend")
    given = {"extension_ground": "verification", "extension_until": "2026-10-15", "extension_reason": "需要调查核实。"}

    with pytest.raises(InvalidValues) as refused:
        case.complete("request_extension", case.referring.officer, **{**given, missing: None})

    assert list(refused.value.problems) == [missing]


def test_r56b_an_extension_is_told_to_the_competent_side_and_asks_nobody_there(plain_town: Town) -> None:
    case = plain_town.refer(at="2026-09-24T10:00").ask_extension("2026-10-15").answer_extension("approve")

    assert case.documents() == [Paper("D06", "qinghe", "ecology", copy=False)]
    assert case.waiting == {"prepare_materials": 1}
    assert case.deadline("referral").extended


# --- R58 ---


def test_r58b_the_competent_side_is_told_at_once_that_the_violation_goes_on(town: Town) -> None:
    case = town.refer(at=MORNING, is_ongoing=True).stop_violation()

    (note,) = case.notices("told")
    assert (note.unit, note.roles) == ("ecology", {"liaison"})
    assert case.facts()["counterpart_told_at"] == at(MORNING)


# --- R59 ---


def test_r59_the_answer_reaches_the_referring_unit_in_writing(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().sign_for().review("accept")
    assert Paper("D07", "ecology", "qinghe", copy=False) not in case.documents()

    case.sign_acceptance()

    assert Paper("D07", "ecology", "qinghe", copy=False) in case.documents()
    assert case.deadline("acceptance").status == "met"


def test_r59_a10_the_period_begins_when_the_letter_is_in_the_inbox_though_nobody_looks(town: Town) -> None:
    case = town.refer(at="2026-03-02T10:00").submit()
    town.at("2026-03-03T23:30")

    case.approve()
    town.at("2026-03-05T09:00")
    case.sign_for()

    assert case.deadline("acceptance").start_at == at("2026-03-03T23:30")
    assert str(case.deadline("acceptance").last_day) == "2026-03-10"


# --- open points that hold by default ---


def test_a17_the_receiver_cannot_pass_the_case_on(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver().sign_for()

    with pytest.raises(InvalidValues):
        case.complete(
            "review_acceptance",
            case.receiving.officer,
            acceptance_outcome="forward",
            acceptance_opinion="转市场监管局。",
        )
    case.tell("object_jurisdiction", suggested_unit="market")

    assert case.facts()["receiving_unit"] == "ecology"
    assert case.asked("study_objection") == ("qinghe", {"case_officer"})


def test_a19_five_working_days_of_silence_and_more_accept_nothing(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver()

    plain_town.at("2026-12-01T09:00")

    assert (case.waiting, case.status) == ({"sign_for": 1}, "running")
    assert [paper.code for paper in case.documents()] == ["D01"]
    assert {note.unit for note in case.notices("escalate")} == {"ecology", "justice_bureau"}


def test_a20_an_urgent_referral_is_approved_by_the_principal_leader_and_written_too(town: Town) -> None:
    case = town.refer(at=MORNING, is_urgent=True).submit()
    assert case.asked("approve_referral") == ("qinghe", {"principal_leader"})
    assert case.documents() == []

    case.approve()

    assert case.documents() == [Paper("D01", "qinghe", "ecology", copy=False)]


def test_a21_a_city_may_let_towns_refer_to_each_other(plain_town: Town) -> None:
    plain_town.at(MORNING)
    plain_town.write(lambda tx: city.set_rule(tx, "referral.allow_same_kind", True, "test", plain_town.now))

    case = plain_town.refer("shenhe.qh", to="shiqiao", matter_code="M002").deliver()

    assert case.asked("sign_for") == ("shiqiao", {"liaison"})


def test_a28_an_urgency_lapses_when_no_leader_has_confirmed_it_after_four_hours(town: Town) -> None:
    case = town.refer(at=MORNING).raise_urgency()

    town.at("2026-09-30T13:29:59")
    assert case.waiting["confirm_urgency"] == 1
    town.at("2026-09-30T13:30")

    assert "confirm_urgency" not in case.waiting
    assert case.facts()["is_urgent"] is False


# --- what was found before the power went to the towns (R55 赋权后, edge case 15) ---


def empower(town: Town, day: str) -> None:
    own = update(matter).where(matter.c.code == "M001").values(empowered_at=date.fromisoformat(day))
    town.at(MORNING).write(lambda tx: tx.execute(own))


def warning(town: Town) -> str:
    """What the start form says of the matter."""
    actor, said = town.person("shenhe.qh"), {"matter_code": ["M001"], "discovered_at": [MORNING]}
    seen = town.act(lambda engine: engine.instances.look_at_beginning(actor, "case_referral", said))
    return seen.warnings.get("matter_code", "")


@pytest.mark.parametrize(("day", "warned"), [("2026-10-01", True), ("2026-09-30", False)])
def test_r55_what_was_found_before_the_day_of_empowerment_is_pointed_out(
    plain_town: Town, day: str, warned: bool
) -> None:
    empower(plain_town, day)

    assert ("赋权前" in warning(plain_town)) is warned


def test_r55_what_was_found_before_the_empowerment_is_referred_only_when_the_leader_confirms_it(town: Town) -> None:
    empower(town, "2026-10-01")
    case = town.refer().submit()

    with pytest.raises(InvalidValues) as refused:
        case.approve()
    assert list(refused.value.problems) == ["before_empowerment_confirmed"]
    assert case.documents() == []
    given = {"approval_outcome": "approve", "before_empowerment_confirmed": True}
    case.complete("approve_referral", case.referring.leader, **given)

    assert [paper.code for paper in case.documents()] == ["D01"]
    assert case.facts()["before_empowerment_confirmed"] is True


def test_a24_the_record_says_of_a_recommended_period_that_it_is_over_and_of_nobody_that_they_are_late(
    plain_town: Town,
) -> None:
    case = plain_town.refer(at=MORNING, is_ongoing=True)
    plain_town.later(hours=3)
    case.stop_violation()
    plain_town.at("2026-10-20T09:00")

    log = plain_town.engine.instances.instance(plain_town.person(case.referring.officer), case.number).log
    said = {(str(line.step), str(line.action)) for line in log if line.kind == "deadline"}

    assert ("制止和告知时限", "已过建议时限") in said
    assert ("移送期限", "已超期") in said
    assert not {action for step, action in said if step == "制止和告知时限"} & {"已超期", "超期完成"}
