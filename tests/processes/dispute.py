"""A duty dispute, driven as a story: raised by a town, or called by a referral whose objection is contested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine.clock import local
from engine.db import tables
from tests.processes.town import SUMMARY, Case, Cast, Instance, Town, cast_of, sent

JUSTICE = cast_of("justice_bureau")
CLERK = "quqingyan.zf"
"""Records for the city government what it has ruled on paper."""
RULING = "青政裁〔2026〕3 号"


def raise_dispute(
    town: Town,
    by: str = "shenhe.qh",
    at: str | None = None,
    to: str = "ecology",
    third: str | None = None,
    **answers: Any,
) -> Dispute:
    """A dispute that a unit raises by itself, with a second unit and perhaps a `third`."""
    if at is not None:
        town.at(at)
    actor = town.person(by)
    given = {
        "party_b": to,
        "party_c": third,
        "dispute_kind": "jurisdiction",
        "matter_code": "M001",
        "case_title": "未批先建废塑料清洗线",
        "violation_summary": SUMMARY,
        "location": "青河镇河湾村二组 18 号院",
        "position_a": "职责边界清单第 1 项列明由市生态环境局查处。",
        **answers,
    }
    number = town.act(lambda engine: engine.instances.start(actor, "dispute_resolution", sent(given)))
    return Dispute(town, number, cast_of(actor.unit_code), cast_of(to), cast_of(third) if third else None)


def dispute_of(case: Case) -> Dispute:
    """The latest dispute that the referral has called."""
    instance = tables.process_instance
    called = (
        select(instance.c.number).where(instance.c.origin_instance_id == case.id).order_by(instance.c.number.desc())
    )
    number = case.town.read(lambda tx: tx.scalars(called).first())
    assert number is not None, "no dispute has been called"
    return Dispute(case.town, number, case.referring, case.receiving)


def settle(case: Case, who: str, **ruling: Any) -> Case:
    """The dispute that the referral has called is ruled upon: `receiving`, `referring`, or a `third` unit handles it.

    Another `who` is the code of a unit.
    """
    known = {"receiving": case.receiving.unit, "referring": case.referring.unit, "third": "emergency"}
    ready = dispute_of(case).dispose().state_position().apply().accept().reply().propose()
    ready.scan_ruling().record_ruling(known.get(who, who), **ruling)
    return case


def joint(*units: str) -> dict[str, str]:
    """A ruling that names these units besides the one that leads."""
    named = dict(zip(("joint_unit", "joint_unit_2"), units, strict=False))
    return {"ruling_kind": "joint", "ruled_parts": "牵头单位负责答复，其他单位配合。", **named}


class Dispute(Instance):
    """A dispute between party A, who raises it, party B and perhaps party C. `JUSTICE` coordinates it."""

    def __init__(self, town: Town, number: str, a: Cast, b: Cast, c: Cast | None = None) -> None:
        super().__init__(town, number)
        self.sides: Mapping[str, Cast] = {"a": a, "b": b} | ({"c": c} if c else {})

    @property
    def today(self) -> str:
        return f"{local(self.town.now):%Y-%m-%d}"

    def whose(self, element: str) -> Cast:
        """The people of the unit that is asked, or was asked last."""
        task, task_id = tables.task, self.task(element)
        return cast_of(
            self.town.read(lambda tx: tx.scalars(select(task.c.unit_code).where(task.c.id == task_id)).one())
        )

    # --- interim disposal and negotiation ---

    def dispose_by(self, side: str, **answers: Any) -> Dispute:
        cast = self.sides[side]
        given = {
            f"disposal_{side}": "disposed",
            f"disposal_{side}_at": f"{local(self.town.now):%Y-%m-%dT%H:%M:%S}",
            f"disposal_{side}_officers": self.town.ids(cast.officer, cast.colleague),
            f"disposal_{side}_result": "stopped",
            f"disposal_{side}_note": "现场责令停止并拍照取证，双方共同到场。",
            **answers,
        }
        self.complete(f"dispose_{side}", cast.officer, **given)
        return self

    def dispose(self) -> Dispute:
        for side in self.sides:
            self.dispose_by(side)
        return self

    def claim_none(self, side: str) -> Dispute:
        """This side holds that nothing needs to be done."""
        note = "现场已经停机封存，没有继续违法的危险。"
        nothing = {f"disposal_{side}_{name}": None for name in ("at", "officers", "result")}
        return self.dispose_by(side, **{f"disposal_{side}": "not_needed", f"disposal_{side}_note": note}, **nothing)

    def answer_none(self, side: str, outcome: str = "agree") -> Dispute:
        answers = {f"measures_{side}_outcome": outcome, f"measures_{side}_opinion": "已研究。"}
        self.complete(f"confirm_measures_{side}", self.sides[side].officer, **answers)
        return self

    def direct(self, side: str = "b") -> Dispute:
        answers = {
            "directed_unit": self.sides[side].unit,
            "directed_measures": "到场核查，确认停机并封存设备。",
            "directed_reason": "各方对是否处置意见不一。",
        }
        self.complete("direct_disposal", JUSTICE.officer, **answers)
        return self

    def dispose_directed(self, side: str = "b") -> Dispute:
        cast = self.sides[side]
        answers = {
            "directed_at": f"{local(self.town.now):%Y-%m-%dT%H:%M:%S}",
            "directed_officers": self.town.ids(cast.officer, cast.colleague),
            "directed_result": "stopped",
            "directed_note": "到场核查，封存设备并拍照取证。",
        }
        self.complete("dispose_directed", cast.officer, **answers)
        return self

    def name_lead(self, side: str = "b") -> Dispute:
        self.press_by(JUSTICE.officer, "act_lead")
        answers = {
            "named_unit": self.sides[side].unit,
            "named_measures": "立即到场责令停止排放并采样。",
            "named_reason": "违法行为仍在继续，危害可能扩大。",
        }
        self.complete("name_lead", JUSTICE.officer, **answers)
        return self

    # --- urgency ---

    def raise_urgency(self, side: str = "a") -> Dispute:
        self.press_by(self.sides[side].officer, "act_urgent")
        self.complete("describe_urgency", self.sides[side].officer, worsening="夜间又开始排放，气味明显。")
        return self

    def answer_urgency(self, side: str = "a", outcome: str = "confirm") -> Dispute:
        answers = {"worsening_outcome": outcome, "worsening_opinion": "已了解情况。"}
        self.complete("confirm_urgency", self.sides[side].deputy, **answers)
        return self

    def state_position(self) -> Dispute:
        if "c" in self.sides:
            self.complete("state_position_c", self.sides["c"].officer, position_c="本单位只负责登记，不负责查处。")
        given = {"position_b": "该行为发生在赋权之后，应由镇街查处。", "position_b_unit": self.sides["a"].unit}
        self.complete("state_position", self.sides["b"].officer, **given)
        return self

    def negotiate(self, outcome: str, unit: str | None = None) -> Dispute:
        given = {
            "negotiated_on": self.today,
            "negotiation_note": "双方在镇政府面谈，对由谁立案各有意见。",
            "negotiation_outcome": outcome,
        }
        if outcome == "agreed":
            given |= {
                "agreed_unit": unit or self.sides["b"].unit,
                "agreed_division": "由市生态环境局立案查处，镇街协助现场监管。",
            }
        self.complete("conclude_negotiation", self.whose("conclude_negotiation").officer, **given)
        return self

    def sign_agreement(self, side: str, outcome: str = "sign") -> Dispute:
        answers = {f"agreement_{side}_outcome": outcome, f"agreement_{side}_opinion": "阅。"}
        self.complete(f"sign_agreement_{side}", self.sides[side].leader, **answers)
        return self

    def agree(self, unit: str | None = None) -> Dispute:
        self.negotiate("agreed", unit)
        for side in self.sides:
            self.sign_agreement(side)
        return self

    # --- application, review and reply ---

    def write_application(self) -> Dispute:
        view = "职责边界清单第 1 项列明由市生态环境局查处。"
        answers = {"issue": "未批先建的违法行为由谁立案查处。", "applicant_view": view}
        self.complete("write_application", self.whose("write_application").officer, **answers)
        return self

    def sign_application(self, outcome: str = "sign") -> Dispute:
        answers = {"application_outcome": outcome, "application_opinion": "阅。"}
        self.complete("sign_application", self.whose("sign_application").leader, **answers)
        return self

    def apply(self) -> Dispute:
        """No agreement; the application for coordination has been signed and delivered."""
        return self.negotiate("not_agreed").write_application().sign_application()

    def review(self, outcome: str) -> Dispute:
        ground = {
            "not_accept": {
                "refusal_ground": "no_legal_question",
                "refusal_explanation": "现行清单已经列明由镇街查处。",
                "refusal_advice": "按现有清单由镇街查处。",
            },
            "supplement": {"correction_list": "补充现场检查记录。"},
        }.get(outcome, {})
        self.complete(
            "review_application", JUSTICE.officer, review_outcome=outcome, review_opinion="已审查。", **ground
        )
        return self

    def accept(self) -> Dispute:
        return self.review("accept")

    def supplement(self) -> Dispute:
        self.complete(
            "complete_application", self.whose("complete_application").officer, correction_note="已补充现场检查记录。"
        )
        return self

    def reply(self) -> Dispute:
        if "c" in self.sides:
            answers = {"reply_c_text": "本单位没有这项职责，不应由本单位查处。", "reply_c_basis": "三定规定"}
            self.complete("reply_in_writing_c", self.whose("reply_in_writing_c").officer, **answers)
        answers = {"reply_text": "该事项已经赋权镇街，应由镇街查处。", "reply_basis": "赋权事项清单"}
        self.complete("reply_in_writing", self.whose("reply_in_writing").officer, **answers)
        return self

    # --- coordination ---

    def coordinate(self, outcome: str, unit: str | None = None) -> Dispute:
        given = {
            "coordinated_on": self.today,
            "coordination_attendees": "青河镇、市生态环境局、市委编办",
            "coordination_note": "听取双方意见，核对职责边界清单和赋权清单。",
            "coordination_outcome": outcome,
        }
        if outcome == "agreement":
            given["coordinated_unit"] = unit or self.sides["b"].unit
            given["coordinated_division"] = "由市生态环境局立案查处，镇街协助现场监管。"
        self.complete("coordinate_dispute", JUSTICE.officer, **given)
        return self

    def sign_opinion(self, outcome: str = "sign") -> Dispute:
        self.complete("sign_opinion", JUSTICE.leader, opinion_outcome=outcome, opinion_opinion="阅。")
        return self

    def ask_more_time(self, until: str) -> Dispute:
        self.press_by(JUSTICE.officer, "act_extend")
        answers = {"more_time_until": until, "more_time_reason": "需听取专家意见。"}
        self.complete("request_more_time", JUSTICE.officer, **answers)
        return self

    def answer_more_time(self, outcome: str) -> Dispute:
        answers = {"more_time_outcome": outcome, "more_time_opinion": "阅。"}
        self.complete("approve_more_time", JUSTICE.deputy, **answers)
        return self

    # --- proposal and ruling ---

    def write_proposal(self) -> Dispute:
        answers = {
            "proposed_unit": self.sides["b"].unit,
            "legal_analysis": "行政处罚法第二十四条，赋权事项不含本项。",
            "proposal_text": "建议裁决由市生态环境局查处。",
        }
        self.complete("write_proposal", JUSTICE.officer, **answers)
        return self

    def sign_proposal(self, outcome: str = "sign") -> Dispute:
        self.complete("sign_proposal", JUSTICE.leader, proposal_outcome=outcome, proposal_opinion="阅。")
        return self

    def propose(self) -> Dispute:
        """Coordination has failed, and the written proposal has been submitted to the city government."""
        return self.coordinate("no_agreement").write_proposal().sign_proposal()

    def scan_ruling(self) -> Dispute:
        self.add_material_to("record_ruling", CLERK, "ruling_document")
        return self

    def record_ruling(self, unit: str, **answers: Any) -> Dispute:
        given = {
            "ruling_number": RULING,
            "ruling_date": self.today,
            "ruling_kind": "single",
            "ruled_unit": unit,
            "ruling_text": "经研究，该事项由所列单位负责查处。",
            **answers,
        }
        self.complete("record_ruling", CLERK, **given)
        return self

    def rule(self, unit: str) -> Dispute:
        return self.scan_ruling().record_ruling(unit)

    # --- withdrawal and execution ---

    def ask_withdrawal(self, unit: str | None = None) -> Dispute:
        self.press_by(self.sides["a"].officer, "act_withdraw")
        answers = {"settlement_reason": "双方已经谈妥。", "withdrawal_unit": unit}
        self.complete("describe_settlement", self.sides["a"].officer, **answers)
        return self

    def answer_withdrawal(self, outcome: str, side: str = "b") -> Dispute:
        task, key = ("confirm_settlement_c", "settlement_c") if side == "c" else ("confirm_settlement", "settlement")
        self.complete(task, self.sides[side].leader, **{f"{key}_outcome": outcome, f"{key}_opinion": "已研究。"})
        return self

    def report_execution(self, side: str, state: str = "done") -> Dispute:
        note = "已按确定的分工立案查处。" if state == "done" else "人员不足，尚未移交案件材料。"
        answers = {f"execution_{side}_state": state, f"execution_{side}_note": note}
        element = f"report_execution_{side}"
        self.complete(element, self.whose(element).officer, **answers)
        return self

    def execute(self) -> Dispute:
        """Whoever has to execute what was settled reports that it is done."""
        for side in "abc":
            if f"report_execution_{side}" in self.waiting:
                self.report_execution(side)
        return self

    def confirm_executors(self) -> Dispute:
        self.complete("confirm_executors", JUSTICE.officer, execution_request="十日内立案，并通报原办理单位。")
        return self

    # --- whoever is silent ---

    def take_over(self, side: str, button: str = "act_take_result") -> Dispute:
        """Party A has not gone on with the negotiation or the application, and this side does."""
        self.press_by(self.sides[side].officer, button)
        return self

    def report_late(self, side: str, note: str = "补充取证，已经责令停止并拍照。") -> Dispute:
        officer = self.sides[side].officer
        self.press_by(officer, "act_report_late")
        self.complete("report_late", officer, late_at=f"{local(self.town.now):%Y-%m-%dT%H:%M:%S}", late_note=note)
        return self

    def urge(self, outcome: str) -> Dispute:
        answers = {"urge_number": "青司督〔2026〕7 号", "urge_date": self.today, "urge_note": "十日内执行并书面报告。"}
        self.complete("urge_execution", JUSTICE.officer, urge_outcome=outcome, **answers)
        return self

    # --- what changes it ---

    def supersede(self) -> Dispute:
        self.press_by(JUSTICE.officer, "act_supersede")
        answers = {
            "supersession_ground": "duty_list",
            "supersession_basis": "职责边界清单（2026 年第二次调整）",
            "supersession_reason": "调整后的清单已列明由市生态环境局查处。",
            "supersession_unit": "ecology",
        }
        self.complete("describe_supersession", JUSTICE.officer, **answers)
        return self

    def answer_supersession(self, outcome: str) -> Dispute:
        answers = {"supersession_outcome": outcome, "supersession_opinion": "已审阅。"}
        self.complete("sign_supersession", JUSTICE.deputy, **answers)
        return self

    def amend(self, unit: str = "qinghe", scan: bool = True, **given: Any) -> Dispute:
        self.press_by(CLERK, "act_amend")
        if scan:
            self.add_material_to("amend_ruling", CLERK, "ruling_document")
        answers = {
            "amendment_number": "青政裁〔2026〕9 号",
            "amendment_date": self.today,
            "amendment_reason": "镇街已经取得这项处罚权。",
            "amended_kind": "single",
            "amended_unit": unit,
            "amended_text": "该事项改由所列单位负责查处。",
        } | given
        self.complete("amend_ruling", CLERK, **answers)
        return self
