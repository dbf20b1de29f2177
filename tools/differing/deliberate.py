"""Where densecli differs from Keras on purpose, with the reasons; docs/conformance.md lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Difference(NamedTuple):
    """One disagreement: the layer's class and config, the fact, and both answers."""

    layer: str
    config: dict[str, Any]
    fact: str
    theirs: Any
    ours: Any


class Deliberate(NamedTuple):
    """A reason and the differences that it covers."""

    reason: str
    covers: Callable[[Difference], bool]


TRAINING = (
    "AlphaDropout", "AugMix", "CutMix", "MixUp", "RandAugment", "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter",
    "RandomContrast", "RandomCrop", "RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur",
    "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization", "RandomRotation",
    "RandomSaturation", "RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom", "Solarization",
    "SpectralNormalization",
)  # fmt: skip  # layers whose arguments matter in training


def refused(it: Difference, *words: str) -> bool:
    """Whether densecli refuses, with one of these words, what Keras accepts and computes."""
    return it.fact == "refused" and any(word in it.ours for word in words)


def accepted(it: Difference, *words: str) -> bool:
    """Whether Keras refuses, with one of these words, what densecli accepts."""
    return it.fact == "accepted" and any(word in it.theirs for word in words)


def integers_only(it: Difference) -> bool:
    """Whether the shapes are equal, but Keras reports integers (or booleans) where densecli reports floating point."""
    if it.fact == "output_dtypes":
        pairs = zip(it.theirs, it.ours, strict=True)
    elif it.fact == "outputs of the saved config" and [each[0] for each in it.theirs] == [each[0] for each in it.ours]:
        pairs = zip((each[1] for each in it.theirs), (each[1] for each in it.ours), strict=True)
    else:
        return False
    return all(theirs == ours or (("int" in theirs or theirs == "bool") and "float" in ours) for theirs, ours in pairs)


DELIBERATE = (
    Deliberate(
        "Keras accepts the call on symbolic tensors, but fails on actual values",
        lambda it: it.fact.endswith("what cannot be computed"),
    ),
    Deliberate(
        "outputs of a model that Keras computes differently from what it reports",
        lambda it: it.fact == "outputs that Keras computes otherwise than it says",
    ),
    Deliberate(
        "a boolean instead of a number is refused as a slip: Keras takes true as 1 and false as 0",
        lambda it: refused(it, "got boolean"),
    ),
    Deliberate(
        "a string instead of a number is refused as a slip: Keras takes some strings as numbers, and one as a list of its letters",
        lambda it: refused(it, "integer, got string", "integers, got string", "number, got string"),
    ),
    Deliberate(
        "a list instead of a number is refused as a slip: Keras notices when it computes",
        lambda it: refused(it, "E301 expected a number, got (", "E301 expected a positive integer, got ("),
    ),
    Deliberate(
        "a layer that was built by a call outside the model is counted for its call in the model, not for its build_config",
        lambda it: it.fact.endswith("of a model with layers built for other calls"),
    ),
    Deliberate(
        "an empty list or dict is not a data_format: Keras uses its default for anything empty",
        lambda it: refused(it, "data_format: E301"),
    ),
    Deliberate(
        "an empty list of cells computes nothing",
        lambda it: it.layer in ("StackedRNNCells", "RNN") and it.config.get("cells", it.config.get("cell")) in ([], {}),
    ),
    Deliberate(
        "Softmax over axis null mixes samples",
        lambda it: it.layer == "Softmax" and refused(it, "axis: E301", "got null"),
    ),
    Deliberate(
        "noise and dropout take one tensor: Keras passes a list through at inference, and fails in training",
        lambda it: it.fact == "readable" and "takes one tensor, got a list" in it.ours,
    ),
    Deliberate(
        "weights in a config are ignored: Keras accepts a list of them",
        lambda it: (
            it.layer in ("Bidirectional", "Embedding")
            and it.fact == "accepted"
            and it.config.get("weights") is not None
        ),
    ),
    Deliberate(
        "integers through a Pipeline: densecli asks each layer; Keras reports what the torch backend happens to compute",
        lambda it: it.layer == "Pipeline" and (integers_only(it) or accepted(it, "expected scalar type")),
    ),
    Deliberate(
        "a strength of null is not a number: Keras takes it as 0",
        lambda it: it.layer == "ActivityRegularization" and refused(it, "a number of 0 or more, got null"),
    ),
    Deliberate(
        "names of regularizers are looked up immediately: Keras' recurrent layers never use activity_regularizer",
        lambda it: refused(it, "activity_regularizer: E30"),
    ),
    Deliberate(
        "a seed must be an integer: Keras takes any number and truncates it",
        lambda it: refused(it, "seed: E301 expected an integer, got number"),
    ),
    Deliberate(
        "an argument is checked even next to its old name: Keras ignores the negative_slope of a LeakyReLU with an alpha",
        lambda it: it.layer == "LeakyReLU" and "alpha" in it.config and refused(it, "negative_slope: E30"),
    ),
    Deliberate(
        "an image of zero height or width is refused",
        lambda it: it.layer in ("CenterCrop", "Resizing", "RandomCrop") and refused(it, "got 0"),
    ),
    Deliberate(
        "NaN is not a valid argument: comparisons with it are never true, so it passes Keras' checks",
        lambda it: refused(it, "got number nan"),
    ),
    Deliberate(
        "a number of boxes must be an integer",
        lambda it: it.layer == "MaxNumBoundingBoxes" and refused(it, "max_number: E301"),
    ),
    Deliberate(
        "a histogram needs at least one bin",
        lambda it: it.layer == "Equalization" and refused(it, "bins: E30"),
    ),
    Deliberate(
        "an input_tensor, which no config can have, is ignored",
        lambda it: it.layer in ("Input", "InputLayer") and accepted(it, "`input_tensor`"),
    ),
    Deliberate(
        "an object or an empty list is not a number, shape or word: Keras takes some empty ones as not given",
        lambda it: refused(it, "got an object", "got ()"),
    ),
    Deliberate(
        "a flag is true or false, or 1 or 0 in Keras configs: Keras uses the truth value of anything",
        lambda it: refused(it, "expected true or false"),
    ),
    Deliberate(
        "arguments that every layer has (trainable, dtype, activity_regularizer) are accepted on every layer",
        lambda it: accepted(
            it, *(f"unexpected keyword argument '{name}'" for name in ("trainable", "dtype", "activity_regularizer"))
        ),
    ),
    Deliberate(
        "the initializer `constant` without a value is 0; Keras 3.15.1 fails to create it (KeyError)",
        lambda it: accepted(it, "KeyError: 'value'"),
    ),
    Deliberate(
        "an operation that only the backend lacks, such as a QR decomposition in half precision, is not an error of the model",
        lambda it: accepted(
            it, "not implemented for '", "with backend torch", "with the torch backend", "result type Float can't"
        ),
    ),
    Deliberate(
        "Keras cannot infer the shape from its placeholders for unknown sizes, but can compute the call on actual values",
        lambda it: (
            it.fact == "accepted what can be computed"
            and any(
                words in it.theirs for words in ("Could not automatically infer", "not have a `compute_output_shape`")
            )
        ),
    ),
    Deliberate(
        "attention over tensors that do not match, which broadcasting happens to compute",
        lambda it: it.layer in ("Attention", "AdditiveAttention") and refused(it, "do not fit"),
    ),
    Deliberate(
        "an axis out of range, which Keras wraps around",
        lambda it: it.layer in ("Dot", "Softmax") and refused(it, "out of range"),
    ),
    Deliberate(
        "a scale or offset of Rescaling that does not fit: Keras reports the input's shape, and computes another one or fails",
        lambda it: it.layer == "Rescaling" and refused(it, "does not fit an input"),
    ),
    Deliberate(
        "Dot over axis 0 mixes samples",
        lambda it: it.layer == "Dot" and refused(it, "cannot sum over axis 0"),
    ),
    Deliberate(
        "arguments that only training uses are checked immediately",
        lambda it: it.layer in TRAINING and refused(it, "E301", "E303"),
    ),
    Deliberate(
        "Input(3): a single size means a tuple of one",
        lambda it: it.layer in ("Input", "InputLayer") and accepted(it, "to a shape"),
    ),
    Deliberate(
        "arguments that every layer has (trainable, dtype, activity_regularizer) are accepted on every layer",
        lambda it: (
            it.layer == "ActivityRegularization"
            and accepted(it, "multiple values for keyword argument 'activity_regularizer'")
        ),
    ),
    Deliberate(
        "output_shape must have a size for each axis of the equation's output; Keras ignores extra sizes",
        lambda it: it.layer == "EinsumDense" and refused(it, "does not fit the output axes"),
    ),
    Deliberate(
        "an epsilon of null is not a number; Keras uses its own default",
        lambda it: refused(it, "epsilon: E301 expected a number, got null"),
    ),
    Deliberate(
        "cells take exactly their own states; Keras drops extra ones",
        lambda it: it.layer.endswith(("Cell", "Cells")) and refused(it, "do not fit", "that many states"),
    ),
    Deliberate(
        "RandomCrop resizes at inference, as documented; Keras 3.15.1 returns the images in another shape than it reports",
        lambda it: (
            (it.layer == "RandomCrop" and it.fact == "shape of the values")
            # A Pipeline at inference is asked by computing, so there it reports that other shape.
            or (it.layer == "Pipeline" and "RandomCrop" in str(it.config) and it.fact.startswith("output"))
        ),
    ),
    Deliberate(
        "Keras' torch backend normalizes over the last axis whatever `axis` says",
        lambda it: (
            it.layer in ("RMSNormalization", "LayerNormalization")
            and it.fact == "values"
            and it.config.get("axis", -1) != -1
        ),
    ),
    Deliberate(
        "Keras' torch backend counts a repeated border pixel in average pooling with an uneven `same`",
        lambda it: (
            it.layer.startswith(("AveragePooling", "AvgPool"))
            and it.fact == "values"
            and str(it.config.get("padding")).lower() == "same"
        ),
    ),
    Deliberate(
        "a cell whose activation Keras cannot compute (threshold needs arguments, glu halves the axis) has a shape but cannot run",
        lambda it: (
            it.layer.endswith(("Cell", "Cells"))
            and it.fact == "accepted"
            and any(word in str(it.config) for word in ("'threshold'", "'glu'"))
        ),
    ),
    Deliberate(
        "spectrograms take (batch, samples) or (samples,); with more axes, Keras reports another shape than it computes",
        lambda it: it.layer == "MelSpectrogram" and refused(it, "expected signals"),
    ),
    Deliberate(
        "a cell takes one step (batch, features); Keras broadcasts over more axes",
        lambda it: it.layer.endswith(("Cell", "Cells", "RNN")) and refused(it, "expected 2 axes", "expected 3 axes"),
    ),
    Deliberate(
        "synchronized=True depends on the backend, not on the layer",
        lambda it: accepted(it, "synchronized=True is only supported"),
    ),
)


def reason_for(difference: Difference) -> str | None:
    return next((each.reason for each in DELIBERATE if each.covers(difference)), None)
