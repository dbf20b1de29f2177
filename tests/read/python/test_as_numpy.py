"""Arrays have NumPy's shapes, and plain numbers NumPy's values; results that depend on array contents are unknown."""

from __future__ import annotations

import numpy as np
import pytest

from densecli.read.python.arrays import Array
from densecli.read.python.values import Unknown
from support.following import followed

LINES = """
a = np.array([[1, 2, 3], [4, 5, 6]]); s = a.shape, a.ndim, a.size, len(a), a.T.shape, a[0].shape, a[0][1]
a = np.array([1, 2]); b = np.array([1.5, 2]); c = np.array([True, False]); d = np.array(5); e = np.array([]); f = np.asarray((1, 2.0)); g = np.array([[1], [2]], dtype="float32"); h = np.array("x").shape
a = np.zeros((2, 3)); b = np.ones(4); c = np.empty([2, 2]); d = np.full((3, 1), 7.0); e = np.zeros_like(a); f = np.eye(3); g = np.eye(2, 3); h = np.identity(2); i = np.ones((1,), dtype="int32"); j = np.zeros((2,), np.float32)
a = np.arange(5); b = np.arange(2, 9); c = np.arange(0, 10, 3); d = np.arange(0.0, 1.0, 0.25); e = np.linspace(0, 1, 7); f = np.linspace(0, 1); g = np.arange(5.0); h = np.logspace(0, 1, num=4)
a = np.random.rand(2, 3); b = np.random.randn(4); c = np.random.random((2, 2)); d = np.random.normal(size=(3, 2)); e = np.random.normal(0, 1, (2, 5)); f = np.random.uniform(0, 1, 6); g = np.random.randint(0, 9, size=(2,)); h = np.random.permutation(5); i = np.random.choice(4, 3); j = np.random.random(3)
a = np.arange(24).reshape(2, 3, 4); b = a.reshape(6, 4); c = a.reshape((-1, 4)); d = a.reshape(2, -1); e = np.reshape(a, (4, 6)); f = a.reshape(-1); g = a.flatten(); h = a.ravel(); i = a.reshape(24); j = a.reshape([3, 8])
a = np.zeros((2, 3, 4)); b = a[0]; c = a[:, 1]; d = a[..., 0]; e = a[None]; f = a[:, np.newaxis]; g = a[1:, :2, ::2]; h = a[0, 1]; i = a[[0, 1]]; j = a[-1]; k = a[..., None]; l = a[:, :, -1]; m = a[0, ..., 1:]; n = a[:, [0, 2]]; o = a[np.array([0, 1, 1])]
a = np.zeros((2, 3)); b = a + 1; c = a * np.zeros((3,)); d = a - np.zeros((2, 1)); e = a / 2; f = 1 - a; g = -a; h = a > 0; i = a @ np.zeros((3, 5)); j = np.dot(a, np.zeros((3, 4))); k = a ** 2; l = np.ones((4, 1)) + np.ones(3); m = 2 * a; n = a == 1; o = np.zeros((3,)) @ np.zeros((3, 2)); p = [1, 2, 3] + a; q = a + (1, 2, 3); r = (1, 2, 3) * a
a = np.zeros((7, 2, 3)); b = a @ np.zeros((3, 4)); c = np.matmul(a, np.zeros((7, 3, 5))); d = np.dot(np.zeros((4,)), np.zeros((4, 2)))
a = np.zeros((2, 3, 4)); b = a.sum(axis=0); c = a.mean(axis=-1); d = a.max(axis=(0, 2)); e = np.sum(a, axis=1); f = a.sum(axis=1, keepdims=True); g = np.mean(a, 0); h = np.argmax(a, axis=-1); i = a.std(0); j = np.amax(a, axis=1); k = a.min(axis=2); l = a.any(axis=0)
a = np.zeros((2, 3)); b = a.transpose(); c = np.transpose(np.zeros((2, 3, 4)), (1, 0, 2)); d = np.zeros((2, 3, 4)).transpose(2, 0, 1); e = np.zeros((2, 3, 4)).transpose((0, 2, 1)); f = np.zeros((2, 3, 4)).T
a = np.zeros((1, 3, 1)); b = a.squeeze(); c = np.squeeze(a); d = a.squeeze(0); e = a.squeeze(axis=-1); f = np.expand_dims(a, 0); g = np.expand_dims(np.zeros((2, 3)), -1); h = np.expand_dims(np.zeros((2, 3)), axis=1)
a = np.concatenate([np.zeros((2, 3)), np.zeros((4, 3))]); b = np.concatenate((np.zeros((2, 3)), np.zeros((2, 5))), axis=1); c = np.vstack([np.zeros(3), np.zeros(3)]); d = np.hstack([np.zeros(3), np.zeros(2)]); e = np.hstack((np.zeros((2, 1)), np.zeros((2, 4)))); f = np.vstack((np.zeros((2, 3)), np.zeros((1, 3)))); g = np.concatenate([np.zeros((2, 3)), np.zeros((2, 3))], axis=-1)
a = np.append(np.zeros((2, 3)), np.zeros((2, 3))); b = np.append(np.zeros((2, 3)), np.zeros((1, 3)), axis=0); c = np.append([1, 2], 3); d = np.append(np.zeros((2, 3)), np.zeros((2, 1)), axis=1)
a = np.stack([np.zeros((2, 3))] * 4); b = np.stack([np.zeros((2, 3))] * 4, axis=-1); c = np.stack((np.zeros(2), np.zeros(2)), axis=1)
a = np.dstack([np.zeros((2, 3)), np.zeros((2, 3))])
a = np.dstack([np.zeros((2, 3, 4)), np.zeros((2, 3, 1))]); b = np.dstack((np.zeros(5), np.zeros(5)))
a = np.column_stack([np.zeros(4), np.zeros(4)]); b = np.column_stack((np.zeros((4, 2)), np.zeros(4)))
a = np.prod((2, 3)), np.prod([2, 3, 4]), np.shape(np.zeros((2, 1))), np.ndim([[1]]), np.sqrt(16), np.ceil(2.1), np.floor(2.9), np.exp(0), np.pi, int(np.prod([4, 5])), np.log2(8)
a = np.sqrt(np.zeros((2, 3))); b = np.exp([1, 2]); c = np.clip(np.zeros((2,)), 0, 1); d = np.abs(np.zeros((1, 2))); e = np.log(np.ones((3, 2))); f = np.round(np.zeros((2, 2)), 1); g = np.maximum(np.zeros((2, 3)), 0); h = np.add(np.zeros((2, 1)), np.zeros(3)); i = np.flip(np.zeros((2, 3)))
a = np.zeros((3, 2)).astype("float32"); b = np.zeros((3, 2)).astype(np.int32); c = np.zeros(2).copy(); d = np.array([1, 2]).tolist()
a = [r.shape for r in np.zeros((2, 3))]; b = [int(v) for v in np.array([4, 5])]; c = [len(r) for r in np.array([[1, 2], [3, 4]])]; d = list(range(np.zeros((3, 1)).shape[0]))
x = np.zeros((10, 28, 28)); x = x.reshape(x.shape[0], 28, 28, 1).astype("float32") / 255; s = x.shape[1:]; n = int(x.shape[0] * 0.8); t, v = x[:n], x[n:]; u = x[-3:]; w = x[2:2]; y = x[::3]; z = x[8:20]
a = np.float32(3); b = np.array([[1, 2], [3, 4]])[1]; c = np.array([[1, 2], [3, 4]])[1][0]; d = [[1, 2], [3, 4]]; e = np.array(d).shape; f = np.array([np.zeros(3), np.zeros(3)]); g = np.array([(1, 2), [3, 4]]).shape; h = np.array(range(4))
a, b = np.zeros((2, 3)); c, *d = np.array([1, 2, 3]); (e, f), g = np.zeros((2, 4)), np.zeros(1)
a = np.array([[1, 2], [3, 4]]).reshape(4)[2]; b = np.array([1, 2, 3, 4]).reshape(2, 2)[1][0]; c = np.arange(6).reshape(2, 3)[1][2]
a = 3 in [np.zeros((2, 3)).shape[1]]; b = np.zeros((2, 3)).shape == (2, 3); c = np.zeros((2, 3)).shape[-1] * 2; d = (None, *np.zeros((2, 3)).shape)
a = np.zeros((2, 0)).reshape(0, 2); b = np.zeros((2, 0)).sum(axis=0); c = np.array([[], []])
"""
# Python's exception: the same one ends the source in densecli.
WRONG = """
np.zeros((2, 3)).reshape(4, -1)
np.zeros((2, 3)) + np.zeros((2, 4))
np.zeros((2, 3))[0, 0, 0]
np.array([1, 2])[5]
"""
# What nobody knows without the numbers inside, or what densecli does not compute: never a guess.
UNKNOWN = """
np.zeros((2, 3)).sum()
np.zeros((2, 3)).max()
np.random.rand()
np.unique(np.zeros(5)).shape[0]
np.zeros((4, 2))[np.zeros(4) > 0].shape[0]
np.zeros((2, 3))[0, 0]
np.load("x.npy")
np.random.normal()
np.zeros((2, 3)).take([0]).shape
np.zeros((2, 3)).transpose(0, 5).shape
1 if np.zeros(3) else 2
np.array(nowhere.f()).shape
(np.array(nowhere.f()) + np.zeros(3)).shape
(np.zeros(3) * np.asarray(nowhere.f())).shape
np.array(nowhere.f()).sum(axis=0).shape
np.array(nowhere.f()).T.shape
np.array(nowhere.f())[0]
np.array(nowhere.f())[:5].shape
len(np.array(nowhere.f()))
np.concatenate([np.zeros(3), np.array(nowhere.f())]).shape
np.concatenate(nowhere.f()).shape
np.vstack([np.zeros(3), nowhere.f()]).shape
np.zeros(nowhere.f()).shape
np.zeros((2, nowhere.f())).size
np.zeros((2, 3)).reshape(nowhere.f()).shape
np.zeros((2, 3))[nowhere.f()].shape
np.zeros((2, 3))[:nowhere.f()].shape[0]
np.arange(nowhere.f()).shape[0]
"""


def shown(value):
    """A value as far as densecli knows it: an array is its shape."""
    if isinstance(value, Array | np.ndarray):
        return ("array", tuple(value.shape))
    if isinstance(value, tuple | list):
        return (type(value).__name__ if type(value) in (tuple, list) else "tuple", [shown(each) for each in value])
    return value.item() if isinstance(value, np.generic) else value


@pytest.mark.parametrize("text", LINES.strip().splitlines())
def test_every_array_has_the_shape_that_numpy_gives_it(text):
    truth = {"np": np}
    exec(compile(text, "-", "exec", dont_inherit=True), truth)
    found = followed(text)
    wanted = {name: shown(value) for name, value in truth.items() if name not in ("np", "__builtins__")}
    assert {name: shown(found.get(name)) for name in wanted} == wanted


DTYPES = """
np.zeros(2)
np.zeros(2, "float32") + np.zeros(2, "float32")
np.zeros(2, "float32") + np.zeros(2)
np.zeros(2, "int32") * np.zeros(2, "int64")
np.zeros(2, dtype="uint8") / 2
np.zeros(2, dtype="bool") | np.zeros(2, dtype="bool")
np.array([1, 2]) + 1
np.array([1, 2]) + 1.5
np.array([1.5]) + np.array([2])
np.array([True])
np.zeros(3) > 0
np.zeros(3).astype("float16")
np.zeros(3).astype(np.int32)
np.float32(np.zeros(3))
np.arange(3)
np.arange(0.0, 1.0, 0.5)
np.zeros((2, 2), "float32").reshape(4)
np.zeros((2, 2), "float32")[0]
np.zeros((2, 2), "float32").T
np.zeros((2, 2), "float32").sum(axis=0)
np.concatenate([np.zeros(2, "float32"), np.zeros(2, "float32")])
"""


@pytest.mark.parametrize("text", DTYPES.strip().splitlines())
def test_every_array_has_the_dtype_that_numpy_gives_it(text):
    assert followed(f"a = {text}")["a"].dtype == eval(text, {"np": np}).dtype.name


@pytest.mark.parametrize("text", WRONG.strip().splitlines())
def test_what_numpy_refuses_raises_in_the_source(text):
    with pytest.raises((ValueError, IndexError)) as caught:
        exec(text, {"np": np})
    kind = type(caught.value).__name__
    found = followed(f"try:\n    {text}\nexcept {kind}:\n    a = 'refused'")
    assert found["a"] == "refused"


@pytest.mark.parametrize("text", UNKNOWN.strip().splitlines())
def test_what_only_the_numbers_tell_is_unknown(text):
    assert isinstance(followed(f"a = {text}")["a"], Unknown)
