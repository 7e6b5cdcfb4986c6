"""The shapes in which Camunda 7's REST interface says things, as far as its modeler reads them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.clock import local, require_aware
from engine.deployments.definitions import Definition
from engine.deployments.sent import DIAGRAMS, Sent
from engine.errors import DiagramRefused, InvalidValues, LianbanError, Refused, Unsure
from engine.messages import gettext as _
from engine.messages import listed
from engine.problems import Problem
from engine.uses.deploying import Waiting

VERSION = "7.24.0"
"""The version whose interface this is: the modeler compares it with what the diagram is drawn for."""
NOT_PARSED = "ENGINE-09005 Could not parse BPMN process. Errors: "
"""What a message begins with that the modeler shows as one about the diagram; any other it takes for a wrong address."""
SOURCE = "Camunda Modeler"


def credentials(header: str) -> tuple[str, str] | None:
    """Login and password of a Basic header; None for any other. Browsers' btoa writes Latin-1, other programs UTF-8."""
    scheme, _space, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        given = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        text = given.decode()
    except UnicodeDecodeError:
        text = given.decode("latin-1")
    login, colon, password = text.partition(":")
    return (login, password) if colon else None


def token(header: str) -> str:
    """The token of a Bearer header; empty for any other."""
    scheme, _space, value = header.partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def definition_id(definition: Definition) -> str:
    return f"{definition.key}:{definition.version}:{definition.id}"


def deployment(definition: Definition, name: str, file: str, at: datetime) -> dict[str, Any]:
    """What came of a deployment. Of a diagram that was in force already, too, the version is named: the modeler starts the
    version that it was told last, and may have been told none."""
    told = {
        "id": definition_id(definition),
        "key": definition.key,
        "category": None,
        "description": None,
        "name": definition.name,
        "version": definition.version,
        "resource": file,
        "deploymentId": definition.id,
        "diagram": None,
        "suspended": False,
        "tenantId": None,
        "versionTag": definition.diagram.process.version_tag or None,
        "historyTimeToLive": None,
        "startableInTasklist": True,
    }
    return {
        "links": [],
        "id": definition.id,
        "name": name or definition.name,
        "source": SOURCE,
        "deploymentTime": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "tenantId": None,
        "deployedProcessDefinitions": {told["id"]: told},
        "deployedCaseDefinitions": None,
        "deployedDecisionDefinitions": None,
        "deployedDecisionRequirementsDefinitions": None,
    }


def started(definition_id: str, number: str) -> dict[str, Any]:
    """The case that has begun; its number is its id and its business key."""
    return {
        "links": [],
        "id": number,
        "definitionId": definition_id,
        "businessKey": number,
        "caseInstanceId": None,
        "ended": False,
        "suspended": False,
        "tenantId": None,
    }


def refused(error: LianbanError, files: Sequence[Sent]) -> dict[str, Any]:
    """Why a diagram was not deployed: in the message for a reader, in the details by elements."""
    problems = error.problems if isinstance(error, DiagramRefused) else []
    said = str(error.whole).split("\n")
    message = NOT_PARSED + "".join(f"\n* {line}" for line in (said[1:] if problems else said))
    details: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for problem in problems:
        found = details.setdefault(problem.file or diagram_name(files), {"errors": [], "warnings": []})
        found["errors"].append(_problem(problem))
    return {"type": "ParseException", "message": message, "code": 0, "details": details}


def waits(waiting: Waiting, address: str, outdated: Sequence[str] = ()) -> dict[str, Any]:
    """That a deployment waits for a second person: said as the modeler says what stands in the way, so that nobody takes it
    for a version that is in force."""
    said = _(
        "The diagram has no problems, but it is not in force yet: a second person has to confirm it at "
        "%(address)s. It will then be version %(version)s.",
        address=address,
        version=waiting.version,
    )
    said_so = [str(said)]
    if outdated:
        tests = _("These tests of the version in force do not hold any more: %(names)s", names=listed(outdated))
        said_so.append(str(tests))
    return {
        "type": "DeploymentWaits",
        "message": f"{NOT_PARSED}\n* {' '.join(said_so)}",
        "code": 0,
        "details": {},
        "waits": {"id": waiting.kept.id, "key": waiting.kept.key, "url": address, "new": waiting.is_new},
        "outdatedTests": list(outdated),
    }


def diagram_name(files: Sequence[Sent]) -> str:
    """The name of the diagram among the files; empty when there is none."""
    return next((file.name for file in files if file.name.lower().endswith(DIAGRAMS)), "")


def failed(error: LianbanError | Unsure) -> dict[str, Any]:
    """What an error says, with the sentences for single fields in lines of their own."""
    said = [error.message]
    if isinstance(error, InvalidValues | Unsure):
        said += [f"* {key}: {sentence}" if key else f"* {sentence}" for key, sentence in error.problems.items()]
    return {"type": "RestException", "message": "\n".join(said), "code": None}


def answers(variables: object) -> dict[str, list[str]]:
    """The variables of a start as a form would send them. Raises Refused for what is no table of variables."""
    if variables is None:
        return {}
    if not isinstance(variables, Mapping):
        raise Refused(_("The variables have to be listed by name."))
    return {str(name): _texts(variable) for name, variable in variables.items()}


def _texts(variable: object) -> list[str]:
    value, kind = variable, ""
    if isinstance(variable, Mapping):
        value, kind = variable.get("value"), str(variable.get("type") or "").lower()
    if value is None:
        return []
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if kind == "date" and isinstance(value, str):
        return [_minute(value)]
    return [str(value)]


def _minute(text: str) -> str:
    """An instant as a form sends it; what is none stays as it is, to be refused by the form."""
    try:
        return f"{local(require_aware(datetime.fromisoformat(text))):%Y-%m-%dT%H:%M}"
    except ValueError:
        return text


def _problem(problem: Problem) -> dict[str, Any]:
    ids = [problem.element_id] if problem.element_id else []
    return {
        "message": str(problem.sentence),
        "line": problem.line,
        "column": 0,
        "mainElementId": problem.element_id or None,
        "elementIds": ids,
        "rule": problem.rule,
    }
