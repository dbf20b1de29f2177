"""A small classifier of handwritten digits."""

import argparse

import keras
from keras import layers

parser = argparse.ArgumentParser()
parser.add_argument("--width", type=int, default=32)
args = parser.parse_args()

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[..., None].astype("float32") / 255
y_train = keras.utils.to_categorical(y_train)

model = keras.Sequential([keras.Input(shape=x_train.shape[1:])])
for depth in range(2):
    model.add(layers.Conv2D(args.width * 2**depth, 3, activation="relu"))
    model.add(layers.MaxPooling2D())
model.add(layers.Flatten())
model.add(layers.Dense(y_train.shape[1], activation="softmax"))
model.summary()

model.compile(optimizer="adam", loss="categorical_crossentropy")
model.fit(x_train, y_train, epochs=5, validation_data=(x_test, keras.utils.to_categorical(y_test)))
