"""The nursery: a process that has imported SQLAlchemy, and forks a fork server for each socket that it is given."""

from __future__ import annotations

import gc
import os
import signal
import socket

from . import prewarm, zygote


def serve(descriptor: int) -> None:
    """Fork a fork server for every pair of descriptors that comes over a socket, until its end; never returns.

    They are the socket on which it serves, and the leash, a pipe in which it writes what process it is, and which is
    open until that has ended. It runs no stranger's code itself.
    """
    nursery = socket.socket(fileno=descriptor)
    os.chdir("/")
    prewarm.warm()
    gc.collect()
    gc.freeze()  # a run collects what it left: not in all of SQLAlchemy, ten times over
    prewarm.rehearse()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody else reaps them
    while True:
        message, descriptors, *_ = socket.recv_fds(nursery, 1, 2)
        if not message:
            os._exit(0)
        channel, leash = descriptors
        pid = os.fork()
        if pid == 0:
            try:
                nursery.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.setsid()
                os.write(leash, os.getpid().to_bytes(4, "little"))
                zygote.serve(channel, leash)
            finally:
                os._exit(1)
        os.close(channel)
        os.close(leash)
