"""How many agents and lines a load needs: teletraffic applied to what was measured."""

from __future__ import annotations

from affluence.staffing.advice import Advice, advise, serve_today
from affluence.staffing.desk import Desk, Kind, Target
from affluence.staffing.service import Service, serve

__all__ = ["Advice", "Desk", "Kind", "Service", "Target", "advise", "serve", "serve_today"]
