"""How a name in letters sounds, roughly: spellings that are heard alike get one key.

A short English key of our own, coarser than Metaphone: Sarah and Zara, Lee and Leigh, Thompson and Tomson agree.
"""

import re
from functools import lru_cache

_SPELLINGS = (
    (r"(?<=[aeiou])gh", ""),
    (r"^(?:kn|gn|pn)", "n"),
    (r"^wr", "r"),
    (r"ph", "f"),
    (r"sch|sh|tch|ch", "x"),
    (r"ck", "k"),
    (r"c(?=[eiy])", "s"),
    (r"[cq]", "k"),
    (r"[zs]+", "s"),
    (r"mps", "ms"),
    (r"v", "f"),
    (r"dge?|g(?=[eiy])", "j"),
    (r"(?<=.)[aeiouhwy]+", ""),
    (r"^[aeiou]+", "a"),
    (r"(.)\1+", r"\1"),
)
_RULES = tuple((re.compile(pattern), said) for pattern, said in _SPELLINGS)


@lru_cache(maxsize=65_536)
def sound(word: str | None) -> str | None:
    """The key of a lower-case word of plain letters."""
    if not word:
        return None
    said = word
    for pattern, replacement in _RULES:
        said = pattern.sub(replacement, said)
    return said or None
