//go:build unix

package helper

import (
	"os/exec"
	"syscall"
)

// endWithChildren has the deadline end what the program started, too: it would
// keep the client's stderr, for whose end some clients wait.
func endWithChildren(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
