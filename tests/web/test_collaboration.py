"""The small forms beside the tasks, in a browser without scripts; and what others must never find there."""

from __future__ import annotations

import pytest

from tests.processes.dispute import raise_dispute
from tests.web.office import (
    COLLEAGUE,
    HEAD,
    JUSTICE,
    LEADER,
    LIAISON,
    OFFICER,
    REVIEWER,
    STRANGE_LIAISON,
    STRANGER,
    SUPERVISION,
    Office,
)

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}"
SECRET = "暗语三七二十一"


def test_a_comment_is_said_on_the_page_and_read_on_the_other_sides(office: Office) -> None:
    page = office.instance("review")

    sent = office.desk(OFFICER).post(f"{page}/comments", {"text": "当事人昨天来过。"})

    assert (sent.status, sent.location) == (302, f"{page}#talk")
    shown = office.desk(REVIEWER).get(page)
    assert "青河镇 沈禾" in shown.words("//section[@id='talk']//li")
    assert "当事人昨天来过。" in shown.words("//section[@id='talk']//li")


def test_a_comment_from_the_page_of_a_task_leads_back_to_it(office: Office) -> None:
    task = office.task("review", "review_acceptance")
    page = office.instance("review")

    sent = office.desk(REVIEWER).post(f"{page}/comments", {"text": "正在核对。", "task": task.rsplit("/", 1)[1]})

    assert sent.location == f"{task}#talk"
    assert "正在核对。" in office.desk(REVIEWER).get(task).words("//section[@id='talk']")


def test_whoever_is_chosen_from_the_list_is_mentioned(office: Office) -> None:
    page, desk = office.instance("review"), office.desk(OFFICER)
    (person,) = desk.get(page).every("//select[@name='mention']//option[normalize-space()='周砚']/@value")

    desk.post(f"{page}/comments", {"text": "请看。", "mention": person})

    assert desk.get(page).texts("//p[@class='called']//span") == ["@市生态环境局 周砚"]


def test_an_at_in_the_text_mentions_without_the_list_and_one_that_reaches_nobody_is_said(office: Office) -> None:
    page, desk = office.instance("review"), office.desk(OFFICER)

    desk.post(f"{page}/comments", {"text": "@周砚 请看，@王大锤 也看看。"})

    shown = desk.get(page)
    assert "“@王大锤”没有提醒到人" in shown.words("//*[contains(@class, 'flash--warn')]")
    assert "意见已发表" in shown.words("//*[contains(@class, 'flash--ok')]")
    assert shown.texts("//p[@class='called']//span") == ["@市生态环境局 周砚"]


@pytest.mark.parametrize("place", ["comments", "copies", "remarks"])
def test_what_was_typed_wrong_stands_there_again_with_the_sentence(office: Office, place: str) -> None:
    text = {"comments": "text", "copies": "note", "remarks": "text"}[place]
    limit = {"comments": 1000, "copies": 500, "remarks": 500}[place]
    values = {text: "长" * (limit + 1), "unit": "ecology", "role": "liaison"}
    page = office.instance("review")

    refused = office.desk(JUSTICE if place == "remarks" else OFFICER).post(f"{page}/{place}", values)

    assert refused.status == 422
    assert f"最多 {limit} 字" in refused.text
    assert "长" * (limit + 1) in refused.text


@pytest.mark.parametrize(("place", "part"), [("comments", "talk"), ("copies", "copies"), ("remarks", "remark")])
def test_what_was_typed_wrong_is_before_the_eyes_of_who_typed_it(office: Office, place: str, part: str) -> None:
    """The page is long: it opens at the form that was sent, not at its beginning."""
    page = office.instance("review")

    shown = office.desk(JUSTICE if place == "remarks" else OFFICER).get(page)

    assert shown.every(f"//section[@id='{part}']//form/@action") == [f"{page}/{place}#{part}"]


@pytest.mark.parametrize("where", ["comment", "copy", "correction", "remark"])
def test_what_people_type_is_shown_as_they_typed_it_and_never_run(office: Office, where: str) -> None:
    page, officer = office.instance("review"), office.desk(OFFICER)
    if where == "comment":
        officer.post(f"{page}/comments", {"text": ATTACK})
    elif where == "copy":
        officer.post(f"{page}/copies", {"unit": "shiqiao", "role": "liaison", "note": ATTACK})
    elif where == "correction":
        officer.post(f"{page}/correct/location", {"location": ATTACK, "reason": ATTACK})
    else:
        office.desk(JUSTICE).post(f"{page}/remarks", {"unit": "ecology", "text": ATTACK})

    for login in (OFFICER, LIAISON, LEADER):
        for path in (page, "/inbox"):
            shown = office.desk(login).get(path)
            assert shown.every("//script[contains(text(), 'alert')]") == []
            assert shown.every("//img[@onerror]") == []
    assert ATTACK in office.desk(OFFICER).get(page).tree.text_content()


def addresses(office: Office, login: str) -> set[str]:
    """Every address that leads somewhere from the pages of the case, for this person."""
    seen: set[str] = set()
    waiting = ["/inbox", "/inbox?tab=copied", "/instances", office.instance("review")]
    while waiting and len(seen) < 60:
        path = waiting.pop()
        seen.add(path)
        found = office.desk(login).get(path)
        links = found.every("//main//a/@href") if found.status == 200 and "html" in str(found.headers) else []
        waiting += [link for link in links if link.startswith("/") and link not in seen and "/diagram" not in link]
    return {path.partition("#")[0] for path in seen}


@pytest.mark.parametrize("login", [LIAISON, HEAD, JUSTICE, SUPERVISION, STRANGE_LIAISON])
def test_a_comment_within_a_unit_is_on_no_page_of_anybody_else(office: Office, login: str) -> None:
    page, officer = office.instance("review"), office.desk(OFFICER)
    officer.post(f"{page}/comments", {"text": SECRET, "internal": "true"})
    officer.post(f"{page}/copies", {"unit": "shiqiao", "role": "liaison", "note": "请知悉。"})
    assert SECRET in officer.get(page).text

    for path in addresses(office, login):
        assert SECRET not in office.desk(login).get(path).content.decode(errors="replace"), path


def test_a_reader_finds_the_instance_and_no_comment(office: Office) -> None:
    page, officer = office.instance("review"), office.desk(OFFICER)
    officer.post(f"{page}/comments", {"text": "只给双方看的话。"})
    officer.post(f"{page}/copies", {"unit": "shiqiao", "role": "liaison", "note": "同一当事人。"})
    reader = office.desk(STRANGE_LIAISON)

    assert "附言：同一当事人。" in reader.get("/inbox?tab=copied").words("//table")
    shown = reader.get(page)

    assert shown.status == 200
    assert "同一当事人。（只供阅知，不用办理。）" in shown.words("//main")
    assert "只给双方看的话" not in shown.text
    assert shown.every("//main//form") == []
    assert "10-09 10:12 阅" in officer.get(page).words("//section[@id='copies']")
    assert office.desk(STRANGER).get(page).status == 404


@pytest.mark.parametrize("field", ["role", "person"])
def test_a_second_copy_to_one_reader_is_said_at_the_field_and_the_note_stays(office: Office, field: str) -> None:
    page, officer = office.instance("review"), office.desk(OFFICER)
    name = office.town.person(STRANGER).person_name if field == "person" else ""
    whom = {"role": "liaison", "person": name}
    officer.post(f"{page}/copies", {"unit": "shiqiao", **whom, "note": "请知悉。"})

    again = officer.post(f"{page}/copies", {"unit": "shiqiao", **whom, "note": "这是另外写的一段附言。"})

    assert again.status == 422
    assert "已经抄送过石桥镇" in again.words(f"//p[@id='copy-{field}-problem']")
    assert "这是另外写的一段附言。" in again.words("//textarea[@id='copy-note']")


def test_who_has_read_the_copied_case_has_no_unread_message_of_it(office: Office) -> None:
    page, officer, reader = office.instance("review"), office.desk(OFFICER), office.desk(STRANGE_LIAISON)
    reader.post("/messages/read")
    officer.post(f"{page}/copies", {"unit": "shiqiao", "role": "liaison", "note": "请知悉。"})
    assert "请知悉。" in reader.get("/messages").words("//main")

    reader.get(page)

    assert "没有未读消息" in reader.get("/messages").words("//main")


def test_the_message_of_a_copy_that_was_recalled_says_so(office: Office) -> None:
    page, officer, reader = office.instance("review"), office.desk(OFFICER), office.desk(STRANGE_LIAISON)
    reader.post("/messages/read")
    officer.post(f"{page}/copies", {"unit": "shiqiao", "role": "liaison", "note": "请知悉。"})
    (revoke,) = officer.get(page).every("//section[@id='copies']//form[contains(@action, '/revoke')]/@action")
    officer.post(revoke, {})

    links = reader.get("/messages").every("//ul[@class='msgs']//a/@href")
    assert len(links) == 2
    for link in links:
        opened = reader.get(link)
        assert opened.location == "/messages?tab=all"
        assert "的抄送已经收回，不能再看。" in reader.get(opened.location).words("//body")
    assert "没有未读消息" in reader.get("/messages").words("//main")


def test_a_correction_goes_from_the_form_to_the_leader_and_back_to_the_page(office: Office) -> None:
    page, officer, leader = office.instance("prepare"), office.desk(OFFICER), office.desk(LEADER)
    form = officer.get(f"{page}/correct/location")
    assert "青河镇河湾村二组 18 号院" in form.words("//output")

    refused = officer.post(f"{page}/correct/location", {"location": "别处", "reason": "错"})
    assert (refused.status, "已写 1 字" in refused.text, refused.every("//input[@id='field-location']/@value")) == (
        422, True, ["别处"],
    )  # fmt: skip
    officer.post(f"{page}/correct/location", {"location": "青河镇柳林村", "reason": "登记时写错了村名。"})

    (link,) = leader.get("/inbox").every("//ul[contains(@class, 'decisions')]//a/@href")
    assert "登记时写错了村名。" in leader.get(link).words("//main")
    assert "现在的值 青河镇河湾村二组 18 号院" in leader.get(link).words("//main")
    waiting = leader.get("/inbox")
    assert waiting.words("//nav[contains(@class, 'tabs')]/a[1]").split()[-1] in waiting.words(
        "//nav[@aria-label='分页']"
    )
    assert officer.get(link).every("//input[@name='decision']") == []
    assert leader.post(link, {"decision": "approve", "opinion": "同意。"}).location == "/inbox"

    assert office.desk(LIAISON).get(page).status == 404, "nothing has been sent there yet"
    shown = office.desk(COLLEAGUE).get(page)
    assert "青河镇柳林村更正前：青河镇河湾村二组 18 号院" in shown.words("//section[@id='content']")
    assert leader.get("/inbox").every("//ul[contains(@class, 'decisions')]") == []
    assert "原来的值 青河镇河湾村二组 18 号院" in leader.get(link).words("//main")
    late = leader.post(link, {"decision": "approve", "opinion": ""})
    assert (late.status, "批准" in late.said) == (409, True)


def test_a_dispute_is_cancelled_from_its_page_with_a_reason(office: Office) -> None:
    dispute = raise_dispute(office.town)
    page, desk = f"/instances/{dispute.number}", office.desk(OFFICER)
    assert "撤销办件" in desk.get(page).words("//main")

    assert desk.post(f"{page}/withdraw", {"reason": "错"}).status == 422
    desk.post(f"{page}/withdraw", {"reason": "双方已经说清。"})

    assert "已撤销" in desk.get(page).words("//p[@class='wait']")
    assert "撤销办件" not in desk.get(page).words("//section[contains(@class, 'sheet')]")


def test_a_dispute_that_is_out_is_not_cancelled_and_the_page_says_what_to_do_instead(office: Office) -> None:
    dispute = raise_dispute(office.town).dispose().state_position().apply()

    page = office.desk(OFFICER).get(f"/instances/{dispute.number}")

    assert page.texts("//button[@disabled and @aria-describedby='why-withdraw']") == ["撤销办件"]
    assert "请用“合意撤回”。" in page.words("//p[@id='why-withdraw']")
    assert office.desk(REVIEWER).get(f"/instances/{dispute.number}").every("//*[@id='why-withdraw']") == []
