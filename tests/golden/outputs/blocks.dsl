Conv2D(8, 3, padding=same)@(8,8,3)
-> ([_ | Conv2D(8, 3, padding=same) -> Activation(relu) -> Conv2D(8, 3, padding=same)] -> Add)*3
-> Flatten
-> Dense(10, activation=softmax)
