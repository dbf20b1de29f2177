[[Dense(4, name=left)@(3,) | Dense(5)@(7,) -> Dense(4, kernel_regularizer=L2(l2=0.01))] -> Add -> [_ | Dense(4)] -> Concatenate -> Dense(2, name=out) | left]
