"""Become another program that dies when its parent does.

Run by file path as a small program of its own, `leash.py SIGNAL PARENT USER -- ARGV`: it asks the kernel to be sent
SIGNAL when its parent is gone, optionally stops being root, and then turns into ARGV. A separate program, because the
kernel forgets the request when the user changes, and because code between fork and exec is unsafe in a process with
threads. On other systems than Linux it only changes user: there, what is left behind is cleared at the next start.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1
KEEP_USER = "-"


def main() -> None:
    death_signal, parent, user, _, *argv = sys.argv[1:]
    if user != KEEP_USER:
        _become(user)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit("the parent was gone before we could watch it")
    os.execv(argv[0], argv)  # noqa: S606  the whole purpose


def _become(user: str) -> None:
    entry = pwd.getpwnam(user)
    os.initgroups(user, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


if __name__ == "__main__":
    main()
