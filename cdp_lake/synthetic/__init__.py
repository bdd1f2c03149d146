"""The seeded shop generator: a real year of baskets with invented people, noisy source systems and the truth.

`world` says what is true (households, people, traps), `behaviour`, `devices` and `sessions` what people did,
`sources` writes what each system would have recorded of it, and `truth` what an identity engine should find.
Same seed, same bytes.
"""

from cdp_lake.synthetic.generate import Summary, generate

__all__ = ["Summary", "generate"]
