"""Whatever file is handed in as a diagram, it is refused in words, and nothing of it is ever carried out."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.bpmn.gate import constructs, refusals
from engine.bpmn.reading.elements import BPMN, CAMUNDA, read_elements
from engine.bpmn.reading.read import ATTRIBUTE_LIMIT, DEPTH_LIMIT, ELEMENT_LIMIT, SIZE_LIMIT, read_diagram
from engine.bpmn.spiff.specs import Specification
from engine.errors import DiagramRefused, Problem
from tests.unit.diagrams import HEAD, PERMIT, broken, flow, problems_of, properties, shipped, signature_of

ATTACK = "().__class__.__base__.__subclasses__()"
FLAG = Path("lianban_was_attacked")
END = "</process>"
REVIEW = '<userTask id="review" name="审查" camunda:formRef="review" />'


def told(data: bytes | str) -> list[Problem]:
    """What the reader or the gate complains of."""
    try:
        return problems_of(data)
    except DiagramRefused as refused:
        return refused.problems


def refuse(data: bytes | str) -> list[Problem]:
    """The problems, each a reason and a remedy that a person can read; there is at least one."""
    problems = told(data)
    assert problems
    for problem in problems:
        assert str(problem.reason).endswith("。"), problem
        assert str(problem.remedy).endswith("。"), problem
        assert len(str(problem)) < 2_000, problem
    return problems


def typed(document_type: str, text: str = PERMIT) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{document_type}\n{text}'


# --- files that are never looked into ---

BOMB = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
LAUGHS = f'<!DOCTYPE definitions [<!ENTITY l0 "ha">{BOMB}]>'
EXTERNAL = '<!DOCTYPE definitions [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE definitions [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>'
PUBLIC = '<!DOCTYPE definitions PUBLIC "-//x//y" "http://127.0.0.1:9/x.dtd">'


def zipped(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("permit.bpmn", text)
    return buffer.getvalue()


def many_attributes(number: int) -> str:
    attributes = " ".join(f'a{place}="1"' for place in range(number))
    return PERMIT.replace('<userTask id="review"', f'<userTask {attributes} id="review"', 1)


UNREADABLE: dict[str, bytes | str] = {
    "empty": b"",
    "spaces": b" \n\t ",
    "nul bytes": b"\x00" * 100,
    "a nul inside": PERMIT.replace("征求意见", "征求\x00意见"),
    "random": random.Random(1).randbytes(10_000),
    "not xml": "流程图",
    "json": '{"type": "default"}',
    "html": "<html><body></body></html>",
    "cut off": PERMIT[: len(PERMIT) // 2],
    "a word behind it": f"{PERMIT} x",
    "two roots": PERMIT + PERMIT,
    "zip": zipped(PERMIT),
    "gzip": b"\x1f\x8b\x08" + b"\x00" * 20,
    "a doctype": typed("<!DOCTYPE definitions>"),
    "a doctype in small letters": typed("<!doctype definitions>"),
    "a doctype in utf-16": typed(EXTERNAL).replace("UTF-8", "UTF-16").encode("utf-16"),
    "a doctype in utf-16-be": typed(EXTERNAL).replace("UTF-8", "UTF-16BE").encode("utf-16-be"),
    "a doctype in utf-7": typed(EXTERNAL).replace("UTF-8", "UTF-7").encode("utf-7"),
    "a doctype in utf-32": typed(EXTERNAL).replace("UTF-8", "UTF-32").encode("utf-32"),
    "a doctype in ebcdic": typed(EXTERNAL, HEAD).replace("UTF-8", "cp037").encode("cp037", "ignore"),
    "billion laughs": typed(LAUGHS, PERMIT.replace("征求意见", "&l9;")),
    "an external entity": typed(EXTERNAL, PERMIT.replace("征求意见", "&x;")),
    "a parameter entity": typed(PARAMETER),
    "a public identifier": typed(PUBLIC),
    "an entity that nobody declared": PERMIT.replace("征求意见", "&x;"),
    "another encoding": typed("").replace("UTF-8", "big5").encode("big5", "replace"),
    "a doctype in gb18030": typed(EXTERNAL).replace("UTF-8", "gb18030").encode("gb18030"),
    "an entity in gb2312": typed(LAUGHS, PERMIT.replace("征求意见", "&l9;"))
    .replace("UTF-8", "gb2312")
    .encode("gb18030"),
    "utf-7": typed("").replace("UTF-8", "UTF-7").encode("utf-7"),
    "a wrong encoding": typed("").replace("UTF-8", "ascii").encode(),
    "a prefix without a namespace": PERMIT.replace("<process ", "<p:process ", 1),
    "an attribute twice": PERMIT.replace('<userTask id="review"', '<userTask id="review" id="other"', 1),
    "too deep": PERMIT.replace(END, "<x>" * DEPTH_LIMIT + "</x>" * DEPTH_LIMIT + END),
    "far too deep": PERMIT.replace(END, "<x>" * 50_000 + "</x>" * 50_000 + END),
    "too many elements": PERMIT.replace(END, "<x/>" * ELEMENT_LIMIT + END),
    "too many attributes": many_attributes(ATTRIBUTE_LIMIT + 1),
    "far too many attributes": many_attributes(20_000),
    "too large": PERMIT.replace("征求意见", "征" * SIZE_LIMIT),
    "another root": PERMIT.replace("definitions", "definition"),
    "another namespace": PERMIT.replace("http://www.omg.org/spec/BPMN/20100524/MODEL", "http://www.omg.org/spec/DMN"),
    "no namespace": PERMIT.replace('xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" ', ""),
    "xpdl": '<Package xmlns="http://www.wfmc.org/2008/XPDL2.1" />',
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_is_no_diagram_is_refused_with_one_sentence(data: bytes | str):
    content = data.encode() if isinstance(data, str) else data

    with pytest.raises(DiagramRefused) as refused:
        read_diagram(content)

    [problem] = refused.value.problems
    assert str(problem.reason).endswith("。")
    assert str(problem.remedy).endswith("。")


def test_a_diagram_in_utf_16_is_read():
    content = typed("").replace("UTF-8", "UTF-16").encode("utf-16")

    assert problems_of(content) == []


def test_an_inclusion_is_not_followed():
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text" />'

    problems = refuse(broken((END, include + END)))

    assert "root:" not in "".join(map(str, problems))


def test_a_processing_instruction_is_passed_over():
    assert problems_of(typed('<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?><?php echo 1 ?>')) == []


def test_a_comment_is_passed_over_wherever_it_stands():
    text = broken((END, f"<!-- {ATTACK} -->{END}"), (REVIEW, f"{REVIEW[:-3]}><!-- x --></userTask>"))

    assert problems_of(text) == []


# --- everything of the standard that is not carried out ---

STANDARD = [
    "activity", "adHocSubProcess", "artifact", "assignment", "auditing", "baseElement", 
    "callChoreography", "callConversation", "callableElement", "cancelEventDefinition",
    "catchEvent", "choreography", "choreographyActivity", "choreographyTask", "compensateEventDefinition",
    "complexBehaviorDefinition", "complexGateway", "conversation",
    "conversationAssociation", "conversationLink", "conversationNode", "correlationKey", "correlationProperty",
    "correlationPropertyBinding", "correlationPropertyRetrievalExpression", "correlationSubscription",
    "dataAssociation", "dataInput", "dataInputAssociation", "dataObject", "dataObjectReference", "dataOutput",
    "dataOutputAssociation", "dataState", "endPoint", "event",
    "eventDefinition", "expression", "flowElement", "flowNode",
    "formalExpression", "gateway", "globalBusinessRuleTask", "globalChoreographyTask", "globalConversation",
    "globalManualTask", "globalScriptTask", "globalTask", "globalUserTask", "humanPerformer", "implicitThrowEvent",
    "import", "inputSet", "interface", "ioBinding", "ioSpecification",
    "itemDefinition", "loopCharacteristics", "messageFlow",
    "messageFlowAssociation", "monitoring", "operation", "outputSet",
    "participantAssociation", "participantMultiplicity", "partnerEntity", "partnerRole", "performer",
    "potentialOwner", "property", "relationship", "rendering", "resource", "resourceAssignmentExpression",
    "resourceParameter", "resourceParameterBinding", "resourceRole", "rootElement", 
    "subChoreography", "subConversation",
    "throwEvent", "transaction", "activationCondition", "choreographyRef",
    "correlationPropertyRef", "dataInputRefs", "dataOutputRefs", "dataPath", "endPointRef", "errorRef",
    "eventDefinitionRef", "from", "inMessageRef", "innerParticipantRef", "inputDataItem", "inputSetRefs",
    "interfaceRef", "loopDataInputRef", "loopDataOutputRef", "messageFlowRef",
    "messagePath", "operationRef", "optionalInputRefs", "optionalOutputRefs", "outMessageRef",
    "outerParticipantRef", "outputDataItem", "outputSetRefs", "participantRef", "partitionElement", "resourceRef",
    "sourceRef", "supportedInterfaceRef", "supports", "targetRef", "to", "transformation",
    "whileExecutingInputRefs", "whileExecutingOutputRefs",
]  # fmt: skip


def test_the_list_of_the_standard_and_the_table_of_what_runs_have_nothing_in_common():
    assert not set(STANDARD) & constructs.ALLOWED.keys()


@pytest.mark.parametrize("name", STANDARD)
@pytest.mark.parametrize("place", ["the file", "the process", "a task", "an event"])
def test_an_element_that_is_not_carried_out_is_refused_wherever_it_stands(name: str, place: str):
    element = f'<{name} id="attack" name="某事" />'
    where = {
        "the file": ("</definitions>", f"{element}</definitions>"),
        "the process": (END, f"{element}{END}"),
        "a task": (REVIEW, f"{REVIEW[:-3]}>{element}</userTask>"),
        "an event": (
            '<endEvent id="late" name="记为超期" />',
            f'<endEvent id="late" name="记为超期">{element}</endEvent>',
        ),
    }

    problems = refuse(broken(where[place]))

    assert {problem.element_id for problem in problems} <= {"attack", "review", "late", "permit", ""}


@pytest.mark.parametrize("name", sorted(refusals.ELEMENTS))
def test_an_element_that_is_refused_by_name_is_told_by_that_name_wherever_it_may_stand(name: str):
    problems = refuse(broken((END, f'<{name} id="attack" />{END}')))

    assert refusals.ELEMENTS[name].reason in [problem.reason for problem in problems]


@pytest.mark.parametrize("name", sorted(constructs.ALLOWED.keys() - {"definitions"}))
def test_an_element_that_runs_is_refused_where_it_has_no_business(name: str):
    assert refuse(broken((REVIEW, f'{REVIEW[:-3]}><loop><{name} id="attack" /></loop></userTask>')))


def test_nodes_hidden_in_extensions_are_refused():
    lane = '<lane id="hidden"><flowNodeRef>review</flowNodeRef></lane>'
    extensions = f"<extensionElements>{lane}</extensionElements>"

    assert refuse(broken((REVIEW, f"{REVIEW[:-3]}>{extensions}</userTask>")))


# --- text that somebody else would carry out ---

LISTENER = "<camunda:executionListener event='start'><camunda:script>{}</camunda:script></camunda:executionListener>"
PLACES: dict[str, tuple[str, str]] = {
    "a condition": ('review_outcome == "agree"', "{}"),
    "a timer": ("working_days(3, asked_at)", "{}"),
    "a cycle": ("natural_days(10 * n, asked_at)", "{}"),
    "a button's condition": ('name="when" value="told_at is None"', 'name="when" value="{}"'),
    "a fact": ('name="fact:agreed" value="True"', 'name="fact:agreed" value="{}"'),
    "the name of a fact": ('name="fact:agreed" value="True"', 'name="fact:{}" value="True"'),
    "an operation": ('value="issue_document"', 'value="{}"'),
    "a receiver": ('name="to" value="asking_unit"', 'name="to" value="{}"'),
    "a list of forms": ('name="forms" value="review"', 'name="forms" value="{}"'),
    "a unit": ('name="asked"><extensionElements><camunda:properties><camunda:property name="unit" value="asked_unit"',
               'name="asked"><extensionElements><camunda:properties><camunda:property name="unit" value="{}"'),
    "a role": ('value="deputy_leader"', 'value="{}"'),
    "who may start": ("town:case_officer", "{}"),
    "a title": ('value="subject"', 'value="{}"'),
    "a prefix": ('value="YJ"', 'value="{}"'),
    "a form": ('camunda:formRef="review"', 'camunda:formRef="{}"'),
    "a parameter of a form": (REVIEW, REVIEW[:-3] + "><extensionElements><camunda:properties>"
                              '<camunda:property name="form:side" value="{}" />'
                              "</camunda:properties></extensionElements></userTask>"),
    "a default flow": ('default="g_review__refused"', 'default="{}"'),
    "a host": ('attachedToRef="review"', 'attachedToRef="{}"'),
    "an id": ('<parallelGateway id="join" />', '<parallelGateway id="{}" />'),
    "the key": ('<process id="permit"', '<process id="{}"'),
    "a script task": (END, "<scriptTask id='attack'><script>{}</script></scriptTask>" + END),
    "a loop": (REVIEW, REVIEW[:-3] + "><multiInstanceLoopCharacteristics><loopCardinality>{}</loopCardinality>"
               "<completionCondition>{}</completionCondition></multiInstanceLoopCharacteristics></userTask>"),
    "a standard loop": (REVIEW, REVIEW[:-3] + "><standardLoopCharacteristics><loopCondition>{}</loopCondition>"
                        "</standardLoopCharacteristics></userTask>"),
    "a correlation": ("</definitions>", "<correlationProperty id='c'><correlationPropertyRetrievalExpression messageRef='m'>"
                      "<messagePath>{}</messagePath></correlationPropertyRetrievalExpression></correlationProperty></definitions>"),
    "a conditional event": (END, "<intermediateCatchEvent id='attack'><conditionalEventDefinition><condition>{}</condition>"
                            "</conditionalEventDefinition></intermediateCatchEvent>" + END),
    "a complex gateway": (END, "<complexGateway id='a'><activationCondition>{}</activationCondition></complexGateway>" + END),
    "an assignment": (REVIEW, REVIEW[:-3] + "><dataInputAssociation><assignment><from>{}</from></assignment>"
                      "</dataInputAssociation></userTask>"),
    "camunda:expression": ('<serviceTask id="answer"', '<serviceTask camunda:expression="{}" id="answer"'),
    "camunda:class": ('<serviceTask id="answer"', '<serviceTask camunda:class="{}" id="answer"'),
    "camunda:delegateExpression": ('<serviceTask id="answer"', '<serviceTask camunda:delegateExpression="{}" id="answer"'),
    "camunda:topic": ('<serviceTask id="answer"', '<serviceTask camunda:type="external" camunda:topic="{}" id="answer"'),
    "camunda:resultVariable": ('<serviceTask id="answer"', '<serviceTask camunda:resultVariable="{}" id="answer"'),
    "camunda:assignee": ('<userTask id="review"', '<userTask camunda:assignee="{}" id="review"'),
    "camunda:dueDate": ('<userTask id="review"', '<userTask camunda:dueDate="{}" id="review"'),
    "camunda:formKey": ('<userTask id="review"', '<userTask camunda:formKey="{}" id="review"'),
    "camunda:resource": ("<conditionExpression>", '<conditionExpression language="groovy" camunda:resource="{}">'),
    "camunda:inputOutput": (REVIEW, REVIEW[:-3] + "><extensionElements><camunda:inputOutput><camunda:inputParameter name='x'>"
                            "<camunda:script scriptFormat='python'>{}</camunda:script></camunda:inputParameter>"
                            "</camunda:inputOutput></extensionElements></userTask>"),
    "camunda:executionListener": (REVIEW, REVIEW[:-3] + f"><extensionElements>{LISTENER}</extensionElements></userTask>"),
    "camunda:taskListener": (REVIEW, REVIEW[:-3] + "><extensionElements><camunda:taskListener expression=\"{}\" event='create' />"
                             "</extensionElements></userTask>"),
    "camunda:connector": (REVIEW, REVIEW[:-3] + "><extensionElements><camunda:connector><camunda:connectorId>{}"
                          "</camunda:connectorId></camunda:connector></extensionElements></userTask>"),
    "camunda:formData": (REVIEW, REVIEW[:-3] + "><extensionElements><camunda:formData><camunda:formField defaultValue=\"{}\" />"
                         "</camunda:formData></extensionElements></userTask>"),
    "spiffworkflow:preScript": (REVIEW, REVIEW[:-3] + "><extensionElements><s:preScript xmlns:s='http://spiffworkflow.org/bpmn/"
                                "schema/1.0/core'>{}</s:preScript></extensionElements></userTask>"),
    "zeebe:script": (REVIEW, REVIEW[:-3] + "><extensionElements><z:script xmlns:z='http://camunda.org/schema/zeebe/1.0' "
                     "expression=\"{}\" /></extensionElements></userTask>"),
    "flowable:class": ('<serviceTask id="answer"', '<serviceTask xmlns:f="http://flowable.org/bpmn" f:class="{}" id="answer"'),
    "a form field of a process": ('<process id="permit"', '<process camunda:candidateStarterUsers="{}" id="permit"'),
}  # fmt: skip

EXPRESSIONS = {
    "classes": ATTACK,
    "import": f"__import__('os').system('touch {FLAG}')",
    "open": f"open('{FLAG}', 'w')",
    "eval": f"eval('open(\\'{FLAG}\\', \\'w\\')')",
    "format": "'{0.__class__}'.format(now())",
    "camunda": "${execution.setVariable('x', 1)}",
    "feel": "= if true then 1 else 2",
    "jinja": "{{ config.__class__ }}",
    "power": "9 ** 9 ** 9 ** 9",
    "lambda": "(lambda: 1)()",
    "statement": "import os; os.system('id')",
    "long": "1 + " * 3_000 + "1",
    "deep": "(" * 500 + "1" + ")" * 500,
    "nothing": "None.x.y",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("attack", ["classes", "import", "camunda", "deep", "long"])
def test_an_attack_in_any_text_of_a_diagram_is_refused(place: str, attack: str):
    old, new = PLACES[place]
    escaped = EXPRESSIONS[attack].replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")

    refuse(broken((old, new.replace("{}", escaped))))

    assert not FLAG.exists()


@pytest.mark.parametrize("attack", sorted(EXPRESSIONS.keys() - {"power", "nothing"}))
@pytest.mark.parametrize("place", ["a condition", "a timer", "a cycle", "a button's condition", "a fact"])
def test_an_attack_in_an_expression_is_refused(place: str, attack: str):
    old, new = PLACES[place]
    escaped = EXPRESSIONS[attack].replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")

    refuse(broken((old, new.replace("{}", escaped))))

    assert not FLAG.exists()


def test_a_long_name_does_not_make_a_long_sentence():
    names = {'value="deputy_leader"': 'value="{}"', 'name="when" value="told_at is None"': 'name="{}" value="1"'}
    for old, new in names.items():
        refuse(broken((old, new.replace("{}", "長" * 100_000))))


# --- large and twisted graphs ---


def graph(nodes: list[str], flows: list[str]) -> str:
    return broken((END, "\n".join([*nodes, *flows, END])))


GRAPHS: dict[str, str] = {
    "a row of thousands": graph(
        [f'<userTask id="t{n}" />' for n in range(2_500)], [flow(f"t{n}", f"t{n + 1}") for n in range(2_499)]
    ),
    "a ring of thousands": graph(
        [f'<exclusiveGateway id="t{n}" />' for n in range(900)], [flow(f"t{n}", f"t{(n + 1) % 900}") for n in range(900)]
    ),
    "everything joined": graph(
        [f'<parallelGateway id="t{n}" />' for n in range(40)],
        [flow(f"t{n}", f"t{m}") for n in range(40) for m in range(40)],
    ),
    "a ladder": graph(
        [f'<exclusiveGateway id="t{n}" />' for n in range(900)],
        [flow("review", "t0"), *(flow(f"t{n}", f"t{n + 1}") for n in range(899)), *(flow(f"t{n}", "t899") for n in range(899))],
    ),
    "forks in forks": graph(
        [f'<parallelGateway id="t{n}" />' for n in range(900)],
        [flow("review", "t0"), *(flow(f"t{n}", f"t{2 * n + side}") for n in range(449) for side in (1, 2))],
    ),
    "flows without ends": graph([], [flow(f"a{n}", f"b{n}") for n in range(10_000)]),
    "thousands of buttons": graph(
        [f'<boundaryEvent id="b{n}" attachedToRef="review" cancelActivity="false"><messageEventDefinition /></boundaryEvent>'
         for n in range(900)],
        [flow(f"b{n}", "g_review") for n in range(900)],
    ),
    "events on events": graph(
        [f'<boundaryEvent id="b{n}" attachedToRef="b{(n + 1) % 500}" cancelActivity="false" />' for n in range(500)], []
    ),
    "thousands of one id": graph(['<userTask id="one" />'] * 9_000, []),
    "thousands without an id": graph(["<userTask />"] * 9_000, []),
    "thousands of lanes": broken(("</laneSet>", '<lane id="l"><flowNodeRef>review</flowNodeRef></lane>' * 6_000 + "</laneSet>")),
    "thousands of properties": broken((REVIEW, f"{REVIEW[:-3]}>{properties(**{f'p{n}': '1' for n in range(9_000)})}</userTask>")),
    "a flow to itself": graph([], [flow("review", "review")]),
    "thousands of scripts": graph([f'<scriptTask id="s{n}"><script>1</script></scriptTask>' for n in range(6_000)], []),
}  # fmt: skip


@pytest.mark.parametrize("text", GRAPHS.values(), ids=GRAPHS)
def test_a_twisted_graph_is_refused(text: str):
    refuse(text)


# --- whatever else ---

DATA, SHIPPED_FORMS = shipped()
CALLED = signature_of("dispute_resolution")
NAMES = [*constructs.ALLOWED, *refusals.ELEMENTS]
VALUES = [
    "",
    " ",
    "true",
    "start",
    "review_acceptance",
    "1",
    ATTACK,
    "P1D",
    "n",
    "due(1)",
    "甲",
    "x" * 300,
    "{}",
    "${x}",
    ":",
    ",",
]


def mutate(root: etree._Element, draw: random.Random) -> None:
    """One thing of the tree is gone, doubled, moved, renamed, or says something else."""
    nodes = [node for node in root.iter() if isinstance(node.tag, str)]
    node = draw.choice(nodes[1:])
    parent = node.getparent()
    match draw.randrange(7):
        case 0 if parent is not None:
            parent.remove(node)
        case 1 if parent is not None:
            parent.append(etree.fromstring(etree.tostring(node)))
        case 2:
            draw.choice(nodes).append(etree.fromstring(etree.tostring(node)))
        case 3:
            node.tag = f"{draw.choice([BPMN, CAMUNDA, '', '{urn:x}'])}{draw.choice(NAMES)}"
        case 4 if node.attrib:
            node.set(draw.choice(sorted(node.attrib)), draw.choice(VALUES))
        case 5 if node.attrib:
            del node.attrib[draw.choice(sorted(node.attrib))]
        case _:
            node.text = draw.choice(VALUES)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_the_gate_answers_whatever_becomes_of_a_diagram(seed: int, changes: int):
    draw = random.Random(seed)
    root = read_diagram(DATA)
    for _ in range(changes):
        mutate(root, draw)
    data = etree.tostring(root)

    problems = problems_of(data, SHIPPED_FORMS, CALLED)

    assert all(str(problem.reason) and str(problem.remedy) for problem in problems)
    if not problems:
        diagram = read_elements(read_diagram(data))
        assert Specification(diagram)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(PERMIT.encode())))
def test_the_reader_answers_whatever_bytes_it_is_given(noise: bytes, place: int):
    content = PERMIT.encode()

    assert isinstance(told(content[:place] + noise + content[place:]), list)
