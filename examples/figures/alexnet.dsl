# After AlexNet (Krizhevsky et al. 2012), on one device
Conv2D(96, 11, strides=4, activation=relu)@(227,227,3) -> BatchNormalization -> MaxPooling2D(3, 2)
-> Conv2D(256, 5, padding=same, activation=relu) -> BatchNormalization -> MaxPooling2D(3, 2)
-> Conv2D(384, 3, padding=same, activation=relu)*2 -> Conv2D(256, 3, padding=same, activation=relu) -> MaxPooling2D(3, 2)
-> Flatten -> Dense(4096, activation=relu) -> Dropout(0.5) -> Dense(4096, activation=relu) -> Dropout(0.5)
-> Dense(1000, activation=softmax)
