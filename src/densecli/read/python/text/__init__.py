"""Python source as text: what is accepted, how it becomes an `ast`, and where each node stands in the text that users see."""
