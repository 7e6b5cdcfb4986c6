"""Who decides reads: the papers of a task, and the reader's own ticks beside them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine.db import tables
from engine.runtime.documents.wording import Texts
from tests.web.office import LEADER, LIAISON, OFFICER, REVIEWER, Desk, Office, Page

OTHER_REVIEWER = "fangsiyuan.hb"


def papers(page: Page) -> list[str]:
    """The keys of what may be ticked, in the order of the page."""
    return page.every("//input[@data-tick]/@value")


def ticked(page: Page) -> list[str]:
    return page.every("//input[@data-tick][@checked]/@value")


def tick(desk: Desk, task: str, paper: str, checked: bool = True) -> Page:
    return desk.post(f"{task}/checked", {"paper": paper, "checked": str(checked).lower()})


def kept(office: Office) -> int:
    return office.town.read(lambda tx: tx.scalar(select(func.count()).select_from(tables.checked_paper)) or 0)


def count(page: Page) -> str:
    return page.words("//*[@data-checked-count]")


# --- ticks ---


def test_a_tick_is_there_after_a_reload_and_in_the_second_window_for_this_reader_alone(office: Office) -> None:
    desk, task = office.desk(REVIEWER), office.task("review", "review_acceptance")
    letter, *_ = papers(desk.get(task))

    told = tick(desk, task, letter)

    assert (told.status, told.json) == (200, {"checked": [letter]})
    assert ticked(desk.get(task)) == [letter]
    assert count(desk.get(task)) == "已核对 1/3"
    assert office.desk(REVIEWER).get(f"{task}/checked").json == {"checked": [letter]}
    colleague = office.desk(OTHER_REVIEWER)
    assert (ticked(colleague.get(task)), count(colleague.get(task))) == ([], "已核对 0/3")


def test_a_tick_is_taken_off_again(office: Office) -> None:
    desk, task = office.desk(REVIEWER), office.task("review", "review_acceptance")
    letter, photos, _ = papers(desk.get(task))
    tick(desk, task, letter)
    tick(desk, task, photos)

    assert tick(desk, task, letter, checked=False).json == {"checked": [photos]}
    assert ticked(desk.get(task)) == [photos]


@pytest.mark.parametrize(
    "paper",
    ["", "document/", "document/nothing", "material/nothing", "draft/tell_acceptance", "draft/no_such/0", "draft/../0"],
)
def test_a_paper_that_the_task_does_not_show_is_not_ticked(office: Office, paper: str) -> None:
    desk, task = office.desk(REVIEWER), office.task("review", "review_acceptance")

    refused = tick(desk, task, paper)

    assert (refused.status, kept(office)) == (404, 0)
    assert "没有这份文书或材料，请刷新页面。" in refused.text


def test_whoever_cannot_do_the_task_has_nothing_to_tick(office: Office) -> None:
    task = office.task("review", "review_acceptance")
    letter = papers(office.desk(REVIEWER).get(task))[0]
    liaison = office.desk(LIAISON)

    assert papers(liaison.get(task)) == []
    assert liaison.get(task).every("//a[@data-read]"), "reads it all the same"
    assert (tick(liaison, task, letter).status, kept(office)) == (403, 0)


def test_what_was_ticked_is_gone_with_the_task_and_was_told_to_nobody(office: Office) -> None:
    desk, case = office.desk(REVIEWER), office.case("review")
    task = office.task("review", "review_acceptance")
    for paper in papers(desk.get(task)):
        tick(desk, task, paper)

    case.review("accept")

    assert kept(office) == 0
    assert "核对" not in desk.get(task).words()
    assert not any(name.startswith("_") for name in case.facts())


def test_what_was_ticked_is_gone_when_the_case_ends_without_the_task(office: Office) -> None:
    desk, task = office.desk(LEADER), office.task("approve", "approve_referral")
    for paper in papers(desk.get(task)):
        tick(desk, task, paper)
    assert kept(office) == 3

    office.engine.instances.end(office.numbers.approve, "test", "登记错了，要重新登记。")

    assert kept(office) == 0


def test_a_task_that_is_over_takes_no_tick(office: Office) -> None:
    desk, task = office.desk(REVIEWER), office.task("review", "review_acceptance")
    letter, *_ = papers(desk.get(task))
    office.case("review").review("accept")

    assert (tick(desk, task, letter).status, kept(office)) == (409, 0)


def test_the_tick_of_a_draft_falls_off_when_somebody_changes_its_words(office: Office) -> None:
    desk, task = office.desk(LEADER), office.task("approve", "approve_referral")
    draft = papers(desk.get(task))[0]
    tick(desk, task, draft)
    assert ticked(desk.get(task)) == [draft]

    element = draft.split("/")[1]
    leader, task_id = office.town.person(LEADER), task.rpartition("/")[2]
    texts = office.engine.paper_drafts.draft(leader, task_id, element).texts
    changed = Texts(texts.title, ("另起一段。", *texts.paragraphs), texts.attachments, texts.contact)
    office.engine.paper_drafts.save(leader, task_id, element, changed)

    page = desk.get(task)
    assert ticked(page) == []
    assert "草稿，改过 1 处" in page.words("//*[@data-read-row][1]")


def test_a_list_that_the_task_makes_is_not_read_but_made(office: Office) -> None:
    page = office.desk(OFFICER).get(office.task("prepare", "prepare_materials"))

    assert papers(page) == []
    assert page.every("//*[@id='materials']")


def test_ticks_do_not_hold_up_the_task(office: Office) -> None:
    desk, task = office.desk(LEADER), office.task("approve", "approve_referral")

    done = desk.post(task, {"approval_outcome": "approve"})

    assert done.status == 302


# --- without scripts ---


def test_without_scripts_the_ticks_are_sent_with_the_form_and_what_was_typed_stays(office: Office) -> None:
    desk, task = office.desk(REVIEWER), office.task("review", "review_acceptance")
    page = desk.get(task)
    letter, photos, facts = papers(page)
    assert {*page.every("//input[@data-tick]/@form"), *page.every("//form[@id]/@id")} >= {"answers"}
    (saves,) = page.every("//noscript/button[@formaction]/@formaction")
    shown = {"_shown": [letter, photos, facts], "acceptance_opinion": "材料齐全。"}
    tick(desk, task, facts)

    kept_now = desk.post(saves, {**shown, "_checked": [letter, photos]})

    assert (kept_now.status, kept_now.location) == (302, task)
    after = desk.get(task)
    assert ticked(after) == [letter, photos]
    assert "勾选已保存，填写的内容存成了草稿。" in after.said
    assert after.words("//*[@id='field-acceptance_opinion']") == "材料齐全。"


def test_without_scripts_a_refused_form_comes_back_with_its_ticks(office: Office) -> None:
    desk, task = office.desk(REVIEWER), office.task("review", "review_acceptance")
    letter, photos, facts = papers(desk.get(task))

    refused = desk.post(task, {"_shown": [letter, photos, facts], "_checked": [photos]})

    assert (refused.status, ticked(refused)) == (422, [photos])


# --- which paper lies open ---


def test_the_letter_that_came_lies_open_for_whoever_reviews_it(office: Office) -> None:
    page = office.desk(REVIEWER).get(office.task("review", "review_acceptance"))

    (first,) = page.every("//a[@data-read-first]")
    assert first.text == "涉嫌违法案件移送函"
    assert first.get("href").startswith("/documents/")


def test_the_letter_that_is_signed_lies_open_for_the_leader(office: Office) -> None:
    page = office.desk(LEADER).get(office.task("approve", "approve_referral"))

    (first,) = page.every("//a[@data-read-first]")
    assert first.text == "涉嫌违法案件移送函"
    assert first.get("href") == office.task("approve", "approve_referral") + "/papers/deliver_referral"


def test_every_paper_that_is_read_has_a_page_with_a_part_to_show(office: Office) -> None:
    for login, case, element in (
        (REVIEWER, "review", "review_acceptance"),
        (LEADER, "approve", "approve_referral"),
        (OFFICER, "prepare", "prepare_materials"),
    ):
        desk = office.desk(login)
        for address in desk.get(office.task(case, element)).every("//a[@data-read]/@href"):
            assert desk.get(address).every("//*[@data-read-part]"), address
