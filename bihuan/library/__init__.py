"""The library: documents, search, and the proofreader."""
