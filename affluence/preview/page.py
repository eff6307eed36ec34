"""The pages that a browser is given: HTML, and their style sheet."""

from __future__ import annotations

from importlib import resources

from affluence.indicators.plain_words import tidy
from affluence.preview.notices import Notice
from affluence.preview.overview import Overview
from affluence.preview.view import view
from affluence.publication.rendering import environment


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
    templates = environment("affluence.preview")
    return templates.get_template(template).render(values, tidy=tidy).encode()
