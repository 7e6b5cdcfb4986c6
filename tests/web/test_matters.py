"""The list of matters on the start form: competent unit and basis suggested, one's own and a third unit's said."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine.db.tables import process_instance, start_draft
from engine.organisation.pinyin import initials, syllables
from tests.web.office import OFFICER, Office, Page
from tests.web.test_forms import REFERRAL, begin

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


# --- one's own matter ---


TYPED = {
    "matter_code": "M012",
    "source": "report",
    "case_title": "夜间占道经营",
    "violation_summary": "摊主每晚在河湾路人行道摆摊，占用盲道，劝离后返回。",
    "location": "青河镇河湾路 12 号",
    "party_name": "宏发小吃店",
    "is_ongoing": "true",
    "own_matter_note": "先不移送",
}


def value_of(page: Page, key: str) -> str:
    """What stands in the field, as the browser would send it."""
    (field,) = page.every(f"//*[@name='{key}']")
    if field.tag == "select":
        return "".join(field.xpath("option[@selected]/@value | optgroup/option[@selected]/@value"))
    return str(field.text_content() if field.tag == "textarea" else field.get("value", ""))


def instead(office: Office, who: str = OFFICER, **typed: str) -> Page:
    return office.desk(who).post(START, {**TYPED, **typed, "instead": "first_responder"})


def test_ones_own_matter_has_one_click_to_the_procedure_in_which_the_own_unit_opens_the_case(office: Office) -> None:
    advice = looked(office, OFFICER, matter_code="M012")["fragments"]["advice-matter_code"]  # type: ignore[index]
    others = looked(office, OFFICER, matter_code="M001")["fragments"]["advice-matter_code"]  # type: ignore[index]

    assert 'name="instead" value="first_responder"' in " ".join(advice.split())
    assert "改为本单位立案" in advice
    assert "instead" not in others


def test_what_was_typed_is_carried_over_and_nothing_is_started(office: Office) -> None:
    before = office.engine.database.run(lambda tx: tx.scalar(select(func.count()).select_from(process_instance)))

    page = instead(office)

    assert page.status == 200
    assert page.words("//div[@id='form']/h2") == "首问负责"
    assert page.said == "已转到“首问负责”，填好的带了过来，请核对后再发起。"
    typed = {key: value_of(page, key) for key in ("case_title", "location", "party_name", "complaint_content")}
    assert typed == {
        "case_title": TYPED["case_title"],
        "location": TYPED["location"],
        "party_name": TYPED["party_name"],
        "complaint_content": TYPED["violation_summary"],
    }
    assert value_of(page, "matter_code") == "M012"
    assert page.every("//input[@name='complaint_kind'][@checked]/@value") == ["report"]
    assert page.every("//input[@name='is_ongoing'][@checked]/@value") == ["true"]
    after = office.engine.database.run(lambda tx: tx.scalar(select(func.count()).select_from(process_instance)))
    drafts = office.engine.database.run(lambda tx: tx.scalars(select(start_draft.c.key)).all())
    assert (after, "first_responder" in drafts) == (before, False)


@pytest.mark.parametrize(("source", "channel"), [("hotline_12345", "hotline_12345"), ("daily_patrol", "")])
def test_a_value_that_the_other_form_does_not_offer_is_left_for_the_person_to_choose(
    office: Office, source: str, channel: str
) -> None:
    assert value_of(instead(office, source=source), "channel") == channel


def test_a_draft_of_the_other_procedure_is_not_overwritten(office: Office) -> None:
    desk, path = office.desk(OFFICER), "/start/first_responder/draft"
    own = {"csrf_token": desk.token()}
    desk.send(path, {**own, "case_title": "另一件"}, headers={"X-Draft-Window": "first", "X-Draft-Shown": ""})

    shown = "".join(instead(office).every("//form/@data-draft-shown"))
    later = {"X-Draft-Window": "second", "X-Draft-Shown": shown}
    refused = desk.send(path, {**own, "case_title": TYPED["case_title"]}, headers=later)

    assert refused.status == 409


def test_what_was_typed_stays_as_a_draft_of_the_form_that_is_left_and_can_still_be_sent(office: Office) -> None:
    desk = office.desk(OFFICER)
    (form_id,) = desk.get(START).every("//form[@data-draft]//input[@name='once']/@value")
    typed = {**REFERRAL, **TYPED, "own_matter_note": "现场由市局先行查处", "once": str(form_id)}

    there = desk.post(START, {**typed, "instead": "first_responder"})
    back = desk.get(START)

    assert there.every("//form[@data-unsaved]/@action") == ["/start/first_responder"]
    assert {key: value_of(back, key) for key in ("case_title", "own_matter_note")} == {
        "case_title": TYPED["case_title"],
        "own_matter_note": "现场由市局先行查处",
    }
    assert back.every("//form[@data-unsaved]") == []
    assert desk.post(START, typed).location.startswith("/tasks/"), (
        "the form that was left has not been handed in by that"
    )


@pytest.mark.parametrize("other", ["dispute_resolution", "nothing", "case_referral"])
def test_a_form_leads_only_where_it_says(office: Office, other: str) -> None:
    assert office.desk(OFFICER).post(START, {**TYPED, "instead": other}).status == 404
    assert office.engine.database.run(lambda tx: tx.scalar(select(func.count()).select_from(start_draft))) == 0


def test_who_may_not_start_the_other_procedure_is_offered_no_button(office: Office) -> None:
    office.engine.procedures_in_force.retire("first_responder", "test", "停用试一试")

    advice = looked(office, OFFICER, matter_code="M012")["fragments"]["advice-matter_code"]  # type: ignore[index]

    assert "归 青河镇 管辖" in advice
    assert "instead" not in advice
    assert instead(office).status != 200


# --- the other procedures ---


def advised(office: Office, key: str, who: str = OFFICER, **values: str) -> tuple[dict[str, str], str]:
    """What the start form of the procedure fills in, and what it says of the matter."""
    seen = office.desk(who).post(f"/start/{key}/look", values).json
    return seen["follows"], seen["fragments"]["advice-matter_code"]


@pytest.mark.parametrize(
    ("key", "field", "code", "unit"),
    [
        ("technical_assistance", "assisting_unit", "M001", "ecology"),
        ("technical_assistance", "assisting_unit", "M012", "market"),
        ("dispute_resolution", "party_b", "M001", "ecology"),
        ("dispute_resolution", "party_b", "M012", ""),
    ],
)
def test_the_other_side_is_suggested_wherever_a_matter_is_asked(
    office: Office, key: str, field: str, code: str, unit: str
) -> None:
    """For one's own matter help comes from the department in charge; nobody disputes what is one's own by the list."""
    assert advised(office, key, matter_code=code)[0][field] == unit


@pytest.mark.parametrize("key", ["technical_assistance", "first_responder", "dispute_resolution"])
def test_every_start_form_says_since_when_the_towns_have_the_power(office: Office, key: str) -> None:
    _, advice = advised(office, key, matter_code="M012")

    assert "归 青河镇 管辖" in advice
    assert "赋权自 2025-07-01" in advice
    assert "advice--own" not in advice, "it is no mistake here"


def test_a_complaint_is_judged_by_the_day_on_which_it_came(office: Office) -> None:
    _, advice = advised(office, "first_responder", matter_code="M012", received_at="2025-06-30T09:00")

    assert "赋权前发现" in advice


def test_another_side_than_the_competent_one_is_warned_of_in_a_dispute_too(office: Office) -> None:
    seen = (
        office.desk(OFFICER).post("/start/dispute_resolution/look", {"matter_code": "M001", "party_b": "market"}).json
    )

    assert "归市生态环境局，不归市市场监督管理局" in seen["warnings"]["party_b"]
