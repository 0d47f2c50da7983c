"""The stand-alone verifier of exported ledgers; it never imports the package."""
