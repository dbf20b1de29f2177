"""scikit-learn by shape: splitting, scaling, encoding."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from densecli.read.python.arrays import Array, as_array
from densecli.read.python.catalog import known
from densecli.read.python.values import Known, Unknown, Value

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter


@known("sklearn.model_selection.train_test_split", "sklearn.cross_validation.train_test_split")
def train_test_split(run: Interpreter, *arrays: Any, test_size: Any = None, train_size: Any = None, **_: Any) -> Any:
    """The test part is rounded up (scikit-learn 1.x)."""
    found: list[Any] = []
    for each in arrays:
        whole = as_array(run, each)
        if whole.shape is None or not whole.shape:
            found += [whole.of(None), whole.of(None)]
            continue
        sizes = _sizes(run, whole.shape[0], test_size, train_size)
        found += [whole.of((size, *whole.shape[1:])) for size in sizes]
    return found


def _sizes(run: Interpreter, count: Any, test: Any, train: Any) -> tuple[Any, Any]:
    unknown = next((each for each in (count, test, train) if isinstance(each, Unknown)), None)
    if unknown is not None:
        return unknown.derived("…"), unknown.derived("…")
    if test is None and train is None:
        test = 0.25
    held = None if test is None else math.ceil(count * test) if isinstance(test, float) else test
    kept = None if train is None else math.floor(count * train) if isinstance(train, float) else train
    held = count - kept if held is None and kept is not None else held
    return (count - held if kept is None else kept), held


class Scaler(Value):
    """A scaler or imputer: what it transforms keeps its shape."""

    __slots__ = ()
    kind = "scaler"

    def get(self, run: Interpreter, name: str) -> Any:
        if name in ("fit_transform", "transform", "inverse_transform"):
            return Known(name, transformed)
        if name in ("fit", "partial_fit"):
            return Known(name, lambda run, *_, **__: self)
        return super().get(run, name)


def transformed(run: Interpreter, x: Any, *_: Any, **__: Any) -> Array:
    found = as_array(run, x)
    return found.of(found.shape, found.dtype if "float" in (found.dtype or "") else "float64")


@known("sklearn.preprocessing.StandardScaler", "sklearn.preprocessing.MinMaxScaler", "sklearn.preprocessing.RobustScaler",
       "sklearn.preprocessing.Normalizer", "sklearn.preprocessing.MaxAbsScaler",
       "sklearn.preprocessing.QuantileTransformer", "sklearn.preprocessing.PowerTransformer")  # fmt: skip
def scaler(run: Interpreter, *_: Any, **__: Any) -> Scaler:
    return Scaler()


class Encoder(Scaler):
    """A LabelEncoder: a number for each label."""

    __slots__ = ()

    def get(self, run: Interpreter, name: str) -> Any:
        if name in ("fit_transform", "transform"):
            return Known(name, lambda run, y, *_: as_array(run, y).of(as_array(run, y).shape, "int64"))
        return super().get(run, name)


@known("sklearn.preprocessing.LabelEncoder")
def encoder(run: Interpreter, *_: Any, **__: Any) -> Encoder:
    return Encoder()


@known(
    "sklearn.preprocessing.scale",
    "sklearn.preprocessing.normalize",
    "sklearn.preprocessing.minmax_scale",
    "sklearn.utils.shuffle",
)
def kept(run: Interpreter, *arrays: Any, **_: Any) -> Any:
    found = [as_array(run, each) for each in arrays]
    return found[0].of(found[0].shape) if len(found) == 1 else found


DATA = {
    "load_iris": (150, 4, 3),
    "load_digits": (1797, 64, 10),
    "load_wine": (178, 13, 3),
    "load_breast_cancer": (569, 30, 2),
    "load_diabetes": (442, 10, 0),
}


def _bundled(name: str) -> None:
    from densecli.read.python.values import Namespace  # noqa: PLC0415

    count, features, classes = DATA[name]

    def load(run: Interpreter, return_X_y: Any = False, **_: Any) -> Any:  # noqa: N803  # scikit-learn's name
        data, target = Array((count, features)), Array((count,), "int64" if classes else "float64")
        return (data, target) if return_X_y is True else Namespace({"data": data, "target": target}, "the data set")

    known(f"sklearn.datasets.{name}")(load)


for _name in DATA:
    _bundled(_name)
