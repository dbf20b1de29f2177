"""Shared test helpers: folders, recorded answers, generated inputs, golden files, hostile names, and the program from outside."""
