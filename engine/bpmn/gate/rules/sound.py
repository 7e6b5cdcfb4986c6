"""From every state that a case can come to it comes to an end, and every step is done by some case.

Judged by the states, and only where the flows are in order: what is wrong with them is told by their own rules. What is
answered is not looked at, so a state is certain only when nothing that was decided on the way to it depends on the same
answer; else it is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.bpmn.gate.draft import Draft, about, called, in_the_file
from engine.bpmn.gate.graph import reached, too_large
from engine.bpmn.gate.rules import inclusive, joins
from engine.bpmn.gate.states import STATES_AT_MOST, Choice, Net, Seen, State
from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.events import TERMINATE
from engine.bpmn.reading.expressions import compile_expression
from engine.errors import ExpressionError
from engine.messages import Name, Text, listed, sentences
from engine.messages import gettext as _
from engine.problems import Problem, Rule, Severity

CASE_STUCK = Rule("case-stuck", _("Whatever state a case is in, it can still reach an end."))
STEP_DEAD = Rule("step-dead", _("Every step can be reached by some case."))
END_LEAVES_WORK = Rule(
    "end-leaves-work", _("When a case has its result, no step on another branch is open."), Severity.WARNING
)
WAYS_TOO_MANY = Rule("ways-too-many", _("All the paths through a diagram can be checked."), Severity.WARNING)
CHOICES_SHOWN = 6
TOLD_OF_JOINS = frozenset(
    rule.id for rule in (joins.JOIN_STARVES, joins.JOIN_IN_LOOP, joins.BRANCH_ENDS_EARLY, inclusive.JOINS_WAIT)
)
"""Rules that see by the drawing alone where a case would stop."""
AUTOMATIC = (
    "serviceTask", "sendTask", "scriptTask", "task", "manualTask", "parallelGateway", "intermediateThrowEvent",
)  # fmt: skip
WAITING = ("userTask", "receiveTask", "callActivity", "intermediateCatchEvent")


def check(draft: Draft) -> Iterator[Problem]:
    if too_large(draft):
        return
    yield from _over_at_once(draft)
    left = STATES_AT_MOST
    for scope in (None, *(scope.id for scope in draft.of_kind("subProcess"))):
        net = Net(draft, scope)
        seen = net.look(left)
        left -= len(seen.came_from)
        yield from _stuck(draft, seen)
        if not seen.is_whole:
            yield _too_many(draft, scope)
            break
        if not seen.stuck:
            yield from _dead(draft, net, seen)
    yield from _work_left(draft)


def with_ways(problems: Sequence[Problem], by_states: Sequence[Problem]) -> list[Problem]:
    """The problems that are told already, those of joins with the way on which a case stops; and what only states show.

    A branch may end before a join when all states were looked at and no case stops: another part of it goes there.
    """
    if not any(problem.rule in (CASE_STUCK.id, WAYS_TOO_MANY.id) for problem in by_states):
        problems = [problem for problem in problems if problem.rule != joins.BRANCH_ENDS_EARLY.id]
    stuck = {problem.element_id: problem for problem in by_states if problem.rule == CASE_STUCK.id}
    of_joins = [problem for problem in problems if problem.rule in TOLD_OF_JOINS]
    shown = []
    for problem in problems:
        same = stuck.get(problem.element_id) if problem.rule in TOLD_OF_JOINS else None
        shown.append(replace(problem, reason=sentences(problem.reason, same.reason)) if same else problem)
    return shown + [
        problem for problem in by_states if not (of_joins and problem.rule in (CASE_STUCK.id, STEP_DEAD.id))
    ]


# --- where a case stops ---


def _stuck(draft: Draft, seen: Seen) -> Iterator[Problem]:
    """Each join once, by a way that is certain if there is one."""
    told: dict[str, Problem] = {}
    for state in seen.stuck:
        way = seen.way_to(state)
        join = draft.diagram.elements[state[0].element]
        before = told.get(join.id)
        if before is None or (before.severity is Severity.WARNING and not _hang_together(draft, way)):
            told[join.id] = _stops(draft, join, way, state)
    yield from told.values()


def _stops(draft: Draft, join: Element, way: Sequence[Choice], state: State) -> Problem:
    missing = [flow for flow in join.incoming if flow not in {token.flow for token in state}]
    sources = [draft.diagram.elements[draft.diagram.flows[flow].source] for flow in missing]
    problem = about(
        CASE_STUCK,
        join,
        _(
            "A case that goes %(way)s stops here for ever: the join waits for what should come from %(sources)s, but "
            "nothing does.",
            way=_shown(draft, way),
            sources=listed(_("'%(step)s'", step=called(one)) for one in sources),
        )
        if way
        else _(
            "Every case stops here for ever: the join waits for what should come from %(sources)s, but nothing does.",
            sources=listed(_("'%(step)s'", step=called(one)) for one in sources),
        ),
        _(
            "Join with an inclusive gateway, which waits only for what can still arrive. If that path means that "
            "everything is finished, end it with a terminate end event."
        ),
    )
    return replace(problem, severity=Severity.WARNING) if _hang_together(draft, way) else problem


def _hang_together(draft: Draft, way: Sequence[Choice]) -> bool:
    """Whether two decisions on the way read the same fact: then perhaps no case can go so."""
    seen = set[str]()
    for choice in way:
        names = _read_at(draft, choice.element)
        if names & seen:
            return True
        seen |= names
    return False


def _read_at(draft: Draft, element_id: str) -> set[str]:
    names = set[str]()
    for key in draft.diagram.elements[element_id].outgoing:
        try:
            names |= compile_expression(draft.diagram.flows[key].condition or "None").names
        except ExpressionError:
            continue  # told by `expressions`
    return names


def _shown(draft: Draft, way: Sequence[Choice]) -> Text:
    last = way[-CHOICES_SHOWN:]
    return listed([*(["…"] if len(way) > len(last) else []), *(_choice(draft, choice) for choice in last)])


def _choice(draft: Draft, choice: Choice) -> Text:
    """By its names: the step that is left, and the flow that is taken or the event that happens."""
    taken = listed(_way_name(draft, key) for key in choice.ways)
    return _("from '%(step)s' by '%(taken)s'", step=called(draft.diagram.elements[choice.element]), taken=taken)


def _way_name(draft: Draft, key: str) -> Name:
    flow = draft.diagram.flows.get(key)
    if flow is None:
        return called(draft.diagram.elements[key])
    return called(flow if flow.name else draft.diagram.elements[flow.target])


# --- what no case does ---


def _dead(draft: Draft, net: Net, seen: Seen) -> Iterator[Problem]:
    """Where it begins: what lies behind is dead only by it."""
    dead = [draft.diagram.elements[key] for key in sorted(net.reachable - seen.done)]
    keys = {one.id for one in dead}
    for element in dead:
        sources = {draft.diagram.flows[flow].source for flow in element.incoming}
        if element.kind != "boundaryEvent" and not sources <= keys:
            yield about(
                STEP_DEAD,
                element,
                _("No case gets past this point: everything has always ended before."),
                _("Connect the branch that ends everything to this join, or end it with a plain end event."),
            )


def _over_at_once(draft: Draft) -> Iterator[Problem]:
    """What goes by itself comes before anybody can act: an end of everything by which a fork is left at once leaves no work."""
    for fork in draft.of_kind("parallelGateway"):
        heads = draft.targets(fork)
        ends = [end for head in heads if (end := _end_by_itself(draft, head))]
        waiting = next((head for head in heads if head.kind in WAITING), None)
        if ends and waiting is not None:
            yield about(
                STEP_DEAD,
                waiting,
                _(
                    "Nobody has time to do this: on another branch '%(end)s' ends everything at once.",
                    end=called(ends[0]),
                ),
                _("Make that a plain end event, or let its branch wait until the other steps are done."),
            )


def _end_by_itself(draft: Draft, element: Element) -> Element | None:
    """The terminate end event to which this goes on without a decision and without waiting."""
    seen = set[str]()
    while element.id not in seen:
        seen.add(element.id)
        if element.kind == "endEvent":
            return element if element.event_kind == TERMINATE else None
        following = draft.targets(element)
        if element.kind not in AUTOMATIC or len(following) != 1 or len(element.incoming) > 1:
            return None
        element = following[0]
    return None


def _too_many(draft: Draft, scope: str | None) -> Problem:
    said = _(
        "There are more than %(most)s states, too many to check, so it is not known whether every case reaches an "
        "end. The diagram is deployed all the same.",
        most=STATES_AT_MOST,
    )
    remedy = _("Draw parts of it as sub-processes, which are checked one by one, and try it out with lianban try.")
    if scope is None:
        return in_the_file(WAYS_TOO_MANY, said, remedy)
    return about(WAYS_TOO_MANY, draft.diagram.elements[scope], said, remedy)


# --- what is open when there is a result ---


def _work_left(draft: Draft) -> Iterator[Problem]:
    """A terminate end event says itself that everything else lapses; a plain one lets it go on."""
    ends = {end.id for end in draft.of_kind("endEvent") if "result" in end.properties and not end.event_kind}
    told = set[str]()
    for fork in draft.of_kind("parallelGateway") if ends else ():
        heads = draft.targets(fork)
        if len(heads) < 2:
            continue
        behind = {head.id: reached([head], draft.in_scope) for head in heads}
        for end in sorted(ends - told):
            before = {key for key, found in behind.items() if end in found}
            if before and (task := _open_beside(draft, behind, before)):
                told.add(end)
                yield _leaves(draft.diagram.elements[end], task)


def _open_beside(draft: Draft, behind: dict[str, set[str]], before: set[str]) -> Element | None:
    """A step of a person on a branch that does not lead to the end."""
    own = set[str]().union(*(behind[key] for key in before))
    for key, found in behind.items():
        if key not in before:
            tasks = (draft.diagram.elements[one] for one in sorted(found - own))
            return next((task for task in tasks if task.kind == "userTask"), None)
    return None


def _leaves(end: Element, task: Element) -> Problem:
    return about(
        END_LEAVES_WORK,
        end,
        _(
            "When a case reaches this result, '%(task)s' on another branch may still be open, so the case goes on all "
            "the same.",
            task=called(task),
        ),
        _("Join the branches first. If the open steps are no longer needed, make this a terminate end event."),
    )
