"""The encoder of a transformer (Vaswani et al. 2017) as a classifier of text."""

import keras
from keras import layers


def encoder(x):
    attention = layers.Dropout(0.1)(layers.MultiHeadAttention(8, 64)(x, x))
    x = layers.LayerNormalization()(layers.Add()([x, attention]))
    inner = layers.Dense(512)(layers.Dense(2048, activation="relu")(x))
    return layers.LayerNormalization()(layers.Add()([x, layers.Dropout(0.1)(inner)]))


inputs = keras.Input((128,), dtype="int32")
x = layers.Embedding(32_000, 512)(inputs)
for _ in range(6):
    x = encoder(x)
x = layers.GlobalAveragePooling1D()(x)
model = keras.Model(inputs, layers.Dense(2, activation="softmax")(x), name="classifier")
