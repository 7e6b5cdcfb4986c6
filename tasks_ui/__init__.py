"""The pages: a Flask application over an engine. No rule of the procedures lives here, only how they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from engine.app import Engine
from engine.db.session import Database
from engine.messages import Text, also_in, speaking
from tasks_ui import (
    account,
    collaboration,
    duties,
    errors,
    help,
    inbox,
    instances,
    language,
    library,
    modeler,
    notices,
    papers,
    probes,
    security,
    supervision,
    widgets,
)
from tasks_ui.assets import Assets

also_in(language.LOCALE)


def create_app(engine: Engine, banner: Text = "", trusted_hosts: list[str] | None = None) -> Flask:
    """The application. `banner` stands on every page (the demonstration says what it is)."""
    app = Flask(__name__)
    app.config["TRUSTED_HOSTS"] = trusted_hosts
    app.extensions["engine"] = engine
    app.extensions["assets"] = Assets(app)
    app.jinja_env.globals["banner"] = banner
    security.protect(app, engine)
    language.register(app)
    errors.register(app)
    widgets.register(app)
    for room in (
        account,
        inbox,
        instances,
        collaboration,
        duties,
        notices,
        papers,
        supervision,
        library,
        modeler,
        help,
    ):
        app.register_blueprint(room.views.pages)
    app.register_blueprint(inbox.handling.pages)
    app.register_blueprint(library.kept.pages)
    app.register_blueprint(probes.pages)
    app.extensions["csrf"].exempt(modeler.views.pages)
    app.wsgi_app = _visiting(app.wsgi_app, engine.database)  # type: ignore[method-assign,assignment]
    return app


def _visiting(app: WSGIApplication, database: Database) -> WSGIApplication:
    """The application, each request of which is one visit to the database (who is looking, the page and the bell are one
    look) and is answered in one language, the engine's words too.
    """

    def visit(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with database.visit(), speaking(language.language):
            return app(environ, start_response)

    return visit
