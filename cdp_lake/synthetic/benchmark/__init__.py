"""The identity benchmark: the generator's people, noise and traps as one flat file that any matching tool can read.

`crowd` says who there is, what changes in their lives and which values mislead; `forms` writes down what five source
systems would hold of them; `files` publishes records, truth, traps and a datasheet. Same seed, same bytes.
"""

from cdp_lake.synthetic.benchmark.files import Published, publish

__all__ = ["Published", "publish"]
