"""Client-side apply: the last-applied annotation, three-way merges, patching, pruning."""
