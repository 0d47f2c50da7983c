"""What ``bihuan bench`` measures: one module a subject, each in ledgers of its own that are thrown away afterwards."""
