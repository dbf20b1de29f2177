"""Readers: text and files of every kind become a Graph."""
