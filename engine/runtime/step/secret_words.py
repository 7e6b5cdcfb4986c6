"""How a value that is to be kept confidential is found in a text, however it is written. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

NO_NAMES = frozenset({
    "举报人", "投诉人", "信访人", "反映人", "来电人", "来信人", "来访人", "当事人", "本人", "他人", "群众", "市民", "居民",
    "村民", "业主", "租户", "路人", "先生", "女士", "同志", "匿名", "不详", "未知", "保密", "没有", "暂无",
})  # fmt: skip
"""What stands in the place of a name and tells nothing: texts may say it."""
SHORT_NUMBER = 7
"""A number with fewer digits is only found when it stands alone; a telephone number is longer."""
LAST_DIGITS = 4
_GAPS = re.compile(r"(?<=\d)[-\u2010-\u2015\u2212()·.\s]+(?=\d)")
_LONG_NUMBERS = re.compile(r"\d{7,}x?")
_DIGITS = str.maketrans("零〇○一幺二三四五六七八九壹贰叁肆伍陆柒捌玖oli", "0001123456789123456789011")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w]{1,3}(?=\d)|(?<=\d)_+(?=\d)")
_COUNTRY = re.compile(r"^(?:00)?86(?=1\d{10}$)")
_AREA = re.compile(r"^0\d{2,3}(?=\d{7,8}$)")
_IN_NAMES = re.compile(r"[-\u2010-\u2015·•.*_/|\\+~…'\"“”‘’]+")
_PIECES = re.compile(r"[^\u4e00-\u9fff·]+")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,4}")
_CHANNEL = re.compile(
    "(?:联系|家庭|办公|单位|个人|本人|常用|备用)?(?:电话|手机|座机|固话|微信|短信|邮箱|邮件|电邮|传真|扣扣|地址|住址)(?:号|号码)?"
)
"""What stands before a number or an account, and names nobody: texts may say it."""
_ACCOUNTS = re.compile(r"[a-z0-9][a-z0-9@._+-]*[a-z0-9]")
SHORT_ACCOUNT = 5
"""Characters of the shortest account that is looked for by itself; what is shorter stands in other words by chance."""
NO_ACCOUNTS = frozenset({"email", "phone", "mobile", "weixin", "wechat", "telephone"})
_TITLES = "先生|女士|小姐|太太|同志|师傅|老师|大爷|大妈|大姐|大哥|阿姨|叔叔|某某|某|总|哥|姐"
_CALLED = "老|小|阿"
COMPOUND = frozenset({
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "长孙", "夏侯", "端木", "南宫",
    "独孤", "宇文", "轩辕", "闻人", "澹台", "公冶", "宗政", "濮阳", "淳于", "单于", "太叔", "申屠", "仲孙", "钟离", "鲜于",
})  # fmt: skip
SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方"
    "俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧"
    "计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫"
    "经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊惠甄曲封芮储靳邴松井段富巫乌焦巴弓牧隗山谷车"
    "侯宓蓬全班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶幸司韶黎乔苍双闻莘党翟谭贡姬申冉宰郦雍桑桂牛寿通边燕冀浦尚农"
    "温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终居衡步都耿满弘匡国文寇广东欧沃利蔚越隆师巩聂晁勾敖融冷辛阚那简饶空"
    "曾沙养鞠须丰巢关蒯相查后荆红游竺权盖益桓公覃佟佘岳帅缑亢况郈有琴商牟佴伯赏墨哈谯笪年爱阳佟肖代涂付闫邸"
)
_PLACES = tuple("村庄镇乡街路区市县组号局厂店所院楼")


def says(text: str, value: str) -> bool:
    """Whether the value stands in the text, however it is written; of a long value, whether one of its numbers, one of its
    accounts or the name with which it begins does."""
    value, text = _plain(value), _plain(text)
    bare = _together(value)
    if len(bare) < 2 or bare in NO_NAMES:
        return False
    if bare.isdigit() and len(bare) < SHORT_NUMBER:
        return re.search(rf"(?<!\d){bare}(?!\d)", text) is not None
    together = _together(text)
    if bare in together:
        return True
    numbers = _numbers(text)
    if any(number in numbers for number in _long_numbers(value)):
        return True
    if any(_written_as(account).search(text) for account in _accounts(value)):
        return True
    joined = _IN_NAMES.sub("", together)
    return any(name in joined for name in _names(value))


def hints(text: str, value: str) -> list[str]:
    """What in the text may tell of the value without saying it: a given name, a surname with a title, the last digits."""
    value, text = _plain(value), _plain(text)
    together, found = _together(text), []
    for name in _names(value):
        surname = name[:2] if name[:2] in COMPOUND and len(name) > 2 else name[:1]
        given = name[len(surname) :]
        if len(given) > 1 and given in together:
            found.append(given)
        called = rf"(?:{_CALLED}){surname}(?![\u4e00-\u9fff]{{2}}[县区市镇村])|{surname}(?:{_TITLES})"
        found += [match[0] for match in re.finditer(called, together)]
    for number in _long_numbers(value):
        last = number.rstrip("x")[-LAST_DIGITS:]
        found += re.findall(rf"(?<!\d){last}(?!\d)", _plain(text))
    return list(dict.fromkeys(found))


# --- within ---


def _plain(text: str) -> str:
    """One way of writing: no wide digits, no capitals, no characters that are not seen."""
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", text).casefold()
        if unicodedata.category(character) not in ("Cf", "Mn")
    )


def _together(text: str) -> str:
    """Without blanks, and without strokes within a number."""
    return "".join(_GAPS.sub("", text).split())


def _numbers(text: str) -> str:
    """The text with every digit in one way of writing, and what separates the digits of one number left out."""
    digits = text.translate(_DIGITS)
    return _BETWEEN_DIGITS.sub("", _BETWEEN_DIGITS.sub("", digits))


def _long_numbers(value: str) -> Iterator[str]:
    """The numbers of a value that nobody writes by chance, without the prefix of a country or an area."""
    for number in _LONG_NUMBERS.findall(_numbers(value)):
        yield _AREA.sub("", _COUNTRY.sub("", number))


def _accounts(value: str) -> Iterator[str]:
    """The letters and digits of what somebody is reached by in Latin characters: an address of mail, also without its host, the
    character of a messenger."""
    for found in _ACCOUNTS.findall(value):
        for part in {found, found.partition("@")[0]}:
            signs = re.sub(r"[\W_]", "", part)
            if len(signs) >= SHORT_ACCOUNT and not signs.isdigit() and signs not in NO_ACCOUNTS:
                yield signs


def _written_as(account: str) -> re.Pattern[str]:
    """The account by itself, whatever stands between its signs."""
    return re.compile(r"(?<![a-z0-9])" + r"[\W_]{0,3}".join(account) + r"(?![a-z0-9])")


def _names(value: str) -> Iterator[str]:
    """The names in a value: it is one, or it begins a longer value or stands between other parts of it."""
    pieces = [piece.replace("·", "") for piece in _PIECES.split("".join(value.split("姓名"))) if piece]
    for piece in pieces:
        if piece in NO_NAMES or _CHANNEL.fullmatch(piece) or not _HAN.fullmatch(piece):
            continue
        compound = piece[:2] in COMPOUND and len(piece) > 2
        common = piece[0] in SURNAMES and len(piece) < 4 and not piece.endswith(_PLACES)
        if compound or common or (len(pieces) == 1 and len(piece) < 4):
            yield piece
