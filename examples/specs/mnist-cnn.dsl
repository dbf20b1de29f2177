# The small CNN of the Keras examples, for 28 × 28 digits.
Conv2D(32, 3, activation=relu)@(28,28,1)
-> MaxPooling2D
-> Conv2D(64, 3, activation=relu)
-> MaxPooling2D
-> Flatten
-> Dropout(.5)
-> Dense(10, activation=softmax)
