"""What is asked of a call when it is deployed: the other procedure, its version, what is handed over, and no circle."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from engine.bpmn.gate.draft import named
from engine.deployments.definitions import read_diagram
from engine.deployments.order import order_of_beginning
from engine.errors import DiagramRefused
from engine.settings import PROJECT
from tests.processes.inquiry import CALL, INQUIRY, OFFICER, OPINION, START, deploy, refusal, starting, view, write
from tests.processes.town import Town, sent
from tests.unit.diagrams import broken, flow, properties


def test_a_call_of_a_procedure_that_is_not_there_is_refused(plain_town: Town, drawn: Path) -> None:
    assert "没有部署名为 opinion 的流程" in refusal(plain_town, drawn, "inquiry")


@pytest.mark.rule("call-circle")
def test_a_procedure_that_calls_itself_is_refused(plain_town: Town, drawn: Path) -> None:
    deploy(plain_town, drawn, "opinion")
    write(drawn, inquiry=broken(('calledElement="opinion"', 'calledElement="inquiry"'), text=INQUIRY))
    assert "没有尽头" in refusal(plain_town, drawn, "inquiry")


def once_more(behind: str, to: str) -> str:
    """The inquiry starts an inquiry of its own after the element `behind`, which led to `to`."""
    anew = properties(
        operation="start_procedure",
        procedure="inquiry",
        **{"in:subject": "subject", "in:inquiring_unit": "inquiring_unit"},
    )
    return broken(
        (
            '<userTask id="read_opinion"',
            f'<serviceTask id="anew" name="再问">{anew}</serviceTask><userTask id="read_opinion"',
        ),
        ("<flowNodeRef>ask</flowNodeRef>", "<flowNodeRef>anew</flowNodeRef><flowNodeRef>ask</flowNodeRef>"),
        (flow(behind, to), flow(behind, "anew") + flow("anew", to)),
        text=INQUIRY,
    )


def test_a_procedure_may_start_itself_anew_behind_somebody_s_decision(plain_town: Town, drawn: Path) -> None:
    deploy(plain_town, drawn, "opinion")
    write(drawn, inquiry=once_more("read_opinion", "done"))

    deploy(plain_town, drawn, "inquiry")


@pytest.mark.rule("self-start-endless")
def test_a_procedure_that_starts_itself_by_itself_is_refused(plain_town: Town, drawn: Path) -> None:
    deploy(plain_town, drawn, "opinion")
    write(drawn, inquiry=once_more("fork", "ask"))

    assert "不经过任何人" in refusal(plain_town, drawn, "inquiry")


def test_procedures_that_call_each_other_in_a_circle_are_refused(plain_town: Town, drawn: Path) -> None:
    deploy(plain_town, drawn, "opinion", "inquiry")
    back = f'<serviceTask id="back" name="再问">{properties(operation="start_procedure", procedure="inquiry")}</serviceTask>'
    circle = broken(
        ('<endEvent id="late"', f'{back}<endEvent id="late"'),
        ("<flowNodeRef>given</flowNodeRef>", "<flowNodeRef>given</flowNodeRef><flowNodeRef>back</flowNodeRef>"),
        (flow("give_opinion", "given"), flow("give_opinion", "back") + flow("back", "given")),
        text=OPINION,
    )
    write(drawn, opinion=circle)
    assert "没有尽头" in refusal(plain_town, drawn, "opinion")


@pytest.mark.rule("call-fact")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('source="subject" target="question"', 'source="subject" target="topic"'),
        ('<camunda:out source="opinion" target="answer" />', '<camunda:out source="verdict" target="answer" />'),
    ],
)
def test_what_the_called_procedure_does_not_know_is_refused(plain_town: Town, drawn: Path, old: str, new: str) -> None:
    deploy(plain_town, drawn, "opinion")
    write(drawn, inquiry=broken((old, new), text=INQUIRY))
    assert "被调用的流程没有名为" in refusal(plain_town, drawn, "inquiry")


@pytest.mark.rule("call-mapping")
def test_a_handover_without_a_target_is_refused(plain_town: Town, drawn: Path) -> None:
    deploy(plain_town, drawn, "opinion")
    write(drawn, inquiry=broken((' target="question" />', " />"), text=INQUIRY))
    assert "交接的写法不对" in refusal(plain_town, drawn, "inquiry")


def test_what_is_called_is_deployed_before_its_caller(drawn: Path) -> None:
    files = {path.name: read_diagram(path.read_bytes()) for path in drawn.glob("*.bpmn")}
    assert order_of_beginning(files) == ["opinion.bpmn", "inquiry.bpmn"]


# --- which version ---


def version(town: Town, number: str) -> int:
    return int(view(town, number).version)


def call_bound(**attributes: str) -> str:
    """The inquiry with these attributes at its call: `Binding`, `Version`, `VersionTag`."""
    bound = " ".join(f'camunda:calledElement{name}="{value}"' for name, value in attributes.items())
    return broken(('calledElement="opinion"', f'calledElement="opinion" {bound}'), text=INQUIRY)


def opinion(name: str, tag: str = "") -> str:
    """The opinion as another version: its last step has this name."""
    tagged = f'<process id="opinion" camunda:versionTag="{tag}"' if tag else '<process id="opinion"'
    return broken(
        ('name="出具意见" camunda', f'name="{name}" camunda'), ('<process id="opinion"', tagged), text=OPINION
    )


def called_version(town: Town, folder: Path) -> int:
    """Which version of the opinion a new inquiry calls, as its page tells."""
    answers = sent({"subject": "废机油认定", "department": "ecology"})
    number = town.act(lambda engine: engine.instances.start(town.person(OFFICER), "inquiry", answers))
    (related,) = view(town, number).related
    assert version(town, related.number) == related.version
    return related.version


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, 3),
        ({"Binding": "latest"}, 3),
        ({"Binding": "deployment"}, 2),
        ({"Binding": "version", "Version": "1"}, 1),
        ({"Binding": "versionTag", "VersionTag": "一期"}, 2),
    ],
)
def test_the_version_that_is_called_is_the_one_that_the_diagram_asks_for(
    town: Town, drawn: Path, attributes: dict[str, str], expected: int
) -> None:
    for name, tag in (("出具意见", "一期"), ("出具书面意见", "一期")):
        write(drawn, opinion=opinion(name, tag))
        deploy(town, drawn, "opinion")
    write(drawn, inquiry=call_bound(**attributes))
    deploy(town, drawn, "inquiry")
    write(drawn, opinion=opinion("出具正式意见", "二期"))
    deploy(town, drawn, "opinion")

    assert called_version(town, drawn) == expected


def test_the_same_diagram_deployed_again_keeps_the_version_that_it_was_settled_with(
    plain_town: Town, drawn: Path
) -> None:
    deploy(plain_town, drawn, "opinion")
    write(drawn, inquiry=call_bound(Binding="deployment"))
    deploy(plain_town, drawn, "inquiry")
    write(drawn, opinion=opinion("出具正式意见"))
    deploy(plain_town, drawn, "opinion", "inquiry")

    assert called_version(plain_town, drawn) == 1


def test_a_procedure_that_is_started_may_be_settled_as_well(plain_town: Town, drawn: Path) -> None:
    deploy(plain_town, drawn, "opinion")
    started = START.replace(
        '<camunda:property name="procedure"',
        '<camunda:property name="binding" value="version" /><camunda:property name="version" value="1" />'
        '<camunda:property name="procedure"',
    )
    write(drawn, inquiry=broken((CALL, started), text=INQUIRY))
    deploy(plain_town, drawn, "inquiry")
    write(drawn, opinion=opinion("出具正式意见"))
    deploy(plain_town, drawn, "opinion")

    assert called_version(plain_town, drawn) == 1


@pytest.mark.parametrize(
    ("attributes", "sentence"),
    [
        ({"Binding": "version", "Version": "9"}, "没有第 9 版"),
        ({"Binding": "version", "Version": "${current}"}, "版本号“${current}”不能用"),
        ({"Binding": "version"}, "没有写第几版"),
        ({"Binding": "versionTag", "VersionTag": "三期"}, "没有版本标签是 三期 的版本"),
        ({"Binding": "versionTag", "VersionTag": "${tag}"}, "版本标签“${tag}”不能用"),
        ({"Binding": "versionTag"}, "没有写标签"),
        ({"Binding": "latest", "Version": "1"}, "不是按版本号绑定"),
        ({"VersionTag": "一期"}, "不是按版本标签绑定"),
        ({"Binding": "newest"}, "可以写：latest、deployment、version、versionTag"),
    ],
)
def test_a_version_that_cannot_be_settled_is_refused(
    plain_town: Town, drawn: Path, attributes: dict[str, str], sentence: str
) -> None:
    write(drawn, opinion=opinion("出具意见", "一期"))
    deploy(plain_town, drawn, "opinion")
    write(drawn, inquiry=call_bound(**attributes))

    assert sentence in refusal(plain_town, drawn, "inquiry")


def test_what_is_handed_over_is_judged_by_the_version_that_is_called(plain_town: Town, drawn: Path) -> None:
    deploy(plain_town, drawn, "opinion")
    form = drawn / "forms" / "shared" / "opinion_start.form"
    form.write_text(form.read_text(encoding="utf-8").replace('"question"', '"topic"'), encoding="utf-8")
    write(drawn, opinion=broken(('value="question"', 'value="topic"'), text=OPINION))
    deploy(plain_town, drawn, "opinion")

    assert "没有名为 question 的事实" in refusal(plain_town, drawn, "inquiry")
    write(drawn, inquiry=call_bound(Binding="version", Version="1"))
    deploy(plain_town, drawn, "inquiry")
    assert called_version(plain_town, drawn) == 1


def test_a_long_list_of_names_is_a_handful_and_a_number(plain_town: Town, tmp_path: Path) -> None:
    """What one procedure hands to another by names of another version is one sentence, not every fact there is."""
    shutil.copytree(PROJECT / "processes", tmp_path / "old")
    diagram = tmp_path / "old" / "case_referral.bpmn"
    text = re.sub(r'(<camunda:in [^>]*target="\w+)"', r'\1_of_2025"', diagram.read_text(encoding="utf-8"))
    diagram.write_text(text, encoding="utf-8")

    with pytest.raises(DiagramRefused) as refused:
        plain_town.engine.procedures_in_force.deploy(diagram, "test")

    (said,) = [one for one in refused.value.problems if "被调用的流程没有名为" in str(one.reason)]
    assert re.fullmatch(r"被调用的流程没有名为 (\w+、){5}\w+ 等 13 项 的事实。", str(said.reason))
    assert re.search(r"可以交给它的有：case_title、(\w+、){4}\w+ 等 \d+ 项）", str(said.remedy)), (
        "the one most like it first"
    )
    assert "先在被调用的流程里加上并部署" in str(said.remedy)


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ("f e d c b case_title", "b、c、case_title、d、e、f"),
        ("f e d c b a case_title", "case_title、a、b、c、d、e 等 7 项"),
    ],
)
def test_few_names_are_all_said_and_of_many_the_one_most_like_the_wrong_one_first(names: str, shown: str) -> None:
    assert str(named(names.split(), "case_titel")) == shown


# --- circles ---


def test_a_procedure_that_starts_itself_at_once_is_refused(plain_town: Town, drawn: Path) -> None:
    write(drawn, alpha=starting("alpha", "alpha"))
    assert "没有尽头" in refusal(plain_town, drawn, "alpha")


def test_a_circle_of_three_is_refused(plain_town: Town, drawn: Path) -> None:
    write(drawn, gamma=starting("gamma", ""), beta=starting("beta", "gamma"), alpha=starting("alpha", "beta"))
    deploy(plain_town, drawn, "gamma", "beta", "alpha")
    write(drawn, gamma=starting("gamma", "alpha"))

    assert "没有尽头" in refusal(plain_town, drawn, "gamma")


def test_a_circle_through_an_earlier_version_is_refused(plain_town: Town, drawn: Path) -> None:
    """The latest alpha starts nothing, but its first version starts whatever the latest beta is."""
    write(drawn, beta=starting("beta", ""), alpha=starting("alpha", "beta"))
    deploy(plain_town, drawn, "beta", "alpha")
    write(drawn, alpha=starting("alpha", ""))
    deploy(plain_town, drawn, "alpha")

    write(drawn, beta=starting("beta", "alpha", binding="version", version="1"))
    assert "没有尽头" in refusal(plain_town, drawn, "beta")
    write(drawn, beta=starting("beta", "alpha", binding="version", version="2"))
    deploy(plain_town, drawn, "beta")


def test_a_circle_through_another_procedure_that_keeps_to_an_earlier_version_is_refused(
    plain_town: Town, drawn: Path
) -> None:
    write(drawn, beta=starting("beta", ""), alpha=starting("alpha", "beta"))
    deploy(plain_town, drawn, "beta", "alpha")
    write(drawn, alpha=starting("alpha", ""), gamma=starting("gamma", "alpha", binding="version", version="1"))
    deploy(plain_town, drawn, "alpha", "gamma")

    write(drawn, beta=starting("beta", "gamma"))
    assert "没有尽头" in refusal(plain_town, drawn, "beta")
