"""The files of a folder, without those that git ignores."""
