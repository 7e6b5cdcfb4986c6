"""Every word drawn by hand, with what is open after each move: the reference, the engine live and the engine restored say so.

A move is `element@iteration{fact=value}`; `-` begins, `!` before a call lets it fail.
"""

from __future__ import annotations

import re

import pytest

from tests.reference.by_hand import (
    TERMINATE,
    again,
    all_of,
    border,
    both,
    catch,
    cycle,
    each,
    end,
    event,
    handler,
    link,
    node,
    process,
    some,
    start,
    sub,
    throw,
    timer,
    user,
    when,
    xor,
)  # fmt: skip
from tests.reference.net import ANSWER, COMPLETE, FAIL, FIRE, MEET, Move, Net, alone, element_of

TWIN = '<sequenceFlow id="twin" sourceRef="{}" targetRef="z"><conditionExpression>k == 2</conditionExpression></sequenceFlow>'
WORDS = [
    *(
        (
            f"two flows between the same steps each count: {kind}",
            process(
                start(),
                node(kind, "g"),
                user("y z"),
                TWIN.format("g"),
                flows="start>g; g>z[k > 1]; g>y*",
            ),
            f"- => {after}",
            dict(k=k),
        )
        for kind, k, after in (
            ("exclusiveGateway", 0, "y"),
            ("exclusiveGateway", 2, "z"),
            ("inclusiveGateway", 2, "z z"),
            ("inclusiveGateway", 3, "z"),
        )
    ),
    *(
        (
            f"a send task that is done several times throws its message each time: {marker[:24]}",
            process(
                start(),
                both("f"),
                user("x"),
                node("receiveTask", "r", messageRef="m"),
                node("receiveTask", "q", messageRef="m"),
                node("sendTask", "s", marker, messageRef="m"),
                user("z"),
                flows="start>f; f>x; f>r; f>q; x>s; s>z",
            ),
            "- => q r x; x => z; z => ended",
            dict(xs=("A", "B")),
        )
        for marker in (each(), each(sequential=True), again("loopCounter < 2"))
    ),
    (
        "an event that has just happened goes with its scope when an event sub-process interrupts",
        process(
            start(),
            user("x w"),
            border("b", "x", event("message"), False),
            handler("H", when("k > 1"), "wH"),
            flows="start>x; b>w",
        ),
        "- => b x; b{k=2} => wH",
        dict(k=0),
    ),
    (
        "sub-process ends when no token is left, paths without end event",
        process(
            start(),
            sub("S", start("s1"), both("f"), user("x y"), flows="s1>f; f>x; f>y"),
            user("z"),
            flows="start>S; S>z",
        ),
        "- => x y; y => x; x => z; z => ended",
        dict(),
    ),
    (
        "sub-process without start event",
        process(start(), sub("S", user("x y")), user("z"), flows="start>S; S>z"),
        "- => x y; y => x; x => z",
        dict(),
    ),
    (
        "sub-process interrupted, nested, by a timer; its own borders go too",
        process(
            start(),
            sub(
                "A",
                sub(
                    "B",
                    user("x"),
                    border("bx", "x", timer()),
                    border("by", "x", event("message"), False),
                    user("w"),
                    flows="by>w",
                ),
                border("tb", "B", timer()),
            ),
            border("ta", "A", timer()),
            user("z"),
            flows="start>A; ta>z",
        ),
        "- => bx by ta tb x; by => bx by ta tb w x; ta => z; z => ended",
        dict(),
    ),
    (
        "a button on a sub-process is pressed again and again, its branches outlive it",
        process(
            start(),
            sub("A", user("x")),
            border("b", "A", event("message"), False),
            user("w z"),
            flows="start>A; b>w; A>z",
        ),
        "- => b x; b => b w x; b => b w w x; x => w w z; z => w w; w => w; w => ended",
        dict(),
    ),
    (
        "a period cycle on a sub-process",
        process(
            start(),
            sub("A", user("x y"), flows="x>y"),
            border("c", "A", cycle(), False),
            all_of("serviceTask", "remind"),
            flows="start>A; c>remind",
        ),
        "- => c x; c => c x; x => c y; c => c y; y => ended",
        dict(),
    ),
    (
        "a single timer fires once and its branch lives on",
        process(start(), user("x w"), border("t", "x", timer(), False), flows="start>x; t>w"),
        "- => t x; t => w x; x => w; w => ended",
        dict(),
    ),
    (
        "terminate in a scope ends the scope alone, branches of its inner borders too",
        process(
            start(),
            sub(
                "S",
                start("s1"),
                both("f"),
                user("x y w"),
                border("b", "x", event("message"), False),
                end("e", event=TERMINATE),
                flows="s1>f; f>x; f>y; y>e; b>w",
            ),
            user("z"),
            flows="start>S; S>z",
        ),
        "- => b x y; b => b w x y; y => z",
        dict(),
    ),
    (
        "terminate at the top",
        process(start(), both("f"), user("x y"), end("e", event=TERMINATE), flows="start>f; f>x; f>y; y>e"),
        "- => x y; y => ended",
        dict(),
    ),
    (
        "event sub-process of the process, interrupting",
        process(start(), user("x"), handler("H", event("message"), "wH", True), flows="start>x"),
        "- => Hs x; Hs => wH; wH => ended",
        dict(),
    ),
    (
        "event sub-process, not interrupting, message again and again, holds the scope open",
        process(
            start(), sub("S", user("x"), handler("H", event("message"), "wH", False)), user("z"), flows="start>S; S>z"
        ),
        "- => Hs x; Hs => Hs wH x; Hs => Hs wH wH x; x => Hs wH wH; wH => Hs wH; wH => z",
        dict(),
    ),
    (
        "event sub-process, timer not interrupting, once",
        process(start(), sub("S", user("x"), handler("H", timer(), "wH", False)), user("z"), flows="start>S; S>z"),
        "- => Hs x; Hs => wH x; x => wH; wH => z",
        dict(),
    ),
    (
        "event sub-process whose event never comes does not hold the scope",
        process(start(), user("x"), handler("H", timer(), "wH", True), flows="start>x"),
        "- => Hs x; x => ended",
        dict(),
    ),
    (
        "error event sub-process takes the error before the border does, and the scope goes on normally",
        process(
            start(),
            sub(
                "S",
                start("s1"),
                user("x"),
                end("e", event=event("error", "bad")),
                handler("H", event("error", "bad"), "wH", True),
                flows="s1>x; x>e",
            ),
            border("b", "S", event("error")),
            user("z n"),
            flows="start>S; S>z; b>n",
        ),
        "- => x; x => wH; wH => z",
        dict(),
    ),
    (
        "an error in the handler goes to the border",
        process(
            start(),
            sub(
                "S",
                start("s1"),
                user("x"),
                end("e", event=event("error", "bad")),
                sub(
                    "H",
                    node("startEvent", "hs", event("error")),
                    user("h"),
                    end("he", event=event("error", "worse")),
                    flows="hs>h; h>he",
                    triggeredByEvent="true",
                ),
                flows="s1>x; x>e",
            ),
            border("b", "S", event("error", "worse")),
            user("z n"),
            flows="start>S; S>z; b>n",
        ),
        "- => x; x => h; h => n",
        dict(),
    ),
    (
        "conditional event sub-process, not interrupting: each time it becomes true",
        process(start(), user("x y"), handler("H", when("k > 1"), "wH", False), flows="start>x; x>y"),
        "- => x; x{k=2} => wH y; wH{k=3} => y; y{k=0} => ended",
        dict(k=0),
    ),
    (
        "conditional border, interrupting, true on arrival",
        process(start(), user("x z"), border("b", "x", when("k > 1")), flows="start>x; b>z"),
        "- => z",
        dict(k=2),
    ),
    (
        "error of a service task on its own border",
        process(
            start(),
            all_of("serviceTask", "v"),
            border("b", "v", event("error", "bad")),
            user("z n"),
            flows="start>v; v>z; b>n",
        ),
        "- => z",
        dict(),
    ),
    (
        "error goes outwards past a border with another code; caught by the catch-all",
        process(
            start(),
            sub(
                "A",
                sub("B", start("s"), end("e", event=event("error", "bad")), flows="s>e"),
                border("b1", "B", event("error", "other")),
                user("q"),
                flows="b1>q",
            ),
            border("b2", "A", event("error")),
            user("n"),
            flows="start>A; b2>n",
        ),
        "- => n",
        dict(),
    ),
    (
        "uncaught error ends the instance as failed",
        process(start(), both("f"), user("x y"), end("e", event=event("error", "bad")), flows="start>f; f>x; f>y; y>e"),
        "- => x y; y => failed",
        dict(),
    ),
    (
        "escalation not interrupting: the scope goes on",
        process(
            start(),
            sub("S", start("s"), throw("t", event("escalation", "late")), user("x"), flows="s>t; t>x"),
            border("b", "S", event("escalation", "late"), False),
            user("w"),
            flows="start>S; b>w",
        ),
        "- => w x",
        dict(),
    ),
    (
        "escalation interrupting",
        process(
            start(),
            sub("S", start("s"), throw("t", event("escalation", "late")), user("x"), flows="s>t; t>x"),
            border("b", "S", event("escalation")),
            user("w"),
            flows="start>S; b>w",
        ),
        "- => w",
        dict(),
    ),
    (
        "uncaught escalation goes on",
        process(start(), throw("t", event("escalation", "late")), user("x"), flows="start>t; t>x"),
        "- => x",
        dict(),
    ),
    (
        "a called procedure that fails",
        process(
            start(),
            all_of("callActivity", "c"),
            border("b", "c", event("error", "bad")),
            user("z n"),
            flows="start>c; c>z; b>n",
        ),
        "- => c; !c => n",
        dict(),
    ),
    (
        "parallel user tasks over a list, timer closes them",
        process(start(), user("x", each("xs")), border("t", "x", timer()), user("z n"), flows="start>x; x>z; t>n"),
        "- => t x[0] x[1] x[2]; x@1 => t x[0] x[2]; t => n; n => ended",
        dict(xs=["A", "B", "C"]),
    ),
    (
        "2 of 3",
        process(start(), user("x", each("xs", until="nrOfCompletedInstances >= 2")), user("z"), flows="start>x; x>z"),
        "- => x[0] x[1] x[2]; x@2 => x[0] x[1]; x@0 => z",
        dict(xs=["A", "B", "C"]),
    ),
    (
        "one answer of a kind ends all (或签)",
        process(start(), user("x", each("xs", until="k == 1")), user("z"), flows="start>x; x>z"),
        "- => x[0] x[1] x[2]; x@2{k=0} => x[0] x[1]; x@0{k=1} => z",
        dict(xs=["A", "B", "C"], k=0),
    ),
    (
        "an empty list passes on",
        process(start(), user("x", each("xs")), border("t", "x", timer()), user("z"), flows="start>x; x>z"),
        "- => z",
        dict(xs=[]),
    ),
    (
        "parallel sub-processes over a list, timers inside, border outside not interrupting",
        process(
            start(),
            sub("S", start("s"), user("x y"), border("tx", "x", timer()), flows="s>x; x>y; tx>y", more=each("xs")),
            border("c", "S", cycle(), False),
            user("z"),
            flows="start>S; S>z",
        ),
        "- => c tx[0] tx[1] tx[2] x[0] x[1] x[2]; tx@1 => c tx[0] tx[2] x[0] x[2] y[1]; c => c tx[0] tx[2] x[0] x[2] y[1]; y@1 => c tx[0] tx[2] x[0] x[2]; x@0 => c tx[2] x[2] y[0]; y@0 => c tx[2] x[2]; x@2 => c y[2]; y@2 => z",
        dict(xs=["A", "B", "C"]),
    ),
    (
        "parallel calls, one fails: all end",
        process(
            start(),
            node("callActivity", "c", each("xs"), calledElement="o"),
            border("b", "c", event("error")),
            user("z n"),
            flows="start>c; c>z; b>n",
        ),
        "- => c[0] c[1] c[2]; c@1 => c[0] c[2]; !c@0 => n",
        dict(xs=["A", "B", "C"]),
    ),
    (
        "fork and join in every iteration",
        process(
            start(),
            sub("S", start("s"), both("f j"), user("x y w"), flows="s>f; f>x; f>y; x>j; y>j; j>w", more=each("xs")),
            user("z"),
            flows="start>S; S>z",
        ),
        "- => x[0] x[1] y[0] y[1]; x@0 => x[1] y[0] y[1]; y@1 => x[1] y[0]; y@0 => w[0] x[1]; x@1 => w[0] w[1]; w@0 => w[1]; w@1 => z",
        dict(xs=["A", "B"]),
    ),
    (
        "inclusive join in every iteration",
        process(
            start(),
            sub(
                "S",
                start("s"),
                some("f j"),
                user("x y w"),
                flows="s>f; f>x[True]; f>y[item == 'B']; x>j; y>j; j>w",
                more=each("xs"),
            ),
            user("z"),
            flows="start>S; S>z",
        ),
        "- => x[0] x[1] y[1]; x@0 => w[0] x[1] y[1]; x@1 => w[0] y[1]; y@1 => w[0] w[1]",
        dict(xs=["A", "B"]),
    ),
    (
        "multi-instance in multi-instance",
        process(
            start(),
            sub("S", start("s"), user("x", each("xs", "inner")), flows="s>x", more=each("xs", "outer")),
            user("z"),
            flows="start>S; S>z",
        ),
        "- => x[0][0] x[0][1] x[1][0] x[1][1]",
        dict(xs=["A", "B"]),
    ),
    (
        "terminate in an iteration ends that one",
        process(
            start(),
            sub(
                "S",
                start("s"),
                user("x"),
                xor("g"),
                user("y"),
                end("e", event=TERMINATE),
                end("f"),
                flows="s>x; x>g; g>y*; g>e[item == 'B']; y>f",
                more=each("xs"),
            ),
            user("z"),
            flows="start>S; S>z",
        ),
        "- => x[0] x[1]; x@1 => x[0]; x@0 => y[0]; y@0 => z",
        dict(xs=["A", "B"]),
    ),
    (
        "an error in one iteration ends all",
        process(
            start(),
            sub("S", start("s"), user("x"), end("e", event=event("error", "bad")), flows="s>x; x>e", more=each("xs")),
            border("b", "S", event("error")),
            user("n"),
            flows="start>S; b>n",
        ),
        "- => x[0] x[1]; x@1 => n",
        dict(xs=["A", "B"]),
    ),
    (
        "sequential over a list, an empty place in it",
        process(
            start(), user("x", each("xs", sequential=True)), border("t", "x", timer()), user("z"), flows="start>x; x>z"
        ),
        "- => t x[0]; x => t x[1]; x => t x[2]; x => z",
        dict(xs=["A", None, "C"]),
    ),
    (
        "sequential sub-processes, ended early",
        process(
            start(),
            sub("S", start("s"), user("x"), flows="s>x", more=each("xs", sequential=True, until="k == 1")),
            user("z"),
            flows="start>S; S>z",
        ),
        "- => x[0]; x{k=0} => x[1]; x{k=1} => z",
        dict(xs=["A", "B", "C"], k=0),
    ),
    (
        "by number",
        process(start(), user("x", each(number="n")), user("z"), flows="start>x; x>z"),
        "- => x[0] x[1]; x@0 => x[1]; x@1 => z",
        dict(n=2),
    ),
    (
        "multi-instance in a loop, the list has changed",
        process(
            start(),
            xor("m g"),
            user("x", each("xs if k == 0 else xs[:1]")),
            user("d"),
            end("e"),
            flows="start>m; m>x; x>d; d>g; g>m[k == 1]; g>e*",
        ),
        "- => x[0] x[1] x[2]; x@0 => x[1] x[2]; x@1 => x[2]; x@2 => d; d{k=1} => x[0]; x@0 => d; d{k=0} => ended",
        dict(xs=["A", "B", "C"], k=0),
    ),
    (
        "standard loop, test after",
        process(
            start(),
            user("x", again("k == 1")),
            border("b", "x", event("message"), False),
            user("w z"),
            flows="start>x; x>z; b>w",
        ),
        "- => b x[0]; x{k=1} => b x[1]; b => b w x[1]; x{k=0} => w z",
        dict(k=0),
    ),
    (
        "standard loop, test before",
        process(
            start(),
            sub("S", start("s"), user("x"), flows="s>x", more=again("k == 1", True, "2")),
            user("z"),
            flows="start>S; S>z",
        ),
        "- => x[0]; x => x[1]; x => z",
        dict(k=1),
    ),
    (
        "send task: its message is heard at once by the receive task that waits longest, and by no other",
        process(
            start(),
            both("f"),
            user("x a b"),
            node("receiveTask", "r1", messageRef="m"),
            node("receiveTask", "r2", messageRef="m"),
            node("sendTask", "s", messageRef="m"),
            flows="start>f; f>r1; f>r2; f>x; x>s; r1>a; r2>b",
        ),
        "- => r1 r2 x; x => a r2; a => r2; r2 => b; b => ended",
        {},
    ),
    (
        "event-based gateway: two timers, a message, a condition",
        process(
            start(),
            node("eventBasedGateway", "g"),
            catch("t1", timer()),
            catch("t2", timer()),
            catch("m1", event("message")),
            catch("q", when("k > 1")),
            user("a b c d"),
            flows="start>g; g>t1; g>t2; g>m1; g>q; t1>a; t2>b; m1>c; q>d",
        ),
        "- => m1 t1 t2; t2 => b; b => ended",
        dict(k=0),
    ),
    (
        "inclusive: split, join, default",
        process(
            start(), some("o j"), user("a b c z"), flows="start>o; o>a[k > 0]; o>b[k > 1]; o>c*; a>j; b>j; c>j; j>z"
        ),
        "- => a b; b => a; a => z",
        dict(k=2),
    ),
    (
        "inclusive join waits for a path behind a merge",
        process(
            start(),
            both("f"),
            user("a b c d"),
            xor("g m"),
            some("o"),
            user("z"),
            flows="start>f; f>a; f>b; a>g; g>o*; g>d[k > 1]; d>m; b>m; m>c; c>o; o>z",
        ),
        "- => a b; a => b; b => c; c => z",
        dict(k=0),
    ),
    (
        "inclusive join does not wait for a branch that has ended",
        process(
            start(),
            some("o j"),
            user("a b z"),
            end("e"),
            xor("g"),
            flows="start>o; o>a[True]; o>b[True]; a>j; b>g; g>e[k == 1]; g>j*; j>z",
        ),
        "- => a b; a => b; b{k=1} => z",
        dict(k=0),
    ),
    (
        "two inclusive joins that wait for each other: nothing can go on",
        process(
            start(),
            both("f"),
            user("a b x y"),
            some("o1 o2"),
            xor("g1 g2"),
            end("e1"),
            end("e2"),
            flows="start>f; f>a; f>b; a>o1; b>o2; o1>g1; g1>x*; g1>e1[k > 0]; x>o2; o2>g2; g2>y*; g2>e2[k > 0]; y>o1",
        ),
        "- => a b; a => b; b => stuck",
        dict(k=0),
    ),
    (
        "an inclusive gateway that merges a loop",
        process(start(), some("m"), user("x"), xor("g"), end(), flows="start>m; m>x; x>g; g>m[k > 0]; g>end*"),
        "- => x; x{k=1} => x; x{k=0} => ended",
        dict(k=0),
    ),
    (
        "an inclusive block in a loop",
        process(
            start(),
            xor("m g"),
            some("o j"),
            user("x y"),
            end(),
            flows="start>m; m>o; o>x[True]; o>y[k > 0]; x>j; y>j; j>g; g>m[k > 0]; g>end*",
        ),
        "- => x y; x => y; y => x y; y => x; x{k=0} => ended",
        dict(k=1),
    ),
    (
        "out of a task by several flows, with conditions and default",
        process(start(), user("x a b c"), flows="start>x; x>a[k > 0]; x>b[k > 1]; x>c*"),
        "- => x; x{k=1} => a; a => ended",
        dict(k=0),
    ),
    (
        "a condition on a task's only flow: else the default of nothing is an error",
        process(start(), user("x a c"), flows="start>x; x>a[k > 0]; x>c*"),
        "- => x; x{k=0} => c",
        dict(k=0),
    ),
    (
        "several flows into a task: once for each",
        process(start(), both("f"), user("a b z"), flows="start>f; f>a; f>b; a>z; b>z"),
        "- => a b; a => b z; b => z z; z => z; z => ended",
        dict(),
    ),
    (
        "two tokens through one fork and join",
        process(
            start(),
            both("f"),
            user("a b"),
            xor("m"),
            both("q j"),
            user("c d z"),
            flows="start>f; f>a; f>b; a>m; b>m; m>q; q>c; q>d; c>j; d>j; j>z",
        ),
        "- => a b; a => b c d; c => b d; d => b z; b => c d z; c => d z; d => z z",
        dict(),
    ),
    (
        "an excess token at a join stays and is used later",
        process(
            start(),
            both("f"),
            user("a b c"),
            xor("m"),
            both("j"),
            user("z"),
            flows="start>f; f>a; f>b; f>c; a>m; b>m; m>j; c>j; j>z",
        ),
        "- => a b c; a => b c; b => c; c => z; z => stuck",
        dict(),
    ),
    (
        "a parallel split that is never joined",
        process(start(), both("f"), user("a b"), end(), end("e2"), flows="start>f; f>a; f>b; a>end; b>e2"),
        "- => a b; a => b; b => ended",
        dict(),
    ),
    (
        "links: two throws, one catch",
        process(
            start(),
            xor("g"),
            throw("l1", link("L")),
            throw("l2", link("L")),
            catch("l3", link("L")),
            user("z"),
            flows="start>g; g>l1*; g>l2[k > 0]; l3>z",
        ),
        "- => z",
        dict(k=1),
    ),
    (
        "a branch from a border merges into the main path before a join",
        process(
            start(),
            both("f j"),
            user("a b z"),
            border("t", "a", timer()),
            xor("m"),
            flows="start>f; f>a; f>b; a>m; t>m; m>j; b>j; j>z",
        ),
        "- => a b t; t => b; b => z",
        dict(),
    ),
    (
        "a script says what the next decision reads, and its second line what the first has said",
        process(
            start(),
            node("scriptTask", "s", "<script>big = k > 10\nsmall = not big</script>"),
            xor("g"),
            user("a b"),
            flows="start>s; s>g; g>a[small]; g>b*",
        ),
        "- => b; b => ended",
        dict(k=11),
    ),
    (
        "tasks of which nothing says who does them are passed at once",
        process(start(), all_of("task", "t"), all_of("manualTask", "m"), user("a"), flows="start>t; t>m; m>a"),
        "- => a; a => ended",
        dict(),
    ),
    (
        "a sub-process without a start event begins at its first step, one with nothing in it is passed",
        process(start(), sub("s", user("a b"), flows="a>b"), sub("e"), user("z"), flows="start>s; s>e; e>z"),
        "- => a; a => b; b => z; z => ended",
        dict(),
    ),
]
# ruff: noqa: E501


@pytest.mark.parametrize(("text", "script", "facts"), [word[1:] for word in WORDS], ids=[word[0] for word in WORDS])
def test_a_word_does_what_is_written_beside_its_drawing(text: str, script: str, facts: dict[str, object]):
    net = Net(text, alone(text), facts)
    for step in script.split(";"):
        move, _, expected = step.partition("=>")
        if move.strip() != "-":
            net.move(_move(net, move.strip()))
        assert " ".join(_open(net)) == expected.strip(), step


def _move(net: Net, text: str) -> Move:
    found = re.fullmatch(r"(!?)(\w+)(?:@(\d+))?(?:\{(.*)\})?", text)
    assert found is not None
    fails, element, index, said = found.groups()
    values = tuple(
        (name, int(value)) for name, _, value in (part.partition("=") for part in (said or "").split(",") if part)
    )
    kinds = (FAIL,) if fails else (COMPLETE, FIRE, ANSWER, MEET)
    for move in net.reference.choices():
        here = index is None or f"[{index}]" in move.element
        if move.what in kinds and element_of(move.element) == element and here:
            return move._replace(facts=values)
    raise AssertionError(f"{element} is not open")


def _open(net: Net) -> list[str]:
    seen = net.reference.seen()
    if seen.ended:
        return ["ended" if seen.failed is None else "failed"]
    choices = [move.element for move in net.reference.choices() if move.what in (COMPLETE, FIRE, ANSWER, MEET)]
    return sorted(choices) or ["stuck"]
