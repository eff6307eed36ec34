"""The page read back without any code of the product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

VOID = ("meta", "br", "circle", "rect", "path")


class Reading(HTMLParser):
    """Cells of tables by the id of the table, all text, and every tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.items: list[str] = []
        self._open: list[str] = []
        self._table = ""
        self.feed(page)
        self.close()
        assert self._open == []

    @property
    def text(self) -> str:
        """All that is said, spaces made one."""
        return plain(" ".join(self.texts))

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of each element of this name."""
        return [attributes for name, attributes in self.tags if name == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self._table = attributes["id"]
            self.tables[self._table] = []
        elif tag == "tr":
            self.tables[self._table].append([])
        elif tag in ("td", "th"):
            self.tables[self._table][-1].append("")
        elif tag == "li":
            self.items.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        self.texts.append(data)
        if "td" in self._open or "th" in self._open:
            cells = self.tables[self._table][-1]
            cells[-1] = plain(f"{cells[-1]} {data}")
        if "li" in self._open:
            self.items[-1] = plain(f"{self.items[-1]} {data}")


def plain(text: str) -> str:
    """Every kind of space made one."""
    return re.sub(r"\s+", " ", text).strip()


def share(text: str) -> float:
    """« 12,3 % » as 0.123."""
    found = re.fullmatch(r"(\d+),(\d) %", text)
    assert found, text
    return int(found[1] + found[2]) / 1000


def numbers(text: str) -> Iterator[int]:
    """« 12 345 » and the like, as they come; no shares."""
    for found in re.finditer(r"(?<![\d,])\d{1,3}(?: \d{3})*(?![\d,])", text):
        yield int(found[0].replace(" ", ""))
