"""Where the files of a theme come from: a folder, or npm, which a program of our own stands for."""

from __future__ import annotations

import io
import re
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from affluence import npm
from affluence.config import FooterLink, Theme
from affluence.errors import StateError, ThemeError
from affluence.publication.dsfr import SHEETS
from affluence.steps.theme import theme_of, watched_files
from tests.publication import made_up_theme

BRAND = ("Préfet", "de l’Exemple")
FROM_NPM = Theme(kind="dsfr", brand=BRAND)


def written(folder: Path, files: Mapping[str, bytes] = made_up_theme.PACKAGE) -> Path:
    for path, body in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    return folder


def from_folder(folder: Path) -> Theme:
    return Theme(kind="dsfr", brand=BRAND, dsfr=str(folder))


def archive(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for path, body in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    return packed.getvalue()


PACKED = archive({f"package/dist/{path}": body for path, body in made_up_theme.PACKAGE.items()})


class Npm:
    """A program called npm that answers with an archive or an error, and notes what it is told."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def answers(self, packed: bytes = PACKED, *, error: str = "") -> None:
        (self._folder / "answer.tgz").write_bytes(packed)
        program = self._folder / "npm"
        program.write_text(
            f"#!{sys.executable}\n"
            "import pathlib, shutil, sys\n"
            f"here = pathlib.Path({str(self._folder)!r})\n"
            "with (here / 'calls').open('a') as calls:\n"
            "    calls.write(' '.join(sys.argv[1:]) + '\\n')\n"
            f"if {error!r}: sys.exit({error!r})\n"
            "shutil.copy(here / 'answer.tgz', 'gouvfr-dsfr.tgz')\n"
        )
        program.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        calls = self._folder / "calls"
        return calls.read_text().splitlines() if calls.exists() else []


@pytest.fixture
def fake_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Npm:
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    program = Npm(tmp_path / "bin")
    program.answers()
    return program


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    return tmp_path / "state"


def test_the_neutral_look_needs_nothing(tmp_path: Path) -> None:
    assert theme_of(Theme(), tmp_path / "none") is None
    assert watched_files(Theme()) == []


@pytest.mark.parametrize("within", ["dist", ""])
def test_a_folder_may_be_the_package_or_its_dist(tmp_path: Path, within: str) -> None:
    written(tmp_path / "dsfr" / within)
    links = tuple(FooterLink(text=text, url=url) for text, url in made_up_theme.LINKS)
    settings = Theme(kind="dsfr", brand=BRAND, dsfr=str(tmp_path / "dsfr"), links=links)
    assert theme_of(settings, tmp_path) == made_up_theme.theme()


def test_the_sheets_of_a_folder_are_watched_those_of_a_package_never_change(tmp_path: Path) -> None:
    dist = written(tmp_path / "dist")
    assert watched_files(from_folder(tmp_path)) == [dist / sheet for sheet in SHEETS]
    assert watched_files(from_folder(tmp_path / "none")) == []
    assert watched_files(FROM_NPM) == []


@pytest.mark.parametrize("path", made_up_theme.PACKAGE)
def test_a_file_that_is_missing_is_named(tmp_path: Path, path: str) -> None:
    written(tmp_path)
    (tmp_path / path).unlink()
    with pytest.raises(ThemeError, match=rf"{path} cannot be read.*the folder `dist` in it"):
        theme_of(from_folder(tmp_path), tmp_path)


def test_a_sheet_that_fetches_from_outside_the_package_is_refused(tmp_path: Path) -> None:
    secret = b"a{background:url(../../../secret.svg)}"
    written(tmp_path / "dsfr", {**made_up_theme.PACKAGE, SHEETS[1]: secret})
    (tmp_path / "secret.svg").write_text("secret")
    with pytest.raises(ThemeError, match=r"refers to \.\./secret\.svg, outside it"):
        theme_of(from_folder(tmp_path / "dsfr"), tmp_path)


def test_a_sheet_that_is_no_text_is_refused(tmp_path: Path) -> None:
    written(tmp_path, {**made_up_theme.PACKAGE, SHEETS[1]: b"\xff\xfe"})
    with pytest.raises(ThemeError, match="is not text"):
        theme_of(from_folder(tmp_path), tmp_path)


def test_a_package_is_fetched_once_and_its_programs_never_run(fake_npm: Npm, state: Path) -> None:
    first = theme_of(FROM_NPM, state)
    assert first is not None and first.assets == made_up_theme.theme().assets
    fake_npm.answers(error="npm error code ENOTFOUND")  # the network is gone
    assert theme_of(FROM_NPM, state) == first
    (call,) = fake_npm.calls
    assert call.startswith("pack --ignore-scripts ") and call.endswith(" @gouvfr/dsfr@1.15.3")
    assert [path.name for path in state.iterdir()] == ["themes"]


def test_another_version_is_fetched_beside_it(fake_npm: Npm, state: Path) -> None:
    theme_of(FROM_NPM, state)
    theme_of(FROM_NPM.model_copy(update={"dsfr": "npm:@gouvfr/dsfr@1.15.4"}), state)
    assert [call.split("@")[-1] for call in fake_npm.calls] == ["1.15.3", "1.15.4"]


def test_what_was_not_kept_whole_is_fetched_again(fake_npm: Npm, state: Path) -> None:
    first = theme_of(FROM_NPM, state)
    next(state.rglob("link.svg")).unlink()
    assert theme_of(FROM_NPM, state) == first
    assert len(fake_npm.calls) == 2


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        ("npm error code E404\nnpm error 404 Not Found", r"knows no such package \(E404\)"),
        ("npm error code ETARGET", r"knows no such package \(ETARGET\). Mend its name"),
        ("npm error code ENOTFOUND", r"could not fetch it \(ENOTFOUND\). Is the network there"),
        ("broken", "could not fetch it .no reason given.*give its folder"),
    ],
)
def test_what_npm_cannot_do_is_said(fake_npm: Npm, state: Path, error: str, problem: str) -> None:
    fake_npm.answers(error=error)
    with pytest.raises(ThemeError, match=problem) as raised:
        theme_of(FROM_NPM, state)
    assert "@gouvfr/dsfr@1.15.3" in str(raised.value) and raised.value.exit_code == 5
    assert list(state.iterdir()) == []


def test_without_npm_the_other_way_is_said(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ThemeError, match=r'npm is not installed.*dsfr = "folder"'):
        theme_of(FROM_NPM, state)


def test_npm_is_not_waited_for_for_ever(
    fake_npm: Npm, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_npm.answers()
    monkeypatch.setattr(npm, "_TIMEOUT_S", 0)
    with pytest.raises(ThemeError, match="has not fetched it"):
        theme_of(FROM_NPM, state)


@pytest.mark.parametrize(
    "packed",
    [
        b"not an archive",
        PACKED[: len(PACKED) // 2],
        archive({"../outside.svg": b"a"}),
        archive({"/etc/outside.svg": b"a"}),
    ],
)
def test_a_bad_archive_is_refused_and_leaves_nothing(
    fake_npm: Npm, state: Path, packed: bytes
) -> None:
    fake_npm.answers(packed)
    with pytest.raises(ThemeError, match=r"cannot be (unpacked|read)"):
        theme_of(FROM_NPM, state)
    assert list(state.iterdir()) == []
    assert not (state / "outside.svg").exists()


@pytest.mark.usefixtures("fake_npm")
def test_a_state_folder_that_is_full_or_foreign_is_said(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("affluence.steps.theme.write_bytes_atomically", full)
    with pytest.raises(StateError, match=r"cannot keep the files of the theme \(No space left"):
        theme_of(FROM_NPM, state)
    with pytest.raises(StateError, match="No such file"):
        theme_of(FROM_NPM, state / "none")


def test_a_package_of_something_else_is_refused(fake_npm: Npm, state: Path) -> None:
    fake_npm.answers(archive({"package/index.js": b""}))
    with pytest.raises(ThemeError, match=re.escape(f"{SHEETS[0]} cannot be read")):
        theme_of(FROM_NPM, state)
