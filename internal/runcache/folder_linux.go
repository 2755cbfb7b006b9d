package runcache

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Folder is the open runtime folder. Every file is reached through it, so that
// nothing put in its place afterwards is ever looked at.
type Folder struct{ fd int }

const folderName = "ecssecrets"

// Open opens the folder, and makes it where only its parent is there. The error
// says why there can be none.
func Open() (*Folder, error) {
	parent, err := openParent()
	if err != nil {
		return nil, err
	}
	defer unix.Close(parent)
	fd, err := unix.Openat(parent, folderName, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) {
		unix.Mkdirat(parent, folderName, 0o700)
		fd, err = unix.Openat(parent, folderName, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		return nil, fmt.Errorf("runtime folder: %w", err)
	}
	if err := check(fd); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("runtime folder: %w", err)
	}
	return &Folder{fd}, nil
}

// Close closes the folder; a nil one is closed already.
func (f *Folder) Close() {
	if f != nil {
		unix.Close(f.fd)
	}
}

// openParent opens the first of the places where a runtime folder may be: the
// session's, if it is ours; the user's; root's.
func openParent() (int, error) {
	var places []string
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		if fd, ok := openOurs(dir); ok {
			return fd, nil
		}
		places = append(places, dir)
	}
	uid, err := outerUID()
	if err != nil {
		return -1, err
	}
	usual := []string{filepath.Join("/run/user", strconv.Itoa(uid))}
	if uid == 0 {
		usual = append(usual, "/run")
	}
	for _, place := range usual {
		if fd, ok := openOurs(place); ok {
			return fd, nil
		}
	}
	places = slices.Compact(append(places, usual...))
	return -1, fmt.Errorf("runtime folder: none of %s is there and ours", strings.Join(places, ", "))
}

func openOurs(place string) (fd int, ok bool) {
	fd, err := unix.Open(place, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, false
	}
	var stat unix.Stat_t
	if unix.Fstat(fd, &stat) == nil && int(stat.Uid) == os.Geteuid() && stat.Mode&0o022 == 0 {
		return fd, true
	}
	unix.Close(fd)
	return -1, false
}

// outerUID is who the user is outside a user namespace, as rootless podman makes
// one: there root's folder is not ours, although we are root (user_namespaces(7)).
func outerUID() (int, error) {
	maps, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		return 0, err
	}
	euid := os.Geteuid()
	for line := range strings.Lines(string(maps)) {
		var inside, outside, count int
		if _, err := fmt.Sscan(line, &inside, &outside, &count); err == nil && inside <= euid && euid-inside < count {
			return outside + euid - inside, nil
		}
	}
	return 0, errors.New("runtime folder: this user has no number outside its user namespace")
}

func check(fd int) error {
	var stat unix.Stat_t
	var fs unix.Statfs_t
	switch {
	case unix.Fstat(fd, &stat) != nil || int(stat.Uid) != os.Geteuid():
		return errors.New("it belongs to another user")
	case stat.Mode&0o077 != 0:
		return errors.New("others may look into it")
	case unix.Fstatfs(fd, &fs) != nil || fs.Type != unix.TMPFS_MAGIC:
		return errors.New("it is not on tmpfs")
	}
	return nil
}

// Now is [Now], for those who get a clock with the folder.
func (f *Folder) Now() time.Duration { return Now() }

// Now is the time since the machine started, time asleep included. Setting the
// clock does not change it.
func Now() time.Duration {
	var ts unix.Timespec
	unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts)
	return time.Duration(ts.Nano())
}
