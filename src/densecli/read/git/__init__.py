"""The files of a git repository as they were at another revision."""
