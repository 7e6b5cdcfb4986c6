"""The requests of the desktop modeler, under `/engine-rest` and `/rest`.

Whoever asks says so with each request, in the header Authorization: no cookie counts here. A browser adds that header for
no other site, since no challenge makes it ask for a password; so there is no form to be forged, and any page may ask.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from engine.deployments.sent import Sent
from engine.errors import DiagramRefused, LianbanError, NotSignedIn, Refused, Unsure
from engine.trial.course import TestsFailed
from engine.trial.sent import deploy
from engine.uses.deploying import Waiting
from tasks_ui.messages import gettext as _
from tasks_ui.modeler import wire
from tasks_ui.security import engine

pages = Blueprint("modeler", __name__)
BASES = ("/engine-rest", "/rest")
LOCAL_FILES = ("null", "file://")
"""What a program calls itself that shows its own files: the desktop modeler."""
NAME_LIMIT = 500
"""Characters of the name of a deployment, which is kept as its reason."""
View = Callable[..., ResponseReturnValue]


def _asked(path: str, method: str) -> Callable[[View], View]:
    """The view answers this path under each of the addresses that the modeler proposes."""

    def routed(view: View) -> View:
        for base in BASES:
            pages.add_url_rule(base + path, view_func=view, methods=[method])
        return view

    return routed


@_asked("/deployment", "GET")
def deployments() -> ResponseReturnValue:
    """The modeler asks this to find out whether there is an engine, and whether the password is right."""
    engine().programs.actor(_person(), "read_procedures")
    return jsonify([])


@_asked("/version", "GET")
def version() -> ResponseReturnValue:
    return jsonify(version=wire.VERSION)


@_asked("/deployment/create", "POST")
def create() -> ResponseReturnValue:
    """The diagram that came, with what lies beside it, is the version in force; or why it is not, by its elements."""
    person_id = _person()
    actor = engine().programs.actor(person_id, "deploy_procedure")
    files = [Sent(name, file.read()) for name, file in request.files.items(multi=True)]
    name = request.form.get("deployment-name", "").strip()[:NAME_LIMIT]
    try:
        deployed, outdated = deploy(engine(), actor, files, name, is_meant=True)  # there is no tick in the Modeler
    except (DiagramRefused, Refused, TestsFailed) as error:
        return jsonify(wire.refused(error, files)), 400
    if isinstance(deployed, Waiting):
        return jsonify(wire.waits(deployed, _root() + url_for("kept.view", kept_id=deployed.kept.id), outdated)), 400
    told = wire.deployment(deployed.definition, name, wire.diagram_name(files), engine().clock.now())
    return jsonify({**told, "outdatedTests": list(outdated)})


@_asked("/process-definition/<definition_id>/start", "POST")
def start(definition_id: str) -> ResponseReturnValue:
    """A case of that version runs, if it is the one in force."""
    person_id, given = _person(), request.get_json(silent=True)
    if not isinstance(given, dict):
        raise BadRequest
    definition = engine().library.startable(definition_id.rpartition(":")[2])
    actor = engine().programs.starter(person_id, definition)
    number = engine().instances.start(actor, definition.key, wire.answers(given.get("variables")))
    return jsonify(wire.started(definition_id, number))


@pages.get("/.well-known/camunda-automation-platform/webapps")
def webapps() -> ResponseReturnValue:
    """Where the modeler leads its reader from what it has deployed or started."""
    root = _root()
    found = {"adminUrl": "library.listed", "tasklistUrl": "inbox.tasks", "cockpitUrl": "library.deployed"}
    urls = {name: root + url_for(endpoint) for name, endpoint in found.items()}
    return jsonify({**urls, "cockpitUrl": urls["cockpitUrl"].removesuffix("repository")})


def _root() -> str:
    """Where people open the pages."""
    return engine().settings.base_url or request.host_url.rstrip("/")


def _person() -> str:
    """The id of the person who asks. Raises NotSignedIn, NotAllowed."""
    header = request.headers.get("Authorization", "")
    found = wire.credentials(header)
    if found is not None:
        return engine().programs.by_password(*found, request.remote_addr or "")
    if text := wire.token(header):
        return engine().programs.by_token(text)
    raise NotSignedIn(_("Enter your account and password, or a token made on the pages."))


@pages.errorhandler(LianbanError)
@pages.errorhandler(Unsure)
def _refused(error: LianbanError | Unsure) -> ResponseReturnValue:
    status = error.status if error.status in (401, 403, 404, 500, 503) else 400
    answer = jsonify(wire.failed(error))
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="Lianban"'  # not Basic: no browser is to ask and remember
    return answer, status


@pages.after_request
def _for_local_files(response: Response) -> Response:
    """A program that shows its own files may read the answer, and is told so before it sends a password."""
    response.headers.add("Vary", "Origin")
    origin = request.headers.get("Origin", "")
    if origin in LOCAL_FILES:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Headers"] = "authorization, content-type"
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Access-Control-Max-Age"] = "600"
    return response
