//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// ignoreBrokenPipes makes a write to a client that is gone an error, with exit
// code 1, instead of a death by signal. A signal that is caught, and not ignored,
// is as usual again for the programs that this one starts.
func ignoreBrokenPipes() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }
