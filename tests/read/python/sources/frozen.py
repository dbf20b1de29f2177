"""Layers that are frozen after they were made: what Keras makes inside of them follows."""

import keras
from keras import layers, Sequential, Input


def m(l, shape=(6, 4)):
    return Sequential([Input(shape), l])


a = m(layers.Bidirectional(layers.LSTM(2)))
a.layers[0].trainable = False
b = m(layers.LSTM(2))
b.layers[0].trainable = False
c = m(layers.TimeDistributed(layers.Dense(2)))
c.layers[0].trainable = False
i = Input((6, 4))
att = layers.MultiHeadAttention(2, 3)
d = keras.Model(i, att(i, i))
att.trainable = False
e = m(layers.RNN([layers.LSTMCell(2), layers.GRUCell(3)]))
e.layers[0].trainable = False
f = m(layers.ConvLSTM1D(2, 2), (3, 6, 4))
f.layers[0].trainable = False
g = m(layers.Bidirectional(layers.LSTM(2)))
g.trainable = False
h = m(layers.SpectralNormalization(layers.Dense(2)))
h.layers[0].trainable = False
