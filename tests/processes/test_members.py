"""加签 and 减签: whoever may asks one more unit, or asks one no longer, while the others go on answering."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from engine.db import tables
from engine.errors import AlreadyDone, DiagramRefused, InvalidValues, NotAllowed, NotFound, Refused
from engine.reports.case.rounds import Round
from engine.runtime.step import repeated_forms
from engine.runtime.step.repeated_forms import Sending
from tests.processes import countersign, inquiry
from tests.processes.countersign import OFFICER
from tests.processes.test_countersign import MEMBERS, answer, asked, refused_with, sound, task_of
from tests.processes.town import Instance, Town, cast_of, sent
from tests.unit.diagrams import flow, properties

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to"
THREE = ["ecology", "market", "housing"]
WHY = "涉危化品暂存"
OUR_OFFICER = "own_unit:case_officer"


def begun(town: Town, folder: Path, until: str = "", sequential: bool = False, adds: str = OUR_OFFICER) -> Instance:
    return countersign.begin(town, folder, countersign.framed(until, sequential, adds), THREE)


def round_of(case: Instance, login: str = OFFICER) -> Round:
    actor = case.town.person(login)
    (found,) = case.town.act(lambda engine: engine.instances.instance(actor, case.number)).rounds
    return found


def states(case: Instance, login: str = OFFICER) -> dict[str, str]:
    return {member.code: member.state for member in round_of(case, login).members}


def add(case: Instance, unit: str, login: str = OFFICER, run: str | None = None, reason: str = WHY) -> None:
    actor, run_id = case.town.person(login), run or round_of(case).id
    given = sent({"unit": unit, "reason": reason})
    case.town.act(lambda engine: engine.collaboration.add_member(actor, case.number, run_id, given))


def take_off(case: Instance, unit: str, login: str = OFFICER, run: str | None = None, reason: str = WHY) -> None:
    actor, run_id = case.town.person(login), run or round_of(case).id
    given = sent({"unit": unit, "reason": reason})
    case.town.act(lambda engine: engine.collaboration.take_off_member(actor, case.number, run_id, given))


def notices_to(case: Instance, unit: str) -> list[tuple[str, str]]:
    notice = tables.notice
    own = select(notice.c.kind, notice.c.text).where(notice.c.instance_id == case.id, notice.c.unit_code == unit)
    return [(row.kind, row.text) for row in case.town.read(lambda tx: tx.execute(own).all())]


def test_a_unit_that_is_added_has_a_task_a_period_and_a_notice_and_counts_like_the_others(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    case = begun(town_on_each_database, tmp_path)
    add(case, "emergency")
    assert asked(case) == {*THREE, "emergency"}
    assert case.facts()["members"] == [*THREE, "emergency"]
    assert {record.unit_code for record in case.deadlines() if record.name_drawn == "reply"} == {*THREE, "emergency"}
    assert [kind for kind, _text in notices_to(case, "emergency")] == ["task"]
    seen = case.town.person(MEMBERS["emergency"])
    page = case.town.act(lambda engine: engine.instances.instance(seen, case.number))
    assert [(str(line.action), line.note) for line in page.log if line.kind == "members"] == [("新增市应急管理局", WHY)]
    for unit in THREE:
        answer(case, unit)
    assert dict(case.waiting) == {"opine": 1}
    answer(case, "emergency", "object")
    assert case.facts()["opinions"] == ["agree", "agree", "agree", "object"]
    assert dict(case.waiting) == {"conclude": 1}
    sound(case)


def test_what_is_enough_is_counted_with_the_unit_that_was_added(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, "nrOfCompletedInstances * 3 &gt;= nrOfInstances * 2")
    answer(case, "ecology")
    add(case, "emergency")
    answer(case, "market")
    assert asked(case) == {"housing", "emergency"}
    answer(case, "emergency")
    assert dict(case.waiting) == {"conclude": 1}


def test_a_unit_that_is_taken_off_is_told_why_and_what_it_had_typed_is_kept(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    town = town_on_each_database
    case = begun(town, tmp_path)
    typed, actor = task_of(case, "housing"), town.person(MEMBERS["housing"])
    town.act(lambda engine: engine.tasks.save_draft(actor, typed, sent({"opinion_reason": "正在研究"})))
    take_off(case, "housing")
    assert asked(case) == {"ecology", "market"}
    assert case.facts()["members"] == ["ecology", "market"]
    assert case.tasks("lapsed") == {"opine": 1}
    assert [row.answers["opinion_reason"] for row in case._rows(tables.task_draft)] == [["正在研究"]]
    assert {record.unit_code for record in case.deadlines() if record.is_open} == {"ecology", "market"}
    assert [text for kind, text in notices_to(case, "housing") if kind == "taken_back" and WHY in text]
    with pytest.raises(Refused, match="不再"):
        town.act(lambda engine: engine.tasks.complete(actor, typed, sent({"opinion_outcome": "agree"})))
    assert states(case) == {"ecology": "open", "market": "open", "housing": "off"}
    assert round_of(case).asked == 2
    (changed,) = (member.changed for member in round_of(case).members if member.changed)
    assert changed.reason == WHY
    sound(case)


def test_the_round_is_over_when_the_last_one_that_had_not_answered_is_taken_off(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path)
    answer(case, "ecology")
    answer(case, "market")
    take_off(case, "housing")
    assert dict(case.waiting) == {"conclude": 1}
    assert case.facts()["opinions"] == ["agree", "agree"]
    case.complete("conclude", OFFICER, result_note="通过", who_agreed="2")
    assert case.result == "agreed"
    sound(case)


def test_a_unit_that_was_taken_off_may_be_added_again(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path)
    take_off(case, "market")
    add(case, "market", reason="情况有变")
    assert asked(case) == set(THREE)
    assert case.facts()["members"] == ["ecology", "housing", "market"]
    assert sorted(member.state for member in round_of(case).members) == ["off", "open", "open", "open"]
    answer(case, "market")
    with pytest.raises(Refused, match="已经答复"):
        take_off(case, "market")


def test_in_a_sequence_a_unit_is_added_behind_the_others_and_taken_off_before_its_turn(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    case = begun(town_on_each_database, tmp_path, sequential=True)
    add(case, "emergency")
    assert states(case) == {"ecology": "open", "market": "waiting", "housing": "waiting", "emergency": "waiting"}
    take_off(case, "housing")
    assert notices_to(case, "housing") == notices_to(case, "emergency") == []
    for unit in ("ecology", "market", "emergency"):
        assert asked(case) == {unit}
        answer(case, unit)
    assert dict(case.waiting) == {"conclude": 1}
    assert case.facts()["answered"] == ["ecology", "market", "emergency"]
    sound(case)


def test_in_a_sequence_whoever_is_taken_off_makes_room_for_the_next(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, sequential=True)
    take_off(case, "ecology")
    assert asked(case) == {"market"}
    sound(case)


def test_no_other_unit_is_told_of_one_whose_turn_has_not_come(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, sequential=True)
    town.at("2026-09-30T15:00")
    answer(case, "ecology")
    add(case, "emergency")
    take_off(case, "housing")
    assert states(case, MEMBERS["market"]) == {"ecology": "done", "market": "open"}
    assert states(case) == {"ecology": "done", "market": "open", "emergency": "waiting"}

    def told(login: str) -> int:
        page = town.act(lambda engine: engine.instances.instance(town.person(login), case.number))
        return len([line for line in page.log if line.kind == "members"])

    assert (told(MEMBERS["market"]), told(OFFICER)) == (0, 2)
    answer(case, "market")
    assert (told(MEMBERS["market"]), told(MEMBERS["emergency"])) == (1, 1)


@pytest.mark.parametrize(
    ("unit", "words"),
    [("market", "已经在征求之列"), ("nowhere", "没有这个单位"), ("", "请选择单位"), ("police", "没有这个单位")],
)
def test_only_a_unit_that_may_be_chosen_and_is_not_asked_yet_is_added(
    town: Town, tmp_path: Path, unit: str, words: str
) -> None:
    case = begun(town, tmp_path)
    with pytest.raises(InvalidValues) as refused:
        add(case, unit)
    assert words in str(refused.value.problems["unit"])
    assert asked(case) == set(THREE)


@pytest.mark.parametrize("reason", ["", "x" * 501])
def test_no_unit_is_added_or_taken_off_without_a_reason(town: Town, tmp_path: Path, reason: str) -> None:
    case = begun(town, tmp_path)
    for change, unit in ((add, "emergency"), (take_off, "market")):
        with pytest.raises(InvalidValues) as refused:
            change(case, unit, reason=reason)
        assert set(refused.value.problems) == {"reason"}


def test_a_unit_that_has_answered_is_not_asked_or_is_the_only_one_is_not_taken_off(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path)
    answer(case, "ecology")
    with pytest.raises(Refused, match="已经答复"):
        take_off(case, "ecology")
    with pytest.raises(AlreadyDone, match="不在征求之列"):
        take_off(case, "emergency")
    take_off(case, "market")
    with pytest.raises(AlreadyDone, match="不在征求之列"):
        take_off(case, "market")
    single = begun(town, tmp_path, sequential=True)
    take_off(single, "market")
    take_off(single, "housing")
    with pytest.raises(Refused, match="只剩"):
        take_off(single, "ecology")


def test_nobody_is_added_or_taken_off_when_the_round_is_over(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, "nrOfCompletedInstances == 1")
    run = round_of(case).id
    answer(case, "ecology")
    for change, unit in ((add, "emergency"), (take_off, "market")):
        with pytest.raises(AlreadyDone, match="已经结束"):
            change(case, unit, run=run)
    assert not round_of(case).may_change
    with pytest.raises(NotFound):
        add(case, "emergency", run="0" * 32)


@pytest.mark.parametrize(
    ("adds", "those"),
    [
        ("", set()),
        (OUR_OFFICER, {OFFICER}),
        ("starter", {OFFICER, "leader"}),
        ("own_unit:principal_leader", {"leader"}),
        ("ecology:case_officer, own_unit:principal_leader", {"leader", MEMBERS["ecology"]}),
    ],
)
def test_only_those_whom_the_diagram_names_add_and_take_off(
    town: Town, tmp_path: Path, adds: str, those: set[str]
) -> None:
    case = begun(town, tmp_path, adds=adds)
    logins = {
        OFFICER: OFFICER,
        "leader": cast_of(town.person(OFFICER).unit_code).leader,
        MEMBERS["ecology"]: MEMBERS["ecology"],
    }
    run = round_of(case).id
    for name, login in logins.items():
        assert round_of(case, login).may_change is (name in those)
        if name not in those:
            for change, unit in ((add, "emergency"), (take_off, "market")):
                with pytest.raises(NotAllowed):
                    change(case, unit, login, run)


def test_a_form_that_is_sent_twice_adds_and_takes_off_once(town_on_each_database: Town, tmp_path: Path) -> None:
    case = begun(town_on_each_database, tmp_path)
    actor, run = case.town.person(OFFICER), round_of(case).id
    for change, unit in ((add, "emergency"), (take_off, "market")):
        for _time in range(2):
            repeated_forms.begin(Sending(actor.person_id, f"form-{unit}", "0"))
            change(case, unit, run=run)
            repeated_forms.over()
    assert asked(case) == {"ecology", "housing", "emergency"}
    kinds = [row.kind for row in case._rows(tables.audit_entry) if row.kind.startswith("member_")]
    assert kinds == ["member_added", "member_taken_off"]


def test_an_answer_is_not_taken_back_over_a_change_of_who_is_asked(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path)
    done = task_of(case, "market")
    answer(case, "market")
    add(case, "emergency")
    actor = town.person(MEMBERS["market"])
    with pytest.raises(Refused):
        town.act(lambda engine: engine.handling.take_back(actor, done))
    assert asked(case) == {"ecology", "housing", "emergency"}


@pytest.mark.rule("adds-units")
def test_units_are_added_only_where_units_are_asked(town: Town, tmp_path: Path) -> None:
    asked_so = countersign.framed("", adds="starter")
    multi = (countersign.several(""), "")
    collected = ('<camunda:property name="collect:opinions" value="opinion_outcome" />', "")
    assert "adds-units" in refused_with(town, tmp_path, asked_so, multi, collected)


@pytest.mark.rule("adds-who")
@pytest.mark.parametrize("adds", ["case_officer", "own_unit:", "own_unit:case_officer,"])
def test_who_may_add_is_a_unit_and_a_post(town: Town, tmp_path: Path, adds: str) -> None:
    assert refused_with(town, tmp_path, countersign.framed("", adds=adds)) == {"adds-who"}


def test_who_may_add_is_a_unit_and_a_post_that_the_city_has(town: Town, tmp_path: Path) -> None:
    assert refused_with(town, tmp_path, countersign.framed("", adds="nobody:case_officer")) == {"unit-unknown"}
    assert refused_with(town, tmp_path, countersign.framed("", adds="own_unit:king")) == {"post-unknown"}


def drawn_in(page: str) -> str:
    """The diagram of a page of the how-to."""
    _before, _mark, behind = (HOW_TO / page).read_text(encoding="utf-8").partition("```xml\n")
    return behind.partition("```")[0]


def test_the_round_of_the_how_to_runs_as_its_page_says(town: Town, tmp_path: Path) -> None:
    drawn = drawn_in("countersign.md")
    assert drawn_in("countersign.zh.md") == drawn
    case = countersign.begin(town, tmp_path, [drawn, flow("closed", "conclude")], list(MEMBERS)[:5])
    add(case, "emergency")
    take_off(case, "market")
    for unit in ("ecology", "planning", "housing", "transport"):
        answer(case, unit)
    assert asked(case) == {"emergency"}
    answer(case, "emergency")
    assert case.facts()["opinions"] == ["agree"] * 5
    case.complete("conclude", OFFICER, result_note="通过", who_agreed="5")
    assert case.result == "agreed"
    sound(case)


def called_for(town: Town, folder: Path, sequential: bool = False, listed: str = "members") -> Instance:
    """Another procedure is called for each of three units."""
    inquiry.deploy(town, folder, "opinion")
    own = properties(**{"collect:opinions": "answer", "collect:answered": "member"}, adds=OUR_OFFICER)
    several = countersign.several("", sequential).replace('"members"', f'"{listed}"')
    inner = own.removeprefix("<extensionElements>").removesuffix("</extensionElements>")
    call = inquiry.CALL.replace('source="department"', 'source="member"').replace("inquiring_unit", "own_unit")
    drawn = call.replace("</extensionElements>", f"{inner}</extensionElements>{several}")
    return countersign.begin(town, folder, [drawn], THREE)


def called_cases(case: Instance) -> dict[str, Instance]:
    """The cases that were called and run, by the unit that each was begun for."""
    row = tables.process_instance
    own = select(row.c.number).where(row.c.origin_instance_id == case.id, row.c.status == "running")
    found = [Instance(case.town, number) for number in case.town.read(lambda tx: tx.scalars(own).all())]
    return {str(one.facts()["asked_unit"]): one for one in found}


@pytest.mark.parametrize("sequential", [False, True], ids=["beside", "after"])
def test_a_unit_is_added_and_taken_off_where_a_procedure_is_called_for_each(
    town_on_each_database: Town, drawn: Path, sequential: bool
) -> None:
    town = town_on_each_database
    case = called_for(town, drawn, sequential)
    add(case, "emergency")
    take_off(case, "market")
    units = ["ecology", "housing", "emergency"]
    assert case.facts()["members"] == units
    assert {code: state for code, state in states(case).items() if state == "off"} == (
        {} if sequential else {"market": "off"}
    )
    row = tables.process_instance
    called_off = select(row.c.result).where(row.c.origin_instance_id == case.id, row.c.result.is_not(None))
    assert town.read(lambda tx: tx.scalars(called_off).all()) == ([] if sequential else ["called_off"])
    for unit in units:
        running = called_cases(case)
        assert set(running) == ({unit} if sequential else set(units[units.index(unit) :]))
        running[unit].complete("give_opinion", MEMBERS[unit], opinion=f"{unit}：同意")
    assert case.facts()["answered"] == units
    assert dict(case.waiting) == {"conclude": 1}
    sound(case)


def test_who_is_called_and_has_answered_is_not_taken_off(town: Town, drawn: Path) -> None:
    case = called_for(town, drawn)
    called_cases(case)["market"].complete("give_opinion", MEMBERS["market"], opinion="同意")
    with pytest.raises(Refused):
        take_off(case, "market")
    sound(case)


@pytest.mark.rule("adds-units")
def test_a_unit_is_added_to_what_is_called_only_where_the_list_is_of_units(town: Town, drawn: Path) -> None:
    with pytest.raises(DiagramRefused) as refused:
        called_for(town, drawn, listed="[1, 2]")
    assert "adds-units" in {problem.rule for problem in refused.value.problems}
