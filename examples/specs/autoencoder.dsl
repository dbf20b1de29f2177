# A convolutional autoencoder: 28 × 28 pixels through a 7 × 7 × 8 bottleneck and back.
Conv2D(16, 3, strides=2, padding=same, activation=relu)@(28,28,1)
-> Conv2D(8, 3, strides=2, padding=same, activation=relu, name=bottleneck)
-> Conv2DTranspose(8, 3, strides=2, padding=same, activation=relu)
-> Conv2DTranspose(16, 3, strides=2, padding=same, activation=relu)
-> Conv2D(1, 3, padding=same, activation=sigmoid)
