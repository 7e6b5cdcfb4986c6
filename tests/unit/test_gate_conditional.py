"""What the gate asks of conditional events: a condition over facts that somebody says, and never a loop that turns by itself."""

from __future__ import annotations

import pytest

from tests.unit.diagrams import END, broken, flow, problems_of, refused, the_problem

AGREED = "facts_checked is not None"


def happens(condition: str) -> str:
    return f"<conditionalEventDefinition><condition>{condition}</condition></conditionalEventDefinition>"


def border(condition: str, host: str = "review", cancels: str = "true") -> str:
    return (
        f'<boundaryEvent id="known" name="已经查实" attachedToRef="{host}" cancelActivity="{cancels}">'
        f"{happens(condition)}</boundaryEvent>"
    )


def on_the_review(condition: str = AGREED, target: str = "refused", **more: str) -> str:
    """The review is over as soon as the condition holds."""
    return broken((END, border(condition, **more) + flow("known", target) + END))


def rules(text: str) -> set[str]:
    return {problem.rule for problem in problems_of(text)}


def test_a_condition_on_a_border_is_accepted_whether_it_interrupts_or_not() -> None:
    assert problems_of(on_the_review()) == []
    assert problems_of(on_the_review(target="chase_end", cancels="false")) == []


def test_a_condition_in_the_middle_of_the_way_is_accepted() -> None:
    caught = f'<intermediateCatchEvent id="known" name="等查实">{happens(AGREED)}</intermediateCatchEvent>'
    between = (flow("join", "review"), flow("join", "known") + flow("known", "review"))
    assert problems_of(broken(between, (END, caught + END))) == []


@pytest.mark.rule("conditional-empty")
def test_an_event_without_its_condition_is_refused() -> None:
    refused(the_problem(on_the_review("")), "known", "amount &gt; 100000".replace("&gt;", ">"))


@pytest.mark.rule("conditional-facts")
@pytest.mark.parametrize("condition", ["now() is not None and facts_checked is not None", "holds('deputy_leader')"])
def test_a_condition_that_changes_without_a_word_is_refused(condition: str) -> None:
    refused(the_problem(on_the_review(condition)), "known", "定时事件")


@pytest.mark.rule("conditional-facts")
def test_a_condition_that_reads_nothing_is_refused() -> None:
    refused(the_problem(on_the_review("1 == 1")), "known", "定时事件")


@pytest.mark.rule("expression-unset")
def test_what_the_host_itself_asks_is_not_there_while_it_waits() -> None:
    found = the_problem(on_the_review("withdraw_reason &gt; 'a'"))
    refused(found, "known", "")
    assert found.rule == "expression-unset"
    assert found.rewrite == "withdraw_reason is not None and withdraw_reason > 'a'"


@pytest.mark.rule("expression-unset")
def test_what_a_service_task_records_later_is_not_there_while_it_waits() -> None:
    found = the_problem(on_the_review("asked_at is not None and told_at &gt; asked_at"))
    refused(found, "known", "")
    assert found.rewrite == "told_at is not None and asked_at is not None and told_at > asked_at"


@pytest.mark.rule("condition-never")
def test_a_condition_on_what_is_only_asked_behind_it_is_refused() -> None:
    agreed = happens("review_outcome == &apos;agree&apos;")
    caught = f'<intermediateCatchEvent id="known" name="等意见">{agreed}</intermediateCatchEvent>'
    between = (flow("join", "review"), flow("join", "known") + flow("known", "review"))
    found = the_problem(broken(between, (END, caught + END)))
    refused(found, "known", "之前")
    assert found.rule == "condition-never"


@pytest.mark.rule("expression-spelling")
def test_a_condition_that_cannot_be_read_is_refused() -> None:
    assert "expression-spelling" in rules(on_the_review("facts_checked ="))


@pytest.mark.rule("loop-idle")
def test_a_way_back_by_a_condition_alone_turns_without_end() -> None:
    merge = '<exclusiveGateway id="again" />'
    looped = (flow("join", "review"), flow("join", "again") + flow("again", "review"))
    found = broken(looped, (END, merge + border(AGREED) + flow("known", "again") + END))
    assert "loop-idle" in rules(found)


def test_a_way_back_by_a_condition_past_somebody_is_accepted() -> None:
    task = '<userTask id="read_c" name="再核对" camunda:formRef="read_c" />'
    merge = '<exclusiveGateway id="again" />'
    looped = (flow("join", "review"), flow("join", "again") + flow("again", "review"))
    back = flow("known", "read_c") + flow("read_c", "again")
    found = broken(looped, (END, merge + task + border(AGREED) + back + END))
    assert "loop-idle" not in rules(found)


@pytest.mark.rule("property-unknown")
def test_a_condition_is_no_button() -> None:
    button = border(AGREED).replace(
        "<conditional",
        "<extensionElements><camunda:properties><camunda:property "
        'name="role" value="case_officer" /></camunda:properties></extensionElements><conditional',
        1,
    )
    assert "property-unknown" in rules(broken((END, button + flow("known", "refused") + END)))


def test_an_event_gateway_may_wait_for_a_condition() -> None:
    caught = "".join(
        f'<intermediateCatchEvent id="{key}" name="等{key}">{inner}</intermediateCatchEvent>'
        for key, inner in (
            ("known", happens(AGREED)),
            ("over", "<timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition>"),
        )
    )
    flows = flow("join", "first") + flow("first", "known") + flow("first", "over")
    meet = flow("known", "meet") + flow("over", "meet") + flow("meet", "review")
    gateways = '<eventBasedGateway id="first" /><exclusiveGateway id="meet" />'
    assert problems_of(broken((flow("join", "review"), ""), (END, caught + gateways + flows + meet + END))) == []


@pytest.mark.rule("conditional-never")
def test_a_condition_over_what_only_the_start_says_is_true_at_once_or_never() -> None:
    refused(the_problem(on_the_review('subject == "x"')), "known", "判断网关")
    assert problems_of(on_the_review('subject == "x" and facts_checked is not None')) == []
