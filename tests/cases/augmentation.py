from cases import case

IMAGES = (None, 6, 5, 3)
# What each layer takes first, several configs that it accepts, and one or more that it refuses.
FACTOR = [{"factor": 0.5}, {"factor": [0.1, 0.4]}, {"factor": 0, "seed": 3}]
CONFIGS = {
    "AugMix": ([{}, {"factor": [0, 1], "all_ops": False}, {"interpolation": "nearest"}], [{"factor": 2}, {"factor": [0.5, 1.1]}, {"interpolation": "bicubic"}]),
    "CutMix": ([{}, *FACTOR], [{"factor": 1.5}, {"factor": "a"}, {"factor": [1]}]),
    "Equalization": ([{}, {"bins": 16}, {"value_range": [0, 1]}], [{"value_range": 3}, {"value_range": [1, 2, 3]}]),
    "MaxNumBoundingBoxes": ([{"max_number": 10}, {"max_number": 3, "fill_value": 0}], [{}]),
    "MixUp": ([{}, {"alpha": 0.4}, {"seed": 7}], [{"beta": 1}]),
    "RandAugment": ([{}, {"num_ops": 3, "factor": 0.1}, {"value_range": [0, 1]}], [{"factor": -1}, {"factor": [-0.1, 0.5]}, {"interpolation": "x"}]),
    "RandomBrightness": ([*FACTOR, {"factor": [-0.5, 0.5]}], [{}, {"factor": 1.5}, {"factor": [2, 3]}, {"factor": 0.1, "value_range": [1]}]),
    "RandomColorDegeneration": ([*FACTOR, {"factor": -0.5}], [{}, {"factor": -1.5}, {"factor": [0, 1, 2]}, {"factor": 0.1, "value_range": "a"}]),
    "RandomColorJitter": (
        [{}, {"brightness_factor": -0.5, "hue_factor": 0.5}, {"saturation_factor": [-1, 1], "contrast_factor": 1}],
        [{"brightness_factor": 2}, {"contrast_factor": -0.5}, {"hue_factor": -1}, {"saturation_factor": 1.5}],
    ),
    "RandomContrast": ([*FACTOR, {"factor": [-1, 0.5]}], [{}, {"factor": -0.1}, {"factor": 1.1}, {"factor": None}]),
    "RandomElasticTransform": (
        [{}, {"scale": [0.1, 0.5], "fill_mode": "mirror"}, {"interpolation": "nearest"}],
        [{"scale": 2}, {"factor": -1}, {"fill_mode": "black"}, {"interpolation": "bicubic"}],
    ),
    "RandomErasing": ([{}, {"scale": 0.5}, {"fill_value": 3}, {"fill_value": [1, 2, 3]}], [{"scale": [1, 2, 3]}, {"factor": 3}]),
    "RandomFlip": ([{}, {"mode": "horizontal"}, {"mode": "vertical", "seed": 1}], [{"seeds": 3}]),
    "RandomGaussianBlur": (
        [{}, {"kernel_size": 5}, {"kernel_size": [3, 5], "sigma": [0.1, 0.5]}],
        [{"kernel_size": 4}, {"kernel_size": [3, 4]}, {"kernel_size": [3]}, {"sigma": 3}, {"factor": -2}],
    ),
    "RandomGrayscale": ([{}, {"factor": 0.0}, {"factor": 1}], [{"factor": 2}, {"factor": -0.1}, {"factor": [0, 1]}]),
    "RandomHue": (FACTOR, [{}, {"factor": -0.5}, {"factor": "red"}]),
    "RandomInvert": ([{}, *FACTOR], [{"factor": 3}]),
    "RandomPerspective": ([{}, {"factor": 0.5, "scale": 0.3}], [{"scale": -0.5}, {"scale": 1.5}, {"interpolation": "cubic"}]),
    "RandomPosterization": ([{"factor": 3}, {"factor": [2, 5]}, {"factor": 8}], [{}, {"factor": 0}, {"factor": 9}, {"factor": 3, "value_range": 1}]),
    "RandomRotation": (
        [*FACTOR, {"factor": -0.2, "fill_mode": "wrap"}], [{}, {"factor": 2}, {"factor": 0.1, "fill_mode": "mirror"}],
    ),
    "RandomSaturation": (FACTOR, [{}, {"factor": 2}, {"factor": 0.1, "value_range": [0]}]),
    "RandomSharpness": (FACTOR, [{}, {"factor": -0.5}]),
    "RandomShear": (
        [{}, {"x_factor": 0.2}, {"y_factor": [0.1, 0.3], "fill_mode": "constant", "fill_value": 1.0}],
        [{"x_factor": -0.1}, {"y_factor": [0.1, 2]}, {"interpolation": "area"}],
    ),
    "RandomTranslation": (
        [{"height_factor": 0.2, "width_factor": [-0.3, 0.2]}, {"height_factor": -1, "width_factor": 1}],
        [{"height_factor": 0.2}, {"height_factor": 2, "width_factor": 0}, {"height_factor": [-2, 0], "width_factor": 0}],
    ),
    "RandomZoom": (
        [{"height_factor": 0.2}, {"height_factor": [-0.5, 1], "width_factor": 0.1}],
        [{}, {"height_factor": -1}, {"height_factor": 1.5}, {"height_factor": [-1, 0]}, {"height_factor": 0, "width_factor": -1}],
    ),
    "Solarization": (
        [{}, {"addition_factor": 0.3, "threshold_factor": [0.1, 0.2]}, {"value_range": [0, 1]}],
        [{"addition_factor": -0.1}, {"threshold_factor": [0, 2]}, {"value_range": 3}, {"threshold_factor": "x"}],
    ),
}  # fmt: skip

CASES = []
for _name, (_good, _bad) in CONFIGS.items():
    _config = _good[0]
    CASES += [case(_name, IMAGES, **config) for config in [*_good, *_bad]]
    CASES += [
        case(_name, IMAGES, dtypes=("uint8",), **_config),
        case(_name, (None, 3, 6, 5), data_format="channels_first", **_config),
        case(_name, (6, 5, 3), **_config),
        case(_name, (None, None, None, None), **_config),
        case(_name, (None, 6, 5, 1), _values=False, **_config),
        case(_name, IMAGES, dtype="mixed_float16", _values=False, **_config),
        case(_name, IMAGES, data_format="last", **_config),
    ]
