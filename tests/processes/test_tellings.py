"""What cases tell each other is heard exactly once, by whoever waits, whenever that is; and nothing passes between strangers."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from engine.db import tables
from engine.errors import LianbanError
from tests.processes import tellings
from tests.processes.drawings import flow, task
from tests.processes.tellings import OFFICER, SIGNAL, draw, event, message, start, thrown, throws, waiting_for, waits
from tests.processes.test_handling import Desk
from tests.processes.town import Instance, Town
from tests.unit.diagrams import properties

BY_NUMBER = {"correlation": "partner"}


def told_by_number(town: Town, folder: Path) -> tuple[Instance, Instance]:
    """One that waits by its own number, and one that will tell it."""
    draw(town, folder, "listens", waits(message()))
    draw(town, folder, "tells", throws(message(), **BY_NUMBER))
    return start(town, "listens"), start(town, "tells")


def tell(teller: Instance, number: str) -> None:
    teller.complete("work", OFFICER, said_work="好", partner=number)


def test_a_message_finds_the_case_by_its_number(town_on_each_database: Town, tmp_path: Path) -> None:
    town = town_on_each_database
    listener, teller = told_by_number(town, tmp_path)
    stranger = start(town, "listens")
    tell(teller, listener.number)
    assert (teller.status, dict(listener.waiting)) == ("ended", {"beside": 1})
    town.tick()
    assert dict(listener.waiting) == {"beside": 1, "after": 1}
    assert dict(stranger.waiting) == {"beside": 1}
    town.tick()
    town.later(days=60)
    assert listener.waiting["after"] == 1
    (row,) = thrown(town)
    assert (row.status, row.look_at, row.heard_at is not None) == ("heard", None, True)
    for case, words in ((teller, "发出消息"), (listener, "收到消息")):
        view = town.act(lambda engine, case=case: engine.instances.instance(town.person(OFFICER), case.number))
        assert [(str(line.action), str(line.note)) for line in view.log if line.kind == "happened"] == [
            (words, "ready")
        ]
    assert town.verify() == []


def test_a_correlation_that_was_left_empty_is_none(town: Town, tmp_path: Path) -> None:
    draw(town, tmp_path, "listens", waits(message(), correlation=""))
    draw(town, tmp_path, "tells", throws(message(), **BY_NUMBER))
    listener, teller = start(town, "listens"), start(town, "tells")
    tell(teller, listener.number)
    town.tick()
    assert dict(listener.waiting) == {"beside": 1, "after": 1}


def test_one_that_comes_too_early_waits_until_somebody_waits_for_it(town: Town, tmp_path: Path) -> None:
    late = [
        task("beside", "先办"),
        event("intermediateCatchEvent", "wait", message(), "等通知"),
        task("after", "接着办"),
    ]
    ways = [flow("start", "beside"), flow("beside", "wait"), flow("wait", "after"), flow("after", "done")]
    draw(town, tmp_path, "later", [*late, *ways])
    draw(town, tmp_path, "tells", throws(message(), **BY_NUMBER))
    listener, teller = start(town, "later"), start(town, "tells")
    tell(teller, listener.number)
    town.later(days=3)
    assert thrown(town)[0].status == "waiting"
    listener.complete("beside", OFFICER, said_beside="好")
    town.tick()
    assert dict(listener.waiting) == {"after": 1}
    assert town.verify() == []


@pytest.mark.parametrize("days", [30, 5])
def test_one_that_nobody_ever_waits_for_is_told_to_the_administrators(town: Town, tmp_path: Path, days: int) -> None:
    """As many days after it was thrown as the city keeps messages."""
    town.act(lambda engine: engine.city_rules.set("message.kept_days", str(days), "test"))
    listener, teller = told_by_number(town, tmp_path)
    tell(teller, "YS-2026-9999")
    town.later(days=days - 1)
    assert thrown(town)[0].status == "waiting"
    town.later(days=1)
    assert thrown(town)[0].status == "expired"
    texts = town.read(
        lambda tx: tx.scalars(select(tables.notice.c.text).where(tables.notice.c.instance_id.is_(None))).all()
    )
    assert any("ready" in text and teller.number in text for text in texts)
    assert dict(listener.waiting) == {"beside": 1}


def test_cases_that_no_unit_sees_both_of_tell_each_other_nothing(town: Town, tmp_path: Path) -> None:
    listener, teller = told_by_number(town, tmp_path)
    party = tables.party
    own = (
        party.c.instance_id
        == select(tables.process_instance.c.id)
        .where(tables.process_instance.c.number == listener.number)
        .scalar_subquery()
    )
    town.write(lambda tx: tx.execute(party.update().where(own).values(seen_at=None)))
    town.tampered = True
    tell(teller, listener.number)
    town.tick()
    assert dict(listener.waiting) == {"beside": 1}
    assert thrown(town)[0].status == "waiting"


def test_a_started_case_tells_the_one_that_started_it_without_a_number(town: Town, tmp_path: Path) -> None:
    draw(town, tmp_path, "child", throws(message()))
    handed = {"in:subject": "subject", "in:own": "own", "in:dept": "dept"}
    begins = properties(operation="start_procedure", procedure="child", **handed)
    parent = [f'<serviceTask id="begin" name="另办">{begins}</serviceTask>', *waits(message())]
    parent = [
        piece.replace('sourceRef="start" targetRef="both"', 'sourceRef="start" targetRef="begin"') for piece in parent
    ]
    draw(town, tmp_path, "parent", [*parent, flow("begin", "both")], "begin beside after")
    other, case = start(town, "parent"), start(town, "parent")
    row = tables.process_instance
    mine = select(row.c.number).where(
        row.c.key == "child",
        row.c.origin_instance_id == select(row.c.id).where(row.c.number == case.number).scalar_subquery(),
    )
    child = Instance(town, town.read(lambda tx: tx.scalars(mine).one()))
    child.complete("work", OFFICER, said_work="好", partner="")
    town.tick()
    assert case.waiting["after"] == 1
    assert other.waiting["after"] == 0


def test_a_signal_is_heard_by_every_case_that_waits_and_by_none_that_comes_later(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    town = town_on_each_database
    draw(town, tmp_path, "listens", waits(SIGNAL))
    draw(town, tmp_path, "tells", throws(SIGNAL))
    before, teller = [start(town, "listens") for _each in range(3)], start(town, "tells")
    tell(teller, "")
    later = start(town, "listens")
    town.tick()
    assert [case.waiting["after"] for case in before] == [1, 1, 1]
    assert later.waiting["after"] == 0
    assert {row.status for row in thrown(town)} == {"heard"}
    assert waiting_for(town) == ["wait"]
    assert town.verify() == []


def test_in_its_own_case_it_is_heard_at_once(town: Town, tmp_path: Path) -> None:
    both = [
        '<parallelGateway id="both" />',
        task("work", "办理"),
        task("beside", "旁边的事"),
        f'<boundaryEvent id="stop" name="停办" attachedToRef="beside">{SIGNAL}</boundaryEvent>',
        event("intermediateThrowEvent", "throw", SIGNAL, "叫停"),
        task("after", "收尾"),
        *(flow(*ends) for ends in (("start", "both"), ("both", "work"), ("both", "beside"), ("work", "throw"))),
        *(flow(*ends) for ends in (("throw", "done"), ("beside", "done"), ("stop", "after"), ("after", "done"))),
    ]
    draw(town, tmp_path, "inside", both)
    case = start(town, "inside")
    case.complete("work", OFFICER, said_work="好", partner="")
    assert dict(case.waiting) == {"after": 1}
    assert thrown(town) == []


def test_a_send_task_tells_a_receive_task(town: Town, tmp_path: Path) -> None:
    waiting = [piece for piece in waits(message()) if 'id="wait"' not in piece or "sequenceFlow" in piece]
    limit = (
        '<boundaryEvent id="over" name="不再等" attachedToRef="wait"><timerEventDefinition><timeDuration>P9D</timeDuration>'
        "</timerEventDefinition></boundaryEvent>"
    )
    received = '<receiveTask id="wait" name="等通知" messageRef="m_ready" />'
    draw(town, tmp_path, "listens", [*waiting, received, limit, flow("over", "done")], "beside after wait")
    sending = [piece for piece in throws(message()) if 'id="throw"' not in piece or "sequenceFlow" in piece]
    own = properties(correlation="partner")
    sent = f'<sendTask id="throw" name="通知" messageRef="m_ready">{own}</sendTask>'
    draw(town, tmp_path, "tells", [*sending, sent], "work throw")
    listener, teller = start(town, "listens"), start(town, "tells")
    assert list(listener.timers()) == ["over"]
    view = town.act(lambda engine: engine.instances.instance(town.person(OFFICER), listener.number))
    assert [str(one.what) for one in view.awaited] == ["等别的办件的消息"]
    tell(teller, listener.number)
    town.tick()
    assert (dict(listener.waiting), listener.timers()) == ({"beside": 1, "after": 1}, {})
    late = start(town, "listens")
    town.later(days=9)
    assert dict(late.waiting) == {"beside": 1}
    assert waiting_for(town) == []
    assert town.verify() == []


def test_a_case_that_is_over_or_cancelled_waits_for_nothing(town: Town, tmp_path: Path) -> None:
    listener, teller = told_by_number(town, tmp_path)
    assert waiting_for(town) == ["wait"]
    town.act(
        lambda engine: engine.collaboration.withdraw(
            town.person(OFFICER), listener.number, {"reason": ["重复立项，不再办理。"]}
        )
    )
    assert waiting_for(town) == []
    tell(teller, listener.number)
    town.tick()
    assert listener.status == "ended"


def test_what_has_been_told_is_not_taken_back(town: Town, tmp_path: Path) -> None:
    draw(town, tmp_path, "listens", waits(message()))
    ways = [flow("start", "work"), flow("work", "throw"), flow("throw", "after"), flow("after", "done")]
    thrower = event("intermediateThrowEvent", "throw", message(), "通知", correlation="partner")
    draw(town, tmp_path, "tells", [task("work", "办理"), thrower, task("after", "接着办"), *ways])
    teller = start(town, "tells")
    tell(teller, start(town, "listens").number)
    with pytest.raises(LianbanError):
        Desk(teller, OFFICER).do("take_back", "work")
    with pytest.raises(LianbanError):
        Desk(teller, OFFICER).send_back("after", "work")


@pytest.mark.parametrize("definition", [message(), SIGNAL], ids=["message", "signal"])
def test_a_message_or_a_signal_begins_a_case(town_on_each_database: Town, tmp_path: Path, definition: str) -> None:
    town = town_on_each_database
    told = event("startEvent", "told", definition, "收到通知", unit="justice_bureau", fact_subject="'被告知'")
    ways = (("start", "m"), ("told", "m"), ("m", "beside"), ("beside", "done"))
    body = [told, '<exclusiveGateway id="m" />', task("beside", "先办"), *(flow(*ends) for ends in ways)]
    draw(town, tmp_path, "begun", body, "told beside")
    draw(town, tmp_path, "tells", throws(definition))
    tell(start(town, "tells"), "")
    town.tick()
    town.tick()
    row = tables.process_instance
    begun = town.read(lambda tx: tx.execute(select(row).where(row.c.key == "begun")).all())
    assert [(one.title, one.start_element_id) for one in begun] == [("被告知", "told")]
    assert dict(Instance(town, begun[0].number).waiting) == {"beside": 1}
    assert town.verify() == []


def test_a_parked_case_hears_it_when_it_runs_again(town: Town, tmp_path: Path) -> None:
    listener, teller = told_by_number(town, tmp_path)
    row = tables.process_instance
    mine = row.c.number == listener.number
    town.write(lambda tx: tx.execute(row.update().where(mine).values(status="incident")))
    tell(teller, listener.number)
    town.tick()
    assert thrown(town)[0].status == "waiting"
    town.write(lambda tx: tx.execute(row.update().where(mine).values(status="running")))
    town.later(minutes=11)
    assert listener.waiting["after"] == 1


def test_on_a_border_and_behind_a_gateway_it_is_a_message_where_the_diagram_says_so(town: Town, tmp_path: Path) -> None:
    heard = event("intermediateCatchEvent", "come", message(), "已经来函", awaits="message")
    nine_days = "<timerEventDefinition><timeDuration>P9D</timeDuration></timerEventDefinition>"
    over = event("intermediateCatchEvent", "over", nine_days)
    border = f'<boundaryEvent id="stop" name="叫停" attachedToRef="beside">{SIGNAL}</boundaryEvent>'
    ways = (("start", "beside"), ("beside", "first"), ("first", "come"), ("first", "over"), ("come", "after"))
    more = (("over", "done"), ("after", "done"), ("stop", "done"))
    body = [task("beside", "先办"), border, '<eventBasedGateway id="first" />', heard, over, task("after", "接着办")]
    draw(town, tmp_path, "gated", [*body, *(flow(*ends) for ends in (*ways, *more))])
    draw(town, tmp_path, "tells", throws(message(), **BY_NUMBER))
    case, teller = start(town, "gated"), start(town, "tells")
    assert case.buttons(OFFICER) == {}
    case.complete("beside", OFFICER, said_beside="好")
    assert waiting_for(town) == ["come"]
    tell(teller, case.number)
    town.tick()
    assert (dict(case.waiting), case.timers()) == ({"after": 1}, {})
    assert tellings.waiting_for(town) == []
