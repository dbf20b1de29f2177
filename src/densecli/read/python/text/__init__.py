"""Python source as text: the accepted forms, parsing to an `ast`, and the place of each node in the text that users see."""
