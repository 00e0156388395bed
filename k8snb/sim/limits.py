"""Every bound of the simulation in one place: what a learner's mistake, or a hostile notebook, can cost at the most."""

from __future__ import annotations

from typing import Final

#: records the journal keeps
JOURNAL_RECORDS: Final = 50_000
#: changes of the store that a watcher can still ask for; older ones answer 410 Gone
STORE_HISTORY: Final = 50_000
#: work items at one instant of virtual time before the engine says that the cluster does not settle
STEPS_PER_INSTANT: Final = 3_000_000
#: how often one key may be reconciled at one instant
RECONCILES_PER_KEY: Final = 10_000
#: virtual seconds that `settle` lets pass while it waits for quiet
SETTLE_SECONDS: Final = 3_600.0
#: bytes of one request body (kube-apiserver: 3 MiB for JSON; etcd refuses 1.5 MiB)
REQUEST_BYTES: Final = 3 * 1024 * 1024
OBJECT_BYTES: Final = 3 * 512 * 1024
#: bytes of all annotations of an object (apimachinery TotalAnnotationSizeLimitB)
ANNOTATION_BYTES: Final = 256 * 1024
#: virtual seconds that one command line takes in jump pace, as kubectl's process does
COMMAND_SECONDS: Final = 0.1
#: virtual seconds that one call of an in-process client library takes in jump pace, as a round trip does
REQUEST_SECONDS: Final = 0.01
#: virtual seconds that a person needs to type the next line, in jump pace
TYPING_SECONDS: Final = 1.0
