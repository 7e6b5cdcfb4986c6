"""A post that runs out by its own date is an end like any other: nobody calls anything, and nobody's task is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine.db import tables
from engine.errors import NotAllowed
from engine.organisation import people
from engine.reports.parts.filters import Filters
from tests.processes.town import MORNING, Case, Town

ACTING, OFFICER, COLLEAGUE, LIAISON = "qinruogu.qh", "shenhe.qh", "hejingyi.qh", "wujiahe.qh"
END = "2026-10-09T09:00"


def led_until(town: Town, end: str = END) -> Case:
    """A referral that waits for its approval, claimed by somebody who acts as the principal until then."""
    town.at(MORNING).leave("luyuan.qh", "qinghe", "principal_leader")
    town.appoint(ACTING, "qinghe", "acting_principal", until=end)
    case = town.refer().submit()
    case.claim("approve_referral", ACTING)
    return case


def readers(town: Town, kind: str) -> list[str]:
    """Who has notices of this kind, once for each."""
    receipt, notice = tables.notice_receipt, tables.notice
    joined = select(receipt.c.person_id).join(notice, notice.c.id == receipt.c.notice_id)
    return town.read(lambda tx: list(tx.scalars(joined.where(notice.c.kind == kind))))


def unclaimed(town: Town, login: str) -> list[str]:
    found = town.act(lambda engine: engine.tasks.inbox(town.person(login), "unclaimed", Filters()))
    return [row.step for row in found.rows]


def test_r54_the_successor_of_a_dated_post_finds_what_was_claimed_and_does_it_before_the_worker_looks(
    town_on_each_database: Town,
) -> None:
    town = town_on_each_database
    case = led_until(town)
    town.asleep_until(END)
    town.newcomer("xinling.qh", "qinghe", "principal_leader")

    assert unclaimed(town, "xinling.qh") == ["主要领导审批"]
    case.complete("approve_referral", "xinling.qh", approval_outcome="approve")

    assert case.waiting == {"sign_for": 1}
    assert town.verify() == []


def test_until_the_last_moment_of_a_dated_post_the_claim_stands(plain_town: Town) -> None:
    case = led_until(plain_town)
    plain_town.newcomer("xinling.qh", "qinghe", "deputy_leader")
    plain_town.asleep_until("2026-10-09T08:59")
    plain_town.tick()

    (task,) = case.open_tasks()
    assert task.assignee_id == plain_town.person(ACTING).person_id


def test_the_worker_lets_a_dated_post_go_and_whoever_can_act_is_told_and_reminded(plain_town: Town) -> None:
    case = led_until(plain_town)
    plain_town.newcomer("xinling.qh", "qinghe", "deputy_leader")
    plain_town.asleep_until(END)
    new = plain_town.person("xinling.qh")
    plain_town.write(
        lambda tx: people.appoint(tx, new.person_id, "qinghe", "principal_leader", plain_town.now - timedelta(hours=1))
    )

    plain_town.tick()

    (task,) = case.open_tasks()
    assert task.assignee_id is None
    assert any("秦若谷已不在任，请本岗位领取办理" in note.text for note in case.notices("task"))
    plain_town.at("2026-10-14T09:00")
    assert new.person_id in readers(plain_town, "remind")
    assert plain_town.ids(ACTING)[0] not in readers(plain_town, "remind")
    assert "退回岗位" in {str(line.action) for line in plain_town.engine.instances.instance(new, case.number).log}


def test_whoever_was_asked_and_has_left_the_unit_is_waited_for_no_longer(plain_town: Town) -> None:
    town = plain_town
    case = town.refer(at=MORNING)
    case.claim("prepare_materials", OFFICER)
    town.newcomer("daiban.qh", "qinghe", "clerk")
    town.write(lambda tx: tx.execute(update(tables.post).where(tables.post.c.person_id == town.ids("daiban.qh")[0])
                                     .values(valid_to=town.now + timedelta(hours=1))))  # fmt: skip
    officer, delegate = town.person(OFFICER), town.person("daiban.qh")
    task_id = case.task("prepare_materials")
    town.engine.handling.delegate(officer, task_id, delegate.person_id, "请先起草。")
    town.engine.tasks.save_draft(delegate, task_id, {"preparation_outcome": ["submit"]})
    with pytest.raises(NotAllowed, match="等交回或者收回之后再办"):
        case.complete("prepare_materials", OFFICER, preparation_outcome="submit")

    town.later(hours=1)

    view = town.engine.tasks.task(officer, task_id)
    assert view.form is not None
    assert view.draft_saved_at is not None
    case.submit()
    assert case.waiting == {"approve_referral": 1}


def test_a_person_who_is_made_inactive_holds_nothing_any_more(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)
    case.claim("prepare_materials", OFFICER)
    person_id = plain_town.person(OFFICER).person_id
    plain_town.write(
        lambda tx: tx.execute(update(tables.person).where(tables.person.c.id == person_id).values(active=False))
    )

    plain_town.tick()

    assert [task.assignee_id for task in case.open_tasks()] == [None]
    assert plain_town.read(lambda tx: people.posts_of(tx, person_id, plain_town.now)) == []


def test_r51_a_liaison_whose_dated_post_runs_out_leaves_the_task_to_the_principal_leader(plain_town: Town) -> None:
    town = plain_town
    case = town.refer(at=MORNING).deliver()
    town.write(
        lambda tx: tx.execute(
            update(tables.post)
            .where(tables.post.c.unit_code == "ecology", tables.post.c.role == "liaison")
            .values(valid_to=town.now + timedelta(hours=1))
        )
    )
    case.claim("sign_for", "luoyinuo.hb")

    town.later(hours=1)

    assert case.asked("sign_for") == ("ecology", {"liaison", "principal_leader"})
    case.complete("sign_for", "guchangfeng.hb", materials_complete=True)
    assert case.waiting == {"review_acceptance": 1}
