package runcache

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Files that carry no time of their own are leftovers when nobody holds their
// lock.
const (
	temporaryPrefix = "new-"
	lockPrefix      = "lock-"
)

// Remove forgets every value whose name begins so.
func (f *Folder) Remove(prefix string) {
	for _, name := range f.names() {
		if strings.HasPrefix(name, prefix) {
			unix.Unlinkat(f.fd, name, 0)
		}
	}
}

// sweep removes values past their time and what killed processes left.
func (f *Folder) sweep() {
	for _, name := range f.names() {
		f.sweepFile(name)
	}
}

func (f *Folder) sweepFile(name string) {
	file, err := f.open(name, unix.O_RDONLY)
	if err != nil {
		return
	}
	defer file.Close()
	if strings.HasPrefix(name, temporaryPrefix) || strings.HasPrefix(name, lockPrefix) {
		if unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
			unix.Unlinkat(f.fd, name, 0)
		}
		return
	}
	if _, until, err := read(file); err != nil || until <= Now() {
		unix.Unlinkat(f.fd, name, 0)
	}
}

func (f *Folder) names() []string {
	fd, err := unix.Openat(f.fd, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	folder := os.NewFile(uintptr(fd), folderName)
	defer folder.Close()
	names, _ := folder.Readdirnames(-1)
	return names
}
