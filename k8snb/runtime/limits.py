"""Bounds of one simulated container: what a runaway program can cost before it ends as the container's own failure."""

from __future__ import annotations

from typing import Final

#: begins what the lab itself has to say in a container's log or on an exec's stderr
MARK: Final = "# k8snb: "
#: steps that what belongs together (the container's own processes, or one exec's) may take at one instant: a shell's
#: instruction is a step, a program's run another, and so is every WORK_BYTES that either reads, writes or expands
BURST_STEPS: Final = 60_000
WORK_BYTES: Final = 4096
#: live processes of one container (the pids cgroup)
PROCESSES: Final = 512
#: bytes that the files of one writable tree may hold in all
TREE_BYTES: Final = 32 * 1024 * 1024
#: bytes after which a writer waits for a reader that is busy (Linux: 64 KiB)
PIPE_BUFFER: Final = 64 * 1024
#: log records kept of one container (kubelet: containerLogMaxSize 10Mi, rotated)
LOG_RECORDS: Final = 20_000
LOG_LINE_BYTES: Final = 16 * 1024
#: nesting of shell functions and subshells
SHELL_DEPTH: Final = 200
#: bytes of one shell variable or expansion
SHELL_TEXT: Final = 2 * 1024 * 1024
#: bytes an exec session may print before its reader has taken them
EXEC_BYTES: Final = 8 * 1024 * 1024
#: bytes that a program which must have all of its input at once (sort, awk, sed) can hold
PROGRAM_BYTES: Final = 8 * 1024 * 1024
#: bytes of all variables of one shell
SHELL_BYTES: Final = 16 * 1024 * 1024
