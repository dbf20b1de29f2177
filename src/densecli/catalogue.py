"""Layer classes by type name or alias. Each class registers itself when its module is imported."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from densecli import names
from densecli.errors import ArgumentError, closest, did_you_mean
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.layer import Layer


class Catalogue(Mapping[str, "type[Layer]"]):
    """Layer classes by type name; a family's module is imported when one of its layers is first needed."""

    def __init__(self, modules: dict[str, str]) -> None:
        self.loaded: dict[str, type[Layer]] = {}
        self.modules = modules  # type -> module

    def __getitem__(self, name: str) -> type[Layer]:
        if name not in self.loaded and name in self.modules:
            import_module(self.modules[name])
        return self.loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.modules | self.loaded)

    def __len__(self) -> int:
        return len(self.modules | self.loaded)

    def __contains__(self, name: object) -> bool:
        return name in self.modules or name in self.loaded

    def enter(self, layer: type[Layer]) -> None:
        self.loaded[layer.__name__] = layer

    def pop(self, name: str) -> type[Layer]:
        return self.loaded.pop(name)


CATALOGUE = Catalogue({})  # filled by densecli.layers from its index
EXTRA = Catalogue({})  # layers of keras.applications, which specs may name; filled likewise, and not listed
APPLICATIONS = Catalogue({name: f"densecli.applications.{module}" for name, module in names.APPLICATIONS.items()})
ALIASES: dict[str, str] = {}
# What other libraries call a layer, where the name or the order of the arguments differs.
_ELSEWHERE = {
    "Linear": "Dense(out_features)", "FC": "Dense(units)", "fc": "Dense(units)", "FullyConnected": "Dense(units)",
    "Conv1d": "Conv1D(out_channels, kernel_size)", "Conv2d": "Conv2D(out_channels, kernel_size)",
    "Conv3d": "Conv3D(out_channels, kernel_size)", "ConvTranspose1d": "Conv1DTranspose(out_channels, kernel_size)",
    "ConvTranspose2d": "Conv2DTranspose(out_channels, kernel_size)",
    "ConvTranspose3d": "Conv3DTranspose(out_channels, kernel_size)", "BatchNorm1d": "BatchNormalization",
    "BatchNorm2d": "BatchNormalization", "BatchNorm3d": "BatchNormalization", "LayerNorm": "LayerNormalization",
    "MultiheadAttention": "MultiHeadAttention(num_heads, key_dim)",
}  # fmt: skip


def is_known(name: object) -> bool:
    """Whether a spec may use this name for a layer: a type, one of its aliases, or a model of keras.applications."""
    return name in CATALOGUE or name in ALIASES or name in APPLICATIONS or name in EXTRA


def find(name: str) -> type[Layer] | None:
    """The class of that name."""
    return CATALOGUE.get(name) or CATALOGUE.get(ALIASES.get(name, "")) or APPLICATIONS.get(name) or EXTRA.get(name)


def lookup(name: str) -> type[Layer]:
    """The class of that name. Raises ArgumentError (E304) if there is none."""
    found = find(name)
    if found is None:
        raise ArgumentError(f"unknown layer {quote(name)}", code="E304", hint=_unknown_hint(name))
    return found


def matching(word: str) -> list[type[Layer]]:
    """The layer of that name in any case, or else all whose name or family it is a part of."""
    found = find(names.without_module(word))
    if found is not None:
        return [found]
    kinds = {name: kind for name in (*CATALOGUE, *ALIASES, *APPLICATIONS) if (kind := find(name)) is not None}
    part = _folded(word)
    same = {kind: None for name, kind in kinds.items() if _folded(name) == part}
    alike = {kind: None for name, kind in kinds.items() if part in _folded(name) or part == _folded(kind.family)}
    return [*(same or alike)] if part else []


def _folded(name: str) -> str:
    return name.casefold().replace("_", "")


def _unknown_hint(name: str) -> str:
    odd = next((char for char in name[:80] if not char.isascii()), None)
    if odd is not None:
        return (
            f"{odd!r} is U+{ord(odd):04X}, not a plain letter" if odd.isalpha() else f"U+{ord(odd):04X} is in the name"
        )
    last = name.rpartition(".")[2]
    if last in _ELSEWHERE:
        return f"in Keras this is `{_ELSEWHERE[last]}`"
    if last.lower() in names.ACTIVATION_FLOPS and last.casefold() not in map(str.casefold, CATALOGUE):
        return f"did you mean `Activation({last.lower()})`?"
    known = [*CATALOGUE, *ALIASES, *APPLICATIONS]
    near = closest(last, known)
    if near is not None and abs(len(near) - len(last)) < 2:  # a typo, not a part of several names
        return did_you_mean(last, known) or ""
    if sum(each.casefold().startswith(last.casefold()) for each in known) > 1 and last.casefold() not in map(
        str.casefold, known
    ):
        return f"`densecli layers {last}` lists the layers of that name"
    return did_you_mean(last, known) or "`densecli layers` lists the known types"
