//go:build unix

package dockerconfig

import (
	"io/fs"
	"os"
	"os/user"
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

func userName(uid uint32) string {
	number := strconv.FormatUint(uint64(uid), 10)
	if account, err := user.LookupId(number); err == nil {
		return account.Username
	}
	return number
}
