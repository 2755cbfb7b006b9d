//go:build linux

package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

func sandboxNamespaces(command ...string) []string {
	return append([]string{"--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"}, command...)
}

// runSandboxed starts this test binary again in its sandbox, with the programs of
// a folder, and returns its exit code.
func runSandboxed(dir string) int {
	command := append([]string{"sh", filepath.Join("testdata", "sandbox.sh"), dir}, uncached(os.Args)...)
	cmd := exec.Command("unshare", sandboxNamespaces(command...)...)
	cmd.Env = append(os.Environ(), sandboxed+"="+dir, "TMPDIR="+dir)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1)
	}
	if err != nil {
		return failed(err)
	}
	return 0
}

// uncached leaves out the flag by which the go command learns what a result
// depends on, without which it does not keep the result: it could not know that
// this one depends on every source of the program and on the parts.
func uncached(args []string) []string {
	return slices.DeleteFunc(slices.Clone(args), func(arg string) bool {
		return strings.HasPrefix(arg, "-test.testlogfile=")
	})
}
