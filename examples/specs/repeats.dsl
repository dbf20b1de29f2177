# Repeats: each copy has its own weights.
Dense(64, activation=relu)@(32,) -> (Dense(64) -> BatchNormalization -> ReLU)*3 -> Dense(10)
