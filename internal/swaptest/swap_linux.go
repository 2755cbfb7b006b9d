//go:build linux

// Package swaptest plays the other user of a folder that others may write to: it
// swaps what stands under a name, for as long as a test runs and as often as the
// machine can, so that some swap falls between each look of a program and what the
// program then does.
package swaptest

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// Stranger is the user that swaps where the test runs as root. Where it does not,
// the test's own user does.
const Stranger = 54321

// Folder makes a folder that everybody may write to, and reach.
func Folder(t testing.TB) string {
	t.Helper()
	folder := t.TempDir()
	if err := errors.Join(os.Chmod(filepath.Dir(folder), 0o711), os.Chmod(folder, 0o777)); err != nil {
		t.Fatal(err)
	}
	return folder
}

// A Move changes what stands under a name, for the i-th time, and reports whether
// it could.
type Move func(i int) bool

// Exchange exchanges what stands under the name with what stands under each of the
// others in turn.
func Exchange(name string, others ...string) Move {
	return func(i int) bool {
		return unix.Renameat2(unix.AT_FDCWD, name, unix.AT_FDCWD, others[i%len(others)], unix.RENAME_EXCHANGE) == nil
	}
}

// Place puts each of the others in turn under the name, where it may be removed and
// replaced: a link to each that is no folder, or a new folder for each that is one.
func Place(name string, others ...string) Move {
	return func(i int) bool {
		unix.Rmdir(name)
		if unix.Link(others[i%len(others)], name+".new") == nil {
			return unix.Rename(name+".new", name) == nil
		}
		unix.Unlink(name)
		return unix.Mkdir(name, 0o700) == nil
	}
}

// Start makes moves, as that user, until the test ends, and fails it if it could
// not make any.
func Start(t testing.TB, uid int, move Move) {
	t.Helper()
	var end atomic.Bool
	ended := make(chan int)
	go func() { ended <- play(uid, move, &end) }()
	t.Cleanup(func() {
		end.Store(true)
		if moves := <-ended; moves < 10 {
			t.Errorf("only %d moves were made", moves)
		}
	})
}

func play(uid int, move Move, end *atomic.Bool) (moves int) {
	runtime.LockOSThread() // for good: the thread ends with the goroutine, and its user with it
	if become(uid) != nil {
		return 0
	}
	for i := 0; !end.Load(); i++ {
		if move(i) {
			moves++
		}
	}
	return moves
}

// become changes the user of this thread alone, as the system calls do and
// package syscall does not.
func become(uid int) error {
	if unix.Geteuid() != 0 || uid == 0 {
		return nil
	}
	id := uintptr(uid)
	for _, call := range [][4]uintptr{{unix.SYS_SETGROUPS}, {unix.SYS_SETRESGID, id, id, id}, {unix.SYS_SETRESUID, id, id, id}} {
		if _, _, errno := unix.RawSyscall(call[0], call[1], call[2], call[3]); errno != 0 {
			return errno
		}
	}
	return nil
}
