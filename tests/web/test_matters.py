"""The list of matters on the start form: competent unit and basis suggested, one's own and a third unit's said."""

from __future__ import annotations

import pytest

from engine.organisation.pinyin import initials, syllables
from tests.web.office import OFFICER, Office
from tests.web.test_forms import begin

START = "/start/case_referral"


def looked(office: Office, who: str, **values: str) -> dict[str, object]:
    desk = office.desk(who)
    return desk.post(f"{START}/look", values).json  # type: ignore[no-any-return]


def test_a_matter_knows_how_it_is_read() -> None:
    assert syllables("占道经营、店外经营") == "zhan dao jing ying dian wai jing ying"
    assert initials("zhan dao jing ying") == "zdjy"


def test_each_line_says_who_is_competent_and_since_when(office: Office) -> None:
    page = office.desk(OFFICER).get(START).text

    assert 'data-initials="zdjydwjy"' in page
    assert "占道经营、店外经营（镇街，赋权自 2025-07-01）" in page
    assert "本单位常用" in page


def test_the_list_gives_the_receiver_and_the_basis(office: Office) -> None:
    seen = looked(office, OFFICER, matter_code="M001")

    assert seen["follows"]["receiving_unit"] == "ecology"  # type: ignore[index]
    assert seen["follows"]["jurisdiction_reason"] == "职责边界清单（2026 年版）第 1 项"  # type: ignore[index]


def test_a_basis_that_was_edited_is_no_longer_from_the_list(office: Office) -> None:
    basis = "职责边界清单（2026 年版）第 1 项"

    assert looked(office, OFFICER, matter_code="M001", jurisdiction_reason=basis)["tags"] == {
        "jurisdiction_reason": "来自清单"
    }
    assert looked(office, OFFICER, matter_code="M001", jurisdiction_reason=f"{basis}改")["tags"] == {}


def test_a_third_unit_is_warned_of_with_one_click_to_the_right_one_and_not_refused(office: Office) -> None:
    seen = looked(office, OFFICER, matter_code="M001", receiving_unit="market")

    assert "归市生态环境局，不归市市场监督管理局" in seen["warnings"]["receiving_unit"]  # type: ignore[index]
    assert seen["remedies"] == {"receiving_unit": {"value": "ecology", "label": "改为市生态环境局"}}
    assert begin(office.desk(OFFICER), receiving_unit="market").status == 302


def test_ones_own_matter_is_referred_only_with_a_reason_that_the_leader_reads(office: Office) -> None:
    own = {"matter_code": "M012", "receiving_unit": "market"}

    refused = begin(office.desk(OFFICER), **own)

    assert refused.problem_at("own_matter_note")
    assert "不用移送" in looked(office, OFFICER, **own)["warnings"]["matter_code"]  # type: ignore[index]
    assert begin(office.desk(OFFICER), **own, own_matter_note="现场由市局先行查处").status == 302


def test_what_was_found_before_the_empowerment_stays_with_the_department(office: Office) -> None:
    seen = looked(office, OFFICER, matter_code="M012", discovered_at="2025-06-30T09:00")

    assert seen["follows"]["receiving_unit"] == "market"  # type: ignore[index]
    assert "赋权前发现" in seen["fragments"]["advice-matter_code"]  # type: ignore[index]


def test_without_scripts_a_button_fills_in_what_the_list_says(office: Office) -> None:
    page = office.desk(OFFICER).post(START, {"matter_code": "M001", "by_list": "matter_code"})

    assert page.status == 200
    assert 'value="职责边界清单（2026 年版）第 1 项"' in page.text


@pytest.mark.parametrize("code", ["M999", ""])
def test_an_unknown_matter_suggests_nothing(office: Office, code: str) -> None:
    assert looked(office, OFFICER, matter_code=code)["tags"] == {}
