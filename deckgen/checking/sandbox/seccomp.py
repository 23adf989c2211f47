"""seccomp: the system calls that a check may make, as two small filters in the kernel's own byte code (x86-64).

The first is loaded once and inherited: it denies what no check has a use for. The second is loaded per run, when the
process has its final number: it denies new processes and whatever reaches another one. What is denied fails with EPERM.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterable, Sequence

from .kernel import syscall

_SECCOMP, _SET_MODE_FILTER = 317, 1
_AUDIT_ARCH_X86_64 = 0xC000003E
_NEWEST_KNOWN = 470

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _JUMP, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x05, 0x06
_NUMBER, _ARCH, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24
_KILL, _ALLOW = 0x80000000, 0x7FFF0000

_CLONE_THREAD = 0x10000
_AF_UNIX, _SOCK_STREAM, _SOCK_TYPE_MASK = 1, 1, 0xF

DENIED_ALWAYS = {
    # other namespaces and mounts
    "unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433, "mount_setattr": 442,
    # other processes
    "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "pidfd_getfd": 438,
    "process_madvise": 440, "process_mrelease": 448, "migrate_pages": 256, "move_pages": 279, "setpriority": 141,
    "sched_setparam": 142, "sched_setscheduler": 144, "sched_setattr": 314, "sched_setaffinity": 203, "ioprio_set": 251,
    # memory that no limit counts, or that outlives the process
    "shmget": 29, "msgget": 68, "semget": 64, "mq_open": 240, "memfd_secret": 447,
    # what Landlock does not mediate: owner, attributes and times of files
    "chown": 92, "fchown": 93, "lchown": 94, "fchownat": 260, "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190,
    "removexattr": 197, "lremovexattr": 198, "fremovexattr": 199, "utime": 132, "utimes": 235, "futimesat": 261,
    "utimensat": 280, "setxattrat": 463, "removexattrat": 466, "file_setattr": 469,
    # the kernel's own surface
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "bpf": 321,
    "perf_event_open": 298, "keyctl": 250, "add_key": 248, "request_key": 249, "userfaultfd": 323, "kexec_load": 246,
    "kexec_file_load": 320, "init_module": 175, "finit_module": 313, "delete_module": 176, "reboot": 169, "swapon": 167,
    "swapoff": 168, "acct": 163, "quotactl": 179, "quotactl_fd": 443, "settimeofday": 164, "clock_settime": 227,
    "clock_adjtime": 305, "adjtimex": 159, "sethostname": 170, "setdomainname": 171, "syslog": 103, "iopl": 172,
    "ioperm": 173, "personality": 135, "modify_ldt": 154, "name_to_handle_at": 303, "open_by_handle_at": 304,
    "fanotify_init": 300, "vhangup": 153, "mknod": 133, "mknodat": 259,
    # other users
    "setuid": 105, "setgid": 106, "setreuid": 113, "setregid": 114, "setgroups": 116, "setresuid": 117,
    "setresgid": 119, "setfsuid": 122, "setfsgid": 123, "capset": 126,
}  # fmt: skip
DENIED_IN_A_RUN = {
    # new programs and processes; threads are made by clone, see below
    "fork": 57, "vfork": 58, "execve": 59, "execveat": 322,
    # modes of files, which the zygote itself changes to clean up
    "chmod": 90, "fchmod": 91, "fchmodat": 268, "fchmodat2": 452,
    # signals that name a thread or a descriptor instead of a process, and memory files, which no limit counts
    "tkill": 200, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297, "pidfd_send_signal": 424, "pidfd_open": 434,
    "memfd_create": 319,
}  # fmt: skip
_CLONE, _CLONE3, _KILL_PROCESS, _TGKILL, _PRLIMIT = 56, 435, 62, 234, 302
_SOCKET, _SOCKETPAIR, _IOCTL, _FCNTL = 41, 53, 16, 72
_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
_OWNERS = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: they have the kernel send signals to whomever

_Program = list[bytes]


def _word(code: int, constant: int, yes: int = 0, no: int = 0) -> bytes:
    """One instruction; `yes` and `no` are how many instructions a comparison skips."""
    return struct.pack("HBBI", code, yes, no, constant & 0xFFFFFFFF)


def _fail(number: int = errno.EPERM) -> bytes:
    return _word(_RETURN, 0x00050000 | number)


_ALLOWED = _word(_RETURN, _ALLOW)
_PROLOGUE = [
    _word(_LOAD, _ARCH),
    _word(_EQUAL, _AUDIT_ARCH_X86_64, yes=1),
    _word(_RETURN, _KILL),
    _word(_LOAD, _NUMBER),
]


def _when(number: int, body: _Program) -> _Program:
    """Run `body`, which returns on every path, for one system call."""
    return [_word(_EQUAL, number, no=len(body)), *body]


def _only(values: Sequence[int], *, argument: int, mask: int | None = None, number: int = errno.EPERM) -> _Program:
    """Allow a call if an argument is one of some values, else fail."""
    head = [_word(_LOAD, argument)] + ([_word(_AND, mask)] if mask is not None else [])
    tests = [_word(_EQUAL, value, yes=len(values) - index) for index, value in enumerate(values)]
    return [*head, *tests, _fail(number), _ALLOWED]


def _never(values: Sequence[int], *, argument: int) -> _Program:
    """Fail a call if an argument is one of some values, else allow it."""
    tests = [_word(_EQUAL, value, yes=len(values) - index) for index, value in enumerate(values)]
    return [_word(_LOAD, argument), *tests, _ALLOWED, _fail()]


def _deny(numbers: Sequence[int]) -> _Program:
    """Fail the calls of a sorted list and allow all others, by binary search."""
    if len(numbers) <= 4:
        tests = [_word(_EQUAL, number, yes=len(numbers) - index) for index, number in enumerate(numbers)]
        return [*tests, _ALLOWED, _fail()]
    middle = len(numbers) // 2
    low, high = _deny(numbers[:middle]), _deny(numbers[middle:])
    if len(low) > 255:  # a comparison skips 255 instructions at most, a jump any number
        return [_word(_AT_LEAST, numbers[middle], no=1), _word(_JUMP, len(low)), *low, *high]
    return [_word(_AT_LEAST, numbers[middle], yes=len(low)), *low, *high]


def confine(*, sockets: bool) -> None:
    """Load the filter that a zygote and all its children live under. Raises KernelError.

    `sockets`: whether a check may make sockets, which then are streams on this machine.
    """
    streams = _only([_SOCK_STREAM], argument=_SECOND_ARGUMENT, mask=_SOCK_TYPE_MASK)
    local = [_word(_LOAD, _FIRST_ARGUMENT), _word(_EQUAL, _AF_UNIX, yes=1), _fail(), *streams]
    program = [
        *_PROLOGUE,
        _word(_AT_LEAST, _NEWEST_KNOWN, no=1),  # calls of the future, and of the x32 interface
        _fail(errno.ENOSYS),
        # A pair of datagram sockets can send to any named socket, so pairs are streams.
        *_when(_SOCKETPAIR, streams),
        *_when(_SOCKET, local if sockets else [_fail()]),
        *_when(_IOCTL, _only(_IOCTLS, argument=_SECOND_ARGUMENT, number=errno.ENOTTY)),
        *_when(_FCNTL, _never(_OWNERS, argument=_SECOND_ARGUMENT)),
        *_deny(sorted(DENIED_ALWAYS.values())),
    ]
    _load(program)


def confine_run(pid: int) -> None:
    """Load the filter of one run: threads but no processes, signals and limits for itself alone. Raises KernelError."""
    own = [pid]
    thread = [
        _word(_LOAD, _FIRST_ARGUMENT),
        _word(_ANY_BIT, _CLONE_THREAD, no=1),
        _ALLOWED,
        _fail(),
    ]
    program = [
        *_PROLOGUE,
        *_when(_CLONE3, [_fail(errno.ENOSYS)]),  # its flags lie in memory; the C library falls back to clone
        *_when(_CLONE, thread),
        *_when(_KILL_PROCESS, _only(own, argument=_FIRST_ARGUMENT)),
        *_when(_TGKILL, _only(own, argument=_FIRST_ARGUMENT)),
        *_when(_PRLIMIT, _only([0, pid], argument=_FIRST_ARGUMENT)),
        *_deny(sorted(DENIED_IN_A_RUN.values())),
    ]
    _load(program)


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _load(program: Iterable[bytes]) -> None:
    code = b"".join(program)
    found = _Filter(len(code) // 8, code)
    syscall("seccomp", _SECCOMP, _SET_MODE_FILTER, 0, bytes(found))
