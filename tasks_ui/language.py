"""The language of a page, and its size of type: what the person has chosen, what the browser brings, or Chinese.

The catalogues are the .po files beside the templates. They are read when the first page asks for one, and kept: there is
no .mo file that could be older than the .po.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, current_app, g, request
from flask_babel import Babel, get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header, parse_cookie
from werkzeug.wrappers import Response

LANGUAGES = {"zh": "zh-CN", "en": "en"}
"""What a page can be in, and what its `lang` says then. The first is what nobody has to choose."""
NAMES = {"zh": "中文", "en": "English"}
"""What each language calls itself, on every page alike."""
LOCALE = Path(__file__).parent / "locale"
COOKIES = {"language": "lianban_language", "large_type": "lianban_large_type"}
KEPT_FOR = 400 * 24 * 3600


def register(app: Flask) -> None:
    Babel(app, default_locale="zh", locale_selector=_chosen)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: spoken().ugettext(message),
        lambda one, many, num: spoken().ungettext(one, many, num),
        newstyle=True,
        pgettext=lambda context, message: spoken().upgettext(context, message),
        npgettext=lambda context, one, many, num: spoken().unpgettext(context, one, many, num),
    )
    app.context_processor(
        lambda: {
            "lang": LANGUAGES[language()],
            "language": language(),
            "languages": NAMES,
            "large": large(),
            "come_back": come_back(),
        }
    )


def language() -> str:
    """zh or en: settled when a request first asks for it, and asked for by every word of its page."""
    if not g:
        return "zh"
    settled: str | None = g.get("language")
    if settled is None:
        found = get_locale()
        g.language = settled = "en" if found is not None and found.language == "en" else "zh"
    return settled


def spoken() -> Translations:
    """The messages of the language in which the request is answered."""
    return translations(language())


def large() -> bool:
    """Whether the page is in large type."""
    found = g.get("visitor")
    if found is not None and found.large_type is not None:
        return bool(found.large_type)
    return request.cookies.get(COOKIES["large_type"]) == "yes"


@cache
def catalogue(name: str) -> Catalog:
    """The messages of the language, zh or en, as the file holds them."""
    with (LOCALE / name / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=name)


@cache
def translations(name: str) -> Translations:
    """The messages of the language, zh or en, ready to be asked."""
    made = BytesIO()
    write_mo(made, catalogue(name))
    made.seek(0)
    return Translations(made)


def remember(response: Response, chosen: dict[str, str | bool], secure: bool) -> Response:
    """The browser keeps what was chosen, for the page on which nobody has signed in yet."""
    for name, value in chosen.items():
        said = value if isinstance(value, str) else "yes" if value else "no"
        response.set_cookie(COOKIES[name], said, max_age=KEPT_FOR, httponly=True, samesite="Lax", secure=secure)
    return response


def come_back() -> str:
    """The address to which a switch leads back: that of this page; when a form has led to it, that of what it is about."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    path = request.path
    while path and not _is_page(path):
        path = path.rpartition("/")[0]
    return path


def _is_page(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True


def _chosen() -> str:
    """Who has signed in is asked for the own choice, then for that of the browser; who has not, for its languages too."""
    found = g.get("visitor")
    if found is not None and found.language in LANGUAGES:
        return str(found.language)
    kept = request.cookies.get(COOKIES["language"])
    if kept in LANGUAGES:
        return str(kept)
    return "zh" if found is not None else _first_known(request.accept_languages)


def of_browser(cookies: str, accepted: str) -> str:
    """The language of somebody whose request is refused before it is known who asks: zh or en."""
    kept = parse_cookie(cookies).get(COOKIES["language"])
    return kept if kept in LANGUAGES else _first_known(parse_accept_header(accepted, LanguageAccept))


def _first_known(accepted: LanguageAccept) -> str:
    wanted = (name.partition("-")[0].lower() for name in accepted.values())
    return next((name for name in wanted if name in LANGUAGES), "zh")
