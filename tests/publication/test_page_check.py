"""The check of a page is proven by sound pages with one defect each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from affluence.publication.site import build_site
from tests.browser import NEEDS_CHROMIUM

from .editions import full_edition
from .page_check import expected_of, problems, visited
from .page_defects import DEFECTS, Defect
from .serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = NEEDS_CHROMIUM

SITE = build_site(full_edition(languages=("fr", "en", "ar")))


def found(browser: Browser, path: str, body: bytes) -> list[str]:
    with served({path: body}) as address, visited(browser, f"{address}/{path}") as visit:
        return problems(visit, expected_of(path))


@pytest.mark.parametrize("path", sorted({defect.path for defect in DEFECTS}))
def test_a_sound_page_has_no_problem(browser: Browser, path: str) -> None:
    assert found(browser, path, SITE[path]) == []


@pytest.mark.parametrize("defect", DEFECTS, ids=[defect.name for defect in DEFECTS])
def test_every_defect_is_found(browser: Browser, defect: Defect) -> None:
    sound = SITE[defect.path].decode()
    changed = defect.change(sound)
    assert changed != sound
    told = found(browser, defect.path, changed.encode())
    assert any(defect.problem in problem for problem in told), told


def test_no_defect_is_told_twice() -> None:
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS) >= 15 + 12
