"""The configuration: the shipped one is complete, and every problem is told at once."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import holidays
import pydantic
import pytest

from affluence.config import (
    COUNTRIES,
    FRENCH_REGIONS,
    Document,
    FolderSource,
    HttpSource,
    InPlaceTarget,
    ReleasesTarget,
    SftpSource,
    SftpTarget,
    SqlSource,
    WebDavTarget,
    load,
    load_sound,
    read_day_hours,
)
from affluence.errors import ConfigError
from affluence.steps.settings import hours_of
from affluence.typical_week.calendar import (
    _LIBRARY_REGIONS,
    Change,
    ExceptionalDay,
    public_holidays,
)

SHIPPED = Path(__file__).parents[1] / "config.toml"
# Keys that the demonstration does not use follow a # without a blank; other sources follow #|.
WITH_EXAMPLES = re.sub(r"^#(?![ |])", "", SHIPPED.read_text(encoding="utf-8"), flags=re.MULTILINE)


def keys_of(model: type[pydantic.BaseModel], prefix: str = "") -> Iterator[str]:
    """Dotted names of every key of a section, nested ones included."""
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}"
        # Of the kinds of source one is written out, the others beside it.
        of_kind = FolderSource if name == "source" else field.annotation
        for section in sections_in(of_kind):
            yield from keys_of(section, f"{prefix}{name}.")


def sections_in(annotation: object) -> Iterator[type[pydantic.BaseModel]]:
    """Every kind of section that a type may hold."""
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from sections_in(part)


def written_keys(document: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in document.items():
        yield f"{prefix}{name}"
        tables = value if isinstance(value, list) else [value]
        for table in tables:
            if isinstance(table, dict):
                yield from written_keys(table, f"{prefix}{name}.")


def test_shipped_configuration_shows_every_key() -> None:
    document = tomllib.loads(WITH_EXAMPLES)
    document["platform"] = document["platform"]["etrangers"]
    document["target"] = list(document["target"].values())
    # A text may also be written by language.
    document["platform"]["page"]["notice"]["text"] = "Grève"
    document["platform"]["reviewed_by"] = "somebody"  # by language
    # A number of lines may also be written as a list of dates and counts.
    expected = set(keys_of(Document)) - {"platform.lines.since", "platform.lines.count"}
    assert set(written_keys(document)) == expected


def other_sources() -> dict[str, str]:
    """The kinds of source that the shipped configuration shows beside its own, as TOML by kind."""
    shown = re.findall(r"(?:^#\|.*\n)+", SHIPPED.read_text(encoding="utf-8"), flags=re.MULTILINE)
    texts = [re.sub(r"^#\| ", "", block, flags=re.MULTILINE) for block in shown]
    return {tomllib.loads(text)["kind"]: text for text in texts}


@pytest.mark.parametrize(
    ("kind", "section"), [("http", HttpSource), ("sftp", SftpSource), ("sql", SqlSource)]
)
def test_shipped_configuration_shows_every_key_of_every_source(
    kind: str, section: type[pydantic.BaseModel]
) -> None:
    of_reading = set(FolderSource.model_fields) - {"kind", "dialect", "folder", "files"}
    keys = set(section.model_fields) - of_reading - ({"dialect"} if kind != "sql" else set())
    assert set(tomllib.loads(other_sources()[kind])) == keys


@pytest.mark.parametrize("kind", ["http", "sftp", "sql"])
def test_sources_that_are_shown_as_comments_are_as_they_should_be(
    tmp_path: Path, kind: str
) -> None:
    config = load(with_source(tmp_path, other_sources()[kind]))
    assert config.platform["etrangers"].source.kind == kind


def with_source(tmp_path: Path, keys: str) -> Path:
    """The shipped configuration with these keys in place of its folder."""
    text = re.sub(
        r'^kind = "folder".*\nfolder = .*\nfiles = .*\ndialect = .*\n',
        lambda _: keys,
        SHIPPED.read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    return changed(tmp_path, text=text)


STATE = "[state]\n"
HTTP = 'kind = "http"\nurl = "https://pbx.example.gouv.fr/"\n'
SFTP = 'kind = "sftp"\nhost = "pbx"\nuser = "me"\nknown_hosts = "known_hosts"\n'
SQL = 'kind = "sql"\nserver = "mysql"\ndatabase = "cdr"\nuser = "me"\n'


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ('kind = "ftp"\n', 'source.kind: is not a known kind; write one of "folder", "http"'),
        ('files = ["*"]\n', "source.folder: is missing; add it"),
        (f'{HTTP}folder = "records"\n', "source.folder: is not a known key"),
        ('kind = "http"\n', "source.url: is missing; add it"),
        ('kind = "http"\nurl = "http://pbx/"\n', "source.url: write a whole address"),
        ('kind = "http"\nurl = "https://me:word@pbx/"\n', "source.url: write a whole address"),
        (
            'kind = "http"\nurl = "https://pbx/{day}"\n',
            "source.url: between { and } write the date",
        ),
        (f'{HTTP}user = "me"\n', "source: 'user' and 'password' come together"),
        (f'{HTTP}password = "word"\n', "source.password: a secret is not written here"),
        (f'{HTTP}certificate = "a.pem"\n', "source: 'certificate' and 'certificate_key' come"),
        (
            f'{HTTP}token = "env:T"\nuser = "me"\npassword = "env:P"\n',
            "source: write either 'user' and 'password', or 'token'",
        ),
        ('folder = "records"\nfiles = ["/srv/Master.csv"]\n', "source.files.0: write names"),
        ('folder = "records"\nfiles = ["*.csv", ""]\n', "source.files.1: write names"),
        ('folder = "records"\nfiles = ["**.csv"]\n', "source.files.0: write names"),
        ('folder = "records"\nfiles = []\n', "source.files: "),
        (SFTP, "source: write 'key', 'password', or both"),
        (f'{SFTP}key = "env:KEY"\n', "source.key: this secret is a file"),
        (f'{SFTP}key = "file:/k"\nport = 0\n', "source.port: "),
        (f'{SQL}dialect = "asterisk-csv"\n', "source.dialect: "),
        (f'{SQL}table = "a.b.c"\n', "source.table: "),
    ],
)
def test_a_problem_of_a_source_names_its_key_and_what_to_write(
    tmp_path: Path, keys: str, problem: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        load(with_source(tmp_path, keys))
    assert f"platform.etrangers.{problem}" in str(raised.value)


def test_paths_of_a_source_are_taken_from_the_folder_of_the_file(tmp_path: Path) -> None:
    keys = f'{HTTP}certificate = "a.pem"\ncertificate_key = "file:/k"\n'
    http = load(with_source(tmp_path, keys)).platform["etrangers"].source
    assert isinstance(http, HttpSource)
    assert http.certificate == tmp_path / "a.pem"
    sftp = load(with_source(tmp_path, f'{SFTP}key = "file:/k"\n')).platform["etrangers"].source
    assert isinstance(sftp, SftpSource)
    assert sftp.known_hosts == tmp_path / "known_hosts"


def test_keys_that_are_shown_as_comments_are_as_they_should_be(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(WITH_EXAMPLES, encoding="utf-8")
    opening = load(tmp_path / "config.toml").platform["etrangers"].opening
    assert opening.exceptions[0].day == date(2026, 12, 24)
    assert opening.changes[0].monday[0] == (8 * 60 + 30, 12 * 60)


def test_paths_are_taken_from_the_folder_of_the_file() -> None:
    config = load(SHIPPED)
    target = config.target["site"]
    assert isinstance(target, InPlaceTarget)
    assert target.folder == SHIPPED.parent / "site_export"
    assert config.state.keys_folder == SHIPPED.parent / ".affluence" / "keys"


def changed(tmp_path: Path, *replacements: tuple[str, str], text: str = "") -> Path:
    text = text or SHIPPED.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    return tmp_path / "config.toml"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("lines = 8", 'lines = "eight"', "platform.etrangers.lines: write the number of lines"),
        ("lines = 8", "lines = 0", "platform.etrangers.lines: write the number of lines"),
        ('name = "Service des étrangers"', "", "platform.etrangers.name: is missing; add it"),
        ('"wednesday"]', '"mittwoch"]', "platform.etrangers.agents.roster.1.weekdays.0: "),
        ("until = 2026-12-31", "until = 2025-12-31", "roster.3: 'until' is before 'since'"),
        ("weeks = 156", "weks = 12", "platform.etrangers.week.weks: is not a known key"),
        ("weeks = 156", "weeks = 0", "platform.etrangers.week.weeks: "),
        ('"Europe/Paris"', '"Paris"', "platform.etrangers.zone: is not a known time zone"),
        ('clock = "auto"', 'clock = "mine"', "platform.etrangers.source.clock: is not a known"),
        ("+33 1 99", "01 99", "platform.etrangers.phone: write it in international form"),
        ("09:00-12:00", "9h-12h", 'platform.etrangers.opening.monday.0: write hours as "09:00-'),
        ("09:00-12:00", "12:00-09:00", "platform.etrangers.opening.monday.0: must begin before"),
        ("09:00-12:00", "09:00-14:00", "platform.etrangers.opening.monday: has hours that over"),
        ("quiet = 0.90", "quiet = 0.60", "platform.etrangers.levels: bounds must descend"),
        ("last = 2026-10-15", "last = 2026-10-01", "closures.0: 'last' is before 'first'"),
        (
            'kind = "in-place"',
            'kind = "ftp"',
            "target.site.kind: is not a known kind; write one of",
        ),
        ('kind = "in-place"', "", 'target.site.kind: is missing; write one of "in-place"'),
        ("[target.site]", "[targets.site]", "targets: is not a known key"),
        (STATE, f"[engine]\nkind = 'spark'\n{STATE}", "engine.kind: "),
        (STATE, f"[engine]\nkind = 'dask'\n{STATE}", 'engine: kind = "dask" and the address'),
        (
            STATE,
            f"[engine]\nscheduler = 'tcp://pc:8786'\n{STATE}",
            'engine: kind = "dask" and the address',
        ),
        (
            STATE,
            f"[engine]\nkind = 'dask'\nscheduler = 'pc:8786'\n{STATE}",
            "engine.scheduler: write the address of the scheduler of Dask",
        ),
        (STATE, f'{STATE}lake = "gs://a/b"\n', "state.lake: write a folder, or a bucket"),
        (
            STATE,
            f'{STATE}bucket = {{ region = "fr-par" }}\n',
            "state: [state.bucket] is for lake",
        ),
        (
            STATE,
            f'{STATE}lake = "s3://a/b"\nbucket = {{ access_key = "env:K" }}\n',
            "state.bucket: 'access_key' and 'secret_key' come together",
        ),
        (
            STATE,
            f'{STATE}lake = "s3://a/b"\nbucket = {{ endpoint = "s3.fr" }}\n',
            "state.bucket.endpoint: write the address of the object store",
        ),
    ],
)
def test_a_problem_names_its_key_and_what_to_write(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        load(changed(tmp_path, (old, new)))
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('folder = "site_export"', "", "target.site.folder: is missing; add it"),
        (
            'folder = "site_export"',
            'folder = "a"\nurl = "b"',
            "target.site.url: is not a known key",
        ),
        ('url = "https://dav', 'url = "http://dav', "target.intranet.url: write a whole address"),
        (
            'fluence/"\nread',
            'fluence"\nread',
            "target.site.public_url: write the address of the folder",
        ),
        ('"credential:webdav"', '"secret"', "target.intranet.password: a secret is not written"),
        ('gouv.fr"\nport = 22 ', 'gouv.fr"\nport = 0 ', "target.host.port: "),
        (
            "file:/etc/affluence/id_ed25519",
            "env:KEY",
            "target.host.key: this secret is a file: write file:/",
        ),
        (
            'user = "affluence"\nknown_hosts = "known_hosts"',
            'user = "affluence"',
            "target.host.known_hosts: is missing; add it",
        ),
        ('layout = "releases"', 'layout = "links"', "target.host.layout: "),
        ("keep_releases = 5", "keep_releases = 1", "target.releases.keep_releases: "),
    ],
)
def test_a_problem_of_a_target_is_named(tmp_path: Path, old: str, new: str, problem: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load(changed(tmp_path, (old, new), text=WITH_EXAMPLES))
    assert problem in str(raised.value)


def test_somebody_must_be_let_in(tmp_path: Path) -> None:
    text = re.sub(r'^(key|password) = ".*$', "", WITH_EXAMPLES, flags=re.MULTILINE)
    with pytest.raises(ConfigError, match=r"target.host: write 'key', 'password', or both"):
        load(changed(tmp_path, text=text))


def test_targets_of_every_kind(tmp_path: Path) -> None:
    targets = load(changed(tmp_path, text=WITH_EXAMPLES)).target
    folder, server, host = targets["releases"], targets["intranet"], targets["host"]
    assert isinstance(folder, ReleasesTarget) and folder.folder == Path("/srv/affluence")
    assert (
        isinstance(server, WebDavTarget) and server.url == "https://dav.example.gouv.fr/affluence/"
    )
    assert isinstance(host, SftpTarget) and host.known_hosts == tmp_path / "known_hosts"


def test_all_problems_are_listed_at_once(tmp_path: Path) -> None:
    path = changed(
        tmp_path, ("lines = 8", "lines = 0"), ("weeks = 156", "weks = 12"), ("+33 1 99", "01 99")
    )
    with pytest.raises(ConfigError, match="3 problems to mend") as raised:
        load(path)
    assert len(raised.value.problems) == 3


def test_lines_may_change_over_time(tmp_path: Path) -> None:
    path = changed(tmp_path, ("lines = 8", "lines = [{ since = 2026-01-01, count = 6 }]"))
    (lines,) = load(path).platform["etrangers"].lines
    assert (str(lines.since), lines.count) == ("2026-01-01", 6)


def test_what_is_not_toml_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"not valid TOML.*line 2"):
        load(changed(tmp_path, ("# Copy it", "lines = = 3 # Copy it")))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"No such file.*--config"):
        load(tmp_path / "none.toml")


# The look of the site

DSFR = ('kind = "neutral"', 'kind = "dsfr"')
PUBLIC_URL = "https://www.example.gouv.fr/affluence/"


def test_the_design_system_of_the_state_is_taken_on_a_site_of_the_state(tmp_path: Path) -> None:
    theme = load(changed(tmp_path, DSFR, text=WITH_EXAMPLES)).theme
    assert (theme.package, theme.folder) == ("@gouvfr/dsfr@1.15.3", None)
    assert theme.brand == ("Préfet", "de l’Exemple")


def test_the_neutral_look_is_the_default_and_free_for_all(tmp_path: Path) -> None:
    other = (PUBLIC_URL, "https://www.example.fr/affluence/")
    assert load(changed(tmp_path, other, text=WITH_EXAMPLES)).theme.kind == "neutral"
    assert load(changed(tmp_path, ('[theme]\nkind = "neutral"', ""))).theme.kind == "neutral"


def test_the_folder_of_the_design_system_is_taken_from_that_of_the_file(tmp_path: Path) -> None:
    folder = ("npm:@gouvfr/dsfr@1.15.3", "dsfr/dist")
    theme = load(changed(tmp_path, DSFR, folder, text=WITH_EXAMPLES)).theme
    assert theme.folder == tmp_path / "dsfr" / "dist"


@pytest.mark.parametrize(
    "host", ["www.example.fr", "gouv.fr.example.org", "examplegouv.fr", "www.gouv.fr@example.org"]
)
def test_the_design_system_of_the_state_is_for_its_own_sites(tmp_path: Path, host: str) -> None:
    path = changed(tmp_path, DSFR, (PUBLIC_URL, f"https://{host}/affluence/"), text=WITH_EXAMPLES)
    problem = r"theme: .*only be used on sites under \.gouv\.fr.*etrangers.page.public_url is on"
    with pytest.raises(ConfigError, match=problem):
        load(path)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('brand = ["Préfet", "de l’Exemple"]', "", "theme: .* needs the lines of the mark; write"),
        ('brand = ["Préfet"', 'brand = [""', "theme.brand.0: "),
        ("dsfr@1.15.3", "dsfr", 'theme.dsfr: write a package with its version, such as "npm:@gou'),
        ("dsfr@1.15.3", "dsfr@latest", "theme.dsfr: write a package with its version"),
        ("npm:@gouvfr/dsfr@1.15.3", "npm:--global@1.15.3", "theme.dsfr: write a package"),
        ("npm:@gouvfr/dsfr@1.15.3", "", "theme.dsfr: write a package"),
        ("https://www.example.gouv.fr/mentions", "mentions", "theme.links.0.url: write a whole"),
        (DSFR[1], 'kind = "pretty"', "theme.kind: "),
    ],
)
def test_a_problem_of_the_look_is_named(tmp_path: Path, old: str, new: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        load(changed(tmp_path, DSFR, (old, new), text=WITH_EXAMPLES))


# The calendar of a service

CHANGES = "[[platform.etrangers.opening.changes]]\nsince = 2026-09-01\n"
FRIDAY = 'friday = ["09:00-12:00"]\n'


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"09:00-12:00"], reason', '"9h-12h"], reason', "exceptions.0.hours.0: write hours as"),
        (
            '"09:00-12:00"], reason',
            '"09:00-12:00", "11:00-13:00"], reason',
            "opening.exceptions.0.hours: has hours that overlap",
        ),
        (
            "exceptions = [",
            "exceptions = [{ day = 2026-12-24, hours = [] }, ",
            "opening.exceptions: 2026-12-24: given more than once",
        ),
        ('hours = ["09:00-12:00"], reason', "reason", "exceptions.0.hours: is missing; add it"),
        ("since = 2027-01-04", "", "opening.changes.0.since: is missing; add it"),
        ("since = 2027-01-04", 'since = "soon"', "opening.changes.0.since: "),
        (
            'wednesday = ["08:30-12:00"]',
            'wednesday = ["08:30-12:00", "11:00-13:00"]',
            "opening.changes.0.wednesday: has hours that overlap",
        ),
        (
            "[[platform.etrangers.opening.changes]]",
            f"{CHANGES}[[platform.etrangers.opening.changes]]",
            "opening.changes.0: no opening hours; write for instance",
        ),
        (
            "[[platform.etrangers.opening.changes]]",
            f"{2 * (CHANGES + FRIDAY)}[[platform.etrangers.opening.changes]]",
            "opening.changes: 2026-09-01: given more than once",
        ),
        (
            'school_holidays = ""',
            'school_holidays = "D"',
            "opening.school_holidays: Input should be '', 'A', 'B', 'C' or 'Corse'",
        ),
    ],
)
def test_a_problem_of_the_calendar_is_named(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        load(changed(tmp_path, (old, new), text=WITH_EXAMPLES))
    assert problem in str(raised.value)


def test_every_weekday_with_a_problem_is_listed(tmp_path: Path) -> None:
    overlap = '= ["09:00-12:00", "11:00-16:30"]'
    hours = '= ["09:00-12:00", "13:30-16:30"]'
    path = changed(
        tmp_path, (f"monday {hours}", f"monday {overlap}"), (f"friday {hours}", f"friday {overlap}")
    )
    with pytest.raises(ConfigError) as raised:
        load(path)
    assert [problem.partition(":")[0].rpartition(".")[2] for problem in raised.value.problems] == [
        "monday",
        "friday",
    ]


def test_the_calendar_reaches_the_stages(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        WITH_EXAMPLES.replace('school_holidays = ""', 'school_holidays = "C"'), encoding="utf-8"
    )
    hours = hours_of(load(tmp_path / "config.toml").platform["etrangers"])
    early, noon = (8 * 60 + 30, 12 * 60), (13 * 60 + 30, 16 * 60 + 30)
    weekly = ((early, noon), (early, noon), (early,), (early, noon), (early, noon), (), ())
    assert hours.changes == (Change(since=date(2027, 1, 4), weekly=weekly),)
    assert hours.exceptions == (
        ExceptionalDay(day=date(2026, 12, 24), spans=((540, 720),), label="Veille de Noël"),
    )
    assert hours.school_zone == "C"


@pytest.mark.parametrize("region", ["", "FR", "BE", *FRENCH_REGIONS])
def test_regions_whose_holidays_are_known(tmp_path: Path, region: str) -> None:
    path = changed(tmp_path, ('public_holidays = "FR"', f'public_holidays = "{region}"'))
    assert load(path).platform["etrangers"].opening.public_holidays == region
    found = public_holidays(region, date(2026, 12, 25), date(2026, 12, 25))
    assert len(found) == bool(region)


@pytest.mark.parametrize("region", ["FR-75", "FR-ZZ", "fr-57", "FR-", "57", "Moselle", "ZZ", "F"])
def test_an_unknown_region_is_a_problem_that_names_known_ones(tmp_path: Path, region: str) -> None:
    path = changed(tmp_path, ('public_holidays = "FR"', f'public_holidays = "{region}"'))
    with pytest.raises(ConfigError, match=r'opening.public_holidays: .*"FR-57", "FR-67", "FR-971"'):
        load(path)


def test_known_regions_are_those_of_the_library() -> None:
    regions = {_LIBRARY_REGIONS.get(region, region) for region in FRENCH_REGIONS}
    assert regions == {
        f"FR-{code}"
        for code in holidays.country_holidays("FR").subdivisions
        if not code.startswith("Zone")  # of schools
    }
    assert set(_LIBRARY_REGIONS) <= set(FRENCH_REGIONS)
    assert {code for code in holidays.list_supported_countries() if len(code) == 2} == COUNTRIES


def test_hours_of_single_weekdays_are_read_as_in_the_file() -> None:
    morning, afternoon = (510, 720), (810, 990)
    assert read_day_hours(["monday-wednesday=08:30-12:00,13:30-16:30", "friday="]) == {
        **dict.fromkeys((1, 2, 3), (morning, afternoon)),
        5: (),
    }
    assert read_day_hours(['friday = ["08:30-12:00", "13:30-16:30"]']) == {5: (morning, afternoon)}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("08:30-17:00", "write one weekday or the first and the last"),
        ("frday=08:30-17:00", "write one weekday or the first and the last"),
        ("friday-monday=08:30-17:00", "write one weekday or the first and the last"),
        ("friday=8-17", 'write hours as "09:00-12:00"'),
        ("friday=17:00-08:30", "must begin before it ends"),
        ("friday=09:00-12:00,11:00-13:00", "has hours that overlap"),
        ("monday-friday=09:00-12:00", "monday is given twice"),
    ],
)
def test_hours_that_are_not_written_so_are_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_day_hours(["monday=09:00-12:00", text])


def test_reading_the_configuration_loads_nothing_heavy() -> None:
    program = (
        "import sys; from pathlib import Path; from affluence.config import load;"
        f" load(Path({str(SHIPPED)!r}));"
        " print({'holidays', 'polars', 'vacances_scolaires_france'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


SECOND = """
[platform.second]
name = "Second"
group = "Corse"
phone = 36
"""


def test_a_wrong_section_of_a_platform_leaves_the_others(tmp_path: Path) -> None:
    path = changed(tmp_path, text=SHIPPED.read_text(encoding="utf-8") + SECOND)
    with pytest.raises(ConfigError):
        load(path)
    config = load_sound(path)
    assert list(config.platform) == ["etrangers"] and config.has_list
    (left_out,) = config.misconfigured.items()
    name, told = left_out
    assert (name, told.name, told.group) == ("second", "Second", "Corse")
    assert {problem.partition(":")[0] for problem in told.problems} == {
        "platform.second.phone",
        "platform.second.source",
        "platform.second.opening",
    }
    assert config.state.folder == tmp_path / ".affluence"
    assert load_sound(SHIPPED) == load(SHIPPED)


@pytest.mark.parametrize(
    ("more", "problems"),
    [
        ('[engine]\nkind = "perhaps"', ["engine.kind", "platform.second.phone"]),
        ("[misconfigured.etrangers]", ["misconfigured", "platform.second.phone"]),
        ("[platform", ["is not valid TOML"]),
        ('[network]\nproxy = "nowhere"', ["network.proxy", "platform.second.opening"]),
    ],
)
def test_anything_else_that_is_wrong_refuses_all(
    tmp_path: Path, more: str, problems: list[str]
) -> None:
    shipped = SHIPPED.read_text(encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_sound(changed(tmp_path, text=f"{shipped}{SECOND}{more}\n"))
    assert all(problem in str(raised.value) for problem in problems)


def test_a_single_platform_that_is_wrong_refuses_all(tmp_path: Path) -> None:
    path = changed(tmp_path, ("\nphone = ", "\nfone = "))
    with pytest.raises(ConfigError, match=r"platform\.etrangers\.fone: is not a known key"):
        load_sound(path)
