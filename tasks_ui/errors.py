"""How an error reaches a reader: one sentence that says what to do, with the status that machines expect."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.exceptions import HTTPException, SecurityError

from engine.errors import LianbanError, Unsure
from engine.runtime.confidential import AMEND
from tasks_ui.security import CONFIRMED, sent

log = logging.getLogger("lianban.pages")
SENTENCES = {
    400: "浏览器发来的内容不完整，请返回上一页重试。",
    404: "没有这个页面，或者你所在的单位不是当事方，无权查看。",
    405: "这个地址不能这样打开，请从菜单进入。",
    413: "发来的内容太大：表单最多 2 MB，每个文件最多 50 MB，一次最多 200 MB。",
    429: "请求太频繁，请稍后再试。",
}


def register(app: Flask) -> None:
    app.register_error_handler(LianbanError, _ours)
    app.register_error_handler(Unsure, _unsure)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(SecurityError, _elsewhere)
    app.register_error_handler(HTTPException, _web)
    app.register_error_handler(Exception, _unknown)


def wants_json() -> bool:
    """Whether a script of ours is asking, not a reader."""
    return request.headers.get("X-Requested-With") == "fetch" or request.accept_mimetypes.best == "application/json"


def show(message: str, status: int) -> ResponseReturnValue:
    if wants_json():
        return jsonify(message=message), status
    return render_template("error.html", message=message, status=status), status


def _ours(error: LianbanError) -> ResponseReturnValue:
    if error.status >= 500:
        log.error("%s: %s", error.code, error.message)
    return show(error.message, error.status)


def _unsure(unsure: Unsure) -> ResponseReturnValue:
    """What was found, and the form as it was sent: to go on with it, or to have it back and change it."""
    if wants_json():
        return jsonify(message="".join(unsure.problems.values())), unsure.status
    page = render_template(
        "unsure.html", unsure=unsure, sent=sent(), address=request.full_path.rstrip("?"), name=CONFIRMED, amend=AMEND
    )
    return page, unsure.status


FORGED = "页面放得太久，或登录已经换过，这次提交没有生效。请刷新页面后再提交一次。"


def _forged(_error: CSRFError) -> ResponseReturnValue:
    """A script of ours is given the token of the present session: whoever has signed in anew in another window goes on
    with the page as it is, when it is the same person's. No other site can read the answer.
    """
    found = g.get("visitor")
    if wants_json() and found is not None:
        return jsonify(message=FORGED, token=generate_csrf(), person=found.person.id), 400
    return show(FORGED, 400)


def _elsewhere(_error: SecurityError) -> ResponseReturnValue:
    """A request for another host: no page, since no address of a page can be made for it."""
    return Response("这不是联办的地址，请从单位给你的地址打开。", 400, mimetype="text/plain")


def _web(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    return show(SENTENCES.get(status, "这个请求办不成，请返回上一页重试。"), status)


def _unknown(_error: Exception) -> ResponseReturnValue:
    log.exception("a page failed")
    return show("系统出了错，这一步没有办成，什么都没有改变。请重试；仍然不行请联系系统管理员。", 500)
