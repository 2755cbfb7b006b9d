package main

import (
	"os"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// read takes the records that are there. A program's records are there when it
// has ended: nothing has to be waited for.
func (l *systemLog) read() (records []string) {
	raw, err := l.connection.SyscallConn()
	if err != nil {
		panic(err)
	}
	buffer := make([]byte, 4096)
	raw.Read(func(fd uintptr) bool {
		for {
			n, _, err := syscall.Recvfrom(int(fd), buffer, syscall.MSG_DONTWAIT)
			if err != nil {
				return true
			}
			records = append(records, string(buffer[:n]))
		}
	})
	return records
}

// fifo FILE
func fifo(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o600))
}

// tmpfs gives the script a runtime folder on tmpfs, which it does not have
// otherwise.
func tmpfs(ts *testscript.TestScript, _ bool, _ []string) {
	folder, err := os.MkdirTemp("/dev/shm", "ecssecrets-test-")
	ts.Check(err)
	ts.Defer(func() { os.RemoveAll(folder) })
	ts.Setenv("XDG_RUNTIME_DIR", folder)
}

// becomeNobody gives up root's rights. Who is not root stays who they are.
func becomeNobody() {
	if os.Geteuid() != 0 {
		return
	}
	for _, err := range []error{syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody)} {
		if err != nil {
			panic(err)
		}
	}
}

const nobody = 65534
