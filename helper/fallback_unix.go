//go:build unix

package helper

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// endWithChildren has the deadline end what the program started, too: it would
// keep the client's stderr, for whose end some clients wait. And it gives the
// program SIGPIPE as usual, which is ignored here: a signal that is caught is not
// inherited.
func endWithChildren(command *exec.Cmd) {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
