"""Simulated calls as the listing of a hosted system, as the only known example of one looks.

Title and blank line, mark of UTF-8, CRLF, semicolons, ids and numbers in apostrophes; the titles
are those of ``cdr_samples/portal``. A call that enters the queue has a row of the queue and one of
each telephone that rang; the wait of the queue begins with the call and so includes a greeting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from affluence.simulator.ended_calls import EndedCall, ended_calls, extension
from affluence.simulator.simulation import Simulation
from affluence.simulator.texts import csv_line, identifier, local_time, whole_s
from affluence.simulator.written import Record, Writer, in_order_of_time

_TITLES = (
    *("Id global", "Id da chamada", "Início", "Fuso horário", "Sentido", "Tipo", "Origem"),
    *("Nome da origem", "Destino", "Nome do destino", "Número marcado", "Fila", "Agente"),
    *("Extensão", "Estado", "Motivo", "Tempo de toque", "Espera na fila", "Conversação"),
    *("Gravação", "Custo", "Moeda", "Centro de custo", "Etiqueta", "Observações"),
)
_TAKEN, _NOT_TAKEN = "Atendida", "Não atendida"
_ENDED, _CANCELLED = "Sessão terminada", "Cancelada pela origem"
_ELSEWHERE = "Concluída noutro destino"
_END = "\r\n"


def _records(simulation: Simulation) -> list[Record]:
    return in_order_of_time(
        (ended.call.offered_ms, _line({**_of_all_rows(ended), **row}))
        for ended in ended_calls(simulation)
        for row in (_inbound(ended) if ended.inbound else [_outbound(ended)])
    )


def _of_all_rows(ended: EndedCall) -> Mapping[str, str]:
    number = ended.scenario.service_number if ended.inbound else ended.person.number
    return {
        "Id global": _marked(identifier("portal", ended.call.offered_ms, ended.index)),
        "Início": local_time(ended.call.offered_ms, ended.zone),
        "Fuso horário": _marked(ended.scenario.zone),
        "Sentido": "Recebida" if ended.inbound else "Efetuada",
        "Tipo": "Externa",
        "Origem": _marked((ended.caller or "Anónimo") if ended.inbound else extension(ended.agent)),
        "Destino": _marked(number),
        "Número marcado": _marked(number),
        "Tempo de toque": _span(0, 0),
        "Conversação": _span(0, 0),
        "Gravação": "Não",
        "Custo": "0,00",
        "Moeda": "EUR",
    }


def _inbound(ended: EndedCall) -> Iterator[Mapping[str, str]]:
    call = ended.call
    if ended.announced:
        yield {
            "Estado": _TAKEN,
            "Motivo": "Atendedor automático",
            "Conversação": _span(call.offered_ms, ended.released_ms),
        }
    elif call.queued_ms is None:
        yield {"Estado": _NOT_TAKEN, "Motivo": "Destino Ocupado"}
    else:
        yield _of_queue(ended)
        for ring in call.missed:
            yield {
                **_of_phone(ring.agent),
                "Estado": _NOT_TAKEN,
                "Motivo": _ELSEWHERE,
                "Tempo de toque": _span(ring.start_ms, ring.end_ms),
            }
        if ended.answered:
            yield {**_of_phone(ended.agent), **_spoken(ended, call.ring_ms)}


def _of_queue(ended: EndedCall) -> Mapping[str, str]:
    call = ended.call
    left_ms = call.ring_ms if ended.answered else ended.released_ms
    reason = {"answered": "", "abandoned": _CANCELLED}.get(call.outcome, _ENDED)
    return {
        "Fila": ended.scenario.platform,
        "Estado": _TAKEN if ended.answered else _NOT_TAKEN,
        "Motivo": reason,
        "Espera na fila": _span(call.offered_ms, left_ms),
    }


def _of_phone(agent: int) -> Mapping[str, str]:
    number = _marked(extension(agent))
    return {
        "Tipo": "Interna",
        "Destino": number,
        "Número marcado": number,
        "Agente": f"Agent {agent}",
        "Extensão": number,
    }


def _spoken(ended: EndedCall, rings_from_ms: int) -> Mapping[str, str]:
    answered_ms = ended.call.answered_ms or ended.released_ms
    return {
        "Estado": _TAKEN if ended.answered else _NOT_TAKEN,
        "Motivo": _ENDED if ended.answered else _CANCELLED,
        "Tempo de toque": _span(rings_from_ms, answered_ms),
        "Conversação": _span(answered_ms, ended.released_ms),
    }


def _outbound(ended: EndedCall) -> Mapping[str, str]:
    number = _marked(extension(ended.agent))
    return {"Extensão": number, **_spoken(ended, ended.call.offered_ms)}


def _span(start_ms: int, end_ms: int) -> str:
    return str(timedelta(seconds=whole_s(end_ms) - whole_s(start_ms)))


def _marked(text: str) -> str:
    """In the apostrophes that keep spreadsheets from taking it for a number."""
    return f"'{text}'"


def _line(told: Mapping[str, str]) -> str:
    return csv_line([told.get(title) for title in _TITLES], separator=";", end=_END)


WRITER = Writer(
    dialect="portal",
    file_name="listagem-{week}.csv",
    records=_records,
    header=f"\ufeffListagem de chamadas{_END}{_END}{csv_line(_TITLES, separator=';', end=_END)}",
)
