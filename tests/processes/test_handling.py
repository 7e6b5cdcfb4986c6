"""What staff do with a task besides completing it: hand it over, ask, send it back, take it back, urge."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.db import tables
from engine.errors import AlreadyDone, InvalidValues, LianbanError, NotAllowed, NotFound, Refused
from engine.reports.desk.tasks import TaskView
from engine.reports.parts.filters import Filters
from engine.reports.parts.rows import TaskRow
from engine.uses.handling import HandlingUses
from tests.processes.calendars import bring
from tests.processes.complaint import receive
from tests.processes.dispute import JUSTICE, dispute_of, raise_dispute
from tests.processes.town import MORNING, Case, Instance, Town, at, cast_of, problems, sent
from tests.unit.diagrams import ASKED_UNIT, flow, lane, process, properties, text_field

TOWN, DEPARTMENT = cast_of("qinghe"), cast_of("ecology")
OFFICER, COLLEAGUE, DEPUTY, LEADER, LIAISON = TOWN.officer, TOWN.colleague, TOWN.deputy, TOWN.leader, TOWN.liaison
STRANGER = "shiyifan.sq"
SUPERVISION = "zhuangmingzhe.jd"


class Desk:
    """One person at work on one instance."""

    def __init__(self, instance: Instance, login: str) -> None:
        self.instance, self.town, self.login = instance, instance.town, login
        (self.id,) = self.town.ids(login)

    def do(self, what: str, element: str, *arguments: Any, **named: Any) -> Any:
        """The use of `engine.handling`, on the instance's task at that element."""
        actor, task_id = self.town.person(self.login), self.instance.task(element)

        def use(handling: HandlingUses) -> Any:
            return getattr(handling, what)(actor, task_id, *arguments, **named)

        return self.town.act(lambda engine: use(engine.handling))

    def send_back(self, element: str, to: str, reason: str = "材料不齐，请补正后再报。") -> str:
        return str(self.do("send_back", element, self.earlier(element).get(to, "none"), reason))

    def earlier(self, element: str) -> dict[str, str]:
        """The element and the task of each step to which the task may be sent back."""
        return {found.element_id: found.task_id for found, _ in self.do("choices", element).earlier}

    def look(self, element: str) -> TaskView:
        actor, task_id = self.town.person(self.login), self.instance.task(element)
        return self.town.act(lambda engine: engine.tasks.task(actor, task_id))

    def inbox(self, tab: str = "todo") -> dict[str, TaskRow]:
        actor = self.town.person(self.login)
        rows = self.town.act(lambda engine: engine.tasks.inbox(actor, tab, Filters())).rows
        return {row.step: row for row in rows if row.number == self.instance.number}

    def save(self, element: str, **answers: Any) -> None:
        actor, task_id = self.town.person(self.login), self.instance.task(element)
        self.town.act(lambda engine: engine.tasks.save_draft(actor, task_id, sent(answers)))

    def notices(self) -> list[str]:
        """What this person alone has been told."""
        notice = tables.notice
        own = (notice.c.instance_id == self.instance.id) & (notice.c.person_id == self.id)
        return list(self.town.read(lambda tx: tx.scalars(select(notice.c.text).where(own))))


def desk(instance: Instance, login: str) -> Desk:
    return Desk(instance, login)


def readers_of(instance: Instance, text: str) -> set[str]:
    """Who finds this notice unread."""
    receipt, notice, person = tables.notice_receipt, tables.notice, tables.person
    joined = receipt.join(notice, notice.c.id == receipt.c.notice_id).join(person, person.c.id == receipt.c.person_id)
    own = (notice.c.instance_id == instance.id) & (notice.c.text == text) & receipt.c.cleared_at.is_(None)
    return set(instance.town.read(lambda tx: tx.scalars(select(person.c.login).select_from(joined).where(own))))


def holder(instance: Instance, element: str) -> str | None:
    (task,) = (task for task in instance.open_tasks() if task.element == element)
    return task.assignee_id


def audited(instance: Instance, kind: str) -> list[dict[str, Any]]:
    entry = tables.audit_entry
    own = (entry.c.instance_id == instance.id) & (entry.c.kind == kind)
    return list(
        instance.town.read(lambda tx: tx.scalars(select(entry.c.content).where(own).order_by(entry.c.sequence)))
    )


def lines(instance: Instance, login: str) -> list[tuple[str, str, str]]:
    """Step, action and words of every line of the record that this person reads, the latest first."""
    actor = instance.town.person(login)
    view = instance.town.act(lambda engine: engine.instances.instance(actor, instance.number))
    return [(line.step, line.action, line.note) for line in view.log]


def sound(instance: Instance) -> bool:
    return problems(instance) == [] and instance.town.verify() == []


def claimed(town: Town) -> Case:
    """A new referral whose first task the officer has claimed."""
    case = town.refer(at=MORNING)
    case.claim("prepare_materials", OFFICER)
    return case


# --- 转办 ---


def test_a_task_is_handed_to_another_holder_of_its_role(town: Town):
    case = claimed(town)
    desk(case, OFFICER).save("prepare_materials", preparation_outcome="submit")
    desk(case, OFFICER).do("transfer", "prepare_materials", *town.ids(COLLEAGUE), reason="我今天外出。")

    assert holder(case, "prepare_materials") == desk(case, COLLEAGUE).id
    assert desk(case, COLLEAGUE).inbox()["整理移送材料"].tags == ["转办给我"]
    assert "整理移送材料" not in desk(case, OFFICER).inbox()
    (told,) = desk(case, COLLEAGUE).notices()
    assert "转办给你：我今天外出。" in told
    assert audited(case, "transferred")[0]["to"] == desk(case, COLLEAGUE).id
    view = desk(case, COLLEAGUE).look("prepare_materials")
    assert view.handling.why_here is not None
    assert view.handling.why_here.words == "我今天外出。"
    assert view.draft_saved_at is not None, "what was drafted so far goes with the task"
    assert sound(case)


def test_the_leader_hands_out_a_task_that_nobody_has_claimed(town: Town):
    case = town.refer(at=MORNING)
    desk(case, LEADER).do("transfer", "prepare_materials", *town.ids(COLLEAGUE))

    assert holder(case, "prepare_materials") == desk(case, COLLEAGUE).id


@pytest.mark.parametrize("to", [DEPUTY, STRANGER, DEPARTMENT.officer])
def test_a_task_is_not_handed_to_somebody_without_its_role_in_the_unit(plain_town: Town, to: str):
    case = claimed(plain_town)

    with pytest.raises(InvalidValues) as refused:
        desk(case, OFFICER).do("transfer", "prepare_materials", *plain_town.ids(to))
    assert "名单" in refused.value.problems["to"]
    assert holder(case, "prepare_materials") == desk(case, OFFICER).id


@pytest.mark.parametrize("who", [COLLEAGUE, LIAISON, DEPARTMENT.officer])
def test_nobody_else_hands_a_task_over(plain_town: Town, who: str):
    case = claimed(plain_town)

    with pytest.raises(NotFound if who == DEPARTMENT.officer else NotAllowed):  # nothing has reached that unit
        desk(case, who).do("transfer", "prepare_materials", *plain_town.ids(COLLEAGUE))


def test_a_task_that_was_handed_over_is_given_back_with_a_reason(town: Town):
    case = claimed(town)
    desk(case, OFFICER).do("transfer", "prepare_materials", *town.ids(COLLEAGUE))
    with pytest.raises(InvalidValues):
        desk(case, COLLEAGUE).do("give_back", "prepare_materials", "  ")
    desk(case, COLLEAGUE).do("give_back", "prepare_materials", "不是我片区的。")

    assert holder(case, "prepare_materials") == desk(case, OFFICER).id
    assert desk(case, OFFICER).inbox()["整理移送材料"].tags == ["退回给我"]
    assert "不是我片区的。" in desk(case, OFFICER).notices()[-1]
    with pytest.raises(NotAllowed):
        desk(case, OFFICER).do("give_back", "prepare_materials", "退给谁？")
    assert sound(case)


def test_a_leader_who_cannot_do_the_task_gets_it_back_for_the_whole_post(town: Town):
    case = town.refer(at=MORNING)
    desk(case, LEADER).do("transfer", "prepare_materials", *town.ids(COLLEAGUE))
    desk(case, COLLEAGUE).do("give_back", "prepare_materials", "另有任务。")

    assert holder(case, "prepare_materials") is None
    told = f"{town.person(COLLEAGUE).person_name}把“整理移送材料”退回岗位，待领取：另有任务。"
    assert desk(case, LEADER).notices() == [told]
    assert readers_of(case, told) == {LEADER, OFFICER}
    assert ("整理移送材料", "退回岗位", "另有任务。") in lines(case, LEADER)
    assert sound(case)


@pytest.mark.parametrize("stays", [True, False], ids=["is a clerk there now", "works elsewhere"])
def test_32_what_is_given_back_after_the_giver_has_left_the_post_is_told_to_the_post(town: Town, stays: bool):
    """The reason is the unit's own: whoever works elsewhere now is not told."""
    case = claimed(town)
    town.newcomer("xinren.qh", "qinghe", "case_officer")
    desk(case, OFFICER).do("transfer", "prepare_materials", *town.ids(COLLEAGUE))
    town.leave(OFFICER, "qinghe", "case_officer")
    town.appoint(OFFICER, *(("qinghe", "clerk") if stays else ("shiqiao", "case_officer")))

    assert desk(case, COLLEAGUE).do("choices", "prepare_materials").giver == ""
    desk(case, COLLEAGUE).do("give_back", "prepare_materials", "当事人是我亲戚。")

    assert holder(case, "prepare_materials") is None
    told = f"{town.person(COLLEAGUE).person_name}把“整理移送材料”退回岗位，待领取：当事人是我亲戚。"
    assert readers_of(case, told) == {"xinren.qh", *([OFFICER] if stays else [])}
    case.claim("prepare_materials", "xinren.qh")
    assert sound(case)


def test_a_claimed_task_is_not_given_back_to_anybody(plain_town: Town):
    case = claimed(plain_town)

    with pytest.raises(NotAllowed, match="不是别人转办给你的"):
        desk(case, OFFICER).do("give_back", "prepare_materials", "不办了。")


def outcome_shown(case: Case, login: str) -> str:
    form = desk(case, login).look("prepare_materials").form
    assert form is not None
    return str(next(field.value for field in form.fields if field.key == "preparation_outcome"))


def test_a_draft_of_ones_own_is_kept_aside_when_a_colleagues_comes_with_the_task(town: Town):
    case = town.refer(at=MORNING)
    colleague = desk(case, COLLEAGUE)
    colleague.save("prepare_materials", preparation_outcome="drop")
    case.claim("prepare_materials", OFFICER)
    desk(case, OFFICER).save("prepare_materials", preparation_outcome="submit")
    desk(case, OFFICER).do("transfer", "prepare_materials", *town.ids(COLLEAGUE))
    assert colleague.look("prepare_materials").other_draft
    assert outcome_shown(case, COLLEAGUE) == "submit"

    town.later(minutes=1)
    colleague.save("prepare_materials", preparation_outcome="submit", handling_opinion="接着写。")
    actor, task = town.person(COLLEAGUE), case.task("prepare_materials")
    town.act(lambda engine: engine.tasks.change_draft(actor, task))
    assert outcome_shown(case, COLLEAGUE) == "drop"
    town.act(lambda engine: engine.tasks.change_draft(actor, task))
    assert outcome_shown(case, COLLEAGUE) == "submit"
    assert colleague.look("prepare_materials").other_draft
    case.complete("prepare_materials", COLLEAGUE, preparation_outcome="drop", preparation_reason="查无违法事实。")
    assert sound(case)


def test_a_draft_that_comes_back_from_a_colleague_is_the_only_one(plain_town: Town):
    case = claimed(plain_town)
    desk(case, OFFICER).save("prepare_materials", preparation_outcome="drop")
    desk(case, OFFICER).do("transfer", "prepare_materials", *plain_town.ids(COLLEAGUE))
    desk(case, COLLEAGUE).save("prepare_materials", preparation_outcome="submit")
    desk(case, COLLEAGUE).do("give_back", "prepare_materials", "写好了，请办。")

    assert outcome_shown(case, OFFICER) == "submit"
    assert not desk(case, OFFICER).look("prepare_materials").other_draft
    actor, task = plain_town.person(OFFICER), case.task("prepare_materials")
    with pytest.raises(Refused, match="没有另一份草稿"):
        plain_town.engine.tasks.change_draft(actor, task)


# --- 委派 ---


def test_a_delegate_prepares_the_work_and_the_holder_completes_it(town: Town):
    case = claimed(town)
    due = case.deadline("referral").due_at
    case.add_material("facts_statement")
    case.add_material("site_photos")
    desk(case, OFFICER).do("delegate", "prepare_materials", *town.ids(LIAISON), request="请先把材料理一理。")
    helper = desk(case, LIAISON)

    assert helper.inbox()["整理移送材料"].tags == ["委派给我"]
    assert desk(case, OFFICER).inbox()["整理移送材料"].tags == ["已委派"]
    assert helper.look("prepare_materials").form is not None
    helper.save("prepare_materials", preparation_outcome="submit")
    case.add_material("other", by=LIAISON)
    with pytest.raises(NotAllowed):
        case.complete("prepare_materials", LIAISON, preparation_outcome="submit")
    with pytest.raises(NotAllowed, match="已委派"):
        case.complete("prepare_materials", OFFICER, preparation_outcome="submit")
    helper.do("hand_in", "prepare_materials", sent({"preparation_outcome": "submit"}), "材料齐了，可以报。")

    assert "整理移送材料" not in helper.inbox()
    assert "材料齐了，可以报。" in desk(case, OFFICER).notices()[-1]
    view = desk(case, OFFICER).look("prepare_materials")
    assert [said.answer for said in view.handling.opinions] == ["材料齐了，可以报。"]
    assert view.form is not None
    (outcome,) = (field for field in view.form.fields if field.key == "preparation_outcome")
    assert outcome.value == "submit", "what the delegate filled in stands in the holder's form"
    case.complete("prepare_materials", OFFICER, preparation_outcome="submit")
    assert case.deadline("referral").due_at == due, "the period has gone on"
    assert case.waiting == {"approve_referral": 1}
    assert sound(case)


def test_a_delegation_is_recalled_with_what_was_prepared(town: Town):
    case = claimed(town)
    desk(case, OFFICER).do("delegate", "prepare_materials", *town.ids(COLLEAGUE))
    desk(case, COLLEAGUE).save("prepare_materials", preparation_outcome="drop")
    desk(case, OFFICER).do("recall", "prepare_materials")

    with pytest.raises(NotAllowed, match="收回"):
        desk(case, COLLEAGUE).do("hand_in", "prepare_materials", {}, "写好了。")
    view = desk(case, OFFICER).look("prepare_materials")
    assert view.form is not None
    (outcome,) = (field for field in view.form.fields if field.key == "preparation_outcome")
    assert outcome.value == "drop"


def test_one_task_is_delegated_to_one_colleague_at_a_time(plain_town: Town):
    case = claimed(plain_town)
    desk(case, OFFICER).do("delegate", "prepare_materials", *plain_town.ids(COLLEAGUE))

    with pytest.raises(NotAllowed, match="还没有交回"):
        desk(case, OFFICER).do("delegate", "prepare_materials", *plain_town.ids(LIAISON))
    with pytest.raises(NotAllowed, match="代拟"):
        plain_town.engine.tasks.release(plain_town.person(OFFICER), case.task("prepare_materials"))


def test_nothing_is_delegated_to_another_unit(plain_town: Town):
    case = claimed(plain_town)

    with pytest.raises(InvalidValues):
        desk(case, OFFICER).do("delegate", "prepare_materials", *plain_town.ids(DEPARTMENT.officer))
    with pytest.raises(NotAllowed, match="领取"):
        desk(case, COLLEAGUE).do("delegate", "prepare_materials", *plain_town.ids(LIAISON))


def test_handing_a_delegated_task_over_ends_the_delegation(town: Town):
    case = claimed(town)
    desk(case, OFFICER).do("delegate", "prepare_materials", *town.ids(LIAISON))
    desk(case, LIAISON).save("prepare_materials", preparation_outcome="submit")
    desk(case, LEADER).do("transfer", "prepare_materials", *town.ids(COLLEAGUE))

    assert "整理移送材料" not in desk(case, LIAISON).inbox()
    assert desk(case, COLLEAGUE).look("prepare_materials").draft_saved_at is not None
    assert not desk(case, COLLEAGUE).look("prepare_materials").refusal
    assert desk(case, LIAISON).notices()[-1].endswith("收回了委派给你的“整理移送材料”，不用再办。")
    assert "收回委派 林小满" in [action for _, action, _ in lines(case, OFFICER)]


def test_a_delegate_who_is_handed_the_task_is_not_told_that_it_is_gone(plain_town: Town):
    case = claimed(plain_town)
    desk(case, OFFICER).do("delegate", "prepare_materials", *plain_town.ids(COLLEAGUE))
    desk(case, OFFICER).do("transfer", "prepare_materials", *plain_town.ids(COLLEAGUE))

    assert not [text for text in desk(case, COLLEAGUE).notices() if "不用再办" in text]


def test_nothing_is_handed_in_to_nobody(town: Town):
    """The holder has left the post: whoever takes it up finds the delegation, and what was drafted is kept till then."""
    case = claimed(town)
    desk(case, OFFICER).do("delegate", "prepare_materials", *town.ids(LIAISON))
    desk(case, LIAISON).save("prepare_materials", preparation_outcome="submit")
    town.leave(OFFICER, "qinghe", "case_officer")

    with pytest.raises(InvalidValues) as refused:
        desk(case, LIAISON).do("hand_in", "prepare_materials", {}, "写好了。")
    assert "还没有人接办" in refused.value.problems["opinion"]
    case.claim("prepare_materials", COLLEAGUE)
    desk(case, LIAISON).do("hand_in", "prepare_materials", {}, "写好了。")

    assert desk(case, COLLEAGUE).look("prepare_materials").draft_saved_at is not None
    assert "写好了。" in desk(case, COLLEAGUE).notices()[-1]


@pytest.mark.parametrize("way", ["handed over", "claimed"])
def test_whoever_has_a_task_is_not_asked_for_an_opinion_on_it(town: Town, way: str):
    case = claimed(town)
    desk(case, OFFICER).do("consult", "prepare_materials", town.ids(COLLEAGUE, DEPUTY))
    if way == "handed over":
        desk(case, OFFICER).do("transfer", "prepare_materials", *town.ids(COLLEAGUE))
    else:
        town.act(lambda engine: engine.tasks.release(town.person(OFFICER), case.task("prepare_materials")))
        case.claim("prepare_materials", COLLEAGUE)

    handling = desk(case, COLLEAGUE).look("prepare_materials").handling
    assert handling.asked_of_me is None
    assert [said.to for said in handling.asked] == [town.person(DEPUTY).person_name]
    desk(case, DEPUTY).do("answer", "prepare_materials", none=True)
    case.complete("prepare_materials", COLLEAGUE, preparation_outcome="drop", preparation_reason="查无违法事实。")
    assert sound(case)


def test_whoever_completes_an_unclaimed_task_need_not_answer_first(plain_town: Town):
    case = claimed(plain_town)
    desk(case, OFFICER).do("consult", "prepare_materials", plain_town.ids(COLLEAGUE))
    plain_town.engine.tasks.release(plain_town.person(OFFICER), case.task("prepare_materials"))

    case.complete("prepare_materials", COLLEAGUE, preparation_outcome="drop", preparation_reason="查无违法事实。")

    assert case.status == "ended"


def ended(case: Case) -> None:
    case.ask_withdrawal()


def sent_back(case: Case) -> None:
    desk(case, LEADER).send_back("approve_referral", "prepare_materials")


@pytest.mark.parametrize("over", [ended, sent_back], ids=["the case has ended", "the task was sent back"])
def test_who_is_asked_is_told_when_the_task_is_not_to_be_done_any_more(town: Town, over: Callable[[Case], None]):
    case = town.refer(at=MORNING).submit()
    case.claim("approve_referral", LEADER)
    desk(case, LEADER).do("delegate", "approve_referral", *town.ids(LIAISON))
    desk(case, LEADER).do("consult", "approve_referral", town.ids(DEPUTY))
    if over is sent_back:
        desk(case, LEADER).do("recall", "approve_referral")
    over(case)

    assert desk(case, DEPUTY).notices()[-1] == "“主要领导审批”不用再办了，向你征求的意见不用再回复。"
    if over is ended:
        assert desk(case, LIAISON).notices()[-1] == "“主要领导审批”不用再办了，委派你代拟的不用再交回。"
    with pytest.raises(NotFound):
        lines(case, DEPARTMENT.officer)


def test_who_is_asked_is_told_when_the_task_is_done_without_the_opinion(town: Town):
    case = claimed(town)
    desk(case, OFFICER).do("consult", "prepare_materials", town.ids(DEPUTY))
    answers = sent({"preparation_outcome": "drop", "preparation_reason": "查无违法事实。"})
    actor, task_id = town.person(OFFICER), case.task("prepare_materials")
    town.act(lambda engine: engine.tasks.complete(actor, task_id, answers, without_opinions=True))

    assert desk(case, DEPUTY).notices()[-1] == "“整理移送材料”办结了，向你征求的意见不用再回复。"


def test_what_a_leader_read_in_the_form_is_not_told_as_the_leaders_own_words(plain_town: Town):
    case = plain_town.refer(at=MORNING).raise_urgency().answer_urgency("confirm")

    assert ("说明紧急情况", "办结", "邻近水源，汛期将至。") in lines(case, OFFICER)
    assert ("确认升级为紧急", "确认紧急", "") in lines(case, OFFICER)


# --- 加签 ---


def test_opinions_are_asked_given_and_read_beside_the_form(town: Town):
    case = claimed(town)
    asker = desk(case, OFFICER)
    asker.do("consult", "prepare_materials", town.ids(COLLEAGUE, DEPUTY), question="管辖依据是否妥当？")

    assert desk(case, DEPUTY).inbox()["整理移送材料"].tags == ["征求意见"]
    assert {said.to for said in asker.look("prepare_materials").handling.asked} == {
        town.person(COLLEAGUE).person_name, town.person(DEPUTY).person_name
    }  # fmt: skip
    desk(case, DEPUTY).do("answer", "prepare_materials", "依据充分，同意移送。")
    desk(case, COLLEAGUE).do("answer", "prepare_materials", none=True)

    opinions = asker.look("prepare_materials").handling.opinions
    assert {said.answer for said in opinions} == {"依据充分，同意移送。", "无意见"}
    assert "整理移送材料" not in desk(case, DEPUTY).inbox()
    actions = [action for _, action, _ in lines(case, OFFICER)]
    assert sum(action.startswith("征求意见") for action in actions) == 2
    assert sum(action.startswith("回复意见") for action in actions) == 2
    with pytest.raises(NotAllowed):
        desk(case, DEPUTY).do("answer", "prepare_materials", "再说一句。")
    assert sound(case)


def test_completing_waits_for_opinions_unless_the_person_says_otherwise(town: Town):
    case = claimed(town)
    case.add_material("facts_statement")
    case.add_material("site_photos")
    desk(case, OFFICER).do("consult", "prepare_materials", town.ids(DEPUTY))
    actor, task_id, answers = (
        town.person(OFFICER),
        case.task("prepare_materials"),
        sent({"preparation_outcome": "submit"}),
    )

    with pytest.raises(InvalidValues) as refused:
        town.act(lambda engine: engine.tasks.complete(actor, task_id, answers))
    assert "还没有回复意见" in refused.value.problems[""]
    town.act(lambda engine: engine.tasks.complete(actor, task_id, answers, without_opinions=True))
    assert case.waiting == {"approve_referral": 1}
    assert "整理移送材料" not in desk(case, DEPUTY).inbox()


def test_a_request_is_withdrawn_and_nobody_waits_any_more(town: Town):
    case = claimed(town)
    desk(case, OFFICER).do("consult", "prepare_materials", town.ids(DEPUTY))
    (request,) = desk(case, OFFICER).look("prepare_materials").handling.asked
    desk(case, OFFICER).do("withdraw_request", "prepare_materials", request.id)

    assert "整理移送材料" not in desk(case, DEPUTY).inbox()
    with pytest.raises(NotAllowed):
        desk(case, DEPUTY).do("answer", "prepare_materials", "迟了。")
    case.submit()


def test_an_opinion_on_a_task_that_nobody_holds_is_told_to_whoever_asked(town: Town):
    case = claimed(town)
    desk(case, OFFICER).do("consult", "prepare_materials", town.ids(DEPUTY))
    town.act(lambda engine: engine.tasks.release(town.person(OFFICER), case.task("prepare_materials")))

    desk(case, DEPUTY).do("answer", "prepare_materials", "再核实当事人。")

    told = f"{town.person(DEPUTY).person_name}就“整理移送材料”回复：再核实当事人。"
    assert readers_of(case, told) == {OFFICER}


def test_32_an_opinion_whose_asker_works_elsewhere_now_is_told_to_the_post(town: Town):
    case = claimed(town)
    desk(case, OFFICER).do("consult", "prepare_materials", town.ids(DEPUTY))
    town.leave(OFFICER, "qinghe", "case_officer")

    desk(case, DEPUTY).do("answer", "prepare_materials", "再核实当事人。")

    assert readers_of(case, f"{town.person(DEPUTY).person_name}就“整理移送材料”回复：再核实当事人。") == {COLLEAGUE}


def test_opinions_within_a_unit_are_not_read_by_the_other_party(plain_town: Town):
    case = claimed(plain_town)
    desk(case, OFFICER).do("consult", "prepare_materials", plain_town.ids(DEPUTY), question="内部先议。")
    desk(case, DEPUTY).do("answer", "prepare_materials", "再核实当事人。")

    assert "再核实当事人。" in [note for _, _, note in lines(case, LEADER)]
    assert "再核实当事人。" in [note for _, _, note in lines(case, SUPERVISION)]
    case.deliver()
    assert not {"再核实当事人。", "内部先议。"} & {note for _, _, note in lines(case, DEPARTMENT.officer)}
    assert desk(case, DEPARTMENT.officer).look("prepare_materials").handling.opinions == []


# --- 催办 ---


def test_the_other_party_urges_once_a_working_day(town: Town):
    case = claimed(town).ask_extension("2026-10-20").answer_extension("approve")  # of which the other side is notified
    watcher = desk(case, DEPARTMENT.liaison)
    watcher.do("urge", "prepare_materials", "我局明天开会要用。")

    assert desk(case, OFFICER).inbox()["整理移送材料"].tags == ["催办"]
    assert "我局明天开会要用。" in desk(case, OFFICER).notices()[-1]
    assert {tuple(sorted(note.roles)) for note in case.notices("urge")} == {(), ("principal_leader",)}
    assert desk(case, OFFICER).look("prepare_materials").handling.urged[0].words == "我局明天开会要用。"
    assert ("整理移送材料", "催办", "我局明天开会要用。") in lines(case, OFFICER)
    with pytest.raises(Refused, match="10月8日"):
        watcher.do("urge", "prepare_materials")
    desk(case, SUPERVISION).do("urge", "prepare_materials")
    town.at("2026-10-05T10:00")
    with pytest.raises(Refused):
        watcher.do("urge", "prepare_materials")
    town.at("2026-10-08T08:00")
    watcher.do("urge", "prepare_materials")
    assert len(audited(case, "urged")) == 3


def test_nobody_urges_his_own_unit_and_no_stranger_at_all(plain_town: Town):
    case = claimed(plain_town)

    with pytest.raises(NotAllowed, match="本单位"):
        desk(case, LEADER).do("urge", "prepare_materials")
    with pytest.raises(LianbanError):
        desk(case, STRANGER).do("urge", "prepare_materials")


# --- 退回 ---


def test_a_task_is_sent_back_to_an_earlier_step_with_the_reason_on_top(town: Town):
    case = town.refer(at=MORNING).submit()
    old = case.task("prepare_materials")
    desk(case, LEADER).send_back("approve_referral", "prepare_materials", "缺勘验笔录，请补。")

    assert case.waiting == {"prepare_materials": 1}
    assert case.task("prepare_materials") != old
    assert case.tasks("lapsed") == {"approve_referral": 1}
    assert holder(case, "prepare_materials") == desk(case, OFFICER).id
    view = desk(case, OFFICER).look("prepare_materials")
    assert view.handling.why_here is not None
    assert (view.handling.why_here.kind, view.handling.why_here.words) == ("send_back", "缺勘验笔录，请补。")
    assert view.form is not None
    (outcome,) = (field for field in view.form.fields if field.key == "preparation_outcome")
    assert outcome.value == "", "the conclusion is drawn anew"
    assert desk(case, OFFICER).inbox()["整理移送材料"].tags == ["退回"]
    assert "缺勘验笔录，请补。" in case.notices("returned")[0].text
    assert ("主要领导审批", "退回到“整理移送材料”", "缺勘验笔录，请补。") in lines(case, OFFICER)
    actor, lapsed = town.person(LEADER), case.task("approve_referral")
    with pytest.raises(Refused, match="被退回"):
        town.act(lambda engine: engine.tasks.complete(actor, lapsed, sent({"approval_outcome": "approve"})))
    assert sound(case)
    case.complete("prepare_materials", OFFICER, preparation_outcome="submit")
    case.approve()
    assert case.waiting == {"sign_for": 1}
    assert sound(case)


def test_sending_back_wants_a_reason_and_a_step(plain_town: Town):
    case = plain_town.refer(at=MORNING).submit()
    leader = desk(case, LEADER)

    with pytest.raises(InvalidValues) as refused:
        leader.send_back("approve_referral", "prepare_materials", " ")
    assert "reason" in refused.value.problems
    with pytest.raises(InvalidValues) as refused:
        leader.do("send_back", "approve_referral", "", "退。")
    assert "to" in refused.value.problems
    assert case.waiting == {"approve_referral": 1}


def test_r55_after_sending_back_the_reminder_still_comes_and_an_overdue_stays(town: Town):
    """R55 2.0.2: the period goes on; the bug of losing the reminder after 退回 is not ours."""
    case = town.refer(at=MORNING).submit()
    period, timers, marks = case.deadline("referral"), case.timers(), case.timers("mark")
    desk(case, LEADER).send_back("approve_referral", "prepare_materials")

    assert case.deadline("referral") == period
    assert (case.timers(), case.timers("mark")) == (timers, marks)
    town.at("2026-10-12T09:00")
    assert case.notices("remind"), "reminded"
    town.at("2026-10-14T09:00")
    assert case.deadline("referral").status == "overdue"
    case.submit()
    desk(case, LEADER).send_back("approve_referral", "prepare_materials")
    assert case.deadline("referral").status == "overdue"
    assert [note.unit for note in case.notices("overdue")] == ["qinghe"], (
        "told once; nothing has reached the other side"
    )
    case.submit().approve()
    assert case.deadline("referral").status == "met_late"
    assert sound(case)


def test_a_task_is_not_sent_back_across_a_delivered_paper(plain_town: Town):
    case = plain_town.refer(at=MORNING).deliver()
    liaison = desk(case, DEPARTMENT.liaison)

    choices = liaison.do("choices", "sign_for")
    assert choices.earlier == []
    assert "send_back" not in choices.may, "the first step of its unit"
    with pytest.raises(Refused, match="不能退回"):
        liaison.send_back("sign_for", "prepare_materials")
    assert case.waiting == {"sign_for": 1}


def test_the_delivered_paper_is_named(plain_town: Town):
    case = plain_town.refer(at=MORNING).deliver().accept()
    choices = desk(case, DEPARTMENT.officer).do("choices", "open_case")

    assert choices.earlier == []
    assert "已经送达，对方收到的文书不能收回" in str(choices.why_no_further)


def test_a_task_is_not_sent_back_past_a_fork(plain_town: Town):
    case = plain_town.refer(at=MORNING).deliver().sign_for().review("accept")
    choices = desk(case, DEPARTMENT.deputy).do("choices", "sign_acceptance")

    assert [found.element_id for found, _ in choices.earlier] == ["review_acceptance", "sign_for"]
    assert [found.drawn for found, _ in choices.earlier] == [True, False]
    assert "并行" in str(choices.why_no_further)


def test_a_branch_does_not_send_back_to_where_the_branches_began(plain_town: Town):
    dispute = raise_dispute(plain_town, at=MORNING).dispose().state_position().negotiate("agreed")
    choices = desk(dispute, LEADER).do("choices", "sign_agreement_a")

    assert choices.earlier == []
    assert "并行" in str(choices.why_no_further)


def test_a_task_is_not_sent_back_into_what_another_procedure_has_found(plain_town: Town):
    case = plain_town.refer(at=MORNING).deliver().object().study_objection("disagree")
    dispute = dispute_of(case).dispose().state_position().apply().accept().reply().propose()
    dispute.rule(TOWN.unit)
    choices = desk(case, OFFICER).do("choices", "register_own_case")

    assert choices.earlier == []
    assert "另一个流程" in str(choices.why_no_further)


def test_a_period_that_had_been_met_goes_on_when_its_step_opens_again(town: Town):
    """R71 2.0.2: coordination failed after all is not settled; its period was never over."""
    dispute = raise_dispute(town, at=MORNING).dispose().state_position().apply().accept().reply()
    period = dispute.deadline("coordination")
    dispute.coordinate("no_agreement")
    assert dispute.deadline("coordination").status == "met"
    desk(dispute, JUSTICE.officer).send_back("write_proposal", "coordinate_dispute", "双方愿意再谈。")

    assert dispute.waiting == {"coordinate_dispute": 1}
    assert dispute.deadlines("coordination") == [period], "the same record runs on"
    assert dispute.deadline("proposal").status == "cancelled"
    assert sound(dispute)
    town.at(period.due_at)
    assert dispute.deadline("coordination").status == "overdue"
    dispute.coordinate("no_agreement").write_proposal().sign_proposal().rule("ecology").execute()
    assert dispute.deadline("coordination").status == "met_late"
    assert dispute.status == "ended"


@pytest.mark.parametrize("who", [COLLEAGUE, DEPUTY, DEPARTMENT.officer])
def test_only_who_may_complete_a_task_sends_it_back(plain_town: Town, who: str):
    case = plain_town.refer(at=MORNING).submit()
    earlier = desk(case, LEADER).earlier("approve_referral")["prepare_materials"]

    with pytest.raises(NotFound if who == DEPARTMENT.officer else NotAllowed):
        desk(case, who).do("send_back", "approve_referral", earlier, "退。")
    assert case.waiting == {"approve_referral": 1}


@pytest.mark.parametrize("anew", ["ours", "another unit"])
def test_a_unit_that_was_only_named_by_mistake_reads_no_complaint(town: Town, anew: str):
    """2.0.1: a user only sees instances in which that unit is a party; this one has been asked and sent nothing."""
    complaint = receive(town, at=MORNING).register().judge("not_ours")
    reader = town.person(DEPARTMENT.liaison)
    with pytest.raises(NotFound):
        town.act(lambda engine: engine.instances.instance(reader, complaint.number))
    desk(complaint, LEADER).send_back("confirm_not_ours", "judge_competence")
    if anew == "ours":
        complaint.judge()
    else:
        complaint.counterpart = cast_of("market")
        complaint.judge("not_ours")

    with pytest.raises(NotFound):
        town.act(lambda engine: engine.instances.instance(reader, complaint.number))
    assert sound(complaint)


def test_a_unit_that_was_asked_stays_a_party(town: Town):
    complaint = receive(town, at=MORNING).register().ask_consent()
    complaint.answer_consent("refuse")

    reader = town.person(DEPARTMENT.liaison)
    assert town.act(lambda engine: engine.instances.instance(reader, complaint.number))


# --- 撤回 ---


def test_a_completion_is_taken_back_while_nobody_has_acted(town: Town):
    case = town.refer(at=MORNING)
    before = {key: value for key, value in case.facts().items() if value is not None}
    timers, marks = case.timers(), case.timers("mark")
    case.submit()
    task_id = desk(case, OFFICER).do("take_back", "prepare_materials")

    assert case.waiting == {"prepare_materials": 1}
    assert case.task("prepare_materials") == task_id
    assert {key: value for key, value in case.facts().items() if value is not None} == before
    assert (case.timers(), case.timers("mark")) == (timers, marks)
    view = desk(case, OFFICER).look("prepare_materials")
    assert view.form is not None
    (outcome,) = (field for field in view.form.fields if field.key == "preparation_outcome")
    assert outcome.value == "submit", "the answers stand as a draft"
    assert holder(case, "prepare_materials") == desk(case, OFFICER).id
    assert "撤回了“整理移送材料”" in case.notices("taken_back")[0].text
    assert ("整理移送材料", "撤回", "") in lines(case, OFFICER)
    assert "整理移送材料" not in desk(case, OFFICER).inbox("done")
    assert sound(case)
    case.complete("prepare_materials", OFFICER, preparation_outcome="submit")
    case.approve()
    assert sound(case)


def cannot_take_back(case: Instance, element: str, by: str, sentence: str) -> None:
    waiting = case.waiting
    shown = desk(case, by).inbox("done")
    assert not any(row.may_take_back for row in shown.values())
    with pytest.raises(Refused, match=sentence):
        desk(case, by).do("take_back", element)
    assert case.waiting == waiting


def test_who_has_been_answered_cannot_take_back(town: Town):
    case = town.refer(at=MORNING).submit()
    done = case.task("prepare_materials")
    case.complete("approve_referral", LEADER, approval_outcome="return", approval_opinion="补充勘验笔录。")

    officer = town.person(OFFICER)
    with pytest.raises(Refused, match="陆原已经办了“主要领导审批”"):
        town.act(lambda engine: engine.handling.take_back(officer, done))
    assert case.waiting == {"prepare_materials": 1}


def test_who_has_got_it_back_is_told_that_there_is_nothing_to_take_back(plain_town: Town):
    case = plain_town.refer(at=MORNING).submit()
    done = case.task("prepare_materials")
    desk(case, LEADER).send_back("approve_referral", "prepare_materials")

    actor = plain_town.person(OFFICER)
    with pytest.raises(Refused, match="青河镇陆原已经退回“主要领导审批”，不能再撤回"):
        plain_town.engine.handling.take_back(actor, done)


def test_what_a_colleague_has_claimed_is_not_taken_back(town: Town):
    case = town.refer(at=MORNING).submit()
    case.claim("approve_referral", LEADER)

    cannot_take_back(case, "prepare_materials", OFFICER, "领取“主要领导审批”")


def test_what_has_been_delivered_is_not_taken_back(town: Town):
    case = town.refer(at=MORNING).deliver()

    cannot_take_back(case, "approve_referral", LEADER, "“涉嫌违法案件移送函”已经随之送达，送达的文书不能收回")


def test_what_has_ended_the_instance_is_not_taken_back(town: Town):
    case = town.refer(at=MORNING)
    case.complete("prepare_materials", OFFICER, preparation_outcome="drop", preparation_reason="查无违法事实。")

    cannot_take_back(case, "prepare_materials", OFFICER, "已经办结")


def test_after_a_timer_nothing_is_taken_back(town: Town):
    case = town.refer(at=MORNING).submit()
    town.at("2026-10-12T09:00")

    cannot_take_back(case, "prepare_materials", OFFICER, "时限到期")


def test_only_who_completed_takes_back(plain_town: Town):
    case = plain_town.refer(at=MORNING).submit()

    for who in (COLLEAGUE, LEADER):
        with pytest.raises(NotAllowed, match="自己办结"):
            desk(case, who).do("take_back", "prepare_materials")
    with pytest.raises(NotFound):
        desk(case, DEPARTMENT.officer).do("take_back", "prepare_materials")


def test_a_completion_that_closed_a_join_is_taken_back_and_the_join_closes_again(town: Town):
    dispute = raise_dispute(town, at=MORNING).dispose_by("a").state_position().dispose_by("b")
    assert dispute.waiting == {"conclude_negotiation": 1}
    desk(dispute, DEPARTMENT.officer).do("take_back", "dispose_b")

    assert dispute.waiting == {"dispose_b": 1}
    assert dispute.deadline("interim_b").status == "running"
    assert sound(dispute)
    dispute.dispose_by("b").apply().accept().reply().propose().rule("ecology").execute()
    assert dispute.status == "ended"


def test_a_limit_that_runs_again_after_taking_back_keeps_its_instant(town: Town):
    """R56 A27: four hours to confirm are four hours, whatever is taken back in between."""
    case = town.refer(at=MORNING).raise_urgency()
    due_at = case.timers()["urgency_lapse"]
    town.later(hours=1)
    case.answer_urgency("refuse")
    assert "urgency_lapse" not in case.timers()
    town.later(hours=1)
    desk(case, DEPUTY).do("take_back", "confirm_urgency")

    assert case.timers()["urgency_lapse"] == due_at
    assert sound(case)
    town.later(hours=3)
    assert "confirm_urgency" not in case.waiting
    assert sound(case)


def test_what_a_limit_would_close_at_once_is_not_taken_back(plain_town: Town):
    """The answer was in time; opened again after the limit, it would be lost."""
    dispute = raise_dispute(plain_town, at=MORNING).state_position()
    plain_town.asleep_until("2026-10-20T09:00")

    cannot_take_back(dispute, "state_position", DEPARTMENT.officer, "时限已过")
    plain_town.tick()
    assert sound(dispute)


def test_a_called_procedure_that_nobody_has_touched_is_called_off(town: Town):
    case = town.refer(at=MORNING).deliver().object().study_objection("disagree")
    called = dispute_of(case)
    desk(case, OFFICER).do("take_back", "study_objection")

    assert called.status == "ended"
    assert case.waiting == {"study_objection": 1}
    assert sound(case)


def test_a_called_procedure_that_somebody_has_touched_is_not(town: Town):
    case = town.refer(at=MORNING).deliver().object().study_objection("disagree")
    dispute_of(case).claim("dispose_b", DEPARTMENT.officer)

    cannot_take_back(case, "study_objection", OFFICER, "已经开始办理")


def at_once(*acts: Callable[[], Any]) -> list[Exception | None]:
    """What each of these came to, begun at the same instant."""
    ready = threading.Barrier(len(acts))
    outcomes: list[Exception | None] = [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        ready.wait()
        try:
            act()
        except LianbanError as error:
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_taking_back_and_completing_at_once_exactly_one_wins(town_on_each_database: Town):
    town = town_on_each_database
    case = town.refer(at=MORNING).submit()
    officer, leader = town.person(OFFICER), town.person(LEADER)
    done, waiting = case.task("prepare_materials"), case.task("approve_referral")
    answers = sent({"approval_outcome": "return", "approval_opinion": "补。"})
    one, two = town.another_engine(), town.another_engine()
    outcomes = at_once(
        lambda: one.handling.take_back(officer, done), lambda: two.tasks.complete(leader, waiting, answers)
    )

    assert [outcome is None for outcome in outcomes].count(True) == 1, outcomes
    assert all(outcome is None or isinstance(outcome, Refused | AlreadyDone) for outcome in outcomes)
    assert case.waiting == {"prepare_materials": 1}
    assert sound(case)


def test_a_task_handed_over_and_completed_at_once_goes_one_way(town_on_each_database: Town):
    town = town_on_each_database
    case = claimed(town)
    case.add_material("facts_statement")
    case.add_material("site_photos")
    officer, leader, task_id = town.person(OFFICER), town.person(LEADER), case.task("prepare_materials")
    (colleague,) = town.ids(COLLEAGUE)
    one, two = town.another_engine(), town.another_engine()
    outcomes = at_once(
        lambda: one.handling.transfer(leader, task_id, colleague),
        lambda: two.tasks.complete(officer, task_id, sent({"preparation_outcome": "submit"})),
    )

    assert [outcome is None for outcome in outcomes].count(True) == 1, outcomes
    assert sound(case)


def test_two_who_send_back_at_once_send_back_once(town_on_each_database: Town):
    town = town_on_each_database
    case = town.refer(at=MORNING).submit()
    leader, task_id = town.person(LEADER), case.task("approve_referral")
    earlier = desk(case, LEADER).earlier("approve_referral")["prepare_materials"]
    engines = [town.another_engine() for _ in range(2)]
    outcomes = at_once(*[lambda e=e: e.handling.send_back(leader, task_id, earlier, "补。") for e in engines])  # type: ignore[misc]

    assert [outcome is None for outcome in outcomes].count(True) == 1, outcomes
    assert case.waiting == {"prepare_materials": 1}
    assert sound(case)


# --- a period that is older than the step that opens again, and steps of other units ---

WHEN = {"type": "datetime", "key": "asked_at", "label": "时间", "subtype": "datetime"}
RELAY_FORMS = {
    "relay_start": [text_field("subject"), ASKED_UNIT, WHEN],
    "write_draft": [text_field("draft_text")],
    "check_draft": [text_field("check_text")],
    "reply_draft": [text_field("reply_text")],
}
RELAY = process(
    "relay",
    "往来函件",
    properties(number_prefix="WL", title="subject", starter="asking_unit", parties="asking_unit,asked_unit"),
    [
        lane("own", "asking_unit", "case_officer", "start write_draft late g_draft"),
        lane("head", "asking_unit", "deputy_leader", "check_draft"),
        lane("other", "asked_unit", "case_officer", "merge reply_draft done"),
    ],
    [
        '<startEvent id="start" name="发函" camunda:formRef="relay_start" />',
        '<userTask id="write_draft" name="起草" camunda:formRef="write_draft" />',
        '<exclusiveGateway id="g_draft" name="免核？" default="g_draft__check_draft" />',
        '<exclusiveGateway id="merge" />',
        '<userTask id="check_draft" name="核稿" camunda:formRef="check_draft" />',
        '<boundaryEvent id="due" name="3 个工作日届满" attachedToRef="check_draft" cancelActivity="false">',
        properties(deadline="check", rule="R22", basis="应在3个工作日内核稿", hard="true", unit="asking_unit"),
        "<timerEventDefinition><timeDate>working_days(3, asked_at)</timeDate></timerEventDefinition></boundaryEvent>",
        '<endEvent id="late" name="记为超期" />',
        '<userTask id="reply_draft" name="会签" camunda:formRef="reply_draft">',
        properties(send_back_to="check_draft"),
        "</userTask>",
        f'<endEvent id="done" name="办结">{properties(result="done")}</endEvent>',
        flow("start", "write_draft"),
        flow("write_draft", "g_draft"),
        flow("g_draft", "check_draft"),
        flow("g_draft", "merge", 'draft_text == "免核"'),
        flow("due", "late"),
        flow("check_draft", "merge"),
        flow("merge", "reply_draft"),
        flow("reply_draft", "done"),
    ],
)
"""A draft that goes from desk to desk; the period of its check runs from the request, older than the draft."""


@pytest.fixture
def relayed(town: Town, tmp_path: Path) -> Instance:
    """The draft is written and waits for its check."""
    folder = tmp_path / "drawn"
    (folder / "forms" / "shared").mkdir(parents=True)
    for form_id, components in RELAY_FORMS.items():
        content = json.dumps({"type": "default", "id": form_id, "components": components}, ensure_ascii=False)
        (folder / "forms" / "shared" / f"{form_id}.form").write_text(content, encoding="utf-8")
    (folder / "relay.bpmn").write_text(RELAY, encoding="utf-8")
    town.act(lambda engine: engine.procedures_in_force.deploy(folder / "relay.bpmn", "test"))
    town.at(MORNING)
    actor = town.person(OFFICER)
    given = {"subject": "联合检查", "asked_unit": "ecology", "asked_at": MORNING}
    instance = Instance(town, town.act(lambda engine: engine.instances.start(actor, "relay", sent(given))))
    town.at("2026-09-30T10:30")
    instance.complete("write_draft", OFFICER, draft_text="初稿")
    return instance


def test_a_period_goes_on_while_its_own_task_has_been_sent_back(relayed: Instance, town: Town):
    """2.0.2: sending a task back is no way out of its period; ruoyi-vue-pro#1018 is the bug."""
    period = relayed.deadline("check")
    desk(relayed, DEPUTY).send_back("check_draft", "write_draft")

    assert relayed.waiting == {"write_draft": 1}
    assert relayed.deadlines("check") == [period]
    assert sound(relayed)
    town.at("2026-10-12T09:00")
    assert len(relayed.notices("remind")) == 2
    town.at("2026-10-13T09:00")
    assert relayed.deadline("check").status == "overdue"
    assert relayed.deadline("check").overdue_at == period.due_at
    assert sound(relayed)
    relayed.complete("write_draft", OFFICER, draft_text="二稿")
    assert len(relayed.deadlines("check")) == 1, "not started anew"
    assert sound(relayed)
    relayed.complete("check_draft", DEPUTY, check_text="可以")
    assert relayed.deadline("check").status == "met_late"
    assert sound(relayed)


def test_a_held_period_falls_away_when_its_task_cannot_be_reached_any_more(relayed: Instance):
    desk(relayed, DEPUTY).send_back("check_draft", "write_draft")
    relayed.complete("write_draft", OFFICER, draft_text="免核")

    assert relayed.waiting == {"reply_draft": 1}
    assert relayed.deadline("check").status == "cancelled"
    assert sound(relayed)


def test_a_task_is_sent_back_to_another_unit_only_where_the_diagram_says_so(relayed: Instance, town: Town):
    relayed.complete("check_draft", DEPUTY, check_text="可以")
    period = relayed.deadline("check")
    partner = desk(relayed, DEPARTMENT.officer)

    assert list(partner.earlier("reply_draft")) == ["check_draft"]
    partner.send_back("reply_draft", "check_draft", "请写明检查时间。")
    assert relayed.asked("check_draft") == ("qinghe", {"deputy_leader"})
    assert period.status == "met"
    assert relayed.deadline("check").status == "running"
    assert sound(relayed)
    relayed.complete("check_draft", DEPUTY, check_text="已写明")
    relayed.complete("reply_draft", DEPARTMENT.officer, reply_text="同意")
    assert relayed.status == "ended"
    assert sound(relayed)


def test_a_period_that_was_met_before_another_calendar_came_goes_on_with_that_calendar(relayed: Instance, town: Town):
    relayed.complete("check_draft", DEPUTY, check_text="可以")
    assert relayed.deadline("check").due_at == at("2026-10-11T00:00")
    bring(town, 2026, ("2026-10-10", True, "停工"))
    town.tick()
    assert relayed.deadline("check").due_at == at("2026-10-11T00:00"), "it has ended"

    desk(relayed, DEPARTMENT.officer).send_back("reply_draft", "check_draft", "请写明检查时间。")

    assert relayed.deadline("check").due_at == at("2026-10-13T00:00")
    assert relayed.timers() == {"due": at("2026-10-13T00:00")}
