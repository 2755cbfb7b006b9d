package mapping_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/swaptest"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

const (
	ours    = `{"registries": {"ours.example.com": "ours"}}`
	theirs  = `{"registries": {"theirs.example.com": "theirs"}}`
	swapped = 3000 // times that each mapping is read
)

// TestSwappedMappings: in a folder that everybody may write to, somebody else swaps
// the mapping while it is read. Theirs is never read, and nothing holds the reader
// up: what was looked at is what is read.
func TestSwappedMappings(t *testing.T) {
	for name, places := range map[string]func(folder string) (places mapping.Places, path string){
		"ECSSECRETS_MAPPING": func(f string) (mapping.Places, string) { return mapping.Places{File: f + "/m"}, f + "/m" },
		"system":             func(f string) (mapping.Places, string) { return mapping.Places{System: f}, f + "/mapping.json" },
		"mapping.d":          func(f string) (mapping.Places, string) { return mapping.Places{System: f}, f + "/mapping.d/m.json" },
		"user":               func(f string) (mapping.Places, string) { return mapping.Places{User: f + "/m"}, f + "/m" },
	} {
		t.Run(name, func(t *testing.T) {
			folder := swaptest.Folder(t)
			places, path := places(folder)
			places.UID = os.Geteuid()
			must(t, os.MkdirAll(filepath.Dir(path), 0o755))
			must(t, os.Chmod(filepath.Dir(path), 0o777))
			must(t, os.WriteFile(path, []byte(ours), 0o644))
			swaptest.Start(t, swaptest.Stranger, swaptest.Exchange(path, othersIn(t, folder)...))
			checkSwapped(t, places)
		})
	}
}

// othersIn makes what somebody else puts in a mapping's place.
func othersIn(t *testing.T, folder string) []string {
	t.Helper()
	others := filepath.Join(folder, "others")
	must(t, os.Mkdir(others, 0o777))
	must(t, os.Chmod(others, 0o777))
	path := func(name string) string { return filepath.Join(others, name) }
	must(t, os.WriteFile(path("file"), []byte(theirs), 0o644))
	must(t, os.Chmod(path("file"), 0o646)) // not trusted, even where it is the test's own user's
	strangers(t, path("file"))
	must(t, os.Link(path("file"), path("hard")))
	must(t, os.Symlink(path("hard"), path("link")))
	must(t, os.Symlink("/dev/zero", path("device")))
	must(t, unix.Mkfifo(path("fifo"), 0o666))
	must(t, os.Mkdir(path("folder"), 0o777))
	must(t, os.Chmod(path("folder"), 0o777))
	var all []string
	for _, name := range []string{"file", "link", "device", "fifo", "folder"} {
		all = append(all, path(name))
	}
	return all
}

func checkSwapped(t *testing.T, places mapping.Places) {
	t.Helper()
	seen := map[string]int{}
	for range swapped {
		sources, err := places.Read()
		var mistake *mapping.Error
		switch {
		case err == nil && len(sources) == 1 && string(sources[0].Data) == ours:
			seen["ours"]++
		case errors.As(err, &mistake):
			seen[string(mistake.Code)]++
		default:
			t.Fatalf("read %q, %v", contents(sources, ""), err)
		}
	}
	for _, outcome := range []string{"ours", string(mapping.Unsafe), string(mapping.Unreadable)} {
		if seen[outcome] == 0 {
			t.Errorf("never %s: %v", outcome, seen)
		}
	}
}
