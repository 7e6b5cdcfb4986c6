"""The other three procedures by clicks and typing only, everybody concerned signed in side by side."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Desks, Served, choose_matter, submit_button
from tests.browser.test_journey import choose, open_task, stands_at, submit
from tests.files import JPEG, PDF
from tests.web.office import DEPUTY, HEAD, JUSTICE, LEADER, LIAISON, OFFICER, REVIEWER

FIELD = "fangsiyuan.hb"
DEPARTMENT_LEADER = "guchangfeng.hb"
JUSTICE_LEADER = "chengzhihe.sf"
GOVERNMENT = "quqingyan.zf"
PLANT = "院内加工废塑料"
PLACE = "青河镇河湾村二组 18 号院"
FACTS = "院内有废塑料破碎清洗设备一套，冲洗水经暗管排入边沟，未见环境影响评价手续。"


def begin(page: Page, procedure: str) -> None:
    page.get_by_role("link", name="发起", exact=True).locator("visible=true").click()
    page.locator("main").get_by_role("link", name=procedure).click()
    page.wait_for_url("**/start/*")


def fill(page: Page, answers: dict[str, str]) -> None:
    for label, answer in answers.items():
        page.get_by_label(label).first.fill(answer)


def select(page: Page, choices: dict[str, str]) -> None:
    for label, choice in choices.items():
        page.get_by_role("combobox", name=label).select_option(label=choice)


def tick(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("checkbox", name=name).check()


def start(page: Page) -> None:
    page.get_by_role("button", name="发起", exact=True).click()
    expect(page.locator(".flash--ok")).to_contain_text("已发起")


def open_step(page: Page, step: str) -> None:
    """The task of that step; somebody may have several of one case."""
    page.get_by_role("link", name="待办").locator("visible=true").first.click()
    page.locator("[data-row]").filter(has_text=step).get_by_role("link", name=PLANT).click()
    page.wait_for_url("**/tasks/*")


def test_a_town_asks_for_assistance_and_the_field_team_photographs_the_site(served: Served, desk_at: Desks) -> None:
    town, deputy = desk_at(served).act_as(OFFICER), desk_at(served).act_as(DEPUTY)
    liaison, officer = desk_at(served).sign_in(LIAISON), desk_at(served).act_as(REVIEWER)
    head, field = desk_at(served).act_as(HEAD), desk_at(served, PHONE).act_as(FIELD)

    begin(town, "执法协作")
    expect(town.get_by_label("联系人")).to_have_value("沈禾")
    expect(town.get_by_label("联系电话")).to_have_value("0000-5550101")
    choose_matter(town, "未批先建、未验先投")
    select(town, {"协作单位": "市生态环境局"})
    tick(town, "认定")
    fill(town, {"需要答复的问题": "冲洗水是否含有有毒有害物质？", "事项名称": PLANT, "案情": FACTS, "违法地点": PLACE})
    tick(town, "证据可能灭失")
    fill(town, {"什么证据": "边沟积水随降雨流失"})
    start(town)
    submit(town)
    open_task(deputy, PLANT)
    choose(deputy, "同意请求协作")
    submit(deputy)

    served.at("2026-09-30T09:40")
    for page, login in ((liaison, LIAISON), (officer, REVIEWER), (head, HEAD), (field, FIELD), (town, OFFICER)):
        page.reload()
        expect(page.locator("main"), login).to_be_visible()
    open_step(liaison, "派员赴现场")
    tick(liaison, "周砚", "方思远")
    fill(liaison, {"派出时间": "2026-09-30T09:35"})
    submit(liaison)
    open_step(liaison, "签收分派")
    choose(liaison, "签收")
    tick(liaison, "周砚")
    submit(liaison)
    stands_at(liaison, "研究出具意见", "study_opinion")

    open_step(field, "现场处置")
    field.get_by_label("种类").select_option(label="现场照片")
    field.locator("input[capture]").set_input_files({"name": "image.jpg", "mimeType": "image/jpeg", "buffer": JPEG})
    field.get_by_role("button", name="添加到清单").click()
    expect(field.locator("#materials")).to_contain_text("现场照片")
    tick(field, "拍照、录像")
    fill(field, {"到场时间": "2026-09-30T09:38", "处置经过": "到场拍照，暗管出口有白色泡沫，已取样。"})
    submit(field)

    open_step(officer, "研究出具意见")
    choose(officer, "出具意见")
    fill(
        officer,
        {"逐项意见": "冲洗水含有总铅，属有毒有害物质。", "依据": "《污水综合排放标准》", "结论": "属有毒有害物质。"},
    )
    submit(officer)
    open_step(head, "审核签发")
    choose(head, "同意签发")
    submit(head)

    open_step(town, "确认反馈意见")
    expect(town.locator("main")).to_contain_text("冲洗水含有总铅")
    expect(town.locator("aside")).to_contain_text("协作反馈意见书")
    choose(town, "够用")
    submit(town)
    expect(town.locator(".wait")).to_contain_text("协作办结")
    expect(town.locator("#materials")).to_contain_text("现场照片")


def complain(page: Page) -> None:
    """A named informant's complaint is registered and its intake told."""
    begin(page, "首问负责")
    select(page, {"来源渠道": "来访"})
    choose_matter(page, "未批先建、未验先投")
    choose(page, "举报")
    choose(page, "具名")
    fill(page, {"收到时间": "2026-09-30T09:10", "姓名": "欧阳保密", "联系方式": "0000-5559999", "事项名称": PLANT})
    fill(page, {"反映的内容": "河湾村有人加工废塑料，污水排到沟里。", "地点": PLACE})
    start(page)
    tick(page, "沈禾")
    select(page, {"受理告知的方式": "当面"})
    submit(page)


def test_what_is_not_ours_goes_to_the_other_side_only_when_it_consents(served: Served, desk_at: Desks) -> None:
    town, deputy = desk_at(served).act_as(OFFICER), desk_at(served).act_as(DEPUTY)
    department = desk_at(served).act_as(HEAD)
    complain(town)
    open_step(town, "判断")
    choose(town, "明确不属本单位职能")
    select(town, {"受移送方": "市生态环境局"})
    fill(town, {"依据": "职责边界清单第 1 项", "理由": "环评管理不属镇政府职能。"})
    submit(town)
    open_task(deputy, PLANT)
    choose(deputy, "确认，征求对方意见")
    submit(deputy)

    department.reload()
    open_task(department, PLANT)
    expect(department.locator("main")).not_to_contain_text("欧阳保密")
    expect(department.locator("main")).to_contain_text("到时没有答复，视为不同意")
    choose(department, "同意")
    expect(department.get_by_label("受理电话")).to_have_value("0000-5550104")
    fill(department, {"受理地址": "青河市环城路 8 号"})
    submit(department)

    town.reload()
    open_step(town, "告知")
    expect(town.locator("main")).to_contain_text("欧阳保密")
    select(town, {"告知的方式": "当面"})
    fill(town, {"告知的内容": "环评手续由市生态环境局管理。"})
    submit(town)
    expect(town.locator("#documents")).to_contain_text("告知书")


def check(page: Page, conclusion: str) -> None:
    open_step(page, "判断")
    choose(page, "属于，或者不明确")
    submit(page)
    open_step(page, "初步核实")
    fill(page, {"核实时间": "2026-09-30T09:20", "核实情况": "到河湾村现场查看，院内有清洗设备一套，询问了邻居两人。"})
    tick(page, "沈禾", "苗青")
    choose(page, conclusion)


def test_where_no_violation_is_found_the_informant_is_answered_directly(served: Served, desk_at: Desks) -> None:
    town, deputy = desk_at(served).act_as(OFFICER), desk_at(served).act_as(DEPUTY)
    complain(town)
    check(town, "未发现违法行为")
    submit(town)
    open_step(town, "答复")
    fill(town, {"答复内容": "设备已停用多年，没有生产和排放。"})
    select(town, {"送达方式": "当面"})
    submit(town)
    deputy.reload()
    open_task(deputy, PLANT)
    choose(deputy, "签发")
    submit(deputy)
    expect(deputy.locator(".wait")).to_contain_text("未发现违法")


def test_a_complaint_about_a_violation_of_the_other_side_is_referred_without_the_informant(
    served: Served, desk_at: Desks
) -> None:
    town, department = desk_at(served).sign_in(OFFICER), desk_at(served).act_as(LIAISON)
    leader = desk_at(served).act_as(LEADER)
    complain(town)
    check(town, "违法行为须移送")
    fill(town, {"基本违法事实": FACTS, "管辖依据": "职责边界清单第 1 项"})
    select(town, {"受移送单位": "市生态环境局"})
    submit(town)

    open_step(town, "整理移送材料")
    for kind in ("基本违法事实书面材料", "现场照片"):
        town.get_by_label("种类").select_option(label=kind)
        town.get_by_label("页数").fill("2")
        town.get_by_role("button", name="添加到清单").click()
        expect(town.locator("#materials tbody").get_by_text(kind).first).to_be_visible()
    choose(town, "提交审批")
    submit(town)
    open_task(leader, PLANT)
    choose(leader, "同意移送")
    submit(leader)

    department.reload()
    open_task(department, PLANT)
    expect(department.locator("main")).to_contain_text("来源办件")
    expect(department.locator("main")).not_to_contain_text("欧阳保密")
    town.goto(f"{served.address}/instances?q={PLANT}")
    town.get_by_role("row").filter(has_text="首问负责").get_by_role("link", name=PLANT).click()
    expect(town.locator(".wait")).to_contain_text(re.compile("等待.*YS-2026-0001.*的结果.*签收", re.DOTALL))
    expect(town.locator("figure[data-diagram] .is-live").first).to_be_attached()


def test_a_dispute_goes_through_to_the_ruling_with_its_scan(served: Served, desk_at: Desks) -> None:
    town, leader = desk_at(served).act_as(OFFICER), desk_at(served).act_as(LEADER)
    department, justice = desk_at(served).sign_in(REVIEWER), desk_at(served).act_as(JUSTICE)
    bureau, government = desk_at(served).act_as(JUSTICE_LEADER), desk_at(served).act_as(GOVERNMENT)
    begin(town, "职责分工争议协调")
    select(town, {"乙方": "市生态环境局", "争议类别": "管辖"})
    choose_matter(town, "未批先建、未验先投")
    fill(town, {"事项名称": PLANT, "基本违法事实": FACTS, "违法地点": PLACE, "甲方意见和依据": "环评管理未赋权镇街。"})
    start(town)
    for page, step in ((town, "甲方先行协同处置"), (department, "乙方先行协同处置")):
        page.reload()
        open_step(page, step)
        choose(page, "不需要处置")
        fill(page, {"措施、证据保全或理由": "现场已停机，没有继续排放的危险。"})
        submit(page)
    open_step(department, "乙方表明意见")
    fill(department, {"乙方意见和依据": "该类事项已随赋权移交镇街。"})
    submit(department)
    for page, step in ((town, "甲方确认不需处置"), (department, "乙方确认不需处置")):
        page.reload()
        open_step(page, step)
        choose(page, "认可")
        submit(page)
    stands_at(department, "记录协商结果", "conclude_negotiation")

    open_step(town, "记录协商结果")
    fill(town, {"协商日期": "2026-09-30", "协商情况": "双方在镇政府面谈，对清单第 1 项理解不一。"})
    choose(town, "不能一致")
    submit(town)
    open_step(town, "起草协调申请")
    fill(town, {"争议焦点": "未批先建由谁立案查处"})
    submit(town)
    open_task(leader, PLANT)
    choose(leader, "签发")
    submit(leader)

    justice.reload()
    open_step(justice, "受理审查")
    choose(justice, "受理")
    fill(justice, {"审查意见": "属行政执法争议，予以受理。"})
    submit(justice)
    department.reload()
    open_step(department, "书面答复")
    fill(department, {"答复意见": "该事项应由镇政府查处。", "法律依据": "赋权决定第 12 项"})
    submit(department)
    justice.reload()
    open_step(justice, "协调")
    fill(
        justice,
        {
            "协调会日期": "2026-09-30",
            "参加单位": "青河镇、市生态环境局、市委编办",
            "协调情况": "各方陈述意见，没有达成一致。",
        },
    )
    choose(justice, "不能一致")
    submit(justice)
    open_step(justice, "书面建议")
    select(justice, {"建议由谁办理": "市生态环境局"})
    fill(justice, {"法律分析": "环评审批权未下放，处罚权随审批权行使。"})
    justice.get_by_label("建议", exact=True).fill("由市生态环境局立案查处，镇政府协助。")
    submit(justice)
    open_task(bureau, PLANT)
    choose(bureau, "签发")
    submit(bureau)

    government.reload()
    open_task(government, PLANT)
    submit_button(government).click()
    expect(government.locator("main")).to_contain_text("裁决文号：请填写")
    fill(
        government,
        {"裁决文号": "青府决〔2026〕3号", "裁决日期": "2026-09-30", "裁决内容": "由市生态环境局负责查处，青河镇协助。"},
    )
    select(government, {"裁决方式": "由一个单位办理", "办理或牵头单位": "市生态环境局"})
    expect(government.locator("#problem-ruling_number")).to_have_count(0)
    government.get_by_label("种类").select_option(label="裁决决定")
    government.get_by_label("电子文件").set_input_files(
        {"name": "裁决.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    government.get_by_role("button", name="添加到清单").click()
    expect(government.locator("#materials tbody")).to_contain_text("裁决.pdf")
    expect(government.get_by_label("裁决文号")).to_have_value("青府决〔2026〕3号")
    submit(government)

    department.reload()
    open_step(department, "报告执行情况")
    expect(department.locator("main")).to_contain_text("青府决〔2026〕3号")
    select(department, {"执行情况": "已执行"})
    fill(department, {"说明": "案件材料已移交，正在查处。"})
    submit(department)
    expect(department.locator(".wait")).to_contain_text("政府裁决")
