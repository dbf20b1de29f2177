"""Python source becomes graphs: an interpreter that follows a file without running a line of it."""
