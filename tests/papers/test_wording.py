"""What a clerk reads in the letters: the sentence that the rule asks for, once, in its place and up to the margin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import groupby, pairwise
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from engine.documents import typesetting
from engine.runtime.documents.wording import with_texts
from tests.papers import specimens
from tests.papers.specimens import SOURCES, Specimen
from tests.processes.test_city_rules import decide
from tests.processes.town import Town

DOTS = 144
"""Dots to an inch of the pages that are looked at."""


def said(specimen: Specimen) -> str:
    words = specimen.words
    rows = [f"{row['label']}：{row['text']}" for row in words["rows"]]
    return "\n".join([words["title"], *(item["text"] for item in words["body"]), *rows, words["contact"]])


def pages(town: Town, specimen: Specimen, **changes: Any) -> list[Image.Image]:
    layout = specimen.composed.version.layout
    made = typesetting.pictures(layout, specimen.words | changes, town.engine.fonts, DOTS)
    return [Image.open(BytesIO(page)).convert("RGB") for page in made]


def millimetres(dots: int) -> float:
    return dots / DOTS * 25.4


def red_rows(page: Image.Image) -> list[int]:
    """The rows of dots in which there is the red of a seal."""
    return [y for y in range(page.height) if any(_red(page, x, y) for x in range(0, page.width, 2))]


def _red(page: Image.Image, x: int, y: int) -> bool:
    found = page.getpixel((x, y))
    assert isinstance(found, tuple)
    red, green, blue = found
    return red > 150 and green < 110 and blue < 110


def black_lines(page: Image.Image) -> Iterator[int]:
    """The rows of dots in which a line runs over the whole width."""
    grey = page.convert("L")
    inside = range(int(30 / 25.4 * DOTS), int(180 / 25.4 * DOTS), 5)
    for y in range(page.height):
        if all(int(str(grey.getpixel((x, y)))) < 140 for x in inside):
            yield y


# --- wording ---


@pytest.mark.parametrize("typed", ["未批先建废塑料清洗线", "未批先建废塑料清洗线案"])
def test_no_letter_says_案_twice(plain_town: Town, typed: str) -> None:
    """However the clerk has typed the matter's name."""
    doubled = {
        name: found[0]
        for name, specimen in specimens.every(plain_town, case_title=typed).items()
        if (found := re.search(r".{0,8}案”?案(?!件|情).{0,4}", said(specimen)))
    }

    assert doubled == {}


def test_r72_each_point_to_be_corrected_has_its_own_line(plain_town: Town) -> None:
    lines = [item["text"] for item in specimens.every(plain_town)["D37-dispute"].words["body"]]

    assert "1．补充现场检查记录；" in lines
    assert "2．说明双方协商的经过。" in lines


def test_r59_whoever_is_asked_for_a_supplement_reads_by_when(plain_town: Town) -> None:
    decide(plain_town, "sla.supplement_wd", 4)

    asked = specimens.every(plain_town, acceptance_outcome="need_supplement")["D07"]

    assert "请自收到本告知书之日起4个工作日内补正以下内容：" in said(asked)


@pytest.mark.parametrize(
    ("rule", "told", "asked"),
    [
        ("restart", "本单位将在5个工作日内书面告知", "并自收到本函之日起5个工作日内书面告知"),
        ("continue", "本单位将在余下的期限内书面告知", "并在余下的期限内书面告知"),
    ],
)
def test_a18_the_letters_speak_of_the_period_that_the_city_lets_run_after_a_supplement(
    plain_town: Town, rule: str, told: str, asked: str
) -> None:
    decide(plain_town, "acceptance.supplement", rule)

    every = specimens.every(plain_town, acceptance_outcome="need_supplement")

    assert told in said(every["D07"])
    assert asked in said(every["D37"])


def test_r21_whoever_cannot_help_for_want_of_qualification_does_not_deny_the_duty(plain_town: Town) -> None:
    unable = specimens.every(plain_town, refusal_grounds=["no_capability"])["D09-refuse"]
    not_ours = specimens.every(plain_town, refusal_grounds=["not_our_function", "no_capability"])["D09-refuse"]

    assert "经审查，本单位不能提供协作。" in said(unable)
    assert "理由：不具备认定、鉴定的资质。" in said(unable)
    assert "不属于本单位职责范围，本单位不能提供协作。" in said(not_ours)


def test_no_letter_to_somebody_else_quotes_what_a_unit_keeps_to_itself() -> None:
    """Its receiver would read a mask in the place of the reason. 审批表 and 登记表 stay in the unit's own files."""
    internal = {field.key for form in specimens.FORMS for field in form.fields if field.internal}

    quoted = {
        name: sorted(found)
        for name, source in SOURCES.items()
        if name not in ("D03", "D11-register") and (found := internal & set(re.findall(r"[a-z_]+", source.wording)))
    }

    assert quoted == {}


def test_r72_whoever_is_refused_coordination_reads_why(plain_town: Town) -> None:
    for ground in ("no_legal_question", "other"):
        assert "理由：双方对管辖没有实质分歧" in said(specimens.every(plain_town, refusal_ground=ground)["D16-refuse"])


@pytest.mark.parametrize("name", ["D17", "D19"])
def test_r73_only_a_dispute_of_its_own_asks_for_a_report_of_its_execution(plain_town: Town, name: str) -> None:
    """A called dispute has no step for the report: the procedure that called it goes on with the result."""
    own = specimens.every(plain_town, execution_by_origin=None)[name]
    called = specimens.every(plain_town, execution_by_origin=True)[name]

    assert "20日内将执行情况书面报告" in said(own)
    assert "书面报告" not in said(called)
    assert "在引起争议的办件里继续办理" in said(called)


def test_r22_a_request_that_a_dispute_has_decided_says_so(plain_town: Town) -> None:
    """Who is asked for the first time is not asked once more."""
    ruling = "青政争商字〔2026〕1号"
    first = specimens.every(plain_town, competent_unit=None, named_unit=None)["D08"]
    anew = specimens.every(plain_town, dispute_document=ruling, request_delivered_at=None)["D08"]
    again = specimens.every(plain_town, dispute_document=ruling, request_delivered_at=plain_town.now)["D08"]

    assert "争议" not in said(first)
    decided = f"该事项经职责分工争议处理程序，已经确定由贵单位协作（{ruling}），"
    assert f"{decided}现函请贵单位协作。" in said(anew)
    assert f"{decided}现再次函请贵单位协作。" in said(again)


def test_r62_the_reason_of_the_other_side_ends_with_a_stop(plain_town: Town) -> None:
    text = said(specimens.every(plain_town, consent_opinion="清单列明由镇街查处")["D15-first"])

    assert "对方不同意接收。\n对方理由：清单列明由镇街查处。\n" in text


def test_r62_who_is_to_answer_the_informant_is_who_then_does(plain_town: Town) -> None:
    """Whoever is found responsible: the first unit checks and answers, and refers what belongs to the other side."""
    first = said(specimens.every(plain_town, coordinated_unit="qinghe")["D17-first"])
    other = said(specimens.every(plain_town, coordinated_unit="ecology")["D17-first"])
    nobody = said(specimens.every(plain_town, duty_outcome="not_settled")["D17-first"])

    assert "青河镇人民政府应当依法核实处理并答复反映人" in first
    assert "移送青河市生态环境局依法处理" in other
    assert "由青河镇人民政府答复反映人" in other
    assert "应当依法核实" not in nobody


def test_r58_the_other_side_reads_how_the_violation_stands_now(plain_town: Town) -> None:
    assert "制止，现已停止。" in said(specimens.every(plain_town)["D12"])
    assert "制止，仍在继续。" in said(specimens.every(plain_town, stop_result="continuing")["D12"])


@pytest.mark.parametrize("name", ["D05", "D05-complaint"])
def test_r58_an_order_to_stop_names_its_legal_basis(plain_town: Town, name: str) -> None:
    basis = "《中华人民共和国大气污染防治法》第一百一十九条。"

    assert "根据《中华人民共和国大气污染防治法》第一百一十九条，现责令" in said(
        specimens.every(plain_town, stop_basis=basis)[name]
    )
    assert "\n现责令" in said(specimens.every(plain_town, stop_basis=None)[name])


def test_r22_the_answer_to_a_further_question_stands_with_the_answers(plain_town: Town) -> None:
    text = said(specimens.every(plain_town)["D09"])

    assert text.index("一、对所询问题的意见") < text.index("对补充询问的答复") < text.index("二、依据")


def test_r22_the_opinion_has_a_conclusion_of_its_own_behind_its_basis(plain_town: Town) -> None:
    found = said(specimens.every(plain_town)["D09"])
    unclear = said(
        specimens.every(plain_town, opinion_outcome="cannot_determine", opinion_conclusion=None, opinion_limits=None)[
            "D09"
        ]
    )

    assert "三、结论\n该清洗线须编制环境影响报告表，清洗废水按有毒有害物质管理。\n四、需要说明的情况\n" in found
    assert "三、结论\n根据现有材料，本单位无法作出认定，理由见上述意见。\n" in unclear


def test_what_is_left_blank_is_named_in_the_words_of_the_letter(plain_town: Town) -> None:
    """And not by an expression of the template: in the specimen no reply period runs."""
    blanks = specimens.every(plain_town)["D10"].composed.blanks

    assert blanks == ("“原反馈期限至＿＿＿＿”",)


def test_what_is_numbered_in_a_form_is_no_heading_of_the_letter(plain_town: Town) -> None:
    """GB/T 9704 第 7.3.3 条: 黑体 is for the letter's own 一、; a numbered question stands among the text."""
    numbered = specimens.every(plain_town, questions="一、桶内残液的属性\n二、贮存的要求")["D08"]
    styles = {item["text"]: item["style"] for item in numbered.words["body"]}
    edited = with_texts(
        numbered.composed, replace(numbered.composed.texts, paragraphs=("一、案情", "一、桶内残液的属性"))
    )

    assert (styles["一、案情"], styles["二、请予答复的问题"]) == ("heading", "heading")
    assert (styles["一、桶内残液的属性"], styles["二、贮存的要求"]) == ("text", "text")
    assert [item["style"] for item in edited["body"]] == ["heading", "text"], "also after the draft was edited"


def test_whoever_receives_a_letter_of_another_unit_reads_whom_to_ask(plain_town: Town) -> None:
    every = specimens.every(plain_town)

    for name in ("D12-receipt", "D23-intake", "D41"):
        assert re.match(r"联系人：\w+，联系电话：", every[name].words["contact"]), name


def test_the_tasks_that_letters_name_are_drawn() -> None:
    """`completed_by` of a task that no diagram has would leave the place of the name empty."""
    drawn = "".join(path.read_text(encoding="utf-8") for path in specimens.FOLDER.parent.glob("*.bpmn"))
    named = {
        (name, task)
        for name, source in SOURCES.items()
        for task in re.findall(r'completed_(?:by|at)\("(\w+)"\)', source.wording)
    }

    assert {(name, task) for name, task in named if f'<userTask id="{task}"' not in drawn} == set()


# --- on the page ---


def test_lines_of_a_short_paragraph_reach_the_margin(plain_town: Town) -> None:
    """GB/T 9704: 28 signs to a line; a line that is broken a sign early is set out to the margin all the same."""
    specimen = specimens.every(plain_town)["D13-reply"]
    text = "对答复不服的，可以自收到之日起30日内向市政府申请复查。"
    bare = {"number": "", "addressee": "", "signatures": ["局"], "sealed": False, "date": "", "contact": "", "mark": ""}
    (page,) = pages(plain_town, specimen, body=[{"text": text, "style": "text"}], **bare)
    ink = page.convert("L").point(lambda tone: 255 if tone < 128 else 0).getbbox()

    assert ink is not None
    assert 210 - 26 - 1.5 <= millimetres(ink[2]) <= 210 - 26 + 0.5


def test_a_letter_has_two_double_lines_thick_and_thin(plain_town: Town) -> None:
    """GB/T 9704 第 10.1 条: 上粗下细 below the letterhead, 上细下粗 20 mm from the lower edge; they ran into one."""
    page = pages(plain_town, specimens.every(plain_town)["D12"])[0]
    beside = int(23 / 25.4 * DOTS)  # left of the letterhead and of the text
    red = [_red(page, beside, y) for y in range(page.height)]
    bands = [(key, len(list(run))) for key, run in groupby(red)]
    thick = [length for is_red, length in bands if is_red]

    assert len(thick) == 4
    assert thick[0] > thick[1]
    assert thick[2] < thick[3]
    assert abs(millimetres(red.index(True)) - 46) < 2
    assert abs(millimetres(list(reversed(red)).index(True)) - 20) < 1


def test_no_row_of_the_list_of_materials_is_cut_by_the_end_of_a_page(plain_town: Town) -> None:
    specimen = specimens.every(plain_town)["D01"]
    title = "现场照片（清洗线、暗管出口、边沟积水及周边环境，含拍摄时间、地点和拍摄人的说明，按拍摄先后排列）"
    (listed,) = [annex for annex in specimen.words["annexes"] if annex["columns"]]
    rows = [[str(at), f"{title}{at:03d}完", "1", "2", "原件", ""] for at in range(1, 46)]
    words = specimen.words | {"annexes": [listed | {"rows": rows}]}
    made = typesetting.pdf(
        specimen.composed.version.layout, words, plain_town.clock.now().date(), plain_town.engine.fonts
    )
    texts = [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(made)).pages]

    for at in range(1, 46):
        assert any(f"{title}{at:03d}完" in text for text in texts), at


def test_r71_the_seals_of_three_units_do_not_touch_each_other_or_the_record(plain_town: Town) -> None:
    """GB/T 9704 第 7.3.5.1 条: 印章之间互不相交或相切; a long name stays on one line, the record with the seals."""
    specimen = specimens.every(plain_town, party_c="market")["D38"]
    layout, fonts, today = specimen.composed.version.layout, plain_town.engine.fonts, plain_town.clock.now().date()
    for more in (0, 2, 4, 7):
        closing = [{"text": "甲方、乙方、丙方签署如下。", "style": "text"}] * more
        body = [*specimen.words["body"], *closing]
        page = pages(plain_town, specimen, body=body)[-1]
        rows = red_rows(page)
        gaps = [after - before for before, after in pairwise(rows) if after - before > 1]
        made = typesetting.pdf(layout, specimen.words | {"body": body}, today, fonts)
        lines = PdfReader(BytesIO(made)).pages[-1].extract_text().replace(" ", "").split("\n")

        assert len(gaps) == 1, "two rows of seals, and paper between them"
        assert max(rows) < min(black_lines(page))
        assert "青河市市场监督管理局" in lines
        assert "抄送：青河市司法局。" in "".join(lines)
