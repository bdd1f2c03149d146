"""Names of columns in a contract: lower case, one word, each once."""

from __future__ import annotations

from cdp_lake.bronze.assessment.meanings import words_of

# Parsed rows have columns of their own by these names.
_TAKEN = frozenset({"payload", "rules"})


class Names:
    """Gives every column of a contract a name of its own."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def name(self, path: str, meaning: str | None, place: int) -> str:
        """The name of a column: its header as one word, its meaning where the header is Chinese."""
        words = words_of(path)
        if not words.isascii():
            words = meaning or _spelled(words)
        plain = "_".join(words.split("_")[-2:]) if "." in path else words
        plain = plain if plain and plain[0].isalpha() else f"column_{plain or place}"
        plain = f"{plain}_text" if plain in _TAKEN else plain
        found, number = plain, 2
        while found in self._given:
            found, number = f"{plain}_{number}", number + 1
        self._given.add(found)
        return found


def source_name(text: str) -> str:
    """What to call a source after the name of a file: lower case, one word, Chinese as it sounds."""
    words = words_of(text)
    plain = words if words.isascii() else _spelled(words)
    return plain if plain[:1].isalpha() else f"source_{plain}".rstrip("_")


def _spelled(words: str) -> str:
    from pypinyin import lazy_pinyin  # as slow to import as all the rest together

    return "_".join(words_of(syllable) for syllable in lazy_pinyin(words)).replace("__", "_").strip("_")
