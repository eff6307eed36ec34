"""The commands of the README's guides, each run as it is written, on the demonstration."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.runs import run

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
# These run until they are ended.
LASTING = ("preview",)


def commands(guide: str) -> list[str]:
    """The lines of the blocks of code of a guide that begin with `affluence`."""
    found = re.search(rf"^## {guide}$(.*?)^## ", README, flags=re.DOTALL | re.MULTILINE)
    assert found, guide
    blocks = re.findall(r"```sh\n(.*?)```", found[1], flags=re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("affluence ")]


def affluence(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """A command as it is written; one that lasts is interrupted, once, when it is at work."""
    _, name, *arguments = shlex.split(command)
    lasts = ["timeout", "--foreground", "--signal=INT", "8"] if name in LASTING else []
    return subprocess.run(
        [*lasts, sys.executable, "-m", "affluence", name, *arguments],
        cwd=folder,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )


@pytest.fixture
def waiting(demonstration: Path) -> str:
    """The demonstration with a release that stands and another that waits for approval."""
    config = demonstration / "config.toml"
    run(config)
    text = config.read_text(encoding="utf-8").replace('mode = "auto"', 'mode = "approve"')
    config.write_text(text.replace('name = "Service', 'name = "Nouveau service'), encoding="utf-8")
    run(config)
    status = json.loads(affluence(demonstration, "affluence status --json").stdout)
    return str(status["waiting"]["release"])


@pytest.mark.parametrize("guide", ["Guide du webmestre", "Guide du responsable du service"])
def test_every_command_of_a_guide_does_as_it_says(
    guide: str, demonstration: Path, waiting: str
) -> None:
    written = commands(guide)
    assert len(written) >= 5
    for command in written:
        done = affluence(demonstration, command.replace("VERSION", waiting))
        # 9: something needs attention; 124: ended by the clock.
        assert done.returncode in (0, 9, 124), (command, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, command
        assert done.stdout or done.stderr, command
