"""Output formats of kubectl: pure functions from JSON data to text, one module per format."""
