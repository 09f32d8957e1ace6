"""Text from outside, so that a reader sees what is there: nothing that hides, reorders or breaks out of its line."""

import json
import unicodedata

from remit.domain.model import Json

# Controls, formats (among them those that turn the direction of text), line and paragraph separators, halves of surrogate pairs.
_UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Cs"}


def visible(text: str) -> str:
    """The text on one line, with each character that is not seen, or that moves others, written as its JSON escape."""
    if text.isprintable():
        # Nothing of Unicode's categories Other and Separator but spaces, as almost every text is.
        return text
    return "".join(_escape(character) if unicodedata.category(character) in _UNSEEN else character for character in text)


def exact(value: Json) -> str:
    """The value as JSON on several lines: nothing left out, nothing invisible, and still the same value when it is read."""
    return "\n".join(visible(line) for line in json.dumps(value, indent=2, ensure_ascii=False).split("\n"))


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[index : index + 4]}" for index in range(0, len(units), 4))
