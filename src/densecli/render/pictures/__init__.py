"""Pictures of what layers do: the facts come from the layer (`Layer.picture`), the drawing is here."""
