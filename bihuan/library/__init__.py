"""The library: documents taken in, split, recognised, found again, turned into tasks; and the proofreader."""
