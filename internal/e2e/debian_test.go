//go:build linux

package e2e

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// debian is an instance on EC2 that runs a Debian of its own, with docker, root and
// a user admin who may use docker, and without the program.
type debian struct {
	*machine          // its network and AWS
	tree     string   // see debian.sh
	enter    []string // command that runs another on it
	brought  []string // files that it has beside Debian's
	host     string   // of the registry, as its users call it
}

var adminLogin = starter{"setpriv", "--reuid=admin", "--regid=admin", "--init-groups", "env", "HOME=/home/admin", "USER=admin"}

func newDebian(t *testing.T) *debian {
	t.Helper()
	d := &debian{machine: newInstance(t)}
	d.host = d.registry.host
	var err error
	if d.tree, err = os.MkdirTemp(filepath.Join(real.bin, "layers"), "debian-"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		exec.Command("umount", "--recursive", "--lazy", d.root()).Run()
		os.RemoveAll(d.tree)
	})
	d.enter = []string{"chroot", d.root()}
	d.must(t, "sh", script(t, "debian.sh"), os.Getenv(debianBase), d.tree, filepath.Join(d.dir, "sys/class"))
	d.must(t, "mount", "--bind", strings.TrimPrefix(real.engine.host, "unix://"), d.root()+"/run/docker.sock")
	d.must(t, "cp", filepath.Join(real.bin, "docker29"), d.root()+"/usr/local/bin/docker")
	d.start(t, service, "groupadd", "--gid", "4321", "docker").mustSucceed(t) // sandbox.sh's e2e
	d.start(t, service, "useradd", "--create-home", "--groups", "docker", "admin").mustSucceed(t)
	d.brought = d.changes(t)
	return d
}

func (d *debian) root() string { return filepath.Join(d.tree, "root") }

// must runs a command outside.
func (d *debian) must(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v: %s", name, args, err, out)
	}
}

// start runs a command on it.
func (d *debian) start(t *testing.T, by starter, command ...string) outcome {
	t.Helper()
	args := append(append([]string{}, d.enter[1:]...), "env", "-i", "-C", "/", "PATH="+servicePath)
	return d.run(t, "", d.enter[0], append(append(args, by...), command...)...)
}

func (d *debian) pull(t *testing.T, by starter) outcome {
	t.Helper()
	d.start(t, rootLogin, "docker", "image", "rm", "--force", d.image)
	return d.start(t, by, "docker", "pull", "--quiet", d.image)
}

// put writes a file of the system, which everybody may read.
func (d *debian) put(t *testing.T, path, content string) {
	t.Helper()
	path = filepath.Join(d.root(), path)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func (d *debian) read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(d.root(), path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// added are the files that were not there when it was new, without the records of
// the packagers.
func (d *debian) added(t *testing.T) (paths []string) {
	t.Helper()
	return slices.DeleteFunc(d.changes(t), func(path string) bool { return slices.Contains(d.brought, path) })
}

// changes are the files that are not as in the Debian below.
func (d *debian) changes(t *testing.T) (paths []string) {
	t.Helper()
	upper := filepath.Join(d.tree, "upper")
	err := filepath.WalkDir(upper, func(path string, entry fs.DirEntry, err error) error {
		name := strings.TrimPrefix(path, upper)
		if entry.IsDir() && slices.Contains([]string{"/var/lib/dpkg", "/root/.rpmdb", "/var/log", "/var/cache"}, name) {
			return fs.SkipDir
		}
		if err == nil && !entry.IsDir() {
			paths = append(paths, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
