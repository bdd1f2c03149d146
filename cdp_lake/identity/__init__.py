"""Identity: which records are one person. Identifiers are guarded, shared values become star edges, a graph
engine finds components, limits are kept, and components get durable profile ids by overlap with the last run.
"""
