"""Models of keras.applications as people start from them."""

import keras
from keras import Model, Sequential, layers
from keras.applications import EfficientNetB0, MobileNetV2, ResNet50
from keras.applications.densenet import DenseNet121
from keras.applications.densenet import preprocess_input as prepare_densenet
from keras.applications.vgg16 import VGG16, preprocess_input

base = MobileNetV2(input_shape=(96, 96, 3), include_top=False, weights="imagenet")
base.trainable = False
inputs = keras.Input((96, 96, 3))
x = keras.applications.mobilenet_v2.preprocess_input(inputs)
x = base(x, training=False)
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dropout(0.2)(x)
transfer = Model(inputs, layers.Dense(1)(x))

fine = MobileNetV2(input_shape=(96, 96, 3), include_top=False, weights=None)
fine.trainable = True
for layer in fine.layers[:100]:
    layer.trainable = False

stack = Sequential([VGG16(include_top=False, input_shape=(48, 48, 3)), layers.Flatten(), layers.Dense(3)])
stack.layers[0].trainable = False

resnet = ResNet50(weights="imagenet", include_top=False, input_tensor=layers.Input(shape=(64, 64, 3)))
middle = resnet.get_layer("conv3_block4_out").output
cut = Model(inputs=resnet.input, outputs=layers.Dense(5)(layers.GlobalMaxPooling2D()(middle)))
for layer in cut.layers[-6:]:
    layer.trainable = not isinstance(layer, layers.BatchNormalization)

own = Model(resnet.inputs, layers.Dense(2, name="own")(resnet.layers[-1].output))

images = keras.Input((64, 64, 3))
both = Model(
    images,
    layers.concatenate(
        [
            VGG16(include_top=False, pooling="avg", input_shape=(64, 64, 3))(preprocess_input(images)),
            DenseNet121(include_top=False, pooling="max", input_shape=(64, 64, 3), name="second")(
                prepare_densenet(images)
            ),
        ]
    ),
)

going_on = keras.Input((32, 32, 8))
start = layers.Conv2D(3, 1)(going_on)
behind = VGG16(include_top=False, weights=None, input_tensor=start, pooling="avg")
small = EfficientNetB0(weights=None, classes=7, input_shape=(40, 40, 3), classifier_activation=None)
named = [getattr(keras.applications, each)(weights=None, include_top=False) for each in ("MobileNet", "Xception")][1]
