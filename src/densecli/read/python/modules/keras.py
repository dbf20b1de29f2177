"""Keras: layers, models, and what stands around them. Layers come from the catalog, so they need no entries here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.catalogue import ALIASES, CATALOGUE
from densecli.names import ACTIVATION_FLOPS, CONSTRAINTS, INITIALIZERS, REGULARIZERS
from densecli.read.python.arrays import Array, as_array
from densecli.read.python.catalog import ENTRIES, RESOLVERS, Resolver, known
from densecli.read.python.dtypes import dtype_name
from densecli.read.python.runtime.layers import LayerObject
from densecli.read.python.runtime.making import KerasObject
from densecli.read.python.runtime.models import ModelObject
from densecli.read.python.runtime.tensors import Tensor, tensors_in
from densecli.read.python.values import Foreign, Function, Known, Unknown, Value

if TYPE_CHECKING:
    from densecli.layer import Layer
    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.values import Class

OBJECTS = {
    "initializers": frozenset(INITIALIZERS), "regularizers": frozenset(REGULARIZERS), "constraints": frozenset(CONSTRAINTS),
}  # fmt: skip
SHORT = {"maxnorm": "MaxNorm", "nonneg": "NonNeg", "unitnorm": "UnitNorm", "L1L2": "L1L2", "l1_l2": "L1L2"}
MODULES = (
    "layers", "models", "applications", "datasets", "utils", "backend", "optimizers", "losses", "metrics", "callbacks",
    "regularizers", "initializers", "constraints", "activations", "preprocessing", "ops", "wrappers", "config", "random",
)  # fmt: skip


class LayerClass(Value):
    """A class of layers that densecli knows; calling it makes a layer."""

    __slots__ = ("name",)
    kind = "class"

    def __init__(self, name: str) -> None:
        self.name = name

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if self.name == "InputLayer":
            return run.session.entered(run.session.make(self.name, args, kwargs), kwargs.get("name"))
        if self.name == "Lambda" and isinstance(
            function := args[0] if args else kwargs.get("function"), Function | Known
        ):
            return written_lambda(run, function, args, kwargs)
        return run.session.make(self.name, args, kwargs)

    def get(self, run: Interpreter, name: str) -> Any:
        if name == "from_config":
            return Known(name, self.from_config)
        return self.name if name == "__name__" else super().get(run, name)

    def from_config(self, run: Interpreter, config: Any) -> Any:
        """Another layer of the same settings."""
        if isinstance(self, ModelClass):
            from densecli.read.python.runtime import copying  # noqa: PLC0415  # few sources need it

            return copying.read_back(run, config)
        if not isinstance(config, dict):
            return run.unknown("densecli does not know this config")
        return self.call(run, [], config)

    def derive(self, run: Interpreter, cls: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """An object of a class of the source that derives from this one."""
        from densecli.read.python.runtime import making_own  # noqa: PLC0415  # few sources need it

        return making_own.construct(run, self.name, cls, args, kwargs)

    def holds(self, value: Any) -> bool:
        """isinstance."""
        if not isinstance(value, LayerObject):
            return False
        return self.name in ("Layer", value.type_name) or (self.name == "Model" and isinstance(value, ModelObject))

    def shown(self) -> str:
        return f"the class `{self.name}`"


def written_lambda(run: Interpreter, function: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """A Lambda whose function is in the source, and so can be followed."""
    from densecli.read.python.runtime.custom import LambdaLayer  # noqa: PLC0415

    arguments = kwargs.get("arguments")
    made = LambdaLayer(
        run.session,
        function,
        arguments if isinstance(arguments, dict) else {},
        stated_lambda(kwargs.get("output_shape", args[1] if len(args) > 1 else None)),
        run.place(),
    )
    made.begin(kwargs)
    return made


def stated_lambda(shape: Any) -> Layer | None:
    """A Lambda that says its output shape in numbers."""
    sizes = [shape] if isinstance(shape, int) else shape
    if not isinstance(sizes, tuple | list) or not all(isinstance(each, int) for each in sizes):
        return None
    made = CATALOGUE["Lambda"](function="function", output_shape=list(sizes))
    vars(made)["weightless"] = True  # Keras counts none of a function
    return made


class ModelClass(LayerClass):
    """`Model`, `Functional` and `Sequential`."""

    __slots__ = ()

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if self.name == "Sequential":
            return run.session.sequential(
                args[0] if args else kwargs.get("layers"), kwargs.get("name", args[1] if len(args) > 1 else None)
            )
        inputs = args[0] if args else kwargs.get("inputs", kwargs.get("input"))
        outputs = args[1] if len(args) > 1 else kwargs.get("outputs", kwargs.get("output"))
        name = kwargs.get("name", args[2] if len(args) > 2 else None)
        if isinstance(name, Tensor | list):
            name = None
        return run.session.functional(inputs, outputs, name)


def entry(path: str) -> Any:
    """A name below `keras.`, wherever the version that the source was written for kept it."""
    parts = path.split(".")[1:]
    last = parts[-1]
    if parts[0] in OBJECTS and (last in OBJECTS[parts[0]] or last in SHORT):
        return object_class(SHORT.get(last, last))
    if parts[0] == "applications":
        from densecli.read.python.modules import applications  # noqa: PLC0415  # few sources need it

        return applications.entry(last)
    if parts[0] == "activations" and last in ACTIVATION_FLOPS:
        return activation(last)
    if (
        parts[0] in ("layers", "models", "wrappers", "legacy", "metrics", "callbacks", "optimizers", "losses")
        or len(parts) == 1
    ):
        return layer_class(last, parts[0])
    return None


def layer_class(name: str, room: str) -> Any:
    """A class of layers or models, from `keras.layers`, an old module below it, or `keras` itself."""
    if name in ("Sequential", "Model", "Functional"):
        return ENTRIES.setdefault(f"keras.{name}", ModelClass(name))
    if name == "Input":
        return ENTRIES["keras.Input"]
    if room in ("layers", "wrappers", "legacy", "models") or name in ("Layer", "InputLayer"):
        if name == "Layer" or name in CATALOGUE or name in ALIASES:
            return ENTRIES.setdefault(f"keras.layers.class.{name}", LayerClass(ALIASES.get(name, name)))
        return ENTRIES.get(f"keras.layers.{name}")
    return None


def public(path: str) -> dict[str, Any]:
    """What `from keras.layers import *` brings in."""
    room = path.partition(".")[2].partition(".")[0]
    if room in ("layers", "models", ""):
        names = [*CATALOGUE, *ALIASES, "Input"] if room == "layers" else ["Sequential", "Model", "Input"]
        return {name: value for name in names if (value := entry(f"keras.layers.{name}")) is not None}
    if room in OBJECTS:
        return {name: object_class(name) for name in (*OBJECTS[room], *SHORT)}
    return {}


def usual(run: Interpreter, name: str) -> Any:
    """A name that is not imported: a layer, a model, a module of Keras."""
    if name in ("Sequential", "Model", "Input", "Layer") or name in CATALOGUE or name in ALIASES:
        return layer_class(name, "layers")
    if name in (
        "mnist",
        "fashion_mnist",
        "cifar10",
        "cifar100",
        "imdb",
        "reuters",
        "boston_housing",
        "california_housing",
    ):
        return Foreign(f"keras.datasets.{name}")
    if name in ("to_categorical", "plot_model"):
        return run.member("keras.utils", name)
    if name in ("Adam", "SGD", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam"):
        return Foreign(f"keras.optimizers.{name}")
    return None


# -- inputs and objects ----------------------------------------------------------------
@known("keras.Input", "keras.layers.Input", "keras.models.Input")
def input_(run: Interpreter, *args: Any, **kwargs: Any) -> Any:
    """A tensor from outside."""
    tensor = kwargs.get("tensor", kwargs.get("input_tensor"))
    if isinstance(tensor, Tensor):
        return tensor
    names = ("shape", "batch_size", "dtype", "sparse", "batch_shape", "name", "tensor", "optional")
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    given = {
        key: value
        for key, value in given.items()
        if key not in ("tensor", "input_tensor", "ragged") and value is not None
    }
    if "batch_input_shape" in given:
        given["batch_shape"] = given.pop("batch_input_shape")
    shape = given.get("shape")
    if isinstance(shape, int):
        run.unfit("Cannot convert '…' to a shape: expected a tuple of sizes", "ValueError")
    made = run.session.entered(run.session.make("InputLayer", [], given), given.get("name"))
    return made.outputs[0][0]


def object_class(name: str) -> Known:
    """The class of an initializer, regularizer or constraint; calling it makes the object that a config names."""

    def make(run: Interpreter, *args: Any, **kwargs: Any) -> KerasObject:
        return KerasObject(name, {**{str(index): value for index, value in enumerate(args)}, **kwargs})

    return ENTRIES.setdefault(f"keras.object.{name}", Known(name, make))  # type: ignore[no-any-return]


def activation(name: str) -> Known:
    """An activation function; on a tensor it is an operation."""

    def apply(run: Interpreter, x: Any, *args: Any, **kwargs: Any) -> Any:
        return on_tensor(run, name, [x, *args], kwargs)

    return ENTRIES.setdefault(f"keras.activations.{name}", Known(f"keras.activations.{name}", apply))  # type: ignore[no-any-return]


def on_tensor(run: Interpreter, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    from densecli.layers.operations.functions import activation_of  # noqa: PLC0415

    rule = activation_of(name)
    if not any(True for _ in tensors_in(args)):
        return args[0] if isinstance(args[0], Array | Unknown) else as_array(run, args[0])
    return args[0] if rule is None else run.session.operation(rule, args, kwargs)


@known("keras.activations.get", "keras.activations.deserialize", "keras.initializers.get", "keras.regularizers.get")
def get(run: Interpreter, identifier: Any, **_: Any) -> Any:
    return activation(identifier) if isinstance(identifier, str) and identifier in ACTIVATION_FLOPS else identifier


@known("keras.Variable", "keras.backend.variable")
def variable(
    run: Interpreter, initializer: Any = None, shape: Any = None, dtype: Any = None, trainable: Any = True, **named: Any
) -> Any:
    """A variable, which the layer that it becomes an attribute of owns."""
    from densecli.read.python.runtime import inherited  # noqa: PLC0415  # few sources have any

    sizes = None if shape is None else run.listed(shape)
    value = initializer if sizes is None else sizes if isinstance(sizes, Unknown) else Array(sizes)
    return inherited.variable(run, value, named.get("name"), trainable=trainable is not False)


# -- the state of Keras ----------------------------------------------------------------
@known("keras.backend.clear_session", "keras.utils.clear_session")
def clear_session(run: Interpreter, *_: Any, **__: Any) -> None:
    run.session.clear()


@known("keras.backend.image_data_format", "keras.config.image_data_format", "keras.backend.common.image_data_format")
def image_data_format(run: Interpreter) -> Any:
    return run.session.data_format


@known("keras.backend.image_dim_ordering")
def image_dim_ordering(run: Interpreter) -> Any:
    return "tf"


@known("keras.backend.backend", "keras.config.backend")
def backend(run: Interpreter) -> Any:
    return "tensorflow"


@known("keras.backend.floatx", "keras.config.floatx")
def floatx(run: Interpreter) -> Any:
    return "float32"


@known("keras.backend.int_shape", "keras.backend.shape_of")
def int_shape(run: Interpreter, x: Any) -> Any:
    return run.attribute(x, "shape")


@known("keras.backend.ndim")
def ndim(run: Interpreter, x: Any) -> Any:
    return run.attribute(x, "ndim")


@known("keras.backend.set_image_data_format", "keras.backend.set_image_dim_ordering", "keras.config.set_image_data_format",
       "keras.backend.set_session", "keras.backend.set_floatx", "keras.backend.set_learning_phase", "keras.utils.set_random_seed",
       "keras.backend.get_session", "keras.utils.plot_model", "keras.utils.vis_utils.plot_model", "keras.backend.set_epsilon",
       "keras.config.disable_interactive_logging", "keras.mixed_precision.set_global_policy")  # fmt: skip
def state(run: Interpreter, *args: Any, **_: Any) -> Any:
    """Changes of Keras' state without a bearing on shapes."""
    return None


@known(
    "keras.backend.set_image_data_format", "keras.config.set_image_data_format", "keras.backend.set_image_dim_ordering"
)
def set_format(run: Interpreter, order: Any = None) -> None:
    run.session.data_format = "channels_last" if order in ("channels_last", "tf") else "channels_first"


# -- utilities -------------------------------------------------------------------------
@known("keras.utils.to_categorical", "keras.utils.np_utils.to_categorical", "keras.np_utils.to_categorical")
def to_categorical(run: Interpreter, x: Any, num_classes: Any = None, *_: Any, **kwargs: Any) -> Array:
    """One column for each class; without their number, one more than the largest label, which only the data tells."""
    array = as_array(run, x)
    count = kwargs.get("nb_classes", num_classes)
    if count is None:
        count = getattr(array, "classes", None) or run.unknown(
            "the number of classes is one more than the largest label in the data"
        )
    if array.shape is None:
        return array
    shape = array.shape[:-1] if len(array.shape) > 1 and array.shape[-1] == 1 else array.shape
    return Array((*shape, count), "float64", None, array.origin)


@known("keras.utils.normalize", "keras.utils.np_utils.normalize")
def normalize(run: Interpreter, x: Any, *_: Any, **__: Any) -> Array:
    array = as_array(run, x)
    shape = array.shape if array.shape is None or len(array.shape) > 1 else (1, *array.shape)
    return array.of(shape, array.dtype if "float" in (array.dtype or "") else "float64")


@known("keras.preprocessing.sequence.pad_sequences", "keras.utils.pad_sequences")
def pad_sequences(
    run: Interpreter, sequences: Any, maxlen: Any = None, dtype: Any = "int32", *_: Any, **__: Any
) -> Array:
    array = sequences if isinstance(sequences, Array) else as_array(run, sequences)
    if maxlen is None:
        maxlen = run.unknown("it is the length of the longest sequence in the data")
    count = array.shape[0] if array.shape else array.lost(run, ".shape[0]")
    return Array((count, maxlen), dtype_name(dtype) or "int32")


@known("keras.layers.add", "keras.layers.subtract", "keras.layers.multiply", "keras.layers.average", "keras.layers.maximum",
       "keras.layers.minimum", "keras.layers.concatenate", "keras.layers.dot")  # fmt: skip
def merge_functions(run: Interpreter, *_: Any, **__: Any) -> Any:
    return run.unknown("replaced below")


def _merge(name: str, type_name: str) -> None:
    """`add([a, b])` makes an Add layer and calls it."""

    def rule(run: Interpreter, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        return run.session.make(type_name, list(args), kwargs).call(run, [inputs], {})

    known(f"keras.layers.{name}", f"keras.layers.merge.{name}", f"keras.layers.merging.{name}")(rule)


for _name in ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot"):
    _merge(_name, _name.capitalize())


@known("keras.layers.merge", "keras.engine.merge")
def merge(run: Interpreter, inputs: Any, mode: Any = "sum", **kwargs: Any) -> Any:
    """Keras 1's function for every way to join tensors."""
    kinds = {"sum": "Add", "mul": "Multiply", "concat": "Concatenate", "ave": "Average", "max": "Maximum", "dot": "Dot"}
    if not isinstance(mode, str) or mode not in kinds:
        return run.unknown("densecli does not know this mode of `merge`")
    options = {"axis": kwargs["concat_axis"]} if "concat_axis" in kwargs else {}
    return run.session.make(kinds[mode], [], options).call(run, [inputs], {})


@known("keras.models.clone_model")
def clone_model(run: Interpreter, model: Any, input_tensors: Any = None, *_: Any, **named: Any) -> Any:
    from densecli.read.python.runtime import copying  # noqa: PLC0415  # few sources need it

    if _ or named or not isinstance(model, ModelObject):
        return run.unknown("densecli does not follow functions that clone layers")
    return copying.cloned(run, model, input_tensors)


@known("keras.models.model_from_json")
def model_from_json(run: Interpreter, config: Any, *_: Any, **__: Any) -> Any:
    from densecli.read.python.runtime import copying  # noqa: PLC0415  # few sources need it

    return copying.read_back(run, config)


@known("keras.models.load_model", "keras.models.model_from_yaml", "keras.saving.load_model")
def load_model(run: Interpreter, *_: Any, **__: Any) -> Any:
    return run.unknown("the model comes from a file, which densecli does not open")


for _module in MODULES:
    ENTRIES.setdefault(f"keras.{_module}", Foreign(f"keras.{_module}"))
ENTRIES["keras.__version__"] = "3.15.1"
RESOLVERS["keras"] = Resolver(entry, public, usual)
