"""Two towers that meet in a dot product: how well a reader and an article fit."""

import keras
from keras import layers


def tower(x, name):
    x = layers.Dense(128, activation="relu", name=f"{name}_1")(x)
    return layers.Dense(32, name=f"{name}_2")(x)


reader = keras.Input((40,), name="reader")
title = keras.Input((20,), name="title", dtype="int32")
topics = keras.Input((300,), name="topics")
words = layers.LSTM(64)(layers.Embedding(20_000, 64)(title))
article = layers.concatenate([words, layers.Dense(64, activation="relu")(topics)])
fit = layers.Dot(1)([tower(reader, "reader"), tower(article, "article")])
model = keras.Model([reader, title, topics], layers.Dense(1, activation="sigmoid")(fit), name="two_towers")
