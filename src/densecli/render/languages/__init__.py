"""The languages that renderers write: each is a type of text, with the only function that quotes its words."""
