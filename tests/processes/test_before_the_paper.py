"""What a unit has answered for a paper is its own business until the paper is issued (签发)."""

from __future__ import annotations

from engine.reports.case.page import InstanceView
from tests.processes.assistance import ask
from tests.processes.dispute import raise_dispute
from tests.processes.town import MORNING, Case, Instance, Town

OPINION = "经审查，属本单位管辖，拟予受理。"


def seen(case: Instance, login: str) -> InstanceView:
    actor = case.town.person(login)
    return case.town.act(lambda engine: engine.instances.instance(actor, case.number))


def words(view: InstanceView) -> str:
    said = [entry.words for section in view.sections for entry in section.entries]
    told = [f"{line.step} {line.action} {line.note}" for line in view.log]
    return "\n".join(said + told + [f"{step.name} {step.outcome} {step.remark}" for step in view.steps])


def reviewed(town: Town) -> Case:
    return town.refer(at=MORNING).deliver().sign_for().review("accept", acceptance_opinion=OPINION)


def test_r55_a_proposal_to_accept_is_not_told_before_the_letter_is_signed(town: Town) -> None:
    case = reviewed(town)
    sender, receiver, justice = (words(seen(case, login)) for login in ("shenhe.qh", "zhouyan.hb", "chengyu.sf"))

    assert OPINION not in sender
    assert "受理审查 受理" not in sender
    assert "受理审查 办结" in sender, "that the step was done is no secret"
    assert "受理审查 受理" in receiver
    assert OPINION in receiver
    assert OPINION in justice

    case.complete("sign_acceptance", case.receiving.deputy, signing_outcome="approve")

    sender = words(seen(case, "shenhe.qh"))
    assert OPINION in sender
    assert "受理审查 受理" in sender


def test_what_was_sent_back_on_the_way_is_not_told_either(town: Town) -> None:
    case = reviewed(town)
    case.complete("sign_acceptance", case.receiving.deputy, signing_outcome="return", signing_opinion="再核。")

    sender = words(seen(case, "shenhe.qh"))

    assert "审核签发 退回" not in sender
    assert "审核签发 退回" in words(seen(case, "zhouyan.hb"))


def test_a_draft_that_was_returned_stays_the_units_own_when_the_paper_goes_out(town: Town) -> None:
    case = town.refer(at=MORNING).deliver().sign_for().review("accept", acceptance_opinion="先拟受理。")
    case.complete("sign_acceptance", case.receiving.deputy, signing_outcome="return", signing_opinion="再核。")
    case.review("accept", acceptance_opinion=OPINION)
    case.complete("sign_acceptance", case.receiving.deputy, signing_outcome="approve")

    for after in (lambda: None, lambda: case.file().handle().report()):
        after()
        sender = words(seen(case, "shenhe.qh"))
        assert OPINION in sender
        assert "先拟受理" not in sender
        assert "审核签发 退回" not in sender
    assert "先拟受理" in words(seen(case, "zhouyan.hb"))
    assert case.status == "ended"


def test_the_page_of_the_other_sides_task_does_not_tell_it_either(town: Town) -> None:
    case = reviewed(town)
    sender, task_id = town.person("shenhe.qh"), case.task("review_acceptance")

    view = town.act(lambda engine: engine.tasks.task(sender, task_id))

    assert view.outcome_name == ""
    assert OPINION not in str(view.before)


def test_a_second_review_is_a_draft_again(town: Town) -> None:
    """The answer of the first one has gone out with its letter; what is said now has not."""
    case = town.refer(at=MORNING).deliver().sign_for().review("need_supplement", supplement_list="补现场照片。")
    case.complete("sign_acceptance", case.receiving.deputy, signing_outcome="approve")
    assert "补现场照片" in words(seen(case, "shenhe.qh"))
    case.complete("supply_supplement", case.referring.officer, supplement_note="已补充现场照片。")
    case.sign_for().review("accept", acceptance_opinion=OPINION)

    assert OPINION not in words(seen(case, "shenhe.qh"))


def test_r74_whoever_signs_the_same_paper_sees_who_has_signed(town: Town) -> None:
    dispute = raise_dispute(town).dispose().state_position().negotiate("agreed")

    assert "记录协商结果" in words(seen(dispute, "zhouyan.hb"))
    assert "协商一致" in words(seen(dispute, "zhouyan.hb"))


def test_r23_an_opinion_is_not_told_before_it_is_signed(town: Town) -> None:
    asked = ask(town).assign()
    asked.study(opinion_answers="浮渣属危险废物 HW08。")

    assert "危险废物 HW08" not in words(seen(asked, "shenhe.qh"))
    asked.sign()
    assert "危险废物 HW08" in words(seen(asked, "shenhe.qh"))
