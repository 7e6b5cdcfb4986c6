"""Every sentence of the pages and of the engine is in both catalogues, and nowhere else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from engine.messages import STYLES, WEEKDAYS, former_ids
from engine.runtime.collaboration import comments
from tests.house.words import ENGINE, LANGUAGES, PAGES, PARTS, ROOT, asked, catalogue

HAN = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uff65“”]")
PLACES = re.compile(r"%\((\w+)\)[sd]")
SCRIPT_PLACES = re.compile(r"\{(\w+)\}")
DATA = {
    "tasks_ui/language.py": {"中文"},
    "tasks_ui/widgets.py": {"街道"},
    "engine/deadlines/calendar.py": {"工作日", "调休上班", "元旦"},
    "engine/deadlines/counting.py": {"暂停"},
    "engine/deadlines/day_words.py": {
        "春节",
        "清明节",
        "劳动节",
        "端午节",
        "中秋节",
        "国庆节",
        "中秋节、国庆节",
        "国庆节、中秋节",
    },
    "engine/deadlines/year_files.py": {"元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆"},
    "engine/db/searchable.py": {"〔〕［］[]（）()【】"},
    "engine/documents/fonts.py": {
        "仿宋_GB2312",
        "仿宋",
        "方正小标宋简体",
        "黑体",
        "楷体_GB2312",
        "楷体",
        "〓",
    },
    "engine/documents/materials.py": {
        "微信|QQ|企业|钉钉|图片|截图|屏幕|快照|照片|相机|扫描|全能王|文件|文档|未命名|新建|副本|年|月|日",
        "（",
        "）",
    },
    "engine/documents/whole_files.py": {" （断电，未写完）"},
    "engine/organisation/city.py": {"《…工作实施方案》（某办发〔2026〕8号）", r"《[^《》\n]{2,100}》[^《》\n]{0,60}"},
    "engine/organisation/duties.py": {"同一件争议后来的文书已经变更了它。"},
    "engine/uses/shipped_compared.py": {"随程序提供"},
    "engine/forms/lengths.py": {"。"},
    "engine/runtime/collaboration/comments.py": {comments.CALL.pattern},
    "engine/runtime/record/kept_heads.py": {r"(?:\d{1,9}(?![\w.:/、）)-])|"},
    "engine/runtime/documents/issue.py": {"核验码 {code}　内容摘要 {digest}"},
    "engine/bpmn/gate/rules/gateways.py": {"？"},
    "engine/notices/channels.py": {"[,;，；、]"},
    "engine/notices/outbox.py": {"、"},
    "engine/messages.py": {"、", "，", " 或 ", "；", "“", "”", *WEEKDAYS, *(style["zh"] for style in STYLES.values())},
}
"""What is no sentence: what fonts and notices call things, what is kept in Chinese and told by a message, what a language calls
itself, how the name of a subdistrict ends, how lists, days and questions are written, what stands in the footer of every
paper, and which signs are looked for."""
ALL_DATA = (
    "engine/archive/contents.py",
    "engine/archive/given_answers.py",
    "engine/archive/overview.py",
    "engine/db/migrations/versions/",
    "engine/db/tables/",
    "engine/deadlines/day_words.py",
    "engine/documents/letter_versions.py",
    "engine/documents/line_breaks.py",
    "engine/documents/numbers.py",
    "engine/documents/word_files.py",
    "engine/documents/wording.py",
    "engine/runtime/documents/wording.py",
    "engine/runtime/step/secret_words.py",
)
"""What stands in official letters and case files, which are Chinese whoever reads them: their words, their numbers, the list
of materials, what a layout is tried with. What columns mean, what was written when a revision was new, and what is looked
for in what people have written."""
SIGNS_ALONE = {
    "engine": {"docs/reference/bpmn.md", "%(unit)s %(person)s", "%(day)s (%(reason)s)"},
    "tasks_ui": {"the end of %(day)s", "%(day)s %(time)s", "%(channel)s %(counts)s", "%(said)s %(onward)s"},
}
"""What Chinese says with signs and numbers alone."""
TEMPLATES = sorted(PAGES.rglob("*.html"))
MODULES = sorted(path for part in PARTS for path in part.rglob("*.py"))
SCRIPTS = sorted((ROOT / "frontend" / "src").rglob("*.js"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_template_holds_a_chinese_word(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert [line.strip() for line in text.splitlines() if HAN.search(line)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_template_holds_an_english_word_outside_a_message(path: Path) -> None:
    """What stands between tags is a message or a value; names of keys and formats are the same in both languages."""
    text = re.sub(r"\{#.*?#\}|<(script|kbd|code)\b.*?</\1>", "", path.read_text("utf-8"), flags=re.S)
    for name in ("set", "block body_class"):  # attributes, no text
        text = re.sub(rf"\{{% {name}\b[^=]*?%\}}.*?\{{% end{name.split()[0]} %\}}", "", text, flags=re.S)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.S)
    between = re.sub(r'<(?:"[^"]*"|[^>"])*>', "\n", text)
    words = set(re.findall(r"[A-Za-z]{2,}", re.sub(r"&\w+;", "", between)))
    assert words <= {"Aa"}


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_line_of_a_template_is_short_unless_it_is_one_sentence_or_a_drawing(path: Path) -> None:
    lines = map(str.strip, path.read_text(encoding="utf-8").splitlines())
    assert [line for line in lines if len(line) > 120 and not line.startswith(('"', '_("', "<path", "action="))] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_template_hides_the_catalogue_behind_a_value(path: Path) -> None:
    """What is set or looped over as `_` would be called by every message after it."""
    assert re.findall(r"\{%-?\s*(?:set|for)\s[^=%]*(?<!\w)_(?![\w(])[^%]*%\}", path.read_text(encoding="utf-8")) == []


def said_in(path: Path) -> set[str]:
    """The Chinese texts of the module that are there for a reader."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):  # what documents is not said to anybody
        body = getattr(node, "body", [])
        for statement in body if isinstance(body, list) else []:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                statement.value.value = ""
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if HAN.search(text)} - DATA.get(name(path), set())


def test_no_python_holds_a_chinese_sentence() -> None:
    holding = {name(path): said_in(path) for path in MODULES if not name(path).startswith(ALL_DATA)}
    assert {path: said for path, said in holding.items() if said} == {}


def test_no_error_leaves_its_message_in_its_docstring() -> None:
    """What an error says when nobody says more is its `default`; a docstring is for whoever reads the code."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and {"code", "default", "status"} & _names(node):
                assert not HAN.search(ast.get_docstring(node) or ""), f"{name(path)}: {node.name}"


def _names(node: ast.ClassDef) -> set[str]:
    assigned = [target for one in node.body if isinstance(one, ast.Assign) for target in one.targets]
    return {target.id for target in assigned if isinstance(target, ast.Name)}


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_no_script_holds_a_chinese_sentence(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"[\u3400-\u9fff]", text) == []


def messages(part: Path, language: str) -> dict[tuple[str, str], Message]:
    found = [message for message in catalogue(part, language) if message.id]
    return {(message.context or "", ids_of(message)[0]): message for message in found}


def ids_of(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def strings_of(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


@pytest.mark.parametrize("part", PARTS, ids=name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_every_message_that_is_asked_for_and_no_other(part: Path, language: str) -> None:
    """After a change: python -m tests.house.words, then fill in what is empty."""
    wanted, known = {found.key for found in asked(part)}, set(messages(part, language))
    assert wanted - known == set()
    assert known - wanted == set()


@pytest.mark.parametrize("part", PARTS, ids=name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_of_the_catalogue_is_empty_or_a_guess(part: Path, language: str) -> None:
    found = messages(part, language).items()
    assert [key for key, message in found if not all(strings_of(message))] == []
    assert [key for key, message in found if message.fuzzy] == []


@pytest.mark.parametrize("part", PARTS, ids=name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_message(part: Path, language: str) -> None:
    def places(text: str) -> set[str]:
        return set(PLACES.findall(text)) | set(SCRIPT_PLACES.findall(text))

    for key, message in messages(part, language).items():
        wanted = set().union(*map(places, ids_of(message)))
        for text in strings_of(message):
            assert wanted - places(text) <= ({"num"} if len(ids_of(message)) > 1 else set()), key
            assert places(text) <= wanted, key


@pytest.mark.parametrize("part", PARTS, ids=name)
def test_english_says_the_message_itself(part: Path) -> None:
    for message in messages(part, "en").values():
        assert strings_of(message) == ids_of(message)


def test_what_a_former_message_has_become_is_asked_for_and_is_itself_no_former_one() -> None:
    """Otherwise a message that was kept is shown in English to a Chinese reader."""
    known = {text for found in asked(ENGINE) for text in (found.one, found.many)}
    former = former_ids()

    assert [text for text in former.values() if text not in known] == []
    assert [text for text in former if text in known] == []
    assert [
        text for text, now in former.items() if set(re.findall(r"%\(\w+\)", now)) - set(re.findall(r"%\(\w+\)", text))
    ] == []


@pytest.mark.parametrize("part", PARTS, ids=name)
def test_only_papers_are_signed_for_and_tasks_are_claimed(part: Path) -> None:
    """Signing for a paper (签收) has effect in law, taking a task (领取) has none."""
    signed = [key for key, found in messages(part, "zh").items() if "签收" in "".join(strings_of(found))]
    assert [text for _context, text in signed if not re.search(r"\bsign(s|ed)? for\b", text, re.IGNORECASE)] == []
    pages = [*ROOT.glob("docs/*/*.md"), *ROOT.glob("*.md")]
    assert [page.name for page in pages if re.search("签收的?任务", page.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("part", PARTS, ids=name)
def test_no_english_holds_a_chinese_sign_and_every_chinese_sentence_does(part: Path) -> None:
    assert [key for key, message in messages(part, "en").items() if any(map(HAN.search, strings_of(message)))] == []
    only_places = [key for key, found in messages(part, "zh").items() if not HAN.search("".join(strings_of(found)))]
    assert {key[1] for key in only_places} == SIGNS_ALONE[name(part)]
