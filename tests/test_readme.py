"""The commands of the README's guides, each run as it is written, on the demonstration."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
# These run until they are ended.
LASTING = ("worker", "preview")


def commands(guide: str) -> list[str]:
    """The lines of the blocks of code of a guide that begin with `affluence`."""
    found = re.search(rf"^## {guide}$(.*?)^## ", README, flags=re.DOTALL | re.MULTILINE)
    assert found, guide
    blocks = re.findall(r"```sh\n(.*?)```", found[1], flags=re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("affluence ")]


def start(folder: Path, command: str) -> subprocess.Popen[str]:
    _, *arguments = shlex.split(command)
    return subprocess.Popen(
        [sys.executable, "-m", "affluence", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


@pytest.mark.parametrize("guide", ["Guide du webmestre", "Guide du responsable du service"])
def test_every_command_of_a_guide_does_as_it_says(guide: str, demonstration: Path) -> None:
    for number in (1, 2):  # a release to go back to, and one that waits
        done = start(demonstration, "affluence run")
        assert done.wait(timeout=300) == 0
        if number == 1:
            config = demonstration / "config.toml"
            config.write_text(
                config.read_text()
                .replace('mode = "auto"', 'mode = "approve"')
                .replace('service = "', 'service = "Nouveau ')
                .replace('name = "Service', 'name = "Nouveau service')
            )
    waiting = start(demonstration, "affluence status --json").communicate()[0]
    found = re.search(r'"release": "(2026-W\d\d-\w{6})",\n\s+"built_at"', waiting)
    assert found, waiting
    written = commands(guide)
    assert len(written) >= 4
    for command in written:
        process = start(demonstration, command.replace("VERSION", found[1]))
        if command.split()[1] in LASTING:
            time.sleep(5)
            process.send_signal(signal.SIGINT)
        output, complaint = process.communicate(timeout=300)
        assert process.returncode in (0, 9), (command, output, complaint)
        assert "Traceback" not in complaint, command
