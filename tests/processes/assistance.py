"""Requests for assistance in the demonstration's city: a town asks, a department answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from engine.clock import local
from engine.db import tables
from tests.processes.town import Case, Cast, Town, cast_of, sent

QUESTIONS = "该生产线是否应当办理环境影响评价手续？\n清洗废水是否属于危险废物？"
FACTS = "日常巡查发现，当事人在院内建成废塑料破碎清洗线一条并投入使用，清洗废水排入边沟，性质待认定。"


def ask(
    town: Town,
    by: str = "shenhe.qh",
    at: str | None = None,
    of: str = "ecology",
    delivered: bool = True,
    **answers: Any,
) -> Assistance:
    """A new request, approved and delivered at this time unless the test wants to see how that is done."""
    if at is not None:
        town.at(at)
    actor = town.person(by)
    given = {
        "matter_code": "M001",
        "assisting_unit": of,
        "request_kinds": ["determination", "advice"],
        "questions": QUESTIONS,
        "case_title": "废塑料清洗线性质认定",
        "request_facts": FACTS,
        "location": "青河镇河湾村二组 18 号院",
        "contact_name": "沈禾",
        "contact_phone": "0510-80000001",
        "urgent_reason": "汛期将至，废水随时可能入河。" if answers.get("is_urgent") else None,
        "evidence_risk_reason": "废水正在排空。" if answers.get("evidence_at_risk") else None,
        **answers,
    }
    number = town.act(lambda engine: engine.instances.start(actor, "technical_assistance", sent(given)))
    case = Assistance(town, number, cast_of(actor.unit_code), cast_of(of))
    return case.prepare().approve() if delivered else case


class Assistance(Case):
    """The two sides are those of a case: `referring` asks, `receiving` assists."""

    @property
    def asking(self) -> Cast:
        return self.referring

    @property
    def assisting(self) -> Cast:
        return self.receiving

    def now(self) -> str:
        return f"{local(self.town.now):%Y-%m-%dT%H:%M:%S}"

    # --- the town asks ---

    def prepare(self) -> Assistance:
        self.complete("prepare_request", self.asking.officer, request_note="另附现场照片。")
        return self

    def approve(self, outcome: str = "approve") -> Assistance:
        answers = {"request_approval_outcome": outcome, "request_approval_opinion": "阅。"}
        self.complete("approve_request", self.asking.deputy, **answers)
        return self

    def withdraw(self) -> Assistance:
        self.press("act_withdraw")
        self.complete("withdraw_request", self.asking.officer, withdrawal_reason="当事人已自行提交鉴定报告。")
        return self

    def acknowledge_withdrawal(self) -> Assistance:
        self.complete("acknowledge_withdrawal", self.assisting.liaison, withdrawal_acknowledged=True)
        return self

    # --- the department answers ---

    def assign(self) -> Assistance:
        handlers = self.town.ids(self.assisting.officer)
        self.complete("assign_request", self.assisting.liaison, assignment_outcome="assign", opinion_handlers=handlers)
        return self

    def decline(self, **answers: Any) -> Assistance:
        given = {
            "assignment_outcome": "not_our_duty",
            "refusal_grounds": ["other_department"],
            "refusal_basis": "职责边界清单（2026 年版）第 9 项",
            "refusal_reason": "该事项属市市场监督管理局职责。",
            **answers,
        }
        self.complete("assign_request", self.assisting.liaison, **given)
        return self

    def answer_refusal(self, outcome: str) -> Assistance:
        answers = {"refusal_outcome": outcome, "refusal_signing_opinion": "已研究。"}
        self.complete("sign_refusal", self.assisting.deputy, **answers)
        return self

    def reply_to_refusal(self, outcome: str, other: str | None = None) -> Assistance:
        answers = {"refusal_reply_outcome": outcome, "refusal_reply_opinion": "清单列明由市生态环境局认定。"}
        self.complete("study_refusal", self.asking.officer, **answers, **({"next_unit": other} if other else {}))
        return self

    def put_anew(self, unit: str = "emergency", outcome: str = "ask") -> Assistance:
        """Another unit has been found competent: the town asks it, or says why it does not."""
        given = {"anew_unit": unit} if outcome == "ask" else {"anew_reason": "已经书面告知确定的单位办理。"}
        self.complete("study_ruling", self.asking.officer, anew_outcome=outcome, **given)
        return self

    def begun(self, unit: str = "housing") -> Assistance:
        """The request that this one has started to this department. Raises NoResultFound when there is none."""
        instance = tables.process_instance
        started = select(instance.c.number).where(
            instance.c.origin_instance_id == self.id, instance.c.key == "technical_assistance"
        )
        numbers = self.town.read(lambda tx: list(tx.scalars(started)))
        cases = [Assistance(self.town, number, self.asking, cast_of(unit)) for number in numbers]
        asked = [case for case in cases if case.facts()["assisting_unit"] == unit]
        if not asked:
            raise NoResultFound("No row was found: this department has not been asked")
        return asked[0]

    def study(self, **answers: Any) -> Assistance:
        given = {
            "opinion_outcome": "concluded",
            "opinion_answers": "一、应当办理环境影响评价手续。二、不属于危险废物。",
            "opinion_basis": "建设项目环境影响评价分类管理名录",
            "opinion_followup": "补充的问题：同上。" if self.facts().get("followups") else None,
            **answers,
        }
        if given["opinion_outcome"] == "concluded":
            given = {"opinion_conclusion": "须办理环境影响评价手续。", **given}
        self.complete("study_opinion", self.assisting.officer, **given)
        return self

    def sign(self, outcome: str = "approve") -> Assistance:
        answers = {"opinion_signing_outcome": outcome, "opinion_signing_opinion": "阅。"}
        self.complete("sign_assistance_opinion", self.assisting.deputy, **answers)
        return self

    def answer(self) -> Assistance:
        """Assigned, studied, signed, and delivered in writing."""
        return self.assign().study().sign()

    def ask_material(self) -> Assistance:
        self.press("act_material", self.assisting.officer)
        self.complete("request_material", self.assisting.officer, material_list="清洗废水的取样记录。")
        return self

    def supply_material(self) -> Assistance:
        self.complete("supply_material", self.asking.officer, material_note="已补充取样记录。")
        return self

    def ask_extension(self, until: str, *grounds: str) -> Assistance:
        self.press("act_extend", self.assisting.officer)
        return self.explain_extension(until, *grounds)

    def explain_extension(self, until: str, *grounds: str) -> Assistance:
        answers = {"extension_grounds": list(grounds or ["complex"]), "extension_reason": "涉及多个行业标准。"}
        self.complete("request_opinion_extension", self.assisting.officer, extension_until=until, **answers)
        return self

    def answer_extension(self, outcome: str = "approve") -> Assistance:
        answers = {"extension_outcome": outcome, "extension_opinion": "阅。"}
        self.complete("approve_opinion_extension", self.assisting.deputy, **answers)
        return self

    def commission(self, at: str | None = None) -> Assistance:
        """An appraisal is commissioned, and the leader lets its time be left out of the period."""
        return self.record_commission(at).approve_appraisal()

    def record_commission(self, at: str | None = None) -> Assistance:
        self.press("act_appraise", self.assisting.officer)
        answers = {
            "appraisal_institution": "市环境监测站",
            "commissioned_at": at or self.now(),
            "reply_promised_on": f"{local(self.town.now + timedelta(days=20)):%Y-%m-%d}",
            "appraisal_subject": "清洗废水是否属于危险废物。",
        }
        self.complete("commission_appraisal", self.assisting.officer, **answers)
        return self

    def approve_appraisal(self, outcome: str = "approve") -> Assistance:
        answers = {"appraisal_outcome": outcome, "appraisal_opinion": "阅。"}
        self.complete("approve_appraisal", self.assisting.deputy, **answers)
        return self

    def record_appraisal(self, at: str | None = None) -> Assistance:
        answers = {"appraisal_number": "检字 118 号", "appraisal_conclusion": "不属于危险废物。"}
        self.complete("record_appraisal", self.assisting.officer, appraisal_reported_at=at or self.now(), **answers)
        return self

    # --- on site ---

    def dispatch(self) -> Assistance:
        staff = self.town.ids(self.assisting.officer, self.assisting.colleague)
        self.complete("dispatch_onsite", self.assisting.liaison, onsite_staff=staff, dispatched_at=self.now())
        return self

    def act_on_site(self) -> Assistance:
        answers = {"onsite_measures": ["sampled", "photographed"], "onsite_record": "到场取样两份，现场拍照并封存。"}
        self.complete("report_onsite", self.assisting.colleague, arrived_at=self.now(), **answers)
        return self

    def raise_urgency(self, outcome: str | None = "confirm") -> Assistance:
        """The town finds it urgent after all; its leader confirms, refuses, or does not answer (None)."""
        self.press("act_urgent", self.asking.officer)
        self.complete("describe_urgency", self.asking.officer, urgency_reason="暴雨将至，废水随时可能入河。")
        return self if outcome is None else self.answer_urgency(outcome)

    def answer_urgency(self, outcome: str = "confirm") -> Assistance:
        self.complete("confirm_urgency", self.asking.deputy, urgency_outcome=outcome, urgency_opinion="阅。")
        return self

    def contest_urgency(self) -> Assistance:
        self.press("act_contest", self.assisting.officer)
        self.complete("contest_urgency", self.assisting.officer, contest_reason="废水已经截流，没有入河危险。")
        return self

    def dispatch_raised(self) -> Assistance:
        staff = self.town.ids(self.assisting.officer, self.assisting.colleague)
        self.complete("dispatch_raised", self.assisting.liaison, onsite_staff=staff, dispatched_at=self.now())
        return self

    def act_on_raised(self) -> Assistance:
        answers = {"onsite_measures": ["sampled"], "onsite_record": "到场取样两份，封存清洗线。"}
        self.complete("report_raised", self.assisting.colleague, arrived_at=self.now(), **answers)
        return self

    # --- the town confirms ---

    def confirm(self, outcome: str = "sufficient", route: str = "dispute") -> Assistance:
        answers = {"confirmation_outcome": outcome, "confirmation_opinion": "结论与现场情况不符。"}
        if outcome == "contested":
            answers["contest_route"] = route
        self.complete("confirm_opinion", self.asking.officer, **answers)
        return self

    def consult(self, outcome: str) -> Assistance:
        """The opinion is contested, and both units have talked about it."""
        self.confirm("contested", "consult")
        return self.record_consultation(outcome)

    def record_consultation(self, outcome: str) -> Assistance:
        paper = {"consultation_number": "会商纪要〔2026〕3 号", "consulted_on": self.now()[:10]}
        answers = {"consultation_outcome": outcome, "consultation_conclusion": "按现行分类管理名录认定。"}
        self.complete("record_consultation", self.asking.officer, **paper, **answers)
        return self

    def follow_up(self) -> Assistance:
        """The opinion is not sufficient: what the town asks once more, with its leader's approval."""
        return self.confirm("insufficient").ask_again().approve_followup()

    def ask_again(self) -> Assistance:
        self.complete("ask_followup", self.asking.officer, followup_questions="请说明采用哪一年的分类管理名录。")
        return self

    def approve_followup(self, outcome: str = "approve") -> Assistance:
        answers = {"followup_approval_outcome": outcome, "followup_approval_opinion": "阅。"}
        self.complete("approve_followup", self.asking.deputy, **answers)
        return self
