"""Decodes bytes to text, and parses text to plain values with places."""
