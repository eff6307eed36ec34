"""Telephone numbers in a text, however people write them; two are one if their digits are."""

from __future__ import annotations

import re
from collections.abc import Collection

# A number dialled in France or abroad, with what people put between its digits. It begins with its
# first sign: what stands before is looked at only where there is one.
_PHONE = re.compile(
    r"[0+](?<!\d.)(?:"
    r"(?<=0)[1-9](?:[\s.\-‑–/()]{0,2}\d){8}"
    r"|(?:(?<=\+)|(?<=0)0)[\s(]?[1-9](?:[\s.\-‑–/()]{0,3}\d){6,13}"
    r")(?!\d)"
)
# The digits of a hash can look like a number by chance.
_HASH = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{12}(?=\.(?:css|svg|woff2)))\b")


def foreign_numbers(text: str, own: Collection[str]) -> set[str]:
    """Digits of every telephone number in a text but for these, written as by `digits_of`."""
    return {digits_of(number) for number in _PHONE.findall(_HASH.sub("", text))} - set(own)


def digits_of(number: str) -> str:
    """A number in one form, without « + », « 00 », the French 0 or the « (0) » of habit."""
    digits = re.sub(r"\D", "", number.replace("(0)", ""))
    if digits.startswith("00"):
        return digits[2:]
    return f"33{digits[1:]}" if digits.startswith("0") else digits
