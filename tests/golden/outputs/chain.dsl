Dense(16, activation=relu)@(3,2) -> Flatten -> Dense(4, use_bias=false)
