"""How many agents and lines a load needs: teletraffic applied to what was measured."""

from __future__ import annotations

from affluence.staffing.advice import Advice, advise, serve_today
from affluence.staffing.desk import Desk, DeskKind, Target
from affluence.staffing.plan import Plan, Row, TriedHours
from affluence.staffing.service import Service, serve
from affluence.staffing.trial import Change, Load, Trial, try_change

__all__ = [
    "Advice",
    "Change",
    "Desk",
    "DeskKind",
    "Load",
    "Plan",
    "Row",
    "Service",
    "Target",
    "Trial",
    "TriedHours",
    "advise",
    "serve",
    "serve_today",
    "try_change",
]
