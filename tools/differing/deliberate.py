"""Where densecli answers otherwise than Keras on purpose, with the reason; docs/conformance.md tells them to readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Difference(NamedTuple):
    """One thing both sides disagree about: the layer's class and config, the fact, and both answers."""

    layer: str
    config: dict[str, Any]
    fact: str
    theirs: Any
    ours: Any


class Deliberate(NamedTuple):
    """A reason, and which differences it covers."""

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
    """Keras accepts and computes what densecli refuses with these words."""
    return it.fact == "refused" and any(word in it.ours for word in words)


def accepted(it: Difference, *words: str) -> bool:
    """Keras refuses, with these words, what densecli accepts."""
    return it.fact == "accepted" and any(word in it.theirs for word in words)


def integers_only(it: Difference) -> bool:
    """The shapes are equal, and Keras says integers (or booleans) where densecli says floating point."""
    if it.fact == "output_dtypes":
        pairs = zip(it.theirs, it.ours, strict=True)
    elif it.fact == "outputs of the saved config" and [each[0] for each in it.theirs] == [each[0] for each in it.ours]:
        pairs = zip((each[1] for each in it.theirs), (each[1] for each in it.ours), strict=True)
    else:
        return False
    return all(theirs == ours or (("int" in theirs or theirs == "bool") and "float" in ours) for theirs, ours in pairs)


DELIBERATE = (
    Deliberate(
        "Keras accepts the call on symbolic tensors, but fails as soon as there are numbers",
        lambda it: it.fact.endswith("what cannot be computed"),
    ),
    Deliberate(
        "what comes out of a model, where Keras computes something else than it says",
        lambda it: it.fact == "outputs that Keras computes otherwise than it says",
    ),
    Deliberate(
        "a boolean where a number belongs is a slip: Keras takes true for 1 and false for 0",
        lambda it: refused(it, "got boolean"),
    ),
    Deliberate(
        "a text where a number belongs is a slip: Keras takes some texts for numbers, and one for a list of its letters",
        lambda it: refused(it, "integer, got string", "integers, got string", "number, got string"),
    ),
    Deliberate(
        "a list where a number belongs is a slip: Keras finds out when it computes",
        lambda it: refused(it, "E301 expected a number, got (", "E301 expected a positive integer, got ("),
    ),
    Deliberate(
        "a layer that was built for a call outside the model counts what it is called with, not what its build_config says",
        lambda it: it.fact.endswith("of a model with layers built for other calls"),
    ),
    Deliberate(
        "an empty list or dict is no data_format: Keras takes its default for whatever is empty",
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
        "noise and dropout take one tensor: Keras hands a list on as it is at inference, and fails in training",
        lambda it: it.fact == "readable" and "takes one tensor, got a list" in it.ours,
    ),
    Deliberate(
        "weights that a config brings along are not looked at: Keras takes a list of them",
        lambda it: (
            it.layer in ("Bidirectional", "Embedding")
            and it.fact == "accepted"
            and it.config.get("weights") is not None
        ),
    ),
    Deliberate(
        "integers through a Pipeline: each layer's own answer; Keras says what the torch backend happens to compute",
        lambda it: it.layer == "Pipeline" and (integers_only(it) or accepted(it, "expected scalar type")),
    ),
    Deliberate(
        "a strength of null is no number: Keras takes it for 0",
        lambda it: it.layer == "ActivityRegularization" and refused(it, "a number of 0 or more, got null"),
    ),
    Deliberate(
        "names of regularizers are looked up at once: recurrent layers of Keras never ask for activity_regularizer",
        lambda it: refused(it, "activity_regularizer: E30"),
    ),
    Deliberate(
        "a seed is an integer: Keras takes any number, and cuts it",
        lambda it: refused(it, "seed: E301 expected an integer, got number"),
    ),
    Deliberate(
        "an argument beside its old name is checked, too: Keras forgets the negative_slope of a LeakyReLU with an alpha",
        lambda it: it.layer == "LeakyReLU" and "alpha" in it.config and refused(it, "negative_slope: E30"),
    ),
    Deliberate(
        "an image of no height or width is refused",
        lambda it: it.layer in ("CenterCrop", "Resizing", "RandomCrop") and refused(it, "got 0"),
    ),
    Deliberate(
        "NaN is no setting: no comparison with it is ever true, so Keras lets it through its checks",
        lambda it: refused(it, "got number nan"),
    ),
    Deliberate(
        "a number of boxes is an integer",
        lambda it: it.layer == "MaxNumBoundingBoxes" and refused(it, "max_number: E301"),
    ),
    Deliberate(
        "a histogram has at least one bin",
        lambda it: it.layer == "Equalization" and refused(it, "bins: E30"),
    ),
    Deliberate(
        "an input_tensor, which no config can hold, is not looked at",
        lambda it: it.layer in ("Input", "InputLayer") and accepted(it, "`input_tensor`"),
    ),
    Deliberate(
        "an object or an empty list is no number, shape or word: Keras takes some empty ones for nothing given",
        lambda it: refused(it, "got an object", "got ()"),
    ),
    Deliberate(
        "a switch is true or false, in Keras configs also 1 or 0: Keras goes by the truth of whatever is given",
        lambda it: refused(it, "expected true or false"),
    ),
    Deliberate(
        "arguments that every layer has (trainable, dtype, activity_regularizer) are accepted on every layer",
        lambda it: accepted(
            it, *(f"unexpected keyword argument '{name}'" for name in ("trainable", "dtype", "activity_regularizer"))
        ),
    ),
    Deliberate(
        "the initializer `constant` by its name alone is 0; Keras 3.15.1 fails to make it (KeyError)",
        lambda it: accepted(it, "KeyError: 'value'"),
    ),
    Deliberate(
        "what only the backend lacks, such as a QR decomposition in half precision, is no mistake of the model",
        lambda it: accepted(
            it, "not implemented for '", "with backend torch", "with the torch backend", "result type Float can't"
        ),
    ),
    Deliberate(
        "Keras cannot infer the shape from its stand-ins for unknown sizes, but computes the call when it has numbers",
        lambda it: (
            it.fact == "accepted what can be computed"
            and any(
                words in it.theirs for words in ("Could not automatically infer", "not have a `compute_output_shape`")
            )
        ),
    ),
    Deliberate(
        "attention over tensors that do not fit one another, which broadcasting happens to compute",
        lambda it: it.layer in ("Attention", "AdditiveAttention") and refused(it, "do not fit"),
    ),
    Deliberate(
        "axis beyond the tensor's axes, which Keras wraps around",
        lambda it: it.layer in ("Dot", "Softmax") and refused(it, "out of range"),
    ),
    Deliberate(
        "a scale or offset of Rescaling that does not fit: Keras tells the input's shape, computes another one or fails",
        lambda it: it.layer == "Rescaling" and refused(it, "does not fit an input"),
    ),
    Deliberate(
        "Dot over axis 0 mixes samples",
        lambda it: it.layer == "Dot" and refused(it, "cannot sum over axis 0"),
    ),
    Deliberate(
        "values that only training would look at are checked at once",
        lambda it: it.layer in TRAINING and refused(it, "E301", "E303"),
    ),
    Deliberate(
        "Input(3): one size stands for a tuple of one",
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
        "output_shape must have a size for each axis of the equation's output; Keras ignores what is too much",
        lambda it: it.layer == "EinsumDense" and refused(it, "does not fit the output axes"),
    ),
    Deliberate(
        "an epsilon of null is no number; Keras takes its own default for it",
        lambda it: refused(it, "epsilon: E301 expected a number, got null"),
    ),
    Deliberate(
        "cells take the states that belong to them; Keras drops what is too much",
        lambda it: it.layer.endswith(("Cell", "Cells")) and refused(it, "do not fit", "as many states"),
    ),
    Deliberate(
        "at inference RandomCrop resizes, as documented; Keras 3.15.1 hands the images on in another shape than it reported",
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
        "a cell whose activation Keras cannot compute (threshold wants arguments, glu halves the axis) has its shape, but cannot run",
        lambda it: (
            it.layer.endswith(("Cell", "Cells"))
            and it.fact == "accepted"
            and any(word in str(it.config) for word in ("'threshold'", "'glu'"))
        ),
    ),
    Deliberate(
        "spectrograms are of (batch, samples) or (samples,); with more axes Keras reports another shape than it computes",
        lambda it: it.layer == "MelSpectrogram" and refused(it, "expected signals"),
    ),
    Deliberate(
        "a cell works on one step (batch, features); Keras lets broadcasting take more axes",
        lambda it: it.layer.endswith(("Cell", "Cells", "RNN")) and refused(it, "expected 2 axes", "expected 3 axes"),
    ),
    Deliberate(
        "synchronized=True depends on the backend, not on the layer",
        lambda it: accepted(it, "synchronized=True is only supported"),
    ),
)


def reason_for(difference: Difference) -> str | None:
    return next((each.reason for each in DELIBERATE if each.covers(difference)), None)
