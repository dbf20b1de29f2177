Conv1D(4, 3)@(none,2) -> Dense(8, trainable=false, dtype=mixed_float16) -> Dense(2)
