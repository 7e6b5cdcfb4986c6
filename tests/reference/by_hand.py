"""Drawing in one line each, for the words that are drawn by hand."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from tests.unit.diagrams import HEAD

TERMINATE = "<terminateEventDefinition />"


def node(kind: str, key: str, *inner: str, **attributes: str) -> str:
    text = "".join(f" {name.replace('_', ':')}={quoteattr(value)}" for name, value in attributes.items())
    return f'<{kind} id="{key}"{text}>{"".join(inner)}</{kind}>'


def all_of(kind: str, keys: str, inner: str = "") -> str:
    return "".join(node(kind, key, inner) for key in keys.split())


def user(keys: str, inner: str = "") -> str:
    return all_of("userTask", keys, inner)


def start(key: str = "start", event: str = "") -> str:
    return node("startEvent", key, event)


def end(key: str = "end", event: str = "") -> str:
    return node("endEvent", key, event)


def xor(keys: str) -> str:
    return all_of("exclusiveGateway", keys)


def both(keys: str) -> str:
    return all_of("parallelGateway", keys)


def some(keys: str) -> str:
    return all_of("inclusiveGateway", keys)


def border(key: str, at: str, event: str, cancels: bool = True) -> str:
    return node("boundaryEvent", key, event, attachedToRef=at, cancelActivity=str(cancels).lower())


def handler(key: str, event: str, task: str, cancels: bool = True) -> str:
    """An event sub-process with one task."""
    begins = node("startEvent", f"{key}s", event, isInterrupting=str(cancels).lower())
    return sub(key, begins, user(task), flows=f"{key}s>{task}", triggeredByEvent="true")


def catch(key: str, event: str) -> str:
    return node("intermediateCatchEvent", key, event)


def throw(key: str, event: str) -> str:
    return node("intermediateThrowEvent", key, event)


def event(kind: str, name: str = "") -> str:
    reference = f' {kind}Ref="{name}"' if name else ""
    return f"<{kind}EventDefinition{reference} />"


def timer(text: str = "PT4H", kind: str = "timeDuration") -> str:
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


def cycle(text: str = "P1D") -> str:
    return timer(text, "timeCycle")


def when(test: str) -> str:
    return f"<conditionalEventDefinition><condition>{escape(test)}</condition></conditionalEventDefinition>"


def link(name: str) -> str:
    return f'<linkEventDefinition name="{name}" />'


def each(
    collection: str = "xs", item: str = "item", sequential: bool = False, until: str = "", number: str = ""
) -> str:
    of = "" if number else f' camunda:collection="{escape(collection)}" camunda:elementVariable="{item}"'
    inner = f"<loopCardinality>{number}</loopCardinality>" if number else ""
    inner += f"<completionCondition>{escape(until)}</completionCondition>" if until else ""
    kind = f'isSequential="{str(sequential).lower()}"'
    return f"<multiInstanceLoopCharacteristics {kind}{of}>{inner}</multiInstanceLoopCharacteristics>"


def again(test: str, before: bool = False, most: str = "") -> str:
    limit = f' loopMaximum="{most}"' if most else ""
    inner = f"<loopCondition>{escape(test)}</loopCondition>"
    return (
        f'<standardLoopCharacteristics testBefore="{str(before).lower()}"{limit}>{inner}</standardLoopCharacteristics>'
    )


def sub(key: str, *inner: str, flows: str = "", more: str = "", **attributes: str) -> str:
    return node("subProcess", key, more, _body(inner, flows), **attributes)


def process(*inner: str, flows: str = "") -> str:
    """`flows`: `a>b; b>c[x > 1]; b>d*` are a flow, one with a condition and a default one."""
    return f'{HEAD}<process id="p" isExecutable="true">{_body(inner, flows)}</process></definitions>'


def _body(inner: tuple[str, ...], text: str) -> str:
    body, drawn = "".join(inner), []
    for part in filter(None, map(str.strip, text.split(";"))):
        found = re.fullmatch(r"(\w+)\s*>\s*(\w+)\s*(\*)?\s*(\[(.*)\])?", part)
        assert found is not None, part
        source, target, star, _, test = found.groups()
        key = f"{source}__{target}"
        if star:
            body = re.sub(rf'(<\w+ id="{source}")', rf'\1 default="{key}"', body, count=1)
        condition = f"<conditionExpression>{escape(test)}</conditionExpression>" if test else ""
        drawn.append(f'<sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}">{condition}</sequenceFlow>')
    return body + "".join(drawn)
