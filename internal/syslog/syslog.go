// Package syslog sends single records to the system log, which on Linux is
// journald or a syslog daemon behind /dev/log. It never waits: a log that is not
// there, or is full, loses the record.
package syslog

import (
	"fmt"
	"os"
	"time"
)

// Socket is where the system log listens (syslog(3)).
const Socket = "/dev/log"

// userError is facility user, severity error (RFC 3164, section 4.1.1).
const userError = 1<<3 | 3

// Send sends one record, in the form that the C library's syslog() gives it.
func Send(socket, program, message string) {
	send(socket, fmt.Sprintf("<%d>%s %s[%d]: %s", userError, time.Now().Format(time.Stamp), program, os.Getpid(), message))
}
