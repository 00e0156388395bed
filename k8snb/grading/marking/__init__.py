"""Marking: notebooks that learners hand in, run again and judged, without trusting anything in them.

    submission   a handed-in notebook as data: which cell belongs to which exercise
    rerun        runs its cells, in a confined process that is believed nothing but its list of typed commands
    replay       types those commands into a clean cluster, in another confined process, and looks at it with our checks
    warden       starts, watches and ends these processes; one per lesson
    policy       weights, hints, hidden checks: what the findings are worth
    batch, table a folder of notebooks; the rows that come of it, as text, CSV and JSON

The threat model is in `docs/en/instructors.md`.
"""
