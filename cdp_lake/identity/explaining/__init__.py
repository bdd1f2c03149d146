"""Explaining: why records are one profile, or two. A case is read from the tables, restricted to a few profiles;
paths, cuts and joints are found in its small graph, in memory.
"""
