"""The trees that the kernel makes up: /proc, /dev and /sys of one container, built when somebody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.runtime.filesystem import Directory, Entry, File, Link

if TYPE_CHECKING:
    from k8snb.runtime.machine import Machine
    from k8snb.runtime.process import Process


def kernel_tree(machine: Machine, path: str) -> Directory:
    """The whole tree under `/proc`, `/dev` or `/sys`."""
    if path == "/dev":
        return _DEV
    return _proc(machine) if path == "/proc" else _sys(machine)


_DEV = Directory(
    {
        **{
            name: File(mode=0o666, device=name) for name in ("null", "zero", "full", "random", "urandom", "tty", "ptmx")
        },
        "fd": Link("/proc/self/fd"),
        "stdin": Link("/proc/self/fd/0"),
        "stdout": Link("/proc/self/fd/1"),
        "stderr": Link("/proc/self/fd/2"),
        "core": Link("/proc/kcore"),
        "pts": Directory(),
        "mqueue": Directory(),
        "shm": Directory(mode=0o1777),
    }
)


def _proc(machine: Machine) -> Directory:
    up = max(machine.now - machine.world.boot_time, 0.0)
    kib = machine.world.memory // 1024
    texts = {
        "uptime": f"{up:.2f} {up * machine.world.cpus * 0.93:.2f}\n",
        "loadavg": "0.12 0.10 0.09 1/312 1\n",
        "meminfo": f"MemTotal:       {kib:8d} kB\nMemFree:        {kib // 2:8d} kB\nMemAvailable:   {kib * 3 // 4:8d} kB\n",
        "version": f"Linux version {machine.world.kernel} (builder@buildroot) #1 SMP PREEMPT_DYNAMIC\n",
        "cpuinfo": "".join(
            f"processor\t: {index}\nvendor_id\t: GenuineIntel\nmodel name\t: Virtual CPU\ncpu MHz\t\t: 2400.000\n\n"
            for index in range(machine.world.cpus)
        ),
        "mounts": mount_table(machine),
        "filesystems": "nodev\tproc\nnodev\ttmpfs\nnodev\toverlay\n\text4\n",
        "cmdline": "BOOT_IMAGE=/boot/bzImage\n",
    }
    entries: dict[str, Entry] = {name: File(text.encode(), 0o444) for name, text in texts.items()}
    for process in machine.processes.values():
        if process.status is None:
            entries[str(process.pid)] = _process(process)
    entries["self"] = entries.get("1", Directory())
    entries["sys"] = Directory(
        {"kernel": Directory({"hostname": File(f"{machine.container.hostname}\n".encode(), 0o444)})}
    )
    return Directory(entries, mode=0o555)


def _process(process: Process) -> Directory:
    state = "R (running)" if process.wait is None else "S (sleeping)"
    name = process.argv[0].rpartition("/")[2][:15]
    status = f"Name:\t{name}\nState:\t{state}\nPid:\t{process.pid}\nPPid:\t{process.ppid}\nUid:\t{process.uid}\t{process.uid}\n"
    environ = "".join(f"{key}={value}\0" for key, value in process.env.items())
    files: dict[str, Entry] = {
        "cmdline": File("".join(f"{word}\0" for word in process.argv).encode("utf-8", "surrogateescape"), 0o444),
        "comm": File(f"{name}\n".encode(), 0o444),
        "status": File(status.encode(), 0o444),
        "environ": File(environ.encode("utf-8", "surrogateescape"), 0o400, process.uid, process.gid),
        "cwd": Link(process.cwd),
        "fd": Directory({str(number): File(mode=0o700, device="tty") for number in process.fds}),
    }
    return Directory(files, mode=0o555)


def _sys(machine: Machine) -> Directory:
    spec = machine.container.spec
    limit = "max" if spec.memory_limit is None else str(spec.memory_limit)
    quota = "max" if spec.cpu_limit is None else str(spec.cpu_limit * 100)
    group: dict[str, Entry] = {
        "memory.max": File(f"{limit}\n".encode()),
        "memory.current": File(f"{machine.memory()}\n".encode()),
        "cpu.max": File(f"{quota} 100000\n".encode()),
        "cgroup.controllers": File(b"cpuset cpu io memory hugetlb pids rdma\n"),
    }
    return Directory({"fs": Directory({"cgroup": Directory(group)})}, mode=0o555)


def mount_table(machine: Machine) -> str:
    """What /proc/mounts says."""
    mode = "ro" if machine.container.spec.readonly else "rw"
    lines = [
        f"overlay / overlay {mode},relatime 0 0",
        "proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0",
        "tmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755 0 0",
        "sysfs /sys sysfs ro,nosuid,nodev,noexec,relatime 0 0",
        "cgroup /sys/fs/cgroup cgroup2 ro,nosuid,nodev,noexec,relatime 0 0",
    ]
    for mount in machine.container.spec.mounts:
        source = "tmpfs" if mount.kind == "tmpfs" else "/dev/vda1"
        lines.append(f"{source} {mount.path} {mount.kind} {'ro' if mount.readonly else 'rw'},relatime 0 0")
    return "\n".join(lines) + "\n"
