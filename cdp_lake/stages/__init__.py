"""The use cases: each stage reads by contract, calls rooms, checks, commits and publishes."""
