"""The pages of handling, without scripts: what is offered to whom, what is asked, and what is said when it is refused."""

from __future__ import annotations

import pytest

from tests.web.office import (
    COLLEAGUE,
    DEPUTY,
    LEADER,
    LIAISON,
    OFFICER,
    REVIEWER,
    STRANGER,
    SUPERVISION,
    Desk,
    Office,
    Page,
)


def offered(page: Page) -> list[str]:
    """What the page offers to do with the task besides completing it."""
    return page.texts("//*[@id='moves']//*[self::a or self::button][not(@disabled)]")


def prepare(office: Office) -> str:
    """The task of the case that is prepared, claimed by the officer."""
    task = office.task("prepare", "prepare_materials")
    office.desk(OFFICER).post("/tasks/claim", {"task": task.rsplit("/", 1)[1]})
    return task


def person(office: Office, login: str) -> str:
    return office.town.ids(login)[0]


def test_whoever_has_a_task_is_offered_what_may_be_done_with_it(office: Office) -> None:
    task = prepare(office)

    assert offered(office.desk(OFFICER).get(task))[:4] == ["退还", "转办", "委派", "加签"]
    assert offered(office.desk(LEADER).get(task)) == ["转办"]
    assert office.desk(LIAISON).get(task).status == 404  # nothing has been sent to that unit yet
    assert offered(office.desk(OFFICER).get(office.task("review", "review_acceptance"))) == ["催办", "撤回移送"]
    assert offered(office.desk(SUPERVISION).get(task)) == ["催办"]


def test_a_sign_that_could_not_be_stored_or_printed_is_refused_in_every_reason(office: Office) -> None:
    task, desk = prepare(office), office.desk(OFFICER)
    colleague = person(office, COLLEAGUE)

    for verb in ("transfer", "delegate", "consult"):
        refused = desk.post(f"{task}/handle/{verb}", {"to": colleague, "reason": "看\x00不见"})
        assert refused.status == 422
        assert refused.problem_at("reason") == "这一项里有看不见的特殊字符（U+0000），请删掉重填。"


def test_what_somebody_has_started_for_a_unit_is_listed_only_while_the_person_may_see_it(office: Office) -> None:
    town = office.town
    case = town.refer(by=OFFICER)
    assert case.number in office.desk(OFFICER).get("/inbox?tab=started").words()

    town.leave(OFFICER, "qinghe", "case_officer")
    town.appoint(OFFICER, "shiqiao", "case_officer")

    elsewhere = office.desk(OFFICER).get("/inbox?tab=started")
    assert case.number not in elsewhere.words()
    assert "还没有发起过办件" in elsewhere.words()


def test_a_task_is_handed_over_on_a_page_that_names_who_can_do_it(office: Office) -> None:
    task, desk = prepare(office), office.desk(OFFICER)
    asked = desk.get(f"{task}/handle/transfer")

    assert asked.texts("//label[@class='choice']") == ["苗青青河镇 承办人"]
    refused = desk.post(f"{task}/handle/transfer", {"reason": "我外出。"})
    assert refused.status == 422
    assert refused.problem_at("to") == "只能转办给本单位能办这个环节的人，请从名单里选。"
    assert "我外出。" in refused.words("//textarea"), "what was typed is not lost"
    moved = desk.post(f"{task}/handle/transfer", {"to": person(office, COLLEAGUE), "reason": "我外出。"})
    assert moved.location == "/inbox"
    assert desk.get("/inbox").said == "“整理移送材料”已转办。"
    there = office.desk(COLLEAGUE).get(task)
    assert "转办给你 我外出。" in there.words("//*[contains(@class, 'came')]")
    assert "退给转办人" in offered(there)
    row = office.desk(COLLEAGUE).get("/inbox").words("//tr[.//a[contains(., '擅自开挖乡道')]]")
    assert "转办给我" in row


def test_sending_back_says_why_it_goes_no_further_and_wants_a_reason(office: Office) -> None:
    task, desk = office.task("review", "review_acceptance"), office.desk(REVIEWER)
    asked = desk.get(f"{task}/handle/send_back")

    assert "签收罗一诺" in asked.texts("//label[@class='choice']")[0]
    assert "并行" in asked.words("//p[@class='hint']")
    values = {"to": asked.every("//input[@name='to']/@value")[0]}
    refused = desk.post(f"{task}/handle/send_back", values)
    assert (refused.status, refused.problem_at("reason")) == (422, "请写明，对方要看。")
    done = desk.post(f"{task}/handle/send_back", {**values, "reason": "清单份数与实物不符。"})
    assert done.location == office.instance("review")
    opened = office.desk(LIAISON).get(office.task("review", "sign_for"))
    assert "由“受理审查”退回 清单份数与实物不符。" in opened.words("//*[contains(@class, 'came')]")
    assert "退回" in office.desk(LIAISON).get("/inbox").words("//tr[.//a[contains(., '废塑料清洗线')]]")
    assert "退回到“签收”" in desk.get(office.instance("review")).words("//section[@id='log']")


def test_a_form_with_a_drawn_way_back_says_so(office: Office) -> None:
    asked = office.desk(LEADER).get(f"{office.task('approve', 'approve_referral')}/handle/send_back")

    assert "这个环节的表单里有退回的选项" in asked.words()


def test_a_delegate_fills_in_the_form_and_hands_it_in(office: Office) -> None:
    task = prepare(office)
    owner, helper = office.desk(OFFICER), office.desk(COLLEAGUE)
    owner.post(f"{task}/handle/delegate", {"to": person(office, COLLEAGUE), "reason": "请理材料。"})

    assert "已委派苗青代拟" in owner.get(task).words()
    there = helper.get(task)
    assert there.every("//form[@id='answers']/@action") == [f"{task}/hand-in"]
    assert "沈禾委派你代拟 请理材料。" in there.words("//*[contains(@class, 'came')]")
    assert helper.post(task, {"preparation_outcome": "submit"}).status == 403
    refused = helper.post(f"{task}/hand-in", {"preparation_outcome": "submit", "handling_opinion": ""})
    assert (refused.status, refused.problem_at("handling_opinion")) == (422, "请写明，对方要看。")
    assert refused.every("//input[@name='preparation_outcome' and @checked]/@value") == ["submit"]
    helper.post(f"{task}/hand-in", {"preparation_outcome": "submit", "handling_opinion": "材料齐了。"})
    back = owner.get(task)
    assert back.every("//input[@name='preparation_outcome' and @checked]/@value") == ["submit"]
    assert "材料齐了。" in back.words("//ul[@class='opinions']")


def test_opinions_are_asked_and_the_form_waits_for_them(office: Office) -> None:
    task, desk = prepare(office), office.desk(OFFICER)
    desk.post(f"{task}/handle/consult", {"to": [person(office, DEPUTY), person(office, COLLEAGUE)], "reason": "妥否？"})

    asked = office.desk(DEPUTY).get(task)
    assert "妥否？" in asked.words("//section[@id='answer']")
    assert office.desk(DEPUTY).post(f"{task}/answer", {"opinion": " "}).problem_at("opinion") == "请写明，对方要看。"
    office.desk(DEPUTY).post(f"{task}/answer", {"opinion": "同意移送。"})
    shown = desk.get(task)
    assert "同意移送。" in shown.words("//ul[@class='opinions']")
    assert "苗青" in shown.words("//section[contains(@class, 'waits')]")
    refused = desk.post(task, {"preparation_outcome": "drop", "preparation_reason": "查无此事。"})
    assert refused.status == 422
    assert "苗青还没有回复意见" in refused.words("//*[@class='summary']")
    form = shown.every("//section[contains(@class, 'waits')]//button/@form")[0]
    desk.post(shown.every(f"//form[@id='{form}']/@action")[0])
    assert not desk.get(task).every("//section[contains(@class, 'waits')]")
    assert desk.post(task, {"preparation_outcome": "drop", "preparation_reason": "查无此事。"}).status == 302


def test_that_a_colleague_has_nothing_to_say_is_read_in_the_reader_s_language(office: Office) -> None:
    task, desk = prepare(office), office.desk(OFFICER)
    desk.post(f"{task}/handle/consult", {"to": person(office, DEPUTY)})
    office.desk(DEPUTY).post(f"{task}/answer", {"none": "true"})

    assert "无意见" in desk.get(task).words("//ul[@class='opinions']")
    desk.client.set_cookie("lianban_language", "en")
    assert "No comment" in desk.get(task).words("//ul[@class='opinions']")
    assert "No comment" in desk.get(office.instance("prepare")).words("//section[@id='log']")


def test_a_form_goes_without_the_opinions_when_the_person_says_so(office: Office) -> None:
    task, desk = prepare(office), office.desk(OFFICER)
    desk.post(f"{task}/handle/consult", {"to": person(office, DEPUTY)})

    answers = {"preparation_outcome": "drop", "preparation_reason": "查无此事。", "without_opinions": "true"}
    assert desk.post(task, answers).status == 302
    assert office.case("prepare").status == "ended"


def test_what_was_just_completed_is_taken_back_from_the_list_of_what_is_done(office: Office) -> None:
    task, desk = office.task("prepare", "prepare_materials"), office.desk(OFFICER)
    office.case("prepare").submit()
    done = desk.get("/inbox?tab=done")
    (address,) = done.every("//form[contains(@action, 'take-back')]/@action")

    assert address == f"{task}/take-back"
    assert "撤回" in offered(desk.get(task))
    back = desk.post(address)
    assert back.location == office.task("prepare", "prepare_materials") != task
    assert desk.get(back.location).said == "已撤回，任务重新由你办理，原来填写的内容在表单里。"
    chosen = "//input[@name='preparation_outcome'][@checked]/@value"
    assert desk.get(back.location).every(chosen) == ["submit"]
    assert "，已撤回" in desk.get(task).words("//p[@class='who']")
    again = desk.post(address)
    assert (again.status, again.said) == (409, "这次办结已经撤回了。")


def test_why_nothing_can_be_taken_back_any_more_is_said_on_the_page(office: Office) -> None:
    done = office.desk(LEADER).get(office.task("over", "approve_referral"))

    assert "撤回：" in done.words("//*[@id='moves']")
    assert "撤回" not in offered(done)


def test_the_other_party_urges_from_the_page_of_the_case(office: Office) -> None:
    desk = office.desk(OFFICER)
    (address,) = desk.get(office.instance("review")).every("//p[@class='wait']//a[.='催办']/@href")
    assert desk.get(desk.post(address, {"reason": "下周一要用。"}).location).said.startswith("已催办“受理审查”。")

    assert "下周一要用。" in office.desk(REVIEWER).get(office.task("review", "review_acceptance")).words()
    row = office.desk(REVIEWER).get("/inbox").words("//tr[.//a[contains(., '未批先建废塑料清洗线')]]")
    assert "催办" in row
    assert not office.desk(REVIEWER).get(office.instance("review")).every("//p[@class='wait']//a[.='催办']")
    refused = desk.get(address)
    assert (refused.status, refused.said) == (409, "今天已经催办过，下一个工作日起可以再催。")


def test_several_tasks_are_released_at_once(office: Office) -> None:
    desk = office.desk(OFFICER)
    tasks = [office.task(name, "prepare_materials").rsplit("/", 1)[1] for name in ("prepare", "ongoing")]
    desk.post("/tasks/claim", {"task": tasks[:1]})
    desk.post("/tasks/release", {"task": tasks, "tab": "todo"})

    said = desk.get("/inbox").said
    number = office.instance("ongoing").rsplit("/", 1)[1]
    assert f"“整理移送材料”（{number} " in said, "of several, the one that was not is named"
    assert said.endswith("：只能退还自己领取的任务。已退还 1 项任务，本岗位的人都可以领取。")


def test_of_several_tasks_the_one_that_a_colleague_has_is_named(office: Office) -> None:
    tasks = [office.task(name, "prepare_materials").rsplit("/", 1)[1] for name in ("prepare", "ongoing")]
    office.desk(COLLEAGUE).post("/tasks/claim", {"task": tasks[0]})
    desk = office.desk(OFFICER)

    desk.post("/tasks/claim", {"task": tasks})

    said = desk.get("/inbox").said
    assert f"（{office.instance('prepare').rsplit('/', 1)[1]} " in said
    assert "：这项任务已由苗青于" in said
    assert said.endswith("已领取 1 项任务。")


def test_a_page_that_was_opened_before_says_what_has_become_of_the_task(office: Office) -> None:
    task = prepare(office)
    desk, colleague = office.desk(OFFICER), office.desk(COLLEAGUE)

    assert "由领取了这项任务的人" in colleague.get(f"{task}/handle/delegate").said
    desk.post(f"{task}/handle/delegate", {"to": person(office, COLLEAGUE)})
    assert "已委派苗青代拟" in desk.get(f"{task}/handle/send_back").said
    desk.post(f"{task}/recall")
    done = desk.post(task, {"preparation_outcome": "drop", "preparation_reason": "查明没有违法行为。"})
    assert done.status == 302
    assert "已由青河镇 沈禾于" in desk.get(f"{task}/handle/transfer").said


def test_several_tasks_are_handed_to_one_colleague_at_once(office: Office) -> None:
    desk = office.desk(OFFICER)
    tasks = [office.task(name, "prepare_materials").rsplit("/", 1)[1] for name in ("prepare", "ongoing")]
    desk.post("/tasks/claim", {"task": tasks})
    asked = desk.post("/tasks/transfer", {"task": tasks})

    assert asked.texts("//label[@class='choice']") == ["苗青青河镇 承办人"]
    assert asked.every("//input[@name='task']/@value") == tasks
    wrong = desk.post("/tasks/transfer", {"task": tasks, "to": ""})
    assert "请选择转办给谁。" in wrong.words("//main")
    desk.post("/tasks/transfer", {"task": tasks, "to": ["", person(office, COLLEAGUE)], "reason": "我休假。"})
    assert desk.get("/inbox").said == "已转办 2 项任务。"
    assert office.desk(COLLEAGUE).get("/inbox").text.count("转办给我") == 2


def test_the_page_says_that_there_are_two_drafts_and_changes_one_for_the_other(office: Office) -> None:
    task, officer, colleague = office.task("prepare", "prepare_materials"), office.desk(OFFICER), office.desk(COLLEAGUE)
    colleague.post(f"{task}/draft", {"preparation_outcome": "drop"})
    prepare(office)
    officer.post(f"{task}/draft", {"preparation_outcome": "submit"})
    officer.post(f"{task}/handle/transfer", {"to": person(office, COLLEAGUE)})

    assert "这项任务你有两份草稿" in colleague.get(task).words("//main")
    changed = colleague.post(f"{task}/draft/other", {})

    assert changed.location == task
    shown = colleague.get(task)
    assert "已换成另一份草稿" in shown.words("//*[contains(@class, 'flash--ok')]")
    assert shown.every("//input[@name='preparation_outcome'][@checked]/@value") == ["drop"]
    assert "两份草稿" not in officer.get(task).text


@pytest.mark.parametrize("verb", ["transfer", "return", "delegate", "consult", "send_back", "urge"])
def test_a_stranger_learns_nothing_from_the_pages_of_handling(office: Office, verb: str) -> None:
    task = prepare(office)

    assert office.desk(STRANGER).get(f"{task}/handle/{verb}").status == 404
    assert office.desk(STRANGER).post(f"{task}/handle/{verb}", {"to": "x", "reason": "x"}).status == 404


def save_from(desk: Desk, task: str, window: str, shown: str = "", **answers: str) -> int:
    """The status of a draft that is saved by the script of that window."""
    headers = {"X-Draft-Window": window, "X-Draft-Shown": shown, "Accept": "application/json"}
    return desk.send(f"{task}/draft", {"csrf_token": desk.token(), **answers}, headers=headers).status


def test_a_window_saves_over_its_own_draft_and_over_the_one_it_shows(office: Office) -> None:
    task, desk = prepare(office), office.desk(OFFICER)

    assert save_from(desk, task, "first", preparation_outcome="drop") == 200
    assert save_from(desk, task, "first", preparation_outcome="submit") == 200, "also when the answer was lost"
    assert save_from(desk, task, "second", preparation_outcome="drop") == 409
    (shown,) = desk.get(task).every("//form[@id='answers']/@data-draft-shown")
    assert save_from(desk, task, "second", shown, preparation_outcome="drop") == 200
    assert save_from(desk, task, "first", preparation_outcome="submit") == 409
    refused = desk.post(task, {"preparation_outcome": "drop"})
    assert (refused.status, refused.every("//form[@id='answers']/@data-draft-shown")) == (422, ["second"])


def test_two_windows_that_start_something_do_not_overwrite_each_other(office: Office) -> None:
    desk = office.desk(OFFICER)

    assert save_from(desk, "/start/case_referral", "first", case_title="甲事") == 200
    assert save_from(desk, "/start/case_referral", "second", case_title="乙事") == 409
    assert desk.get("/start/case_referral").every("//input[@name='case_title']/@value") == ["甲事"]
