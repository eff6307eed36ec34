"""Where the report goes, and where it must not be."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest

from affluence.config import load
from affluence.errors import RefusedPublicationError, ReportFolderError
from affluence.publication.leaks import Confidential, Kind, find_leaks
from affluence.report_folder import MARKER, check_place, reports_among, write_report
from tests.runs import publish
from tests.test_cli import affluence

from .desk import TODAY, report_files, reported

FILES = {"index.html": b"one", "csv/a.csv": b"two"}


def test_a_report_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "rapport"
    write_report(FILES, place, public=())
    assert (place / "csv" / "a.csv").read_bytes() == b"two"
    write_report({"index.html": b"newer"}, place, public=())
    assert {path.name for path in place.rglob("*")} == {"index.html", MARKER}
    assert [path.name for path in place.parent.iterdir()] == ["rapport"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    write_report(FILES, tmp_path, public=())
    assert (tmp_path / "index.html").exists()


def test_what_is_no_report_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ReportFolderError, match=r"holds thesis\.txt, which no report has written"):
        write_report(FILES, tmp_path, public=())
    with pytest.raises(ReportFolderError, match="is a file"):
        write_report(FILES, tmp_path / "thesis.txt", public=())
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_what_somebody_has_added_to_a_report_is_not_lost(tmp_path: Path) -> None:
    place = tmp_path / "rapport"
    write_report(FILES, place, public=())
    (place / "csv" / "notes.txt").write_text("ours")
    with pytest.raises(ReportFolderError, match=r"holds csv/notes\.txt"):
        write_report(FILES, place, public=())
    assert (place / "csv" / "notes.txt").read_text() == "ours"


def test_the_report_before_comes_back_if_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "rapport"
    write_report(FILES, place, public=())
    rename = Path.rename

    def fails_for_the_new(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(errno.ENOSPC, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails_for_the_new)
    with pytest.raises(ReportFolderError, match="No space left"):
        write_report({"index.html": b"newer"}, place, public=())
    assert (place / "index.html").read_bytes() == b"one"


def test_it_is_written_neither_in_the_site_nor_around_it(tmp_path: Path) -> None:
    site = tmp_path / "www" / "affluence"
    site.mkdir(parents=True)
    (tmp_path / "link").symlink_to(site)
    for place in (site, site / "rapport", tmp_path / "www", tmp_path / "link" / "rapport"):
        with pytest.raises(ReportFolderError, match="the site is published from"):
            check_place(place, [site])
    check_place(tmp_path / "rapport", [site])


def test_a_page_of_the_report_is_a_leak() -> None:
    page = report_files()["index.html"]
    found = find_leaks({"index.html": page}, Confidential(), lambda _: ())
    assert Kind.REPORT in {leak.kind for leak in found}


def test_the_site_is_refused_while_a_report_lies_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    shutil.copytree(reported().config.parent, folder)
    config = folder / "config.toml"
    site = folder / "site"
    before = (site / "index.html").read_bytes()
    write_report(FILES, site / "rapport", public=())
    assert list(reports_among([site])) == [site / "rapport"]
    with pytest.raises(RefusedPublicationError, match="un rapport interne est dans"):
        publish(config, TODAY)
    assert (site / "index.html").read_bytes() == before
    shutil.rmtree(site / "rapport")
    assert publish(config, TODAY).release is not None


def test_the_command_refuses_before_it_begins_and_tells_where_the_report_is(
    tmp_path: Path,
) -> None:
    config = reported().config
    site = load(config).folders_to_write[0]
    done = affluence(tmp_path, "report", "--config", config, "-o", site / "rapport")
    assert done.returncode == 2
    assert "the site is published from" in done.stderr
    done = affluence(tmp_path, "report", "--config", config, "--weeks", "2", "--language", "en")
    assert done.returncode == 0
    assert str(Path("rapport") / "index.html") in done.stdout
    page = (tmp_path / "rapport" / "index.html").read_text("utf-8")
    assert '<html lang="en">' in page


def test_wrong_options_are_told_by_their_names(tmp_path: Path) -> None:
    for option, value in (("--reached", "2"), ("--weeks", "0"), ("--language", "de")):
        done = affluence(tmp_path, "report", "--config", reported().config, option, value)
        assert done.returncode == 2
        assert option in done.stderr
