"""Random models as DSL text, and random edits of them, for the suites that compare models."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

UNITS = st.sampled_from([2, 3, 4])


class Step(NamedTuple):
    """A layer of a chain on (batch, 4, features): its type, its arguments as text, its own name or none."""

    type: str
    arguments: tuple[str, ...]
    name: str | None = None

    def __str__(self) -> str:
        name = () if self.name is None else (f"name={self.name}",)
        return f"{self.type}({', '.join((*self.arguments, *name))})"


def _dense(draw):
    extra = draw(st.sampled_from([(), ("activation=relu",), ("use_bias=false",), ("kernel_initializer=he_normal",)]))
    return Step("Dense", (f"units={draw(UNITS)}", *extra))


@st.composite
def steps(draw):
    """One layer; its shape rule keeps the number of axes."""
    kind = draw(st.sampled_from(["dense", "dense", "activation", "conv", "distributed"]))
    if kind == "activation":
        return Step("Activation", (f"activation={draw(st.sampled_from(['relu', 'tanh']))}",))
    if kind == "conv":
        return Step("Conv1D", (f"filters={draw(UNITS)}", f"kernel_size={draw(UNITS)}", "padding=same"))
    if kind == "distributed":
        return Step("TimeDistributed", (str(_dense(draw)),))
    return _dense(draw)


@st.composite
def chains(draw, least=1, most=8):
    """A chain in which some layers have names of their own, each a different one."""
    found = draw(st.lists(steps(), min_size=least, max_size=most))
    named = draw(st.lists(st.booleans(), min_size=len(found), max_size=len(found)))
    return [
        step._replace(name=f"own_{index}") if own else step
        for index, (step, own) in enumerate(zip(found, named, strict=True))
    ]


def text(chain, skip=None):
    """The chain as DSL; with `skip` that step is added to its own input, by a projection of the same width."""
    words = [str(step) for step in chain]
    if skip is not None:
        words[skip] = f"[Dense(2) -> {words[skip]} -> Dense(3) | Dense(3)] -> Add"
    return " -> ".join(["Identity(name=first)@(4, 3)", *words])


@st.composite
def stacks(draw):
    chain = draw(chains())
    return text(chain, draw(st.none() | st.integers(0, len(chain) - 1)))
