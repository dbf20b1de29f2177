"""Containers of models: `.keras` archives, HDF5 files, manifests."""
