"""Random Python programs that build models as people write them; every statement has been tried in Keras."""
