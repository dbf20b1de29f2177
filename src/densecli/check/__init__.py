"""Checking models: expectations, assertions, lock files and differences, all as plain data for the renderers."""
