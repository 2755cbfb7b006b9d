package main

import (
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
