"""会签: several units answer each for itself; what is enough closes the rest, and silence is closed by its limit."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from engine.db import tables
from engine.errors import DiagramRefused, InvalidValues, NotAllowed, NotFound, Refused
from tests.processes import countersign, inquiry
from tests.processes.countersign import OFFICER
from tests.processes.town import Instance, Town, sent
from tests.unit.diagrams import properties

MEMBERS = {
    "ecology": "fangsiyuan.hb",
    "market": "songlinchuan.sj",
    "planning": "mengxingye.zg",
    "housing": "tanqingsong.zj",
    "transport": "fanqiming.jt",
    "emergency": "jimingxuan.yj",
    "shiqiao": "shiyifan.sq",
}
FIVE_AGREE = 'count(opinions, "agree") >= 5'


def task_of(case: Instance, unit: str) -> str:
    (found,) = (task.id for task in case.open_tasks() if task.unit == unit)
    return found


def answer(case: Instance, unit: str, outcome: str = "agree") -> None:
    actor, task_id = case.town.person(MEMBERS[unit]), task_of(case, unit)
    given = sent({"opinion_outcome": outcome, "opinion_reason": f"{unit}：{outcome}"})
    case.town.act(lambda engine: engine.tasks.complete(actor, task_id, given))


def asked(case: Instance) -> set[str]:
    return {task.unit for task in case.open_tasks()}


def sound(case: Instance) -> None:
    assert case.incident() == ""
    assert case.town.verify() == []


def all_seven(town: Town, folder: Path, asked_so: list[str] | None = None) -> Instance:
    return countersign.begin(town, folder, asked_so or countersign.framed(FIVE_AGREE), list(MEMBERS))


def test_every_member_has_a_task_and_a_period_of_its_own(town: Town, tmp_path: Path) -> None:
    case = all_seven(town, tmp_path)
    assert asked(case) == set(MEMBERS)
    records = [record for record in case.deadlines() if record.name_drawn == "reply"]
    assert {record.unit_code for record in records} == set(MEMBERS)
    assert len({record.key for record in records}) == len({record.scope_id for record in records}) == 7
    assert len({task.deadline_key for task in case._rows(tables.task)}) == 7
    sound(case)


def test_what_one_member_says_ends_its_own_period_and_is_collected_in_the_order_of_the_list(
    town: Town, tmp_path: Path
) -> None:
    case = all_seven(town, tmp_path)
    answer(case, "planning", "object")
    answer(case, "ecology")
    facts = case.facts()
    assert (facts["answered"], facts["opinions"]) == (["ecology", "planning"], ["agree", "object"])
    assert facts.get("opinion_outcome") is None
    met = {record.unit_code for record in case.deadlines() if record.status == "met"}
    assert met == {"ecology", "planning"}
    assert asked(case) == set(MEMBERS) - met
    sound(case)


def test_five_that_agree_are_enough_and_the_rest_is_closed_with_what_was_typed_kept(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    town = town_on_each_database
    case = all_seven(town, tmp_path)
    silent, typing = "shiqiao", "emergency"
    typed = task_of(case, typing)
    actor = town.person(MEMBERS[typing])
    town.act(lambda engine: engine.tasks.save_draft(actor, typed, sent({"opinion_reason": "正在研究"})))
    for unit in ("ecology", "market", "planning", "housing", "transport"):
        assert dict(case.waiting)["opine"] >= 3
        answer(case, unit)
    assert dict(case.waiting) == {"conclude": 1}
    assert case.tasks("lapsed") == {"opine": 2}
    drafts = case._rows(tables.task_draft)
    assert [(row.task_id, row.answers["opinion_reason"]) for row in drafts] == [(typed, ["正在研究"])]
    assert case.timers() == {}
    with pytest.raises(Refused, match="失效"):
        town.act(lambda engine: engine.tasks.complete(actor, typed, sent({"opinion_outcome": "agree"})))
    states = {row.item: (row.done, row.ended_at is not None) for row in case._rows(tables.scope)}
    assert states[silent] == (False, True)
    assert states["ecology"] == (True, True)
    case.complete("conclude", OFFICER, result_note="通过", who_agreed="5")
    assert (case.status, case.result) == ("ended", "agreed")
    sound(case)


def test_the_limit_closes_who_is_silent_and_keeps_what_the_others_said(town: Town, tmp_path: Path) -> None:
    case = all_seven(town, tmp_path)
    for unit in ("ecology", "market", "planning", "housing"):
        answer(case, unit)
    answer(case, "transport", "object")
    answer(case, "emergency", "object")
    (reply,) = (record for record in case.deadlines() if record.unit_code == "shiqiao")
    town.at(reply.due_at)
    assert [record.unit_code for record in case.deadlines() if record.status == "overdue"] == ["shiqiao"]
    assert asked(case) == {"shiqiao"}
    (limit,) = {due for element, due in case.timers().items() if element == "closed"}
    assert limit is not None
    town.at(limit)
    assert dict(case.waiting) == {"conclude": 1}
    assert case.facts()["answered"] == ["ecology", "market", "planning", "housing", "transport", "emergency"]
    assert case.tasks("lapsed") == {"opine": 1}
    case.complete("conclude", OFFICER, result_note="通过", who_agreed="4")
    assert case.result == "agreed"
    sound(case)


def test_a_member_sees_the_case_and_none_of_what_another_member_said(town: Town, tmp_path: Path) -> None:
    case = all_seven(town, tmp_path)
    answer(case, "market", "object")
    other = town.person(MEMBERS["ecology"])
    page = town.act(lambda engine: engine.instances.instance(other, case.number))
    said = [entry.words for section in page.sections for entry in section.entries]
    assert not any("market" in str(words) for words in said)
    task = town.act(lambda engine: engine.tasks.task(other, task_of(case, "ecology")))
    assert not any("market" in str(entry.words) for section in task.before for entry in section.entries)
    assert not any("不同意" in str(line.outcome) or "market" in str(line.remark) for line in page.steps)
    assert not any("不同意" in f"{line.action}{line.note}" or "market" in str(line.note) for line in page.log)
    assert {str(member.outcome) for round_ in page.rounds for member in round_.members} == {""}
    starter = town.act(lambda engine: engine.instances.instance(town.person(OFFICER), case.number))
    assert [str(member.outcome) for member in starter.rounds[0].members if member.state == "done"] == ["不同意"]
    stranger = town.person("jiangwangshu.ll")
    with pytest.raises(NotFound):
        town.act(lambda engine: engine.instances.instance(stranger, case.number))


def test_no_member_reads_what_another_has_answered_even_when_the_case_has_ended(town: Town, tmp_path: Path) -> None:
    case = countersign.begin(town, tmp_path, countersign.plain(""), ["ecology", "market"])
    answer(case, "market", "object")
    answer(case, "ecology", "agree")
    case.complete("conclude", OFFICER, result_note="不通过", who_agreed="1")
    assert case.status == "ended"

    def outcomes(login: str) -> list[str]:
        page = town.act(lambda engine: engine.instances.instance(town.person(login), case.number))
        return [str(member.outcome) for member in page.rounds[0].members]

    assert outcomes(MEMBERS["ecology"]) == ["同意", ""]
    assert outcomes(MEMBERS["market"]) == ["", "不同意"]
    assert outcomes(OFFICER) == ["同意", "不同意"]


def test_the_page_says_who_has_answered_who_has_not_and_who_is_no_longer_asked(town: Town, tmp_path: Path) -> None:
    case = all_seven(town, tmp_path)
    answer(case, "planning")
    actor = town.person(OFFICER)
    (round_,) = town.act(lambda engine: engine.instances.instance(actor, case.number)).rounds
    assert (str(round_.name), round_.answered, len(round_.members)) == ("会签", 1, 7)
    assert {str(member.unit.name): member.state for member in round_.members if member.unit}[
        "市自然资源和规划局"
    ] == "done"
    assert sum(member.state == "open" for member in round_.members) == 6
    for unit in ("ecology", "market", "housing", "transport"):
        answer(case, unit)
    (round_,) = town.act(lambda engine: engine.instances.instance(actor, case.number)).rounds
    assert sum(member.state == "closed" for member in round_.members) == 2


@pytest.mark.parametrize("sequential", [False, True])
def test_a_task_alone_may_be_done_by_each_member_beside_or_after_one_another(
    town: Town, tmp_path: Path, sequential: bool
) -> None:
    case = all_seven(town, tmp_path, countersign.plain(FIVE_AGREE, sequential))
    for unit in list(MEMBERS)[:5]:
        assert (asked(case) == {unit}) is sequential
        answer(case, unit)
    assert dict(case.waiting) == {"conclude": 1}
    assert case.facts()["answered"] == list(MEMBERS)[:5]
    case.complete("conclude", OFFICER, result_note="通过", who_agreed="5")
    assert case.result == "agreed"
    sound(case)


def test_another_procedure_is_called_once_for_each_and_the_answers_are_collected(town: Town, drawn: Path) -> None:
    inquiry.deploy(town, drawn, "opinion")
    called = inquiry.CALL.replace('source="department"', 'source="member"').replace("inquiring_unit", "own_unit")
    collected = properties(**{"collect:opinions": "answer", "collect:answered": "member"})
    own = collected.removeprefix("<extensionElements>").removesuffix("</extensionElements>")
    asked_so = called.replace("</extensionElements>", f"{own}</extensionElements>{countersign.several('')}")
    case = countersign.begin(town, drawn, [asked_so], ["ecology", "market"])
    instance = tables.process_instance
    numbers = town.read(
        lambda tx: tx.scalars(select(instance.c.number).where(instance.c.origin_instance_id == case.id)).all()
    )
    begun = {Instance(town, number).asked("give_opinion")[0]: Instance(town, number) for number in numbers}
    assert set(begun) == {"ecology", "market"}
    begun["market"].complete("give_opinion", MEMBERS["market"], opinion="另行研究")
    assert (case.facts()["answered"], case.facts()["opinions"]) == (["market"], ["另行研究"])
    begun["ecology"].complete("give_opinion", MEMBERS["ecology"], opinion="agree")
    assert case.facts()["opinions"] == ["agree", "另行研究"]
    assert dict(case.waiting) == {"conclude": 1}
    sound(case)


def test_enough_answers_end_what_was_called_and_has_not_answered(town: Town, drawn: Path) -> None:
    inquiry.deploy(town, drawn, "opinion")
    called = inquiry.CALL.replace('source="department"', 'source="member"').replace("inquiring_unit", "own_unit")
    own = properties(**{"collect:opinions": "answer"}).removeprefix("<extensionElements>")
    one_is_enough = countersign.several("nrOfCompletedInstances == 1")
    case = countersign.begin(
        town, drawn, [called.replace("</extensionElements>", f"{own}{one_is_enough}")], ["ecology", "market"]
    )
    instance = tables.process_instance
    own_ones = select(instance.c.number, instance.c.result).where(instance.c.origin_instance_id == case.id)
    found = [Instance(town, row.number) for row in town.read(lambda tx: tx.execute(own_ones).all())]
    (first,) = (one for one in found if one.asked("give_opinion")[0] == "market")
    first.complete("give_opinion", MEMBERS["market"], opinion="agree")
    results = {row.result for row in town.read(lambda tx: tx.execute(own_ones).all())}
    assert results == {"given", "called_off"}
    assert dict(case.waiting) == {"conclude": 1}
    sound(case)


def test_without_a_condition_every_member_answers(town: Town, tmp_path: Path) -> None:
    case = countersign.begin(town, tmp_path, countersign.plain(""), ["ecology", "market"])
    answer(case, "market", "object")
    assert asked(case) == {"ecology"}
    answer(case, "ecology", "object")
    assert case.facts()["opinions"] == ["object", "object"]
    case.complete("conclude", OFFICER, result_note="不通过", who_agreed="0")
    assert case.result == "refused"


def test_what_a_member_has_said_may_be_taken_back_while_nothing_has_followed(town: Town, tmp_path: Path) -> None:
    case = countersign.begin(town, tmp_path, countersign.framed(FIVE_AGREE), ["ecology", "market"])
    done = task_of(case, "market")
    answer(case, "market", "object")
    actor = town.person(MEMBERS["market"])
    town.act(lambda engine: engine.handling.take_back(actor, done))
    assert asked(case) == {"ecology", "market"}
    assert (case.facts()["opinions"] or []) == []
    answer(case, "market")
    assert case.facts()["opinions"] == ["agree"]
    sound(case)


def test_a_case_is_cancelled_while_several_are_asked_and_all_of_them_are_told(town: Town, tmp_path: Path) -> None:
    case = all_seven(town, tmp_path)
    answer(case, "planning", "object")
    reason = {"reason": ["方案撤销，不再会签。"]}
    town.act(lambda engine: engine.collaboration.withdraw(town.person(OFFICER), case.number, reason))
    assert (case.result, case.tasks("lapsed")) == ("withdrawn", {"opine": 6})
    assert {note.unit for note in case.notices("withdrawn")} == {*MEMBERS, "qinghe"}
    assert case.timers() == {}
    sound(case)


@pytest.mark.parametrize(
    ("members", "words"),
    [(["ecology", "police"], "不能选在这里"), (["ecology", "nowhere"], "没有这个单位"), (["ecology"], "不少于 2 家")],
)
def test_units_that_may_not_be_asked_are_not_chosen(town: Town, tmp_path: Path, members: list[str], words: str) -> None:
    with pytest.raises(InvalidValues) as refused:
        countersign.begin(town, tmp_path, countersign.plain(""), members)
    assert words in str(refused.value.problems["members"])


def refused_with(town: Town, folder: Path, asked_so: list[str], *changes: tuple[str, str]) -> set[str]:
    path = countersign.write(folder, asked_so)
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DiagramRefused) as refused:
        town.act(lambda engine: engine.procedures_in_force.deploy(path, "test"))
    return {problem.rule for problem in refused.value.problems}


ENOUGH = 'count(opinions, "agree") * 2 > len(members)'
OF_THE_LIST = 'camunda:collection="members" camunda:elementVariable="member"'


@pytest.mark.rule("several-read")
def test_what_each_of_several_answers_is_not_read_around_them(town: Town, tmp_path: Path) -> None:
    asked_so = countersign.framed(FIVE_AGREE)
    assert refused_with(town, tmp_path, asked_so, (ENOUGH, 'opinion_outcome == "agree"')) == {"several-read"}
    assert refused_with(town, tmp_path, countersign.framed('opinion_outcome == "agree"')) == {"several-read"}


@pytest.mark.rule("several-times")
def test_what_is_done_several_times_says_for_which_list(town: Town, tmp_path: Path) -> None:
    found = refused_with(town, tmp_path, countersign.framed(FIVE_AGREE), (OF_THE_LIST, ""))
    assert "several-times" in found


@pytest.mark.rule("several-item")
def test_the_item_is_not_called_as_a_field_is(town: Town, tmp_path: Path) -> None:
    renamed = (OF_THE_LIST, OF_THE_LIST.replace('"member"', '"subject"'))
    assert "several-item" in refused_with(town, tmp_path, countersign.framed(FIVE_AGREE), renamed)


@pytest.mark.rule("collect-once")
def test_what_is_done_once_collects_nothing(town: Town, tmp_path: Path) -> None:
    multi = countersign.several(FIVE_AGREE)
    assert "collect-once" in refused_with(town, tmp_path, countersign.framed(FIVE_AGREE), (multi, ""))


@pytest.mark.rule("collect-name")
def test_what_is_collected_has_a_name(town: Town, tmp_path: Path) -> None:
    renamed = ("collect:answered", "collect:_answered")
    assert "collect-name" in refused_with(town, tmp_path, countersign.framed(FIVE_AGREE), renamed)


def test_a_message_to_the_element_goes_to_the_task_of_the_sender_s_unit(town: Town, tmp_path: Path) -> None:
    case = all_seven(town, tmp_path)
    actor = town.person(MEMBERS["housing"])
    told = {"opinion_outcome": ["object"], "opinion_reason": ["理由"]}
    town.act(lambda engine: engine.instances.deliver(actor, case.number, "opine", "message-1", told))
    assert asked(case) == set(MEMBERS) - {"housing"}


@pytest.mark.rule("unit-not-held")
def test_who_is_asked_each_for_itself_is_a_list_of_units(town: Town, tmp_path: Path) -> None:
    by_name = ('camunda:collection="members"', 'camunda:collection="subject"')
    assert "unit-not-held" in refused_with(town, tmp_path, countersign.plain(FIVE_AGREE), by_name)


def test_equal_lines_of_several_units_stay_apart_with_whose_they_are(town: Town, tmp_path: Path) -> None:
    case = all_seven(town, tmp_path)
    (due_at,) = {case.timers()["closed"]}
    assert due_at is not None
    town.at(due_at)

    def lapsed(login: str) -> list[str]:
        page = town.act(lambda engine: engine.instances.instance(town.person(login), case.number))
        return sorted(line.unit.code if line.unit else "" for line in page.log if line.kind == "lapsed")

    assert lapsed(OFFICER) == sorted(MEMBERS)
    assert lapsed(MEMBERS["market"]) == sorted(MEMBERS)


def test_whoever_may_not_change_whom_it_asks_is_told_so_before_the_form_is_looked_at(
    town: Town, tmp_path: Path
) -> None:
    case = countersign.begin(town, tmp_path, countersign.framed("", adds="starter"), ["ecology", "market"])
    (run,) = {row.run_id for row in case._rows(tables.scope)}
    member = town.person(MEMBERS["market"])
    with pytest.raises(NotAllowed):
        town.act(lambda engine: engine.collaboration.add_member(member, case.number, run, {"reason": [""]}))
    officer = town.person(OFFICER)
    with pytest.raises(InvalidValues):
        town.act(lambda engine: engine.collaboration.add_member(officer, case.number, run, {"reason": [""]}))
