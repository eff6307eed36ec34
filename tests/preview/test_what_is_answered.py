"""What becomes of decisions, of errors, and of time without any."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from affluence import webmaster
from affluence.config import load
from affluence.errors import RefusedPublicationError
from affluence.preview import actions
from affluence.preview.server import PreviewServer
from affluence.webmaster_words import preview_as_text
from tests.conftest import ConfigWriter
from tests.records import day_of_records
from tests.runs import files_under, noon, run

from .desks import (
    TODAY,
    Client,
    Desk,
    add_week,
    let_in,
    previewed,
    release_of,
    standing_and_waiting,
    state,
)


def form(server: PreviewServer, version: str, **fields: str) -> dict[str, str]:
    return {"secret": server.access.form_secret, "version": version, "sur": "oui", **fields}


def words(html: str) -> str:
    """What is written on a page."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


# Decisions


def test_what_was_shown_is_published(desk: Desk) -> None:
    with previewed(desk.config) as server:
        reply = let_in(server).ask("/approuver", form(server, desk.waiting))
    assert reply.status == 200
    assert f"La version {desk.waiting} est publiée" in words(reply.text)
    assert "Livrée à : site." in words(reply.text)
    assert standing_and_waiting(desk.config) == (desk.waiting, None)


def test_what_stood_before_is_put_back_with_its_reason(desk: Desk) -> None:
    with previewed(desk.config) as server:
        client = let_in(server)
        sent = form(server, desk.standing, raison="  mauvais\nnuméro\x1b ")
        reply, again = client.ask("/revenir", sent), client.ask("/revenir", sent)
    assert reply.status == 200
    assert f"La version {desk.first} est de nouveau en ligne" in words(reply.text)
    with state(desk.config) as store:
        last = store.ledger.publications.publications()[-1]
    assert (last.release, last.action, last.reason) == (desk.first, "rollback", "mauvais numéro")
    # The same form sent twice does not go back twice.
    assert again.status == 409 and "Rien n’a été changé" in again.text
    assert f"release {desk.standing} does not stand any more" in again.text


def test_a_release_that_lapsed_is_not_published_and_the_newer_one_is_shown(desk: Desk) -> None:
    with previewed(desk.config) as server:
        client = let_in(server)
        assert desk.waiting in client.ask("/").text
        before = files_under(desk.folder / "site")
        add_week(desk.config, 3)
        newer = release_of(desk.config)
        reply = client.ask("/approuver", form(server, desk.waiting))
    assert reply.status == 409
    assert f"La version {newer}, plus récente, attend à sa place" in words(reply.text)
    assert f"Approuver la version {newer}" in words(reply.text)
    assert standing_and_waiting(desk.config) == (desk.standing, newer)
    assert files_under(desk.folder / "site") == before


def test_a_release_that_is_published_already_is_not_published_again(desk: Desk) -> None:
    with previewed(desk.config) as server:
        client = let_in(server)
        for status in (200, 409):
            reply = client.ask("/approuver", form(server, desk.waiting))
            assert reply.status == status
    assert "Aucune version n’attend plus" in words(reply.text)


# Errors


def test_while_a_run_is_at_work_the_page_says_so_and_nothing_is_done(desk: Desk) -> None:
    with previewed(desk.config) as server:
        client = let_in(server)
        with state(desk.config):
            page = client.ask("/")
            asked = client.ask("/approuver", form(server, desk.waiting))
        assert (page.status, asked.status) == (503, 409)
        for reply in (page, asked):
            assert "Un passage est en cours" in words(reply.text)
            assert "another run of affluence is at work" in words(reply.text)
        assert client.ask("/").status == 200  # the page is open, the state folder is not
    assert standing_and_waiting(desk.config) == (desk.standing, desk.waiting)


def test_a_target_that_cannot_be_reached_is_told_in_words(desk: Desk) -> None:
    manifest = desk.folder / "site" / "manifest.json"
    manifest.unlink()
    before = files_under(desk.folder / "site")
    with previewed(desk.config) as server:
        reply = let_in(server).ask("/approuver", form(server, desk.waiting))
    assert reply.status == 409 and "Traceback" not in reply.text
    assert "La livraison n’a pas abouti partout" in words(reply.text)
    assert "is already there and is not a page of affluence" in words(reply.text)
    assert f"Approuver la version {desk.waiting}" in words(reply.text)  # it may be tried again
    assert files_under(desk.folder / "site") == before


def test_a_fault_is_told_in_the_terminal_never_on_the_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("what nobody thought of")

    monkeypatch.setattr(actions, "look", fail)
    with previewed(desk.config) as server:
        reply = let_in(server).ask("/")
    assert reply.status == 500
    assert "Le programme a rencontré un défaut" in words(reply.text)
    assert "nobody thought of" not in reply.text
    assert "RuntimeError: what nobody thought of" in capfd.readouterr().err


# How everything stands


def shown(config: Path) -> str:
    with previewed(config) as server:
        reply = let_in(server).ask("/")
    assert reply.status == 200
    return words(reply.text)


def test_before_anything_is_published(small_platform: ConfigWriter) -> None:
    text = shown(small_platform())
    assert "Rien n’est encore publié." in text
    assert "Aucune version n’attend d’approbation." in text
    assert "Aucun passage encore : lancez affluence run." in text
    assert "Il n’y a rien à décider" in text


def test_the_first_release_has_nothing_before_it(small_platform: ConfigWriter) -> None:
    config = small_platform()
    add_week(config, 0)
    release = release_of(config)
    text = shown(config)
    assert release in text and "Il n’y a rien avant cette version" in text
    assert "Il n’y a rien à décider" in text


def test_what_would_change_is_on_the_page(desk: Desk) -> None:
    text = shown(desk.config)
    assert f"De la version en ligne ({desk.standing}) à celle qui attend ({desk.waiting})." in text
    assert "Dernier jour observé 15/03/2026 22/03/2026" in text
    assert "Lignes lues 300 Lignes rejetées aucune" in text
    assert f"En ligne : {desk.standing}" in text and f"En attente : {desk.waiting}" in text
    assert f"release {desk.waiting} waits for approval" in text


def test_where_nothing_waits_what_changed_last_is_shown(desk: Desk) -> None:
    webmaster.approve(load(desk.config), desk.waiting, noon(TODAY))
    text = shown(desk.config)
    assert f"Avant : {desk.standing}" in text and f"En ligne : {desk.waiting}" in text
    assert "Aucune version n’attend d’approbation." in text
    assert f"La version {desk.standing} remplacera la version {desk.waiting}" in text


def test_a_withdrawn_table(desk: Desk) -> None:
    webmaster.withdraw(load(desk.config), None, "numéro faux", noon(TODAY))
    text = shown(desk.config)
    assert "sans tableau (numéro et horaires seulement)" in text
    assert "Tableau retiré numéro faux" in text
    assert "Tableau suspendu – oui" in text
    assert "Aucune version n’attend d’approbation." in text  # what waited would show the table


def test_a_refused_table_with_its_reasons_in_french(desk: Desk) -> None:
    add_week(desk.config, 3)
    with (desk.folder / "records" / "week3.csv").open("a") as file:
        file.write('"not","a","record"\n' * 100)
    with pytest.raises(RefusedPublicationError):
        run(desk.config)
    text = shown(desk.config)
    assert "publication refusée, l’ancien tableau reste en ligne" in text
    assert "des lignes des fichiers sont rejetées, plus que 5.0%" in text
    assert "Lignes rejetées 100, soit 20,0 % (la commande affluence inspect dit pourquoi)" in text


def test_records_that_came_late(desk: Desk) -> None:
    webmaster.approve(load(desk.config), desk.waiting, noon(TODAY))
    log = desk.folder / "records" / "late.csv"
    log.write_text(day_of_records("2026-03-18", 60, first=900_001))
    run(desk.config)
    assert "arrivés après coup : ils compteront dans le prochain tableau" in shown(desk.config)


def test_a_release_that_is_no_longer_kept(desk: Desk) -> None:
    with state(desk.config) as store:
        store.shelf.keep_only([desk.waiting])
    text = shown(desk.config)
    assert f"La version {desk.standing} n’est plus gardée" in text
    assert "Revenir en arrière" not in text and "Approuver la version" in text


# The end


def test_it_ends_when_nobody_asks(desk: Desk) -> None:
    with PreviewServer(load(desk.config), lambda: noon(TODAY), 0) as server:
        began = time.monotonic()
        server.serve_until_idle(0.2)
        assert time.monotonic() - began < 10


@pytest.mark.parametrize("screen", ["", ":0"])
def test_the_command_prints_how_to_open_it_and_ends_with_ctrl_c(desk: Desk, screen: str) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.endswith("DISPLAY")}
    command = [sys.executable, "-m", "affluence", "preview"]
    with subprocess.Popen(
        command,
        cwd=desk.folder,
        env=environment | ({"DISPLAY": screen} if screen else {}),
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        printed = ""
        for line in running.stdout:
            printed += line
            if "Ctrl-C" in line:
                break
        found = re.search(r"http://127\.0\.0\.1:(\d+)(/\?jeton=\S+)", printed)
        assert found is not None
        port = int(found[1])
        assert (f"ssh -L {port}:127.0.0.1:{port} " in printed) is not bool(screen)
        assert Client(port).ask(found[2]).status == 303
        running.send_signal(signal.SIGINT)
        rest = running.stdout.read()
    assert (running.returncode, rest) == (0, "The preview has ended.\n")


def test_the_tunnel_is_told_only_where_there_is_no_screen() -> None:
    address = "http://127.0.0.1:8123/?jeton=x"
    assert preview_as_text(address, 8123, "") == (
        f"Open this address in a browser; it works once:\n  {address}\nCtrl-C ends the preview."
    )
    tunnel = "  ssh -L 8123:127.0.0.1:8123 ana@desk\n"
    assert tunnel in preview_as_text(address, 8123, "ana@desk")


def test_a_port_that_is_taken_is_told(desk: Desk) -> None:
    with PreviewServer(load(desk.config), lambda: noon(TODAY), 0) as server:
        command = [sys.executable, "-m", "affluence", "preview", "--port", str(server.server_port)]
        done = subprocess.run(
            command, cwd=desk.folder, capture_output=True, text=True, check=False, timeout=120
        )
    assert done.returncode == 2 and "cannot be had" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_client_that_says_nothing_stops_nobody(desk: Desk) -> None:
    with previewed(desk.config) as server:
        silent = http.client.HTTPConnection("127.0.0.1", server.server_port)
        silent.connect()
        assert let_in(server).ask("/").status == 200
        assert urlsplit(server.address).port == server.server_port
        silent.close()
