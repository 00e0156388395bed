"""Conversions between the served versions of a kind: one module a kind (see `apiserver/conversion.py`)."""
