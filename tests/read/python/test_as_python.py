"""Plain Python is followed as Python runs it: every variable of each program has the value that CPython gives it."""

from __future__ import annotations

import sys
import textwrap
from unittest import mock

import pytest

from densecli.read.python.values import Unknown
from support.following import followed

# One-line programs; `=` makes its value a variable.
LINES = """
a = 7 + 2 * 3 - 4 // 3; b = 7 / 2; c = -7 // 2; d = -7 % 3; e = 2 ** 10; f = 1 << 5; g = 65 >> 2; h = 6 & 3 | 8 ^ 1
a = +5, -5, ~5, not 5, not 0, not [], not ""
a = 3 == 3.0, 3 != 4, 2 < 3, 3 <= 3, 4 > 3, 3 >= 4, 1 < 2 < 3, 1 < 3 < 2, 3 > 2 > 1 > 0
a = 1 in [1, 2], 3 not in (1, 2), "b" in "abc", "d" in {"d": 1}, 2 in {2}, 4 in range(3), "z" not in "abc"
a = None is None, None is not None, a is None if False else 0, [] == None
a = 0 or "x", 1 and "y", "" or 0 or [], 1 and 2 and 3, None and 1, not (1 and 0)
a = 1 if 2 > 1 else 0; b = "big" if a > 3 else "small"
a = [1, 2] + [3]; b = (1,) * 3; c = "ab" * 2; d = [0] * 4; e = "a" + "b"; f = {1: 2} | {3: 4}; g = {1, 2} & {2, 3}, {1} | {2}, {1, 2} - {2}
a = [0, 1, 2, 3, 4, 5]; b = a[1:4]; c = a[:-1]; d = a[::2]; e = a[-2:]; f = a[::-1]; g = a[4], a[-1]; h = "hello"[1:3]
a, (b, c), *d = 1, (2, 3), 4, 5; *e, f = "xyz"; g, *h, i = range(5)
a = b = [1]; b.append(2)
a = [*range(3), *"ab"]; b = {**{"x": 1}, "y": 2}; c = (*a, 9); d = {*a}
(a := 5); b = [y := 2, y + 1]
a = f"{3:>4}|{2.5:.2f}|{'x'!r}|{1_000_000:,}|{'n'}{4 + 1}|{[1, 2]}"; w = 6; b = f"{3.14159:{w}.2f}"
a = "%d-%s-%.1f" % (3, "x", 2.25); b = "%s" % 4; c = "%(k)s" % {"k": 1}
a = "{} {}".format(1, 2), "{1}{0}".format("a", "b"), "{x:03d}".format(x=7), "{:.1%}".format(0.25)
a = 1_000, 0x1F, 0b101, 0o17, 1e3, .5, True, None
a = [i * i for i in range(5) if i % 2]; b = {i: str(i) for i in range(3)}; c = {i % 2 for i in range(5)}; d = list(i + 1 for i in a)
a = [(x, y) for x in range(3) for y in range(x)]; b = [[j for j in range(i)] for i in range(3)]; c = [x for x in range(9) if x > 2 if x % 2]
a = (lambda x, y=2, *z, k=3, **w: (x, y, z, k, w))(1); b = (lambda *z, **w: (z, w))(1, 2, k=3)
a = int("12"), int("ff", 16), int(3.9), int(), float("2.5"), float(3), bool([]), bool("x"), str(12), str(None), str([1, "a"]), str(2.0)
a = abs(-3), abs(2.5), round(2.567, 2), round(7.5), divmod(17, 5), pow(2, 5), max(3, 1, 2), min([4, 2]), sum([1, 2, 3]), sum([[1], [2]], [])
a = max([1, -5], key=abs), min("bb", "a", key=len), max([], default=0), sorted([3, 1, 2], reverse=True), sorted(["bb", "a"], key=len)
a = len("abc"), len([1]), len({}), len((1, 2)), len({1}), len(range(4))
a = list(range(3)), tuple([1, 2]), set([1, 1]), dict([("a", 1)]), dict(b=2), dict({"a": 1}, c=3), list("ab"), list({"k": 1}), dict(zip("ab", [1, 2]))
a = list(enumerate("ab")), list(enumerate("ab", 1)), list(zip([1, 2], "xyz")), list(map(str, [1, 2])), list(map(lambda x, y: x + y, [1, 2], [3, 4]))
a = list(filter(None, [0, 1, 2])), list(filter(lambda x: x > 1, [1, 2])), list(reversed([1, 2, 3])), any([0, 1]), all([0, 1]), any([]), all([])
a = chr(65), ord("a"), hex(255), oct(8), bin(5), repr("x"), format(3.14159, ".2f"), format(5)
a = isinstance(1, int), isinstance(True, int), isinstance(1, bool), isinstance("a", (int, str)), isinstance([], list), isinstance(1.0, int), isinstance((), (list, tuple)), isinstance(None, str), isinstance({}, dict)
a = callable(len), callable(3), callable(lambda: 1)
a = " Ab ".strip(), "a,b".split(","), "a b".split(), "-".join(["x", "y"]), "abc".replace("b", "d"), "Abc".lower(), "abc".upper(), "abc".startswith("a"), "abc".endswith(("c", "d"))
a = "a.b.c".rsplit(".", 1), "a.b".partition("."), "abcabc".find("c"), "abc".index("b"), "aXa".count("a"), "ab".center(6, "*"), "7".zfill(3), "ab".ljust(4), "ab".rjust(4), "ab cd".title()
a = "abc".isalpha(), "12".isdigit(), "a1".isalnum(), "x".isidentifier(), "Ab".swapcase(), "a\\nb".splitlines(), "prefix-x".removeprefix("prefix-"), "x.py".removesuffix(".py"), "é".encode("utf-8"), b"ab".decode()
a = [3, 1, 2]; a.sort(); b = [3, 1]; b.sort(reverse=True); c = ["bb", "a"]; c.sort(key=len); d = [1]; d.extend([2, 3]); d.insert(0, 0); e = d.pop(); f = d.pop(0); d.remove(1); g = [1, 2]; g.reverse(); h = g.index(1); i = g.count(2); g.clear()
a = {"x": 1}; b = a.get("x"), a.get("y"), a.get("y", 5); a.setdefault("z", 3); a.update({"w": 4}); a.update(v=5); c = a.pop("x"); d = a.pop("q", None); e = list(a.items()), list(a.keys()), list(a.values()); f = "w" in a; g = a.copy(); g["n"] = 1
a = dict.fromkeys("ab", 0); b = {1, 2}; b.add(3); b.discard(1); c = b.union([9]), b.intersection({2}), b.difference({2}), {2}.issubset(b), b.isdisjoint({7}); b.update([5])
a = (5).bit_length(), (2.0).is_integer(), (3).real, (1.5).imag, (4).numerator, range(2, 9, 3).step
a = [1, 2, 3]; a[0] = 9; a[1:] = [7]; b = {"k": [1]}; b["k"] += [2]; c = {}; c["n"] = 1; c["n"] += 4; d = [[0]]; d[0][0] -= 3
a = 5; a += 1; a -= 2; a *= 6; a //= 5; a **= 2; a %= 9; b = 8; b /= 4; b = int(b); b <<= 3; b >>= 1; b |= 1; b &= 7; b ^= 2
a = [1, 2, 3, 4]; del a[0]; del a[-1:]; b = {"x": 1, "y": 2}; del b["x"]; c = 1; del c
import math; a = math.ceil(2.1), math.floor(-2.1), math.sqrt(16), math.log(math.e), math.log2(8), math.log10(100), math.exp(0), math.pow(2, 3), math.gcd(12, 18), math.trunc(2.7), math.fabs(-2), math.prod([2, 3]), math.pi, math.inf
from functools import partial, reduce; a = partial(int, base=2)("101") if False else 5; b = reduce(lambda x, y: x * y, [1, 2, 3, 4]), reduce(lambda x, y: x + y, [1, 2], 10), partial(lambda x, y, z=0: (x, y, z), 1, z=3)(2), partial(lambda x, k=0: (x, k), k=1)(5, k=2)
from itertools import chain, product; a = list(chain([1], (2, 3))), list(product([1, 2], "ab")), list(product([0, 1], repeat=2))
from collections import OrderedDict, namedtuple; P = namedtuple("P", "x y"); p = P(1, y=2); a = p.x, p.y; Q = namedtuple("Q", ["u", "v"]); b = Q(3, 4).v; c = dict(OrderedDict(a=1))
from types import SimpleNamespace as N; n = N(a=1); n.b = 2; a = n.a + n.b
import copy; a = [1, [2]]; b = copy.copy(a); b.append(3); c = copy.deepcopy({"k": 1}); c["k"] = 2
import os.path, sys; a = os.path.join("a", "b.h5"), os.path.basename("x/y.py"), os.sep, sys.maxsize
import operator; a = 5 if callable(operator.add) else 0
"""

PROGRAMS = {
    "for, else, break and continue": """
        found, seen = None, []
        for i in range(10):
            if i % 2: continue
            if i > 6: break
            seen.append(i)
        else:
            found = "never"
        for j in []: pass
        else: found = "empty"
        for k, (l, m) in [(1, (2, 3))]: total = k + l + m
        """,
    "while": """
        n, steps = 27, 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
            if steps > 200: break
        else:
            ended = True
        w = 3
        while w: w -= 1
        """,
    "nested loops": """
        out = []
        for i in range(4):
            for j in range(4):
                if j == i: break
                out.append((i, j))
            else: out.append("all")
        """,
    "functions": """
        def f(a, b=2, *args, c, d=4, **rest): return a, b, args, c, d, rest
        r1 = f(1, c=3); r2 = f(1, 5, 6, 7, c=0, z=9); r3 = f(*[1, 2], **{"c": 3, "d": 8})
        def g(a, /, b, *, c=1): return a * 100 + b * 10 + c
        r4 = g(1, 2), g(1, b=3, c=5)
        def nothing(): pass
        r5 = nothing()
        def early(x):
            if x: return "yes"
            return "no"
        r6 = early(1), early(0)
        def fact(n): return 1 if n < 2 else n * fact(n - 1)
        r7 = fact(10)
        """,
    "wrong calls": """
        def f(a, b): return a
        def tried(work):
            try: return work()
            except TypeError: return "TypeError"
        r = tried(lambda: f(1)), tried(lambda: f(1, 2, 3)), tried(lambda: f(1, a=2)), tried(lambda: f(1, 2, c=3)), tried(lambda: f(b=1, a=7))
        def k(*, need): return need
        s = tried(lambda: k()), tried(lambda: k(need=4))
        t = tried(lambda: 1 + "a"), tried(lambda: len(3)), tried(lambda: -"a"), tried(lambda: 1 < "a"), tried(lambda: {[]: 1}), tried(lambda: {[1]})
        """,
    "closures, nonlocal and global": """
        count = 0
        def counter():
            n = 10
            def step():
                nonlocal n
                global count
                n += 1; count += 2
                return n
            return step
        step = counter()
        r = step(), step(), count
        makers = [lambda x, k=k: x * k for k in range(3)]
        s = [m(10) for m in makers]
        del step, makers
        def outer():
            x = 1
            def inner(): return x
            x = 2
            return inner()
        t = outer()
        """,
    "defaults are made once": """
        def f(x, into=[]):
            into.append(x)
            return into
        a = list(f(1)); b = list(f(2))
        width = 3
        def g(w=width): return w
        width = 9
        c = g()
        """,
    "exceptions": """
        log = []
        def attempt(kind):
            try:
                if kind == 1: raise ValueError("bad")
                if kind == 2: {}["k"]
                if kind == 3: [][1]
                if kind == 4: 1 / 0
                if kind == 5: int("x")
                if kind == 6: raise KeyError
                if kind == 7: (1).nothing
                if kind == 8: a, b = 1, 2, 3
                log.append("fine")
            except (KeyError, IndexError): log.append("lookup")
            except ValueError as e: log.append("value")
            except ZeroDivisionError: log.append("zero")
            except Exception: log.append("other")
            else: log.append("else")
            finally: log.append(kind)
        for k in range(9): attempt(k)
        """,
    "exceptions of the source": """
        class Base(Exception): pass
        class Low(Base): pass
        class Mine(ValueError): pass
        got = []
        for kind in (Base, Low, Mine):
            try: raise kind("x")
            except Low: got.append("low")
            except Base: got.append("base")
            except ValueError: got.append("value")
        try:
            try: raise Low
            except ValueError: got.append("wrong")
            finally: got.append("inner")
        except Base as error: got.append("outer")
        try: raise ValueError("a", 2)
        except ValueError as error: args = error.args
        try: assert 1 > 2, "no"
        except AssertionError: got.append("assert")
        assert True
        """,
    "finally runs however the block ends": """
        log = []
        def f(how):
            try:
                if how == "return": return 1
                if how == "raise": raise ValueError
            except ValueError:
                log.append("caught")
                raise KeyError("again")
            finally:
                log.append(how)
            return 2
        r = [f("return"), f("pass")]
        try: f("raise")
        except KeyError: r.append("key")
        for i in range(3):
            try:
                if i == 1: break
            finally: log.append(i)
        """,
    "a bare raise passes the exception on": """
        log = []
        try:
            try: {}["x"]
            except KeyError:
                log.append("first")
                raise
        except KeyError: log.append("second")
        except Exception: log.append("wrong")
        """,
    "with": """
        log = []
        class Manager:
            def __init__(self, name): self.name = name
            def __enter__(self):
                log.append("in " + self.name)
                return self.name
            def __exit__(self, *error): return False
        with Manager("a") as x, Manager("b"): log.append(x)
        del Manager
        """,
    "classes": """
        class A:
            size = 3
            items = [1]
            def __init__(self, x, y=2): self.x, self.y = x, y
            def total(self, more=0): return self.x + self.y + self.size + more
            @property
            def double(self): return self.x * 2
            @staticmethod
            def plain(v): return v + 1
            @classmethod
            def make(cls, v): return cls(v, cls.size)
            def __call__(self, v): return v * self.x
            def __len__(self): return 5
            def __getitem__(self, key): return key, self.x
        class B(A):
            size = 10
            def __init__(self, x):
                super().__init__(x, y=7)
                self.z = "b"
            def total(self, more=1): return super().total(more) * 100
        a, b = A(1), B(4)
        r = a.total(), a.total(5), b.total(), b.total(more=2), a.double, b.double, A.plain(1), b.plain(2), A.make(6).y, B.size
        s = a(3), len(a), a["k"], b.z, isinstance(b, A), isinstance(a, B), issubclass(B, A), type(b) is B, a.__class__ is A
        t = A.__name__, b.__class__.__name__, hasattr(a, "x"), hasattr(a, "nope"), getattr(b, "z"), getattr(a, "q", 9), getattr(a, "total")(1)
        setattr(a, "x", 50); a.new = 1; a.x += 1; u = a.x, a.new, a.total()
        A.size = 100; v = a.size, b.size
        try: a.missing
        except AttributeError: w = "missing"
        m = a.total; n = m(1); o = A.total(b, 3)
        del A, B, a, b, m
        """,
    "several bases": """
        class Left:
            def who(self): return "left"
            def both(self): return "L"
        class Right:
            def who(self): return "right"
            side = "r"
        class Both(Left, Right):
            def who(self): return "both " + super().who()
        class Deep(Both):
            def who(self): return super(Deep, self).who() + "!"
            def size(self): return [super(Deep, self).both() for _ in range(2)]
        x = Both(); y = Deep()
        r = x.who(), x.side, x.both(), y.who(), y.size(), [c.__name__ for c in (Left, Deep)]
        del x, y, Left, Right, Both, Deep
        """,
    "class bodies": """
        n = 4
        class Config:
            units = n * 2
            layers = [units, units // 2]
            if n > 3: deep = True
            for i in range(2): last = i
            name: str = "c"
            def area(self): return self.units * n
        r = Config.units, Config.layers, Config.deep, Config.last, Config.name, Config().area()
        c = Config(); c.units = 1; s = c.units, Config.units, c.area()
        del Config, c
        """,
    "dataclasses": """
        from dataclasses import dataclass, field
        @dataclass
        class Base:
            width: int
            depth: int = 2
        @dataclass(order=True)
        class More(Base):
            sizes: list = field(default_factory=lambda: [1, 2])
            name: str = field(default="m")
        @dataclass
        class Post:
            n: int
            def __post_init__(self): self.twice = self.n * 2
        a, b, p = Base(3), More(1, 5, name="k"), Post(4)
        r = a.width, a.depth, b.width, b.depth, b.sizes, b.name, p.twice, More(7).sizes, Base(depth=8, width=9).depth
        del a, b, p, Base, More, Post, dataclass, field
        """,
    "typing.NamedTuple": """
        from typing import NamedTuple
        class Size(NamedTuple):
            w: int
            h: int = 5
        s = Size(3); r = s.w * s.h, Size(1, h=2).h
        del s, Size, NamedTuple
        """,
    "decorators": """
        import functools
        def twice(f):
            @functools.wraps(f)
            def inner(*args, **kwargs): return f(*args, **kwargs) * 2
            return inner
        def times(n):
            def enter(f): return lambda x: f(x) * n
            return enter
        @twice
        def one(x): return x + 1
        @times(5)
        @twice
        def two(x): return x
        @functools.lru_cache(maxsize=None)
        def three(x): return x * 3
        r = one(4), two(2), three(3), one(x=1)
        """,
    "match": """
        def kind(x):
            match x:
                case 0: return "zero"
                case "a" | "b": return "letter"
                case None: return "none"
                case [p, q]: return ("pair", p, q)
                case (1, 2, three): return ("three", three)
                case int() if False: return "never"
                case other if other == 7: return "seven"
                case n: return ("any", n)
        r = kind(0), kind("b"), kind(None), kind([1, 2]), kind((1, 2, 9))
        def size(word):
            match word:
                case "small": w = 8
                case "large": w = 64
                case _: w = 16
            return w
        s = size("small"), size("large"), size("what")
        def guard(x):
            match x:
                case n if n > 10: return "big"
                case (5 | 6) as m: return m
                case _: return "other"
        t = guard(11), guard(5), guard(1)
        """,
    "scopes of comprehensions": """
        x = "out"
        inner = [x for x in range(3)]
        rows = [[r * c for c in range(3)] for r in range(2)]
        def f(k): return [k + i for i in range(2)], {k: i for i in range(2)}
        res = f(10)
        flat = [v for row in rows for v in row if v]
        """,
    "values are shared, not copied": """
        a = [1]; b = a; b += [2]; c = a + [3]; d = (a, a); a.append(4)
        def add(to): to.append("x")
        add(a)
        e = {"k": a}; e["k"].append(5)
        f = a[:]; f.append(6)
        g = [[]] * 2; g[0].append(1)
        """,
    "conditions": """
        out = []
        for x in (0, 1, -1, "", "a", None, [], [0], {}, 0.0, (), {1}, range(0), range(2)):
            if x: out.append(1)
            elif x == 0: out.append("zero")
            elif x is None: out.append("none")
            else: out.append(0)
        out2 = [bool(v) and "t" or "f" for v in (0, 1)]
        """,
    "strings that name layers": """
        names = []
        for stage in range(2):
            for block in "ab": names.append("conv%d_%s" % (stage + 1, block) + "/bn"[:2])
        joined = "_".join(str(n) for n in (1, 2)) + "-{:02d}".format(3) + f"{names[0]!s:>8}{len(names)}"
        """,
    "modules as values": """
        import math as m
        from math import sqrt as root, pi
        f = m.floor
        r = f(root(17)), round(pi, 3), [g(2.5) for g in (m.ceil, m.floor)]
        del m, root, f
        """,
    "unusual names": """
        _private, __dunder__ = 1, 2
        def f(self, *, lambda_=3): return self + lambda_
        größe = f(1)
        """,
    "main": """
        def main(): return 5
        if __name__ == "__main__": r = main()
        """,
    "what Python refuses": """
        kinds = []
        for work in (lambda: (lambda n: n())(3), lambda: "{:d}".format("x"), lambda: "{0}{1}".format(1), lambda: "%d" % "x", lambda: f"{'x':d}", lambda: "abc".index("z"), lambda: [].pop(), lambda: {}.popitem(), lambda: [1].remove(2), lambda: {1}.remove(2), lambda: int("x"), lambda: chr(-1), lambda: range(1, 2, 0), lambda: [1, 2][5], lambda: (1,)[3], lambda: max([]), lambda: sorted([1, "a"]), lambda: 1 % 0, lambda: next(iter([])) if False else 1 // 0):
            try: kinds.append(work())
            except TypeError: kinds.append("TypeError")
            except ValueError: kinds.append("ValueError")
            except IndexError: kinds.append("IndexError")
            except KeyError: kinds.append("KeyError")
            except ZeroDivisionError: kinds.append("ZeroDivisionError")
        del work
        """,
    "lists that hold what nobody knows": """
        import nowhere
        u = nowhere.f()
        a = [1]; a.append(u); a.insert(0, u); n = len(a), a[1]
        d = {"k": u, "l": 2}; d.setdefault("m", u); m = len(d), d["l"], d.get("l"), d.get("z", 3), list(d)
        t = (u, 5); s = t[1], len(t)
        x, y = u, 7
        del u, a, d, t, x, nowhere
        """,
    "integers that are large": """
        a = 2 ** 200; b = a // 3 ** 50; c = -a >> 190; d = 10 ** 18 * 10 ** 18
        """,
    "in finds what is equal": """
        class K:
            pass
        k, l = K(), K()
        r = k in [k], k in [l], k in (l, k), 1.0 in [1], "a" in ["b", "a"], None in [None], [1] in [[1]]
        del K, k, l
        """,
}


CASES = {line: line for line in LINES.strip().splitlines()} | {
    name: textwrap.dedent(text) for name, text in PROGRAMS.items()
}
# What depends on something unknown is unknown itself, and never a guess.
UNKNOWN = """
u
u.shape[0]
u + 1
1 + u
-u
not u
u == 1
u is None
u in [1, 2]
1 in u
1 < 2 < u
u if u else 1
u and 1
[*u]
[x for x in u]
[x for x in [1, 2] if u]
{u: 1}
{1, u}
len(u)
sum(u)
sum([1, u])
max(1, u)
min(u)
sorted(u)
sorted([1, u])
list(u)
list(map(str, u))
list(filter(None, u))
list(filter(lambda x: u, [1]))
list(enumerate(u))
list(zip([1], u))
list(reversed(u))
any([0, u])
all([1, u])
int(u)
float(u)
bool(u)
str(u)
abs(u)
round(u)
range(u)
dict(u)
set(u)
f"{u}"
f"{1:{u}}"
"%s" % u
"{}".format(u)
"-".join(u)
"-".join(["a", u])
f"{ {'k': open} }"
f"{[open]}"
getattr(u, "x")
getattr(open, u)
hasattr(u, "x")
isinstance(u, int)
callable(u)
type(u)
[1, 2][u]
[1, 2][u:]
{1: 2}[u]
{1: 2}.get(u)
u[0]
u(1)
(lambda x: x + 1)(u)
args.nothing
args.word
parser.parse_args().word
"""

PLAIN = (int, float, str, bytes, tuple, list, dict, set, frozenset, range, type(None), type(...))


def plain(value):
    """Whether a value is Python's own through and through."""
    if isinstance(value, dict):
        return all(plain(each) for pair in value.items() for each in pair)
    if isinstance(value, tuple | list | set):
        return type(value) in PLAIN and all(map(plain, value))
    return isinstance(value, PLAIN)


def values(names):
    """By name, with the types: 1 is neither True nor 1.0."""
    return {name: (value, repr(value)) for name, value in names.items() if not name.startswith("__b") and plain(value)}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_every_variable_has_the_value_that_python_gives_it(text):
    truth = {"__name__": "__main__"}
    with mock.patch.dict(sys.modules, nowhere=mock.MagicMock()):
        exec(compile(text, "-", "exec", dont_inherit=True), truth)
    del truth["__name__"]
    wanted = values(truth)
    assert wanted
    found = followed(text)
    assert {name: (found.get(name), repr(found.get(name))) for name in wanted} == wanted


@pytest.mark.parametrize("text", UNKNOWN.strip().splitlines())
def test_what_depends_on_something_unknown_is_unknown(text):
    head = "import argparse, nowhere\nu = nowhere.f()\nparser = argparse.ArgumentParser()\nparser.add_argument('word')\nargs = parser.parse_args()"
    assert isinstance(followed(f"{head}\na = {text}")["a"], Unknown)
