"""The Keras-style table: columns, rows, widths and lines."""
