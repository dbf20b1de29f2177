"""The models whose training memory tools/record_memory.py measures in torch: single layers and whole models."""

from __future__ import annotations

# One layer each, in a stack of its own; a gradient passes through it.
LAYERS = (
    *(f"Activation({name})@(10,)" for name in (
        "linear", "relu", "sigmoid", "tanh", "softmax", "gelu", "silu", "elu", "selu", "softplus", "softsign", "leaky_relu",
        "relu6", "exponential", "hard_sigmoid", "hard_silu", "mish", "log_softmax", "celu", "glu", "log_sigmoid",
        "hard_tanh", "soft_shrink", "hard_shrink", "squareplus", "tanh_shrink", "sparse_plus", "sparse_sigmoid",
    )),
    "Normalization(mean=0.0, variance=2.0)@(10,)",
    "Dense(5)@(10,)", "Dense(5, activation=relu)@(10,)", "Dense(5, activation=gelu)@(10,)", "Dense(5)@(7,6)",
    "EinsumDense('abc,cd->abd', (none, 5), bias_axes=d)@(7,6)",
    "Conv2D(5, 3)@(8,8,6)", "Conv2D(5, 3, padding=same)@(8,8,6)", "Conv2D(5, 3, strides=2, padding=same)@(8,8,6)",
    "Conv2D(5, 3, strides=2, padding=same)@(9,9,6)", "Conv2D(5, 2, padding=same)@(8,8,6)", "Conv2D(5, 1)@(8,8,6)",
    "Conv2D(5, 3, strides=2, activation=relu)@(8,8,6)", "Conv2D(6, 3, groups=2)@(8,8,6)",
    "Conv2D(5, 3, dilation_rate=2, padding=same)@(8,8,6)", "Conv2D(5, 3, data_format=channels_first)@(6,8,8)",
    "Conv1D(5, 3)@(7,6)", "Conv1D(5, 3, padding=causal)@(7,6)", "Conv1D(5, 3, padding=same)@(7,6)", "Conv3D(5, 2)@(5,5,5,3)",
    "Conv2DTranspose(5, 3)@(8,8,6)", "Conv2DTranspose(5, 3, strides=2, padding=same)@(8,8,6)", "Conv3DTranspose(2, 2)@(5,5,5,3)",
    "DepthwiseConv2D(3)@(8,8,6)", "DepthwiseConv2D(3, strides=2, padding=same)@(8,8,6)", "DepthwiseConv1D(3)@(7,6)",
    "SeparableConv2D(5, 3)@(8,8,6)", "SeparableConv2D(5, 3, padding=same)@(8,8,6)", "SeparableConv1D(5, 3)@(7,6)",
    "BatchNormalization@(8,8,6)", "LayerNormalization@(7,6)", "RMSNormalization@(7,6)", "GroupNormalization(3)@(8,8,6)",
    "UnitNormalization@(7,6)",
    "MaxPooling2D@(8,8,6)", "MaxPooling2D(3, 2, padding=same)@(8,8,6)", "MaxPooling1D@(7,6)", "MaxPooling3D@(4,4,4,3)",
    "MaxPooling2D(data_format=channels_first)@(6,8,8)", "AveragePooling2D(2)@(8,8,6)", "AveragePooling2D(3, 2, padding=same)@(8,8,6)",
    "GlobalAveragePooling2D@(8,8,6)", "GlobalMaxPooling2D@(8,8,6)", "GlobalAveragePooling1D@(7,6)", "GlobalMaxPooling1D@(7,6)",
    "AdaptiveAveragePooling2D(2)@(8,8,6)",
    "Dropout(0.5)@(10,)", "Dropout(0.5, seed=1)@(10,)", "Dropout(0)@(10,)", "SpatialDropout2D(0.5)@(8,8,6)", "AlphaDropout(0.5)@(10,)",
    "GaussianNoise(0.5)@(10,)", "GaussianDropout(0.5)@(10,)",
    "Flatten@(8,8,6)", "Reshape((-1,))@(8,8,6)", "Permute((2, 1))@(7,6)", "RepeatVector(3)@(10,)", "ZeroPadding2D@(8,8,6)",
    "Cropping2D@(8,8,6)", "UpSampling2D@(8,8,6)", "UpSampling2D(interpolation=bilinear)@(8,8,6)", "Identity@(10,)",
    "ReLU@(10,)", "ReLU(6)@(10,)", "LeakyReLU@(10,)", "PReLU@(10,)", "ELU@(10,)", "Softmax@(10,)", "Rescaling(0.1, 1.0)@(8,8,6)",
    "LSTM(5)@(7,6)", "LSTM(50, return_sequences=true)@(14,60)", "GRU(5)@(7,6)", "GRU(50, reset_after=false)@(7,60)",
    "SimpleRNN(5)@(7,6)", "Bidirectional(LSTM(5))@(7,6)", "LSTM(50, dropout=0.2, recurrent_dropout=0.2)@(7,60)",
    "GRU(50, dropout=0.2, recurrent_dropout=0.2)@(7,60)", "RNN(LSTMCell(50))@(7,60)",
    "TimeDistributed(Dense(5, activation=relu))@(7,6)", "TimeDistributed(Conv2D(5, 3))@(3,8,8,2)",
    "ConvLSTM2D(5, 3)@(3,8,8,2)", "ConvLSTM2D(4, 3, return_sequences=true)@(6,8,8,2)",
    "ActivityRegularization(0.1)@(10,)", "AdaptiveAveragePooling1D(2)@(8,6)", "AdaptiveAveragePooling3D(2)@(4,4,4,3)",
    "AdaptiveMaxPooling1D(2)@(8,6)", "AdaptiveMaxPooling2D(2)@(8,8,6)", "AdaptiveMaxPooling3D(2)@(4,4,4,3)",
    "AveragePooling1D(2)@(8,6)", "AveragePooling3D(2)@(4,4,4,3)", "CenterCrop(4, 4)@(8,8,6)", "Conv1DTranspose(5, 3)@(7,6)",
    "ConvLSTM1D(5, 3)@(3,8,2)", "ConvLSTM1D(4, 3, return_sequences=true)@(6,8,2)", "ConvLSTM3D(3, 3)@(3,5,5,5,2)", "Cropping1D@(8,6)", "Cropping3D@(4,4,4,3)",
    "GlobalAveragePooling3D@(4,4,4,3)", "GlobalMaxPooling3D@(4,4,4,3)", "Masking@(7,6)", "Resizing(4, 4)@(8,8,6)",
    "SpatialDropout1D(0.5)@(8,6)", "SpatialDropout2D(0.5, data_format=channels_first)@(6,30,30)", "SpatialDropout3D(0.5)@(4,4,4,3)",
    "UpSampling1D@(8,6)", "UpSampling3D@(4,4,4,3)", "ZeroPadding1D@(8,6)", "ZeroPadding3D@(4,4,4,3)",
    "RNN(GRUCell(50))@(7,60)", "RNN(SimpleRNNCell(50))@(7,60)", "LayerNormalization([1, 2])@(7,6)",
    "SeparableConv2D(5, 3, depth_multiplier=2)@(8,8,6)",
    "SeparableConv2D(5, 3, data_format=channels_first)@(6,8,8)",
)  # fmt: skip
PAIRS = tuple(
    f"[_ | _]@(10,) -> {layer}"
    for layer in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot(1)")
) + tuple(
    f"[_ | _]@(7,6) -> {layer}"
    for layer in (
        "Attention", "Attention(dropout=0.1)", "AdditiveAttention", "AdditiveAttention(dropout=0.1)", "MultiHeadAttention(2, 3)",
        "MultiHeadAttention(2, 3, dropout=0.1)", "MultiHeadAttention(2, 3, value_dim=5)",
        "MultiHeadAttention(2, 3, dtype=mixed_bfloat16)", "GroupedQueryAttention(3, 4, 2)",
        "GroupedQueryAttention(3, 4, 2, dropout=0.1)",
    )
) + ("[_ | _ | _]@(10,) -> Multiply", "[_ | _ | _]@(10,) -> Maximum")  # fmt: skip

# Whole models: stack or example, batch, dtype policy.
MODELS = {
    "mlp": ("Dense(512, activation=relu)@(784,) -> Dropout(0.2) -> Dense(512, activation=relu) -> Dropout(0.2) -> Dense(10)", 64, "float32"),
    "mnist-cnn": (
        "Conv2D(32, 3, activation=relu)@(28,28,1) -> MaxPooling2D -> Conv2D(64, 3, activation=relu) -> MaxPooling2D"
        " -> Flatten -> Dropout(0.5) -> Dense(10, activation=softmax)", 32, "float32",
    ),
    "vgg-like": (
        "Conv2D(32, 3, padding=same, activation=relu)@(64,64,3) -> Conv2D(32, 3, padding=same, activation=relu) -> MaxPooling2D"
        " -> Conv2D(64, 3, padding=same, activation=relu)*2 -> MaxPooling2D -> Conv2D(128, 3, padding=same, activation=relu)*3"
        " -> MaxPooling2D -> Flatten -> Dense(256, activation=relu) -> Dense(10)", 8, "float32",
    ),
    "resnet-like": (
        "Conv2D(32, 3, padding=same)@(32,32,3) -> BatchNormalization -> ReLU"
        " -> ([_ | Conv2D(32, 3, padding=same) -> BatchNormalization -> ReLU -> Conv2D(32, 3, padding=same) -> BatchNormalization]"
        " -> Add -> ReLU)*3 -> GlobalAveragePooling2D -> Dense(10)", 16, "float32",
    ),
    "mobilenet-like": (
        "Conv2D(16, 3, strides=2, padding=same)@(64,64,3) -> BatchNormalization -> ReLU(6)"
        " -> (DepthwiseConv2D(3, padding=same) -> BatchNormalization -> ReLU(6) -> Conv2D(32, 1) -> BatchNormalization -> ReLU(6))*3"
        " -> GlobalAveragePooling2D -> Dropout(0.1) -> Dense(10)", 16, "float32",
    ),
    "unet-like": (
        "Conv2D(16, 3, padding=same, activation=relu, name=down)@(32,32,3) -> MaxPooling2D -> Conv2D(32, 3, padding=same, activation=relu)"
        " -> Conv2DTranspose(16, 2, strides=2) -> [_ | down] -> Concatenate -> Conv2D(16, 3, padding=same, activation=relu) -> Conv2D(1, 1)",
        8, "float32",
    ),
    "text-lstm": ("Embedding(5000, 64)@(80,) -> Bidirectional(LSTM(64, return_sequences=true)) -> LSTM(32) -> Dense(1, activation=sigmoid)", 32, "float32"),
    "transformer": (
        "Embedding(5000, 64)@(64,) -> ([_ | [_ | _] -> MultiHeadAttention(4, 16)] -> Add -> LayerNormalization"
        " -> [_ | Dense(256, activation=gelu) -> Dense(64)] -> Add -> LayerNormalization)*2 -> GlobalAveragePooling1D -> Dense(2)",
        16, "float32",
    ),
    "transformer-dropout": (
        "Embedding(5000, 64)@(64,) -> ([_ | [_ | _] -> MultiHeadAttention(4, 16, dropout=0.1) -> Dropout(0.1)] -> Add -> LayerNormalization"
        " -> [_ | Dense(256, activation=gelu) -> Dense(64) -> Dropout(0.1)] -> Add -> LayerNormalization)*2 -> GlobalAveragePooling1D -> Dense(2)",
        16, "float32",
    ),
    "frozen-backbone": (
        "Conv2D(32, 3, activation=relu, trainable=false)@(64,64,3) -> MaxPooling2D -> Conv2D(64, 3, activation=relu, trainable=false)"
        " -> GlobalAveragePooling2D -> Dense(64, activation=relu) -> Dense(10)", 8, "float32",
    ),
    "siamese": ("tests/fixtures/siamese.json", 8, "float32"),
    "mlp-bfloat16": ("Dense(512, activation=relu)@(784,) -> Dropout(0.2) -> Dense(512, activation=relu) -> Dense(10)", 64, "bfloat16"),
    "mlp-mixed": ("Dense(512, activation=relu)@(784,) -> Dropout(0.2) -> Dense(512, activation=relu) -> Dense(10)", 64, "mixed_bfloat16"),
    "vgg-mixed": (
        "Conv2D(32, 3, padding=same, activation=relu)@(64,64,3) -> Conv2D(32, 3, padding=same, activation=relu) -> MaxPooling2D"
        " -> Conv2D(64, 3, padding=same, activation=relu)*2 -> MaxPooling2D -> Flatten -> Dense(256, activation=relu) -> Dense(10)",
        8, "mixed_bfloat16",
    ),
    "resnet-mixed": (
        "Conv2D(32, 3, padding=same)@(32,32,3) -> BatchNormalization -> ReLU"
        " -> ([_ | Conv2D(32, 3, padding=same) -> BatchNormalization -> ReLU] -> Add)*2 -> GlobalAveragePooling2D -> Dense(10)",
        16, "mixed_bfloat16",
    ),
}  # fmt: skip
OPTIMIZERS = (
    "sgd", "momentum", "rmsprop", "adagrad", "lion", "adam", "adamw", "adamax", "nadam", "adadelta", "ftrl", "lamb",
    "schedulefreeadamw", "amsgrad", "adafactor", "muon",
)  # fmt: skip
