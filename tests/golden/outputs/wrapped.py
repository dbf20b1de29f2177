import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((5, 3)),
        layers.TimeDistributed(layers.Dense(4)),
        layers.Bidirectional(layers.LSTM(2, return_sequences=True)),
        layers.Dense(1),
        layers.Dense(1),
        layers.Dense(1),
        layers.Dense(1),
        layers.Dense(1),
    ],
    name="sequential",
)
