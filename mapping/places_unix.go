//go:build unix

package mapping

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

func systemFolder() string { return "/etc/ecssecrets" }

// userFile is empty for root with somebody else's HOME, as sudo leaves it on some
// systems: root takes no orders from there.
func userFile() string {
	base, folder := os.Getenv("XDG_CONFIG_HOME"), ""
	if !filepath.IsAbs(base) {
		base, folder = UserHome(), ".config"
	}
	if base == "" || os.Geteuid() == 0 && !ownedBy(base, 0) {
		return ""
	}
	return filepath.Join(base, folder, "ecssecrets", "mapping.json")
}

func ownedBy(path string, uid uint32) bool {
	info, err := os.Stat(path)
	return err == nil && info.Sys().(*syscall.Stat_t).Uid == uid
}

// openNonblocking returns at once where the path is a FIFO or a device.
func openNonblocking(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
}

func untrusted(info fs.FileInfo, uid int) (cause, remedy string) {
	owner := info.Sys().(*syscall.Stat_t).Uid
	switch {
	case info.Mode().Perm()&0o002 != 0:
		return "everybody may write it", "type: chmod o-w"
	case owner != 0 && owner != uint32(uid) && !hidesRoot(owner):
		return fmt.Sprintf("it belongs to user %d, neither to root nor to you", owner), "type: chown root"
	}
	return "", ""
}

// hidesRoot reports whether root's files appear as owner's: in a user namespace
// that does not map root, as rootless podman makes, the kernel shows every
// unmapped owner as the overflow uid (user_namespaces(7)).
func hidesRoot(owner uint32) bool {
	maps, err := os.ReadFile("/proc/self/uid_map")
	if err != nil || strings.Join(strings.Fields(string(maps)), " ") == "0 0 4294967295" {
		return false
	}
	overflow, err := os.ReadFile("/proc/sys/kernel/overflowuid")
	return err == nil && strings.TrimSpace(string(overflow)) == fmt.Sprint(owner)
}
