"""The small scripts of the pages, each alone; and the pages without any script."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Dialog, Page, Request, Route, expect
from sqlalchemy import select

from engine.db import tables
from engine.documents.files import FileStore
from engine.errors import StoreFull
from tests.browser.conftest import DESKTOP, PHONE, Desk, Desks, Served, submit_button
from tests.files import PNG
from tests.processes.town import Case
from tests.web.office import COLLEAGUE, LEADER, OFFICER, PASSWORD, SUPERVISION

TITLES = ("第一件移送", "第二件移送", "第三件移送")


@pytest.fixture
def cases(served: Served) -> list[Case]:
    """Three cases that wait for the town's officer, in the order of their periods."""
    return [served.town.refer(at=f"2026-09-30T09:3{n}", case_title=title) for n, title in enumerate(TITLES)]


def at_task(desk: Desk, case: Case, element: str, login: str) -> Page:
    desk.be(login)
    return desk.open(f"/tasks/{case.task(element)}")


def is_draft_of(text: str, request: Request) -> bool:
    return request.url.endswith("/draft") and quote(text) in (request.post_data or "")


def focused_row(page: Page) -> str:
    return str(
        page.evaluate("document.activeElement.closest('[data-row]')?.querySelector('.row-link').textContent ?? ''")
    )


# --- drafts and leaving ---


def test_what_is_typed_saves_itself_and_is_there_after_coming_back(
    served: Served, cases: list[Case], desk_at: Desks
) -> None:
    page = at_task(desk_at(served), cases[0], "prepare_materials", OFFICER)
    page.get_by_role("radio", name="提交审批").check()
    with page.expect_response(lambda answer: is_draft_of("材料正在整理", answer.request)):
        page.get_by_label("承办人意见").fill("材料正在整理。")
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已保存")

    page.reload()

    expect(page.get_by_label("承办人意见")).to_have_value("材料正在整理。")
    expect(page.get_by_role("radio", name="提交审批")).to_be_checked()
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿保存于 09-30 09:32")


def test_a_draft_that_cannot_be_saved_says_so(served: Served, cases: list[Case], desk_at: Desks) -> None:
    desk = desk_at(served)
    page = at_task(desk, cases[0], "prepare_materials", OFFICER)
    desk.context.set_offline(True)

    page.get_by_role("radio", name="提交审批").check()

    expect(page.locator("[data-draft-state]")).to_have_text("草稿没有保存上，请检查网络")
    desk.context.set_offline(False)
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已保存")
    desk.faults.clear()


def test_one_click_sends_a_form_whose_last_mistake_has_just_been_mended(
    served: Served, cases: list[Case], desk_at: Desks
) -> None:
    """The sentence about it goes when the field is left, by the very press that is to send the form."""
    case = cases[0].deliver().object()
    page = at_task(desk_at(served), case, "study_objection", OFFICER)
    page.get_by_role("radio", name="自行办理").check()
    submit_button(page).click()
    expect(page.locator("#problem-objection_opinion")).to_have_text("请填写。")

    page.locator("#field-objection_opinion").press_sequentially("已研究，同意。")
    submit_button(page).click()

    expect(page.get_by_text("“研究管辖异议”已办结")).to_be_visible()


def test_a_mended_mistake_is_not_said_any_more(served: Served, cases: list[Case], desk_at: Desks) -> None:
    page = at_task(desk_at(served), cases[0], "prepare_materials", OFFICER)
    submit_button(page).click()
    expect(page.locator(".summary")).to_be_visible()

    page.get_by_role("radio", name="不移送").check()

    expect(page.locator("#problem-preparation_outcome")).to_have_count(0)


def test_after_signing_in_again_in_another_window_the_old_page_saves_and_is_handed_in(
    served: Served, cases: list[Case], desk_at: Desks
) -> None:
    page = at_task(desk_at(served), cases[0], "prepare_materials", OFFICER)
    page.get_by_role("radio", name="不移送").check()
    expect(page.get_by_label("理由")).to_be_visible()
    page.context.clear_cookies(name="lianban")
    page.get_by_label("理由").fill("查明没有违法行为。")
    expect(page.locator("[data-draft-state]")).to_have_text("登录已过期，请在新窗口登录后继续")
    window = page.context.new_page()
    window.goto(f"{served.address}/login")
    window.get_by_label("账号").fill(OFFICER)
    window.get_by_label("密码").fill(PASSWORD)
    window.get_by_role("button", name="登录").click()
    window.wait_for_url("**/inbox")
    window.close()

    page.evaluate("window.dispatchEvent(new Event('focus'))")

    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已保存")
    submit_button(page).click()
    expect(page.locator(".flash--ok[role=status]")).to_contain_text("“整理移送材料”已办结：不移送")


def test_what_one_window_has_saved_another_does_not_overwrite(
    served: Served, cases: list[Case], desk_at: Desks
) -> None:
    page = at_task(desk_at(served), cases[0], "prepare_materials", OFFICER)
    other = page.context.new_page()
    other.goto(page.url)
    page.get_by_role("radio", name="不移送").check()
    page.get_by_label("理由").fill("查明没有违法行为。")
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已保存")

    other.get_by_role("radio", name="提交审批").check()

    expect(other.locator("[data-draft-state]")).to_contain_text("草稿没有保存：另一个窗口在 09:32 存过这份草稿")
    page.get_by_label("理由").fill("查明没有违法行为，不移送。")
    with page.expect_response("**/draft") as saved:
        page.get_by_label("理由").blur()
    assert saved.value.ok, "the first window goes on saving"
    other.on("dialog", lambda dialog: dialog.accept())
    other.reload()
    expect(other.get_by_label("理由")).to_have_value("查明没有违法行为，不移送。")
    other.get_by_label("理由").fill("刷新以后接着写。")
    expect(other.locator("[data-draft-state]")).to_contain_text("草稿已保存")


def test_who_was_signed_out_in_another_window_is_told_so(served: Served, cases: list[Case], desk_at: Desks) -> None:
    page = at_task(desk_at(served), cases[0], "prepare_materials", OFFICER)
    window = page.context.new_page()
    window.goto(f"{served.address}/inbox")
    window.get_by_role("button", name="退出").locator("visible=true").click()
    window.wait_for_url("**/login")

    page.get_by_role("radio", name="提交审批").check()

    expect(page.locator("[data-draft-state]")).to_have_text("登录已过期，请在新窗口登录后继续")


def test_the_page_of_one_person_takes_no_token_of_another(served: Served, cases: list[Case], desk_at: Desks) -> None:
    desk = desk_at(served)
    page = at_task(desk, cases[0], "prepare_materials", OFFICER)
    desk.context.clear_cookies()
    desk.be(COLLEAGUE)

    page.get_by_role("radio", name="提交审批").check()

    expect(page.locator("[data-draft-state]")).to_contain_text("登录已经换过")
    assert cases[0].town.read(lambda tx: tx.execute(select(tables.task_draft)).all()) == []


def test_a_draft_that_is_refused_says_why(served: Served, cases: list[Case], desk_at: Desks) -> None:
    page = at_task(desk_at(served), cases[0], "prepare_materials", OFFICER)
    cases[0].claim("prepare_materials", COLLEAGUE)

    page.get_by_role("radio", name="提交审批").check()

    expect(page.locator("[data-draft-state]")).to_contain_text("草稿没有保存：这项任务已由苗青")


def test_without_a_network_nothing_is_sent_and_what_was_typed_stays(
    served: Served, cases: list[Case], desk_at: Desks
) -> None:
    desk = desk_at(served, PHONE)
    page = at_task(desk, cases[0], "prepare_materials", OFFICER)
    page.get_by_role("radio", name="不移送").check()
    expect(page.get_by_label("理由")).to_be_visible()
    desk.context.set_offline(True)
    page.get_by_label("理由").fill("查明没有违法行为。")

    expect(page.locator("[data-draft-state]")).to_have_text("草稿没有保存上，请检查网络")
    expect(page.locator("[data-draft-state]")).to_be_visible()
    submit_button(page).click()

    expect(page.get_by_text("网络断了，没有提交")).to_be_visible()
    expect(page.get_by_label("理由")).to_have_value("查明没有违法行为。")
    desk.context.set_offline(False)
    expect(page.get_by_text("网络断了，没有提交")).to_be_hidden()
    submit_button(page).click()
    expect(page.locator(".flash--ok[role=status]")).to_contain_text("“整理移送材料”已办结：不移送")
    desk.faults.clear()


def test_leaving_with_something_unsaved_asks_first(served: Served, cases: list[Case], desk_at: Desks) -> None:
    page = at_task(desk_at(served), cases[0], "prepare_materials", OFFICER)
    page.route("**/draft", lambda route: route.fulfill(status=403, body="{}"))
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.get_by_role("radio", name="提交审批").check()
    page.get_by_label("承办人意见").fill("还没有保存")
    page.get_by_role("link", name="办件").first.click()

    expect(page.get_by_label("承办人意见")).to_have_value("还没有保存")
    assert asked == ["beforeunload"]
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(f"{served.address}/instances")


def test_leaving_with_everything_saved_asks_nothing(served: Served, cases: list[Case], desk_at: Desks) -> None:
    page = at_task(desk_at(served), cases[0], "prepare_materials", OFFICER)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("radio", name="提交审批").check()
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已保存")

    page.get_by_role("link", name="办件").first.click()
    page.wait_for_url("**/instances")

    assert asked == []


def test_a_double_click_hands_in_once(served: Served, cases: list[Case], desk_at: Desks) -> None:
    cases[0].submit()
    page = at_task(desk_at(served), cases[0], "approve_referral", LEADER)
    sent: list[str] = []

    def listen(request: Request) -> None:
        if request.method == "POST" and re.search(r"/tasks/\w+$", request.url):
            sent.append(request.url)

    page.on("request", listen)
    page.get_by_role("radio", name="同意移送").check()
    submit_button(page).dblclick(no_wait_after=True)
    expect(page.locator(".flash--ok[role=status]")).to_contain_text("“主要领导审批”已办结：同意移送。")

    assert len(sent) == 1
    assert cases[0].tasks("completed")["approve_referral"] == 1


# --- forms that answer while they are filled in ---


def test_what_is_asked_follows_the_answers(served: Served, desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = desk.open("/start/case_referral")
    expect(page.get_by_label("紧急的理由")).to_be_hidden()

    page.get_by_role("checkbox", name=re.compile("情况紧急")).check()
    expect(page.get_by_label("紧急的理由")).to_be_visible()
    page.get_by_role("checkbox", name=re.compile("情况紧急")).uncheck()

    expect(page.get_by_label("紧急的理由")).to_be_hidden()


def test_the_paper_is_shown_as_long_as_the_answers_lead_to_it(
    served: Served, cases: list[Case], desk_at: Desks
) -> None:
    page = at_task(desk_at(served), cases[0], "prepare_materials", OFFICER)
    paper = page.locator("[data-paper=deliver_referral]")
    expect(paper).to_be_visible()

    page.get_by_role("radio", name="不移送").check()
    expect(paper).to_be_hidden()
    page.get_by_role("radio", name="提交审批").check()

    expect(paper).to_be_visible()


def test_the_period_that_would_run_is_shown_before_the_start(served: Served, desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = desk.open("/start/case_referral")
    expect(page.locator("#preview")).to_contain_text("填好起算的时间，这里会算出期限。")

    page.get_by_label("发现时间").fill("2026-09-30T08:30")
    page.get_by_label("认定管辖时间").fill("2026-09-30T09:00")

    expect(page.locator("#preview")).to_contain_text("最迟 10-10 周六（班） 24:00 前办完。")
    page.get_by_role("checkbox", name=re.compile("情况紧急")).check()
    expect(page.locator("#preview")).to_contain_text("最迟 10-01 09:00 前办完。")


def test_a_warning_comes_and_goes_with_its_answer(served: Served, desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = desk.open("/start/case_referral")
    warning = page.get_by_text("须先责令停止或采取措施制止")

    page.get_by_label("违法行为正在进行").check()
    expect(warning).to_be_visible()
    page.get_by_label("违法行为正在进行").uncheck()

    expect(warning).to_have_count(0)


def test_signs_are_counted_while_they_are_typed(served: Served, desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = desk.open("/start/case_referral")

    page.get_by_label("基本违法事实").fill("八个字的违法事实")

    expect(page.locator("[data-count-for='violation_summary']")).to_contain_text("已写 8 字")


def test_a_file_is_added_without_losing_what_is_typed(served: Served, cases: list[Case], desk_at: Desks) -> None:
    page = at_task(desk_at(served), cases[0], "prepare_materials", OFFICER)
    page.get_by_role("radio", name="提交审批").check()
    page.get_by_label("承办人意见").fill("正在写的意见")

    page.get_by_label("种类").select_option(label="现场照片")
    photograph = {"name": "照片.png", "mimeType": "image/png", "buffer": PNG + bytes(3_000_000)}
    page.get_by_label("电子文件").set_input_files(photograph)
    page.get_by_role("button", name="添加到清单").click()

    expect(page.locator("#materials tbody")).to_contain_text("照片.png")
    expect(page.get_by_label("承办人意见")).to_have_value("正在写的意见")


def choose_a_photograph(page: Page) -> None:
    page.get_by_label("种类").select_option(label="现场照片")
    page.get_by_label("电子文件").set_input_files({"name": "照片.png", "mimeType": "image/png", "buffer": PNG})


def full(*_arguments: object) -> None:
    raise StoreFull


def test_a_file_that_finds_no_room_is_refused_in_the_servers_words(
    served: Served, cases: list[Case], desk_at: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_at(served)
    page = at_task(desk, cases[0], "prepare_materials", OFFICER)
    choose_a_photograph(page)
    with monkeypatch.context() as patch:
        patch.setattr(FileStore, "put", full)
        page.get_by_role("button", name="添加到清单").click()
        expect(page.locator("#materials .problem")).to_have_text(str(StoreFull()))
    desk.faults.clear()  # the browser notes the 507

    page.get_by_role("button", name="添加到清单").click()
    expect(page.locator("#materials tbody")).to_contain_text("照片.png")


def test_a_file_for_a_task_that_a_colleague_has_finished_is_refused_in_the_servers_words(
    served: Served, cases: list[Case], desk_at: Desks
) -> None:
    page = at_task(desk_at(served), cases[0], "prepare_materials", OFFICER)
    choose_a_photograph(page)
    cases[0].complete("prepare_materials", COLLEAGUE, preparation_outcome="drop", preparation_reason="查无违法事实。")

    page.get_by_role("button", name="添加到清单").click()

    expect(page.locator("#materials .problem")).to_contain_text("已由青河镇 苗青于 9月30日 09:32 办理")


def test_a_file_with_something_missing_stands_there_again_with_the_sentence(
    served: Served, cases: list[Case], desk_at: Desks
) -> None:
    page = at_task(desk_at(served), cases[0], "prepare_materials", OFFICER)
    page.get_by_label("种类").select_option(label="现场照片")
    page.get_by_label("电子文件").set_input_files({"name": "照片.exe", "mimeType": "image/png", "buffer": PNG})

    page.get_by_role("button", name="添加到清单").click()

    expect(page.locator("#materials .problem").first).to_contain_text("只收 PDF")


def test_after_signing_in_again_in_another_window_a_file_is_added_at_once(
    served: Served, cases: list[Case], desk_at: Desks
) -> None:
    desk = desk_at(served)
    page = at_task(desk, cases[0], "prepare_materials", OFFICER)
    choose_a_photograph(page)
    desk.context.clear_cookies()
    desk.be(OFFICER)

    page.get_by_role("button", name="添加到清单").click()

    expect(page.locator("#materials tbody")).to_contain_text("照片.png")


def test_a_file_without_a_network_is_not_sent_and_the_page_says_so(
    served: Served, cases: list[Case], desk_at: Desks
) -> None:
    desk = desk_at(served)
    page = at_task(desk, cases[0], "prepare_materials", OFFICER)
    choose_a_photograph(page)
    page.route("**/material", lambda route: route.abort())

    page.get_by_role("button", name="添加到清单").click()

    expect(page.locator("#materials .problem")).to_contain_text("请检查网络")
    desk.faults.clear()


def test_a_task_is_not_handed_in_while_a_file_is_on_its_way(served: Served, cases: list[Case], desk_at: Desks) -> None:
    page = at_task(desk_at(served), cases[0], "prepare_materials", OFFICER)
    held: list[Route] = []
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.route("**/material", lambda route: held.append(route))
    choose_a_photograph(page)
    page.get_by_role("button", name="添加到清单").click()
    button = submit_button(page)

    expect(button).to_be_disabled()
    expect(button).to_contain_text("上传")
    page.get_by_label("承办人意见").press("Control+Enter")
    page.locator("#answers").evaluate("form => form.requestSubmit()")

    assert [url for url in sent if not url.endswith(("/material", "/draft", "/shown"))] == []
    held[0].continue_()
    expect(page.locator("#materials tbody")).to_contain_text("照片.png")
    expect(button).to_be_enabled()


# --- keys and lists ---


def test_j_and_k_go_through_the_rows_and_enter_opens(served: Served, cases: list[Case], desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = desk.open("/inbox")

    walked = []
    for key in ("j", "j", "j", "j", "k"):
        page.keyboard.press(key)
        walked.append(focused_row(page))
    page.keyboard.press("Enter")

    assert walked == [*TITLES, TITLES[2], TITLES[1]]
    expect(page.get_by_role("heading", level=1)).to_have_text(f"整理移送材料：{TITLES[1]}")


def test_c_claims_the_row_in_focus(served: Served, cases: list[Case], desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = desk.open("/inbox")
    page.keyboard.press("j")

    page.keyboard.press("c")
    page.wait_for_url("**/tasks/*")

    expect(page.locator(".who")).to_contain_text("沈禾办理中")


def test_the_slash_goes_to_the_search(served: Served, cases: list[Case], desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = desk.open("/inbox")

    page.keyboard.press("/")
    page.keyboard.type("第三件")
    page.keyboard.press("Enter")

    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("[data-row]")).to_contain_text(TITLES[2])


def test_keys_are_letters_while_one_types(served: Served, cases: list[Case], desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = desk.open("/inbox")

    page.locator(".filters input[type=search]").click()
    page.keyboard.type("jkc/")

    expect(page.locator(".filters input[type=search]")).to_have_value("jkc/")


def test_several_tasks_are_claimed_with_one_button(served: Served, cases: list[Case], desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = desk.open("/inbox")
    expect(page.locator("[data-bulk-bar]")).to_be_hidden()
    for title in TITLES[:2]:
        page.locator("[data-row]").filter(has_text=title).get_by_role("checkbox").check()

    expect(page.locator("[data-bulk-bar]")).to_contain_text("已选 2 项任务")
    page.get_by_role("button", name="一并领取 2 项").click()

    expect(page.locator(".flash--ok")).to_contain_text("已领取 2 项任务。")
    expect(page.locator("[data-row]").filter(has_text="办理中")).to_have_count(2)


def test_on_a_phone_the_filters_fold_and_on_a_desk_they_are_always_there(
    served: Served, cases: list[Case], desk_at: Desks
) -> None:
    phone, desk = desk_at(served, PHONE), desk_at(served, DESKTOP)
    for one in (phone, desk):
        one.be(OFFICER)
        one.open("/inbox")

    expect(desk.page.get_by_role("button", name="查询")).to_be_visible()
    expect(phone.page.get_by_role("button", name="查询")).to_be_hidden()
    phone.page.get_by_text("筛选", exact=True).click()
    expect(phone.page.get_by_role("button", name="查询")).to_be_visible()


def test_escape_closes_what_a_click_has_opened(served: Served, cases: list[Case], desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = desk.open("/inbox")
    page.locator(".duebox > summary").first.click()
    expect(page.locator(".duebox[open]")).to_have_count(1)

    page.keyboard.press("Escape")

    expect(page.locator(".duebox[open]")).to_have_count(0)
    expect(page.locator(".duebox > summary").first).to_be_focused()


# --- the diagram ---

HAN = re.compile(r"[\u3400-\u9fff]+")
READ_NAMES = """() => [...document.querySelectorAll('.djs-element .djs-label, .lane__name text')]
  .map((name) => [...name.childNodes].map((line) => line.textContent.trim()).join(' '))"""


def scale(page: Page) -> float:
    matrix = str(page.locator(".djs-container .viewport").get_attribute("transform") or "matrix(1")
    return float(matrix.removeprefix("matrix(").split(",")[0].split(" ")[0])


def test_the_diagram_shows_where_the_case_is_and_what_is_overdue(
    served: Served, cases: list[Case], desk_at: Desks
) -> None:
    cases[0].submit()
    served.at("2026-10-11T09:00")
    desk = desk_at(served)
    desk.be(OFFICER)

    page = desk.open(f"/instances/{cases[0].number}")

    token = page.locator(".djs-element.is-live[data-element-id='approve_referral']")
    expect(token).to_have_class(re.compile("is-over"))
    expect(page.locator(".djs-element.is-done[data-element-id='prepare_materials']")).to_be_attached()
    expect(page.locator(".djs-element.is-taken").first).to_be_attached()


def test_the_diagram_has_the_names_of_the_reader_s_language(served: Served, cases: list[Case], desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    in_chinese = drawn_words(desk.open(f"/instances/{cases[0].number}"))
    desk.context.add_cookies([{"name": "lianban_language", "value": "en", "url": served.address}])

    in_english = drawn_words(desk.open(f"/instances/{cases[0].number}"))

    assert "受理审查" in in_chinese
    assert "Review for acceptance" not in in_chinese
    assert "Review for acceptance" in in_english
    assert HAN.search(in_english) is None


def drawn_words(page: Page) -> str:
    """What the diagram says by itself, without who is waited for."""
    expect(page.locator(".djs-element.is-live").first).to_be_attached()
    return "\n".join(page.evaluate(READ_NAMES))


def test_the_diagram_shows_what_lapses_with_its_task(served: Served, cases: list[Case], desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)

    page = desk.open(f"/instances/{cases[0].number}")

    expect(page.locator(".mark__tie")).to_have_count(5)
    said = page.locator(".djs-element[data-element-id='act_urgent'] title").text_content()
    assert said == "升级为紧急\n任务办结时，这里开出的分支随之失效"
    expect(page.locator(".djs-element[data-element-id='referral_due'] title")).to_have_count(0)


def test_the_diagram_is_enlarged_and_made_smaller_with_buttons(
    served: Served, cases: list[Case], desk_at: Desks
) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = desk.open(f"/instances/{cases[0].number}")
    expect(page.locator(".djs-element.is-live").first).to_be_attached()
    before = scale(page)

    page.get_by_role("button", name="放大").click()
    enlarged = scale(page)
    page.get_by_role("button", name="适合窗口").click()

    assert enlarged > before
    assert scale(page) < enlarged


def test_the_mark_of_the_diagrams_library_can_be_seen(served: Served, cases: list[Case], desk_at: Desks) -> None:
    desk = desk_at(served)
    desk.be(OFFICER)
    page = desk.open(f"/instances/{cases[0].number}")

    mark = page.locator(".bjs-powered-by")
    mark.scroll_into_view_if_needed()

    expect(mark).to_be_visible()
    expect(mark).to_have_attribute("href", re.compile("bpmn.io"))


def test_oversight_sees_on_the_diagram_how_many_wait_where(served: Served, cases: list[Case], desk_at: Desks) -> None:
    served.at("2026-10-11T09:00")
    desk = desk_at(served)
    desk.be(SUPERVISION)

    page = desk.open("/supervision")

    expect(page.locator(".djs-element.heat-over[data-element-id='prepare_materials']")).to_be_attached()


# --- without scripts ---


def test_a_task_is_done_without_any_script(served: Served, cases: list[Case], desk_at: Desks) -> None:
    cases[0].submit()
    page = desk_at(served, java_script_enabled=False).sign_in(LEADER)

    page.get_by_role("link", name=TITLES[0]).click()
    page.get_by_role("radio", name="同意移送").check()
    page.get_by_role("button", name="提交", exact=True).click()

    expect(page.locator(".flash--ok[role=status]")).to_contain_text("“主要领导审批”已办结：同意移送。")


def test_a_referral_begins_without_any_script(served: Served, desk_at: Desks) -> None:
    page = desk_at(served, java_script_enabled=False).sign_in(OFFICER)
    page.goto(f"{served.address}/start/case_referral")

    page.get_by_role("button", name="发起", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("改好才能发起")
    expect(page.get_by_role("link", name="事项名称：请填写。")).to_be_visible()


def test_material_is_added_and_taken_off_without_any_script(served: Served, cases: list[Case], desk_at: Desks) -> None:
    page = desk_at(served, java_script_enabled=False).sign_in(OFFICER)
    page.goto(f"{served.address}/tasks/{cases[0].task('prepare_materials')}")

    page.get_by_label("种类").select_option(label="现场照片")
    page.get_by_label("页数").fill("2")
    page.get_by_role("button", name="添加到清单").click()
    expect(page.locator("#materials tbody")).to_contain_text("现场照片")
    page.get_by_role("button", name=re.compile("删除.*现场照片")).click()

    expect(page.locator(".flash--ok")).to_contain_text("材料已从清单中删除。")
    expect(page.locator("#materials tbody")).to_have_count(0)


def test_the_filters_of_a_wide_window_need_no_script(served: Served, cases: list[Case], desk_at: Desks) -> None:
    page = desk_at(served, java_script_enabled=False).sign_in(OFFICER)

    page.locator(".filters input[type=search]").fill("第二件")
    page.get_by_role("button", name="查询").click()

    expect(page.locator("[data-row]")).to_have_count(1)


def test_no_task_is_lost_between_two_people_who_claim_at_once(
    served: Served, cases: list[Case], desk_at: Desks
) -> None:
    first, second = desk_at(served), desk_at(served)
    first.be(OFFICER)
    second.be("miaoqing.qh")
    for desk in (first, second):
        desk.open("/inbox")

    first.page.locator("[data-row]").filter(has_text=TITLES[0]).get_by_role("button", name="领取").click()
    first.page.wait_for_url("**/tasks/*")
    second.page.locator("[data-row]").filter(has_text=TITLES[0]).get_by_role("button", name="领取").click()

    expect(second.page.locator("main")).to_contain_text("这项任务已由沈禾于 9月30日 09:32 领取，由其办理。")
    claimed = served.town.read(lambda tx: tx.execute(tables.task.select()).all())
    assert [row.assignee_id for row in claimed if row.assignee_id] == served.town.ids(OFFICER)
