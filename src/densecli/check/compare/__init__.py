"""Comparing two models: outlines, alignment, differences and lock files."""
