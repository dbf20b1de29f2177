"""Judging models: expectations, assertions, lock files and differences, each as plain data that a renderer can show."""
