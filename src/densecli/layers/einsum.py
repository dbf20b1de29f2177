"""EinsumDense: a dense layer over any axes, described by an einsum equation."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from itertools import product as combinations
from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.arithmetic import Product, Step, Sum, element, total
from densecli.errors import ShapeError
from densecli.layer import Layer, Weight, activation_flops, activation_name, behind
from densecli.layers.core import check_lora, lora_rank
from densecli.layers.quantized import Part, how, kernel, quantized
from densecli.layers.worked import activated, stretched, without_activation
from densecli.records import Record
from densecli.shape import Dim, Shape, known, product, show, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    Array = Any
    Index = tuple[int, ...]

# Keras 3.15.1 knows three forms; an ellipsis is on the left or on the right of input and output.
FORMS = (
    r"(?P<x>[a-zA-Z]+),(?P<kernel>[a-zA-Z]+)->(?P<y>[a-zA-Z]+)",
    r"\.\.\.(?P<x>[a-zA-Z]+),(?P<kernel>[a-zA-Z]+)->\.\.\.(?P<y>[a-zA-Z]+)",
    r"(?P<x>[a-zA-Z]{2,})\.\.\.,(?P<kernel>[a-zA-Z]+)->(?P<y>[a-zA-Z]+)\.\.\.",
)


class Plan(Record):
    """What an equation means for one input shape."""

    kernel: str
    y: str
    output: Shape  # as Keras tells it
    inner: dict[str, Dim]  # sizes of the input's axes
    outer: dict[str, Dim]  # sizes of the output's axes
    elided: Shape  # the sizes that the ellipsis stands for
    left: bool  # whether the ellipsis stands on the left

    def size(self, letter: str) -> Dim:
        """An axis' size, from wherever it is known."""
        size = self.inner.get(letter)
        return self.outer.get(letter) if size is None else size

    def weight_size(self, letter: str) -> int:
        """An axis' size as Keras looks it up for weights: an output axis must be in output_shape."""
        return known((self.outer if letter in self.outer else self.inner)[letter], f"the size of axis '{letter}'")

    def filled(self) -> Shape:
        """The output with every size that the input tells, also where output_shape leaves it open."""
        own = tuple(map(self.size, self.y))
        return (*self.elided, *own) if self.left else (*own, *self.elided)


@lru_cache(maxsize=256)
def resolve(equation: str, x: Shape, inner_shape: Shape) -> Plan:
    """Sizes for the letters of an equation. Raises ShapeError where they do not fit."""
    of_x, of_kernel, of_y = parts(equation)
    left, count = equation.startswith("..."), len(x) - len(of_x)
    if count < 0 or (count > 0 and "..." not in equation):
        raise ShapeError(f"the input {show(x)} does not match the axes '{of_x}'")
    elided = x[:count] if left else x[len(of_x) :]
    output = elide(x, inner_shape, count, left)
    if len(output) != len(of_y) + count:
        raise ShapeError(
            f"output_shape {show(inner_shape)} does not fit the output axes '{of_y}'",
            hint="give every output axis but the batch",
        )
    inner = dict(zip(of_x, x[count:] if left else x, strict=False))
    outer = dict(zip(of_y, output[count:] if left else output, strict=False))
    check_letters(inner, of_kernel, outer)
    return Plan(of_kernel, of_y, output, inner, outer, elided, left)


def parts(equation: str) -> tuple[str, str, str]:
    """The axes of input, kernel and output."""
    found = next(filter(None, (re.fullmatch(form, equation) for form in FORMS)), None)
    if found is None:
        raise ShapeError(
            f"'{equation}' is not the equation of a dense layer",
            hint="write ab,bc->ac, ...ab,bc->...ac or ab...,bc->ac..., without spaces",
        )
    return found["x"], found["kernel"], found["y"]


def elide(x: Shape, inner_shape: Shape, count: int, left: bool) -> Shape:
    """The output shape as Keras 3.15.1 puts it together: the sizes of a left ellipsis come in reverse order."""
    if left:
        return (x[0], *x[count - 1 : 0 : -1], *inner_shape) if count > 1 else (x[0], *inner_shape)
    return (x[0], *inner_shape, *x[len(x) - count :])


def check_letters(inner: dict[str, Dim], kernel: str, outer: dict[str, Dim]) -> None:
    """Every axis of kernel and output comes from somewhere, and sizes do not contradict each other."""
    for letter in inner.keys() & outer.keys():
        if outer[letter] is not None and outer[letter] != inner[letter]:
            raise ShapeError(f"axis '{letter}' is {inner[letter]} in the input and {outer[letter]} in output_shape")
    for letter in outer.keys() - inner.keys() - set(kernel):
        raise ShapeError(f"the output axis '{letter}' is neither in the input nor in the kernel")
    for letter in set(kernel) - inner.keys() - outer.keys():
        raise ShapeError(f"the kernel axis '{letter}' is neither in the input nor in the output")


class EinsumDense(Layer):
    """Multiply with a kernel along the axes that an Einstein summation names: Dense for any axes.

    EinsumDense("abc,cd->abd", (none, 64), bias_axes=d): (None, 32, 128) -> (None, None, 64), 8256 params
    """

    formula = "output = activation(einsum(equation, input, kernel) + bias)"
    shape_rule = "the batch, then output_shape, with the axes of an ellipsis in place"
    macs_rule = "product of the sizes of all axes that the equation names"
    elementwise_rule = "1 per output for the bias, and the activation"

    equation = fields.text(doc="the einsum equation: input axes, kernel axes -> output axes")
    output_shape = fields.shape(doc="sizes of the output without the batch and an ellipsis; null where unknown")
    activation = fields.activation()
    bias_axes = fields.optional(fields.text(doc="output axes with a bias"))
    kernel_initializer = fields.initializer("glorot_uniform")
    bias_initializer = fields.initializer("zeros")
    kernel_regularizer = fields.regularizer()
    bias_regularizer = fields.regularizer()
    kernel_constraint = fields.constraint()
    bias_constraint = fields.constraint()
    lora_rank = lora_rank()
    lora_alpha = fields.optional(fields.number(doc="scale of the LoRA update"))
    gptq_unpacked_column_size = fields.anything(doc="for a quantized kernel (does not affect the summary)")
    quantization_config = fields.anything(doc="Keras' quantization settings (does not affect the summary)")

    axis_names: Mapping[str, str] = {}  # never written to: what a layer around it calls the axes

    def called(self, letter: str, plan: Plan) -> str:
        """What an axis is, in words."""
        sides = (
            "input and output"
            if letter in plan.inner and letter in plan.outer
            else "input"
            if letter in plan.inner
            else "output"
        )
        return self.axis_names.get(letter, f"{sides} axis {letter}")

    def explain(self, output: Shape, x: Shape, *_: Any, **__: Any) -> Iterator[str]:
        plan = self.plan(x)
        summed = [letter for letter in plan.inner if letter not in plan.outer]
        made = [letter for letter in plan.outer if letter not in plan.inner]
        parts = [
            f"{verb} {' and '.join(self.sized(letter, plan) for letter in axes)}"
            for verb, axes in (("sums over", summed), ("makes", made))
            if axes
        ]
        if parts:
            yield f"The equation {self.equation} {', and '.join(parts)}."

    def sized(self, letter: str, plan: Plan) -> str:
        """c = input features (4)"""
        size, name = plan.size(letter), self.axis_names.get(letter)
        return f"{letter}{f' = {name}' if name else ''} ({'?' if size is None else f'{size:,}'})"

    def check(self) -> None:
        check_lora(self, "kernel_constraint")

    def plan(self, x: Shape) -> Plan:
        return resolve(self.equation, x, self.output_shape)

    def weights(self, x: Shape, **_: Any) -> Iterator[Weight]:
        plan = self.plan(x)
        yield from quantized(
            self, self.plain_weights(plan), {"kernel": self.quantized_kernel(plan)} if how(self) else {}
        )

    def quantized_kernel(self, plan: Plan) -> Part:
        """int8 and int4 sum what the output does not have; GPTQ and AWQ cut kernels by their largest axis (Keras 3.15.1)."""
        sizes = [plan.weight_size(letter) for letter in plan.kernel]
        found = how(self)
        if found is not None and found.mode in ("gptq", "awq"):
            if len(sizes) not in (2, 3):
                raise ShapeError(f"{found.mode} quantizes kernels of 2 or 3 axes, got {show(tuple(sizes))}")
            cut = 1 if len(sizes) == 2 or sizes.index(max(sizes)) == 0 else 2
            return kernel(math.prod(sizes[:cut]), math.prod(sizes[cut:]), zero_name="zero_point")
        scale = tuple(plan.weight_size(letter) if letter in plan.kernel else 1 for letter in plan.y)
        summed = math.prod(size for letter, size in zip(plan.kernel, sizes, strict=True) if letter not in plan.outer)
        return kernel(summed, math.prod(sizes) // summed, scale)

    def plain_weights(self, plan: Plan) -> Iterator[Weight]:
        """The weights before anything quantized them."""
        shape = tuple(map(plan.weight_size, plan.kernel))
        axes = tuple(self.called(letter, plan) for letter in plan.kernel)
        yield Weight("kernel", shape, axes, self.lora_rank is None, self.kernel_initializer)
        if self.bias_axes is not None:
            yield self.bias(plan, self.bias_axes)
        if self.lora_rank is not None:
            rank = self.lora_rank
            yield Weight("lora_kernel_a", (*shape[:-1], rank), (*axes[:-1], "rank"), True, "he_uniform", "float32")
            yield Weight("lora_kernel_b", (rank, shape[-1]), ("rank", axes[-1]), dtype="float32")

    def bias(self, plan: Plan, letters: str) -> Weight:
        """From the first axis with a bias on; a size of 1 where all elements share it."""
        if not letters or set(letters) - set(plan.y):
            raise ShapeError(f"bias_axes '{letters}' are not among the output axes '{plan.y}'")
        tail = plan.y[min(plan.y.index(letter) for letter in letters) :]
        shape = tuple(plan.weight_size(letter) if letter in letters else 1 for letter in tail)
        axes = tuple(self.called(letter, plan) for letter in tail)
        after = 0 if plan.left else len(plan.elided)
        return Weight("bias", (*shape, *(1,) * after), (*axes, *("any",) * after), initializer=self.bias_initializer)

    def output(self, x: Shape, **_: Any) -> Shape:
        for _weight in self.weights(x):  # an unknown size among them is an error
            pass
        plan = self.plan(x)  # tf.keras told the sizes that the input has; Keras 3.15.1 leaves null in output_shape open
        return plan.filled() if self.as_tf_keras else plan.output

    def computed(self, x: Shape, **_: Any) -> Shape:
        return behind(self.activation, self.plan(x).filled())

    def macs(self, output: Shape, x: Shape, *_: Any, **__: Any) -> int | None:
        plan = self.plan((1 if x[0] is None else x[0], *x[1:]))
        summed = set(plan.kernel) & plan.inner.keys() - plan.outer.keys()
        return times(product(plan.filled()), product(map(plan.size, summed)))

    def elementwise_parts(self, output: Shape, x: Shape, *_: Any, **__: Any) -> Iterator[tuple[str, int | None]]:
        filled = self.plan((1 if x[0] is None else x[0], *x[1:])).filled()
        yield "bias", product(filled) if self.bias_axes else 0
        yield activation_name(self.activation), activation_flops(self.activation, filled)

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, x: Array) -> Iterator[Step]:
        before = without_activation(self)
        yield from activated(self, self.sum_at(w, at, x, "x", ""), y, at, lambda: before.forward(ops, w, x))

    def sum_at(self, w: Mapping[str, Any], at: Index, x: Array, name: str, path: str) -> Sum:
        """One output before the activation, with the name of the input and the path of the weights."""
        of_x, of_kernel, of_y = self.filled_in(len(at))
        kernel, here = self.kernel(w), dict(zip(of_y, at, strict=True))
        sizes = dict(zip(of_x + of_kernel, (*x.shape, *kernel.shape), strict=True))
        summed = [letter for letter in sizes if letter not in here]
        where = list(combinations(*(range(sizes[letter]) for letter in summed)))

        def term(index: int) -> Product:
            place = here | dict(zip(summed, where[index], strict=True))
            source = element(name, x, [place[letter] for letter in of_x])
            return Product((source, element(f"{path}kernel", kernel, [place[letter] for letter in of_kernel])))

        bias = element(f"{path}bias", w["bias"], stretched(w["bias"], at)) if self.bias_axes else None
        return total(len(where), term, bias)

    def filled_in(self, rank: int) -> tuple[str, str, str]:
        """The axes of input, kernel and output, with characters that are no letters for those that an ellipsis stands for in an output of so many axes."""
        of_x, of_kernel, of_y = parts(self.equation)
        elided = "".join(map(chr, range(1, 1 + rank - len(of_y))))
        return (
            (elided + of_x, of_kernel, elided + of_y)
            if self.equation[0] == "."
            else (of_x + elided, of_kernel, of_y + elided)
        )

    def kernel(self, w: Mapping[str, Any]) -> Array:
        """The kernel, with its LoRA update."""
        if self.lora_rank is None:
            return w["kernel"]
        alpha = self.lora_rank if self.lora_alpha is None else self.lora_alpha
        return w["kernel"] + alpha / self.lora_rank * (w["lora_kernel_a"] @ w["lora_kernel_b"])

    def picture(self, kinds: ModuleType, output: Shape, x: Shape, *_: Any, **__: Any) -> Any:
        """As a Dense over the summed axes; none where an axis of input and output is one of the kernel's, too."""
        plan = self.plan(x)
        summed = [letter for letter in plan.inner if letter not in plan.outer]
        made = [letter for letter in plan.outer if letter not in plan.inner]
        if set(plan.kernel) != {*summed, *made}:
            return None
        kept = [size for letter, size in plan.inner.items() if letter in plan.outer]
        positions = (*plan.elided, *kept)[not plan.left or not plan.elided :] if kept or plan.elided else ()
        sizes = (product(map(plan.size, letters)) for letters in (summed, made))
        return kinds.Product(positions, *sizes, self.bias_axes is not None, self.activation)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        y = ops.einsum(self.equation, x, self.kernel(w), bias=w.get("bias"))
        return ops.activate(y, self.activation)
