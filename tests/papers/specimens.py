"""A specimen of every letter of the folder, with facts as clerks write them: for tests and for looking at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, select

from engine.clock import parse_local
from engine.db.tables import process_instance
from engine.deployments import shipped
from engine.deployments.definitions import read_forms
from engine.documents import letter_versions
from engine.organisation import units
from engine.organisation.units import Unit
from engine.runtime.documents import wording
from engine.runtime.documents.wording import Composed, compose
from engine.runtime.instances import instances
from engine.runtime.step.context import Context
from engine.runtime.step.step import Step
from engine.settings import PROJECT
from tests.processes.town import Town

FOLDER = PROJECT / "processes" / "letters"
FILES = shipped.read_folder(PROJECT / "processes").files
SOURCES = {name: source for file in FILES for name, source in sorted(file.beside.letters.items())}
FORMS = [form for file in FILES for form in read_forms(file.diagram, file.beside.forms).values()]
FACTS: dict[str, Any] = {
    "referring_unit": "qinghe", "receiving_unit": "ecology", "party_a": "qinghe", "party_b": "ecology",
    "applicant_unit": "qinghe", "respondent_unit": "ecology", "executor_1": "qinghe", "executor_2": "ecology",
    "requesting_unit": "qinghe", "assisting_unit": "ecology", "first_unit": "qinghe", "counterpart_unit": "ecology",
    "management_unit": "ecology", "competent_unit": "ecology", "coordinated_unit": "ecology", "agreed_unit": "ecology",
    "proposed_unit": "ecology", "ruled_unit": "ecology", "withdrawal_unit": "ecology", "proper_unit": "market",
    "suggested_unit": "market", "sending_body": None,
    "case_title": "未批先建废塑料清洗线", "party_name": "青河镇顺禾再生资源站", "party_id": "92370000MA3ABCDE1X",
    "violation_summary": "日常巡查发现，当事人在院内建成废塑料破碎清洗线一条并投入使用，未办理环境影响评价手续，"
    "清洗废水经暗管排入村道边沟，现场停机。",
    "location": "青河镇河湾村二组 18 号院", "discovered_at": parse_local("2026-09-25T10:10"),
    "jurisdiction_found_at": parse_local("2026-09-25T14:20"), "source": "daily_patrol",
    "jurisdiction_reason": "职责边界清单（2026 年版）第 1 项",
    "suspected_provisions": "《中华人民共和国环境影响评价法》第二十五条", "is_ongoing": True, "is_urgent": True,
    "urgent_reason": "邻近饮用水水源，汛期将至。", "evidence_at_risk": True, "goods_involved": True,
    "stopped_at": parse_local("2026-09-25T10:40"), "stop_measure": "ordered_to_stop", "stop_result": "stopped",
    "stop_certificates": "QH-0107、QH-0112",
    "stop_description": "责令当事人立即停止排放，当场关停清洗线。", "counterpart_told_at": parse_local("2026-09-25T11:00"),
    "preparation_opinion": "材料已整理，拟移送。", "approval_outcome": "approve", "approval_opinion": "同意移送，抓紧送达。",
    "extension_ground": "testing", "extension_reason": "废水样品检测结果尚未出具。",
    "extension_until": date(2026, 10, 14), "extension_grounds": ["需技术鉴定"],
    "referral_delivered_at": parse_local("2026-09-28T09:12"), "acceptance_outcome": "accept",
    "first_step": "现场复核并采样", "acceptance_opinion": "材料齐全，属本单位管辖，拟予受理。",
    "supplement_list": "1．现场检查记录未经当事人签字确认，请补签或者注明拒签情况；\n2．补充清洗线投入使用时间的证据。",
    "objection_grounds": ["not_our_function", "other_department"], "objection_basis": "职责边界清单第 3 项",
    "handled_case": "青环立〔2026〕41号", "supplement_note": "已补充现场检查记录和询问笔录各一份。",
    "withdrawal_reason": "经进一步核查，该事项属我单位赋权范围", "progress_note": "已完成现场勘验，正在询问当事人。",
    "filing_outcome": "file", "filing_number": "青环立〔2026〕52号", "result_kind": "penalty",
    "decision_number": "青环罚〔2026〕17号", "decision_date": date(2026, 9, 29),
    "result_summary": "责令停止生产，处罚款二万元，当事人已履行。",
    "dispute_kind": "jurisdiction", "issue": "废塑料清洗线未批先建由镇还是由市生态环境局立案查处",
    "applicant_view": "职责边界清单第 1 项写明环评审批和未批先建的处罚权未赋予镇街。", "position_b": "该类事项已随赋权移交镇街。",
    "position_a": "职责边界清单第 1 项列明由市生态环境局查处。",
    "negotiated_on": date(2026, 9, 23), "negotiation_note": "双方在镇政府面谈，对清单第 1 项理解不一。",
    "agreed_division": "由市生态环境局立案查处，镇政府协助现场监管。", "disposal_a": "disposed",
    "disposal_a_at": parse_local("2026-09-22T09:00"), "disposal_a_note": "会同村委会到场，封堵暗管并拍照固定证据。",
    "disposal_b": "not_needed", "disposal_b_note": "现场已停机，没有继续排放的危险。",
    "applied_at": parse_local("2026-09-24T15:30"), "refusal_ground": "no_legal_question",
    "review_opinion": "双方对管辖没有实质分歧，属于办理衔接问题。", "coordinated_on": date(2026, 9, 28),
    "coordination_attendees": "青河镇人民政府、青河市生态环境局、市委编办",
    "coordination_note": "各方陈述意见，核对职责边界清单。",
    "coordinated_division": "由市生态环境局立案查处，镇政府协助现场监管。", "reply_text": "该事项应由镇政府查处。",
    "reply_basis": "赋权决定第 12 项", "legal_analysis": "环评审批权未下放，未批先建的处罚权随审批权行使。",
    "proposal_text": "由市生态环境局立案查处，镇政府予以协助。", "ruling_number": "青府决〔2026〕3号",
    "ruling_date": date(2026, 9, 29), "ruling_kind": "single",
    "ruling_text": "由市生态环境局负责查处，青河镇人民政府协助。", "dispute_document": "青司争协字〔2026〕1号",
    "execution_a_state": "done", "execution_a_note": "已移交全部案件材料。", "execution_b_state": "under_way",
    "execution_b_note": "已立案，正在调查取证。", "settlement_reason": "双方已就办理分工商定一致",
    "related_case": "青政立〔2026〕8号", "request_kinds": ["认定", "技术鉴定"],
    "questions": "1．清洗废水是否含有有毒有害物质；\n2．该清洗线是否属于应当编制环境影响报告表的项目。",
    "request_facts": "当事人未办理环评手续建成废塑料清洗线，清洗废水经暗管排入边沟。", "reply_form": "书面意见并附报告",
    "contact_name": "沈禾", "contact_phone": "0000-5550101", "samples_involved": True, "sample_list": "清洗废水样品 2 瓶",
    "evidence_risk_reason": "边沟积水随降雨流失。", "followup_questions": "请说明样品中铅含量的测定方法。",
    "opinion_outcome": "concluded", "opinion_answers": "1．清洗废水含有总铅，属有毒有害物质；\n2．该项目应当编制环境影响报告表。",
    "opinion_conclusion": "该清洗线须编制环境影响报告表，清洗废水按有毒有害物质管理",
    "opinion_basis": "《建设项目环境影响评价分类管理名录》", "appraisal_report": "青环监测字〔2026〕第 31 号",
    "opinion_limits": "仅就送检样品作出。", "opinion_followup": "采用石墨炉原子吸收分光光度法测定",
    "refusal_grounds": ["no_capability"], "refusal_reason": "本单位没有相应检测资质。",
    "refusal_basis": "职责边界清单第 5 项",
    "commissioned_at": parse_local("2026-09-28T10:00"), "appraisal_institution": "青河市环境监测中心",
    "appraisal_subject": "清洗废水重金属含量", "reply_promised_on": date(2026, 10, 20),
    "onsite_staff": ["周砚", "方思远"], "dispatched_at": parse_local("2026-09-28T10:30"),
    "arrived_at": parse_local("2026-09-28T11:20"), "onsite_measures": ["现场检查、勘验", "抽样取证"],
    "onsite_record": "到场勘验，抽取废水样品两份。", "material_list": "清洗线平面布置图", "material_note": "已附平面布置图一份。",
    "informant_name": "李某", "informant_kind": "named", "received_at": parse_local("2026-09-21T09:15"), "channel": "来访",
    "complaint_kind": "举报", "complaint_content": "河湾村有人开清洗塑料的作坊，污水排到沟里。",
    "competence_reason": "环评管理不属镇政府职能。", "competence_basis": "职责边界清单第 1 项",
    "consent_outcome": "consent", "consent_address": "青河市环城路 8 号", "consent_phone": "0000-5550104",
    "consent_opinion": None, "told_text": "请携带有效身份证件", "check_facts": "经现场核查，作坊已停产，暗管已封堵。",
    "reply_remedy": "对答复不服的，可以自收到之日起 30 日内向市政府申请复查",
    "direct_reply_text": "所反映的行为已经停止，未发现继续违法。", "direct_reply_remedy": None,
    "petition_extension_reason": "情况复杂，需要检测", "petition_extension_until": date(2026, 12, 20),
    "management_problem": "该地块多年出租给无证作坊，出租人未履行管理责任。", "management_advice": "督促出租人清退无证作坊。",
    "consent_result": "refuse", "handling_opinion": "提请协调", "duty_outcome": "settled",
    "coordination_division": "职责边界清单第 1 项", "handover_address": "柳林镇政务大厅", "handover_phone": "0001-88886",
    "supplement_delivered_at": None,
    "refusal_explanation": "双方对管辖没有实质分歧，属于办理衔接问题。",
    "refusal_advice": "按现行职责边界清单由镇政府查处，需要技术支持的可以请求执法协作",
    "correction_list": "1．补充现场检查记录；\n2．说明双方协商的经过。", "correction_note": "已补充现场检查记录。",
    "named_unit": "ecology", "named_measures": "立即到场责令停止排放，封堵暗管并采样",
    "named_reason": "违法行为仍在继续，危害可能扩大", "directed_unit": "qinghe",
    "directed_measures": "到场核查停机情况，封存清洗设备", "directed_reason": "现场设备随时可以恢复运行",
    "supersession_ground": "duty_list", "supersession_basis": "职责边界清单（2026 年第二次调整）",
    "supersession_reason": "调整后的清单已列明由市生态环境局查处", "supersession_unit": "ecology",
    "amendment_number": "青府决〔2026〕9号", "amendment_date": date(2026, 9, 29), "amended_kind": "joint",
    "amendment_reason": "镇政府已经取得这项处罚权", "amended_unit": "qinghe", "amended_joint_unit": "ecology",
    "amended_text": "由青河镇人民政府牵头查处，市生态环境局负责监测。", "joint_unit": None,
    "position_c": "本局只负责营业执照登记。",
    "disposal_c": "disposed", "disposal_c_at": parse_local("2026-09-22T09:30"), "disposal_c_note": "到场核对营业执照。",
    "reply_c_text": "本局没有环评方面的职责。", "reply_c_basis": "三定规定", "execution_c_state": "done",
    "execution_c_note": "已提供登记档案。",
    "urgency_reason": "暴雨将至，暗管出口离取水口不足二百米，废水随时可能入河。", "samples_perishable": True,
    "petition_office": "青河市信访局", "external_number": "XF-2026-0317", "objection_proper": "市生态环境局",
    "objection_reason": "该作坊未批先建，处罚权未赋予镇街，由市生态环境局行使。",
}  # fmt: skip
"""Facts of one invented case, for every procedure at once."""


@dataclass(frozen=True)
class Specimen:
    name: str
    composed: Composed
    words: dict[str, Any]


def every(town: Town, **changes: Any) -> dict[str, Specimen]:
    """A specimen of each letter by name, composed for a real instance that has materials on its list."""
    case = town.refer()
    case.add_material("facts_statement")
    case.add_material("site_photos", pages=8)

    def look(tx: Connection) -> dict[str, Specimen]:
        for source in SOURCES.values():
            letter_versions.keep(tx, source, town.engine.fonts, "test", town.clock.now())
        context = town.engine.transactions.context(tx)
        step = _step(tx, context, town, case.id, changes)
        signed = ("p", "沈禾", town.clock.now())
        fields = {field.key: field for form in FORMS for field in form.fields}
        with (
            patch.object(wording, "signer", lambda *_: signed),  # as if every task had been done by one person
            patch.object(wording, "_fields", lambda _: fields),  # and the forms of every procedure were its own
            patch.object(wording, "newest", _issued),  # and every letter that is cited had been issued
        ):
            return {name: _specimen(step, name) for name in SOURCES}

    return town.write(look)


def _issued(step: Step, letters: tuple[str, ...]) -> SimpleNamespace:
    """The first of the letters as if it had gone out, with the title that it bears."""
    letter = letter_versions.latest(step.tx, letters[0]).letter
    title = re.sub(r"\{[^}]*\}", str(step.facts.get("case_title")), letter.title)
    number = f"青政{letter.type_character}字〔2026〕9号" if letter.type_character else None
    at = step.now
    return SimpleNamespace(
        number=number, data={"name": letter.name, "title": title}, issued_on=at.date(), delivered_at=at
    )


def _step(tx: Connection, context: Context, town: Town, instance_id: str, changes: dict[str, Any]) -> Step:
    row = tx.execute(select(process_instance).where(process_instance.c.id == instance_id)).one()
    step = instances.look(tx, context, row, town.person("shenhe.qh"))
    people = {
        name: town.ids("shenhe.qh", "luyuan.qh") for name in ("stop_officers", "acceptance_handlers", "intake_handlers")
    }
    asked = {key for form in FORMS for key in form.keys}
    for name, value in {**FACTS, **people, **changes}.items():
        unit = units.find(tx, value, step.now) if isinstance(value, str) and name not in asked else None
        step.facts._values[name] = (unit.full_name or unit.name) if unit else value
    return step


def _specimen(step: Step, name: str) -> Specimen:
    from_unit, to_unit = _sides(step.tx, step, name)
    composed = compose(step, name, from_unit, to_unit, "sign")
    letter = composed.version.letter
    number = f"{from_unit.abbreviation}{letter.type_character}字〔2026〕12号" if letter.type_character else ""
    words = composed.words | {"number": number, "signer": "陈砚秋", "mark": "核验码 0A1B-2C3D　内容摘要 8f14e45fceea"}
    return Specimen(name, composed, words)


BACK = (
    "D07",
    "D09",
    "D09-refuse",
    "D10",
    "D10-appraisal",
    "D12-receipt",
    "D23-onsite",
    "D23-progress",
    "D23-result",
    "D40",
)
OF_JUSTICE = (
    "D16-accept", "D16-refuse", "D16-consult", "D16-lead", "D16-direct", "D16-supersede", "D17", "D37-dispute",
)  # fmt: skip


def _sides(tx: Connection, step: Step, name: str) -> tuple[Unit, Unit]:
    """Who writes to whom in the specimen."""
    codes = ("qinghe", "ecology")
    if name in BACK:
        codes = ("ecology", "qinghe")
    elif name in OF_JUSTICE:
        codes = ("justice_bureau", "ecology" if name == "D16-consult" else "qinghe")
    elif name in ("D15", "D23-execution", "D37-dispute-reply"):
        codes = ("qinghe", "justice_bureau")
    elif name == "D18":
        codes = ("justice_bureau", "city_government")
    elif name in ("D19", "D19-amended"):
        codes = ("city_government", "qinghe")
    elif name == "D11-register":
        codes = ("qinghe", "qinghe")
    elif name == "D15-first":
        codes = ("qinghe", "supervision_bureau")
    elif name in ("D17-first", "D17-handover"):
        codes = ("supervision_bureau", "qinghe")
    found = [units.find(tx, code, step.now) for code in codes]
    assert found[0] is not None
    assert found[1] is not None
    return found[0], found[1]
