"""The tests of a diagram that was sent: run before it comes into force, in a city with the units of the installation.

A file is tried in a folder of its own, as it would lie beside its diagram; nothing of the installation is touched. What has
been tried is remembered for a while: whoever deploys has just seen the results of the check.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from engine.app import Engine
from engine.clock import local_date
from engine.deployments.packages import Sent, digest
from engine.deployments.places import SHARED
from engine.deployments.sent import FORMS, LETTERS, files_of
from engine.deployments.shipped import File, tests_beside
from engine.errors import DiagramRefused, LianbanError
from engine.messages import Text
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.trial.story import read_tests
from engine.trial.trials import Tested, failed, run_tests
from engine.uses.deploying import Deployed, Waiting

TESTS_AT_MOST = 40
"""Tests of one diagram: each walks a case, which takes a second or two."""
KEPT_AT_MOST = 64


@dataclass(frozen=True)
class Result:
    """What became of one test; it passed when nothing differs. Without a name: the tests could not be run at all."""

    name: str
    differs: tuple[Text, ...]


_known: OrderedDict[str, tuple[Result, ...]] = OrderedDict()
_turn = Lock()


def results(engine: Engine, file: File) -> tuple[Result, ...]:
    """What becomes of the file's tests, which is in order (`judging.judge`); nothing when it has none."""
    if file.along.tests is None:
        return ()
    about = _about(engine, file)
    with _turn:  # one at a time in a process: trying takes all that a processor has
        if about not in _known:
            _known[about] = _apart(engine, file)
            while len(_known) > KEPT_AT_MOST:
                _known.popitem(last=False)
        return _known[about]


def deploy(
    engine: Engine, actor: Actor, files: Sequence[Sent], reason: str, is_meant: bool = False
) -> tuple[Deployed | Waiting, tuple[str, ...]]:
    """What was sent is in force, or waits for a second person, and its tests have passed.

    Returns with it the names of the tests of the version before that do not hold any more; `is_meant`: that is what was
    wanted. Raises Refused, DiagramRefused, TestsFailed, and NotAllowed for whoever has not the right to deploy.
    """
    file = engine.library.file(actor, files)
    in_order(engine, file)
    outdated = require_passed(engine, file, is_meant)
    return engine.library.deploy(actor, files, reason, outdated), outdated


def in_order(engine: Engine, file: File) -> None:
    """Nothing is wrong with the file: its tests can be walked. Raises DiagramRefused."""
    told = engine.procedures_in_force.judge(file)
    if told.errors:
        raise DiagramRefused(list(told.errors), told.following)


def require_passed(engine: Engine, file: File, is_meant: bool = False) -> tuple[str, ...]:
    """The file's tests pass. Raises TestsFailed with what was otherwise.

    Tests that were sent with it have to. Those of the version before may be just what shall change: when that `is_meant`,
    the names of those that do not hold any more are returned. Tests that cannot be run are never what was meant.
    """
    differing = [one for one in results(engine, file) if one.differs]
    if differing and not (is_meant and file.along.tests_carried and all(one.name for one in differing)):
        raise failed((one.name, said) for one in differing for said in one.differs)
    return tuple(one.name for one in differing)


def _apart(engine: Engine, file: File) -> tuple[Result, ...]:
    """The results, found in a thread of their own: what is known of the request that asks (which form was sent, whose visit
    it is) belongs to the installation, and would be written into the trial's."""
    with ThreadPoolExecutor(1, "lianban-trial") as thread:
        return thread.submit(_results, engine, file).result()


def _results(engine: Engine, file: File) -> tuple[Result, ...]:
    try:
        stories = read_tests(file.along.tests or b"")
        if len(stories) > TESTS_AT_MOST:
            return (Result("", (_("There are more than %(most)s tests.", most=TESTS_AT_MOST),)),)
        with TemporaryDirectory(prefix="lianban-sent-") as folder:
            diagram = _laid_out(file, Path(folder))
            told = run_tests(engine.settings, diagram, None, engine.clock.now(), engine.procedures_in_force.units())
    except LianbanError as error:
        return (Result("", (error.whole,)),)
    return tuple(_result(one) for one in told)


def _result(one: Tested) -> Result:
    return Result(one.story.name, tuple(one.differs))


def _laid_out(file: File, folder: Path) -> Path:
    """The diagram in this folder, with everything where a procedure looks for it."""
    key, sources = file.diagram.key, file.beside.letters
    own = set(file.letters)
    written = {f"forms/{key}/{name}{FORMS}": text for name, text in file.form_texts.items()}
    for name in sorted(sources, key=lambda one: one in own):  # of two layouts with one name that of an own letter stays
        written[f"letters/{key if name in own else SHARED}/{name}{LETTERS}"] = sources[name].wording
        written |= {f"letters/layouts/{layout}": text for layout, text in sources[name].layout.items()}
    for place, text in written.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    diagram = folder / f"{key}.bpmn"
    diagram.write_bytes(file.content)
    tests_beside(diagram).write_bytes(file.along.tests or b"")
    return diagram


def _about(engine: Engine, file: File) -> str:
    """The same for what could only end the same."""
    units = repr(engine.procedures_in_force.units()).encode()
    place = str(engine.settings.processes_dir).encode()
    day = str(local_date(engine.clock.now())).encode()
    tests = file.along.tests or b""  # those of the version in force are none of the files that were sent
    return digest(
        [*files_of(file), Sent("/tests", tests), Sent("/units", units), Sent("/place", place), Sent("/day", day)]
    )
