"""Corrections: what a person says a record should have said; bronze keeps what it did say.

`csv_record` and `json_record` change one value inside a text and leave every other character alone, `edits` does so by
the columns of a contract, and `in_force` says which correction of a record counts and what it is read as from then on.
"""
