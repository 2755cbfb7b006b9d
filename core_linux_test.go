package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// TestNoCoreDump: a helper that dies of SIGQUIT while it asks AWS leaves no core,
// although the limit allows one and Go is told to dump it.
func TestNoCoreDump(t *testing.T) {
	s := newSite(t)
	s.aws.Fail(awstest.Fault{Hang: true})
	folder := t.TempDir()
	command := s.command(strings.NewReader(herdHost))
	command.Path, command.Args = "/bin/sh", []string{"sh", "-c", `ulimit -c unlimited && exec "$0" get`, s.program}
	command.Dir, command.Env = folder, append(command.Env, "GOTRACEBACK=crash")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); s.aws.Count("", "") == 0 && time.Now().Before(deadline); {
		unix.Nanosleep(&unix.Timespec{Nsec: 1e6}, nil)
	}
	command.Process.Signal(syscall.SIGQUIT)
	command.Wait()
	status := command.ProcessState.Sys().(syscall.WaitStatus)
	if !status.Signaled() || status.CoreDump() {
		t.Errorf("ended with %v, want a signal and no core", command.ProcessState)
	}
	if cores, _ := filepath.Glob(filepath.Join(folder, "core*")); len(cores) > 0 {
		t.Errorf("left %v", cores)
	}
	if strings.Contains(stderr.String(), awstest.SecretAccessKey) {
		t.Error("the crash output holds the secret access key")
	}
}
