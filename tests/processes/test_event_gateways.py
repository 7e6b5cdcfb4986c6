"""Of several events the first that happens decides how the case goes on, and the others are waited for no longer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.errors import NotFound, Refused
from tests.processes import drawings
from tests.processes.drawings import OFFICER, flow, lane, properties, task, text_field
from tests.processes.test_handling import Desk
from tests.processes.town import Instance, Town

KEY = "firstof"
ECOLOGY = "fangsiyuan.hb"
FORMS = {name: [text_field(f"said_{name}")] for name in ("ask", "go_on", "chase", "give_up")}
BUTTON = properties(
    unit="dept", role="case_officer", when="said_ask != 'x'", otherwise="还不到时候。", pressed_by="presser"
)


def caught(event: str, name: str, inner: str) -> str:
    return f'<intermediateCatchEvent id="{event}" name="{name}">{inner}</intermediateCatchEvent>'


def after(text: str) -> str:
    return f"<timerEventDefinition><timeDuration>{text}</timeDuration></timerEventDefinition>"


BODY = [
    task("ask", "发出征求"),
    '<eventBasedGateway id="first" />',
    caught("come", "已经来函", f"{BUTTON}<messageEventDefinition />"),
    caught("three", "满三日", after("P3D")),
    caught("nine", "满九日", after("P9D")),
    task("go_on", "阅函"),
    task("chase", "催办"),
    task("give_up", "不再等"),
    flow("start", "ask"),
    flow("ask", "first"),
    *(flow("first", event) for event in ("come", "three", "nine")),
    flow("come", "go_on"),
    flow("three", "chase"),
    flow("nine", "give_up"),
    *(flow(one, "done") for one in ("go_on", "chase", "give_up")),
]


def begun(town: Town, folder: Path, said: str = "请复") -> Instance:
    own = "first come three nine go_on chase give_up"
    drawings.draw(town, folder, KEY, BODY, own, FORMS, lane("l_dept", "dept", "case_officer", "ask"))
    case = drawings.start(town, KEY)
    case.complete("ask", ECOLOGY, said_ask=said)
    return case


def press(case: Instance, by: str = ECOLOGY) -> Any:
    return case.press_by(by, "come")


def sound(case: Instance) -> None:
    assert case.incident() == ""
    assert case.town.verify() == []


def test_both_timers_and_the_button_are_waited_for(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path)
    now = town.now
    assert case.timers() == {"three": now + timedelta(days=3), "nine": now + timedelta(days=9)}
    assert case.buttons(ECOLOGY) == {"come": ""}
    assert case.buttons(OFFICER) == {}
    assert dict(case.waiting) == {}


def test_who_presses_goes_on_and_the_timers_are_gone(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path)
    press(case)
    assert (dict(case.waiting), case.timers(), case.buttons(ECOLOGY)) == ({"go_on": 1}, {}, {})
    assert case.facts()["presser"] == "ecology"
    town.later(days=20).tick()
    assert dict(case.waiting) == {"go_on": 1}
    case.complete("go_on", OFFICER, said_go_on="收到")
    assert (case.status, case.result) == ("ended", "done")
    sound(case)


def test_the_first_timer_goes_on_and_the_button_cannot_be_pressed_any_more(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path)
    town.later(days=3).tick()
    assert (dict(case.waiting), case.timers(), case.buttons(ECOLOGY)) == ({"chase": 1}, {}, {})
    with pytest.raises(NotFound):
        press(case)
    sound(case)


def test_after_an_outage_the_earlier_of_two_timers_decides(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path)
    town.asleep_until((town.now + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M"))
    town.tick()
    assert dict(case.waiting) == {"chase": 1}
    sound(case)


def test_a_button_says_why_it_cannot_be_pressed_yet(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, said="x")
    assert case.buttons(ECOLOGY) == {"come": "还不到时候。"}
    with pytest.raises(Refused, match="还不到时候"):
        press(case)
    assert set(case.timers()) == {"three", "nine"}


def test_what_led_to_the_waiting_may_be_taken_back_before_anything_has_happened(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path)
    Desk(case, ECOLOGY).do("take_back", "ask")
    assert (dict(case.waiting), case.timers(), case.buttons(ECOLOGY)) == ({"ask": 1}, {}, {})
    case.complete("ask", ECOLOGY, said_ask="再请")
    assert set(case.timers()) == {"three", "nine"}
    sound(case)


def test_what_an_event_has_begun_is_not_sent_back_beyond_it(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path)
    press(case)
    assert Desk(case, OFFICER).earlier("go_on") == {}
    with pytest.raises(Refused, match="已经来函"):
        Desk(case, OFFICER).send_back("go_on", "ask")


def test_the_page_offers_the_button_and_foretells_nothing(town_on_each_database: Town, tmp_path: Path) -> None:
    case = begun(town_on_each_database, tmp_path)
    page = town_on_each_database.act(
        lambda engine: engine.instances.instance(town_on_each_database.person(ECOLOGY), case.number)
    )
    assert [str(button.name) for button in page.buttons] == ["已经来函"]
    assert [line for line in page.steps if line.state == "next"] == []
    press(case)
    assert dict(case.waiting) == {"go_on": 1}
    sound(case)


def test_a_case_is_cancelled_while_it_waits(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path)
    town.act(
        lambda engine: engine.collaboration.withdraw(town.person(OFFICER), case.number, {"reason": ["重复立项。"]})
    )
    assert (case.status, case.timers(), case.buttons(ECOLOGY)) == ("ended", {}, {})
