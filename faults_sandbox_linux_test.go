package main

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// lab is where the cells of the fault matrix are tried.
type lab struct {
	program string
	bare    bool // no namespaces: the machine's own network and log
	log     *logReader
}

func newLab(t *testing.T, program string) *lab {
	t.Helper()
	l := &lab{program: program, bare: os.Getenv("ECSSECRETS_FAULTS_BARE") != ""}
	if l.bare {
		return l
	}
	folder := t.TempDir()
	must(t, errors.Join(addAddress("lo", "127.0.0.1"), unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")))
	must(t, mountDevices(filepath.Join(folder, "dev")))
	must(t, hideSettings(folder))
	os.WriteFile("/proc/sys/net/unix/max_dgram_qlen", []byte("512"), 0) // root's alone; without it the reader has to be quick
	l.log = readLog(t, "/dev/log")
	startNameServer(t)
	return l
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sandboxAttributes are new namespaces: of a user's own, in which they are root,
// for who is not root.
func sandboxAttributes() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWNET}
	if os.Geteuid() != 0 {
		attributes.Cloneflags |= unix.CLONE_NEWUSER
		attributes.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		attributes.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	return attributes
}

func mayUnshare() bool {
	command := exec.Command("mount", "-t", "tmpfs", "tmpfs", "/tmp")
	command.SysProcAttr = sandboxAttributes()
	return command.Run() == nil
}

// mountDevices gives /dev a place for a log, next to what every program expects.
func mountDevices(dev string) error {
	errs := []error{os.Mkdir(dev, 0o755), unix.Mount("tmpfs", dev, "tmpfs", 0, "mode=755")}
	for _, name := range []string{"null", "zero", "full", "random", "urandom"} {
		path := filepath.Join(dev, name)
		errs = append(errs, os.WriteFile(path, nil, 0o666), unix.Mount("/dev/"+name, path, "", unix.MS_BIND, ""))
	}
	shm := filepath.Join(dev, "shm")
	errs = append(errs, os.Mkdir(shm, 0o1777), unix.Mount("/dev/shm", shm, "", unix.MS_BIND|unix.MS_REC, ""))
	for i, name := range []string{"stdin", "stdout", "stderr"} {
		errs = append(errs, os.Symlink("/proc/self/fd/"+strconv.Itoa(i), filepath.Join(dev, name)))
	}
	errs = append(errs, os.Symlink("/proc/self/fd", filepath.Join(dev, "fd")))
	return errors.Join(append(errs, unix.Mount(dev, "/dev", "", unix.MS_MOVE, ""))...)
}

// hideSettings takes the machine's own settings out of sight, and names this
// network's name server.
func hideSettings(folder string) error {
	var errs []error
	for _, path := range []string{"/etc/ecssecrets", "/etc/ecs", "/var/lib/ecs"} {
		if _, err := os.Stat(path); err == nil {
			errs = append(errs, unix.Mount("tmpfs", path, "tmpfs", 0, "mode=755"))
		}
	}
	resolver := filepath.Join(folder, "resolv.conf")
	errs = append(errs, os.WriteFile(resolver, []byte("nameserver 127.0.0.1\nsearch .\n"), 0o644))
	if _, err := os.Stat("/etc/resolv.conf"); err == nil { // 127.0.0.1 is what a machine without one asks
		errs = append(errs, unix.Mount(resolver, "/etc/resolv.conf", "", unix.MS_BIND, ""))
	}
	return errors.Join(errs...)
}

// logReader keeps the records that came over a system log's socket.
type logReader struct {
	mu      sync.Mutex
	records []string
}

func readLog(t *testing.T, path string) *logReader {
	t.Helper()
	connection, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	must(t, err)
	t.Cleanup(func() { connection.Close() })
	l := &logReader{}
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := connection.Read(buffer)
			if err != nil {
				return
			}
			l.mu.Lock()
			l.records = append(l.records, string(buffer[:n]))
			l.mu.Unlock()
		}
	}()
	return l
}

// of gives the records of one process, waiting for as many as are expected.
func (l *logReader) of(pid, expected int) (records []string) {
	eventually(func() bool {
		records = l.now(pid)
		return len(records) >= expected
	})
	return records
}

func (l *logReader) now(pid int) (records []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, record := range l.records {
		if strings.Contains(record, "["+strconv.Itoa(pid)+"]: ") {
			records = append(records, record)
		}
	}
	return records
}
