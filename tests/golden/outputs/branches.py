import keras
from keras import layers, regularizers

input_layer = keras.Input((3,))
input_layer_1 = keras.Input((7,))
left = layers.Dense(4, name="left")(input_layer)
dense = layers.Dense(5)(input_layer_1)
dense_1 = layers.Dense(4, kernel_regularizer=regularizers.L2(l2=0.01))(dense)
add = layers.Add()([left, dense_1])
dense_2 = layers.Dense(4)(add)
concatenate = layers.Concatenate()([add, dense_2])
out = layers.Dense(2, name="out")(concatenate)
model = keras.Model([input_layer, input_layer_1], [out, left], name="functional")
