"""Material: what is taken, what is refused with a sentence, who may take it off again and who may open it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZipFile

import pytest

from engine.documents import files
from engine.documents.files import PARTS_LIMIT, SIZE_LIMIT, FileStore, Upload
from engine.errors import InvalidValues, StoreFull
from tests.files import DOCX, JPEG, MP4, PDF, PNG, XLSX, package, pdf, picture, torn
from tests.web.office import (
    COLLEAGUE,
    JUSTICE,
    LEADER,
    LIAISON,
    NOBODY,
    OFFICER,
    ONE_PAGE,
    REVIEWER,
    STRANGER,
    SUPERVISION,
    Office,
    Page,
)

SANDBOX = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'self'; sandbox"
SOUND = {
    "deflate.docx": DOCX,
    "bzip2.docx": package("word/document.xml", ZIP_BZIP2),
    "lzma.docx": package("word/document.xml", ZIP_LZMA),
}
PHOTO = {"kind": "site_photos", "title": "新照片", **ONE_PAGE}


def add(office: Office, name: str = "照片.pdf", content: bytes = PDF, login: str = OFFICER, **changed: str) -> Page:
    path = f"{office.task('prepare', 'prepare_materials')}/material"
    return office.desk(login).post(path, {**PHOTO, **changed}, (name, content))


def listed(office: Office, login: str = OFFICER) -> list[str]:
    """The names on the list."""
    shown = office.desk(login).get(office.task("prepare", "prepare_materials"))
    return shown.texts("//section[@id='materials']//tbody//td[1]/span")


def problem(page: Page) -> str:
    return page.words("//section[@id='materials']//p[contains(@class, 'problem')]")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("现场.pdf", PDF),
        ("现场.PDF", PDF),
        ("现场.jpg", JPEG),
        ("现场.jpeg", JPEG),
        ("现场.png", PNG),
        ("笔录.docx", DOCX),
        ("清单.xlsx", XLSX),
        ("录像.mp4", MP4),
    ],
)
def test_the_kinds_of_file_that_offices_use_are_taken(office: Office, name: str, content: bytes) -> None:
    added = add(office, name, content)

    assert added.status == 302
    assert added.location.endswith("#materials")
    assert "新照片" in listed(office)


@pytest.mark.parametrize(
    "name", ["页面.html", "图.svg", "脚本.js", "程序.exe", "压缩.zip", "没有后缀", "照片.pdf.exe", "旧.doc"]
)
def test_other_kinds_are_refused_with_what_is_taken(office: Office, name: str) -> None:
    refused = add(office, name)

    assert refused.status == 422
    assert problem(refused) == "只收 PDF、图片（JPG、PNG）、Word（docx）、Excel（xlsx）和 MP4，请换一个文件。"
    assert listed(office) == ["现场照片"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("假.pdf", b"<script>alert(1)</script>"),
        ("假.jpg", PNG),
        ("假.png", b"GIF89a"),
        ("假.pdf", b"%PDF-1.7 cut off"),
        ("假.jpg", picture("GIF")),
        ("假.png", PNG[:40]),
        ("假.docx", b"not a zip"),
        ("假.docx", XLSX),
        ("坏.docx", torn(DOCX, "word/document.xml")),
        ("假.xlsx", package("readme.txt")),
        ("假.xlsx", XLSX[:-30]),
        ("假.mp4", PDF),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(office: Office, name: str, content: bytes) -> None:
    refused = add(office, name, content)

    assert refused.status == 422
    assert problem(refused).startswith("文件内容不是")
    assert listed(office) == ["现场照片"]


def test_an_empty_file_is_refused(office: Office) -> None:
    assert problem(add(office, content=b"")) == "文件是空的，请检查后重新上传。"


def test_a_photograph_of_several_megabytes_is_taken(office: Office) -> None:
    assert add(office, "大照片.jpg", picture("JPEG", 4000, 3000) + bytes(6_000_000)).status == 302


def test_a_file_over_the_limit_is_refused_with_a_sentence(office: Office) -> None:
    refused = add(office, content=PDF + bytes(SIZE_LIMIT))

    assert refused.status == 422
    assert problem(refused) == "文件超过 50 MB，请压缩或分成几个。"


def test_what_is_far_over_the_limit_is_not_even_read(office: Office) -> None:
    refused = add(office, content=PDF + bytes(4 * SIZE_LIMIT + 2_000_000))

    assert (refused.status, refused.said) == (
        413,
        "发来的内容太大：表单最多 2 MB，每个文件最多 50 MB，一次最多 200 MB。",
    )


def test_a_refused_file_leaves_nothing_on_the_disk(office: Office) -> None:
    folder = office.town.settings.data_dir / "materials"
    before = sorted(path.name for path in folder.rglob("*"))

    add(office, "假.pdf", b"nothing of the kind")

    assert sorted(path.name for path in folder.rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", "C:\\Users\\沈禾\\照片.pdf", "/var/照片.pdf", "....//照片.pdf"]
)
def test_the_path_in_a_name_is_dropped(office: Office, name: str) -> None:
    add(office, name)

    shown = office.desk(OFFICER).get(office.task("prepare", "prepare_materials"))
    names = shown.texts("//a[starts-with(@href, '/materials/')]")
    assert not [found for found in names if "/" in found or "\\" in found]


def test_material_on_paper_needs_no_file(office: Office) -> None:
    path = f"{office.task('prepare', 'prepare_materials')}/material"

    added = office.desk(OFFICER).post(path, {**PHOTO, "title": "", "kind": "interview_record"})

    assert added.status == 302
    assert "询问笔录" in listed(office)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"kind": ""}, "请选择材料的种类。"),
        ({"kind": "<b>"}, "请选择材料的种类。"),
        ({"copies": "0"}, "请填写 1 到 10000 的整数。"),
        ({"copies": "两份"}, "请填写 1 到 10000 的整数。"),
        ({"copies": "１"}, "请填写 1 到 10000 的整数。"),
        ({"pages": "-1"}, "请填写 1 到 10000 的整数。"),
        ({"pages": "1e9"}, "请填写 1 到 10000 的整数。"),
        ({"pages": "99999999999999999999"}, "请填写 1 到 10000 的整数。"),
        ({"title": "长" * 101}, "名称已写 101 字，最多 100 字。"),
    ],
)
def test_what_is_wrong_with_a_material_is_said_and_what_was_typed_stays(
    office: Office, changed: dict[str, str], sentence: str
) -> None:
    refused = add(office, **{"title": "留着的名称", **changed})

    assert refused.status == 422
    assert problem(refused) == sentence
    assert refused.every("//input[@id='m-title']/@value") == [changed.get("title", "留着的名称")]
    assert listed(office) == ["现场照片"]


def test_a_draft_survives_a_material_that_is_refused(office: Office) -> None:
    task = office.task("prepare", "prepare_materials")
    office.desk(OFFICER).post(f"{task}/draft", {"preparation_opinion": "已写的意见"})

    refused = add(office, "假.pdf", b"nothing of the kind")

    assert refused.words("//textarea[@id='field-preparation_opinion']") == "已写的意见"


def test_a_colleague_may_take_material_off_again(office: Office) -> None:
    path = f"{office.task('prepare', 'prepare_materials')}/material/{office.file.rsplit('/', 1)[1]}/remove"

    removed = office.desk(COLLEAGUE).post(path)

    assert removed.status == 302
    assert listed(office) == []


@pytest.mark.parametrize(
    ("login", "status"), [(LEADER, 403), (LIAISON, 404), (STRANGER, 404), (JUSTICE, 403), (SUPERVISION, 403)]
)
def test_nobody_else_takes_material_off(office: Office, login: str, status: int) -> None:
    path = f"{office.task('prepare', 'prepare_materials')}/material/{office.file.rsplit('/', 1)[1]}/remove"

    assert office.desk(login).post(path).status == status
    assert listed(office) == ["现场照片"]


def test_material_of_another_case_is_not_taken_off_by_way_of_ones_own(office: Office) -> None:
    mine = office.town.refer(case_title="另一件移送")
    path = f"/tasks/{mine.task('prepare_materials')}/material/{office.file.rsplit('/', 1)[1]}/remove"

    assert office.desk(OFFICER).post(path).status == 403
    assert listed(office) == ["现场照片"]


def test_material_stays_once_its_letter_is_sent(office: Office) -> None:
    file, task = office.file, office.task("prepare", "prepare_materials")
    office.case("prepare").deliver()

    refused = office.desk(OFFICER).post(f"{task}/material/{file.rsplit('/', 1)[1]}/remove")

    assert refused.status == 409
    assert office.desk(REVIEWER).get(file).status == 200


@pytest.mark.parametrize(
    ("login", "status"),
    [(NOBODY, 302), (OFFICER, 200), (LEADER, 200), (LIAISON, 404), (JUSTICE, 200), (SUPERVISION, 200), (STRANGER, 404)],
)
def test_only_those_who_may_see_the_case_open_its_files(office: Office, login: str, status: int) -> None:
    """The letter with which it goes to the other unit is not signed yet."""
    assert office.desk(login).get(office.file).status == status


@pytest.mark.parametrize(("login", "status"), [(OFFICER, 200), (LIAISON, 200), (STRANGER, 404)])
def test_the_unit_that_a_letter_has_reached_opens_the_files_that_went_with_it(
    office: Office, login: str, status: int
) -> None:
    office.case("prepare").deliver()

    assert office.desk(login).get(office.file).status == status


def test_a_file_is_what_was_sent(office: Office) -> None:
    assert office.desk(OFFICER).get(office.file).content == PDF


def test_a_file_that_browsers_show_is_shown_in_a_sandbox(office: Office) -> None:
    headers = office.desk(OFFICER).get(office.file).headers

    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"].startswith("inline;")
    assert headers["Content-Security-Policy"] == SANDBOX
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("name", "ending"), [("笔录.docx", "docx"), ("清单.xlsx", "xlsx")])
def test_a_file_that_browsers_do_not_show_is_handed_over_under_its_name(office: Office, name: str, ending: str) -> None:
    add(office, name, DOCX if ending == "docx" else XLSX)
    desk = office.desk(OFFICER)
    address = desk.get(office.task("prepare", "prepare_materials")).every(f"//a[contains(., '{name}')]/@href")[0]

    headers = desk.get(address.removesuffix("/preview")).headers

    assert headers["Content-Disposition"].startswith("attachment;")
    assert f".{ending}" in headers["Content-Disposition"]
    assert headers["Content-Security-Policy"] == SANDBOX


def test_material_on_paper_has_no_file_to_open(office: Office) -> None:
    office.case("prepare").add_material("goods_list")
    shown = office.desk(OFFICER).get(office.task("prepare", "prepare_materials"))

    assert len(shown.every("//section[@id='materials']//a[starts-with(@href, '/materials/')]")) == 1
    assert len(listed(office)) == 2


# --- several files, and what they say of themselves ---


def row(office: Office, title: str) -> str:
    shown = office.desk(OFFICER).get(office.task("prepare", "prepare_materials"))
    return shown.words(f"//section[@id='materials']//tbody/tr[contains(., '{title}')]")


@pytest.mark.parametrize(("name", "content", "pages"), [("笔录.pdf", pdf(7), "7"), ("照片.jpg", JPEG, "1")])
def test_pages_that_are_not_given_are_counted_in_the_file(
    office: Office, name: str, content: bytes, pages: str
) -> None:
    assert add(office, name, content, pages="").status == 302
    assert f"1 {pages} {name}" in row(office, "新照片")


def test_pages_that_nothing_can_count_are_asked_for(office: Office) -> None:
    assert problem(add(office, "笔录.docx", DOCX, pages="")) == "纸质材料和数不出页数的文件，请填写页数。"


def add_several(office: Office, *files: tuple[str, bytes], **changed: str) -> Page:
    path = f"{office.task('prepare', 'prepare_materials')}/material"
    return office.desk(OFFICER).post(path, {**PHOTO, "title": "", "pages": "", **changed}, *files)


def test_several_files_are_added_at_once_each_under_its_own_name(office: Office) -> None:
    added = add_several(office, ("东侧.jpg", JPEG), ("西侧.png", PNG), ("笔录.pdf", pdf(3)))

    assert added.status == 302
    assert listed(office) == ["现场照片", "东侧", "西侧", "笔录"]
    assert "kind=site_photos" in added.location, "the next one is most often of the same kind"


def test_files_that_a_telephone_has_named_are_called_after_their_kind_and_numbered(office: Office) -> None:
    names = ("IMG_20261009_101200.jpg", "微信图片_20261009101213.jpg", "暗管出口.jpg", "mmexport17.jpg", "扫描件 2.jpg")
    add_several(office, *[(name, JPEG) for name in names])

    assert listed(office) == [
        "现场照片",
        *("现场照片（2）", "现场照片（3）", "暗管出口", "现场照片（4）", "现场照片（5）"),
    ]


def test_several_files_under_one_name_are_numbered(office: Office) -> None:
    add_several(office, ("东侧.jpg", JPEG), ("西侧.jpg", JPEG), title="清洗线")
    add_several(office, ("南侧.jpg", JPEG), ("北侧.jpg", JPEG), title="清洗线")

    assert sorted(listed(office))[:-1] == ["清洗线（1）", "清洗线（2）", "清洗线（3）", "清洗线（4）"]


def test_one_file_after_another_without_a_name_is_numbered(office: Office) -> None:
    for _ in range(2):
        add(office, "image.jpg", JPEG, title="")

    assert sorted(listed(office)) == ["现场照片", "现场照片（2）", "现场照片（3）"]


def rename(office: Office, title: str, login: str = OFFICER) -> Page:
    task, material = office.task("prepare", "prepare_materials"), office.file.rsplit("/", 1)[1]
    return office.desk(login).post(f"{task}/material/{material}/rename", {"title": title})


def test_a_material_is_given_another_name(office: Office) -> None:
    rename(office, " 暗管 出口&<#$ ")

    assert listed(office) == ["暗管 出口&<#$"]


@pytest.mark.parametrize(
    ("title", "sentence"), [("  ", "请填写材料的名称。"), ("长" * 101, "名称已写 101 字，最多 100 字。")]
)
def test_a_name_that_is_none_is_refused_and_the_old_one_stays(office: Office, title: str, sentence: str) -> None:
    desk, task = office.desk(OFFICER), office.task("prepare", "prepare_materials")
    answer = desk.post(f"{task}/material/{office.file.rsplit('/', 1)[1]}/rename", {"title": title})

    assert desk.get(answer.location).said == sentence
    assert listed(office) == ["现场照片"]


@pytest.mark.parametrize("login", [LIAISON, STRANGER, LEADER])
def test_only_those_who_work_on_the_task_name_its_material(office: Office, login: str) -> None:
    assert rename(office, "别的名称", login).status in (403, 404)
    assert listed(office) == ["现场照片"]


def test_of_several_files_all_are_taken_or_none(office: Office) -> None:
    refused = add_several(office, ("东侧.jpg", JPEG), ("程序.jpg", b"MZ"), ("笔录.pdf", pdf(3)))

    assert refused.status == 422
    assert problem(refused).startswith("程序.jpg：文件内容不是 JPG")
    assert listed(office) == ["现场照片"]


def test_too_many_files_at_once_are_refused(office: Office) -> None:
    refused = add_several(office, *[(f"{number}.jpg", JPEG) for number in range(31)])

    assert problem(refused) == "一次最多上传 30 个文件，这次选了 31 个，请分几次。"


def test_a_zip_bomb_is_refused_and_not_unpacked_into_memory(office: Office) -> None:
    bomb = package("word/document.xml", word__media__image1=bytes(400 * 1024 * 1024))

    assert len(bomb) < 1_000_000
    assert problem(add(office, "小.docx", bomb)) == "文件解开以后太大，不能上传。请检查是不是正常的文件。"


def test_a_picture_with_far_too_many_pixels_is_refused(office: Office) -> None:
    header = PNG[:16] + (60_000).to_bytes(4, "big") * 2 + PNG[24:]

    assert problem(add(office, "大.png", header)).startswith(("图片的像素太多", "文件内容不是 PNG"))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("密.pdf", pdf(password="secret"), "这份 PDF 设了密码"),
        ("宏.docx", package("word/document.xml", **{"word__vbaProject.bin": b"x"}), "文件里有宏"),
    ],
)
def test_what_the_other_side_could_not_open_safely_is_refused(
    office: Office, name: str, content: bytes, sentence: str
) -> None:
    assert problem(add(office, name, content)).startswith(sentence)


def test_a_disk_that_takes_nothing_more_is_said_and_nothing_is_listed(office: Office) -> None:
    folder = office.town.settings.data_dir / "materials"
    kept = folder.rename(folder.with_name("kept"))
    folder.write_bytes(b"a file stands where the folder should be")
    try:
        refused = add(office, "照片.jpg", JPEG)
    finally:
        folder.unlink()
        kept.rename(folder)

    assert refused.status == 507
    assert refused.said.startswith("文件没有存上：服务器的存储空间不够或写不进去。")
    assert listed(office) == ["现场照片"]


def test_an_unfinished_file_is_not_left_behind(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")

    class Broken:
        def read(self, size: int) -> bytes:
            raise OSError("no space left on device")

    with pytest.raises(StoreFull):
        store.put(Upload("照片.jpg", Broken()))  # type: ignore[arg-type]

    assert not list(store.folder.iterdir())


def test_what_is_wrong_with_a_file_is_never_called_a_full_disk(tmp_path: Path) -> None:
    """Seeded: changed signs anywhere, and in the record at the end where it says how much lies where."""
    store, random, taken, said = FileStore(tmp_path / "files"), Random(7), 0, set[str]()
    for name, content in SOUND.items():
        for turn in range(200):
            end = content.rindex(b"PK\x05\x06")
            begin = end + 4 if turn % 2 else 0
            changed = bytearray(content)
            for _ in range(random.choice([1, 2, 8])):
                changed[random.randrange(begin, len(content))] = random.choice([0, 1, 0x7F, 0x80, 0xFF])
            try:
                store.put(Upload(name, BytesIO(bytes(changed))))
                taken += 1
            except InvalidValues as refused:
                said.add(refused.problems["file"][:6])
    assert taken > 20
    assert said == {"文件内容不是"}
    assert not list(store.folder.glob("unfinished-*"))


@pytest.mark.parametrize("name", ["bzip2.docx", "lzma.docx"])
def test_a_package_that_no_office_program_unpacks_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidValues):
        FileStore(tmp_path).put(Upload(name, BytesIO(SOUND[name])))


@pytest.mark.parametrize("told", [None, 1], ids=["as it is", "and the end tells of one"])
def test_a_package_of_very_many_parts_is_refused_before_they_are_read(
    tmp_path: Path, told: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = BytesIO(DOCX)
    with ZipFile(content, "a") as package:
        for number in range(PARTS_LIMIT):
            package.writestr(f"{number}", b"")
    sent = bytearray(content.getvalue())
    if told is not None:
        end = sent.rindex(b"PK\x05\x06")
        sent[end + 8 : end + 12] = bytes([told, 0, told, 0])
    monkeypatch.setattr(files, "ZipFile", None)

    with pytest.raises(InvalidValues) as refused:
        FileStore(tmp_path).put(Upload("很多.docx", BytesIO(bytes(sent))))

    assert f"超过 {PARTS_LIMIT} 个" in refused.value.problems["file"]


# --- looking at it ---


@pytest.mark.parametrize(
    ("name", "content", "shown_as"),
    [
        ("照片.jpg", JPEG, "//article//img/@src"),
        ("笔录.pdf", PDF, "//article//iframe/@src"),
        ("录像.mp4", MP4, "//article//video/@src"),
    ],
)
def test_pictures_pdf_and_film_are_looked_at_on_a_page_of_ours(
    office: Office, name: str, content: bytes, shown_as: str
) -> None:
    add(office, name, content)
    desk = office.desk(LEADER)
    address = desk.get(f"/instances/{office.case('prepare').number}").every("//a[text()='新照片']/@href")[0]

    page = desk.get(address)

    assert page.every(shown_as) == [address.removesuffix("/preview")]
    assert desk.get(address.removesuffix("/preview")).headers["X-Frame-Options"] == "SAMEORIGIN"


def test_from_one_material_one_goes_to_the_next(office: Office) -> None:
    add_several(office, ("东侧.jpg", JPEG), ("西侧.png", PNG))
    desk = office.desk(OFFICER)

    first = desk.get(f"{office.file}/preview")
    second = desk.get(first.every("//a[@rel='next']/@href")[0])

    assert (first.every("//a[@rel='prev']"), len(second.every("//a[@rel='prev']"))) == ([], 1)
    assert "电子材料第 2 份，共 3 份" in second.words("//article")
