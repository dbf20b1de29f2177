"""Functions of keras.ops on symbolic tensors, as configs keep them."""

import keras
from keras import Model, layers, ops

i = keras.Input((4, 6))
a = ops.expand_dims(i, axis=-1)
b = ops.reshape(a, (-1, 24))
c = ops.concatenate([b, b * 2], axis=1)
d = ops.mean(c, axis=1, keepdims=True)
e = ops.clip(i, -1, 1.5)
f = ops.transpose(e, (0, 2, 1))
g = ops.pad(i, [[0, 0], [1, 2], [0, 0]], constant_values=3)
h = ops.split(i, 2, axis=-1)
j = ops.einsum("bij,bjk->bik", i, f)
k = ops.max(g, 1)
m = ops.softmax(j, -1)
n = ops.where(i > 0, i, 0 * i)
o = ops.repeat(ops.squeeze(a, -1), 2, 1)
p = ops.stack([i, n], axis=2)
q = ops.one_hot(ops.argmax(i, axis=-1), 6)
r = ops.cast(q, "float16")
s = ops.top_k(i, 3)[0]
t = ops.swapaxes(i, 1, 2)
u = ops.tile(i, [1, 2, 1])
v = ops.flip(i, axis=1)
w = ops.logsumexp(i, axis=(1, 2))
x = ops.norm(i, axis=-1)
y = ops.take(i, [0, 2], axis=1)
z = ops.leaky_relu(i, 0.3)
functions = Model(i, [d, f, g, *h, m, k, n, o, p, r, s, t, u, v, w, x, y, z, i[:, 1:, 0]])
run_all = Model(i, [d, f, g, *h, m, k, n, o, p, s, t, u, v, w, x, y, z])
