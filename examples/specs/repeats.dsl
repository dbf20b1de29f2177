# Repeats: each copy has weights of its own.
Dense(64, activation=relu)@(32,) -> (Dense(64) -> BatchNormalization -> ReLU)*3 -> Dense(10)
