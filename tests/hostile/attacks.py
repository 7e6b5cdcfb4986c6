"""Expressions that somebody might write to reach what is not theirs, or to make the engine work for ever."""

from __future__ import annotations

from engine.bpmn.reading.expressions import EXPONENT_LIMIT

ESCAPES = """
().__class__
().__class__.__base__.__subclasses__()
"".__class__.__mro__[1].__subclasses__()
[].__class__.__base__
{}.__class__
(1).__class__
(1).real
(1).bit_length()
(1.5).as_integer_ratio()
True.__class__
None.__class__
title.__len__()
title.__class__.__name__
title.format(title)
title.join(units)
title.encode()
title.translate(party)
title.center(10)
title.replace("a", "b")
title.split()
title.ljust(1000000000)
title.zfill(1000000000)
title.expandtabs(1000000000)
units.append(1)
units.sort()
units.clear()
units.__class__
units.__add__(units)
party.items()
party.keys()
party.update(party)
party.pop("name")
party.setdefault("a", 1)
party.__class__
found_at.replace(year=1)
found_at.timestamp()
found_at.strftime("%s")
found_at.tzinfo
found_at.__class__.now()
found_at.__reduce__()
day.hour
day.fromisoformat("2026-01-01")
day.ctime()
date.fromisoformat("2026-01-01")
date.today()
str.format("{0.__class__}", 1)
str.lower("A")
int.from_bytes("a")
len.__self__
len.__globals__
now.__globals__
now.__closure__
now.__code__
secret
secret.password
str(secret)
[secret]
{"a": secret}
echo(secret)
secret == 1
secret if True else 1
kind()
kind.password
function("abc")
function
module.pi
module.sqrt(4)
leak()
leak().password
leak_list()
leak_list()[0]
[x.password for x in leak_list()]
eval("1")
exec("1")
compile("1", "", "eval")
open("/etc/passwd")
input()
print("x")
help()
breakpoint()
exit()
quit()
globals()
locals()
vars()
dir()
type(title)
type("x", (), {})
object()
getattr(title, "upper")
setattr(party, "a", 1)
hasattr(title, "__class__")
delattr(party, "a")
isinstance(title, str)
super()
property(len)
classmethod(len)
memoryview(title)
bytes(10)
bytearray(10)
range(10)
map(str, units)
filter(None, units)
zip(units, units)
iter(units)
next(units)
enumerate(units)
reversed(units)
id(title)
hash(title)
chr(65)
format(title, "x")
repr(title)
ascii(title)
set(units)
dict(a=1)
list(units)
tuple(units)
pow(2, 1000000)
divmod(1, 0)
slice(1)
callable(len)
__import__("os")
__import__("os").system("id")
__builtins__
__builtins__["eval"]
__name__
__doc__
_hidden
__debug__
title._secret
lambda: 1
(lambda: 1)()
(lambda f: f(f))(lambda f: f(f))
(yield 1)
(yield from units)
await found_at
(await found_at)
x := 1
(x := 1)
[x := 1, x]
[y := x for x in units]
[(count := x) for x in units]
count = 4
count += 1
del count
import os
from os import system
import os; os.system("id")
1; 2
if True: 1
for x in units: x
while True: 1
def f(): pass
class A: pass
return 1
raise count
assert count
pass
global count
with count: pass
try: 1
@count
*units
[*units]
(*units,)
{*units}
{**party}
len(*units)
len(**party)
max(units, key=len)
sorted(units, key=len)
sorted(units, reverse=True)
sum(units, start="")
int("10", base=2)
date(day="2026-01-01")
{1, 2}
{x for x in units}
{x: x for x in units}
[x async for x in units]
(x for x, y in units)
[x for x, y in [(1, 2)]]
[x for x[0] in units]
[x for title.upper in units]
[_ for _ in units]
[__class__ for __class__ in units]
[lambda: x for x in units]
units[lambda: 0]
units[...]
...
b"bytes"
1j
1 + 2j
f"{title!r}"
f"{title!s}"
f"{title:>10}"
f"{count:999999999}"
f"{count:{count}}"
f"{title.__class__}"
f"{secret}"
f"{units}"
f"{party!r:>{count}}"
f"{(lambda: 1)()}"
f"{__import__('os')}"
"%s" % title
"%s" % secret
"%999999999d" % 1
"%(a)s" % party
count @ count
count << 3
1 << 1000000
count >> 1
count | 1
count & 1
count ^ 1
~count
units[0] = 1
party["name"]["x"]
party.missing
units.name
title.name
count.name
nothing.name
nothing[0]
count[0]
found_at[0]
(title)(1)
units[0]()
"abc"()
1()
now()()
[now][0]()
{"f": now}["f"]()
now
echo
len
${execution}
#{bean}
{{ config }}
=count
if count then 1 else 2
count &&
|| count
count !
${().__class__}
#{count.__class__}
!().__class__
true && ().__class__
count++
count ? 1 : 2
count == 1 and
(
)
[1, 2
"open
'''open
count count
,
\\
$
`id`
""".strip().splitlines()

UNICODE = {
    "a name in full width is another spelling of the same name": "ｏｐｅｎ('x')",
    "letters of mathematics": "𝐞𝐯𝐚𝐥('1')",
    "a ligature": "eﬀect",
    "a long s": "ſecret",
    "underscores in full width": "title.＿＿class＿＿",
    "a low line that turns into an underscore": "﹏count",
    "a dunder of mathematics": "().__𝒸lass__",
    "a right to left mark": "count\u202e",
    "a zero width space": "co\u200bunt",
    "a no-break space": "count\u00a0+ 1",
    "a byte order mark within": "count + \ufeff1",
    "a nul": "count\x00",
    "a form feed": "count\x0c()",
    "a lone surrogate": "'\ud800' + title + missing",
    "a lone surrogate as a value": "'\\ud800'",
    "a nul as a value": "'\\x00'",
    "a lone surrogate as a name": "\ud800",
    "digits of another script": "١ + ١",
    "a superscript": "count²",
    "quotes of prose": "“title”",
    "a full width comma": "max(1，2)",
    "a line end": "count\nopen('x')",
    "a line separator": "count\u2028open('x')",
    "a comment that hides the rest": "(count # ) + 1",
    "a continuation": "count \\",
    "an encoding declaration": "# -*- coding: utf-7 -*-\n+AF8-",
}

BOMBS = {
    "a tower of powers": "9 ** 9 ** 9",
    "a great power": "10 ** 64",
    "a power beyond the exponent": f"1 ** {EXPONENT_LIMIT + 1}",
    "a power beyond its limit from below": "2 ** -65",
    "a root of a negative number": "(-1) ** 0.5",
    "zero to a negative power": "0 ** -1",
    "a power of a fraction": "1e200 ** 10",
    "a fraction as exponent": "2 ** 1e9",
    "an endless exponent": "2 ** endless",
    "a huge number": "9" * 3_000,
    "a huge hexadecimal number": "0x" + "f" * 3_000,
    "squares of squares": "(((10 ** 30) * (10 ** 30)) * ((10 ** 30) * (10 ** 30)))",
    "text times a number": "title * 1000000000",
    "a number times text": "1000000000 * 'a'",
    "text times truth": "title * True",
    "a list times a number": "[0] * 1000000000",
    "a number times a list": "1000000000 * units",
    "a tuple times a number": "(1,) * 1000000000",
    "text that doubles": " + ".join(["title"] * 100) + " + huge",
    "a huge text": "huge",
    "a huge text in a list": "[huge]",
    "a huge list": "many",
    "a list that holds itself": "knot",
    "a list that holds itself, compared": "knot == knot",
    "a list that holds itself, as text": "str(knot)",
    "shared parts": "shared",
    "shared parts, compared": "shared == shared",
    "shared parts, as text": "str(shared)",
    "shared parts, summed": "sum([shared])",
    "loops in loops": "[1 for a in units * 1 for b in units]",
    "many loops": "[1 " + "for a in [1,2,3,4,5,6,7,8,9,10] " * 8 + "]",
    "many loops that give nothing": "[1 " + "for a in [1,2,3,4,5,6,7,8,9,10] " * 8 + "if False]",
    "a generator of loops": "sum(1 " + "for a in [1,2,3,4,5,6,7,8,9,10] " * 8 + ")",
    "lists of lists": "[[[[[a for a in many] for a in many] for a in many] for a in many] for a in many]",
    "lists that grow": "[[a] for a in [b for b in [c for c in many]]]",
    "a doubling of lists": "[[[[[[[[units + units] * 1] * 1]]]]]]",
    "text of text of text": "str([str([str([title] + units)])])" + " + missing",
    "sorting what cannot be sorted": "sorted([1, 'a', None])",
    "the least of nothing": "min([])",
    "the sum of texts": "sum(units)",
    "the length of a number": "len(5)",
    "rounding nothing": "round(nothing)",
    "rounding to a power of ten": "round(count, -1000000000)",
    "rounding to a fraction": "round(count, 1e9)",
    "many long texts as one": "str([long for a in [1,2,3,4,5,6,7,8,9,10] for b in [1,2,3,4,5,6,7,8,9,10] for c in [1,2,3,4,5]])",
    "rounding the endless": "round(endless)",
    "the endless as a whole number": "int(endless)",
    "not a number as a whole number": "int(endless - endless)",
    "a text as a whole number": "int('甲')",
    "a long text as a whole number": "int('" + "9" * 3_900 + "')",
    "a day that is none": "date('2026-13-01')",
    "a day of a number": "date(20260101)",
    "a day of far away": "date('9999-12-31') + (found_at - naive())",
    "division by nothing": "1 / 0",
    "whole division by nothing": "1 // 0",
    "the rest of a division by nothing": "1 % 0",
    "division by nothing, with a fraction": "1.5 / 0.0",
    "nothing compared": "nothing < 1",
    "nothing compared the other way": "1 >= nothing",
    "text compared with a number": "title < 1",
    "a list compared with a number": "units < 1",
    "an instant compared with one without an offset": "found_at < naive()",
    "an instant minus one without an offset": "found_at - naive()",
    "an instant compared with a day": "found_at < day",
    "an instant compared with a text": "found_at < '2026-09-30'",
    "a time plus a number": "found_at + 1",
    "a time plus a time": "found_at + found_at",
    "a duration times itself": "(found_at - found_at) * (found_at - found_at)",
    "text plus a number": "title + 1",
    "text minus text": "title - title",
    "a list plus a text": "units + title",
    "a dictionary plus a dictionary": "party + party",
    "minus text": "-title",
    "minus nothing": "-nothing",
    "a place that is not there": "units[2]",
    "a place of a text": "units['a']",
    "a key that is not there": "party['gone']",
    "a list as a key": "{[1]: 1}",
    "a key of a list": "party[units]",
    "a slice in steps of nothing": "units[::0]",
    "a slice of text": "units['a':]",
    "a slice of a dictionary": "party[1:2]",
    "membership in a number": "1 in 5",
    "membership of a number in text": "5 in title",
    "membership of a list in a dictionary": "units in party",
    "a loop over a number": "[x for x in 5]",
    "a loop over a text": "[x for x in title]",
    "a loop over nothing": "[x for x in nothing]",
    "a loop over an instant": "[x for x in found_at]",
    "a method with too much": "title.lower(1)",
    "a method with another type": "title.startswith(1)",
    "a function with too much": "now(1)",
    "a function with too little": "echo()",
    "a name that is not there": "missing",
    "a function that is not there": "missing()",
    "nothing": "",
    "spaces": "   \n\t ",
    "only a comment": "# count",
    "long": "1 + " * 1_500 + "1" + " " * 4_000,
    "very long": "a" * 1_000_000,
    "deep brackets": "(" * 150 + "1" + ")" * 150 + " + missing",
    "deeper brackets": "(" * 1_900 + "1" + ")" * 1_900,
    "deep lists": "[" * 90 + "]" * 90,
    "deep calls": "str(" * 80 + "1" + ")" * 80,
    "deep negation": "not " * 900 + "1",
    "deep minus": "-" * 3_000 + "1",
    "deep subscripts": "units" + "[0]" * 900,
    "deep attributes": "party" + ".name" * 700,
    "deep conditions": "1 if count else " * 200 + "1",
    "a long sum": "+".join(["1"] * 1_900),
    "a long comparison": "<".join(map(str, range(700))) + "< nothing",
    "a long choice": " or ".join(["nothing"] * 400) + " or missing",
    "f-strings in f-strings": "f'{f\"{f'''{count:{count}}'''}\"}'",
}
