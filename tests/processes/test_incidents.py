"""Who looks after the installation is really notified of what stopped, and learns nothing of what a case says."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from engine.db.tables import notice, post, start_fault
from engine.errors import IncidentRaised, NotFound, Refused
from tests.notices.people import told, unread
from tests.processes.drawings import OFFICER, draw, flow, number_field, properties, start, task, text_field
from tests.processes.test_advance import break_letters
from tests.processes.town import MORNING, Town

ADMIN = "anning.sf"
SECRET = "拆船厂夜里收电池"
NOTIFIED = "已通知系统管理员。"


def texts(town: Town) -> list[str]:
    own = select(notice.c.text).where(notice.c.kind == "fault").order_by(notice.c.made_at, notice.c.id)
    return list(town.read(lambda tx: tx.scalars(own).all()))


def nobody_is_administrator(town: Town) -> None:
    ended = update(post).where(post.c.role == "system_admin").values(valid_to=town.now)
    town.write(lambda tx: tx.execute(ended))


def draw_broken_start(town: Town, folder: Path) -> None:
    """Its first step counts from something that is no instant, and that nobody fills in."""
    record = properties(operation="record", fact_share='hours(24, "明天")')
    look = f'<serviceTask id="look" name="算一算">{record}</serviceTask>'
    body = [look, task("t", "初审"), flow("start", "look"), flow("look", "t"), flow("t", "done")]
    draw(town, folder, "gz", body, "look t", {"t": [text_field("tn")]})


def park(town: Town, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A case that cannot go on. Returns its number, and what the person was told who acted."""
    case = town.refer(at=MORNING).submit()
    with monkeypatch.context() as broken:
        break_letters(broken)
        with pytest.raises(IncidentRaised) as raised:
            case.approve()
    return case.number, raised.value.message


def test_an_administrator_is_notified_of_a_parked_case(
    town_on_each_database: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = town_on_each_database
    number, said = park(town, monkeypatch)

    assert said == f"打印机着火了。这一步没有办成，{NOTIFIED}"
    assert told(town, "fault") == {ADMIN}
    assert unread(town, ADMIN) == ["fault"]
    (text,) = texts(town)
    assert number in text
    assert "案件移送" in text
    assert "打印机着火了。" in text
    assert f"lianban resume {number}" in text
    assert "废铅蓄电池" not in text


def test_a_case_that_is_parked_again_is_told_again(plain_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case = plain_town.refer(at=MORNING).submit()
    break_letters(monkeypatch)
    for _ in range(2):
        with pytest.raises(IncidentRaised, match=NOTIFIED):
            case.approve()
        plain_town.engine.instances.resume(case.number, ADMIN)

    assert unread(plain_town, ADMIN) == ["fault", "fault"]


def test_nobody_is_said_to_be_notified_where_there_is_no_administrator(
    plain_town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nobody_is_administrator(plain_town)
    number, said = park(plain_town, monkeypatch)
    draw_broken_start(plain_town, tmp_path)
    with pytest.raises(IncidentRaised) as raised:
        start(plain_town, "gz")

    assert said == "打印机着火了。这一步没有办成，请联系系统管理员。"
    assert raised.value.message.endswith("这一步没有办成，请联系系统管理员。")
    assert texts(plain_town) == []
    assert {one.number for one in plain_town.engine.instances.stopped()} == {number, ""}


def test_a_fault_at_a_start_is_kept_and_told_once_however_often_it_is_tried(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    town = town_on_each_database
    draw_broken_start(town, tmp_path)
    for _ in range(3):
        with pytest.raises(IncidentRaised, match=f"这一步没有办成，{NOTIFIED}"):
            start(town, "gz", subject=SECRET)

    (fault,) = town.engine.instances.stopped()
    assert (fault.number, str(fault.procedure), str(fault.element), fault.times) == ("", "试办gz", "算一算", 3)
    assert "不是时间" in str(fault.reason)
    assert unread(town, ADMIN) == ["fault"]
    assert SECRET not in "".join(texts(town))
    with pytest.raises(Refused, match="至少写"):
        town.engine.instances.close_start_fault(fault.fault_id[:3], ADMIN)
    assert str(town.engine.instances.close_start_fault(fault.fault_id[:8], ADMIN)) == "试办gz"
    assert town.engine.instances.stopped() == []
    with pytest.raises(NotFound):
        town.engine.instances.close_start_fault(fault.fault_id, ADMIN)
    closed = town.read(lambda tx: tx.execute(select(start_fault)).one())
    assert (closed.closed_by, closed.unit_code) == (ADMIN, "qinghe")


def test_what_a_case_says_is_left_out_of_the_reason(plain_town: Town, tmp_path: Path) -> None:
    """A fault quotes the value that it stumbles over; the people of the case read it, an administrator does not."""
    record = properties(operation="record", fact_share="hours(24, subject)")
    body = [
        task("t", "初审"),
        '<boundaryEvent id="every" name="提醒" attachedToRef="t" cancelActivity="false">'
        "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>",
        f'<serviceTask id="look" name="算一算">{record}</serviceTask>',
        '<endEvent id="looked" name="已看" />',
        flow("every", "look"),
        flow("look", "looked"),
        flow("start", "t"),
        flow("t", "done"),
    ]
    draw(plain_town, tmp_path, "mm", body, "t look looked", {"t": [text_field("tn")]})
    case = start(plain_town, "mm", subject=SECRET)
    plain_town.asleep_until("2027-01-04T09:00")
    plain_town.tick()

    assert SECRET in case.incident()
    (text,) = texts(plain_town)
    assert SECRET not in text
    assert "“……”不是时间" in text
    assert "“算一算”" in text
    (stopped,) = plain_town.engine.instances.stopped()
    assert SECRET not in str(stopped.reason)


@pytest.mark.usefixtures("older_gate")
def test_a_step_that_an_earlier_form_holds_up_is_told_once_a_day(plain_town: Town, tmp_path: Path) -> None:
    body = [
        task("t", "填金额"),
        task("then", "核对"),
        '<exclusiveGateway id="g" name="超过一千？" default="g__done" />',
        task("a", "集体讨论"),
        flow("start", "t"),
        flow("t", "then"),
        flow("then", "g"),
        flow("g", "a", "amount &gt; 1000"),
        flow("g", "done"),
        flow("a", "done"),
    ]
    forms = {"t": [number_field("amount", "金额")], "then": [text_field("note")], "a": [text_field("an")]}
    draw(plain_town, tmp_path, "eq", body, "t then g a", forms)
    case = start(plain_town, "eq", subject=SECRET)
    case.complete("t", OFFICER, amount=None)

    for _ in range(2):
        with pytest.raises(Refused, match=f"退回那个环节重新填写。{NOTIFIED}"):
            case.complete("then", OFFICER, note="无误")

    assert (case.status, case.incident()) == ("running", "")
    (text,) = texts(plain_town)
    assert case.number in text
    assert SECRET not in text
    assert plain_town.engine.instances.stopped() == []
