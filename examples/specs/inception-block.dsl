# The first inception block of GoogLeNet (Szegedy et al. 2014): four branches side by side, joined along the channels.
[ Conv2D(64, 1, activation=relu)
| Conv2D(96, 1, activation=relu) -> Conv2D(128, 3, padding=same, activation=relu)
| Conv2D(16, 1, activation=relu) -> Conv2D(32, 5, padding=same, activation=relu)
| MaxPooling2D(3, strides=1, padding=same) -> Conv2D(32, 1, activation=relu)
]@(28,28,192) -> Concatenate
