"""Model summaries with Keras' exact numbers, without Keras."""

__version__ = "0.1.0"
