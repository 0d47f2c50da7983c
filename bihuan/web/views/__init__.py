"""Views: they parse, call an action or a query, and show."""
