"""Data sets in batches: tf.data, and what keras.utils makes of folders, by the shapes of one element."""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING, Any

from densecli.read.python.arrays import Array, Size, as_array
from densecli.read.python.catalog import known
from densecli.read.python.modules.builtins import safely
from densecli.read.python.values import Known, Unknown, Value, mapped, unknown_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from densecli.read.python.interpreter import Interpreter

CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}


class Dataset(Value):
    """Elements of one structure. `first` is the first of them, with arrays by shape; `count` tells how many there are."""

    __slots__ = ("count", "first")
    kind = "data set"

    def __init__(self, first: Any, count: Size) -> None:
        self.first, self.count = first, count

    def get(self, run: Interpreter, name: str) -> Any:
        if name not in METHODS:
            return super().get(run, name)

        def apply(run: Interpreter, *args: Any, **kwargs: Any) -> Any:
            if not run.can_pass([self.first]):
                return run.unknown("an element of this data set has too many parts")
            return METHODS[name](run, self, *args, **kwargs)

        return Known(f"Dataset.{name}", apply)

    def iterate(self, run: Interpreter) -> Iterator[Any] | Unknown:
        """All elements are like the first; of an unknown number of them, there is at least one."""
        return iter(itertools.repeat(self.first, min(self.count, sys.maxsize) if isinstance(self.count, int) else 1))

    def length(self, run: Interpreter) -> Any:
        return self.count

    def counted(self, count: Size) -> Dataset:
        return Dataset(self.first, count)


def each_array(tree: Any, function: Callable[[Array], Any]) -> Any:
    """The same structure with `function(array)` in the place of each array."""
    return mapped(tree, lambda each: function(each) if isinstance(each, Array) else each)


def arrays(run: Interpreter, tree: Any) -> Any:
    """Tensors in the structure of the arguments, as TensorFlow makes them of arrays and lists of numbers."""
    if isinstance(tree, tuple):
        return tuple(arrays(run, each) for each in tree)
    if isinstance(tree, dict):
        return {key: arrays(run, each) for key, each in tree.items()}
    return as_array(run, tree)


def leaf(tree: Any) -> Array | None:
    found: list[Array] = []
    each_array(tree, found.append)
    return found[0] if found else None


# -- making them -----------------------------------------------------------------------
@known("tensorflow.data.Dataset.from_tensor_slices", partial=False)
def from_tensor_slices(run: Interpreter, tensors: Any, *_: Any, **__: Any) -> Any:
    found = arrays(run, tensors)
    first = leaf(found)
    if first is None or not first.shape:
        return run.unknown("the shape of this data set is unknown") if first is None else first.lost(run, ".shape")
    return Dataset(each_array(found, lambda each: each.of((each.shape or ())[1:])), first.shape[0])


@known("tensorflow.data.Dataset.from_tensors", partial=False)
def from_tensors(run: Interpreter, tensors: Any, *_: Any, **__: Any) -> Dataset:
    return Dataset(arrays(run, tensors), 1)


@known("tensorflow.data.Dataset.range", partial=False)
def range_(run: Interpreter, *bounds: Any, **__: Any) -> Any:
    found = safely(run, range, *bounds)
    return found if isinstance(found, Unknown) else Dataset(Array((), "int64"), safely(run, len, found))


@known("tensorflow.data.Dataset.zip", partial=False)
def zip_(run: Interpreter, *datasets: Any, **__: Any) -> Any:
    several = datasets[0] if len(datasets) == 1 and isinstance(datasets[0], list | tuple) else datasets
    if not several or not all(isinstance(each, Dataset) for each in several):
        return run.unknown("these are not all data sets")
    counts = [each.count for each in several]
    unknown = unknown_in(counts)
    return Dataset(tuple(each.first for each in several), min(counts) if unknown is None else unknown)


@known("keras.utils.image_dataset_from_directory", "keras.preprocessing.image_dataset_from_directory")
def image_dataset_from_directory(run: Interpreter, directory: Any = None, *_: Any, **named: Any) -> Any:
    """Batches of images and labels. Their number and that of the classes are the folder's, so they are unknown."""
    channels = CHANNELS.get(named.get("color_mode", "rgb"))
    sizes, size = run.listed(named.get("image_size", (256, 256))), named.get("batch_size", 32)
    if channels is None or isinstance(sizes, Unknown) or named.get("subset") == "both":
        return run.unknown("densecli does not know this folder of images")
    images = Array((*((size,) if size is not None else ()), *sizes, channels), "float32")
    labels = _labels(run, named.get("label_mode", "int"), named.get("labels", "inferred"), size)
    count = run.unknown("the folder tells how many images there are")
    return Dataset(images if labels is None else (images, labels), count)


def _labels(run: Interpreter, mode: Any, labels: Any, size: Any) -> Array | None:
    if mode is None or labels is None:
        return None
    batch = () if size is None else (size,)
    classes = {"binary": (1,), "categorical": (run.unknown("the folder tells how many classes there are"),)}
    return Array((*batch, *classes.get(mode, ())), "int32" if mode == "int" else "float32")


# -- what a data set can do --------------------------------------------------------------
def same(run: Interpreter, data: Dataset, *_: Any, **__: Any) -> Dataset:
    return data


def batch(run: Interpreter, data: Dataset, batch_size: Any = None, drop_remainder: Any = False, **__: Any) -> Any:
    """The first batch is full if there are enough elements."""
    if isinstance(batch_size, Unknown) or not isinstance(batch_size, int) or batch_size < 1:
        return batch_size if isinstance(batch_size, Unknown) else run.unfit("batch_size must be positive", "ValueError")
    full = isinstance(data.count, int) and data.count < batch_size
    size = data.count if full else batch_size
    count = data.count
    if isinstance(count, int):
        count = count // batch_size if run.truth(drop_remainder) is True else -(-count // batch_size)
    return Dataset(each_array(data.first, lambda each: each.of((size, *(each.shape or ())))), count)


def unbatch(run: Interpreter, data: Dataset) -> Dataset:
    unknown = run.unknown("the number of elements is unknown")
    return Dataset(each_array(data.first, lambda each: each.of((each.shape or ())[1:])), unknown)


def map_(run: Interpreter, data: Dataset, function: Any = None, *_: Any, **__: Any) -> Any:
    """A function on an element; the parts of a tuple are its arguments."""
    given = list(data.first) if isinstance(data.first, tuple) else [data.first]
    made = run.call(function, given, {})
    return made if isinstance(made, Unknown) else Dataset(made, data.count)


def take(run: Interpreter, data: Dataset, count: Any = None, **__: Any) -> Dataset:
    known_count = isinstance(data.count, int) and isinstance(count, int) and count >= 0
    return data.counted(min(data.count, count) if known_count else data.count)


def skip(run: Interpreter, data: Dataset, count: Any = None, **__: Any) -> Dataset:
    if isinstance(data.count, int) and isinstance(count, int) and count >= 0:
        return data.counted(max(0, data.count - count))
    return data.counted(run.unknown("the number of elements is unknown"))


def repeat(run: Interpreter, data: Dataset, count: Any = None, **__: Any) -> Dataset:
    if isinstance(count, int) and count >= 0 and isinstance(data.count, int):
        return data.counted(data.count * count)
    return data.counted(run.unknown("the data set repeats without end"))


def enumerate_(run: Interpreter, data: Dataset, *_: Any, **__: Any) -> Dataset:
    return Dataset((Array((), "int64"), data.first), data.count)


def filtered(run: Interpreter, data: Dataset, *_: Any, **__: Any) -> Dataset:
    return data.counted(run.unknown("the data tell how many elements are left"))


def element(run: Interpreter, data: Dataset) -> Any:
    return data.first


METHODS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("shuffle", "prefetch", "cache", "with_options", "as_numpy_iterator"), same),
    "batch": batch, "unbatch": unbatch, "map": map_, "take": take, "skip": skip, "repeat": repeat, "enumerate": enumerate_,
    "filter": filtered, "get_single_element": element,
    "cardinality": lambda run, data: data.count,
}  # fmt: skip
