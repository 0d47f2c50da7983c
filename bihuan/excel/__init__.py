"""Excel ledgers: read, previewed, committed, written back."""
