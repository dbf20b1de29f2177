"""From Python source to graphs: an interpreter that follows a file without running a line of it."""
