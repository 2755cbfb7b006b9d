//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// ignoreBrokenPipes makes a write to a client that is gone an error, with exit
// code 1, instead of a death by signal.
func ignoreBrokenPipes() { signal.Ignore(syscall.SIGPIPE) }
