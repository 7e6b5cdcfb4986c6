"""Every rule of the city is read by a diagram, a form, a letter or the engine, or it is said here why not yet."""

from __future__ import annotations

import re

import pytest

from engine.bpmn.reading.elements import read_elements
from engine.bpmn.reading.read import read_diagram
from engine.organisation import city
from tests.unit.builders import ROOT

SHIPPED = city.read_rules((ROOT / "processes" / "city.toml").read_text(encoding="utf-8"))
REFERENCE = ROOT / "docs" / "reference"
NOT_READ = {
    "phone_first.paper_due_wd": "先电话后补办的只有参与工作通知（P7）",
    "dispute.forward_wd": "受理和转送是同一步，没有可以等的",
    "sla.hazard_notice_hours": "重大安全隐患通报（P6）还没有",
    "sla.hazard_meeting_wd": "重大安全隐患通报（P6）还没有",
    "sla.case_entry_wd": "决定录入和抄告（P8）还没有",
    "sla.major_copy_wd": "决定录入和抄告（P8）还没有",
    "sla.filing_ack_wd": "决定录入和抄告（P8）还没有",
    "sla.forward_info_wd": "信息共享（P9）还没有",
    "sla.read_info_wd": "信息共享（P9）还没有",
    "sla.guidance_reply_wd": "业务指导（P10）还没有",
    "sla.testing_accept_wd": "技术支撑（P11）还没有",
    "crime.days_kind": "行刑衔接（P13）还没有",
    "conference.solicit_days": "联席会议（P5）还没有",
    "conference.solicit_extraordinary": "联席会议（P5）还没有",
    "conference.topic_close_wd_before": "联席会议（P5）还没有",
    "conference.minutes_wd": "联席会议（P5）还没有",
    "conference.circular_days": "联席会议（P5）还没有",
    "training.initial_months": "培训（P10）还没有",
    "account.include_towns": "责任追究（P19）还没有",
}
"""Keys that nothing reads. A key that something has come to read may be taken off at leisure."""
FIGURES = {
    "referral.normal_wd": ("case_referral", "referral_due", r"working_days\(3,"),
    "referral.cap_wd": ("case_referral", "extend_period", r"working_days\(10,"),
    "referral.urgent_hours": ("case_referral", "urgent_due", r"hours\(24,"),
    "acceptance.wd": ("case_referral", "acceptance_due", r"working_days\(acceptance_days or 5,"),
    "assist.opinion_wd": ("technical_assistance", "opinion_due", r"working_days\(3,"),
}
"""The plan's own figures cannot be set; they are drawn as they are."""


def read_somewhere() -> set[str]:
    written = [
        path for kind in ("*.bpmn", "forms/*/*.form", "letters/*/*.toml") for path in (ROOT / "processes").glob(kind)
    ]
    asked = r'config\(\\?["\']([a-z0-9_.]+)\\?["\']\)'
    keys = {key for path in written for key in re.findall(asked, path.read_text(encoding="utf-8"))}
    sources = [path for path in ROOT.glob("engine/**/*.py") if path.name != "city.py"]
    quoted = r'"([a-z0-9]+\.[a-z0-9_]+)"'
    return keys | {key for path in sources for key in re.findall(quoted, path.read_text(encoding="utf-8"))}


def test_every_rule_of_the_city_is_read_or_fixed_or_it_is_said_why_not() -> None:
    assert sorted(SHIPPED.keys() - read_somewhere() - city.FIXED.keys() - city.LOCKED - NOT_READ.keys()) == []


def test_what_is_not_read_yet_is_a_rule_of_the_city() -> None:
    assert NOT_READ.keys() <= SHIPPED.keys()
    assert (city.FIXED.keys() | city.CHOICES.keys() | city.TIMES) <= SHIPPED.keys()


@pytest.mark.parametrize("key", sorted(city.LOCKED))
def test_a_figure_of_the_plan_is_drawn_as_it_is(key: str) -> None:
    procedure, element, written = FIGURES[key]
    diagram = read_elements(read_diagram((ROOT / "processes" / f"{procedure}.bpmn").read_bytes()))
    drawn = diagram.elements[element]

    text = drawn.timer.text if drawn.timer else drawn.properties["cap"]

    assert re.search(written, text)
    assert str(SHIPPED[key]) in written


@pytest.mark.parametrize("name", ["city_rules.md", "city_rules.zh.md"])
def test_the_page_of_city_rules_names_every_rule_and_its_default(name: str) -> None:
    page = (REFERENCE / name).read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9_.]+)` \| `([^`]+)` \|", page, re.MULTILINE))

    assert rows == {
        key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in SHIPPED.items()
    }
