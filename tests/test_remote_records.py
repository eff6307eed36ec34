"""Whole runs whose records are on a server: as from a folder, and no harm if it is down."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from affluence.errors import RecordsError
from tests.conftest import ConfigWriter
from tests.records import day_of_records
from tests.runs import TODAY, accounts, balanced, files_under, run, slots
from tests.servers import SshDaemon, free_port


def week(monday: int = 2) -> str:
    """Forty calls a day of a week of March."""
    return "".join(
        day_of_records(f"2026-03-{monday + day:02}", first=1 + 40 * (monday + day))
        for day in range(5)
    )


@pytest.fixture
def served(tmp_path: Path) -> Path:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "Master.csv").write_text(week(), encoding="utf-8")
    return folder


def over_sftp(config: Path, sshd: SshDaemon, served: Path, port: int = 0) -> Path:
    """The same platform, its records on a server."""
    keys = f"""kind = "sftp"
host = "127.0.0.1"
port = {port or sshd.port}
user = "{sshd.user}"
known_hosts = "{sshd.known_hosts}"
key = "file:{sshd.key}"
folder = "{served}"
files = ["Master.csv*"]
"""
    text = config.read_text(encoding="utf-8")
    text = re.sub(r'(kind = "sftp"\n(.+\n)*?files.*\n)|folder = "records"\n', lambda _: keys, text)
    config.write_text(text, encoding="utf-8")
    return config


def test_the_site_is_that_of_the_same_records_in_a_folder(
    small_platform: ConfigWriter, sshd: SshDaemon, served: Path, tmp_path: Path
) -> None:
    config = small_platform()
    shutil.copy(served / "Master.csv", tmp_path / "records")
    run(config)
    expected = files_under(tmp_path / "site")
    shutil.rmtree(tmp_path / "site")
    shutil.rmtree(tmp_path / ".affluence")
    report = run(over_sftp(config, sshd, served))
    assert report.fetched["desk"].news == 1
    assert report.problems == []
    assert files_under(tmp_path / "site") == expected


def test_a_run_with_nothing_new_says_so_and_a_grown_file_is_read_on(
    small_platform: ConfigWriter, sshd: SshDaemon, served: Path
) -> None:
    config = over_sftp(small_platform(), sshd, served)
    run(config)
    again = run(config)
    assert (again.release, again.ingested, again.problems) == (None, {}, [])
    with (served / "Master.csv").open("a") as file:
        file.write(week(9) + '"","0639')
    grown = run(config)
    assert grown.ingested["desk"].lines == 201  # the last one is not complete
    (served / "Master.csv").rename(served / "Master.csv.1")
    (served / "Master.csv").write_text(day_of_records("2026-03-16", first=5000))
    rotated = run(config)
    assert rotated.fetched["desk"].news == 1
    assert [account["calls"] for account in accounts(config)] == [40, 400]
    assert all(balanced(account) for account in accounts(config))


def test_a_server_that_is_down_harms_nothing(
    small_platform: ConfigWriter, sshd: SshDaemon, served: Path, tmp_path: Path
) -> None:
    config = over_sftp(small_platform(), sshd, served)
    run(config)
    published, measured = files_under(tmp_path / "site"), slots(config)
    over_sftp(config, sshd, served, port=free_port())
    for release in (True, False):  # the configuration is another one; then nothing is new
        report = run(config)
        assert (report.release is not None) == release
        assert "refuses the connection" in report.problems[0]
        assert files_under(tmp_path / "site") == published
        assert slots(config).equals(measured)
    with (served / "Master.csv").open("a") as file:
        file.write(week(9))
    back = run(over_sftp(config, sshd, served))
    assert (back.problems, back.ingested["desk"].lines) == ([], 200)


def test_a_folder_that_is_not_mounted_harms_nothing(
    small_platform: ConfigWriter, tmp_path: Path
) -> None:
    config = small_platform()
    (tmp_path / "records" / "a.csv").write_text(week())
    run(config)
    published = files_under(tmp_path / "site")
    (tmp_path / "records").rename(tmp_path / "else")
    report = run(config)
    assert "There is no such folder" in report.problems[0]
    assert files_under(tmp_path / "site") == published
    (tmp_path / "else").rename(tmp_path / "records")
    assert run(config).problems == []


def test_a_server_that_never_answered_is_an_error(
    small_platform: ConfigWriter, sshd: SshDaemon, served: Path
) -> None:
    config = over_sftp(small_platform(), sshd, served, port=free_port())
    with pytest.raises(RecordsError, match="no call could be read:\nplatform 'desk': sftp://127"):
        run(config)


def test_a_platform_that_cannot_be_read_does_not_stop_another(
    small_platform: ConfigWriter, sshd: SshDaemon, served: Path, tmp_path: Path
) -> None:
    """The other has its own folder in the site at once: its address stays."""
    config = over_sftp(small_platform(), sshd, served, port=free_port())
    (tmp_path / "records" / "a.csv").write_text(week())
    text = config.read_text(encoding="utf-8")
    other = re.search(r"\[platform\.desk\]\n(.*\n)*?(?=\[target)", text)
    assert other is not None
    of_folder = re.sub(
        r'kind = "sftp"\n(.+\n)*?files.*\n', 'folder = "records"\n', other[0]
    ).replace("platform.desk", "platform.front")
    config.write_text(text.replace("[target.site]", f"{of_folder}[target.site]"))
    report = run(config)
    assert (tmp_path / "site" / "front" / "index.html").exists()
    assert not (tmp_path / "site" / "desk").exists()
    assert len(report.problems) == 1
    over_sftp(config, sshd, served)
    assert run(config).problems == []
    assert (tmp_path / "site" / "desk" / "index.html").exists()


def test_a_mended_reader_reads_again_what_is_kept(
    small_platform: ConfigWriter, sshd: SshDaemon, served: Path
) -> None:
    config = over_sftp(small_platform(), sshd, served)
    run(config)
    shutil.rmtree(served)
    served.mkdir()
    (served / "Master.csv.none").touch()
    config.write_text(config.read_text().replace("PJSIP/operateur-", "PJSIP/operateur"))
    assert run(config).ingested["desk"].lines == 200


def test_calls_outlive_the_copies_of_their_records(
    small_platform: ConfigWriter, sshd: SshDaemon, served: Path, tmp_path: Path
) -> None:
    config = over_sftp(small_platform(), sshd, served)
    run(config)
    measured = slots(config)
    late = TODAY + timedelta(days=16)
    report = run(config, late)
    assert files_under(tmp_path / ".affluence" / "fetched") == {}
    assert report.problems == []
    assert slots(config).equals(measured)
    with (served / "Master.csv").open("a") as file:
        file.write(week(9))
    assert run(config, late).ingested["desk"].lines == 200  # of the whole only what is new
