"""What the pages show, to whom, in which order, and how they are counted."""

from __future__ import annotations

import pytest

from engine.reports.parts.paging import PAGE_SIZE
from tasks_ui import create_app
from tests.web.office import (
    COLLEAGUE,
    JUSTICE,
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

NO_SUCH_THING = "没有找到，或者你所在的单位不是当事方，无权查看。"
OVER, REVIEW, APPROVE = "无证收集废铅蓄电池", "未批先建废塑料清洗线", "畜禽粪污直排沟渠"
PREPARE, ONGOING, CLOSED = "擅自开挖乡道", "夜间偷倒垃圾", "饭店油烟扰民"


def titles(page: Page) -> list[str]:
    return page.texts("//tr[@data-row]//a[contains(@class, 'row-link')]")


def counts(page: Page) -> dict[str, str]:
    """The number at each tab."""
    tabs = page.every("//nav[@aria-label='任务分类']//a")
    return {tab.text.strip(): tab.xpath(".//span")[0].text for tab in tabs}


# --- the inbox ---


def test_the_inbox_holds_what_is_mine_to_do_the_nearest_due_first(unchanged_office: Office) -> None:
    shown = unchanged_office.desk(OFFICER).get("/inbox")

    assert titles(shown) == [ONGOING, PREPARE, ONGOING], (
        "to stop what goes on has two hours (A24), the letters have days"
    )
    assert titles(unchanged_office.desk(REVIEWER).get("/inbox")) == [OVER, REVIEW]


def test_every_row_of_the_inbox_says_how_its_period_stands(unchanged_office: Office) -> None:
    shown = unchanged_office.desk(REVIEWER).get("/inbox")

    assert shown.texts("//tr[@data-row]//summary/span[contains(@class, 'due--')]") == [
        "已超期 5 个工作日",
        "剩 2 个工作日",
    ]
    assert shown.texts("//tr[@data-row]//summary/span[@class='due-date']") == ["09-24 周四 24:00", "10-12 周一 24:00"]


def test_every_tab_says_how_much_lies_in_it(unchanged_office: Office) -> None:
    assert counts(unchanged_office.desk(OFFICER).get("/inbox")) == {
        "待办": "3",
        "待领取": "3",
        "已办": "4",
        "我发起的": "6",
        "抄送我的": "1",
    }


@pytest.mark.parametrize(
    ("login", "tab", "expected"),
    [
        (OFFICER, "started", [ONGOING, PREPARE, APPROVE, REVIEW, OVER, CLOSED]),
        (OFFICER, "done", [APPROVE, REVIEW, OVER, CLOSED]),
        (LEADER, "todo", [APPROVE]),
        (LEADER, "started", []),
        (LIAISON, "todo", []),
        (LIAISON, "done", [REVIEW, OVER, CLOSED]),
        (COLLEAGUE, "todo", [ONGOING, PREPARE, ONGOING]),
        (COLLEAGUE, "done", []),
        (STRANGER, "todo", []),
        (JUSTICE, "todo", []),
        (OFFICER, "copied", ["处理结果抄告单"]),
        (REVIEWER, "copied", []),
    ],
)
def test_each_tab_holds_what_belongs_to_the_person(
    unchanged_office: Office, login: str, tab: str, expected: list[str]
) -> None:
    assert titles(unchanged_office.desk(login).get(f"/inbox?tab={tab}")) == expected


def test_a_tab_that_does_not_exist_is_the_first(unchanged_office: Office) -> None:
    assert unchanged_office.desk(OFFICER).get("/inbox?tab=<b>").texts("//a[@aria-current='page'][contains(., '待办')]")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=over", [OVER]),
        ("state=near", []),
        ("state=ok", [REVIEW]),
        ("key=case_referral", [OVER, REVIEW]),
        ("key=nothing", []),
        ("unit=qinghe", [OVER, REVIEW]),
        ("unit=shiqiao", []),
        ("q=废塑料", [REVIEW]),
        ("q=宏发", [OVER]),
        ("q=0002", [OVER]),
        ("q=受理审查", [OVER, REVIEW]),
        ("q=%25", []),
        ("q=_", []),
        ("q=废&state=over", [OVER]),
    ],
)
def test_the_filters_of_the_inbox(unchanged_office: Office, query: str, expected: list[str]) -> None:
    shown = unchanged_office.desk(REVIEWER).get(f"/inbox?{query}")

    assert titles(shown) == expected
    assert shown.every("//a[normalize-space()='重置']")


def test_an_empty_tab_says_what_will_come_there(unchanged_office: Office) -> None:
    assert unchanged_office.desk(STRANGER).get("/inbox").said == "现在没有要办的"


def test_a_long_list_is_paged_and_the_pages_hold_everything_once(office: Office) -> None:
    for number in range(2 * PAGE_SIZE):
        office.town.refer(case_title=f"第 {number:02} 件移送")
    desk = office.desk(OFFICER)
    rows = "//tr[@data-row]//a[contains(@class, 'row-link')]/@href"

    pages = [desk.get("/inbox")]
    while onward := pages[-1].every("//a[.='下一页']/@href"):
        pages.append(desk.get(onward[0]))

    controls = [page.words("//nav[@aria-label='分页']") for page in pages]
    assert controls == ["共 43 项 下一页", "共 43 项 第一页上一页 下一页", "共 43 项 第一页上一页"]
    assert [len(titles(page)) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 3]
    assert len({row for page in pages for row in page.every(rows)}) == 2 * PAGE_SIZE + 3
    back = desk.get(pages[2].every("//a[.='上一页']/@href")[0])
    assert back.every(rows) == pages[1].every(rows)
    first = desk.get(back.every("//a[.='上一页']/@href")[0])
    assert first.every(rows) == desk.get(back.every("//a[.='第一页']/@href")[0]).every(rows) == pages[0].every(rows)
    assert first.words("//nav[@aria-label='分页']") == "共 43 项 下一页"


def test_a_page_goes_on_where_it_was_although_a_row_before_it_has_gone(office: Office) -> None:
    for number in range(PAGE_SIZE):
        office.town.refer(case_title=f"第 {number:02} 件移送")
    desk = office.desk(OFFICER)
    first = desk.get("/inbox")
    (onward,) = first.every("//a[.='下一页']/@href")
    second = titles(desk.get(onward))

    (gone,) = first.every("(//tr[@data-row])[1]//a[contains(@class, 'row-link')]/@href")
    office.engine.tasks.claim(office.town.person(COLLEAGUE), gone.rpartition("/")[2])

    assert titles(desk.get(onward)) == second


@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize(
    "place",
    ["0", "-1", "99999999999999999999-a", "999999999999999999-a", "1-", "x", "²", "", "1-a\x00", "1760000000000000-'"],
)
def test_a_place_that_is_none_is_the_head_of_the_list(unchanged_office: Office, name: str, place: str) -> None:
    assert len(titles(unchanged_office.desk(OFFICER).get("/inbox", query_string={name: place}))) == 3


@pytest.mark.parametrize(
    ("path", "last"),
    [
        ("/inbox?tab=todo", "250000000000000000-0-zzz"),
        ("/instances?state=", "250000000000000000-0-zzz"),
        ("/inbox?tab=done", "0-0"),
        ("/inbox?tab=started", "0-0"),
        ("/messages?tab=all", "0-0"),
    ],
)
def test_behind_the_last_row_lies_the_head_of_the_list(unchanged_office: Office, path: str, last: str) -> None:
    desk, rows = unchanged_office.desk(OFFICER), "//a[contains(@class, 'row-link')]/@href"
    assert desk.get(f"{path}&after={last}").every(rows) == desk.get(path).every(rows) != []


# --- claiming ---


def test_a_claimed_task_is_its_persons_and_gone_from_the_others(office: Office) -> None:
    task = office.case("prepare").task("prepare_materials")
    desk = office.desk(OFFICER)

    claimed = desk.post("/tasks/claim", {"task": task, "onward": "task"})

    assert claimed.location == f"/tasks/{task}"
    assert desk.get("/inbox").said == "已领取 1 项任务。"
    assert PREPARE in titles(desk.get("/inbox"))
    assert PREPARE not in titles(desk.get("/inbox?tab=unclaimed"))
    assert PREPARE not in titles(office.desk(COLLEAGUE).get("/inbox"))


def test_several_tasks_are_claimed_at_once(office: Office) -> None:
    tasks = [office.case("over").task("review_acceptance"), office.case("review").task("review_acceptance")]
    desk = office.desk(REVIEWER)

    claimed = desk.post("/tasks/claim", {"task": tasks, "tab": "unclaimed"})

    assert claimed.location == "/inbox?tab=unclaimed"
    assert desk.get(claimed.location).said == "已领取 2 项任务。没有等待领取的"


def test_of_several_the_one_that_somebody_else_was_faster_with_is_named(office: Office) -> None:
    tasks = [office.case("over").task("review_acceptance"), office.case("review").task("review_acceptance")]
    office.desk("fangsiyuan.hb").post("/tasks/claim", {"task": tasks[0]})
    desk = office.desk(REVIEWER)

    desk.post("/tasks/claim", {"task": tasks})

    assert (
        desk.get("/inbox").said
        == "“受理审查”（YS-2026-0002 无证收集废铅蓄电池）：这项任务已由方思远于 10月9日 10:12 领取，由其办理。已领取 1 项任务。"
    )


def test_a_task_is_given_back_to_everybody(office: Office) -> None:
    task = office.case("prepare").task("prepare_materials")
    desk = office.desk(OFFICER)
    desk.post("/tasks/claim", {"task": task})

    released = desk.post(f"/tasks/{task}/release")

    assert released.location == "/inbox"
    assert PREPARE in titles(office.desk(COLLEAGUE).get("/inbox"))


def test_only_what_one_has_claimed_is_given_back(office: Office) -> None:
    refused = office.desk(OFFICER).post(f"{office.task('prepare', 'prepare_materials')}/release")

    assert (refused.status, refused.said) == (403, "只能退还自己领取的任务。")


# --- one task ---


def test_a_task_shows_its_period_and_how_it_is_counted(unchanged_office: Office) -> None:
    shown = unchanged_office.desk(REVIEWER).get(unchanged_office.task("over", "review_acceptance"))

    assert shown.words("//div[@class='bigdue']").startswith("已超期 5 个工作日 共 5 个工作日，09-24 周四 24:00 届满")
    assert "（R59）" in shown.words("//p[@class='rule']")
    assert shown.texts("//aside//ol[@class='strip']//em")


def test_a_task_says_who_waits_for_whom(unchanged_office: Office) -> None:
    shown = unchanged_office.desk(REVIEWER).get(unchanged_office.task("review", "review_acceptance"))

    assert shown.words("//p[@class='who']") == "局 市生态环境局 待领取，对方单位 镇 青河镇"


def test_a_completed_task_says_who_did_it_and_has_no_form(unchanged_office: Office) -> None:
    shown = unchanged_office.desk(OFFICER).get(unchanged_office.task("closed", "report_result"))

    assert shown.words("//p[@class='who']").endswith("周砚于 09-17 15:00 办结")
    assert shown.every("//form[@id='answers']") == []


# --- one instance ---


@pytest.mark.parametrize("login", [OFFICER, LEADER, LIAISON, JUSTICE, SUPERVISION])
def test_parties_and_oversight_see_where_an_instance_stands(unchanged_office: Office, login: str) -> None:
    shown = unchanged_office.desk(login).get(unchanged_office.instance("review"))

    assert "等待 局 市生态环境局 受理审查" in shown.words("//p[@class='wait']")
    assert "剩 2 个工作日" in shown.words("//p[@class='wait']")


def test_only_whoever_may_do_the_task_is_led_to_it(unchanged_office: Office) -> None:
    address = unchanged_office.instance("review")

    assert unchanged_office.desk(REVIEWER).get(address).every("//a[.='去办理']/@href")
    assert not unchanged_office.desk(LIAISON).get(address).every("//a[.='去办理']/@href")
    assert not unchanged_office.desk(JUSTICE).get(address).every("//a[.='去办理']/@href")


def test_oversight_only_looks(unchanged_office: Office) -> None:
    shown = unchanged_office.desk(SUPERVISION).get(unchanged_office.instance("review"))

    assert shown.every("//main//form[@method='post']") == []


def test_an_ended_instance_says_how_it_ended(unchanged_office: Office) -> None:
    shown = unchanged_office.desk(OFFICER).get(unchanged_office.instance("closed"))

    assert shown.words("//p[@class='wait']").startswith("办结")
    assert shown.texts("//section[@id='documents']//li//a") == [
        "移送审批表",
        "涉嫌违法案件移送函",
        "受理情况告知书",
        "处理结果抄告单",
    ]


def test_the_marks_of_the_diagram_say_what_the_page_says(unchanged_office: Office) -> None:
    shown = unchanged_office.desk(OFFICER).get(unchanged_office.instance("over"))
    marks = "".join(shown.every("//script[@id='diagram-marks']/text()"))

    assert '"element": "review_acceptance"' in marks
    assert '"state": "over"' in marks


def test_the_diagram_is_the_analysts_own_file(unchanged_office: Office) -> None:
    shown = unchanged_office.desk(OFFICER).get(f"{unchanged_office.instance('over')}/diagram.bpmn")
    source = unchanged_office.town.settings.processes_dir / "case_referral.bpmn"

    assert shown.headers["Content-Type"].startswith("application/xml")
    assert shown.content == source.read_bytes()


@pytest.mark.parametrize("page", ["instance", "task", "document", "file"])
def test_what_one_may_not_see_is_said_in_the_same_words_as_what_is_not_there(
    unchanged_office: Office, page: str
) -> None:
    office, desk = unchanged_office, unchanged_office.desk(STRANGER)
    document = office.desk(LIAISON).get(office.instance("review")).every("//section[@id='documents']//a/@href")[0]
    real = {
        "instance": office.instance("review"),
        "task": office.task("review", "review_acceptance"),
        "document": document,
        "file": office.file,
    }[page]

    hidden, missing = desk.get(real), desk.get(real.rsplit("/", 1)[0] + "/nothing")

    assert (hidden.status, hidden.said) == (404, NO_SUCH_THING)
    assert hidden.text_of_everybody == missing.text_of_everybody


# --- documents ---


def test_a_document_is_marked_as_read_when_its_receiver_opens_it(office: Office) -> None:
    letter = office.desk(LIAISON).get(office.instance("review")).every("//section[@id='documents']//a/@href")[0]

    by_sender = office.desk(OFFICER).get(letter)
    by_oversight = office.desk(SUPERVISION).get(letter)
    by_receiver = office.desk(LIAISON).get(letter)

    assert "对方还没有打开" in by_sender.words()
    assert "对方还没有打开" in by_oversight.words()
    assert "罗一诺 10-09 10:12" in by_receiver.words()


def test_the_first_reader_stays_the_reader(office: Office) -> None:
    letter = office.desk(LIAISON).get(office.instance("review")).every("//section[@id='documents']//a/@href")[0]
    office.desk(LIAISON).get(letter)
    office.town.later(hours=1)

    assert "罗一诺 10-09 10:12" in office.desk(REVIEWER).get(letter).words()


def test_a_copy_is_counted_until_it_is_read(office: Office) -> None:
    desk = office.desk(OFFICER)
    copies = desk.get("/inbox?tab=copied")
    (copy,) = copies.every("//tr[@data-row]//a/@href")

    desk.get(copy)

    assert counts(copies)["抄送我的"] == "1"
    assert counts(desk.get("/inbox"))["抄送我的"] == "0"
    assert "已阅 10-09 10:12" in desk.get("/inbox?tab=copied").words()


def test_a_document_names_its_materials_and_their_sums(unchanged_office: Office) -> None:
    desk = unchanged_office.desk(OFFICER)
    letter = desk.get(unchanged_office.instance("review")).every("//section[@id='documents']//a/@href")[0]

    assert desk.get(letter).texts("//tfoot//td") == ["", "合计", "2 件", "2", "6", ""]


# --- lists of instances ---


def test_the_list_shows_the_nearest_due_first_and_the_ended_last(unchanged_office: Office) -> None:
    assert titles(unchanged_office.desk(OFFICER).get("/instances")) == [OVER, APPROVE, REVIEW, PREPARE, ONGOING, CLOSED]


def test_the_list_of_a_unit_that_is_no_party_is_empty(unchanged_office: Office) -> None:
    assert unchanged_office.desk(STRANGER).get("/instances").said == "还没有办件"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=over", [OVER]),
        ("state=near", [APPROVE]),
        ("state=ended", [CLOSED]),
        ("state=running", [OVER, APPROVE, REVIEW, PREPARE, ONGOING]),
        ("state=incident", []),
        ("state=urgent", [OVER, APPROVE]),
        ("unit=ecology&q=垃圾", [ONGOING]),
        ("unit=market", []),
        ("q=YS-2026-0001", [CLOSED]),
        ("q=老灶台", [CLOSED]),
        ("q='; DROP TABLE task; --", []),
    ],
)
def test_the_filters_of_the_list(unchanged_office: Office, query: str, expected: list[str]) -> None:
    assert titles(unchanged_office.desk(OFFICER).get(f"/instances?{query}")) == expected


# --- oversight ---


def test_oversight_sees_the_numbers_of_the_whole_city(unchanged_office: Office) -> None:
    shown = unchanged_office.desk(SUPERVISION).get("/supervision")

    assert shown.texts("//*[contains(@class, 'tile ') or @class='tile']") == [
        "在办5今天新增 2",
        "临期1今天或下一个工作日到期",
        "超期1期限已满，还没有办完",
        "曾经超期1记录过超期的办件，更正、办结都不抹去",
        "本月按期办结率 — 0 / 0 项期限",
    ]


def test_the_numbers_follow_what_happens(office: Office) -> None:
    office.case("approve").approve()
    office.case("review").review("accept").sign_acceptance()
    office.case("over").review("accept").sign_acceptance()

    shown = office.desk(SUPERVISION).get("/supervision")

    assert shown.texts("//*[contains(@class, 'tile ') or @class='tile']//b") == ["5", "0", "0", "1", "66.7%"]


def test_oversight_sees_each_unit_with_its_trouble(unchanged_office: Office) -> None:
    shown = unchanged_office.desk(JUSTICE).get("/supervision")

    assert shown.texts("//table[contains(@class, 'units')]//tbody/tr") == [
        "局 市生态环境局 2 0 ▲ 1 —",
        "镇 青河镇 3 1 0 —",
    ]


def test_oversight_sees_where_the_procedure_is_stuck(unchanged_office: Office) -> None:
    shown = unchanged_office.desk(JUSTICE).get("/supervision")

    assert shown.texts("//ol[@class='rank']/li") == [
        "受理审查2 件，▲ 超期 1",
        "整理移送材料2 件",
        "主要领导审批1 件",
        "责令停止或制止1 件",
    ]


def test_oversight_starts_with_what_is_running_and_can_ask_for_everything(unchanged_office: Office) -> None:
    desk = unchanged_office.desk(JUSTICE)

    assert CLOSED not in titles(desk.get("/supervision"))
    assert CLOSED in titles(desk.get("/supervision?state="))


def test_only_oversight_has_its_entry_in_the_menu(unchanged_office: Office) -> None:
    menu = "//nav[@aria-label='主菜单']//a/span[1]"

    assert "督办" in unchanged_office.desk(JUSTICE).get("/inbox").texts(menu)
    assert "督办" not in unchanged_office.desk(OFFICER).get("/inbox").texts(menu)


def test_the_banner_stands_on_every_page_of_a_demonstration(office: Office) -> None:
    desk = Desk(create_app(office.engine, "演示数据，人和事都是虚构的。"), "127.0.0.1")

    assert desk.get("/login").texts("//p[@class='banner']") == [
        "演示数据，人和事都是虚构的。现在是 2026-10-09 周五 10:12"
    ]


def test_the_unit_that_keeps_the_case_downloads_its_file(office: Office) -> None:
    """R48"""
    for chore in office.town.engine.worker.chores:
        chore()
    number = office.case("closed").number
    page = office.desk(REVIEWER).get(f"/instances/{number}")

    package = office.desk(REVIEWER).get(page.every("//a[contains(., '下载归档包')]/@href")[0])

    assert package.content.startswith(b"PK")
    assert f"-{number}.zip" in package.headers["Content-Disposition"]
    assert "第 1 卷" in office.desk(OFFICER).get(f"/instances/{number}").words("//section[1]")
    assert not office.desk(OFFICER).get(f"/instances/{number}").every("//a[contains(., '下载归档包')]")
    assert office.desk(OFFICER).get(f"/instances/{number}/archive.zip").status == 403
