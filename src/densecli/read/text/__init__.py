"""Bytes become text, and text becomes plain values with places."""
