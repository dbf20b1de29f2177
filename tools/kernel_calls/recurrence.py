"""Recurrent layers and their cells."""

from __future__ import annotations

import itertools

import keras

from kernel_calls import RNG, Family, draw


def record_recurrent(wide: bool) -> Family:
    family = Family()
    cells = [
        ("simple_rnn", "SimpleRNN", {}),
        ("simple_rnn", "SimpleRNN", {"activation": "relu", "use_bias": False}),
        ("lstm", "LSTM", {}),
        ("lstm", "LSTM", {"activation": "softsign", "recurrent_activation": "hard_sigmoid"}),
        ("gru", "GRU", {}),
        ("gru", "GRU", {"reset_after": False}),
        ("gru", "GRU", {"reset_after": True, "use_bias": False, "activation": "elu"}),
    ]
    walks = [{}, {"mask": True}, {"go_backwards": True}, {"mask": True, "zero_output_for_mask": True, "states": True}]
    walks += [{"mask": True, "go_backwards": True}]
    shapes = [(1, 1, 3, 2), (1, 9, 5, 7), (4, 6, 3, 16), (3, 30, 40, 33)] if wide else [(3, 5, 2, 4)]
    for (op, kind, config), walk, (batch, time, channels, units) in itertools.product(cells, walks, shapes):
        x = draw(batch, time, channels)
        steps = {name: walk[name] for name in ("go_backwards", "zero_output_for_mask") if name in walk}
        layer = getattr(keras.layers, kind)(units, return_sequences=True, return_state=True, **config, **steps)
        layer.build(x.shape)
        weights = [draw(*w.shape, scale=w.shape[0] ** -0.5) for w in layer.weights if "seed" not in w.path]
        layer.set_weights(weights)
        names = ("kernel", "recurrent_kernel", "bias")
        inputs = {"x": x} | dict(zip(names, weights, strict=False))
        initial = None
        if walk.get("states"):
            initial = [draw(batch, units) for _ in range(2 if op == "lstm" else 1)]
            inputs |= {f"state{place}": state for place, state in enumerate(initial)}
        if walk.get("mask"):
            inputs["mask"] = RNG.random((batch, time)) < 0.6
        answers = layer(x, initial_state=initial, mask=inputs.get("mask"))
        options = {name: value for name, value in config.items() if name != "use_bias"} | steps
        family.add(op, inputs, options, list(answers))
    for rank, strides, padding, dilation in (
        (1, (2,), "same", (1,)),
        (2, (1, 1), "valid", (2, 1)),
        (3, (1, 1, 1), "same", (1, 1, 1)),
    ):
        spatial = (5, 6, 4)[:rank]
        x = draw(2, 3, *spatial, 2)
        layer = getattr(keras.layers, f"ConvLSTM{rank}D")(
            3,
            (2, 3, 2)[:rank],
            strides,
            padding,
            dilation_rate=dilation,
            return_sequences=True,
            return_state=True,
            go_backwards=rank == 2,
        )
        layer.build(x.shape)
        weights = [draw(*w.shape, scale=w.shape[0] ** -0.5) for w in layer.weights if "seed" not in w.path]
        layer.set_weights(weights)
        inputs = {"x": x} | dict(zip(("kernel", "recurrent_kernel", "bias"), weights, strict=True))
        inputs["mask"] = RNG.random((2, 3)) < 0.7
        options = {"strides": strides, "padding": padding, "dilation": dilation, "recurrent_activation": "hard_sigmoid"}
        options |= {"go_backwards": rank == 2}
        layer.cell.recurrent_activation = keras.activations.hard_sigmoid
        family.add("conv_lstm", inputs, options, list(layer(x, mask=inputs["mask"])))
    return family
