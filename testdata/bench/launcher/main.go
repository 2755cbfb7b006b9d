// Runs its arguments as a program and prints the most memory that it had, in KiB,
// behind what it printed itself. A process starts with its parent's peak
// (ru_maxrss, getrusage(2)), so the parent has to be smaller than what it
// measures: this one has neither fmt nor os/exec.
package main

import (
	"os"
	"strconv"
	"syscall"
)

func main() {
	pid, err := syscall.ForkExec(os.Args[1], os.Args[1:], &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}})
	if err != nil {
		panic(err)
	}
	var status syscall.WaitStatus
	var usage syscall.Rusage
	if _, err := syscall.Wait4(pid, &status, 0, &usage); err != nil {
		panic(err)
	}
	os.Stdout.WriteString(strconv.FormatInt(usage.Maxrss, 10) + "\n")
	os.Exit(status.ExitStatus())
}
