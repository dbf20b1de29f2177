"""U-Net (Ronneberger et al. 2015), with padding, so that all sizes halve and double."""

import keras
from keras import layers


def two_convolutions(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return layers.Conv2D(filters, 3, padding="same", activation="relu")(x)


inputs = keras.Input((256, 256, 1))
skips, x = [], inputs
for filters in (64, 128, 256, 512):
    x = two_convolutions(x, filters)
    skips.append(x)
    x = layers.MaxPooling2D()(x)
x = two_convolutions(x, 1024)
for filters, skip in zip((512, 256, 128, 64), reversed(skips), strict=True):
    x = layers.Conv2DTranspose(filters, 2, strides=2, padding="same")(x)
    x = two_convolutions(layers.concatenate([skip, x]), filters)
model = keras.Model(inputs, layers.Conv2D(2, 1, activation="softmax")(x), name="unet")
