package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// What several cells need to be set up.

// prime has the program keep a copy.
func (c *cell) prime() {
	if o := c.run(); o.stdout != c.answer() {
		c.t.Fatalf("before the fault: %+v", o)
	}
}

// remap changes the mapping for the faulty call.
func (c *cell) remap(from, to string) {
	text, err := os.ReadFile(c.env["ECSSECRETS_MAPPING"])
	must(c.t, err)
	c.env["ECSSECRETS_MAPPING"] = c.file("other.json", strings.Replace(string(text), from, to, 1))
}

// hasten has the faulty call wait for a second only.
func (c *cell) hasten() {
	c.remap(`"timeout": "5s"`, `"timeout": "1s"`)
	c.ends = shortTimeout + cellSlack
}

func (c *cell) throttle() {
	c.aws.Fail(awstest.Fault{Code: "ThrottlingException", Message: "Rate exceeded"})
}

// mounts puts something in another's place, for the helper alone.
func (c *cell) mounts(source, target string) {
	c.wrap = []string{"unshare", "--mount", "sh", "-c", `mount --bind "$0" "$1" && shift && exec "$@"`, source, target}
}

func dripOnce(w io.Writer, text string) {
	ticks := time.NewTicker(10 * time.Millisecond)
	defer ticks.Stop()
	for i := range len(text) {
		io.WriteString(w, text[i:i+1])
		<-ticks.C
	}
}

func makeFifo(path string) error {
	os.Remove(path)
	return unix.Mkfifo(path, 0o600)
}

// onDisk gives the program a runtime folder that is on no tmpfs, where the
// machine's temporary files are not.
func (c *cell) onDisk() {
	folder := c.t.TempDir()
	must(c.t, errors.Join(os.Chmod(folder, 0o700), os.Mkdir(filepath.Join(folder, "ecssecrets"), 0o700)))
	c.env["XDG_RUNTIME_DIR"] = folder
	var fs unix.Statfs_t
	if must(c.t, unix.Statfs(folder, &fs)); fs.Type == unix.TMPFS_MAGIC {
		return
	}
	c.heals(func() {
		if names, _ := filepath.Glob(filepath.Join(folder, "ecssecrets", "*")); len(names) > 0 {
			c.t.Errorf("left on a disk: %q", names)
		}
	})
}

// mountRuntime puts a small tmpfs in the runtime folder's place.
func (c *cell) mountRuntime(path string) {
	must(c.t, errors.Join(os.Mkdir(path, 0o700), unix.Mount("tmpfs", path, "tmpfs", 0, "mode=700,size=64k")))
	c.t.Cleanup(func() { unix.Unmount(path, unix.MNT_DETACH) })
}

func (c *cell) fillUp(path string) {
	c.mountRuntime(path)
	ballast := filepath.Join(path, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); !errors.Is(err, unix.ENOSPC) {
		c.t.Fatalf("the tmpfs is not full: %v", err)
	}
	c.heals(func() { os.Remove(ballast) })
}

func (c *cell) makeReadOnly(path string) {
	c.mountRuntime(path)
	must(c.t, unix.Mount("", path, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	c.heals(func() { must(c.t, unix.Mount("", path, "", unix.MS_REMOUNT, "")) })
}

// leaveMuch leaves what a thousand killed helpers could have left.
func (c *cell) leaveMuch(path string) {
	must(c.t, os.Mkdir(path, 0o700))
	for i := range 1000 {
		name := fmt.Sprintf("%s%d-1", []string{"new-", "lock-"}[i%2], i)
		must(c.t, os.WriteFile(filepath.Join(path, name), []byte("9000000000000000000\ncanary"), 0o600))
	}
	c.leavings = true
}

// holdLock is another helper that never ends.
func (c *cell) holdLock(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	c.heals(func() { file.Close() })
	return unix.Flock(int(file.Fd()), unix.LOCK_EX)
}

func (c *cell) listenUnix(network string) string {
	path := c.path("socket")
	var err error
	var listener io.Closer
	if network == "unixgram" {
		listener, err = net.ListenUnixgram(network, &net.UnixAddr{Name: path, Net: network})
	} else {
		listener, err = net.Listen(network, path)
	}
	must(c.t, err)
	c.t.Cleanup(func() { listener.Close() })
	return path
}

func (c *cell) streamLog() string { return c.listenUnix("unix") }

// deadLog is the socket of a log that has ended.
func (c *cell) deadLog() string {
	path := c.path("socket")
	socket, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	must(c.t, err)
	must(c.t, errors.Join(unix.Bind(socket, &unix.SockaddrUnix{Name: path}), unix.Close(socket)))
	return path
}

// fullLog is the socket of a log that does not read any more. One sender may have
// less room than the log: it takes several until a new one has none.
func (c *cell) fullLog() string {
	path := c.listenUnix("unixgram")
	for c.fill(path) > 0 {
	}
	return path
}

// fill sends records until no more are taken, and gives their number.
func (c *cell) fill(path string) (sent int) {
	socket, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	must(c.t, err)
	c.t.Cleanup(func() { unix.Close(socket) })
	must(c.t, unix.Connect(socket, &unix.SockaddrUnix{Name: path}))
	for {
		if _, err := unix.Write(socket, []byte("record")); err != nil {
			return sent
		}
		sent++
	}
}

// reopens starts AWS again when the fault is taken away.
func (c *cell) reopens() {
	c.heals(func() {
		c.aws = awstest.Start()
		c.t.Cleanup(c.aws.Close)
	})
}

func (c *cell) checkUnwritten(o observed) {
	c.t.Helper()
	lines := strings.SplitAfter(o.stderr, "\n")
	if o.code != 1 || o.stdout != "" || len(lines) != 3 || !failureLine.MatchString(lines[0]) || !failureLine.MatchString(lines[1]) {
		c.t.Errorf("exit code %d, stdout %q, stderr %q; want 1, nothing, two lines", o.code, o.stdout, o.stderr)
	}
	c.checkLog(o, "secret-not-found: ")
}
