package main

import "golang.org/x/sys/unix"

// dumpNoCore keeps passwords out of core dumps, also of those that a pipe in
// core_pattern takes, and other processes of the user from looking in (prctl(2)).
func dumpNoCore() { unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) }
