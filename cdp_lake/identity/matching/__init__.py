"""Matching: how alike two records are, and how probable it is that they are one entity.

Comparisons grade how far two records agree in a field; blocking proposes the pairs worth grading; a Fellegi-Sunter
model turns grades into the probability of a match; and the groups that pairs form are cut where they do not hold.
"""
