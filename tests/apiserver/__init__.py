"""Tests of the API server, through its paths."""
