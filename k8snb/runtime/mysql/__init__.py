"""MySQL, as far as a lesson needs it: SQL in its dialect, run by SQLite over files of the data directory."""
