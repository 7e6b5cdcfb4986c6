"""How a letter stands on its pages, with a name of twenty-six characters and with a short one (GB/T 9704)."""

from __future__ import annotations

import io
from math import hypot
from typing import Any

import pytest
from PIL import Image, ImageChops

from engine.documents import line_breaks
from tests.papers import specimens
from tests.papers.specimens import SOURCES, Specimen
from tests.processes.town import Town

LONG = "河湾村二组废旧塑料加工点无环评手续擅自投产排放清洗废水"
NAMES = {"long": LONG[:26], "short": "占道经营"}
DOTS = 110
TEXT_AREA = 225
"""The height of the text area, in millimetres."""


@pytest.fixture(scope="module", params=NAMES)
def named(request: pytest.FixtureRequest, module_town: Town) -> dict[str, Specimen]:
    return specimens.every(module_town, case_title=NAMES[request.param])


def pages(town: Town, specimen: Specimen, **changes: Any) -> list[Image.Image]:
    drawn = town.engine.papers.draw(specimen.composed.version.layout, specimen.words | changes)
    return [Image.open(io.BytesIO(page)).convert("RGB") for page in drawn]


def dots(millimetres: float) -> int:
    return round(millimetres / 25.4 * DOTS)


def ink_of(page: Image.Image) -> Image.Image:
    """What is printed in black within the text area, white on black."""
    red, _, blue = page.split()
    dark = Image.merge("RGB", (red, red, blue)).convert("L").point(lambda tone: 255 if tone < 110 else 0)
    return dark.crop((dots(27), dots(30), dots(185), dots(297 - 35)))


def test_the_name_that_letters_are_tried_with_has_twenty_six_characters() -> None:
    assert len(NAMES["long"]) == 26


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_no_first_page_is_left_a_third_empty(named: dict[str, Specimen], module_town: Town, name: str) -> None:
    drawn = pages(module_town, named[name], annexes=[])
    if len(drawn) == 1:
        return
    box = ink_of(drawn[0]).getbbox()

    assert box is not None
    empty = (297 - 35 - 30) - box[3] / DOTS * 25.4
    assert empty < TEXT_AREA / 3, f"{empty:.0f} mm"


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_title_breaks_between_words_alone(named: dict[str, Specimen], name: str) -> None:
    """词意完整: every piece stands on one line, and no piece is half a word of the name."""
    words = named[name].words
    found = [part["text"] for part in words["title_parts"]]

    assert "".join(found) == words["title"]
    assert all(part["keep"] and len(part["text"]) <= 20 for part in words["title_parts"])
    for whole in (
        "废旧塑料",
        "加工点",
        "环评",
        "手续",
        "擅自",
        "投产",
        "排放",
        "清洗",
        "占道",
        "移送",
        "争议",
        "协作",
    ):
        if whole in words["title"]:
            assert any(whole in piece for piece in found), (whole, found)


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        (
            "关于移送青河镇顺禾再生资源站涉嫌未批先建废塑料清洗线案的函",
            "关于|移送|青河镇|顺禾|再生资源站|涉嫌|未批先建|废塑料|清洗线案的函",
        ),
        ("关于移送“王建国”涉嫌违法案（第2号）的函", "关于|移送“王建国”|涉嫌|违法案（第2号）的函"),
        ("关于信访事项不属本单位职权范围的函", "关于|信访|事项|不属|本单位|职权范围的函"),
        ("", ""),
    ],
)
def test_a_single_character_goes_with_its_word_and_a_mark_with_what_it_marks(title: str, wanted: str) -> None:
    assert "|".join(line_breaks.pieces([(title, False)])) == wanted


def test_a_title_is_not_broken_where_another_reading_has_a_word() -> None:
    """堆|放弃|渣 is how the dictionary reads 堆放弃渣; what is put together for that never fills a line."""
    found = line_breaks.pieces([("关于提请裁决望江湾段河道管理范围内违规堆放弃渣土石方职责分工争议的请示", False)])

    for whole in ("望江湾", "堆放", "弃渣", "土石方"):
        assert any(whole in piece for piece in found), (whole, found)
    assert max(map(len, found)) <= line_breaks.LONGEST


def test_a_short_name_stays_in_one_piece() -> None:
    assert "鼎盛房地产开发有限公司" in line_breaks.pieces(
        [("关于移送", False), ("鼎盛房地产开发有限公司", True), ("涉嫌", False)]
    )


UNITS = (
    "青河镇政府",
    "市司法局",
    "青河市司法局",
    "青河镇人民政府",
    "青河市生态环境局",
    "青河市市场监督管理局",
    "青河市住房和城乡建设局",
    "青河市综合行政执法监督管理委员会办公室",
    "河湾经济技术开发区管理委员会综合行政执法事务管理局",
)


@pytest.mark.parametrize("date", ["2026年9月3日", "2026年9月30日", "2026年10月12日"])
@pytest.mark.parametrize("unit", UNITS)
def test_the_ring_of_the_seal_runs_over_no_first_or_last_character(module_town: Town, unit: str, date: str) -> None:
    specimen = specimens.every(module_town)["D12-receipt"]
    changes = {"signatures": [unit], "date": date, "contact": "", "letterhead": "局", "mark": "", "body": [], "addressee": "",
               "title_parts": [], "number": ""}  # fmt: skip
    (bare,) = pages(module_town, specimen, sealed=False, **changes)
    (sealed,) = pages(module_town, specimen, **changes)
    ink, red = ink_of(bare), _red(sealed)
    left, top, right, bottom = red.getbbox() or (0, 0, 0, 0)
    centre, radius = ((left + right) / 2, (top + bottom) / 2), (right - left) / 2
    lines = _lines(ink)

    assert len(lines) == 2, "the unit and the date"
    for from_y, to_y in lines:
        first, _, last, _ = ink.crop((0, from_y, ink.width, to_y)).getbbox() or (0, 0, 0, 0)
        height = to_y - from_y
        ends = [*range(first, first + int(height * 0.5)), *range(last - int(height * 0.8), last)]
        on_ring = [
            (x, y)
            for x in ends
            for y in range(from_y, to_y)
            if red.getpixel((x, y)) and hypot(x - centre[0], y - centre[1]) > radius - dots(1.4)
        ]
        assert on_ring == [], (unit, date)


def test_a_notice_names_who_prints_it_and_when_and_a_letter_does_not(module_town: Town) -> None:
    """GB/T 9704 第 7.4.3 条; 第 10.1 条: 信函格式不加印发机关和印发日期、分隔线."""
    made = specimens.every(module_town)
    notice, letter = (
        pages(module_town, made[name], contact="", cc="青河市司法局")[-1] for name in ("D16-accept", "D12")
    )

    assert _long_lines(notice) == 3
    assert _long_lines(letter) == 0


# --- within ---


def _red(page: Image.Image) -> Image.Image:
    """The seal, white on black, within the text area and below the lines of the letterhead."""
    red, green, _ = page.split()
    seal = ImageChops.subtract(red, green).point(lambda tone: 255 if tone > 80 else 0)
    area = seal.crop((dots(27), dots(30), dots(185), dots(297 - 35)))
    area.paste(0, (0, 0, area.width, dots(25)))
    return area


def _lines(ink: Image.Image) -> list[tuple[int, int]]:
    """Top and bottom of each line of text."""
    rows = [ink.crop((0, y, ink.width, y + 1)).getbbox() is not None for y in range(ink.height)]
    found, start = [], None
    for y, is_ink in enumerate([*rows, False]):
        if is_ink and start is None:
            start = y
        if not is_ink and start is not None:
            if y - start > 8:
                found.append((start, y))
            start = None
    return found


def _long_lines(page: Image.Image) -> int:
    ink = ink_of(page)
    full = [sum(ink.crop((0, y, ink.width, y + 1)).histogram()[128:]) > ink.width * 0.9 for y in range(ink.height)]
    return sum(1 for y, is_line in enumerate(full) if is_line and not full[y - 1])


@pytest.mark.parametrize("name", ["云溪街道", "北坪镇", "临澜市", "临澜市北坪镇"])
def test_a_title_never_parts_the_name_of_a_unit_of_this_city(name: str) -> None:
    """No dictionary knows them: the city says what its units are called."""
    names = frozenset({"云溪街道", "北坪镇", "临澜市", "临澜市北坪镇"})

    found = line_breaks.pieces([(f"关于协商解决{name}辖区内违法建设职责分工争议的意见", False)], names)

    assert any(name in piece for piece in found)


def test_a_name_that_is_longer_than_a_piece_may_be_breaks_between_its_words() -> None:
    """The line would be too short for the rest."""
    long = "市城市管理和综合行政执法监督指挥中心"

    assert all(len(piece) <= line_breaks.LONGEST for piece in line_breaks.pieces([(f"关于{long}的函", False)], {long}))
