"""The web pages: a door; they parse, call an action or a query, and show."""
