"""Drafting: papers that start from templates and the ledger's figures, checked before they are final."""
