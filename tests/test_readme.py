"""The commands of the README's guides, each run as it is written, on the demonstration."""

from __future__ import annotations

import http.client
import json
import re
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, demonstration_in
from tests.runs import run
from tests.test_cli import affluence

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
# These serve pages until they are ended.
LASTING = ("preview",)


def commands(guide: str) -> list[str]:
    """The lines of the blocks of code of a guide that begin with `affluence`."""
    found = re.search(rf"^## {guide}$(.*?)^## ", README, flags=re.DOTALL | re.MULTILINE)
    assert found, guide
    blocks = re.findall(r"```sh\n(.*?)```", found[1], flags=re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("affluence ")]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The demonstration with a release that stands and another that waits for approval."""

    folder: Path
    release: str


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Waiting:
    """Made once: what one guide does there, the other can bear."""
    folder = demonstration_in(tmp_path_factory.mktemp("guides"))
    config = folder / "config.toml"
    run(config)
    text = config.read_text(encoding="utf-8").replace('mode = "auto"', 'mode = "approve"')
    config.write_text(text.replace('name = "Service', 'name = "Nouveau service'), encoding="utf-8")
    run(config)
    status = json.loads(affluence(folder, "status", "--json").stdout)
    return Waiting(folder, str(status["waiting"]["release"]))


def interrupted(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that serves pages, told to end (Ctrl-C) once it has served one."""
    command = [sys.executable, "-m", "affluence", *arguments]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as running:
        assert running.stdout is not None
        said = ""
        while not (address := re.search(r"http://(127\.0\.0\.1:\d+)/.*\n", said)):
            said += running.stdout.readline()
        served = http.client.HTTPConnection(address[1])
        served.request("GET", "/")
        served.getresponse().read()
        served.close()
        running.send_signal(signal.SIGINT)
        rest, errors = running.communicate()
    return subprocess.CompletedProcess(command, running.returncode, said + rest, errors)


@pytest.mark.long
@pytest.mark.parametrize("guide", ["Guide du webmestre", "Guide du responsable du service"])
def test_every_command_of_a_guide_does_as_it_says(guide: str, waiting: Waiting) -> None:
    written = commands(guide)
    assert len(written) >= 5
    for command in written:
        _, *arguments = shlex.split(command.replace("VERSION", waiting.release))
        execute = interrupted if arguments[0] in LASTING else affluence
        done = execute(waiting.folder, *arguments)
        # 9: something needs attention.
        assert done.returncode in (0, 9), (command, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, command
        assert done.stdout or done.stderr, command
