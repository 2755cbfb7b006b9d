//go:build unix

package dockerconfig

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// openNonblocking returns at once where the path is a FIFO or a device.
func openNonblocking(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
}

func keepOwner(file *os.File, original fs.FileInfo) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	is, was := info.Sys().(*syscall.Stat_t), original.Sys().(*syscall.Stat_t)
	if is.Uid == was.Uid && is.Gid == was.Gid {
		return nil
	}
	return file.Chown(int(was.Uid), int(was.Gid))
}

// checkOwner keeps root out of folders whose owner could lead it elsewhere with a
// link, at any moment.
func (o *Original) checkOwner() error {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, folder := range []string{filepath.Dir(o.Path), filepath.Dir(o.target)} {
		owner, ok := ownerOf(folder)
		if ok && owner != 0 {
			return &Error{File: o.Path, Cause: fmt.Sprintf("its folder belongs to user %s, who could lead root elsewhere with a link", userName(owner)),
				Remedy: "change it as that user"}
		}
	}
	return nil
}

// ownerOf gives the owner of a folder, or of the nearest above it that exists.
func ownerOf(folder string) (uint32, bool) {
	for {
		if info, err := os.Stat(folder); err == nil {
			return info.Sys().(*syscall.Stat_t).Uid, true
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return 0, false
		}
		folder = parent
	}
}

func userName(uid uint32) string {
	number := strconv.FormatUint(uint64(uid), 10)
	if account, err := user.LookupId(number); err == nil {
		return account.Username
	}
	return number
}
