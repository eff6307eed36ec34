"""A page read back the way a strict browser would: a tree of elements and what breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

# Elements that have no end tag.
VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
UNREAD = ("style", "script")
SOFT_HYPHEN = "\u00ad"


@dataclass(slots=True)
class Element:
    """An element with its attributes and, in order, its texts and elements."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator[Element]:
        """Every element below this one with one of these tags; every element if none is named."""
        waiting = self.children[::-1]
        while waiting:
            child = waiting.pop()
            if isinstance(child, Element):
                if not tags or child.tag in tags:
                    yield child
                waiting += child.children[::-1]

    @property
    def text(self) -> str:
        """What is read aloud: hidden parts left out, spaces made one, soft hyphens dropped."""
        return " ".join("".join(self.texts()).replace(SOFT_HYPHEN, "").split())

    def texts(self) -> Iterator[str]:
        """Every text that is not hidden, as it is written."""
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.attributes.get("aria-hidden") != "true" and child.tag not in UNREAD:
                yield from child.texts()


@lru_cache(maxsize=64)  # the pages of one site: read to check it, then to look for leaks
def parse(html: str) -> tuple[Element, tuple[str, ...]]:
    """The tree of a page, that nobody may change, and each place where its tags do not match."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    unclosed = [f"<{element.tag}> is never closed" for element in reader.open[1:]]
    return reader.open[0], (*reader.problems, *unclosed)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("#document")]
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        last = self.open[-1].children[-1]
        if tag not in VOID and isinstance(last, Element):
            self.open.append(last)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.open[-1].children.append(Element(tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        if len(self.open) > 1 and self.open[-1].tag == tag:
            self.open.pop()
        else:
            line, _ = self.getpos()
            self.problems.append(f"</{tag}> on line {line} closes <{self.open[-1].tag}>")

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)
