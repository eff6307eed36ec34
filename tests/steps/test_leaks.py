"""A release with anything confidential in it goes nowhere, whatever the target and the command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from affluence import webmaster
from affluence.config import load
from affluence.errors import RefusedPublicationError
from affluence.publication import portal
from affluence.publication.portal import Portal
from affluence.steps.leaks import confidential_of
from affluence.store import open_store
from tests.conftest import ConfigWriter
from tests.records import week
from tests.runs import files_under, noon, publish, run

RELEASES = '[target.web]\nkind = "releases"\nfolder = "web"\n'


@pytest.fixture
def desk(small_platform: ConfigWriter) -> Path:
    """A desk with two weeks published in two kinds of places, and a third week that is new."""
    config = small_platform(extra=RELEASES)
    for first in (2, 9, 16):
        if first == 16:
            run(config)
        (config.parent / "records" / f"{first}.csv").write_text(week(first))
    return config


Plant = Callable[[str | bytes], None]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Put something into the calendar of the site that is built next."""
    join = portal.join_sites

    def into(what: str | bytes) -> None:
        def planted(*args: Any) -> Portal:
            built = join(*args)
            body = what if isinstance(what, bytes) else what.encode()
            files = {**built.files} | {
                "affluence.ics": built.files.get("affluence.ics", b"") + body
            }
            return Portal(files=files, release=built.release)

        monkeypatch.setattr(portal, "join_sites", planted)

    return into


def published(config: Path) -> dict[str, dict[str, bytes]]:
    folders = {"site": config.parent / "site", "web": config.parent / "web" / "current"}
    return {name: files_under(folder.resolve()) for name, folder in folders.items()}


def planted_matter(config: Path) -> dict[str, str | bytes]:
    state = config.parent / ".affluence"
    legs = pl.read_parquet(next((state / "lake" / "legs").rglob("*.parquet")))
    key = next((state / "keys").iterdir()).read_text()
    return {
        "a telephone number": "06 39 98 12 34",
        "a pseudonym": str(legs["caller"][0]),
        "a key": key,
        "a path of this machine": str(state),
        "a path": str(config.parent / "records"),
        "a path of this": str(config.parent / "web"),
        "a telephone number that": b"\xff\xfe0639981234",
    }


def test_each_kind_is_refused_and_the_old_site_stays(desk: Path, plant: Plant) -> None:
    before = published(desk)
    assert all(len(files) > 10 for files in before.values())
    for words, matter in planted_matter(desk).items():
        plant(matter)
        with pytest.raises(RefusedPublicationError, match=f"affluence.ics: {words}") as refused:
            run(desk)
        written = matter if isinstance(matter, str) else matter[2:].decode()
        assert written not in str(refused.value)
        assert published(desk) == before
        with pytest.raises(RefusedPublicationError):
            publish(desk, correction=True, force=True, reason="nothing forces this")
        assert published(desk) == before


def test_what_the_configuration_says_is_looked_through(desk: Path) -> None:
    before = published(desk)
    secret = desk.parent / ".affluence"
    text = desk.read_text()
    for old, new in (
        ('name = "Desk"', f'name = "Desk in {secret}"'),
        ('name = "Desk"', 'name = "Desk, 06 39 98 12 34"'),
        ("[target.site]", f'[platform.desk.page]\nprice = "{desk.parent}/records"\n[target.site]'),
    ):
        desk.write_text(text.replace(old, new))
        with pytest.raises(RefusedPublicationError):
            run(desk)
        assert published(desk) == before
    desk.write_text(text)
    assert run(desk).delivered_to == ["site", "web"]


def test_nothing_that_leaks_waits_for_approval(desk: Path, plant: Plant) -> None:
    desk.write_text(desk.read_text().replace("[publication]", '[publication]\nmode = "approve"'))
    plant(str(desk.parent / ".affluence"))
    with pytest.raises(RefusedPublicationError):
        run(desk)
    state = load(desk).state
    with open_store(state.folder, state.keys_folder) as store:
        assert store.ledger.publications.waiting() is None


def test_a_withdrawal_is_looked_through_too(desk: Path, plant: Plant) -> None:
    before = published(desk)
    plant("0639981234")
    with pytest.raises(RefusedPublicationError, match=r"affluence.ics: a telephone number"):
        webmaster.withdraw(load(desk), None, "", noon(date(2026, 3, 23)))
    assert published(desk) == before


def test_what_was_kept_is_looked_through_again(desk: Path) -> None:
    """What was no leak when it was built may be one now: the secret is new."""
    run(desk)
    shelf = desk.parent / ".affluence" / "releases"
    for calendar in shelf.rglob("affluence.ics"):
        calendar.write_bytes(calendar.read_bytes() + b"0639981234")
    before = published(desk)
    with pytest.raises(RefusedPublicationError, match=r"affluence.ics: a telephone number"):
        webmaster.rollback(load(desk), 1, "", noon(date(2026, 3, 23)))
    assert published(desk) == before


def test_secrets_servers_and_persons_are_those_of_the_configuration(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFFLUENCE_TEST_SECRET", "correct horse")
    settings = load(desk)

    class Wider:
        """The same with what sources and targets elsewhere have."""

        platform = settings.platform

        def model_dump(self) -> dict[str, Any]:
            dumped = settings.model_dump()
            dumped["network"]["proxy"] = "http://proxy.example.gouv.fr:3128"
            dumped["target"]["far"] = {
                "url": "https://webdav.example.gouv.fr/affluence/",
                "user": "depot",
                "password": "env:AFFLUENCE_TEST_SECRET",
                "key": "file:/nowhere/at/all",
                "folder": "/srv/www/affluence",
                "until": datetime(2026, 1, 1, tzinfo=UTC),
            }
            dumped["network"]["relay"] = {"user": "desk"}  # as the platform, which is public
            dumped["platform"]["desk"]["source"] |= {"host": "www.example.gouv.fr"}
            dumped["platform"]["desk"]["page"] |= {"public_url": "https://www.example.gouv.fr/a/"}
            return dumped

    with open_store(settings.state.folder, settings.state.keys_folder) as store:
        found = confidential_of(Wider(), store)  # type: ignore[arg-type]
        keys = [bytes.fromhex(p.read_text()) for p in settings.state.keys_folder.iterdir()]
    assert found.secrets == {"correct horse"}
    assert found.servers == {"proxy.example.gouv.fr", "webdav.example.gouv.fr", "depot"}
    assert {"/srv/www/affluence", str(settings.state.folder)} <= set(found.paths)
    assert found.keys == keys
    assert found.own_phones == {"33199001234"}
