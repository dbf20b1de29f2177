"""Printed arithmetic evaluated with what it leaves open: every rounded number is an interval, and so is the result.

Independent of densecli's own arithmetic: the text is parsed by Python, and functions are those of `math`.
"""

from __future__ import annotations

import ast
import math
import re

STEPS = 200  # points at which a function that rises and falls is looked at
SLACK = 1e-5  # relative, of each number: sums in single precision round


def softplus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


RISING = {
    "exp": math.exp,
    "exponential": math.exp,
    "sqrt": lambda x: math.sqrt(max(x, 0.0)),
    "log": lambda x: math.log(x) if x > 0 else -math.inf,
    "tanh": math.tanh,
    "sigmoid": sigmoid,
    "hard_sigmoid": lambda x: min(max(x / 6 + 0.5, 0.0), 1.0),
    "relu": lambda x: max(x, 0.0),
    "relu6": lambda x: min(max(x, 0.0), 6.0),
    "softplus": softplus,
    "softsign": lambda x: x / (1 + abs(x)),
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "selu": lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x)),
    "log_sigmoid": lambda x: -softplus(-x),
    "leaky_relu": lambda x: x if x > 0 else 0.2 * x,
    "hard_tanh": lambda x: min(max(x, -1.0), 1.0),
    "squareplus": lambda x: (x + math.sqrt(x * x + 4)) / 2,
}
CURVED = {
    "silu": lambda x: x * sigmoid(x),
    "swish": lambda x: x * sigmoid(x),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "mish": lambda x: x * math.tanh(softplus(x)),
    "hard_silu": lambda x: x * min(max(x / 6 + 0.5, 0.0), 1.0),
    "hard_swish": lambda x: x * min(max(x / 6 + 0.5, 0.0), 1.0),
    "tanh_shrink": lambda x: x - math.tanh(x),
}


class UnknownFunctionError(Exception):
    """The text calls a function that is not written here."""


def interval(text, digits):
    """The least and the greatest value that printed arithmetic may have had before its numbers were rounded."""
    source = re.sub(r"\([\d,]+ terms: ([^)]*)\)", r"(\1)", text).replace("·", "*").replace("²", "**2")
    return Evaluator(source, digits).of(ast.parse(source, mode="eval").body)


class Evaluator:
    def __init__(self, source, digits):
        self.source, self.digits = source, digits

    def of(self, node):
        match node:
            case ast.Constant():
                return rounded(node.value, self.digits)
            case ast.UnaryOp():
                low, high = self.of(node.operand)
                return -high, -low
            case ast.BinOp():
                return self.binary(node)
            case ast.Call():
                return self.call(node.func.id, [self.of(each) for each in node.args])
        raise AssertionError(ast.dump(node))

    def binary(self, node):
        (a, b), (c, d) = self.of(node.left), self.of(node.right)
        match node.op:
            case ast.Add():
                return a + c, b + d
            case ast.Sub():
                return a - d, b - c
            case ast.Pow():
                ends = [a * a, b * b]
                return (0.0 if a <= 0 <= b else min(ends)), max(ends)
            case ast.Div():
                if c <= 0 <= d:
                    return -math.inf, math.inf
                c, d = 1 / d, 1 / c
        ends = [x * y for x in (a, b) for y in (c, d)]
        return min(ends), max(ends)

    def call(self, name, values):
        if name in ("max", "min"):
            function = max if name == "max" else min
            return function(low for low, _ in values), function(high for _, high in values)
        ((low, high),) = values
        if name in RISING:
            return RISING[name](low), RISING[name](high)
        if name not in CURVED:
            raise UnknownFunctionError(name)
        points = [CURVED[name](low + (high - low) * step / STEPS) for step in range(STEPS + 1)]
        return min(points), max(points)


def rounded(value, digits):
    """What a printed number may have been: so many digits after the point from 1 on, so many significant ones below."""
    if value == 0:
        return 0.0, 0.0
    places = digits if abs(value) >= 1 else digits - 1 - math.floor(math.log10(abs(value)))
    half = 0.5 * 10.0**-places + SLACK * abs(value)
    return value - half, value + half


def holds(text, wanted, digits):
    """Whether the printed arithmetic allows this value."""
    low, high = interval(text, digits)
    slack = SLACK * abs(wanted)
    return low - slack <= wanted <= high + slack
