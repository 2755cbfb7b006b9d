//go:build linux

package e2e

import (
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// systemLog listens where journald and syslog daemons do.
type systemLog struct {
	socket  *net.UnixConn
	mu      sync.Mutex
	records []string
}

func startSystemLog() (*systemLog, error) {
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: "/dev/log", Net: "unixgram"})
	if err != nil {
		return nil, err
	}
	if err := os.Chmod("/dev/log", 0o666); err != nil {
		return nil, err
	}
	l := &systemLog{socket: socket}
	go l.listen()
	return l, nil
}

func (l *systemLog) listen() {
	datagram := make([]byte, 64<<10)
	for {
		n, err := l.socket.Read(datagram)
		if err != nil {
			return
		}
		l.mu.Lock()
		l.records = append(l.records, string(datagram[:n]))
		l.mu.Unlock()
	}
}

func (l *systemLog) stop() { l.socket.Close() }

// about returns the records so far that name a registry.
func (l *systemLog) about(host string) (found []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, record := range l.records {
		if strings.Contains(record, host) {
			found = append(found, record)
		}
	}
	return found
}

// mustHold waits for a record that names a registry and a code.
func (l *systemLog) mustHold(t *testing.T, host, code string) {
	t.Helper()
	held := func() bool {
		for _, record := range l.about(host) {
			if strings.Contains(record, program) && strings.Contains(record, code+": ") {
				return true
			}
		}
		return false
	}
	if !eventually(5*time.Second, held) {
		t.Errorf("the system log holds no record of %s for %s: %q", code, host, l.about(host))
	}
	if records := strings.Join(l.about(host), "\n"); strings.Contains(records, passwordMark) {
		t.Errorf("the system log holds a password: %q", records)
	}
}
