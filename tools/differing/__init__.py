"""Random questions that Keras and densecli both answer; tools/differential.py asks them."""
