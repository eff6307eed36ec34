"""Files of letters, e-mails and complaints as people write them, good and bad."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from affluence.errors import MessagesError
from affluence.indicators.written import Message
from affluence.steps.messages import read_messages
from tests.conftest import REPOSITORY

GOOD = [
    Message(channel="letter", received=date(2026, 9, 1), answered=date(2026, 9, 14)),
    Message(channel="email", received=date(2026, 9, 2), answered=None),
    Message(channel="complaint", received=date(2026, 9, 3), answered=date(2026, 9, 3)),
]
ENGLISH = """channel,received,answered
letter,2026-09-01,2026-09-14
email,2026-09-02,
complaint,2026-09-03,2026-09-03
"""
FRENCH = """Canal;Reçu;Répondu
Courrier;01/09/2026;14/09/2026
Mél;02/09/2026;
Réclamation;03/09/2026;03/09/2026
"""
OTHERS = """"objet";"répondu";"canal";"recu"
"titre; ou carte";"14/09/2026";"courrier";"2026-09-01"
"deux
lignes";"";"e-mail";"2/9/2026"

"";"2026-09-03";"plainte";"3/9/2026"
;;;
"""


def written(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "messages.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("text", [ENGLISH, FRENCH, OTHERS])
def test_good_files_give_the_same_messages(
    tmp_path: Path, text: str, encoding: str, line_end: str
) -> None:
    path = written(tmp_path, text.replace("\n", line_end), encoding)
    assert read_messages(path) == GOOD


@pytest.mark.parametrize(
    ("word", "channel"),
    [
        ("letter", "letter"),
        ("COURRIER", "letter"),
        *((word, "email") for word in ("email", "e-mail", "mail", "mél", "courriel")),
        *((word, "complaint") for word in ("complaint", "réclamation", "plainte")),
    ],
)
def test_channels_may_be_written_in_either_language(
    tmp_path: Path, word: str, channel: str
) -> None:
    path = written(tmp_path, f"channel,received,answered\n {word} ,2026-09-01,\n")
    assert [message.channel for message in read_messages(path)] == [channel]


def test_an_answer_may_lie_in_the_future_and_a_file_may_be_empty(tmp_path: Path) -> None:
    late = written(tmp_path, "channel,received,answered\nletter,2026-09-01,2031-01-01\n")
    assert read_messages(late)[0].answered == date(2031, 1, 1)
    assert read_messages(written(tmp_path, "canal;reçu;répondu")) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("fax;2026-09-01;", "line 3: channel: not a known one; write letter, email or complaint"),
        ("email;;", "line 3: received: not a date; write it as 2026-09-14 or 14/09/2026"),
        ("email;09/2026;", "line 3: received: not a date; write it as 2026-09-14"),
        ("email;31/02/2026;", "line 3: received: not a date"),
        ("email;1/9/26;", "line 3: received: not a date"),
        ("email;0206-09-01;", "line 3: received: not a date"),
        ("email;2026-09-01;oui", "line 3: answered: not a date; write it as 2026-09-14 or"),
        ("email;2026-09-01;oui", "leave it empty while there is no answer"),
        ("email;2026-09-02;2026-09-01", "line 3: answered: before it was received; mend the date"),
        ("email;2026-09-01", "line 3: more or fewer cells than the first line; write one for"),
        ("email;2026-09-01;;x", "line 3: more or fewer cells than the first line"),
        ('"email"x;2026-09-01;', "line 3: a quotation mark is out of place; put one before"),
        ('"email;2026-09-01;', "line 3: a quotation mark is out of place"),
    ],
)
def test_a_bad_line_is_named_with_what_to_write(tmp_path: Path, line: str, problem: str) -> None:
    path = written(tmp_path, f"canal;reçu;répondu\ncourriel;2026-09-01;\n{line}\n")
    with pytest.raises(MessagesError) as raised:
        read_messages(path)
    assert str(raised.value).startswith(f"{path}: 1 problem to mend:")
    assert problem in str(raised.value)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    "header",
    ["", "\n", "a;b;c", "canal;reçu", "canal;canal;reçu;répondu", "letter,2026-09-01,", "\0\x01"],
)
def test_without_a_header_the_file_is_not_guessed_at(tmp_path: Path, header: str) -> None:
    with pytest.raises(MessagesError, match="line 1: name each column once: channel,received,ans"):
        read_messages(written(tmp_path, f"{header}\n"))


def test_all_problems_are_listed_at_once_each_with_its_lines(tmp_path: Path) -> None:
    lines = ["fax;2026-09-01;", "email;1.9.2026;", "email;2.9.2026;", "fax;3.9.2026;", "email;x;"]
    path = written(tmp_path, "canal;reçu;répondu\n" + "\n".join(lines))
    with pytest.raises(MessagesError) as raised:
        read_messages(path)
    first, second = raised.value.problems
    assert first.startswith("lines 2, 5: channel: ")
    assert second.startswith("lines 3-6: received: ")


def test_no_problem_repeats_what_the_file_says(tmp_path: Path) -> None:
    path = written(tmp_path, 'canal;reçu;répondu\nJean Dupont;01 99 00 12 34;Dupont\n"Dupont"x;;\n')
    with pytest.raises(MessagesError) as raised:
        read_messages(path)
    assert "Dupont" not in str(raised.value) and "99 00" not in str(raised.value)


def test_a_file_that_is_not_there_is_said_with_the_key_to_mend(tmp_path: Path) -> None:
    with pytest.raises(MessagesError, match=r"cannot be read: No such file.*mend 'written' in \["):
        read_messages(tmp_path / "none.csv")


def test_the_demonstration_has_some_of_everything() -> None:
    messages = read_messages(REPOSITORY / "cdr_samples" / "demonstration" / "messages.csv")
    assert {message.channel for message in messages} == {"letter", "email", "complaint"}
    assert any(message.answered is None for message in messages)
    first, last = date(2026, 8, 24), date(2026, 11, 20)
    assert all(first <= message.received <= last for message in messages)
    assert 50 <= len(messages) <= 70
