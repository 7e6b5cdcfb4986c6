"""What one branch says another does not overwrite, and what is read has been said: units, waits, letters, calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.documents.fonts import Fonts
from engine.problems import Problem
from engine.settings import PROJECT, read_settings
from engine.uses.judging import check_files
from tests.unit.builders import form_json
from tests.unit.diagrams import (
    END,
    FORMS,
    PERMIT,
    broken,
    diagram_of,
    flow,
    forms_of,
    in_a_folder,
    problems_of,
    properties,
    signature_with,
    text_field,
    with_more,
)

IN_LANE = "<flowNodeRef>review</flowNodeRef>"
BRANCH = '<serviceTask id="{0}" name="{0}">{1}</serviceTask>'
WAIT = (
    '<intermediateCatchEvent id="wait" name="等到约定的时间"><timerEventDefinition>'
    "<timeDate>hours(2, {0})</timeDate></timerEventDefinition></intermediateCatchEvent>"
)
AGREED_AT = {"type": "datetime", "key": "agreed_at", "label": "约定的时间"}
UNIT = {"type": "select", "key": "other_unit", "label": "另一个单位", "validate": {"required": True},
        "properties": {"widget": "unit", "kind": "department"}}  # fmt: skip


def rules(problems: list[Problem]) -> set[str]:
    return {problem.rule for problem in problems}


# --- what two branches say ---


def both_recording(**said: str) -> str:
    """The permit, with a step behind each reading that records something."""
    steps = [BRANCH.format(f"note_{side}", properties(operation="record", **said)) for side in "ab"]
    return broken(
        (flow("read_a", "join"), flow("read_a", "note_a") + flow("note_a", "join")),
        (flow("read_b", "join"), flow("read_b", "note_b") + flow("note_b", "join")),
        (END, "".join(steps) + END),
        (IN_LANE, f"{IN_LANE}<flowNodeRef>note_a</flowNodeRef><flowNodeRef>note_b</flowNodeRef>"),
    )


@pytest.mark.rule("fact-side-by-side")
def test_two_branches_do_not_say_the_same_fact() -> None:
    (found,) = problems_of(both_recording(fact_noted_at="now()"))

    assert (found.rule, found.element_id) == ("fact-side-by-side", "note_b")
    assert "noted_at" in str(found.reason)


def test_two_branches_may_say_the_same_truth() -> None:
    assert problems_of(both_recording(fact_noted="True")) == []


def test_what_is_said_on_one_branch_and_behind_the_join_is_said_in_turn() -> None:
    note = BRANCH.format("note", properties(operation="record", fact_agreed="False"))
    text = broken(
        (flow("read_a", "join"), flow("read_a", "note") + flow("note", "join")),
        (END, note + END),
        (IN_LANE, f"{IN_LANE}<flowNodeRef>note</flowNodeRef>"),
    )

    assert problems_of(text) == []


def test_what_a_button_opens_does_not_say_what_its_task_says() -> None:
    """The clock stays open, so what the button records comes beside what the review records."""
    note = BRANCH.format("note", properties(operation="record", fact_facts_checked="now()"))
    text = broken(
        (flow("act_withdraw", "withdraw"), flow("act_withdraw", "note") + flow("note", "withdraw")),
        (END, note + END),
        (IN_LANE, f"{IN_LANE}<flowNodeRef>note</flowNodeRef>"),
        ('name="撤回" attachedToRef="clock"', 'name="撤回" attachedToRef="read_a"'),
    )

    assert "fact-side-by-side" in rules(problems_of(text))


# --- who is asked ---


def asked_of_another(form: str) -> list[Problem]:
    """The review is asked of a unit that this form names."""
    asked = 'camunda:formRef="review"'
    text = broken((asked, f'{asked} camunda:candidateGroups="other_unit:deputy_leader"'))
    return problems_of(text, forms_of({form: [*FORMS[form], UNIT]}))


@pytest.mark.rule("unit-unset")
def test_a_unit_that_is_asked_has_been_named_on_every_way() -> None:
    (found,) = asked_of_another("withdraw")

    assert (found.rule, found.element_id) == ("unit-unset", "review")
    assert "发函、核对依据" in str(found.reason), found.reason


@pytest.mark.parametrize("form", ["permit_start", "read_a", "read_b"])
def test_a_unit_that_is_named_before_on_every_way_may_be_asked(form: str) -> None:
    assert asked_of_another(form) == []


def test_behind_a_button_the_unit_that_presses_it_is_known() -> None:
    """Nobody can press it while its unit has not been named."""
    text = broken(
        (
            'name="说明撤回理由" camunda:formRef="withdraw"',
            'name="说明撤回理由" camunda:formRef="withdraw" camunda:candidateGroups="other_unit:case_officer"',
        ),
        (properties(unit="asking_unit", role="case_officer", when="told_at is None", otherwise="已经答复，不能撤回。"),
         properties(unit="other_unit", role="case_officer", when="told_at is None", otherwise="已经答复，不能撤回。")),
    )  # fmt: skip

    assert problems_of(text, forms_of({"review": [*FORMS["review"], UNIT]})) == []


# --- what is waited for ---


def waiting_from(form: str) -> list[Problem]:
    """Behind the join a case waits for two hours from a time that this form asks for."""
    text = broken(
        (flow("join", "review"), flow("join", "wait") + flow("wait", "review")), (END, WAIT.format("agreed_at") + END)
    )
    return problems_of(text, forms_of({form: [*FORMS[form], {**AGREED_AT, "validate": {"required": True}}]}))


@pytest.mark.rule("waits-for-ever")
def test_what_is_waited_for_is_counted_from_what_has_been_said() -> None:
    found = [one for one in waiting_from("withdraw") if one.rule == "waits-for-ever"]

    assert [(one.element_id, str(one.severity)) for one in found] == [("wait", "warning")]
    assert "核对依据" in str(found[0].reason)


def test_a_wait_that_is_counted_from_what_was_asked_before_ends() -> None:
    assert waiting_from("read_a") == []


# --- what a call hands over ---

CALL = '<callActivity id="ask" name="另行征求" calledElement="permit">{0}</callActivity>'
CALLER = PERMIT.replace('<process id="permit"', '<process id="caller"')


def calling(*handed: str) -> list[Problem]:
    mappings = "".join(f'<camunda:in source="{name}" target="{name}" />' for name in handed)
    extension = f"<extensionElements>{mappings}</extensionElements>" if handed else ""
    text = broken(
        (flow("join", "review"), flow("join", "ask") + flow("ask", "review")),
        (END, CALL.format(extension) + END),
        text=CALLER,
    )
    required = [{**field, "validate": {"required": True}} for field in FORMS["permit_start"]]
    return problems_of(text, None, signature_with(diagram_of(PERMIT), forms_of({"permit_start": required})))


@pytest.mark.rule("call-input-missing")
def test_a_call_hands_over_who_is_asked_first() -> None:
    (found,) = calling("subject", "asked_unit")

    assert (found.rule, found.element_id) == ("call-input-missing", "ask")
    assert found.rewrite == '<camunda:in source="asking_unit" target="asking_unit" />'


def test_a_call_that_hands_over_what_is_needed_is_in_order() -> None:
    """The unit of the review is asked later, and the subject is only a title."""
    assert calling("asking_unit") == []


# --- what a letter prints ---


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The permit with its letter, which has the layout of the shipped ones."""
    in_a_folder(tmp_path)
    (tmp_path / "permit.bpmn").write_text(PERMIT, encoding="utf-8")
    letters = tmp_path / "letters"
    (letters / "permit").mkdir(parents=True)
    (letters / "layouts").symlink_to(PROJECT / "processes" / "letters" / "layouts")
    return tmp_path


def in_the_letter(folder: Path, paragraph: str, when: str = "") -> set[str]:
    stands = f"when = '{when}'\n" if when else ""
    wording = (
        'code = "D01"\nname = "复函"\ntype_character = "复"\nlayout = "letter"\ntitle = "复函"\naddressee = "{to_unit}"\n'
        f"[[paragraphs]]\ntext = '{paragraph}'\n{stands}"
    )
    (folder / "letters" / "permit" / "D01.toml").write_text(wording, encoding="utf-8")
    (checked,) = [
        one
        for one in check_files(
            [folder / "permit.bpmn"], PROJECT / "processes", Fonts(read_settings().every_font_dir), None
        )
        if one.path.name == "permit.bpmn"
    ]
    return {problem.rule for problem in checked.findings.problems if problem.rule.startswith("letter")}


@pytest.mark.rule("letter-unset")
def test_a_letter_does_not_join_words_to_what_may_be_left_empty(folder: Path) -> None:
    joined = '{"事实：" + facts_checked}'

    assert in_the_letter(folder, joined) == {"letter-unset"}
    assert in_the_letter(folder, joined, "facts_checked is not None") == set()
    assert in_the_letter(folder, "{facts_checked}") == set()


@pytest.mark.rule("letter-blank")
def test_a_letter_prints_nothing_that_is_only_asked_behind_it(folder: Path) -> None:
    later = '<userTask id="file_it" name="归档" camunda:formRef="later" />' + flow("file_it", "done")
    text = broken((flow("answer", "done"), flow("answer", "file_it")), (END, later + END), text=with_more())
    text = text.replace(IN_LANE, IN_LANE + "<flowNodeRef>file_it</flowNodeRef>")
    (folder / "permit.bpmn").write_text(text, encoding="utf-8")
    form = form_json(text_field("filed_under"), form_id="later")
    (folder / "forms" / "permit" / "later.form").write_bytes(form)

    assert in_the_letter(folder, "卷号{filed_under}") == {"letter-blank"}
    assert in_the_letter(folder, "事实{facts_checked}") == set()
