"""Redis, as far as people try it: the protocol, the commands, and the file it keeps its data in."""
