package runcache

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// maxValue bounds a value: a secret of 64 KiB as JSON, every byte escaped.
const maxValue = 1 << 20

// Get gives a value that is still to be kept.
func (f *Folder) Get(name string) ([]byte, bool) {
	file, err := f.open(name, unix.O_RDONLY)
	if err != nil {
		return nil, false
	}
	defer file.Close()
	value, until, err := read(file)
	return value, err == nil && Now() < until
}

// read splits a file into the time until when it is kept, in nanoseconds since
// the machine started, and the value.
func read(file *os.File) (value []byte, until time.Duration, err error) {
	text, err := io.ReadAll(io.LimitReader(file, maxValue))
	if err != nil {
		return nil, 0, err
	}
	first, value, ok := bytes.Cut(text, []byte("\n"))
	if !ok {
		return nil, 0, errors.New("no time")
	}
	nanoseconds, err := strconv.ParseInt(string(first), 10, 64)
	return value, time.Duration(nanoseconds), err
}

// Put keeps a value for a while, in the place of an earlier one of that name.
// Readers see the one or the other, whole.
func (f *Folder) Put(name string, value []byte, keep time.Duration) error {
	f.sweep()
	temporary := fmt.Sprintf("%s%d-%d", temporaryPrefix, os.Getpid(), time.Now().UnixNano())
	file, err := f.open(temporary, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL)
	if err != nil {
		return err
	}
	defer file.Close()
	// Held until the file has its name, so that no sweep takes it for a leftover.
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return err
	}
	_, err = fmt.Fprintf(file, "%d\n%s", Now()+keep, value)
	if err == nil {
		err = unix.Renameat(f.fd, temporary, f.fd, name)
	}
	if err != nil {
		unix.Unlinkat(f.fd, temporary, 0)
	}
	return err
}

// Writable reports whether a value of usual size could be put now: a full or
// read-only tmpfs is better known before many wait for the value. A tmpfs that
// counts no blocks or no inodes has no end of them (tmpfs(5)).
func (f *Folder) Writable() bool {
	var fs unix.Statfs_t
	if unix.Fstatfs(f.fd, &fs) != nil || fs.Flags&unix.ST_RDONLY != 0 {
		return false
	}
	room := fs.Blocks == 0 || fs.Bavail*uint64(fs.Bsize) >= 16<<10
	return room && (fs.Files == 0 || fs.Ffree > 1)
}

// open refuses what is no plain file of ours: nothing else is ever made here.
func (f *Folder) open(name string, flags int) (*os.File, error) {
	fd, err := unix.Openat(f.fd, name, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, err
	}
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil || stat.Mode&unix.S_IFMT != unix.S_IFREG || int(stat.Uid) != os.Geteuid() || stat.Mode&0o077 != 0 {
		unix.Close(fd)
		return nil, errors.New("not a file of ours")
	}
	return os.NewFile(uintptr(fd), name), nil
}
