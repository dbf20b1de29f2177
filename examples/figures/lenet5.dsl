# LeNet-5 (LeCun et al. 1998)
Conv2D(6, 5, padding=same, activation=tanh)@(28,28,1) -> AveragePooling2D(2)
-> Conv2D(16, 5, activation=tanh) -> AveragePooling2D(2)
-> Flatten -> Dense(120, activation=tanh) -> Dense(84, activation=tanh) -> Dense(10, activation=softmax)
