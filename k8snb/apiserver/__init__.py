"""The API server: one write path in a fixed order, a versioned store, watches, tables, and what the wire needs."""
