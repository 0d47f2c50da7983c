"""Reports: context (pure data) → Word and Excel files that carry the manifest of their figures; verification of both."""
