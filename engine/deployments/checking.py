"""Files of procedures judged as they lie in a folder, before anybody deploys them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.bpmn.gate.order import Findings, in_one_round
from engine.bpmn.gate.procedures import Procedures, Signature
from engine.bpmn.gate.rules.bindings import CALL_TAG, CALL_VERSION
from engine.bpmn.gate.rules.calls import CALL_UNKNOWN
from engine.bpmn.gate.rules.executable import PROCESS_IN_TWO_FILES
from engine.bpmn.gate.rules.letters import LETTER_FILE
from engine.bpmn.gate.rules.units import UNIT_UNKNOWN
from engine.bpmn.gate.signatures import signature_of
from engine.bpmn.reading.read import FILE_PLACE, FILE_UNREADABLE
from engine.deployments import judging, shipped
from engine.deployments.definitions import read_diagram
from engine.deployments.judging import City
from engine.documents.letters import LetterRefused, read_letter
from engine.errors import DiagramRefused
from engine.forms.schema import read_as_far
from engine.messages import Text
from engine.messages import gettext as _
from engine.problems import Problem, Severity

CityFor = Callable[[str, Procedures], City]
"""What is known of the installation, for a diagram of that procedure that lies beside these other ones."""
DIAGRAM, FORM, LETTER = ".bpmn", ".form", ".toml"


@dataclass(frozen=True)
class Checked:
    """What there is to say of one file, and of what lies beside it."""

    path: Path
    findings: Findings
    is_readable: bool = True


def check(paths: Sequence[Path], city_for: CityFor) -> list[Checked]:
    """Every diagram among the files and in the folders, with its forms and letters; and forms and letters by themselves."""
    found: dict[Path, Checked] = {}
    for path in paths:
        for one in _check(path, city_for):
            found[one.path] = _joined(found[one.path], one) if one.path in found else one
    return list(found.values())


def _joined(one: Checked, other: Checked) -> Checked:
    findings = in_one_round((*one.findings.problems, *other.findings.problems))
    following = max(one.findings.following, other.findings.following)
    return Checked(one.path, replace(findings, following=following), one.is_readable and other.is_readable)


def _check(path: Path, city_for: CityFor) -> Iterator[Checked]:
    if path.is_dir():
        for diagram in sorted(path.glob(f"*{DIAGRAM}")):
            yield _diagram(diagram, city_for)
        yield from _strays(path)
    elif path.suffix in (FORM, LETTER):
        yield _beside(path, city_for)
    else:
        yield _diagram(path, city_for)


def _diagram(path: Path, city_for: CityFor) -> Checked:
    try:
        file = shipped.read_file(path)
        city = city_for(file.diagram.key, Neighbours(path))
        findings = judging.judge(file.content, file.beside, city, path.name).findings
    except DiagramRefused as refused:
        return Checked(path, in_one_round(_within(path.parent, path.name, refused.problems)), is_readable=False)
    except OSError as error:
        return Checked(path, _unreadable(path, str(error.strerror or error)), is_readable=False)
    return Checked(path, replace(findings, problems=tuple(_within(path.parent, path.name, findings.problems))))


def _within(folder: Path, name: str, problems: Collection[Problem]) -> Iterator[Problem]:
    """The problems with their files as they are found from here."""
    return (replace(problem, file=str(folder / (problem.file or name))) for problem in problems)


def _unreadable(path: Path, why: Text) -> Findings:
    problem = FILE_UNREADABLE.problem(
        "", "", _("The file cannot be read: %(error)s", error=why), _("Check the file name.")
    )
    return Findings((replace(problem, file=str(path)),))


def _strays(folder: Path) -> Iterator[Checked]:
    """What lies in the folder where no procedure looks for it, and procedures that two files have."""
    for name, why in shipped.read_folder(folder).unreadable.items():
        path = folder / name
        if path.suffix != DIAGRAM:
            yield Checked(path, Findings((replace(FILE_PLACE.problem("", "", why, ""), file=str(path)),)))
        elif _reads(path):
            twice = PROCESS_IN_TWO_FILES.problem("", "", why, "")
            yield Checked(path, Findings((replace(twice, file=str(path)),)))


def _reads(path: Path) -> bool:
    try:
        read_diagram(path.read_bytes())
    except (DiagramRefused, OSError):
        return False
    return True


def _beside(path: Path, city_for: CityFor) -> Checked:
    """A form or a letter: what the diagrams say of it that use it, and what can be said of it alone."""
    folder = _folder_of(path)
    problems: list[Problem] = []
    for diagram in sorted(folder.glob(f"*{DIAGRAM}")):
        problems += (one for one in _diagram(diagram, city_for).findings.problems if Path(one.file) == path)
    try:
        content = path.read_bytes()
    except OSError as error:
        return Checked(path, _unreadable(path, str(error.strerror or error)), is_readable=False)
    alone = list(_alone(path, content)) if not problems else []
    return Checked(path, in_one_round([*problems, *alone]))


def _folder_of(path: Path) -> Path:
    """The folder of the diagrams, for a file that lies in its `forms` or `letters`."""
    return next((around.parent for around in path.parents if around.name in ("forms", "letters")), path.parent)


def _alone(path: Path, content: bytes) -> Iterator[Problem]:
    if path.suffix == FORM:
        _form, wrong = read_as_far(content)
        yield from (replace(problem, file=str(path)) for problem in wrong)
        return
    try:
        read_letter(path.stem, content.decode())
    except LetterRefused as refused:
        yield replace(LETTER_FILE.problem(path.stem, "", refused.sentence, ""), file=str(path))
    except UnicodeDecodeError:
        said = _("%(file)s is not encoded as UTF-8. Save it as UTF-8.", file=path.name)
        yield replace(LETTER_FILE.problem(path.stem, "", said, ""), file=str(path))


class Neighbours:
    """The procedures whose diagrams lie in the same folder, as far as they can be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: Mapping[str, Signature] | None = None

    def keys(self) -> Collection[str]:
        return self._signatures().keys()

    def latest(self, key: str) -> Signature | None:
        return self._signatures().get(key)

    def numbered(self, key: str, version: int) -> Signature | None:
        return None

    def tagged(self, key: str, tag: str) -> Signature | None:
        return None

    def _signatures(self) -> Mapping[str, Signature]:
        if self._found is None:
            others = (other for other in sorted(self._path.parent.glob(f"*{DIAGRAM}")) if other != self._path)
            self._found = dict(filter(None, map(_signature, others)))
        return self._found


def _signature(path: Path) -> tuple[str, Signature] | None:
    try:
        file = shipped.read_file(path)
    except (DiagramRefused, OSError):
        return None
    forms = judging.forms_as_far(file.diagram, file.beside.forms)
    facts = frozenset(file.diagram.declared_facts(forms.values()))
    return file.diagram.key, signature_of(file.diagram, forms, facts)


def less_certain(checked: Checked, doubtful: Collection[str]) -> Checked:
    """The same, where what breaks one of these rules is only worth a look: nobody has said what there is."""
    softened = (
        replace(problem, severity=Severity.WARNING) if problem.rule in doubtful else problem
        for problem in checked.findings.problems
    )
    return replace(checked, findings=replace(checked.findings, problems=in_one_round(softened).problems))


WITHOUT_UNITS = frozenset({UNIT_UNKNOWN.id})
WITHOUT_PROCEDURES = frozenset({CALL_UNKNOWN.id, CALL_VERSION.id, CALL_TAG.id})
"""What nobody can be sure of who knows no units, or no procedures but those that lie beside."""
