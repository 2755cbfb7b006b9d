package dockerconfig_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
)

// TestPrivate: a file that is to be private loses what others may do, whether its
// text is replaced or not, and gains nothing.
func TestPrivate(t *testing.T) {
	for _, test := range []struct{ had, narrowed, want fs.FileMode }{
		{0o644, 0o644, 0o600}, {0o777, 0o777, 0o600}, {0o600, 0, 0o600}, {0o400, 0, 0o400}, {0o440, 0o440, 0o400},
	} {
		for _, replace := range []bool{false, true} {
			path := write(t, "old")
			if err := os.Chmod(path, test.had); err != nil {
				t.Fatal(err)
			}
			original, err := dockerconfig.ReadOriginal(path)
			if err != nil {
				t.Fatal(err)
			}
			if replace {
				err = original.Replace([]byte("new"), dockerconfig.Modes{File: 0o600, Private: true})
			} else {
				var had fs.FileMode
				if had, err = original.Narrow(0o600); had != test.narrowed {
					t.Errorf("%04o: Narrow says that it was %04o", test.had, had)
				}
			}
			info, statErr := os.Stat(path)
			if err != nil || statErr != nil || info.Mode() != test.want {
				t.Errorf("%04o became %04o, not %04o (replaced: %v): %v, %v", test.had, info.Mode(), test.want, replace, err, statErr)
			}
		}
	}
}

// TestRemoveLeftovers: what killed writers of this file left goes once it is old;
// nothing else goes.
func TestRemoveLeftovers(t *testing.T) {
	path := write(t, "text")
	folder := filepath.Dir(path)
	old := time.Now().Add(-time.Hour)
	for _, name := range []string{".config.json.ecssecrets-1", ".config.json.ecssecrets-2", ".config.json.ecssecrets-", ".config.json.20261101", ".other.json.ecssecrets-1", "config.json.ecssecrets-1"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(filepath.Join(folder, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(filepath.Join(folder, ".config.json.ecssecrets-2"), time.Now(), time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Mkdir(filepath.Join(folder, ".config.json.ecssecrets-3"), 0o700), os.Chtimes(filepath.Join(folder, ".config.json.ecssecrets-3"), old, old)); err != nil {
		t.Fatal(err)
	}
	original, err := dockerconfig.ReadOriginal(path)
	if err != nil {
		t.Fatal(err)
	}
	original.RemoveLeftovers(time.Minute)
	entries, err := os.ReadDir(folder)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	want := []string{".config.json.20261101", ".config.json.ecssecrets-", ".config.json.ecssecrets-2", ".config.json.ecssecrets-3", ".other.json.ecssecrets-1", "config.json", "config.json.ecssecrets-1"}
	if err != nil || !slices.Equal(names, want) {
		t.Errorf("there are %q, %v, not %q", names, err, want)
	}
}
