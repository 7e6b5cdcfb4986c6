"""Letters: what is wrong with one is found when it is deployed; every letter of the folder reads as an office writes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from engine.app import Engine
from engine.documents import typesetting
from engine.errors import DiagramRefused
from engine.settings import PROJECT, Settings
from tests.papers import specimens
from tests.papers.papers import text_of
from tests.papers.specimens import SOURCES, Specimen
from tests.processes.town import Town

CASE_REFERRAL = "case_referral.bpmn"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The procedures of an installation, to be changed."""
    return Path(shutil.copytree(PROJECT / "processes", tmp_path / "processes"))


@pytest.fixture
def deploy(plain_town: Town, folder: Path) -> Callable[[], None]:
    engine = plain_town.engine
    return lambda: engine.procedures_in_force.deploy(folder / CASE_REFERRAL, "test") and None


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# --- deploying ---


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("特此函告。", "{no_such_fact}", "流程里没有名为 no_such_fact 的事实"),
        ("特此函告。", "{party_name|loudly}", "没有名为 loudly 的格式"),
        ("特此函告。", "{sing(party_name)}", "没有名为 sing 的函数"),
        ("特此函告。", "{party_name", "花括号没有配成对"),
        ("特此函告。", "{party_name +}", "不是一个完整的表达式"),
        ('when = "is_urgent"', 'when = "is_urgent and"', "不是一个完整的表达式"),
        ('code = "D01"', "code = D01", "不是正确的 TOML"),
        ('code = "D01"', 'code = "D02"', "图里的 document 是 D01"),
        ('layout = "letter"', 'layout = "poster"', "poster.typ 不存在"),
        ('name = "涉嫌', 'colour = "red"\nname = "涉嫌', "不认识 colour"),
        ('when = "is_urgent"', """when = 'paper_number("D99")'""", "没有名为 D99 的公文模板。请改成有的。"),
        (
            'when = "is_urgent"',
            """when = 'paper_day("D23")'""",
            "代号 D23 的有 D23-execution、D23-intake、D23-onsite、D23-progress、D23-result",
        ),
        ('when = "is_urgent"', """when = 'paper_name("D15", "D40", "D16")'""", "没有名为 D16 的公文模板"),
        ('name = "涉嫌', 'materials_of = "party_x"\nname = "涉嫌', "流程里没有名为 party_x 的事实"),
        ('name = "涉嫌', """materials_of = '[materials("other")]'\nname = "涉嫌""", "没有名为 materials 的函数"),
    ],
)
def test_a_broken_letter_refuses_the_deployment_with_a_sentence(
    deploy: Callable[[], None], folder: Path, old: str, new: str, sentence: str
) -> None:
    change(folder / "letters" / "case_referral" / "D01.toml", old, new)

    with pytest.raises(DiagramRefused, match=re.escape(sentence)) as refused:
        deploy()

    assert "D01.toml" in str(refused.value)


def test_the_sentence_names_the_line(deploy: Callable[[], None], folder: Path) -> None:
    letter = folder / "letters" / "case_referral" / "D01.toml"
    change(letter, "特此函告。", "{no_such_fact}")
    lines = letter.read_text(encoding="utf-8").split("\n")
    line = next(number for number, text in enumerate(lines, 1) if "no_such_fact" in text)

    with pytest.raises(DiagramRefused, match=f"第 {line} 行"):
        deploy()


@pytest.mark.parametrize("written", ["D37-dispute", "D15-first", "D01"])
def test_a_letter_may_cite_another_by_its_name(plain_town: Town, folder: Path, written: str) -> None:
    """Also one of another procedure: it may be what began the instance."""
    change(
        folder / "letters" / "dispute_resolution" / "D37-dispute-reply.toml",
        'paper_cited("D37-dispute")',
        f'paper_cited("{written}")',
    )

    plain_town.engine.procedures_in_force.deploy(folder / "dispute_resolution.bpmn", "test")


def test_a_code_under_which_the_procedure_issues_other_letters_is_no_name(plain_town: Town, folder: Path) -> None:
    """A letter that asks for the latest of a code, as letters once did, is refused: it would find nothing."""
    change(
        folder / "letters" / "dispute_resolution" / "D37-dispute-reply.toml",
        'paper_cited("D37-dispute")',
        'paper_cited("D37")',
    )

    with pytest.raises(DiagramRefused) as refused:
        plain_town.engine.procedures_in_force.deploy(folder / "dispute_resolution.bpmn", "test")

    sentence = "这个流程不用公文模板 D37。代号 D37 的有 D37-dispute、D37-dispute-reply，请写明是哪一份。"
    assert re.search(rf"D37-dispute-reply\.toml 第 \d+ 行：{sentence}", str(refused.value))


def test_a_letter_that_is_missing_refuses_the_deployment(deploy: Callable[[], None], folder: Path) -> None:
    (folder / "letters" / "case_referral" / "D07.toml").unlink()

    with pytest.raises(DiagramRefused, match=re.escape("没有 D07.toml。请在 letters/case_referral/ 里写一个")):
        deploy()


@pytest.mark.parametrize("broken", ["#let x = ", "#paper.nothing", '#text(font: "No Such Font")[x]', "#panic()"])
def test_a_layout_that_does_not_set_refuses_the_deployment_naming_file_and_line(
    deploy: Callable[[], None], folder: Path, broken: str
) -> None:
    layout = folder / "letters" / "layouts" / "letter.typ"
    layout.write_text(f"{layout.read_text(encoding='utf-8')}\n{broken}\n", encoding="utf-8")

    with pytest.raises(DiagramRefused, match=r"letter\.typ"):
        deploy()


def test_what_is_refused_changes_nothing(deploy: Callable[[], None], folder: Path, plain_town: Town) -> None:
    change(folder / "letters" / "case_referral" / "D01.toml", "特此函告。", "{no_such_fact}")
    with pytest.raises(DiagramRefused):
        deploy()

    case = plain_town.refer().deliver()

    assert [paper.code for paper in case.documents()] == ["D01"]


def test_without_any_font_the_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.settings.SHIPPED_FONTS", ())
    engine = Engine(Settings(data_dir=tmp_path / "var"))
    engine.prepare()

    with pytest.raises(Exception, match="LIANBAN_FONT_DIRS"):
        engine.fonts.missing("字")
    engine.close()


# --- how they read ---


def sentences(specimen: Specimen) -> list[str]:
    words = specimen.words
    found = [words["title"], words["addressee"], words["contact"], *(item["text"] for item in words["body"])]
    return [*found, *(row["text"] for row in words["rows"]), *words["attachments"]]


def test_every_letter_reads_as_an_office_writes(plain_town: Town) -> None:
    """No doubled or orphaned stop, no code instead of a name, no empty place, no word of the machine."""
    wrong = []
    for name, specimen in specimens.every(plain_town).items():
        for text in sentences(specimen):
            found = re.search(r"[。；，：、][。；，、]|（）|《》|None|True|False|[a-z]_[a-z]|^[。；，、]|  ", text)
            if found or re.fullmatch(r"[a-z_]+", text):
                wrong.append(f"{name}: {text}")
        if "＿" in "".join(sentences(specimen)) and name != "D10":  # its period does not run in the specimen
            wrong.append(f"{name}: {specimen.composed.blanks}")

    assert wrong == []


def test_a_case_is_called_a_case_once_and_a_reason_says_because_once(plain_town: Town) -> None:
    """Whatever a clerk has typed already: 案 at the end of the title, 因 at the head of the reason."""
    typed = specimens.every(
        plain_town, case_title="未批先建废塑料清洗线案", withdrawal_reason="因该事项属我单位赋权范围。"
    )

    assert typed["D06"].words["title"] == "关于延长未批先建废塑料清洗线案移送期限的函"
    assert typed["D01"].words["title"] == "关于移送青河镇顺禾再生资源站涉嫌未批先建废塑料清洗线案的函"
    assert any("现因该事项属我单位赋权范围，我单位拟" in text for text in sentences(typed["D36"]))


def test_the_party_stands_once_in_the_title_when_the_clerk_has_named_it_in_the_case(plain_town: Town) -> None:
    typed = specimens.every(plain_town, party_name="顺禾再生资源站", case_title="顺禾再生资源站未批先建")

    assert typed["D01"].words["title"] == "关于移送顺禾再生资源站未批先建案的函"


def test_what_the_officers_tell_their_own_leader_is_not_in_the_letter_to_the_other_side(plain_town: Town) -> None:
    accepted = specimens.every(plain_town)["D07"]
    refused = specimens.every(plain_town, acceptance_outcome="object_jurisdiction")["D07"]

    assert "拟予受理" not in "".join(sentences(accepted))
    assert any(text.startswith("有关说明：") for text in sentences(refused))


def test_whoever_complained_is_not_quoted_to_the_party(plain_town: Town) -> None:
    notice = specimens.every(plain_town, complaint_content="我住三单元，天天闻臭味。")["D05-complaint"]

    assert "三单元" not in "".join(sentences(notice))


def test_a_title_is_not_parted_within_a_word(plain_town: Town) -> None:
    from pypdf import PdfReader

    from engine.documents import typesetting

    specimen = specimens.every(plain_town)["D01"]
    layout, fonts = specimen.composed.version.layout, plain_town.engine.fonts
    made = typesetting.pdf(layout, specimen.words, plain_town.clock.now().date(), fonts)
    text = PdfReader(BytesIO(made)).pages[0].extract_text().replace(" ", "")

    assert "涉\n嫌" not in text
    assert "涉嫌" in text


def test_every_letter_can_be_set_and_looked_at(plain_town: Town, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every letter as pictures on one page for people, in the folder that the test names."""
    folder = tmp_path_factory.mktemp("specimens")
    shown = []
    for name, specimen in specimens.every(plain_town).items():
        pages = plain_town.engine.papers.draw(specimen.composed.version.layout, specimen.words)
        for number, page in enumerate(pages, 1):
            (folder / f"{name}-{number}.png").write_bytes(page)
            shown.append(f'<figure><img src="{name}-{number}.png" width="420"><figcaption>{name} {number}</figcaption>')
    sheet = folder / "specimens.html"
    sheet.write_text(f'<meta charset="utf-8"><title>公文样张</title>{"".join(shown)}', encoding="utf-8")
    print(sheet)

    assert len(shown) >= len(SOURCES)


LAYOUT_MEASURES = {
    # where on page one the baselines of letterhead, number and title stand, in millimetres from the top
    "letter": {"letterhead": (38, 45), "number": (55, 62), "title": (76, 84)},
    "notice": {"letterhead": (72, 88), "number": (92, 108), "title": (115, 140)},
    "request": {"letterhead": (72, 88), "number": (92, 108), "title": (115, 140)},
}


@pytest.mark.parametrize("name", ["D01", "D07", "D18"])
def test_the_measures_are_those_of_the_standard(plain_town: Town, name: str) -> None:
    """GB/T 9704: where the letterhead, the number and the title stand; 28 signs to a line; the margins."""
    specimen = specimens.every(plain_town)[name]
    letter = specimen.composed.version
    made = typesetting.pdf(letter.layout, specimen.words, plain_town.clock.now().date(), plain_town.engine.fonts)
    page = PdfReader(BytesIO(made)).pages[0]
    places: list[tuple[str, float, float, float]] = []

    def note(text: str, place: list[float], _matrix: object, _font: object, size: float) -> None:
        if text.strip():
            places.append((text.strip(), place[4] / 72 * 25.4, 297 - place[5] / 72 * 25.4, size))

    page.extract_text(visitor_text=note)
    assert abs(float(page.mediabox.width) - 595.28) < 0.1
    measures = LAYOUT_MEASURES[letter.letter.layout]
    looked_for = {
        "letterhead": specimen.words["letterhead"],
        "number": "〔2026〕",
        "title": specimen.words["title"][:4],
    }
    for what, (top, bottom) in measures.items():
        heights = [y for text, _, y, _ in places if looked_for[what][:2] in text]
        assert any(top <= height <= bottom for height in heights), (what, heights)
    lines = [text.replace(" ", "") for text, x, _, size in places if 27 <= x <= 29 and 15 <= size <= 17]
    widths = [sum(1 if sign > "\u2e80" else 0.55 for sign in line) for line in lines]
    assert 20 <= max(widths) <= 30  # 28 signs; a stop at the end of the line is set narrower
    assert text_of(made)


# --- where the text ends and the seal stands ---

SHORT = {"is_ongoing": False, "is_urgent": False, "evidence_at_risk": False, "goods_involved": False}
APPROVED = "经本单位主要领导批准，现将该案及有关材料移送贵单位（共2026件）。"


def pages_of(town: Town, specimen: Specimen, **changes: Any) -> list[str]:
    """The text of each page, without the breaks of its lines."""
    words = specimen.words | changes
    made = typesetting.pdf(specimen.composed.version.layout, words, town.clock.now().date(), town.engine.fonts)
    return [re.sub(r"\s|核验码.*", "", page.extract_text()) for page in PdfReader(BytesIO(made)).pages]


def test_the_seal_that_nearly_fits_stays_on_the_page_of_the_text(plain_town: Town) -> None:
    """GB/T 9704 第 7.3.5.4 条: where there is no room for the seal, the spacing gives way; half a page stood empty."""
    specimens_of_it = specimens.every(plain_town)

    assert [len(pages_of(plain_town, specimens_of_it[name])) for name in ("D12", "D15-first")] == [1, 1]


@pytest.mark.parametrize("signs", [20, 60, 100, 140, 180, 240, 299, 301, 420, 900])
@pytest.mark.parametrize("ending", [[], ["特此函告。"]], ids=["alone", "with a formula"])
def test_the_seal_never_stands_without_text_and_no_long_paragraph_leaves_a_hole(
    plain_town: Town, signs: int, ending: list[str]
) -> None:
    specimen = specimens.every(plain_town, **SHORT)["D01"]
    last = (APPROVED * 30)[:signs]
    kept = [item for item in specimen.words["body"] if item["text"] not in (*ending, "特此函告。")][:-1]
    body = [*kept, *({"text": text} for text in (last, *ending))]
    pages = pages_of(plain_town, specimen, body=body, annexes=[])
    signed = next(page for page in reversed(pages) if "2026年9月30日" in page and "附件" in page)
    before = signed.partition("附件")[0]

    assert "".join(pages).replace("—2—", "").replace("—3—", "").count(last) == 1, "nothing is lost in between"
    assert len(before) >= min(29, signs)
    assert before[0] not in "，。）》；"
    if len(pages) == 2 and signs >= 140:
        assert last[:28] in pages[0], "what fits on the first page is there"
