"""The models of keras.applications: one module per family, each a short builder that follows the published architecture."""
