"""What a duty dispute asks of all its parties, of a third one too: interim disposal, urgency, the ruling, its execution."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.db.tables import document
from engine.documents.materials import KINDS
from engine.errors import InvalidValues, NotAllowed, NotFound
from engine.organisation import city
from tests.processes.dispute import CLERK, JUSTICE, Dispute, dispute_of, raise_dispute
from tests.processes.town import MORNING, Paper, Town, at

BOTH = ("qinghe", "ecology")
ALL = (*BOTH, "market")


def three(town: Town) -> Dispute:
    return raise_dispute(town, at=MORNING, third="market")


def ruled(town: Town, **answers: object) -> Dispute:
    dispute = raise_dispute(town, at=MORNING).dispose().state_position().apply().accept().reply().propose()
    return dispute.scan_ruling().record_ruling("ecology", **answers)


def received(dispute: Dispute, code: str) -> list[str]:
    """The units in whose inboxes papers of this code lie."""
    return [paper.to_unit for paper in dispute.documents() if paper.code == code]


def words_of(dispute: Dispute, code: str) -> str:
    """Every word of the newest paper of this code."""
    own = select(document.c.data).where(document.c.instance_id == dispute.id, document.c.code == code)
    return str(dispute.town.read(lambda tx: tx.scalars(own.order_by(document.c.sequence.desc())).first()))


# --- a third party ---


def test_a_third_party_takes_part_like_the_other_side(town: Town) -> None:
    dispute = three(town)
    assert dispute.waiting == {
        "dispose_a": 1, "dispose_b": 1, "dispose_c": 1, "state_position": 1, "state_position_c": 1
    }  # fmt: skip
    assert dispute.asked("dispose_c") == ("market", {"case_officer"})
    assert dispute.deadline("interim_c").unit_code == "market"

    dispute.dispose().state_position().negotiate("agreed")
    assert dispute.asked("sign_agreement_c") == ("market", {"principal_leader"})
    dispute.sign_agreement("a").sign_agreement("b")
    assert dispute.documents() == []
    dispute.sign_agreement("c")

    assert received(dispute, "D38") == ["ecology", "market", "justice_bureau"]
    assert {"report_execution_a", "report_execution_b", "report_execution_c"} == dispute.waiting.keys()


def takes_material(dispute: Dispute, *tasks: str) -> set[str]:
    """Those of these open tasks whose page lets the handler add material."""
    town, parties = dispute.town, {cast.unit: cast.officer for cast in dispute.sides.values()}

    def page(task: str) -> bool:
        officer, task_id = town.person(parties[dispute.asked(task)[0]]), dispute.task(task)
        form = town.act(lambda engine: engine.tasks.task(officer, task_id)).form
        return form is not None and form.takes_material

    return {task for task in tasks if page(task)}


def test_every_party_adds_material_where_it_acts_applies_and_replies(plain_town: Town) -> None:
    """P4 N1, N3, N5: evidence kept, the material of the application, and the material that a reply is asked to bring."""
    dispute = three(plain_town)
    acting = ("dispose_a", "dispose_b", "dispose_c")
    assert takes_material(dispute, *acting) == {*acting}

    dispute.dispose().state_position().negotiate("not_agreed")
    assert takes_material(dispute, "write_application") == {"write_application"}

    dispute.add_material_to("write_application", dispute.sides["a"].officer, "site_photos")
    dispute.write_application().sign_application()
    assert "争议案件材料清单" in words_of(dispute, "D15")
    assert "现场照片" in words_of(dispute, "D15")

    dispute.accept()
    replying = ("reply_in_writing", "reply_in_writing_c")
    assert takes_material(dispute, *replying) == {*replying}


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"ruling_document"}))
def test_material_of_every_kind_goes_with_the_application_as_its_annex(plain_town: Town, kind: str) -> None:
    """P4 N3; a report of an appraisal, too. A ruling is what the application leads to."""
    dispute = raise_dispute(plain_town, at=MORNING).dispose().state_position().negotiate("not_agreed")
    dispute.add_material_to("write_application", dispute.sides["a"].officer, kind)

    dispute.write_application().sign_application()

    assert "争议案件材料清单" in words_of(dispute, "D15")


@pytest.mark.parametrize("added", [True, False])
def test_material_that_completes_an_application_is_listed_with_its_letter(plain_town: Town, added: bool) -> None:
    dispute = raise_dispute(plain_town, at=MORNING).dispose().state_position().apply().review("supplement")
    if added:
        dispute.add_material_to("complete_application", dispute.sides["a"].officer, "site_inspection_record")

    dispute.supplement()

    assert ("争议案件材料清单（补正后）" in words_of(dispute, "D37")) is added


def test_whoever_was_directed_to_act_adds_material(plain_town: Town) -> None:
    dispute = raise_dispute(plain_town, at=MORNING).claim_none("a").dispose_by("b").state_position()
    dispute.answer_none("a").answer_none("b", "refuse").direct("a")

    assert takes_material(dispute, "dispose_directed") == {"dispose_directed"}


def test_what_a_party_says_is_called_its_own_whoever_reads_it(plain_town: Town) -> None:
    town = plain_town
    dispute = raise_dispute(town, at=MORNING, third="market", objection_b="该事项已经赋权镇街。")
    dispute.complete("state_position_c", dispute.sides["c"].officer, position_c="本单位只负责登记，不负责查处。")
    dispute.dispose().complete("state_position", dispute.sides["b"].officer, position_b="应由镇街查处。")
    dispute.negotiate("not_agreed").write_application()

    for cast in dispute.sides.values():
        view = town.act(lambda engine, cast=cast: engine.instances.instance(town.person(cast.officer), dispute.number))
        labels = {entry.key: entry.label for section in view.sections for entry in section.entries}
        assert (labels["position_a"], labels["position_b"]) == ("甲方意见和依据", "乙方意见和依据")
        assert (labels["position_c"], labels["objection_b"]) == ("丙方意见和依据", "乙方的理由")
        assert [label for label in labels.values() if "本单位" in label or "对方" in label] == []


def test_p4_what_a_party_says_in_the_negotiation_is_read_by_the_others_when_it_is_handed_in(plain_town: Town) -> None:
    """Stating a position is saying it to the other sides, though no paper goes out with it; no bureau waits for it."""
    dispute = three(plain_town)
    dispute.complete("state_position_c", dispute.sides["c"].officer, position_c="本单位只负责登记，不负责查处。")

    for side in ("a", "b"):
        officer = plain_town.person(dispute.sides[side].officer)
        view = plain_town.act(lambda engine, who=officer: engine.instances.instance(who, dispute.number))
        assert "本单位只负责登记，不负责查处。" in repr(view.sections)


def test_an_agreement_that_the_third_party_does_not_sign_is_negotiated_again(plain_town: Town) -> None:
    dispute = three(plain_town).dispose().state_position().negotiate("agreed")

    dispute.sign_agreement("a").sign_agreement("b").sign_agreement("c", "return")

    assert dispute.waiting == {"conclude_negotiation": 1}
    assert dispute.documents() == []


def test_a_third_party_is_asked_for_a_reply_and_gets_every_result(plain_town: Town) -> None:
    dispute = three(plain_town).dispose().state_position().apply().accept()
    assert dispute.asked("reply_in_writing_c") == ("market", {"case_officer"})
    assert dispute.deadline("reply_c").due_at == at("2026-10-16T00:00")

    dispute.reply().propose().rule("market")

    assert received(dispute, "D19") == ["qinghe", "ecology", "market"]
    assert "青河市市场监督管理局" in words_of(dispute, "D18")
    assert dispute.facts()["competent_unit"] == "market"


def test_the_silence_of_a_third_party_is_recorded_as_its_own(plain_town: Town) -> None:
    dispute = three(plain_town).dispose().state_position().apply().accept()
    dispute.complete(
        "reply_in_writing",
        dispute.sides["b"].officer,
        reply_text="该事项已经赋权镇街，应由镇街查处。",
        reply_basis="清单",
    )

    plain_town.at("2026-10-16T00:00")

    assert dispute.waiting == {"coordinate_dispute": 1}
    assert dispute.facts()["reply_c_silent"] is True
    assert "reply_silent" not in dispute.facts()


def test_a_withdrawal_needs_the_third_partys_leader_as_well(plain_town: Town) -> None:
    dispute = three(plain_town).ask_withdrawal("ecology").answer_withdrawal("agree")
    assert dispute.asked("confirm_settlement_c") == ("market", {"principal_leader"})
    assert dispute.status == "running"

    dispute.answer_withdrawal("agree", "c")

    assert (dispute.status, dispute.result) == ("ended", "withdrawn")


@pytest.mark.parametrize("third", ["qinghe", "ecology"])
def test_the_third_party_is_another_unit(plain_town: Town, third: str) -> None:
    with pytest.raises(InvalidValues) as refused:
        raise_dispute(plain_town, at=MORNING, third=third)

    assert "甲方、乙方以外" in refused.value.problems["party_c"]


def test_a_third_party_sees_the_dispute_and_others_do_not(plain_town: Town) -> None:
    dispute = three(plain_town)

    shown = plain_town.engine.instances.instance(plain_town.person(dispute.sides["c"].officer), dispute.number)

    assert [unit.code for _, unit in shown.parties] == ["qinghe", "ecology", "market"]
    with pytest.raises(NotFound):
        plain_town.engine.instances.instance(plain_town.person("shiyifan.sq"), dispute.number)


# --- interim disposal ---


def test_r86_a_party_that_does_nothing_is_told_to_the_justice_bureau_and_counted(town: Town) -> None:
    dispute = raise_dispute(town, at=MORNING, is_urgent=True).dispose_by("a")

    town.at("2026-10-01T09:30")

    (note,) = dispute.notices("told")
    assert (note.unit, note.roles) == ("justice_bureau", {"case_officer"})
    assert "乙方" in note.text
    assert dispute.facts()["assistance_refusals"] == ["ecology"]
    assert "dispose_b" in dispute.waiting


def test_r71_that_nothing_is_needed_counts_when_every_side_confirms_it(town: Town) -> None:
    dispute = three(town).dispose_by("a").claim_none("b").dispose_by("c").state_position()
    assert dispute.waiting == {"confirm_measures_a": 1, "confirm_measures_b": 1, "confirm_measures_c": 1}

    dispute.answer_none("a").answer_none("b")
    assert "conclude_negotiation" not in dispute.waiting
    dispute.answer_none("c")

    assert dispute.waiting == {"conclude_negotiation": 1}


def test_r71_what_one_side_does_not_confirm_the_justice_bureau_decides_in_writing(town: Town) -> None:
    dispute = raise_dispute(town, at=MORNING).claim_none("b").dispose_by("a").state_position()
    dispute.answer_none("a", "refuse").answer_none("b")
    assert dispute.waiting == {"direct_disposal": 1}

    dispute.direct("b")

    assert received(dispute, "D16") == list(BOTH)
    assert dispute.asked("dispose_directed") == ("ecology", {"case_officer"})
    assert (dispute.facts()["lead_unit"], dispute.facts()["lead_number"]) == ("ecology", "青司争指字〔2026〕1号")
    dispute.dispose_directed("b")
    assert dispute.waiting == {"conclude_negotiation": 1}


# --- a temporary lead ---


def test_who_is_named_as_lead_is_told_at_once(town: Town) -> None:
    """A letter alone would lie there unseen: it asks for no step of the procedure."""
    dispute = raise_dispute(town, at=MORNING, third="market", is_ongoing=True).name_lead("b")

    told = [note for note in dispute.notices("told") if "临时牵头" in note.text]

    assert {note.unit for note in told} == {"qinghe", "ecology", "market"}
    assert {role for note in told for role in note.roles} == {"liaison", "case_officer"}


def test_what_was_ruled_is_told_to_every_party(town: Town) -> None:
    dispute = raise_dispute(town, at=MORNING).dispose().state_position().apply().accept().reply().propose()

    dispute.rule("ecology")

    assert {note.unit for note in dispute.notices("told") if "已经裁决" in note.text} == {"qinghe", "ecology"}


def test_the_justice_bureau_names_a_temporary_lead_and_all_are_told_in_writing(town: Town) -> None:
    dispute = raise_dispute(town, at=MORNING, third="market", is_ongoing=True).name_lead("b")

    assert received(dispute, "D16") == list(ALL)
    facts = dispute.facts()
    assert (facts["lead_unit"], facts["lead_number"]) == ("ecology", "青司争指字〔2026〕1号")
    assert "市场监督管理局" in words_of(dispute, "D16")


def test_a_temporary_lead_is_for_emergencies_and_a_party(plain_town: Town) -> None:
    calm = raise_dispute(plain_town, at=MORNING)
    assert "不需要指定" in calm.buttons(JUSTICE.officer)["act_lead"]

    urgent = raise_dispute(plain_town, is_urgent=True)
    urgent.press_by(JUSTICE.officer, "act_lead")
    with pytest.raises(InvalidValues) as refused:
        urgent.complete(
            "name_lead",
            JUSTICE.officer,
            named_unit="transport",
            named_measures="立即到场责令停止排放。",
            named_reason="情况紧急。",
        )

    assert list(refused.value.problems) == ["named_unit"]


def test_a_temporary_lead_stands_in_what_follows(plain_town: Town) -> None:
    dispute = raise_dispute(plain_town, at=MORNING, is_urgent=True).name_lead("b").dispose().state_position()

    dispute.apply()

    assert "青河市生态环境局为临时牵头单位" in words_of(dispute, "D15")


# --- urgency raised later (C6) ---


@pytest.mark.parametrize("side", ["a", "b", "c"])
def test_any_party_raises_urgency_and_its_own_leader_confirms_it(plain_town: Town, side: str) -> None:
    dispute = three(plain_town)

    dispute.raise_urgency(side)

    unit = dispute.sides[side].unit
    assert dispute.asked("confirm_urgency") == (unit, {"deputy_leader", "principal_leader"})
    dispute.answer_urgency(side)
    for key in ("interim_a", "interim_b", "interim_c"):
        assert dispute.deadline(key).due_at == at("2026-10-01T09:30")
    assert dispute.facts()["is_urgent"] is True
    assert {note.unit for note in dispute.notices("told")} == {*ALL, "justice_bureau"}


def test_urgency_shortens_by_the_citys_rule_and_never_lengthens(plain_town: Town) -> None:
    plain_town.write(lambda tx: city.set_rule(tx, "dispute.interim_urgent_hours", 12, "test", plain_town.now))
    dispute = raise_dispute(plain_town, at=MORNING).dispose_by("a").raise_urgency("b").answer_urgency("b")

    assert dispute.deadline("interim_b").due_at == at("2026-09-30T21:30")
    assert dispute.deadline("interim_a").status == "met"


def test_urgency_that_nobody_confirms_lapses_after_four_hours(town: Town) -> None:
    dispute = raise_dispute(town, at=MORNING).raise_urgency("b")

    town.at("2026-09-30T13:30")

    assert dispute.tasks("lapsed") == {"confirm_urgency": 1}
    assert dispute.deadline("interim_b").due_at == at("2026-10-10T00:00")
    (note,) = dispute.notices("told")
    assert (note.unit, note.roles) == ("ecology", {"case_officer"})
    assert dispute.buttons(dispute.sides["a"].officer)["act_urgent"] == ""


def test_a_stranger_raises_no_urgency(plain_town: Town) -> None:
    dispute = raise_dispute(plain_town, at=MORNING)

    with pytest.raises(NotAllowed):
        dispute.press_by(JUSTICE.officer, "act_urgent")


# --- application ---


def test_r72_a_supplement_is_asked_for_once_and_the_review_begins_anew(town: Town) -> None:
    dispute = raise_dispute(town, at=MORNING).dispose().state_position().apply().review("supplement")
    assert dispute.asked("complete_application") == ("qinghe", {"case_officer"})
    town.at("2026-10-12T09:00")

    dispute.supplement()

    assert dispute.deadline("review").due_at == at("2026-10-16T00:00")
    with pytest.raises(InvalidValues) as refused:
        dispute.review("supplement")
    assert "补正过一次" in refused.value.problems["review_outcome"]
    dispute.accept()
    assert dispute.waiting == {"reply_in_writing": 1}


def test_r72_what_is_not_accepted_is_told_with_reason_and_advice(plain_town: Town) -> None:
    dispute = three(plain_town).dispose().state_position().apply().review("not_accept")

    assert received(dispute, "D16") == list(ALL)
    assert "建议：按现有清单由镇街查处。" in words_of(dispute, "D16")


def test_r62_the_note_of_the_supervision_bureau_goes_with_the_application(plain_town: Town) -> None:
    """As first_responder hands it over; a dispute raised by hand has none."""
    dispute = raise_dispute(plain_town, at=MORNING).dispose().state_position().apply()
    assert "监督局的协调意见" not in words_of(dispute, "D15")


# --- the ruling ---


def test_a23_the_unit_that_rules_is_a_rule_of_the_city(town: Town) -> None:
    town.write(lambda tx: city.set_rule(tx, "dispute.ruling_unit", "staffing_office", "test", town.now))
    dispute = raise_dispute(town, at=MORNING).dispose().state_position().apply().accept().reply()

    dispute.propose()

    assert dispute.documents()[-1] == Paper("D18", "justice_bureau", "staffing_office", copy=False)
    assert dispute.asked("record_ruling") == ("staffing_office", {"clerk", "principal_leader"})
    assert dispute.deadline("ruling").unit_code == "staffing_office"


def test_a23_a_rule_that_names_no_unit_refuses_the_start(plain_town: Town) -> None:
    plain_town.write(lambda tx: city.set_rule(tx, "dispute.ruling_unit", "nowhere", "test", plain_town.now))

    with pytest.raises(InvalidValues) as refused:
        raise_dispute(plain_town, at=MORNING)

    assert "不在单位名册里" in refused.value.problems["party_b"]


@pytest.mark.parametrize("kind", ["joint", "split"])
def test_r73_a_ruling_for_several_names_them_and_what_each_does(plain_town: Town, kind: str) -> None:
    with pytest.raises(InvalidValues) as refused:
        ruled(plain_town, ruling_kind=kind)
    assert list(refused.value.problems) == ["joint_unit", "ruled_parts"]


def test_r73_a_joint_ruling_is_told_with_its_lead(plain_town: Town) -> None:
    dispute = ruled(
        plain_town, ruling_kind="joint", joint_unit="qinghe", ruled_parts="市局牵头查处，镇街负责现场监管。"
    )

    facts = dispute.facts()
    assert (facts["competent_unit"], facts["result_kind"]) == ("ecology", "joint")
    assert "镇街负责现场监管" in words_of(dispute, "D19")


def test_r73_a_unit_that_the_ruling_names_has_the_ruling_and_sees_the_dispute(town: Town) -> None:
    """It is no party of the dispute, and yet it is told to handle the matter."""
    dispute = raise_dispute(town, at=MORNING).dispose().state_position().apply().accept().reply().propose()
    helper = town.person("zhouyan.hb")
    with pytest.raises(NotFound):
        town.act(lambda engine: engine.instances.instance(town.person("shiyutong.yj"), dispute.number))

    dispute.scan_ruling().record_ruling(
        "emergency", ruling_kind="joint", joint_unit="housing", ruled_parts="应急部门牵头查处，住建部门配合。"
    )

    assert received(dispute, "D19") == [*BOTH, "emergency", "housing"]
    assert "'addressee': '青河镇人民政府、青河市生态环境局、青河市应急管理局、青河市住房和城乡建设局'" in words_of(
        dispute, "D19"
    )
    assert {note.unit for note in dispute.notices("told") if "裁决决定" in note.text} == {*BOTH, "emergency", "housing"}
    for login in ("shiyutong.yj", "wanliqing.zj"):
        shown = town.act(lambda engine, login=login: engine.instances.instance(town.person(login), dispute.number))
        assert len(shown.parties) == len({unit.code for _, unit in shown.parties}) == 5
    assert town.act(lambda engine: engine.instances.instance(helper, dispute.number)).number == dispute.number


def test_r73_an_amended_ruling_is_a_new_version_and_both_are_kept(town: Town) -> None:
    dispute = ruled(town)
    with pytest.raises(InvalidValues) as refused:
        dispute.amend(scan=False)
    assert list(refused.value.problems) == ["amendment_materials"]
    dispute.add_material_to("amend_ruling", CLERK, "ruling_document")
    answers = {
        "amendment_number": "青政裁〔2026〕9 号", "amendment_date": dispute.today, "amendment_reason": "情况有变化。",
        "amended_kind": "single", "amended_unit": "qinghe", "amended_text": "该事项改由青河镇查处。",
    }  # fmt: skip

    dispute.complete("amend_ruling", CLERK, **answers)

    assert received(dispute, "D19") == [*BOTH, *BOTH]
    assert dispute.waiting == {"confirm_executors": 1}, "the unit that had to report need not any more"
    dispute.confirm_executors()
    assert dispute.asked("report_execution_a") == ("qinghe", {"case_officer"})
    facts = dispute.facts()
    assert (facts["competent_unit"], facts["dispute_document"]) == ("qinghe", "青政裁〔2026〕9 号")
    assert (facts["ruled_unit"], facts["ruling_versions"]) == ("ecology", 2)
    assert dispute.execute().result == "ruled"


def test_nothing_is_amended_before_there_is_a_ruling(plain_town: Town) -> None:
    dispute = raise_dispute(plain_town, at=MORNING).dispose().state_position().apply().accept().reply().propose()

    assert "没有可以变更的" in dispute.buttons(CLERK)["act_amend"]


# --- execution ---


def test_r86_what_is_not_executed_is_counted_and_urged_with_number_and_date(town: Town) -> None:
    dispute = ruled(town).report_execution("a", "not_executed")
    assert dispute.asked("urge_execution") == ("justice_bureau", {"case_officer"})
    assert dispute.facts()["execution_failures"] == ["ecology"]

    town.at("2026-10-20T10:00")
    dispute.urge("again")

    assert dispute.waiting == {"report_execution_a": 1}
    assert dispute.deadline("execution_a").due_at == at("2026-11-10T00:00")
    dispute.report_execution("a", "not_executed").urge("accountability")
    assert dispute.facts()["execution_failures"] == ["ecology", "ecology"]
    assert dispute.result == "ruled"
    handed_over = [note for note in dispute.notices("told") if "移送追究责任" in note.text]
    assert {note.unit for note in handed_over} == {"supervision_bureau"}, "who is to answer for it is its affair"


def test_r86_who_does_not_report_in_time_is_urged_too(town: Town) -> None:
    """Twenty natural days from 2026-09-30: the period ends with the 20th of October."""
    dispute = ruled(town)

    town.at("2026-10-21T00:00")

    assert dispute.waiting == {"urge_execution": 1}
    assert dispute.facts()["execution_failures"] == ["ecology"]


# --- superseded ---


def test_what_the_law_has_settled_meanwhile_is_ended_in_writing(town: Town) -> None:
    dispute = three(town).dispose().supersede()
    assert dispute.asked("sign_supersession") == ("justice_bureau", {"deputy_leader", "principal_leader"})

    dispute.answer_supersession("agree")

    assert (dispute.status, dispute.result) == ("ended", "superseded")
    assert received(dispute, "D16") == list(ALL)
    assert dispute.facts()["competent_unit"] == "ecology"
    assert "职责边界清单（2026年第二次调整）" in words_of(dispute, "D16")


def test_nothing_is_superseded_after_the_ruling(plain_town: Town) -> None:
    dispute = raise_dispute(plain_town, at=MORNING).dispose().state_position().apply().accept().reply().propose()
    dispute.supersede().rule("ecology")

    with pytest.raises(InvalidValues) as refused:
        dispute.answer_supersession("agree")

    assert "已经有结果" in refused.value.problems["supersession_outcome"]
    dispute.answer_supersession("refuse")
    assert "已经有结果" in dispute.buttons(JUSTICE.officer)["act_supersede"]


def test_a_referral_goes_on_with_what_superseded_its_dispute(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING).deliver().object().study_objection("disagree")

    dispute_of(case).supersede().answer_supersession("agree")

    assert case.facts()["dispute_result"] == "superseded"
    assert case.waiting == {"open_case": 1}
