"""What has been settled for another unit than the two sides: somebody acts at once, in every procedure that calls the dispute."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from engine.db import tables
from engine.db.tables import document
from engine.errors import InvalidValues
from engine.organisation import city
from tests.processes.assistance import Assistance, ask
from tests.processes.complaint import Complaint, receive
from tests.processes.dispute import RULING, dispute_of, joint, settle
from tests.processes.retold import retold
from tests.processes.town import MORNING, Case, Instance, Paper, Town, at, problems

C = TypeVar("C", bound=Case)
ASKED = (
    "matter_code", "request_kinds", "questions", "case_title", "request_facts", "location", "contact_name",
    "contact_phone", "requesting_unit", "reply_form", "sample_list",
)  # fmt: skip
HELPER = {"sample_list": "废水样品两瓶，冷藏。", "samples_involved": True, "reply_form": "report"}


def contested(town: Town, by: str = "shenhe.qh", of: str = "ecology", **answers: Any) -> Assistance:
    """The department holds that it is not its duty, the town does not agree, the dispute is called."""
    return ask(town, by, at=MORNING, of=of, **answers).decline().answer_refusal("refuse").reply_to_refusal("disagree")


def proposed(case: C) -> C:
    """The dispute that the case has called is before the city's government, which is to rule on it."""
    dispute_of(case).dispose().state_position().apply().accept().reply().propose().scan_ruling()
    return case


def ruled(town: Town, unit: str, **ruling: Any) -> Assistance:
    case = retold(town, "contested", lambda there: proposed(contested(there)))
    dispute_of(case).record_ruling(unit, **ruling)
    return case


def objected(town: Town) -> Case:
    """The other side holds that the case is not its own, the town does not agree, and the ruling is to be written."""
    return retold(
        town,
        "objected",
        lambda there: proposed(there.refer(at=MORNING).deliver().object().study_objection("disagree")),
    )


def begun(case: Instance, key: str) -> list[str]:
    """The numbers of the instances of a procedure that the case has called or started."""
    instance = tables.process_instance
    numbers = select(instance.c.number).where(instance.c.origin_instance_id == case.id, instance.c.key == key)
    return case.town.read(lambda tx: sorted(tx.scalars(numbers)))


def shown(case: Instance, element: str, by: str) -> dict[str, str]:
    """What the form of an open task shows this person and would send, by field."""
    view = case.town.engine.tasks.task(case.town.person(by), case.task(element))
    assert view.form is not None
    return {item.key: str(item.words or item.value) for item in view.form.fields if item.shown}


def shown_text(case: Instance, element: str, by: str) -> str:
    """All that the form of an open task shows this person."""
    view = case.town.engine.tasks.task(case.town.person(by), case.task(element))
    assert view.form is not None
    return str([field for field in view.form.fields if field.shown])


def refusal_of(case: Assistance, outcome: str) -> str:
    """What the town's officer reads instead of being able to say this of the opinion."""
    with pytest.raises(InvalidValues) as refused:
        case.confirm(outcome)
    return refused.value.problems["confirmation_outcome"]


# --- P2: who is to answer instead ---


def test_r16_r73_a_ruling_for_a_third_department_asks_the_town_to_put_its_question_to_it(town: Town) -> None:
    case = ruled(town, "emergency")

    assert case.status == "running"
    assert case.waiting == {"study_ruling": 1}
    assert case.asked("study_ruling") == ("qinghe", {"case_officer"})
    assert begun(case, "technical_assistance") == [], "a person acts each time"
    told = shown(case, "study_ruling", case.asking.officer)
    assert (told["competent_unit"], told["dispute_document"]) == ("市应急管理局", RULING)
    assert "由所列单位负责查处" in told["dispute_division"]
    assert problems(case) == []


def test_r73_who_asks_anew_reads_which_units_share_in_it_and_how(town: Town) -> None:
    told = shown(ruled(town, "emergency", **joint("housing", "ecology")), "study_ruling", "shenhe.qh")

    assert (told["joint_unit"], told["joint_unit_2"]) == ("市住房和城乡建设局", "市生态环境局")
    assert "其他单位配合" in told["dispute_division"]


def test_r73_one_click_puts_the_question_anew_with_all_that_was_asked_and_links_the_two(town: Town) -> None:
    case = contested(town, **HELPER)
    settle(case, "emergency")
    offered = shown(case, "study_ruling", case.asking.officer)
    assert offered["anew_unit"] == "市应急管理局"
    view = town.engine.tasks.task(town.person(case.asking.officer), case.task("study_ruling"))
    assert view.form is not None
    assert {item.key: item.value for item in view.form.fields}["anew_outcome"] == "ask"

    case.put_anew()

    assert (case.status, case.result) == ("ended", "superseded_by_dispute")
    onward = case.begun("emergency")
    before, after = case.facts(), onward.facts()
    assert after["assisting_unit"] == "emergency"
    assert {name: after[name] for name in ASKED} == {name: before[name] for name in ASKED}
    assert (after["named_unit"], after["dispute_document"]) == ("emergency", RULING)
    assert after["dispute_division"] == before["dispute_division"]
    linked = town.engine.instances.instance(town.person(case.asking.officer), onward.number).related
    assert case.number in str(linked)


def test_r21_the_request_to_the_third_is_prepared_and_signed_like_any_other_and_cites_the_ruling(town: Town) -> None:
    onward = ruled(town, "emergency").put_anew().begun("emergency")
    assert onward.waiting == {"prepare_request": 1}
    assert onward.documents() == []

    onward.prepare()
    assert onward.asked("approve_request") == ("qinghe", {"deputy_leader", "principal_leader"})
    onward.approve()

    assert onward.documents() == [Paper("D08", "qinghe", "emergency", copy=False)]
    assert (onward.deadline("opinion").unit_code, onward.deadline("opinion").start_at) == ("emergency", town.now)
    letters = select(document.c.data).where(document.c.instance_id == onward.id, document.c.code == "D08")
    words = str(town.read(lambda tx: tx.scalars(letters).one()))
    assert f"已经确定由贵单位协作（{RULING.replace(' ', '')}），现函请贵单位协作" in words
    assert onward.answer().confirm().result == "answered"


def test_r16_r73_the_third_does_not_turn_down_what_the_ruling_has_given_it(town: Town) -> None:
    onward = ruled(town, "emergency").put_anew().begun("emergency").prepare().approve()

    told = shown(onward, "assign_request", onward.assisting.liaison)
    assert told["dispute_document"] == RULING
    assert "由所列单位负责查处" in told["dispute_division"]

    with pytest.raises(InvalidValues) as refused:
        onward.decline()

    assert "职责已经协调确定" in refused.value.problems["assignment_outcome"]


def test_p2_an_opinion_of_who_was_ruled_is_contested_once_as_in_every_request(plain_town: Town) -> None:
    """The ruling was about whose duty it is; nobody has disputed this opinion."""
    onward = ruled(plain_town, "emergency").put_anew().begun("emergency").prepare().approve().answer()
    assert "没有协调出结果" not in shown_text(onward, "confirm_opinion", onward.asking.officer)
    onward.follow_up().answer()
    assert "有异议的请选“有争议”" in refusal_of(onward, "insufficient")

    onward.confirm("contested")

    assert len(begun(onward, "dispute_resolution")) == 1
    settle(onward, "emergency")
    onward.answer()
    for outcome in ("insufficient", "contested"):
        said = refusal_of(onward, outcome)
        assert "都不能再提" in said
        assert "请选“不够用”" not in said
        assert "请选“有争议”" not in said
    assert onward.confirm().status == "ended"


def test_p2_who_may_not_contest_again_is_sent_to_the_question_that_is_still_open(plain_town: Town) -> None:
    case = ruled(plain_town, "ecology").answer()

    assert "还有问题的请选“不够用”" in refusal_of(case, "contested")

    assert case.follow_up().answer().confirm().status == "ended"


def test_r16_an_officer_whose_request_the_leader_turns_down_knows_that_nobody_has_the_question(town: Town) -> None:
    case = ruled(town, "emergency").put_anew()
    onward = case.begun("emergency").prepare().approve("reject")

    assert (case.status, onward.status, onward.documents()) == ("ended", "ended", [])
    (note,) = [note for note in onward.notices("told") if "目前没有单位在办" in note.text]
    assert (note.unit, note.roles) == ("qinghe", {"case_officer"})
    assert "请另行请求协作" in note.text


def test_r73_a_ruling_that_leads_back_to_who_was_asked_first_waits_for_a_person_each_time(town: Town) -> None:
    """Housing declined, the town asked ecology, ecology declined: the ruling names housing."""
    first = ask(town, at=MORNING, of="housing").decline().answer_refusal("refuse").reply_to_refusal("agree", "ecology")
    second = first.begun("ecology").prepare().approve().decline().answer_refusal("refuse").reply_to_refusal("disagree")

    settle(second, "housing")

    assert second.waiting == {"study_ruling": 1}
    third = second.put_anew("housing").begun("housing")
    assert third.waiting == {"prepare_request": 1}
    with pytest.raises(InvalidValues):
        third.prepare().approve().decline()


def test_r16_r21_silence_is_told_to_the_towns_leaders_and_ends_nothing(town: Town) -> None:
    case = ruled(town, "emergency")
    period = case.deadline("ask_anew")
    assert (period.rule, period.hard, period.unit_code, period.due_at) == (
        "R21", False, "qinghe", at("2026-10-10T00:00"),
    )  # fmt: skip

    town.at("2026-10-10T09:00")

    (note,) = [
        note for note in case.notices("told") if "目前没有单位在办" in note.text and "deputy_leader" in note.roles
    ]
    assert note.unit == "qinghe"
    assert case.waiting == {"study_ruling": 1}
    assert case.deadline("ask_anew").status == "overdue"
    case.put_anew()
    assert case.begun("emergency").waiting == {"prepare_request": 1}
    assert problems(case) == []


def test_a24_a_city_may_give_the_town_more_time_to_ask_anew(plain_town: Town) -> None:
    plain_town.write(lambda tx: city.set_rule(tx, "sla.ask_anew_wd", 5, "test", plain_town.now))

    assert ruled(plain_town, "emergency").deadline("ask_anew").due_at == at("2026-10-14T00:00")


def test_who_asks_no_more_says_why(town: Town) -> None:
    case = ruled(town, "emergency")
    with pytest.raises(InvalidValues) as refused:
        case.complete("study_ruling", case.asking.officer, anew_outcome="not_ask")
    assert list(refused.value.problems) == ["anew_reason"]

    case.put_anew(outcome="not_ask")

    assert (case.status, case.result) == ("ended", "superseded_by_dispute")
    assert begun(case, "technical_assistance") == []


@pytest.mark.parametrize(
    ("unit", "sentence"), [("ecology", "原来的协作单位"), ("market", "确定的不是这个部门"), ("shiqiao", "")]
)
def test_r73_only_the_department_that_was_found_competent_is_asked(plain_town: Town, unit: str, sentence: str) -> None:
    case = ruled(plain_town, "emergency")

    with pytest.raises(InvalidValues) as refused:
        case.put_anew(unit)

    assert sentence in refused.value.problems["anew_unit"]
    assert case.waiting == {"study_ruling": 1}


def test_p2_a_ruling_for_another_town_says_what_is_done_instead_and_parks_nothing(town: Town) -> None:
    """Assistance is asked of departments only."""
    case = ruled(town, "shiqiao")

    assert case.waiting == {"study_ruling": 1}
    view = town.engine.tasks.task(town.person(case.asking.officer), case.task("study_ruling"))
    assert "不能向镇街提出" in str(view.form)
    assert shown(case, "study_ruling", case.asking.officer)["competent_unit"] == "石桥镇"
    with pytest.raises(InvalidValues) as refused:
        case.put_anew("shiqiao")
    assert list(refused.value.problems) == ["anew_unit"]
    case.put_anew("market")
    onward = case.begun("market")
    assert onward.waiting == {"prepare_request": 1}
    assert onward.facts().get("named_unit") is None, "nobody has found this department competent"
    assert ruled(town, "shiqiao").put_anew(outcome="not_ask").result == "superseded_by_dispute"


@pytest.mark.parametrize("by_agreement", [True, False])
def test_what_the_two_sides_or_the_justice_bureau_settle_for_a_third_is_asked_anew_too(
    town: Town, by_agreement: bool
) -> None:
    case = contested(town)
    dispute = dispute_of(case).dispose().state_position()

    if by_agreement:
        dispute.agree("market")
    else:
        dispute.apply().accept().reply().coordinate("agreement", "market").sign_opinion()

    assert case.waiting == {"study_ruling": 1}
    assert case.put_anew("market").begun("market").facts()["named_unit"] == "market"


# --- P2: several units ---


def test_r73_two_departments_named_together_are_two_requests_one_after_the_other(town: Town) -> None:
    case = ruled(town, "emergency", **joint("housing")).put_anew("emergency")
    assert case.waiting == {"study_ruling": 1}
    assert shown(case, "study_ruling", case.asking.officer)["anew_unit"] == "市住房和城乡建设局"
    with pytest.raises(InvalidValues) as refused:
        case.put_anew("emergency")
    assert "刚才已经向这个部门" in refused.value.problems["anew_unit"]

    case.put_anew("housing")

    assert case.result == "superseded_by_dispute"
    assert len(begun(case, "technical_assistance")) == 2


@pytest.mark.parametrize(("lead", "other"), [("emergency", "ecology"), ("ecology", "emergency")])
@pytest.mark.parametrize("outcome", ["ask", "not_ask"])
def test_r73_the_department_that_shares_in_it_is_asked_again_whoever_leads(
    town: Town, lead: str, other: str, outcome: str
) -> None:
    case = ruled(town, lead, **joint(other))
    assert case.waiting == {"study_ruling": 1}

    case.put_anew(outcome=outcome)

    assert case.waiting == {"assign_request": 1}
    assert case.documents().count(Paper("D08", "qinghe", "ecology", copy=False)) == 2
    assert len(begun(case, "technical_assistance")) == (1 if outcome == "ask" else 0)
    assert case.answer().confirm().result == "answered"


def test_r73_a_town_that_leads_still_has_the_help_of_the_department_that_the_ruling_names(town: Town) -> None:
    case = ruled(town, "qinghe", **joint("ecology"))

    assert case.waiting == {"assign_request": 1}


# --- who is named by itself goes on as before ---


def test_r73_a_ruling_for_the_town_itself_ends_its_request_and_asks_nobody(town: Town) -> None:
    case = ruled(town, "qinghe")

    assert (case.status, case.result) == ("ended", "superseded_by_dispute")
    assert Paper("D19", "city_government", "qinghe", copy=False) in dispute_of(case).documents()


def test_r73_a_ruling_for_the_department_sends_it_the_same_request_again(town: Town) -> None:
    case = ruled(town, "ecology")

    assert case.waiting == {"assign_request": 1}
    letters = select(document.c.data).where(document.c.instance_id == case.id, document.c.code == "D08")
    words = town.read(lambda tx: [str(data) for data in tx.scalars(letters.order_by(document.c.sequence))])
    assert ["现再次函请贵单位协作" in word for word in words] == [False, True]


# --- P1 and P3: never nobody ---

RULINGS: dict[str, tuple[str, dict[str, str]]] = {
    "another department": ("emergency", {}),
    "another town": ("shiqiao", {}),
    "third leads, receiver joins": ("emergency", joint("ecology")),
    "third leads, referrer joins": ("emergency", joint("qinghe")),
    "receiver leads, third joins": ("ecology", joint("emergency")),
    "referrer leads, third joins": ("qinghe", joint("emergency")),
}


@pytest.mark.parametrize("ruling", RULINGS)
def test_r73_a_referral_is_in_somebodys_hands_after_every_ruling(plain_town: Town, ruling: str) -> None:
    unit, joined = RULINGS[ruling]
    case = objected(plain_town)

    dispute_of(case).record_ruling(unit, **joined)

    assert problems(case) == []
    if unit == "ecology":
        assert case.asked("open_case") == ("ecology", {"case_officer"})
    elif unit == "qinghe":
        assert case.asked("register_own_case") == ("qinghe", {"case_officer"})
    else:
        assert case.result == "reassigned_to_third"
        onward = case.begun(unit).deliver()
        assert onward.asked("sign_for")[0] == unit
        assert onward.accept().asked("open_case")[0] == unit


@pytest.mark.parametrize(
    ("lead", "element", "by"), [("ecology", "open_case", "zhouyan.hb"), ("qinghe", "register_own_case", "shenhe.qh")]
)
def test_r73_who_leads_a_case_reads_who_shares_in_it(plain_town: Town, lead: str, element: str, by: str) -> None:
    case = objected(plain_town)

    dispute_of(case).record_ruling(lead, **joint("emergency"))

    assert "其他单位配合" in shown(case, element, by)["dispute_division"]


def test_r73_the_first_unit_that_leads_reads_the_ruling_and_who_shares_in_it(plain_town: Town) -> None:
    complaint = disputed(plain_town, "penalty_needed_own")

    ruled_upon(complaint, "qinghe", joint("emergency"))

    told = shown(complaint, "file_own_case", complaint.first.officer)
    assert (told["ruled_unit"], told["dispute_document"]) == ("青河镇", RULING)
    assert "其他单位配合" in told["dispute_division"]


@pytest.mark.parametrize("ruling", RULINGS)
@pytest.mark.parametrize("found", ["penalty_needed_own", "to_refer_violation", "mainly_management", "mixed"])
def test_r73_a_complaint_is_in_somebodys_hands_after_every_ruling(plain_town: Town, found: str, ruling: str) -> None:
    unit, joined = RULINGS[ruling]
    complaint = disputed(plain_town, found)

    ruled_upon(complaint, unit, joined)

    assert problems(complaint) == []
    tasks = {"prepare_management"} if found in ("mainly_management", "mixed") else set()
    if unit == "qinghe" and found != "mainly_management":
        tasks |= {"file_own_case"}
    assert set(complaint.waiting) == tasks
    if unit != "qinghe" and found != "mainly_management":
        onward = referral_to(complaint, unit)
        assert onward.facts()["receiving_unit"] == unit
        assert onward.deliver().asked("sign_for")[0] == unit


@pytest.mark.parametrize("unit", ["emergency", "shiqiao"])
def test_r73_the_referral_after_a_ruling_gives_the_ruling_as_its_reason(plain_town: Town, unit: str) -> None:
    """The officer had found it to be the other side's, by the list; the ruling says otherwise."""
    complaint = disputed(plain_town, "to_refer_violation")

    ruled_upon(complaint, unit, {})

    reason = referral_to(complaint, unit).facts()["jurisdiction_reason"]
    assert reason == f"经职责分工争议处理确定由其办理（{RULING}）"


@pytest.mark.parametrize(
    ("found", "unit", "offered"),
    [("mainly_management", "emergency", "emergency"), ("mainly_management", "qinghe", ""), ("mixed", "emergency", "")],
)
def test_r73_a_management_matter_is_offered_to_the_unit_that_the_ruling_names(
    plain_town: Town, found: str, unit: str, offered: str
) -> None:
    """Where a violation was found as well, the ruling is about that."""
    complaint = disputed(plain_town, found)

    ruled_upon(complaint, unit, {})

    view = plain_town.engine.tasks.task(
        plain_town.person(complaint.first.officer), complaint.task("prepare_management")
    )
    assert view.form is not None
    assert {item.key: item.value or "" for item in view.form.fields}["management_unit"] == offered


def disputed(town: Town, found: str) -> Complaint:
    """Checked, the supervision bureau could not settle who is responsible, and the ruling is to be written."""

    def tell(there: Town) -> Complaint:
        complaint = receive(there, at=MORNING).register().dispute().check(found).coordinate(None)
        complaint.called_dispute().dispose().state_position().apply().accept().reply().propose().scan_ruling()
        return complaint

    return retold(town, f"disputed {found}", tell)


def ruled_upon(complaint: Complaint, unit: str, joined: dict[str, str]) -> None:
    complaint.called_dispute().record_ruling(unit, **joined)


def referral_to(complaint: Complaint, unit: str) -> Case:
    complaint.asking(unit)
    return complaint.referral()
