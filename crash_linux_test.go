package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// crashes are the signals by which Go's runtime tells of its own fatal errors, or
// after which the system would dump a core.
var crashes = []syscall.Signal{syscall.SIGQUIT, syscall.SIGABRT, syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL, syscall.SIGTRAP, syscall.SIGSYS}

// TestACrashShowsNoPassword: a helper that has the password in hand, and dies with
// every stack printed, prints it nowhere and leaves no core.
func TestACrashShowsNoPassword(t *testing.T) {
	s := newSite(t)
	for _, crash := range crashes {
		s.forget(t)
		command, folder := s.crashing(t, `ulimit -c unlimited && exec "$0" get`)
		var stderr bytes.Buffer
		command.Stderr = &stderr
		command.Stdout = fullPipe(t)
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		s.waitForRecord(t)
		command.Process.Signal(crash)
		command.Wait()
		status := command.ProcessState.Sys().(syscall.WaitStatus)
		left, _ := os.ReadDir(folder)
		if status.ExitStatus() == 0 || status.CoreDump() || len(left) > 0 {
			t.Errorf("%v: ended with %v, left %v", crash, command.ProcessState, left)
		}
		if text := stderr.String(); !strings.Contains(text, "goroutine ") || hasPassword(text, "canary-herd") {
			t.Errorf("%v: no stacks, or the password: %.2000q", crash, text)
		}
	}
}

// TestTooLittleMemoryShowsNoPassword: so it is where memory ends, at any point.
func TestTooLittleMemoryShowsNoPassword(t *testing.T) {
	s := newSite(t)
	ends := map[bool]int{}
	for kilobytes := 60_000; kilobytes <= 2_000_000; kilobytes = kilobytes * 5 / 4 {
		s.forget(t)
		command, _ := s.crashing(t, fmt.Sprintf(`ulimit -v %d && exec "$0" get`, kilobytes))
		var stdout, stderr bytes.Buffer
		command.Stdout, command.Stderr = &stdout, &stderr
		command.Run()
		answered := stdout.String() == herdAnswer
		if !answered && hasPassword(stdout.String(), "canary-herd") || hasPassword(stderr.String(), "canary-herd") {
			t.Errorf("%d kB: stdout %q, stderr %.2000q", kilobytes, &stdout, &stderr)
		}
		ends[answered]++
	}
	if ends[true] == 0 || ends[false] == 0 {
		t.Errorf("all ended alike: %v", ends)
	}
}

// crashing is the program behind a shell's command, in an empty folder.
func (s *site) crashing(t *testing.T, script string) (command *exec.Cmd, folder string) {
	t.Helper()
	command, folder = s.command(strings.NewReader(herdHost)), t.TempDir()
	command.Path, command.Args = "/bin/sh", []string{"sh", "-c", script, s.program}
	command.Dir, command.Env = folder, append(command.Env, "GOTRACEBACK=crash")
	return command, folder
}

// fullPipe is a pipe that nobody reads and that takes nothing more.
func fullPipe(t *testing.T) *os.File {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close(); writer.Close() })
	writer.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	if _, err := io.Copy(writer, zeros{}); err == nil {
		t.Fatal("the pipe has no end")
	}
	return writer
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// waitForRecord waits until the program has kept the answer that it is to write.
func (s *site) waitForRecord(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		files, _ := filepath.Glob(filepath.Join(s.runtime, "ecssecrets", "*"))
		for _, file := range files {
			if text, err := os.ReadFile(file); err == nil && bytes.Contains(text, []byte("canary-herd")) && !strings.Contains(file, "new-") {
				return
			}
		}
		unix.Nanosleep(&unix.Timespec{Nsec: 1e6}, nil)
	}
	t.Fatal("no answer was kept")
}
