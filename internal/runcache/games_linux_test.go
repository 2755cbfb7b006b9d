package runcache

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/swaptest"
)

const victimText = "9223372036854775807\nvictim"

// TestSwappedFiles: what stands in the folder is swapped, by the only user that
// can, while it is used. What is not a plain file of ours is neither read nor
// written, and nothing waits for it.
func TestSwappedFiles(t *testing.T) {
	for name, use := range map[string]func(t *testing.T, f *Folder){
		"a":                                      useValue,
		"lock-a":                                 useLock,
		"first-2c70e12b7a0646f92279f427c7b38e73": func(_ *testing.T, f *Folder) { f.First("key", time.Minute) }, // sha256 of it
	} {
		t.Run(name, func(t *testing.T) {
			dir := runtimeDir(t)
			folder := open(t)
			must(t, folder.Put(name, []byte("ours"), time.Hour))
			others, victims := othersIn(t, dir)
			swaptest.Start(t, os.Geteuid(), swaptest.Place(filepath.Join(dir, folderName, name), others...))
			for range 300 {
				use(t, folder)
				folder.Put("b", nil, time.Hour) // sweeps
			}
			for _, victim := range victims {
				if text, err := os.ReadFile(victim); string(text) != victimText {
					t.Errorf("%s holds %q, %v", victim, text, err)
				}
			}
		})
	}
}

func useValue(t *testing.T, f *Folder) {
	f.Put("a", []byte("ours"), time.Hour)
	for range 10 {
		if value, ok := f.Get("a"); ok && string(value) != "ours" {
			t.Errorf("got %.40q", value)
		}
	}
}

func useLock(t *testing.T, f *Folder) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	unlock, err := f.Lock(ctx, "a")
	if err == nil {
		unlock()
	}
	if ctx.Err() != nil {
		t.Fatal("still waiting for the lock")
	}
}

// othersIn makes what takes the place of a file, and gives the files that are to
// stay as they are: of another user where the test runs as root, and otherwise for
// others to read.
func othersIn(t *testing.T, dir string) (others, victims []string) {
	t.Helper()
	folder := filepath.Join(dir, "others")
	must(t, os.Mkdir(folder, 0o700))
	path := func(name string) string { return filepath.Join(folder, name) }
	for _, name := range []string{"victim", "hard"} {
		victims = append(victims, filepath.Join(dir, name))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(victimText), 0o644))
		if os.Geteuid() == 0 {
			must(t, os.Chown(filepath.Join(dir, name), swaptest.Stranger, swaptest.Stranger))
			must(t, os.Chmod(filepath.Join(dir, name), 0o600))
		}
	}
	must(t, os.Symlink(victims[0], path("link")))
	must(t, os.Link(victims[1], path("hard")))
	must(t, unix.Mkfifo(path("fifo"), 0o600))
	must(t, os.Mkdir(path("folder"), 0o700))
	must(t, os.WriteFile(path("huge"), nil, 0o600))
	must(t, os.Truncate(path("huge"), 1<<40))
	for _, name := range []string{"link", "hard", "fifo", "folder", "huge"} {
		others = append(others, path(name))
	}
	return others, victims
}
