"""The command line: it parses, calls an action or a query, and shows."""
