package runcache

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// First reports whether nobody asked for the key within the last period, on this
// machine and for this user. Of many that ask at once, one is first.
func (f *Folder) First(key string, period time.Duration) bool {
	file, err := f.openFile(fileName(key), unix.O_RDWR|unix.O_CREAT)
	if err != nil {
		return true
	}
	defer file.Close()
	if unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		return false
	}
	now := Now()
	if last, ok := readTime(file); ok && last <= now && now-last < period {
		return false
	}
	file.WriteAt([]byte(strconv.FormatInt(int64(now), 10)+"\n"), 0)
	return true
}

func readTime(file *os.File) (time.Duration, bool) {
	var text [32]byte
	n, _ := file.ReadAt(text[:], 0)
	if n == 0 {
		return 0, false
	}
	last, err := strconv.ParseInt(string(text[:n-1]), 10, 64)
	return time.Duration(last), err == nil
}

func (f *Folder) openFile(name string, flags int) (*os.File, error) {
	fd, err := unix.Openat(f.fd, name, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// fileName tells nothing of the key.
func fileName(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}
