"""`%clock`: look at virtual time, jump, pause, change its rate."""

from __future__ import annotations

import sys

from IPython.core.magic import Magics, line_magic, magics_class

from k8snb.api.duration import format_seconds, parse_duration
from k8snb.magics.lab import Lab, LabError

_USAGE = "usage: %clock [+5m | settle | pause | resume | step | live [RATE] | jump]"


@magics_class
class ClockMagics(Magics):
    """The cluster's time."""

    lab: Lab

    @line_magic
    def clock(self, line: str) -> None:
        """Show or move the cluster's virtual time.

        `%clock` shows it; `%clock +5m` lets five minutes pass at once; `%clock settle` goes on until nothing changes any
        more; `%clock step` to the next thing that happens; `pause`, `resume`; `live 10` runs ten times as fast as the
        wall clock; `jump` stands still between commands.
        """
        cluster, words = self.lab.cluster, line.split()
        verb = words[0] if words else ""
        if verb.startswith("+"):
            try:
                seconds = parse_duration(verb[1:]) / 1e9
            except ValueError as error:
                raise LabError(message=f"error: {error}") from None
            cluster.advance(seconds)
        elif verb == "settle":
            cluster.settle()
        elif verb == "step":
            cluster.step()
        elif verb in ("pause", "resume") and cluster.pacer is not None:
            cluster.pacer.paused = verb == "pause"
            cluster.pacer.resync()
        elif verb in ("live", "jump"):
            try:
                cluster.set_pace(verb, float(words[1]) if len(words) > 1 else 1.0)
            except ValueError:
                raise LabError(message=f"error: {words[1]!r} is not a rate\n{_USAGE}") from None
        elif verb and verb not in ("pause", "resume", "now"):
            raise LabError(message=f"error: unknown argument {verb!r}\n{_USAGE}")
        self.lab.changed()
        pacer = cluster.pacer
        pace = "jump" if pacer is None else "paused" if pacer.paused else f"live ×{pacer.rate:g}"
        sys.stdout.write(f"{cluster.clock.timestamp()}  (up {format_seconds(round(cluster.now, 3))}, {pace})\n")
