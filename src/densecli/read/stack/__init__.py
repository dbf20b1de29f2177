"""The DSL: a stack such as `Dense(16)@(3,2) -> Flatten` read into a graph."""
