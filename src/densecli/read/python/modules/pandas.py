"""pandas: a table comes from a file, so its shape is known once somebody says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python.arrays import as_array
from densecli.read.python.catalog import known

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter


@known(
    "pandas.read_csv",
    "pandas.read_excel",
    "pandas.read_json",
    "pandas.read_table",
    "pandas.read_hdf",
    "pandas.read_pickle",
)
def read(run: Interpreter, *_: Any, **__: Any) -> Any:
    return run.unknown("the table comes from a file, which is not opened")


@known("pandas.DataFrame", "pandas.Series")
def frame(run: Interpreter, data: Any = None, *_: Any, **__: Any) -> Any:
    return (
        run.unknown("densecli does not know the shape of this table")
        if isinstance(data, dict) or data is None
        else as_array(run, data)
    )
