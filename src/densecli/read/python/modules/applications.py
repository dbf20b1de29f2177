"""keras.applications: its models, and what prepares images for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.catalogue import APPLICATIONS
from densecli.read.python.arrays import Array
from densecli.read.python.catalog import ENTRIES, known
from densecli.read.python.runtime.tensors import Tensor
from densecli.read.python.values import Known

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter

# How each module prepares images: scaled to -1…1, ImageNet's mean taken off (and the channels reversed), or not at all.
MODES = {
    "tf": ("inception_resnet_v2", "inception_v3", "mobilenet", "mobilenet_v2", "nasnet", "resnet_v2", "xception"),
    "caffe": ("resnet", "resnet50", "vgg16", "vgg19"),
    "torch": ("densenet",),
    "": ("convnext", "efficientnet", "efficientnet_v2", "mobilenet_v3"),
}
CHANNELS = 3


def entry(name: str) -> Known | None:
    """A model, by the last word of its path; Keras has it in a module of its family, too."""
    if name not in APPLICATIONS:
        return None

    def make(run: Interpreter, *args: Any, **kwargs: Any) -> Any:
        from densecli.read.python.runtime import applications  # noqa: PLC0415  # few sources need it

        return applications.make(run, name, list(args), kwargs)

    return ENTRIES.setdefault(f"keras.applications.{name}", Known(name, make))  # type: ignore[no-any-return]


def prepared(run: Interpreter, x: Any, mode: Any) -> Any:
    """Images in the range that a model was trained on. On a tensor each step is an operation."""
    if not isinstance(x, Tensor):
        if not isinstance(x, Array):
            return run.unknown("densecli does not know what is preprocessed here")
        return x if mode == "" or "float" in (x.dtype or "") else x.of(x.shape, "float32")
    if mode == "caffe":
        channels = [x.item(run, (..., index)) for index in (2, 1, 0)]
        x = run.session.operation("Stack", [channels], {"axis": -1})
    elif mode in ("tf", "torch"):
        x = run.session.operation("TrueDivide", [x, 127.5 if mode == "tf" else 255.0], {})
    if mode == "tf":
        return run.session.operation("Subtract", [x, 1.0], {})
    for rule in {"caffe": ("Add",), "torch": ("Add", "TrueDivide")}.get(mode, ()):
        x = run.session.operation(
            rule, [x, Array((1, 1, 1, CHANNELS) if rule == "Add" else (CHANNELS,), "float32")], {}
        )
    return x


def _preparation(module: str, mode: str) -> None:
    @known(f"keras.applications.{module}.preprocess_input")
    def preprocess_input(run: Interpreter, x: Any, *_: Any, **__: Any) -> Any:
        return prepared(run, x, mode)


for _mode, _modules in MODES.items():
    for _module in _modules:
        _preparation(_module, _mode)


@known("keras.applications.imagenet_utils.preprocess_input")
def preprocess_input(run: Interpreter, x: Any, data_format: Any = None, mode: Any = "caffe") -> Any:
    return prepared(run, x, mode)


@known(
    *(f"keras.applications.{module}.decode_predictions" for modules in MODES.values() for module in modules),
    "keras.applications.imagenet_utils.decode_predictions",
)
def decode_predictions(run: Interpreter, *_: Any, **__: Any) -> Any:
    return run.unknown("densecli does not compute predictions")
