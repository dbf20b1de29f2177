"""keras.datasets with the true shapes of each data set (the documentation of Keras 3.15.1; CIFAR, MNIST and IMDB as published)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python.arrays import Array
from densecli.read.python.catalog import known
from densecli.read.python.values import Unknown

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter

IMAGES = {
    "mnist": ((60_000, 28, 28), (10_000, 28, 28), (), 10),
    "fashion_mnist": ((60_000, 28, 28), (10_000, 28, 28), (), 10),
    "cifar10": ((50_000, 32, 32, 3), (10_000, 32, 32, 3), (1,), 10),
    "cifar100": ((50_000, 32, 32, 3), (10_000, 32, 32, 3), (1,), 100),
}
TEXTS = {"imdb": (25_000, 25_000, 2), "reuters": (8_982, 2_246, 46)}


class Labels(Array):
    """Labels of which it is known how many classes there are."""

    __slots__ = ("classes",)

    def __init__(self, shape: Any, dtype: str, classes: int) -> None:
        super().__init__(shape, dtype)
        self.classes = classes

    def of(self, shape: Any, dtype: str | None = None) -> Labels:
        return Labels(shape, dtype or self.dtype or "int64", self.classes)


def _images(name: str) -> None:
    train, test, column, classes = IMAGES[name]

    def load_data(run: Interpreter, *_: Any, **__: Any) -> Any:
        return tuple((Array(shape, "uint8"), Labels((shape[0], *column), "uint8", classes)) for shape in (train, test))

    known(f"keras.datasets.{name}.load_data")(load_data)


def _texts(name: str) -> None:
    train, test, classes = TEXTS[name]

    def load_data(run: Interpreter, *_: Any, test_split: Any = 0.2, maxlen: Any = None, **__: Any) -> Any:
        sizes: tuple[Any, Any] = (train, test)
        if maxlen is not None or (name == "reuters" and test_split != 0.2):
            sizes = tuple(run.unknown("the number of texts depends on the data") for _ in sizes)  # type: ignore[assignment]
        return tuple((Array((size,), "object"), Labels((size,), "int64", classes)) for size in sizes)

    known(f"keras.datasets.{name}.load_data")(load_data)


for _name in IMAGES:
    _images(_name)
for _name in TEXTS:
    _texts(_name)


@known("keras.datasets.boston_housing.load_data")
def boston_housing(run: Interpreter, *_: Any, test_split: Any = 0.2, **__: Any) -> Any:
    return _split(run, 506, 13, test_split)


@known("keras.datasets.california_housing.load_data")
def california_housing(run: Interpreter, version: Any = "large", *_: Any, test_split: Any = 0.2, **__: Any) -> Any:
    return _split(run, 600 if version == "small" else 20_640, 8, test_split)


def _split(run: Interpreter, count: int, features: int, test_split: Any) -> Any:
    if isinstance(test_split, Unknown) or not isinstance(test_split, int | float):
        return run.unknown("the split of the data set is unknown")
    train = int(count * (1 - test_split))
    return tuple((Array((size, features)), Array((size,))) for size in (train, count - train))


@known(
    "keras.datasets.imdb.get_word_index",
    "keras.datasets.reuters.get_word_index",
    "keras.datasets.reuters.get_label_names",
)
def word_index(run: Interpreter, *_: Any, **__: Any) -> Any:
    return run.unknown("the word index comes with the data")
