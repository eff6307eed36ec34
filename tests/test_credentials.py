"""A secret is found where the configuration says, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from affluence.credentials import file_of, reveal
from affluence.errors import CredentialError

SECRET = "correct horse battery staple"  # noqa: S105  # a secret of no one


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(f"{SECRET}\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_secret_is_read_from_a_file_without_its_line_end(kept: Path) -> None:
    assert reveal(f"file:{kept}") == SECRET


def test_where_no_secret_is_configured_there_is_none() -> None:
    assert reveal("") == ""


def test_a_secret_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFFLUENCE_TEST_PASSWORD", SECRET)
    assert reveal("env:AFFLUENCE_TEST_PASSWORD") == SECRET


def test_a_secret_is_read_from_the_credentials_of_the_unit(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(kept.parent))
    assert reveal("credential:password") == SECRET
    assert file_of("credential:password") == kept


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("env:AFFLUENCE_NO_SUCH_NAME", "no such environment variable"),
        ("file:/no/such/file", "No such file"),
        ("credential:password", "systemd has given no credentials"),
    ],
)
def test_what_is_missing_is_named_by_its_reference(
    reference: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(CredentialError, match=f"secret '{reference}'.*{why}"):
        reveal(reference)


def test_a_file_that_everybody_can_read_keeps_no_secret(kept: Path) -> None:
    kept.chmod(0o644)
    with pytest.raises(CredentialError, match="every user of this machine can read it") as refused:
        reveal(f"file:{kept}")
    assert SECRET not in str(refused.value)


def test_an_empty_secret_is_refused(kept: Path) -> None:
    kept.write_text("\n", encoding="utf-8")
    with pytest.raises(CredentialError, match="it is empty"):
        reveal(f"file:{kept}")


def test_a_file_that_is_no_text_is_refused(kept: Path) -> None:
    kept.write_bytes(b"\xff\xfe")
    with pytest.raises(CredentialError, match="cannot be read"):
        reveal(f"file:{kept}")


def test_the_environment_is_no_file() -> None:
    with pytest.raises(CredentialError, match="it is not a file"):
        file_of("env:HOME")
