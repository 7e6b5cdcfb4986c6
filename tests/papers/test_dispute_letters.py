"""The letters of a duty dispute name every party, two or three, and read as an office writes either way."""

from __future__ import annotations

import re

import pytest

from tests.papers import specimens
from tests.papers.specimens import Specimen
from tests.processes.town import Town

NAMES = ("青河镇人民政府", "青河市生态环境局", "青河市市场监督管理局")
LETTERS = ("D15", "D16-accept", "D16-consult", "D16-refuse", "D16-lead", "D16-direct", "D16-supersede", "D17", "D18",
           "D19", "D19-amended", "D23-execution", "D38", "D39")  # fmt: skip


def whole(specimen: Specimen) -> str:
    words = specimen.words
    rows = [f"{row['label']}：{row['text']}" for row in words["rows"]]
    found = [words["letterhead"], words["addressee"], words["cc"], *words["signatures"], *rows]
    return "\n".join([*found, *(item["text"] for item in words["body"])])


@pytest.fixture(scope="module")
def of_three(module_town: Town) -> dict[str, Specimen]:
    third = {"party_c": "market", "respondent_unit_2": "market", "executor_3": "market"}
    return specimens.every(module_town, **third, lead_unit="ecology", lead_number="青司争指字〔2026〕1号")


@pytest.mark.parametrize("name", LETTERS)
def test_every_party_is_named_when_there_are_three(of_three: dict[str, Specimen], name: str) -> None:
    text = whole(of_three[name])

    assert [party for party in NAMES if party not in text] == []
    assert "你们双方" not in text
    assert "双方一致" not in text


@pytest.mark.parametrize("name", LETTERS)
def test_it_reads_as_an_office_writes_with_three_parties(of_three: dict[str, Specimen], name: str) -> None:
    text = whole(of_three[name])

    assert re.search(r"[。；，：、][。；，、]|（）|《》|None|True|False|[a-z]_[a-z]|  |＿", text) is None


def test_two_parties_are_named_as_two(module_town: Town) -> None:
    two = specimens.every(module_town)

    for name in LETTERS:
        assert "市场监督" not in whole(two[name]), name
    assert "双方自签署之日起" in whole(two["D38"])
    assert two["D39"].words["addressee"] == "青河市生态环境局"


def test_a_ruling_goes_to_whom_it_names_and_asks_them_for_a_report(module_town: Town) -> None:
    """P4 N9: a unit that the ruling names is a main receiver and reports, a party or not; the parties have no more to do."""
    given = specimens.every(module_town, ruled_unit="market", execution_by_origin=False)

    rows = {row["label"]: row["text"] for row in given["D19"].words["rows"]}
    assert rows["执行要求"] == (
        "自收到之日起执行。青河市市场监督管理局应当自收到之日起20日内将执行情况书面报告市司法局。"
    )
    assert given["D19"].words["addressee"] == "青河镇人民政府、青河市生态环境局、青河市市场监督管理局"
    assert "抄送" not in rows


def test_who_took_over_writes_the_application_in_its_own_name(module_town: Town) -> None:
    """R72: the other parties are named as the others, each disposal by whose it was."""
    given = specimens.every(module_town, applicant_unit="ecology", respondent_unit="qinghe")

    text = whole(given["D15"])
    assert "我单位与青河镇人民政府因" in text
    assert "青河镇人民政府的意见：职责边界清单第1项列明由市生态环境局查处。" in text
    assert "青河镇人民政府于2026年9月22日9时先行处置" in text
    assert "我单位认为不需要先行处置：现场已停机" in text
    assert given["D39"].words["addressee"] == "青河镇人民政府"


def test_the_note_of_the_supervision_bureau_goes_with_the_application(module_town: Town) -> None:
    given = specimens.every(module_town, supervision_note="听取双方意见，核对了清单。")

    assert "六、市行政执法监督局的协调意见\n听取双方意见，核对了清单。" in whole(given["D15"])
