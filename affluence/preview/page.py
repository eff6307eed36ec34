"""The pages that a browser is given: HTML, and their style sheet."""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from affluence.indicators.plain_words import tidy
from affluence.preview.notices import Notice
from affluence.preview.overview import Overview
from affluence.preview.view import view


def preview_page(
    overview: Overview, notice: Notice | None, *, form_secret: str, frame_secret: str
) -> bytes:
    """The page with everything on it, below what just happened if anything did.

    Args:
        overview: how everything stands.
        notice: what just happened.
        form_secret: sent back with each form (`affluence.preview.access`).
        frame_secret: part of the addresses of the framed sites.

    """
    page = view(overview, frame_secret)
    return _render("preview.html.jinja", page=page, notice=notice, form_secret=form_secret)


def notice_page(notice: Notice) -> bytes:
    """A page that says one thing, in the place of what was asked for."""
    return _render("notice.html.jinja", notice=notice)


def style_sheet() -> bytes:
    """The style of both."""
    return resources.files(__package__).joinpath("templates", "preview.css").read_bytes()


def _render(template: str, **values: object) -> bytes:
    return _environment().get_template(template).render(values).encode()


@cache
def _environment() -> Environment:
    """Made at the first page: importing this module compiles nothing."""
    made = Environment(
        loader=PackageLoader("affluence.preview", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["tidy"] = tidy
    return made
