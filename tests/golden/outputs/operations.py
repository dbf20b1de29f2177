import keras
from keras import layers, ops

input_layer = keras.Input((6, 8))
add = ops.add(input_layer, 1.5)
split = ops.split(input_layer, indices_or_sections=[7], axis=-1)
add_1 = ops.add(add, split[1])
add_2 = layers.Add()([add_1, input_layer])
get_item = add_2[:, 1::2, ..., None]
einsum = ops.einsum("abcd,ce->abe", get_item, ops.convert_to_tensor([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0]], "float32"))
mean_17 = ops.mean(einsum, axis=[1], keepdims=True)
mean_17._keras_history.operation.name = "mean_17"
dense_4 = layers.Dense(3, name="dense_4")(mean_17)
softmax = ops.softmax(dense_4, axis=-1)
batch_norm = ops.batch_normalization(softmax, mean=ops.convert_to_tensor([1.0, 1.0, 1.0], "float32"), variance=ops.convert_to_tensor([1.0, 1.0, 1.0], "float32"), offset=ops.convert_to_tensor([1.0, 1.0, 1.0], "float32"), scale=ops.convert_to_tensor([1.0, 1.0, 1.0], "float32"), axis=-1, epsilon=0.001)
layer_norm = ops.layer_normalization(batch_norm, ops.convert_to_tensor([1.0, 1.0, 1.0], "float32"), ops.convert_to_tensor([1.0, 1.0, 1.0], "float32"), axis=-1, epsilon=None, rms_scaling=False)
average = ops.average(layer_norm, weights=ops.convert_to_tensor([1.0, 1.0, 1.0], "float32"), axis=-1)
model = keras.Model(input_layer, [average, split[0]], name="functional")
