"""Grading: exercises that judge a cluster by its state, its traffic and its history, never by what was typed.

A check is a plain callable over a `World`; lessons bring their own in `lessons/dayNN_slug/checks.py`. Nothing here
writes to the learner's cluster: what has to be tried out is tried on a fork of it.
"""
