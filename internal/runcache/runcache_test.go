//go:build linux

package runcache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// runtimeDir makes a runtime directory on tmpfs, as a session has one.
func runtimeDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "runcache")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("XDG_RUNTIME_DIR", dir)
	return dir
}

func open(t *testing.T) *Folder {
	t.Helper()
	folder, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(folder.Close)
	return folder
}

func TestValuesAreKeptForTheirTime(t *testing.T) {
	dir := runtimeDir(t)
	folder := open(t)
	if err := folder.Put("a", []byte("one\ntwo"), time.Hour); err != nil {
		t.Fatal(err)
	}
	folder.Put("b", []byte("gone"), -1)
	if value, ok := folder.Get("a"); string(value) != "one\ntwo" || !ok {
		t.Errorf("a: %q, %t", value, ok)
	}
	if _, ok := folder.Get("b"); ok {
		t.Error("b is past its time")
	}
	folder.Put("a", []byte("new"), time.Hour)
	if value, _ := folder.Get("a"); string(value) != "new" {
		t.Errorf("a: %q", value)
	}
	if names := files(t, dir); fmt.Sprint(names) != "[a]" {
		t.Errorf("files %v: b should be swept", names)
	}
}

func files(t *testing.T, dir string) (names []string) {
	entries, err := os.ReadDir(filepath.Join(dir, folderName))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestModes(t *testing.T) {
	dir := runtimeDir(t)
	old := unix.Umask(0)
	defer unix.Umask(old)
	folder := open(t)
	folder.Put("a", nil, time.Hour)
	for path, want := range map[string]os.FileMode{"": 0o700 | os.ModeDir, "a": 0o600} {
		info, err := os.Stat(filepath.Join(dir, folderName, path))
		if err != nil || info.Mode() != want {
			t.Errorf("%q: %v, want %v (%v)", path, info.Mode(), want, err)
		}
	}
}

func TestRemoveByPrefix(t *testing.T) {
	dir := runtimeDir(t)
	folder := open(t)
	for _, name := range []string{"x-1", "x-2", "y-1"} {
		folder.Put(name, nil, time.Hour)
	}
	folder.Remove("x-")
	if names := files(t, dir); fmt.Sprint(names) != "[y-1]" {
		t.Errorf("files %v", names)
	}
}

// Each is a folder that somebody else could have a hand in, or that is no tmpfs:
// there is none then.
func TestNoFolder(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, dir string){
		"a link": func(t *testing.T, dir string) { must(t, os.Symlink(t.TempDir(), filepath.Join(dir, folderName))) },
		"a link to our own": func(t *testing.T, dir string) {
			other := filepath.Join(dir, "other")
			must(t, os.Mkdir(other, 0o700))
			must(t, os.Symlink(other, filepath.Join(dir, folderName)))
		},
		"a file": func(t *testing.T, dir string) { must(t, os.WriteFile(filepath.Join(dir, folderName), nil, 0o600)) },
		"open to the group": func(t *testing.T, dir string) {
			must(t, os.Mkdir(filepath.Join(dir, folderName), 0o700))
			must(t, os.Chmod(filepath.Join(dir, folderName), 0o750))
		},
		"open to all": func(t *testing.T, dir string) {
			must(t, os.Mkdir(filepath.Join(dir, folderName), 0o700))
			must(t, os.Chmod(filepath.Join(dir, folderName), 0o701))
		},
		"a writable parent": func(t *testing.T, dir string) { must(t, os.Chmod(dir, 0o777)) },
		"a relative path":   func(t *testing.T, dir string) { t.Setenv("XDG_RUNTIME_DIR", "run") },
		"no such directory": func(t *testing.T, dir string) { t.Setenv("XDG_RUNTIME_DIR", filepath.Join(dir, "none")) },
		"not on tmpfs":      func(t *testing.T, dir string) { t.Setenv("XDG_RUNTIME_DIR", notTmpfs(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := runtimeDir(t)
			spoil(t, dir)
			folder, err := Open()
			if err == nil && strings.HasPrefix(folder.path(t), "/dev/shm") {
				t.Errorf("opened %s", folder.path(t))
			}
			if err == nil {
				folder.Close()
			}
		})
	}
}

func (f *Folder) path(t *testing.T) string {
	path, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", f.fd))
	must(t, err)
	return path
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// notTmpfs is a folder of a file system that outlives a restart; where all are
// tmpfs, as in some containers, /proc serves.
func notTmpfs(t *testing.T) string {
	var fs unix.Statfs_t
	dir := t.TempDir()
	if unix.Statfs(dir, &fs) == nil && fs.Type != unix.TMPFS_MAGIC {
		return dir
	}
	return "/proc/self"
}

func TestFilesThatAreNotOursAreNotRead(t *testing.T) {
	dir := runtimeDir(t)
	folder := open(t)
	path := filepath.Join(dir, folderName, "a")
	target := filepath.Join(dir, "target")
	must(t, os.WriteFile(target, []byte("9223372036854775807\npoison"), 0o600))
	must(t, os.Symlink(target, path))
	if _, ok := folder.Get("a"); ok {
		t.Error("a link was followed")
	}
	must(t, os.Remove(path))
	must(t, os.WriteFile(path, []byte("9223372036854775807\npoison"), 0o644))
	if _, ok := folder.Get("a"); ok {
		t.Error("a file that others may read was read")
	}
	must(t, os.Remove(path))
	must(t, unix.Mkfifo(path, 0o600))
	if _, ok := folder.Get("a"); ok {
		t.Error("a FIFO was read")
	}
}

// The folder that was opened is the folder that is used, whatever is put in its
// place afterwards.
func TestFolderSwapped(t *testing.T) {
	dir := runtimeDir(t)
	folder := open(t)
	must(t, os.Rename(filepath.Join(dir, folderName), filepath.Join(dir, "moved")))
	other := t.TempDir()
	must(t, os.Symlink(other, filepath.Join(dir, folderName)))
	must(t, folder.Put("a", []byte("canary"), time.Hour))
	if _, err := os.Stat(filepath.Join(dir, "moved", "a")); err != nil {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(other); len(entries) > 0 {
		t.Error("written through a link")
	}
}

func TestOneHoldsTheLock(t *testing.T) {
	runtimeDir(t)
	folder := open(t)
	var inside, most, entered int
	var mutex sync.Mutex
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			unlock, err := folder.Lock(context.Background(), "x")
			if err != nil {
				t.Error(err)
				return
			}
			mutex.Lock()
			inside++
			entered++
			most = max(most, inside)
			mutex.Unlock()
			folder.Put("value", nil, time.Hour) // sweeps while the lock is held
			mutex.Lock()
			inside--
			mutex.Unlock()
			unlock()
		})
	}
	group.Wait()
	if most != 1 || entered != 50 {
		t.Errorf("%d at once, %d in all", most, entered)
	}
}

func TestLockIsNotWaitedForBeyondTheContext(t *testing.T) {
	runtimeDir(t)
	folder := open(t)
	unlock, err := folder.Lock(context.Background(), "x")
	must(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := folder.Lock(ctx, "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	unlock()
	// The one that gave up must not take the lock with it.
	later, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if unlock, err = folder.Lock(later, "x"); err != nil {
		t.Fatal(err)
	}
	unlock()
}

func TestLeftoversAreSwept(t *testing.T) {
	dir := runtimeDir(t)
	folder := open(t)
	for _, name := range []string{temporaryPrefix + "1-1", lockPrefix + "x", "half"} {
		must(t, os.WriteFile(filepath.Join(dir, folderName, name), nil, 0o600))
	}
	unlock, err := folder.Lock(context.Background(), "held")
	must(t, err)
	defer unlock()
	must(t, folder.Put("a", nil, time.Hour))
	if names := files(t, dir); fmt.Sprint(names) != "[a lock-held]" {
		t.Errorf("files %v", names)
	}
}

func TestOfManyOneIsFirst(t *testing.T) {
	runtimeDir(t)
	var first int
	var mutex sync.Mutex
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			folder, err := Open()
			if err != nil {
				t.Error(err)
				return
			}
			defer folder.Close()
			if folder.First("key", time.Minute) {
				mutex.Lock()
				first++
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	if first != 1 {
		t.Errorf("%d were first", first)
	}
	if folder := open(t); folder.First("key", time.Minute) || !folder.First("other", time.Minute) {
		t.Error("a key is first again, or another is not")
	}
}

// The clock is the kernel's count since boot, sleep included: what settimeofday
// sets does not come into it.
func TestNowIsTimeSinceBoot(t *testing.T) {
	text, err := os.ReadFile("/proc/uptime")
	must(t, err)
	var seconds float64
	fmt.Sscan(string(text), &seconds)
	uptime := time.Duration(seconds * float64(time.Second))
	if difference := Now() - uptime; difference < 0 || difference > 5*time.Second {
		t.Errorf("%s, uptime %s", Now(), uptime)
	}
}

// A stopped process may hold the lock for long: what is known stays known.
func TestFirstUnderAStuckLock(t *testing.T) {
	dir := runtimeDir(t)
	folder := open(t)
	if !folder.First("key", time.Minute) {
		t.Fatal("not first")
	}
	for _, name := range files(t, dir) {
		if strings.HasPrefix(name, lockPrefix) {
			unlock, err := folder.Lock(context.Background(), strings.TrimPrefix(name, lockPrefix))
			must(t, err)
			defer unlock()
		}
	}
	if folder.First("key", time.Minute) {
		t.Error("first again")
	}
}
