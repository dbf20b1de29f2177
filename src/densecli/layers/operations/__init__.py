"""Functions on tensors, as files hold them: shapes, products, windows, spectra."""
