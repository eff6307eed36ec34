"""Whether advice holds: twelve platforms, each with what is advised and with one agent fewer.

    python -m tests.benchmarks.staffing_advice [--reached 0.9]

Without a queue and with one, of few callers and of many, who seldom redial or nearly always. The
advice is that of `affluence.staffing`; simulated callers then meet it.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace

from affluence.staffing import Desk, Target, advise
from affluence.steps.rehearsal import rehearse_advice

WRAP_UP_S = 45.0
QUEUE = Desk(
    kind="queue",
    handling_s=315.0,
    patience_s=300.0,
    redial_after_busy=0.75,
    redial_after_giving_up=0.35,
    redial_delay_s=350.0,
)
PERSONS_PER_HOUR = {"no_queue": (25.0, 90.0, 320.0), "queue": (35.0, 100.0, 300.0)}


def main() -> None:
    """Print a line a platform, and how often the advice held."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reached", type=float, default=0.9)
    target = Target(reached_share=options.parse_args().reached)
    no_queue = replace(QUEUE, kind="no_queue", handling_s=270.0, patience_s=None)
    verdicts: Counter[str] = Counter()
    print("queue     redials  persons/h  agents lines  promised  obtained       one less  verdict")
    for desk in (no_queue, QUEUE):
        seldom = replace(desk, redial_after_busy=0.25, redial_after_giving_up=0.1)
        for redials, callers in (("seldom", seldom), ("often", desk)):
            for load in PERSONS_PER_HOUR[desk.kind]:
                advice = advise(callers, load, target, agents_today=None, lines_today=None)
                rehearsal = rehearse_advice(callers, advice, wrap_up_s=WRAP_UP_S)
                advised, less = rehearsal.advised, rehearsal.one_less
                verdict = rehearsal.verdict(target)
                verdicts[verdict] += 1
                without = f"{less.reached_share:.3f}" if less else "-"
                print(
                    f"{desk.kind:<9} {redials:<7} {load:>10.0f}  {advice.advised.agents:>6}"
                    f" {advice.advised.lines:>5.0f}  {advice.advised.reached_share:>8.3f}"
                    f"  {advised.reached_share:.3f} ± {advised.half_width:.3f}  {without:>8}"
                    f"  {verdict}",
                    flush=True,
                )
    print(", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()))


if __name__ == "__main__":
    main()
