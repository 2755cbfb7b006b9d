//go:build unix

package mapping_test

import (
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// write makes a file of the test's folder and gives its path.
func write(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
	return path
}

// must is for what the test needs and does not test.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// contents lists what sources there are, without the folder.
func contents(sources []*mapping.Source, folder string) (names []string) {
	for _, source := range sources {
		names = append(names, strings.TrimPrefix(source.Name, folder+"/")+"="+string(source.Data))
	}
	return names
}

func TestPlacesAreReadInOrder(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "etc/mapping.json", "1")
	write(t, folder, "etc/mapping.d/20.json", "3")
	write(t, folder, "etc/mapping.d/10.json", "2")
	write(t, folder, "etc/mapping.d/.hidden.json", "x")
	write(t, folder, "etc/mapping.d/10.json~", "x")
	write(t, folder, "etc/mapping.d/README", "x")
	places := mapping.Places{System: filepath.Join(folder, "etc"), User: write(t, folder, "user.json", "4"), Registries: "5", UID: os.Geteuid()}
	alone := places
	alone.File = write(t, folder, "alone.json", "6")
	for _, row := range []struct {
		why    string
		places mapping.Places
		want   []string
	}{
		{"all", places, []string{"etc/mapping.json=1", "etc/mapping.d/10.json=2", "etc/mapping.d/20.json=3", "user.json=4", "ECSSECRETS_REGISTRIES=5"}},
		{"ECSSECRETS_MAPPING replaces the files", alone, []string{"alone.json=6", "ECSSECRETS_REGISTRIES=5"}},
		{"only the variable", mapping.Places{System: filepath.Join(folder, "none"), Registries: "5"}, []string{"ECSSECRETS_REGISTRIES=5"}},
	} {
		sources, err := row.places.Read()
		if got := contents(sources, folder); err != nil || !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, %v; want %v", row.why, got, err, row.want)
		}
	}
}

// strangers gives the file to another user where the test runs as root, and says
// whose it is then.
func strangers(t *testing.T, path string) int {
	t.Helper()
	if os.Geteuid() != 0 {
		return os.Geteuid()
	}
	must(t, os.Chown(path, 54321, -1))
	return 54321
}

func TestWhoseFileIsTrusted(t *testing.T) {
	folder := t.TempDir()
	path := write(t, folder, "mapping.json", "{}")
	owner := strangers(t, path)
	open := write(t, folder, "open.json", "{}")
	must(t, os.Chmod(open, 0o602))
	group := write(t, folder, "group.json", "{}")
	must(t, os.Chmod(group, 0o660))
	link := filepath.Join(folder, "link.json")
	must(t, os.Symlink(path, link))
	for _, row := range []struct {
		why  string
		path string
		uid  int
		code mapping.Code
	}{
		{"the user's own", path, owner, ""},
		{"another's", path, owner + 1, mapping.Unsafe},
		{"another's, behind a link of the user's", link, owner + 1, mapping.Unsafe},
		{"root's", "/etc/passwd", owner + 1, ""},
		{"the user's own, for everybody to write", open, os.Geteuid(), mapping.Unsafe},
		{"the user's own, for a group to write", group, os.Geteuid(), ""},
	} {
		_, err := mapping.Places{File: row.path, UID: row.uid}.Read()
		checkCode(t, row.why, err, row.code, row.path)
	}
}

// checkCode wants an error of that code about that file, with all that a person
// needs; or none.
func checkCode(t *testing.T, why string, err error, code mapping.Code, file string) {
	t.Helper()
	var mistake *mapping.Error
	switch {
	case err == nil && code == "":
	case !errors.As(err, &mistake) || mistake.Code != code:
		t.Errorf("%s: %v, want %q", why, err, code)
	case mistake.File != file || mistake.Cause == "" || mistake.Remedy == "":
		t.Errorf("%s: %+v, want a file %s, cause and remedy", why, mistake, file)
	}
}

// read gives up on a Read that waits for somebody.
func read(t *testing.T, places mapping.Places) error {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		_, err := places.Read()
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(10 * time.Second):
		t.Fatal("still reading")
		return nil
	}
}

func TestWhatIsNoFileIsUnreadable(t *testing.T) {
	const mebibytes4 = 4 << 20
	for name, put := range map[string]func(path string) error{
		"folder":       func(path string) error { return os.Mkdir(path, 0o755) },
		"fifo":         func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"device":       func(path string) error { return os.Symlink("/dev/zero", path) },
		"link in loop": func(path string) error { return os.Symlink(path, path) },
		"dead link":    func(path string) error { return os.Symlink(path+".gone", path) },
		"too large":    func(path string) error { return os.WriteFile(path, []byte(strings.Repeat(" ", mebibytes4+1)), 0o600) },
	} {
		for place, placed := range map[string]func(folder string) (mapping.Places, string){
			"alone":  func(f string) (mapping.Places, string) { return mapping.Places{File: f + "/m"}, f + "/m" },
			"system": func(f string) (mapping.Places, string) { return mapping.Places{System: f}, f + "/mapping.json" },
			"part":   func(f string) (mapping.Places, string) { return mapping.Places{System: f}, f + "/mapping.d/m.json" },
			"user":   func(f string) (mapping.Places, string) { return mapping.Places{User: f + "/m"}, f + "/m" },
		} {
			places, path := placed(t.TempDir())
			places.UID, places.Registries = os.Geteuid(), "{}"
			must(t, os.MkdirAll(filepath.Dir(path), 0o755))
			must(t, put(path))
			checkCode(t, name+" "+place, read(t, places), mapping.Unreadable, path)
		}
	}
	largest := filepath.Join(t.TempDir(), "largest")
	must(t, os.WriteFile(largest, make([]byte, mebibytes4), 0o600))
	checkCode(t, "4 MiB", read(t, mapping.Places{File: largest, UID: os.Geteuid()}), "", "")
}

func TestFolderOfPartsThatIsNone(t *testing.T) {
	folder := t.TempDir()
	path := write(t, folder, "mapping.d", "a file")
	checkCode(t, "file", read(t, mapping.Places{System: folder, Registries: "{}"}), mapping.Unreadable, path)
}

func TestNoMappingListsThePlaces(t *testing.T) {
	folder := t.TempDir()
	for _, row := range []struct {
		why    string
		places mapping.Places
		want   string
	}{
		{"nothing there", mapping.Places{System: folder, User: folder + "/user.json"},
			"no mapping in " + folder + "/mapping.json, " + folder + "/mapping.d/*.json, " + folder + "/user.json, ECSSECRETS_REGISTRIES; "},
		{"nor a user", mapping.Places{System: folder + "/none"},
			"no mapping in " + folder + "/none/mapping.json, " + folder + "/none/mapping.d/*.json, ECSSECRETS_REGISTRIES; "},
		{"a HOME that is no folder", mapping.Places{System: folder, User: "/dev/null/.config/m"},
			"no mapping in " + folder + "/mapping.json, " + folder + "/mapping.d/*.json, /dev/null/.config/m, ECSSECRETS_REGISTRIES; "},
	} {
		err := read(t, row.places)
		checkCode(t, row.why, err, mapping.Missing, "")
		if err == nil || !strings.HasPrefix(err.Error(), row.want) {
			t.Errorf("%s: %v", row.why, err)
		}
	}
	gone := folder + "/gone"
	checkCode(t, "ECSSECRETS_MAPPING must be there", read(t, mapping.Places{File: gone, Registries: "{}"}), mapping.Unreadable, gone)
}

func TestDefaultPlaces(t *testing.T) {
	home, other := t.TempDir(), t.TempDir()
	foreign := ""
	if os.Geteuid() == 0 {
		foreign = t.TempDir()
		strangers(t, foreign)
	}
	account, err := user.LookupId(strconv.Itoa(os.Geteuid()))
	must(t, err)
	for _, row := range []struct{ why, home, xdg, want string }{
		{"~/.config", home, "", home + "/.config/ecssecrets/mapping.json"},
		{"XDG_CONFIG_HOME", home, other, other + "/ecssecrets/mapping.json"},
		{"a relative one does not count", home, "other", home + "/.config/ecssecrets/mapping.json"},
		{"no HOME: the password database", "", "", account.HomeDir + "/.config/ecssecrets/mapping.json"},
		{"root takes no orders from another's HOME", foreign, "", ""},
		{"nor from another's XDG_CONFIG_HOME", home, foreign, ""},
	} {
		if row.want == "" && foreign == "" {
			continue // not root: every HOME is the user's own
		}
		t.Setenv("HOME", row.home)
		t.Setenv("XDG_CONFIG_HOME", row.xdg)
		t.Setenv("ECSSECRETS_MAPPING", "a")
		t.Setenv("ECSSECRETS_REGISTRIES", "b")
		want := mapping.Places{System: "/etc/ecssecrets", User: row.want, File: "a", Registries: "b", UID: os.Geteuid()}
		if got := mapping.DefaultPlaces(); got != want {
			t.Errorf("%s: %+v, want %+v", row.why, got, want)
		}
	}
}
