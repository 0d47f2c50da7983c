"""The library: documents taken in, split, recognised, found again, and turned into tasks."""
