import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((3, 2)),
        layers.Dense(16, activation="relu"),
        layers.Flatten(),
        layers.Dense(4, use_bias=False),
    ],
    name="sequential",
)
