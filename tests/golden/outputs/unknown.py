import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((None, 2)),
        layers.Conv1D(4, 3),
        layers.Dense(8, trainable=False, dtype="mixed_float16"),
        layers.Dense(2),
    ],
    name="sequential",
)
