"""A report, complaint or petition, driven as a story: registered by the unit that receives it first (P3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.clock import local
from engine.db import tables
from engine.organisation import city
from tests.processes.dispute import Dispute
from tests.processes.town import Case, Instance, Town, cast_of, sent

SUPERVISOR = "zhuangmingzhe.jd"
INFORMANT, CONTACT = "金不换", "13800006789"
"""Nobody but the first unit's handlers may ever read these two."""
CONTENT = "夜间院内有机器轰鸣，边沟流出黑水，气味刺鼻，已持续半个月。"
REMEDY = "可以自收到本答复意见书之日起30日内，向本单位的上一级机关请求复查"
FACTS = "院内建成废塑料清洗线一条并投入使用，未办理环境影响评价手续，清洗废水排入边沟。"


def receive(town: Town, by: str = "linxiaoman.qh", at: str | None = None, **answers: Any) -> Complaint:
    """A complaint is on record; it was received now, unless the answers say else."""
    if at is not None:
        town.at(at)
    actor = town.person(by)
    named = answers.get("informant_kind", "named") == "named"
    given = {
        "channel": "letter",
        "complaint_kind": "report",
        "received_at": f"{local(town.now):%Y-%m-%dT%H:%M:%S}",
        "informant_kind": "named",
        "informant_name": INFORMANT if named else None,
        "informant_contact": CONTACT if named else None,
        "case_title": "院内清洗废塑料排黑水",
        "complaint_content": CONTENT,
        "matter_code": "M002",
        "location": "青河镇河湾村二组 18 号院",
        "party_name": "顺禾再生资源站",
        "urgent_reason": "邻近水源。" if answers.get("is_urgent") else None,
        **answers,
    }
    number = town.act(lambda engine: engine.instances.start(actor, "first_responder", sent(given)))
    return Complaint(town, number, actor.unit_code, named)


def switch_on(town: Town, key: str) -> None:
    """A rule of the city is set to true from now on."""
    town.write(lambda tx: city.set_rule(tx, key, True, "test", town.now))


class Complaint(Instance):
    """A complaint of the first unit; the other side is 市生态环境局."""

    def __init__(self, town: Town, number: str, first: str, named: bool) -> None:
        super().__init__(town, number)
        self.first, self.counterpart, self.named = cast_of(first), cast_of("ecology"), named

    @property
    def now(self) -> str:
        return f"{local(self.town.now):%Y-%m-%dT%H:%M:%S}"

    @property
    def today(self) -> str:
        return self.now[:10]

    def if_named(self, **answers: Any) -> dict[str, Any]:
        return answers if self.named else {}

    def if_anonymous(self, **answers: Any) -> dict[str, Any]:
        return {} if self.named else answers

    # --- intake ---

    def register(self) -> Complaint:
        given = {"intake_handlers": self.town.ids(self.first.officer), "intake_note": "请核实处理。"}
        self.complete("register_intake", self.first.liaison, **given, **self.if_named(receipt_method="phone"))
        return self

    def stop_violation(self, result: str = "stopped") -> Complaint:
        self.complete(
            "stop_violation",
            self.first.officer,
            stop_measure="ordered_to_stop",
            stop_basis="《中华人民共和国环境保护法》第六十三条",
            stopped_at=self.now,
            stop_officers=self.town.ids(self.first.officer, self.first.colleague),
            stop_description="责令当事人立即停止排放，当场关停清洗线。",
            stop_result=result,
        )
        return self

    def ask_to_withdraw(self, outcome: str) -> Complaint:
        self.press_by(self.first.liaison, "act_request")
        given = {"requested_on": self.today, "request_note": "本人说问题已经解决。"}
        opinion = "已向本人了解情况。"
        self.complete(
            "record_request",
            self.first.liaison,
            withdrawal_request_outcome=outcome,
            withdrawal_request_opinion=opinion,
            **given,
        )
        return self

    def answer_closing(self, outcome: str) -> Complaint:
        self.complete("confirm_close", self.first.deputy, close_outcome=outcome, close_opinion="已研究。")
        return self

    def raise_urgency(self, outcome: str | None = "confirm") -> Complaint:
        """The officer finds it urgent after all; the leader confirms, refuses, or does not answer (None)."""
        self.press_by(self.first.officer, "act_urgent")
        self.complete("describe_urgency", self.first.officer, urgency_reason="污水正流向取水口。")
        return self if outcome is None else self.answer_urgency(outcome)

    def answer_urgency(self, outcome: str = "confirm") -> Complaint:
        self.complete("confirm_urgency", self.first.deputy, urgency_outcome=outcome, urgency_opinion="阅。")
        return self

    # --- whose function it is ---

    def judge(self, outcome: str = "ours") -> Complaint:
        given = {"competence_outcome": outcome}
        if outcome == "not_ours":
            given |= {
                "counterpart_unit": self.counterpart.unit,
                "competence_basis": "职责边界清单第 1 项",
                "competence_reason": "该行为由市级部门查处，镇没有处罚权。",
            }
        self.complete("judge_competence", self.first.officer, **given)
        return self

    def confirm_not_ours(self, outcome: str = "confirm") -> Complaint:
        self.complete("confirm_not_ours", self.first.leader, not_ours_outcome=outcome, not_ours_opinion="阅。")
        return self

    def ask_consent(self) -> Complaint:
        """The officer finds it clearly not the unit's function, the leader confirms, the other side is asked."""
        return self.judge("not_ours").confirm_not_ours()

    def answer_consent(self, outcome: str) -> Complaint:
        given = {"consent_outcome": outcome, "consent_opinion": "已研究。"}
        if outcome == "consent":
            given |= {"consent_address": "青河市环城路 6 号", "consent_phone": "0001-12369"}
        self.complete("answer_consent", self.counterpart.deputy, **given)
        return self

    def hand_over(self) -> Complaint:
        """The bureau decides that another town is responsible: the person is to turn to it."""
        return self.coordinate(self.counterpart.unit, handover_address="柳林镇政务大厅", handover_phone="0001-88886")

    def tell_informant(self) -> Complaint:
        told = {"told_method": "letter", "told_text": "该事项由市生态环境局受理，请向其提出。"}
        note = self.if_anonymous(redirect_note="匿名，无法告知。")
        self.complete("tell_informant", self.first.officer, **self.if_named(**told), **note)
        return self

    def decide(self, outcome: str) -> Complaint:
        opinion = "清单第 1 项列明由市生态环境局查处。"
        self.complete("decide_handling", self.first.leader, handling_outcome=outcome, handling_opinion=opinion)
        return self

    def dispute(self) -> Complaint:
        """The other side refuses, and the supervision bureau is asked to coordinate."""
        return self.ask_consent().answer_consent("refuse").decide("dispute")

    def asking(self, unit: str) -> Complaint:
        """The other side is this unit."""
        self.counterpart = cast_of(unit)
        return self

    def coordinate(self, unit: str | None, **answers: str) -> Complaint:
        given = {
            "duty_outcome": "settled" if unit else "not_settled",
            "coordination_note": "听取双方意见，核对了清单。",
        }
        if unit:
            given |= {"coordinated_unit": unit, "coordination_division": "职责边界清单第 1 项"}
        self.complete("coordinate_duty", SUPERVISOR, **given, **answers)
        return self

    # --- preliminary check ---

    def check(self, outcome: str, **answers: Any) -> Complaint:
        given: dict[str, Any] = {
            "checked_at": self.now,
            "check_officers": self.town.ids(self.first.officer, self.first.colleague),
            "check_facts": "到场查看，询问了院主和相邻住户。",
            "check_outcome": outcome,
            "check_opinion": "三次到场均无人，无法进入查看。" if outcome == "cannot_verify" else None,
        }
        if outcome in ("penalty_needed_own", "to_refer_violation", "mixed"):
            given["violation_facts"] = FACTS
        if outcome == "mixed":
            given["violation_part"] = answers.get("violation_part", "own")
        if outcome == "to_refer_violation" or answers.get("violation_part") == "refer":
            given |= {"refer_unit": self.counterpart.unit, "refer_basis": "职责边界清单第 1 项"}
        self.complete("check_complaint", self.first.officer, **{**given, **answers})
        return self

    # --- what follows ---

    def file_own_case(self, outcome: str = "file") -> Complaint:
        officers = self.town.ids(self.first.officer, self.first.colleague)
        filed = {"own_case_number": "青执立〔2026〕7 号", "own_case_date": self.today, "own_case_officers": officers}
        given = filed if outcome == "file" else {"own_filing_opinion": "违法行为轻微并及时改正。"}
        self.complete("file_own_case", self.first.officer, own_filing_outcome=outcome, **given)
        return self

    def record_own_decision(self) -> Complaint:
        decision = {"own_decision_number": "青罚〔2026〕3 号", "own_decision_date": self.today}
        given = {"own_result_kind": "penalty", "own_result_summary": "罚款并责令改正。", **decision}
        self.complete("record_own_decision", self.first.officer, **given)
        return self

    def referral(self) -> Case:
        """The case referral that the complaint has called."""
        instance = tables.process_instance
        called = select(instance.c.number).where(
            instance.c.origin_instance_id == self.id, instance.c.key == "case_referral"
        )
        number = self.town.read(lambda tx: tx.scalars(called).one())
        return Case(self.town, number, self.first, self.counterpart)

    def called(self) -> list[str]:
        """The keys of the procedures that the complaint has called."""
        instance = tables.process_instance
        keys = select(instance.c.key).where(instance.c.origin_instance_id == self.id)
        return self.town.read(lambda tx: list(tx.scalars(keys)))

    def called_dispute(self) -> Dispute:
        instance = tables.process_instance
        called = select(instance.c.number).where(
            instance.c.origin_instance_id == self.id, instance.c.key == "dispute_resolution"
        )
        number = self.town.read(lambda tx: tx.scalars(called).one())
        return Dispute(self.town, number, self.first, self.counterpart)

    def prepare_management(self) -> Complaint:
        given = {
            "management_unit": "housing",
            "management_problem": "院落出租登记不全，物业没有巡查记录。",
            "management_advice": "请督促物业落实巡查。",
        }
        self.complete("prepare_management", self.first.officer, **given)
        return self

    def approve_management(self, outcome: str = "approve", by: str | None = None) -> Complaint:
        leader = by or self.first.deputy
        self.complete("approve_management", leader, management_outcome=outcome, management_opinion="阅。")
        return self

    def acknowledge(self, outcome: str = "accept") -> Complaint:
        liaison, plan = cast_of("housing").liaison, "已转物业科处理，十日内反馈。"
        self.complete("acknowledge_management", liaison, acknowledgement_outcome=outcome, acknowledgement_opinion=plan)
        return self

    def transfer_management(self) -> Complaint:
        return self.prepare_management().approve_management().acknowledge()

    # --- reply ---

    def _draft(self, element: str, prefix: str) -> Complaint:
        named = self.if_named(
            **{
                f"{prefix}reply_text": "您反映的问题已经核实，处理情况如下。",
                f"{prefix}reply_method": "letter",
                f"{prefix}reply_remedy": REMEDY,
            }
        )
        note = self.if_anonymous(**{f"{prefix}closure_note": "匿名举报，已核实处理。"})
        self.complete(element, self.first.officer, **named, **note)
        return self

    def draft_direct(self) -> Complaint:
        return self._draft("reply_directly", "direct_")

    def sign_direct(self, outcome: str = "sign") -> Complaint:
        answers = {"direct_signing_outcome": outcome, "direct_signing_opinion": "阅。"}
        self.complete("sign_direct", self.first.deputy, **answers)
        return self

    def reply_directly(self) -> Complaint:
        return self.draft_direct().sign_direct()

    def draft_reply(self) -> Complaint:
        return self._draft("reply_informant", "")

    def sign_reply(self, outcome: str = "sign") -> Complaint:
        answers = {"reply_signing_outcome": outcome, "reply_signing_opinion": "阅。"}
        self.complete("sign_reply", self.first.deputy, **answers)
        return self

    def reply(self) -> Complaint:
        return self.draft_reply().sign_reply()

    # --- an objection to the office that forwarded a petition ---

    def object(self) -> Complaint:
        self.press_by(self.first.officer, "act_object")
        return self.explain_objection()

    def explain_objection(self) -> Complaint:
        given = {
            "petition_office": "江原市信访局",
            "objection_basis": "职责边界清单第 1 项",
            "objection_reason": "该事项由市生态环境局查处，本镇没有处罚权。",
        }
        self.complete("raise_objection", self.first.officer, **given)
        return self

    def approve_objection(self, outcome: str = "approve") -> Complaint:
        self.complete("approve_objection", self.first.deputy, objection_outcome=outcome, objection_opinion="阅。")
        return self

    def record_objection(self, outcome: str) -> Complaint:
        given = {"objection_reply_outcome": outcome, "objection_replied_on": self.today}
        self.complete("record_objection", self.first.officer, **given)
        return self

    # --- a petition's own period ---

    def ask_extension(self, until: str) -> Complaint:
        self.press_by(self.first.officer, "act_extend")
        answers = {"petition_extension_until": until, "petition_extension_reason": "须等待检测报告。"}
        self.complete("request_petition_extension", self.first.officer, **answers)
        return self

    def answer_extension(self, outcome: str) -> Complaint:
        answers = {"petition_extension_outcome": outcome, "petition_extension_opinion": "阅。"}
        self.complete("approve_petition_extension", self.first.deputy, **answers)
        return self
