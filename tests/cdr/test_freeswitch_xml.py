"""FreeSWITCH XML: the same facts as in JSON; a document that declares anything is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from affluence.cdr import records
from affluence.cdr.dialect import Reading
from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from tests.cdr.reading import inspected, without_pseudonyms
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

SAMPLES = sorted((REPOSITORY / "cdr_samples" / "freeswitch-xml").glob("*.xml"))
JSON_SAMPLES = sorted((REPOSITORY / "cdr_samples" / "freeswitch-json").glob("*.json"))
ON_TRUNKS = Reading(trunks=("sofia/external/",))
DECLARED = '<?xml version="1.0"?>\n'
LEG = """<cdr core-uuid="x">
  <channel_data><direction>inbound</direction></channel_data>
  <variables>
    <uuid>call</uuid>
    <hangup_cause>NORMAL_CLEARING</hangup_cause>
    <start_uepoch>1772528400000000</start_uepoch>
    <end_uepoch>1772528460000000</end_uepoch>
    VARIABLES
  </variables>
  <callflow><caller_profile><caller_id_number>3000</caller_id_number></caller_profile></callflow>
  <callflow><caller_profile>
    <caller_id_number>anonymous</caller_id_number>
    <originatee><originatee_caller_profile>
      <caller_id_number>0639980001</caller_id_number>
    </originatee_caller_profile></originatee>
  </caller_profile></callflow>
</cdr>
"""

Writer = Callable[[str], Path]


def leg(variables: str = "", *, declared: str = DECLARED) -> str:
    return declared + LEG.replace("VARIABLES", variables)


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    def write(text: str) -> Path:
        path = tmp_path / "a_call.cdr.xml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_hand_made_day() -> None:
    found = inspected(SAMPLES, reading=ON_TRUNKS)
    assert_same_slots(found.calls)
    assert found.account == {
        "lines": 18 + 1 + 2 + 1,
        "calls": 18,
        "merged": 2,  # phones of agents: one that answered call 1, one that rang in vain for 2
        "duplicates": 1,  # call 3, written with and without the prefix of its leg
        "ignored": {"leg of a group, another of which was answered": 1},
        "rejected": {},
    }
    assert found.clocks == {"UTC": "what freeswitch-xml writes"}


def test_it_is_recognised() -> None:
    calls, account = read_calls(SAMPLES)
    assert (calls.height, account["rejected"]) == (18, {})


def test_the_same_calls_as_in_json() -> None:
    calls, of_json = (
        inspected(files, reading=ON_TRUNKS).calls for files in (SAMPLES, JSON_SAMPLES)
    )
    assert_frame_equal(without_pseudonyms(calls), without_pseudonyms(of_json))


def test_a_broken_document_among_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [path.read_text(encoding="utf-8") for path in SAMPLES]
    together, broken = tmp_path / "day.xml", tmp_path / "broken.xml"
    together.write_text("".join(texts), encoding="utf-8")
    broken.write_text("".join([*texts[:9], f"{texts[9][:700]}\n", *texts[9:]]), encoding="utf-8")
    tolerant = inspected([broken], reading=ON_TRUNKS)
    assert tolerant.account["rejected"] == {"time, state or number not readable": 1}
    monkeypatch.setattr(records, "_parse_lines", None)
    clean = inspected([together], reading=ON_TRUNKS)
    assert_frame_equal(without_pseudonyms(clean.calls), without_pseudonyms(tolerant.calls))


@pytest.mark.parametrize("declared", [DECLARED, ""])
def test_with_its_declaration_or_without(written: Writer, declared: str) -> None:
    calls = inspected([written(leg(declared=declared))]).calls
    assert calls.select("outcome", "caller").row(0) == ("unanswered", None)


def test_the_caller_is_the_one_who_arrived(written: Writer) -> None:
    """Neither the number that a later step showed, nor that of a leg which was made."""
    assert inspected([written(leg())]).calls["caller"].item() is None


def test_values_are_decoded(written: Writer) -> None:
    queue = "<cc_queue>%C3%A9trangers%20&amp;%20s%C3%A9jour</cc_queue>"
    assert inspected([written(leg(queue))]).calls["queue"].item() == "étrangers & séjour"


def test_a_variable_that_comes_twice(written: Writer) -> None:
    """As lists are written: the first counts."""
    queues = "<cc_queue>first</cc_queue><cc_queue>second</cc_queue>"
    assert inspected([written(leg(queues))]).calls["queue"].item() == "first"


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE cdr>",
        '<!DOCTYPE cdr SYSTEM "http://192.0.2.1/cdr.dtd">',
        '<!DOCTYPE cdr [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE cdr [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_declarations_are_refused(written: Writer, doctype: str) -> None:
    path = written(leg("<cc_queue>q</cc_queue>", declared=DECLARED + doctype))
    with pytest.raises(RecordsError, match="not call records of the dialect freeswitch-xml"):
        read_calls([path], "freeswitch-xml")
    with pytest.raises(RecordsError, match="not call records of a known dialect"):
        read_calls([path])


@pytest.mark.parametrize(
    "text",
    [
        DECLARED,
        leg()[:-20],
        leg("&undeclared;"),
        leg("<a>" * 1000 + "</a>" * 1000),
        "<a>" * 100_000,
        DECLARED * 5000,
        leg(f"<switch_r_sdp>{'x' * (5 << 20)}</switch_r_sdp>"),
        leg().replace("1772528400000000", "today"),
        "<html><body>Login</body></html>",
    ],
    ids=[
        *("nothing else", "cut short", "entity", "nested", "nested and open", "crumbs", "endless"),
        *("no such time", "a page"),
    ],
)
def test_what_is_no_record_of_a_leg(written: Writer, text: str) -> None:
    with pytest.raises(RecordsError, match="not call records of the dialect freeswitch-xml"):
        read_calls([written(text)], "freeswitch-xml")


def test_long_values_are_looked_at_no_further(written: Writer) -> None:
    path = written(leg(f"<cc_queue>{'q' * 100_000}</cc_queue>"))
    assert inspected([path]).calls["queue"].item() == "q" * 1000
