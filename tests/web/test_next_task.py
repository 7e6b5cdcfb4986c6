"""When a task is done: what is said of it, and where whoever has done it comes."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.web.office import LEADER, Office, Page


def test_whoever_hands_in_is_told_who_has_it_now_and_by_when(office: Office) -> None:
    desk, task = office.desk(LEADER), office.task("approve", "approve_referral")

    said = desk.get(desk.post(task, {"approval_outcome": "approve"}).location).said

    assert "“主要领导审批”已办结：同意移送。现在由市生态环境局办“签收”，10-15 周四 24:00 前。" in said


def test_whoever_hands_in_the_last_task_is_told_that_the_case_has_ended(office: Office) -> None:
    desk, task = office.desk(LEADER), office.task("approve", "approve_referral")

    done = desk.post(task, {"approval_outcome": "reject", "approval_opinion": "不属于违法行为。"})

    assert "“主要领导审批”已办结：不予移送。办件已经结束。" in desk.get(done.location).said


def open_approvals(office: Office, *titles: str) -> list[str]:
    """The leader's tasks, the oldest first; nobody else's."""
    for title in titles:
        case = office.town.refer(case_title=title).submit()
        office.town.later(hours=1)
        assert case.waiting["approve_referral"] == 1
    inbox = office.desk(LEADER).get("/inbox")
    return [str(href) for href in inbox.every("//a[contains(@class, 'row-link')]/@href")]


def onward(page: Page) -> tuple[str, str]:
    """The task to which the second button goes, and what it says of it."""
    (button,) = page.every("//button[@name='_onward']")
    return f"/tasks/{button.get('value')}", button.get("title")


def test_the_second_button_names_the_next_task_and_goes_there(office: Office) -> None:
    desk, tasks = office.desk(LEADER), open_approvals(office, "占道经营", "乱倒渣土")
    assert len(tasks) == 3
    named, words = onward(desk.get(tasks[0]))
    assert named == tasks[1]
    assert words.startswith("下一件：主要领导审批，占道经营（YS-2026-")
    assert words.endswith("；还有 2 件")

    done = desk.post(tasks[0], {"approval_outcome": "approve", "_onward": named.rpartition("/")[2]})

    assert done.location == tasks[1]
    said = desk.get(done.location).said
    assert "畜禽粪污直排沟渠（YS-2026-0004）：“主要领导审批”已办结：同意移送。现在由" in said, (
        "the page is another case's"
    )


def test_the_next_task_is_named_in_the_readers_language(office: Office) -> None:
    desk, tasks = office.desk(LEADER), open_approvals(office, "占道经营")
    desk.post("/settings/appearance", {"language": "en", "next": "/"})

    _next, words = onward(desk.get(tasks[0]))

    assert words.startswith("Next: Decide on the referral, 占道经营 (YS-2026-")


def test_whoever_has_passed_a_task_over_is_not_led_back_to_it(office: Office) -> None:
    desk, tasks = office.desk(LEADER), open_approvals(office, "占道经营", "乱倒渣土")
    named, _ = onward(desk.get(tasks[1]))

    done = desk.post(tasks[1], {"approval_outcome": "approve", "_onward": named.rpartition("/")[2]})

    assert done.location == named == tasks[2]


def test_behind_the_last_task_of_the_inbox_comes_the_first(office: Office) -> None:
    desk, tasks = office.desk(LEADER), open_approvals(office, "占道经营", "乱倒渣土")

    assert [onward(desk.get(task))[0] for task in tasks] == [tasks[1], tasks[2], tasks[0]]


def test_a_next_task_that_somebody_else_has_done_meanwhile_is_passed_over(office: Office) -> None:
    desk, tasks = office.desk(LEADER), open_approvals(office, "占道经营", "乱倒渣土")
    named, _ = onward(desk.get(tasks[0]))
    office.desk(LEADER).post(named, {"approval_outcome": "approve"})

    done = desk.post(tasks[0], {"approval_outcome": "approve", "_onward": named.rpartition("/")[2]})

    assert done.location == tasks[2]


def test_when_no_task_is_left_the_inbox_says_so(office: Office) -> None:
    desk, (task,) = office.desk(LEADER), open_approvals(office)
    assert onward(desk.get(task)) == ("/tasks/", "没有别的待办，提交以后回到待办")

    done = desk.post(task, {"approval_outcome": "approve", "_onward": ""})

    assert done.location == "/inbox"
    said = desk.get(done.location).said
    assert "“主要领导审批”已办结：同意移送。" in said
    assert "没有别的待办任务了。" in said


@pytest.mark.parametrize("wanted", ["nothing", quote("../inbox"), "https://example.org"])
def test_the_second_button_leads_to_tasks_of_the_own_inbox_only(office: Office, wanted: str) -> None:
    desk, tasks = office.desk(LEADER), open_approvals(office, "占道经营")

    done = desk.post(tasks[0], {"approval_outcome": "approve", "_onward": wanted})

    assert done.location == tasks[1]


def test_a_form_with_a_problem_stays_where_it_is_whichever_button_sent_it(office: Office) -> None:
    desk, task = office.desk(LEADER), office.task("approve", "approve_referral")

    refused = desk.post(task, {"_onward": ""})

    assert refused.status == 422
    assert refused.problem_at("approval_outcome") or "改好才能提交" in refused.text


def test_a_form_that_is_sent_twice_by_the_second_button_is_answered_alike(office: Office) -> None:
    desk, tasks = office.desk(LEADER), open_approvals(office, "占道经营", "乱倒渣土")
    page = desk.get(tasks[0])
    (once,) = page.every("//form[@id='answers']//input[@name='once']/@value")
    values = {"approval_outcome": "approve", "_onward": onward(page)[0].rpartition("/")[2], "once": once}

    first, second = desk.post(tasks[0], values), desk.post(tasks[0], values)

    assert (first.status, first.location) == (second.status, second.location) == (302, tasks[1])
