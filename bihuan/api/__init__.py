"""The API: everything that the pages do, for programs that act in a person's name (docs/howto/api.md)."""
