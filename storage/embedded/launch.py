"""Becomes a program that never outlives its owner. Run by path, in a process of its own; standard library only.

    python -I -S launch.py METHOD OWNER_PID UID GID PROGRAM ARGUMENT…       (UID -1: stay who we are)

Standard input is a pipe of which only the owner holds the other end. Methods:
  kernel  Linux sends the program SIGINT when the thread that started us ends (PR_SET_PDEATHSIG).
  watch   we stay, and send the program SIGINT when the pipe ends. For systems where the kernel cannot.
SIGINT is PostgreSQL's fast shutdown: every session is ended and the data is left clean.
A script instead of a `preexec_fn`, which may deadlock in a process with threads.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

if sys.platform == "linux":
    import ctypes

    LIBC = ctypes.CDLL(None)  # loaded as root: the user we become may not be able to read it

PR_SET_PDEATHSIG = 1


def main(method: str, owner: str, uid: str, gid: str, *command: str) -> int:
    become(int(uid), int(gid))
    os.chdir("/")
    if method == "kernel":
        replace(int(owner), command)
    return watch(command)


def become(uid: int, gid: int) -> None:
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)


def replace(owner: int, command: tuple[str, ...]) -> None:
    """Asked for after `become`, which would clear it."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != owner:  # it died before we asked
        raise SystemExit(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


def watch(command: tuple[str, ...]) -> int:
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: child.send_signal(received))
    threading.Thread(target=stop_with_owner, args=(child,), daemon=True).start()
    return child.wait()


def stop_with_owner(child: subprocess.Popen[bytes]) -> None:
    os.read(0, 1)
    child.send_signal(signal.SIGINT)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
