"""The demonstration: a made-up county, two messy workbooks, a simulated quarter of work."""
