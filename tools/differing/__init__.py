"""Random cases for Keras and densecli; tools/differential.py runs them."""
