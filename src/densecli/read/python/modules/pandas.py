"""pandas by shape. A table comes from a file, so its rows and columns are unknown until they are given or columns are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python.arrays import METHODS, Array, Size, as_array, sliced
from densecli.read.python.catalog import known
from densecli.read.python.values import Known, Unknown, Value

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter

# Methods that keep the shape, and those that drop an unknown number of rows.
KEPT = ("fillna", "copy", "astype", "reset_index", "sort_values", "sort_index", "replace", "round", "clip", "abs", "interpolate",
        "set_axis", "rename", "infer_objects", "shift", "diff", "pct_change", "sample")  # fmt: skip
ROWS = ("dropna", "head", "tail", "query", "drop_duplicates")
GONE = ("append", "as_matrix", "ix", "get_value", "set_value")  # not in pandas 2 any more


class Frame(Array):
    """A DataFrame or Series: (rows, columns) or (rows,)."""

    __slots__ = ("names",)
    kind = "table"

    def __init__(self, shape: Any, origin: Unknown | None = None, names: Any = None) -> None:
        super().__init__(shape, "float64", None, origin)
        self.names = names

    def of(self, shape: Any, dtype: str | None = None) -> Array:
        return Array(shape, dtype or self.dtype, None, self.origin)

    def frame(self, shape: Any, names: Any = None) -> Frame:
        return Frame(shape, self.origin, names)

    def get(self, run: Interpreter, name: str) -> Any:
        if name in GONE:
            return run.unfit(f"'DataFrame' object has no attribute {name!r}", "AttributeError")
        if name in ("values", "to_numpy"):
            plain = self.of(self.shape)
            return plain if name == "values" else Known(name, lambda run, *_, **__: plain)
        if name in KEPT:
            return Known(name, lambda run, *_, **__: self)
        if name in ROWS:
            return Known(name, lambda run, *_, **__: self.frame((lost_rows(run), *(self.shape or ())[1:]), self.names))
        if name in ("iloc", "loc"):
            return Locator(self)
        if name == "drop":
            return Known(
                name, lambda run, labels=None, axis=0, columns=None, **_: dropped(run, self, labels, axis, columns)
            )
        if name == "columns":
            return list(self.names) if self.names is not None else self.size(1)
        if name == "index":
            return self.of((self.shape or (self.lost(run, ".shape[0]"),))[:1])
        if self.names is not None and name in self.names:
            return self.frame((self.shape or ())[:1])
        return super().get(run, name)

    def size(self, axis: int) -> Any:
        return Array((self.shape[axis],), "str") if self.shape is not None and len(self.shape) > axis else self

    def item(self, run: Interpreter, key: Any) -> Any:
        if isinstance(key, str):
            return self.frame((self.shape or ())[:1])
        if isinstance(key, list) and key and all(isinstance(each, str) for each in key):
            return self.frame(((self.shape or ())[0], len(key)), key)
        if isinstance(key, Unknown):
            return self.frame(((self.shape or ())[0], key.derived(".length")))
        if isinstance(key, Array):
            return self.frame((lost_rows(run), *(self.shape or ())[1:]), self.names)
        if isinstance(key, slice):
            return self.frame((sliced(run, (self.shape or ())[0], key), *(self.shape or ())[1:]), self.names)
        return super().item(run, key)

    def set_item(self, run: Interpreter, key: Any, value: Any) -> None:
        """A new column makes the table wider, unless it was there."""
        if isinstance(key, str) and self.names is not None and key in self.names:
            return
        if self.shape is not None and len(self.shape) > 1:
            self.names = None
            self.shape = (self.shape[0], run.unknown("the number of columns after this is unknown"))


class Locator(Value):
    """`.iloc` and `.loc`."""

    __slots__ = ("table",)

    def __init__(self, table: Frame) -> None:
        self.table = table

    def item(self, run: Interpreter, key: Any) -> Any:
        rows, columns = key if isinstance(key, tuple) and len(key) == 2 else (key, slice(None))
        shape = self.table.shape or ()
        kept = [_picked(run, *pair) for pair in zip(shape, (rows, columns), strict=False)]
        return self.table.frame([each for each in kept if each is not None])


def _picked(run: Interpreter, size: Size, key: Any) -> Any:
    """How many elements are left along an axis; None where one is picked."""
    if isinstance(key, slice):
        return sliced(run, size, key)
    if isinstance(key, list | tuple):
        return len(key)
    return None if isinstance(key, int | str) else run.unknown("the number of elements that this keeps is unknown")


def lost_rows(run: Interpreter) -> Unknown:
    return run.unknown("the number of remaining rows depends on the data")


def dropped(run: Interpreter, table: Frame, labels: Any, axis: Any, columns: Any) -> Frame:
    """`drop`: as many columns less as are named."""
    shape = table.shape or ()
    if columns is None and axis not in (1, "columns"):
        return table.frame((lost_rows(run), *shape[1:]), table.names)
    names = labels if columns is None else columns
    names = [names] if isinstance(names, str) else names
    if isinstance(names, list | tuple) and len(shape) > 1 and isinstance(shape[1], int):
        return table.frame((shape[0], shape[1] - len(names)))
    origin = run.unknown("the number of remaining columns is unknown") if table.origin is None else table.origin
    return table.frame((*shape[:1], origin.derived(".shape[1]")))


@known("pandas.read_csv", "pandas.read_excel", "pandas.read_json", "pandas.read_table", "pandas.read_hdf", "pandas.read_pickle",
       "pandas.read_parquet", "pandas.read_feather", "pandas.read_sql")  # fmt: skip
def read(run: Interpreter, *_: Any, **__: Any) -> Frame:
    origin = run.unknown("the table comes from a file, which densecli does not open")
    return Frame((origin.derived(".shape[0]"), origin.derived(".shape[1]")), origin)


@known("pandas.DataFrame", "pandas.Series")
def frame(run: Interpreter, data: Any = None, *_: Any, columns: Any = None, **__: Any) -> Any:
    if isinstance(data, Frame):
        return data
    if isinstance(data, dict) and data:
        first = as_array(run, next(iter(data.values())))
        return Frame((*(first.shape or (lost_rows(run),))[:1], len(data)), None, [*data])
    if data is None:
        return Frame((0, len(columns)), None, columns) if isinstance(columns, list) else Frame((0, 0))
    found = as_array(run, data)
    return (
        Frame(found.shape, found.origin, columns if isinstance(columns, list) else None)
        if found.shape is not None
        else found
    )


@known("pandas.get_dummies")
def get_dummies(run: Interpreter, data: Any, *_: Any, **__: Any) -> Any:
    table = as_array(run, data)
    rows = (table.shape or (lost_rows(run),))[0]
    return Frame((rows, run.unknown("it has one column for each distinct value in the data")))


def _width(table: Frame) -> Size:
    shape = table.shape or ()
    return shape[1] if len(shape) > 1 else 1


def _added(sizes: list[Any]) -> Size:
    lost = next((each for each in sizes if isinstance(each, Unknown)), None)
    return sum(sizes) if lost is None else lost


@known("pandas.concat")
def concat(run: Interpreter, tables: Any, axis: Any = 0, **_: Any) -> Any:
    items = run.listed(tables)
    if isinstance(items, Unknown) or not items or not all(isinstance(each, Frame) for each in items):
        return run.unknown("densecli does not know the shape of this table")
    if axis in (1, "columns"):
        widths: list[Any] = [_width(each) for each in items]
        return items[0].frame(((items[0].shape or (lost_rows(run),))[0], _added(widths)))
    rows = [each.shape[0] if each.shape else lost_rows(run) for each in items]
    return items[0].frame((_added(rows), *(items[0].shape or ())[1:]), items[0].names)


@known("pandas.to_numeric", "pandas.to_datetime")
def converted(run: Interpreter, data: Any, *_: Any, **__: Any) -> Any:
    return data


METHODS.setdefault("to_numpy", METHODS["astype"])
