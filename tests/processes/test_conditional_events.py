"""What waits for a condition goes on as soon as a fact makes it true, whoever says that fact and however it comes about."""

from __future__ import annotations

from pathlib import Path

from tests.processes import drawings
from tests.processes.drawings import OFFICER, flow, lane, number_field, properties, task, text_field
from tests.processes.test_handling import Desk
from tests.processes.town import Instance, Town

KEY = "whenheld"
ECOLOGY = "fangsiyuan.hb"
LARGE = "amount is not None and amount &gt; 100"
FORMS = {
    "count": [number_field("amount", "数额")],
    "small": [text_field("said_small")],
    "large": [text_field("said_large")],
    "look": [text_field("said_look")],
    "told": [text_field("said_told")],
}


def held(condition: str) -> str:
    return f"<conditionalEventDefinition><condition>{condition}</condition></conditionalEventDefinition>"


def border(key: str, host: str, condition: str, cancels: bool, **given: str) -> str:
    own = properties(**given) if given else ""
    return (
        f'<boundaryEvent id="{key}" name="数额大" attachedToRef="{host}" cancelActivity="{str(cancels).lower()}">'
        f"{own}{held(condition)}</boundaryEvent>"
    )


def caught(key: str, condition: str) -> str:
    return f'<intermediateCatchEvent id="{key}" name="等数额大">{held(condition)}</intermediateCatchEvent>'


BESIDE = [
    '<parallelGateway id="both" />',
    task("count", "清点"),
    task("small", "按小额办理"),
    caught("wait", LARGE),
    task("large", "按大额办理"),
    '<exclusiveGateway id="meet" />',
    border("grown", "small", LARGE, cancels=True),
    '<parallelGateway id="join" />',
    flow("start", "both"),
    flow("both", "count"),
    flow("both", "small"),
    flow("both", "wait"),
    flow("count", "join"),
    flow("wait", "join"),
    flow("small", "meet"),
    flow("grown", "large"),
    flow("large", "meet"),
    flow("meet", "join"),
    flow("join", "done"),
]
"""Two wait for the same: one in the middle of its way, one on the border of a task that it ends."""


def begun(town: Town, folder: Path, body: list[str] = BESIDE, own: str = "count small large", of: str = "") -> Instance:
    """`own` are the elements of the officer's lane, `of` those of the department's."""
    others = [lane("l_dept", "dept", "case_officer", of)] if of else []
    drawings.draw(town, folder, KEY, body, own, FORMS, *others)
    return drawings.start(town, KEY)


def sound(case: Instance) -> None:
    assert case.incident() == ""
    assert case.town.verify() == []


def test_a_fact_that_makes_it_true_ends_the_task_and_lets_the_wait_go_on(town_on_each_database: Town, tmp_path: Path):
    case = begun(town_on_each_database, tmp_path)
    assert dict(case.waiting) == {"count": 1, "small": 1}
    case.complete("count", OFFICER, amount="500")
    assert dict(case.waiting) == {"large": 1}
    case.complete("large", OFFICER, said_large="办好")
    assert (case.status, case.result) == ("ended", "done")
    sound(case)


def test_a_fact_that_leaves_it_false_changes_nothing(town: Town, tmp_path: Path):
    case = begun(town, tmp_path)
    case.complete("count", OFFICER, amount="20")
    assert dict(case.waiting) == {"small": 1}
    case.complete("small", OFFICER, said_small="办好")
    assert case.status == "running"
    view = town.act(lambda engine: engine.instances.instance(town.person(OFFICER), case.number))
    assert [(str(one.name), str(one.what)) for one in view.awaited] == [("等数额大", "等条件成立")]
    assert [str(line.name) for line in view.steps if line.state == "now"] == ["等数额大"]
    assert "wait" in {mark["element"] for mark in view.marks.live}
    sound(case)


def test_the_record_says_that_the_condition_holds(town: Town, tmp_path: Path):
    case = begun(town, tmp_path)
    case.complete("count", OFFICER, amount="500")
    view = town.act(lambda engine: engine.instances.instance(town.person(OFFICER), case.number))
    happened = sorted(str(line.step) for line in view.log if line.kind == "happened")
    assert happened == ["数额大", "等数额大"]
    assert view.awaited == []


WORK = [
    task("count", "清点"),
    f'<serviceTask id="sum" name="核算">{properties(operation="record", fact_total="amount * 2")}</serviceTask>',
    f'<serviceTask id="reset" name="复原">{properties(operation="record", fact_total="0")}</serviceTask>',
    '<parallelGateway id="both" />',
    task("look", "旁观"),
    border("grown", "look", "total is not None and total &gt; 100", cancels=False),
    task("told", "另行处理"),
    '<endEvent id="aside" />',
    flow("start", "both"),
    flow("both", "count"),
    flow("both", "look"),
    flow("count", "sum"),
    flow("sum", "reset"),
    flow("reset", "done"),
    flow("look", "done"),
    flow("grown", "told"),
    flow("told", "aside"),
]
"""A service task says the fact, and the very next one takes it back."""


def test_a_condition_is_looked_at_between_two_automatic_steps(town: Town, tmp_path: Path):
    case = begun(town, tmp_path, WORK, own="count sum reset", of="look told")
    case.complete("count", OFFICER, amount="60")
    assert dict(case.waiting) == {"look": 1, "told": 1}
    assert case.facts()["total"] == 0
    sound(case)


AGAIN = [
    task("count", "清点"),
    '<exclusiveGateway id="back" />',
    '<exclusiveGateway id="more" name="再数？" default="more__done" />',
    '<parallelGateway id="both" />',
    task("look", "旁观"),
    border("grown", "look", LARGE, cancels=False),
    task("told", "另行处理"),
    '<endEvent id="aside" />',
    flow("start", "both"),
    flow("both", "back"),
    flow("back", "count"),
    flow("both", "look"),
    flow("count", "more"),
    flow("more", "back", "amount is not None and amount &lt; 1000"),
    flow("more", "done"),
    flow("look", "done"),
    flow("grown", "told"),
    flow("told", "aside"),
]


def test_beside_its_task_it_happens_again_only_when_it_has_become_true_anew(town: Town, tmp_path: Path):
    case = begun(town, tmp_path, AGAIN, own="count", of="look told")
    for amount, told in (("200", 1), ("300", 1), ("50", 1), ("400", 2)):
        case.complete("count", OFFICER, amount=amount)
        assert case.waiting["told"] == told
    case.complete("look", ECOLOGY, said_look="看完")
    assert case.waiting == {"count": 1, "told": 2}
    sound(case)


def test_what_has_become_true_is_taken_back_with_the_answer_that_made_it_true(town: Town, tmp_path: Path):
    case = begun(town, tmp_path)
    case.complete("count", OFFICER, amount="200")
    assert dict(case.waiting) == {"large": 1}
    Desk(case, OFFICER).do("take_back", "count")
    assert dict(case.waiting) == {"count": 1, "small": 1}
    case.complete("count", OFFICER, amount="500")
    assert dict(case.waiting) == {"large": 1}
    sound(case)


GATE = [
    task("count", "清点"),
    '<parallelGateway id="both" />',
    '<eventBasedGateway id="first" />',
    caught("wait", LARGE),
    '<intermediateCatchEvent id="three" name="满三日"><timerEventDefinition><timeDuration>P3D</timeDuration>'
    "</timerEventDefinition></intermediateCatchEvent>",
    task("large", "按大额办理"),
    task("small", "按小额办理"),
    flow("start", "both"),
    flow("both", "count"),
    flow("both", "first"),
    flow("first", "wait"),
    flow("first", "three"),
    flow("wait", "large"),
    flow("three", "small"),
    *(flow(one, "done") for one in ("count", "large", "small")),
]


def test_of_a_condition_and_a_timer_the_first_decides(town: Town, tmp_path: Path):
    case = begun(town, tmp_path, GATE)
    case.complete("count", OFFICER, amount="500")
    assert (dict(case.waiting), case.timers()) == ({"large": 1}, {})
    late = drawings.start(town, KEY)
    town.later(days=3).tick()
    assert dict(late.waiting) == {"count": 1, "small": 1}
    late.complete("count", OFFICER, amount="500")
    assert dict(late.waiting) == {"small": 1}
    sound(late)


def test_a_collected_answer_makes_a_condition_true_in_the_same_step(town: Town, tmp_path: Path):
    """A list is said when an iteration is done, after the way behind it has been taken."""
    several = (
        "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    opinions = properties(**{"collect:opinions": "said_look"})
    body = [
        '<parallelGateway id="both" />',
        f'<userTask id="look" name="各自看" camunda:formRef="look">{opinions}{several}</userTask>',
        caught("wait", "opinions is not None and len(opinions) &gt;= 2"),
        task("large", "已有两份"),
        flow("start", "both"),
        flow("both", "look"),
        flow("both", "wait"),
        flow("wait", "large"),
        flow("look", "done"),
        flow("large", "done"),
    ]
    case = begun(town, tmp_path, body, own="large", of="look")
    case.complete("look", ECOLOGY, said_look="一")
    assert case.waiting["large"] == 0
    case.complete("look", ECOLOGY, said_look="二")
    assert dict(case.waiting) == {"look": 1, "large": 1}
    sound(case)
