"""The same tables by another engine: DuckDB, with Polars to cut files into lines, written to Delta by delta-rs.

Nothing here calls the Spark code it is compared with. The settings objects are read, so a changed contract, trait or
segment changes both sides; and two kernels that are tables of a library and not logic of a query are called over
distinct values: phone numbers (`e164`) and personal names (`parsed_name`).
"""
