//go:build unix

package dockerconfig

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// A step is a folder, link or file on the way to a file.
type step struct {
	path string
	info fs.FileInfo // of a link, the link's own
}

// stranger finds the first step on the way to the path at which somebody else than
// root could lead root elsewhere: by being its owner, or by the folder being
// everybody's or a group's other than root's. In a folder that is everybody's, but sticky, as /tmp, only the
// owners of its entries could. Whoever owns the top owns everything: in a user
// namespace that hides root, as rootless podman makes, that is how root looks.
func stranger(path string) (which, sharedWith string, owner uint32) {
	var top uint32
	shared := false
	for _, step := range way(path) {
		owner, mode := ownerOf(step.info), step.info.Mode()
		if step.path == "/" {
			top = owner
		}
		everybodys := mode.IsDir() && mode.Perm()&0o002 != 0
		switch {
		case owner != 0 && owner != top && (shared || !mode.IsRegular()):
			return step.path, "", owner
		case everybodys && mode&fs.ModeSticky == 0:
			return step.path, "o", owner
		case mode.IsDir() && mode.Perm()&0o020 != 0 && mode&fs.ModeSticky == 0 && groupOf(step.info) != 0:
			return step.path, "g", owner
		}
		shared = everybodys
	}
	return "", "", 0
}

// way lists what the system goes through to get to the path, as far as it is there:
// folders from the top, and each link before what it leads to.
func way(path string) (steps []step) {
	at, rest, links := "/", strings.Split(path, "/"), 0
	for {
		info, err := os.Lstat(at)
		if err != nil {
			return steps
		}
		steps = append(steps, step{at, info})
		if info.Mode()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(at)
			if links++; err != nil || links > maxLinks {
				return steps
			}
			at = filepath.Dir(at)
			if filepath.IsAbs(target) {
				at = "/"
			}
			rest = append(strings.Split(target, "/"), rest...)
		}
		for len(rest) > 0 && (rest[0] == "" || rest[0] == ".") {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return steps
		}
		at, rest = filepath.Join(at, rest[0]), rest[1:] // ".." in a link: the real folder above, as at has no links
	}
}

// checkOwner keeps root off ways that somebody else could change at any moment.
func (o *Original) checkOwner() error {
	if os.Geteuid() != 0 {
		return nil
	}
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return o.unwritable(err)
	}
	which, sharedWith, owner := stranger(path)
	object := which
	if which == filepath.Dir(path) {
		object = "its folder"
	}
	who := map[string]string{"o": "everybody", "g": "its group"}[sharedWith]
	switch {
	case which == "":
		return nil
	case who != "":
		return &Error{File: o.Path, Cause: object + " may be changed by " + who + ", who could lead root elsewhere with a link", Remedy: "type: chmod " + sharedWith + "-w " + which}
	}
	return &Error{File: o.Path, Cause: fmt.Sprintf("%s belongs to user %s, who could lead root elsewhere with a link", object, userName(owner)),
		Remedy: "change it as that user"}
}

// mayFollow is the kernel's rule for links in a folder like /tmp, which it keeps
// only where sysctl fs.protected_symlinks is set, and not for who reads them: they
// are followed for their owner, and if they are the folder's owner's.
func mayFollow(link string) error {
	folder, err := os.Stat(filepath.Dir(link))
	if err != nil {
		return err
	}
	info, err := os.Lstat(link)
	if err != nil {
		return err
	}
	owner := ownerOf(info)
	shared := folder.Mode()&fs.ModeSticky != 0 && folder.Mode().Perm()&0o002 != 0
	if shared && owner != uint32(os.Geteuid()) && owner != ownerOf(folder) {
		return syscall.EACCES
	}
	return nil
}

func ownerOf(info fs.FileInfo) uint32 { return info.Sys().(*syscall.Stat_t).Uid }
func groupOf(info fs.FileInfo) uint32 { return info.Sys().(*syscall.Stat_t).Gid }
