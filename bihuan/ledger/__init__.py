"""The ledger: the only writer of facts, and all that is projected from them."""
