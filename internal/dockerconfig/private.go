package dockerconfig

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Narrow takes away what the file's mode has beyond this one, and reports the mode
// that it had, or 0 where there was nothing to take away, as on Windows, where modes
// say nothing about others. Neither the text nor its time changes. Its error is an
// [*Error].
func (o *Original) Narrow(mode fs.FileMode) (had fs.FileMode, err error) {
	if o.info == nil || runtime.GOOS == "windows" || o.info.Mode().Perm()&^mode == 0 {
		return 0, nil
	}
	if err := o.checkOwner(); err != nil {
		return 0, err
	}
	file, err := openNonblocking(o.target)
	if err != nil {
		return 0, o.unreadable(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !os.SameFile(info, o.info) {
		return 0, &Error{File: o.Path, Cause: "was changed by another program at the same time", Remedy: "run this again"}
	}
	if err := file.Chmod(info.Mode().Perm() & mode); err != nil {
		return 0, &Error{File: o.Path, Cause: "its mode cannot be changed: " + Cause(err), Remedy: "run this as its owner"}
	}
	return info.Mode().Perm(), nil
}

// RemoveLeftovers removes what calls of [Original.Replace] for this file left in
// its folder when they were killed longer ago than that. What cannot be removed
// stays.
func (o *Original) RemoveLeftovers(age time.Duration) {
	if o.checkOwner() != nil {
		return
	}
	folder := filepath.Dir(o.target)
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		number, ours := strings.CutPrefix(entry.Name(), o.temporaryPrefix())
		info, err := entry.Info()
		if ours && number != "" && strings.Trim(number, "0123456789") == "" && err == nil &&
			info.Mode().IsRegular() && time.Since(info.ModTime()) > age {
			os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
}

// temporaryPrefix begins the names of files that are to take the target's place; a
// number follows.
func (o *Original) temporaryPrefix() string { return "." + filepath.Base(o.target) + ".ecssecrets-" }
