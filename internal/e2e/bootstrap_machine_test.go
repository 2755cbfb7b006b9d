//go:build linux

package e2e

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// bareMachine is a machine with a file system of its own, on which docker and the
// ECS agent's folder are, and the program is not. It has a user ec2-user, who may
// use docker, and a systemctl that keeps a record.
type bareMachine struct {
	*machine
	tree     string  // holds what is changed in its folders, see ownroot.sh
	services starter // how the system starts its own
}

// newBareMachine installs a machine: newInstance or newExternal.
func newBareMachine(t *testing.T, newMachine func(*testing.T) *machine) *bareMachine {
	t.Helper()
	m := &bareMachine{machine: newMachine(t), services: service}
	var err error
	if m.tree, err = os.MkdirTemp(filepath.Join(real.bin, "layers"), "machine-"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(m.tree) })
	err = errors.Join(os.MkdirAll(m.dir+"/sys/class", 0o755), os.Chmod(m.tree, 0o755), os.Mkdir(m.tree+"/run", 0o755), os.Mkdir(m.tree+"/sys", 0o755),
		os.Symlink(strings.TrimPrefix(real.engine.host, "unix://"), m.tree+"/run/docker.sock"),
		os.Symlink(m.dir+"/sys/class", m.tree+"/sys/class"))
	if err != nil {
		t.Fatal(err)
	}
	m.start(t, service, "sh", "-c", bareMachineSetup, "sh", m.dir).mustSucceed(t)
	return m
}

// bareMachineSetup installs what an ECS-optimised AMI has and this machine lacks,
// and what is in the folder $1 of an ECS Anywhere host. cloud-init has user data in
// a file, and the modules that user data like ours needs. Debian's rpm wants to be
// told that it is meant; systemctl starts nothing where no systemd runs, but enables
// units as ever.
const bareMachineSetup = `set -eu
[ ! -e "$1/root/.aws" ] || cp -a "$1/root/.aws" /root
[ ! -e "$1/var/lib/ecs" ] || cp -a "$1/var/lib/ecs" /var/lib
rm -f /usr/bin/docker-credential-ecssecrets
cat >/etc/cloud/cloud.cfg.d/99-e2e.cfg <<'END'
datasource_list: [NoCloud]
network: {config: disabled}
cloud_init_modules: [write-files]
cloud_config_modules: [runcmd]
cloud_final_modules: [scripts-user]
END
mkdir -p /var/lib/cloud/seed/nocloud
echo 'instance-id: i-0123456789abcdef0' >/var/lib/cloud/seed/nocloud/meta-data
useradd --create-home --groups e2e ec2-user
mkdir -p /etc/ecs
echo ECS_CLUSTER=blue >/etc/ecs/ecs.config
cd /usr/local/sbin
printf '#!/bin/sh\ncase $1 in -U) set -- "$@" --force-debian --nodeps ;; esac\nexec /usr/bin/rpm --dbpath /var/lib/rpm "$@"\n' >rpm
printf '#!/bin/sh\necho "$*" >>/run/systemctl\nexec /usr/bin/systemctl "$@"\n' >systemctl
chmod 0755 rpm systemctl
`

var ec2User = starter{"setpriv", "--reuid=ec2-user", "--regid=ec2-user", "--init-groups", "env", "HOME=/home/ec2-user", "USER=ec2-user"}

func (m *bareMachine) start(t *testing.T, by starter, command ...string) outcome {
	t.Helper()
	args := []string{"--mount", "sh", script(t, "ownroot.sh"), m.tree, real.bin}
	return m.run(t, "", "unshare", append(append(args, by...), command...)...)
}

func (m *bareMachine) pull(t *testing.T, by starter) outcome {
	t.Helper()
	m.start(t, rootLogin, "docker", "image", "rm", "--force", m.image)
	return m.start(t, by, "docker", "pull", m.image)
}

// place is where in the tree a file of the machine is, if it has been changed.
func (m *bareMachine) place(path string) string {
	for _, own := range []string{"/etc/", "/home/", "/root/", "/run/"} {
		if strings.HasPrefix(path, own) {
			return m.tree + path
		}
	}
	return m.tree + "/system" + path
}

func (m *bareMachine) read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(m.place(path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// systemctl are the calls so far, which are forgotten.
func (m *bareMachine) systemctl(t *testing.T) string {
	t.Helper()
	calls := m.read(t, "/run/systemctl")
	if err := os.Remove(m.place("/run/systemctl")); err != nil {
		t.Fatal(err)
	}
	return calls
}

// changed are the regular files and links that this machine has not or has otherwise,
// with what tells whether one is written again: content, owner, mode, time and inode.
func (m *bareMachine) changed(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, part := range []string{"system", "etc", "home", "root"} {
		err := filepath.WalkDir(filepath.Join(m.tree, part), func(path string, entry fs.DirEntry, err error) error {
			const removed = fs.ModeCharDevice // overlayfs's mark
			if err != nil || entry.IsDir() || entry.Type()&removed != 0 {
				return err
			}
			name := strings.TrimPrefix(strings.TrimPrefix(path, m.tree), "/system")
			all[name], err = fingerprint(path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func fingerprint(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	stat := info.Sys().(*syscall.Stat_t)
	content := []byte{}
	if info.Mode().IsRegular() {
		if content, err = os.ReadFile(path); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%s %d:%d %v %d %x", info.Mode(), stat.Uid, stat.Gid, info.ModTime(), stat.Ino, sha256.Sum256(content)), nil
}

// mustBe demands a file's owner, mode and content.
func (m *bareMachine) mustBe(t *testing.T, path, owner string, mode fs.FileMode, content string) {
	t.Helper()
	got := m.start(t, service, "stat", "--format", "%U %a", path).mustSucceed(t).stdout
	if want := fmt.Sprintf("%s %o\n", owner, mode); got != want {
		t.Errorf("%s: owner and mode %q, want %q", path, got, want)
	}
	if text := m.read(t, path); text != content {
		t.Errorf("%s:\n%s\nwant\n%s", path, redact(text), redact(content))
	}
}

func redact(text string) string { return strings.ReplaceAll(text, passwordMark, "(password) ") }

// mustHavePasswordOnlyIn demands that no other file has one.
func (m *bareMachine) mustHavePasswordOnlyIn(t *testing.T, files ...string) {
	t.Helper()
	allowed := map[string]bool{}
	for _, file := range files {
		allowed[file] = true
	}
	for file := range m.changed(t) {
		text, err := os.ReadFile(m.place(file))
		if err == nil && strings.Contains(string(text), passwordMark) && !allowed[file] {
			t.Errorf("%s has the password", file)
		}
	}
}
