"""Models of keras.applications as words of stacks, specs and commands."""

from __future__ import annotations

import json

import pytest

from densecli.catalogue import CATALOGUE
from densecli.errors import DenseError, Source, SpecErrors
from densecli.read.limits import raised
from densecli.read.spec import document
from densecli.read.stack import reader as dsl
from densecli.render.convert import dsl as as_dsl
from densecli.render.convert import python, spec
from densecli.summary.infer import infer


def read(text, **options):
    return dsl.read_stack(Source("<argument>", text), **options)


def names_in(text, **options):
    return [row.name for row in infer(read(text, **options)).rows]


def errors_of(text, **options):
    with pytest.raises((SpecErrors, DenseError)) as caught:
        read(text, **options)
    return caught.value.errors if isinstance(caught.value, SpecErrors) else [caught.value]


# -- stacks ---------------------------------------------------------------------------------
def test_a_model_alone_is_that_model():
    graph = read("ResNet50")
    assert (graph.name, graph.kind, len(infer(graph).rows)) == ("resnet50", "Functional", 177)


def test_a_model_in_a_stack_is_nested():
    report = infer(read("EfficientNetB3(include_top=false)@(300,300,3) -> GlobalAveragePooling2D -> Dense(5)"))
    assert [(row.name, row.type, row.params) for row in report.rows] == [
        ("efficientnetb3", "Functional", 10_783_535),
        ("global_average_pooling2d", "GlobalAveragePooling2D", 0),
        ("dense", "Dense", 7_685),
    ]
    assert report.rows[0].output_shapes == ((None, 10, 10, 1536),)
    assert report.rows[0].layers[0].output_shapes == ((None, 300, 300, 3),)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("ResNet50 -> Dense(5)", (224, 224, 3)),
        ("MobileNetV2(include_top=false)@(96,96,3)", (96, 96, 3)),
        ("MobileNetV2(include_top=false, input_shape=(64,96,3)) -> Flatten", (64, 96, 3)),
        ("MobileNetV2(include_top=false, input_shape=(none,none,3))@(64,96,3) -> Flatten", (64, 96, 3)),
        ("Input(96,64,3) -> MobileNetV2(include_top=false) -> Flatten", (96, 64, 3)),
    ],
)
def test_the_image_is_what_the_stack_says(text, shape):
    report = infer(read(text))
    assert report.inputs[0].shape == (None, *shape)


def test_a_model_takes_the_shape_of_the_input_it_stands_on_and_of_nothing_else():
    on_input = infer(read("VGG16(include_top=false)@(64,64,3) -> Flatten")).rows[0]
    on_layer = infer(read("Rescaling(2)@(64,64,3) -> VGG16(include_top=false) -> Flatten")).rows[1]
    assert on_input.layers[0].output_shapes == ((None, 64, 64, 3),)
    assert on_layer.layers[0].output_shapes == ((None, None, None, 3),)
    assert on_layer.output_shapes == ((None, 2, 2, 512),)


@pytest.mark.parametrize(
    ("text", "given", "shape"),
    [
        ("VGG16(include_top=false)", {None: (64, 96, 3)}, (64, 96, 3)),
        ("VGG16(include_top=false)", {"input_layer": (64, 96, 3)}, (64, 96, 3)),
        ("VGG16(include_top=false, input_shape=(none,96,3))", {None: (64, 96, 3)}, (64, 96, 3)),
        ("VGG16(include_top=false) -> Flatten", {None: (64, 96, 3)}, (64, 96, 3)),
        ("MobileNetV3Small", {None: (64, 96, 3)}, (64, 96, 3)),
    ],
)
def test_shapes_from_outside(text, given, shape):
    assert infer(read(text, input_shapes=given)).inputs[0].shape == (None, *shape)


def test_padding_follows_a_shape_from_outside():
    """Sizes decide about zeros around the image, so a model is made for them, not only called on them."""
    odd = read("EfficientNetB0(include_top=false, input_shape=(none,none,3))", input_shapes={None: (75, 75, 3)})
    whole = read("EfficientNetB0(include_top=false)@(75,75,3)")
    assert [row.output_shapes for row in infer(odd).rows] == [row.output_shapes for row in infer(whole).rows]


def test_a_shape_from_outside_must_fit():
    (error,) = errors_of("VGG16(include_top=false, input_shape=(64,64,3))", input_shapes={None: (32, 32, 3)})
    assert error.code == "E406"
    (error,) = errors_of("VGG16", input_shapes={"image": (224, 224, 3)})
    assert error.code == "E406"


def test_automatic_names_count_on():
    stack = "VGG16(include_top=false, pooling=avg)@(64,64,3) -> Reshape((1,1,512)) -> GlobalAveragePooling2D"
    assert names_in(stack)[-1] == "global_average_pooling2d_1"


def test_models_in_branches_and_in_wrappers():
    branches = "[VGG16(include_top=false, pooling=avg)@(64,64,3) | MobileNet(include_top=false, pooling=max, name=m)@(64,64,3)]"
    assert names_in(f"{branches} -> Concatenate")[2:] == ["vgg16", "m", "concatenate"]
    video = "TimeDistributed(MobileNetV2(include_top=false, pooling=avg, input_shape=(96,96,3)))@(8,96,96,3) -> LSTM(4)"
    assert [row.params for row in infer(read(video)).rows] == [2_257_984, 20_560]


def test_copies_have_names_of_their_own():
    model = "VGG16: {classes: 3072, weights: null, input_shape: [32, 32, 3]}"
    block = f"[Reshape: {{target_shape: [32, 32, 3]}}, {model}]"
    spec = f"input: [3072]\nlayers: [{{repeat: 2, layers: {block}}}]"
    graph = document.read_spec(Source("m.yaml", spec))
    assert [row.name for row in infer(graph).rows if row.type == "Functional"] == ["vgg16", "vgg16_1"]


# -- mistakes -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "code", "said", "hint"),
    [
        ("ResNet5", "E304", "unknown layer 'ResNet5'", "did you mean `ResNet50`?"),
        ("ResNet50(clases=3)", "E305", "no argument 'clases'", "did you mean `classes`?"),
        ("ResNet50(classes=10, weights=imagenet)", "E308", "have 1000 classes, not 10", "weights=none"),
        ("ResNet50@(224,224)", "E308", "rows, columns and channels", None),
        ("ResNet50@(16,300,3)", "E308", "at least 32 x 32", None),
        ("ResNet50(input_tensor=x)", "E303", "a spec has no tensors", "Rescaling"),
        ("ResNet50(weights=imagnet)", "E303", "imagenet, null or the path", None),
        ("ResNet50(name='a/b')", "E303", "cannot contain `/`", None),
        ("EfficientNetV2B0(name=mine)", "E308", "by name", "efficientnetv2-b0"),
        ("MobileNet(alpha=0.01, weights=none)", "E308", "expected a positive integer, got 0", None),
        ("MobileNetV2(alpha=1e300, weights=none)", "E308", "its layers are unknown", None),
        ("MobileNetV3Small(alpha=1e999, weights=none)", "E222", "too large for a float", None),
        ("EfficientNetB0(include_top=false, input_shape=(64,none,3))", "E308", "both sizes", None),
        ("VGG16(2, 3, 4, 5, 6, 7, 8, 9, 10)", "E305", "at most 8 positional arguments", None),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_their_place(text, code, said, hint):
    (error,) = errors_of(text)
    assert error.code == code
    assert said in error.message
    assert (hint or "") in (error.hint or "")
    assert error.place is not None


@pytest.mark.parametrize(
    "text",
    ["ResNet50(classes=10)", "ResNet50@(300,300,3)", "VGG16(include_top=false)@(64,64,1)", "MobileNet(alpha=0.3)",
     "ConvNeXtTiny(name=x)", "ResNet50(classifier_activation=relu)", "NASNetMobile(input_shape=(none,none,3), include_top=false)"],
)  # fmt: skip
def test_what_does_not_go_with_unasked_weights_is_counted_without_them(text):
    graph = read(text)
    (warning,) = graph.warnings
    assert "weights=none" in warning
    (inside,) = read(f"{text} -> Activation(relu)").warnings
    assert inside == warning
    without = read(
        text.replace("(", "(weights=none, ", 1)
        if "(" in text.partition("@")[0]
        else text.replace("@", "(weights=none)@")
    )
    assert without.warnings == []
    assert infer(graph).totals == infer(without).totals


def test_a_pooling_that_keras_passes_over_is_told():
    (warning,) = read("ResNet50(include_top=false, pooling=median)").warnings
    assert "Keras ignores" in warning


def test_layers_of_a_model_count_against_the_limit():
    (error,) = errors_of("ResNet50", limits=raised(["layers=100"]))
    assert error.code == "E505"


# -- specs ----------------------------------------------------------------------------------
def test_specs_say_the_same_in_every_form():
    forms = [
        "input: [64, 64, 3]\nlayers: [{VGG16: {include_top: false, name: base}}, Flatten]",
        "input: [64, 64, 3]\nlayers: [{VGG16: {include_top: false}, name: base}, Flatten]",
        "input: [64, 64, 3]\nlayers: [{VGG16: false, name: base}, Flatten]",
        "input: [64, 64, 3]\nlayers: [{type: VGG16, include_top: false, name: base}, Flatten]",
        "layers: ['VGG16(include_top=false, name=base)@(64,64,3)', Flatten]",
        "layers: [{VGG16: {include_top: false, name: base, input_shape: [64, 64, 3]}}, Flatten]",
        "input: {image: [64, 64, 3]}\ntype: Sequential\nlayers: [{VGG16: {include_top: false, name: base}, inputs: image}, Flatten]",
    ]
    reports = [infer(document.read_spec(Source("m.yaml", form))) for form in forms]
    for report in reports:
        assert [(row.name, row.params) for row in report.rows] == [("base", 14_714_688), ("flatten", 0)]
        assert report.rows[0].layers[0].output_shapes == ((None, 64, 64, 3),)


# -- conversion -----------------------------------------------------------------------------
STACKS = [
    "VGG16(include_top=false)@(64,64,3) -> Flatten",
    "VGG16(include_top=false, pooling=avg)@(64,64,3) -> Reshape((1,1,512)) -> GlobalAveragePooling2D",
    "MobileNetV3Small(include_top=false, trainable=false, pooling=avg, weights='w.h5')@(64,64,3) -> Dense(3)",
    "EfficientNetB0(classes=7) -> Dense(3)",
    "TimeDistributed(ConvNeXtTiny(include_top=false, pooling=max, name=my_convnext_tiny, input_shape=(64,64,3)))@(4,64,64,3) -> LSTM(3)",
    "[InceptionResNetV2(include_top=false,pooling=avg)@(96,96,3) | Input(3)] -> Concatenate -> Dense(4)",
    "(Reshape((32,32,3))@(3072,) -> VGG16(classes=3072, input_shape=(32,32,3), weights=none, name=a) -> Dense(3))",
]


@pytest.mark.parametrize("text", STACKS)
def test_a_converted_stack_is_the_same_model(text):
    graph = read(text)
    again = [
        read(str(as_dsl.render(graph))),
        document.read_spec(Source("m.yaml", str(spec.render_yaml(graph)))),
        document.read_spec(Source("m.json", str(spec.render_json(graph)))),
    ]
    for each in again:
        assert outline(infer(each).rows) == outline(infer(graph).rows)
        assert infer(each).totals == infer(graph).totals
        assert each.warnings == []


def outline(rows):
    """Rows, including nested ones: name, type, shapes, counts."""
    return [
        (row.name, row.type, row.output_shapes, row.params, row.trainable_params, outline(row.layers)) for row in rows
    ]


def test_a_copy_is_converted_with_its_name():
    block = "[Reshape: {target_shape: [32, 32, 3]}, VGG16: {classes: 3072, weights: null, input_shape: [32, 32, 3]}]"
    graph = document.read_spec(Source("m.yaml", f"input: [3072]\nlayers: [{{repeat: 2, layers: {block}}}]"))
    assert "name=vgg16_1" in as_dsl.render(graph)
    assert names_in(as_dsl.render(graph)) == [row.name for row in infer(graph).rows]


def test_python_code_calls_keras():
    lines = python.render(read(STACKS[2])).splitlines()
    call = next(line for line in lines if "applications" in line)
    expected = (
        'keras.applications.MobileNetV3Small(input_shape=(64, 64, 3), include_top=False, weights="w.h5", pooling="avg")'
    )
    assert call == f"MobileNetV3Small = {expected}"
    assert lines[lines.index(call) + 1] == "MobileNetV3Small.trainable = False"


# -- commands -------------------------------------------------------------------------------
def test_the_listing(capsys):
    from densecli.cli import run

    run(["layers", "--applications"])
    text = capsys.readouterr().out
    assert "ResNet50 " in text
    assert "25,636,712" in text
    run(["layers", "--applications", "--format", "json"])
    found = json.loads(capsys.readouterr().out)["applications"]
    assert len(found) == 40
    run(["layers", "--applications", "--format", "markdown"])
    assert capsys.readouterr().out.count("\n") == 42
    assert run(["layers", "ResNet50", "--applications"]) == 2


def test_models_are_no_layers_of_the_catalogue():
    assert "ResNet50" not in CATALOGUE
    assert "ResNet50" not in list(CATALOGUE)
