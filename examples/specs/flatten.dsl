# The same stack as text: arrows between layers, @ gives the shape of one sample.
Dense(16)@(3,2) -> Activation(relu) -> Flatten -> Dense(4, name=out)
