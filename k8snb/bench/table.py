"""All measurements, in the order they are printed."""

from __future__ import annotations

from k8snb.bench import containers, engine, kubectl, network, notebook, views, wire
from k8snb.bench.measurement import Measurement

MEASUREMENTS: tuple[Measurement, ...] = (
    *engine.ROWS,
    *kubectl.ROWS,
    *notebook.ROWS,
    *wire.ROWS,
    *containers.ROWS,
    *network.ROWS,
    *views.ROWS,
)
