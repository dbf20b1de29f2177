"""The languages that renderers write: each is a kind of text, with the only function that quotes a word of it."""
