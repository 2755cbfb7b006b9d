//go:build linux

package e2e

import (
	"slices"
	"strings"
	"testing"
)

const (
	older = "1.0.0-rc1"
	newer = "1.0.0"
)

// packager is what installs a kind of package.
type packager struct {
	kind    string
	install func(root, file string) []string
	remove  func(root string) []string
}

var packagers = []packager{
	{
		"deb",
		func(root, file string) []string { return []string{"dpkg", "--root=" + root, "--install", file} },
		func(root string) []string { return []string{"dpkg", "--root=" + root, "--remove", program} },
	},
	{ // Debian's rpm wants to be told that it is meant
		"rpm",
		func(root, file string) []string {
			return []string{"rpm", "--force-debian", "--root", root, "--upgrade", file}
		},
		func(root string) []string {
			return []string{"rpm", "--force-debian", "--root", root, "--erase", program}
		},
	},
}

// installPackage installs a package, or upgrades to it.
func (d *debian) installPackage(t *testing.T, version, kind string) outcome {
	t.Helper()
	for _, p := range packagers {
		if p.kind == kind {
			return d.packager(t, p.install(d.root(), packageOf(t, version, kind)))
		}
	}
	t.Fatalf("nobody installs a %s", kind)
	return outcome{}
}

// packager runs a packager's command.
func (d *debian) packager(t *testing.T, command []string) outcome {
	t.Helper()
	d.env["PATH"] = servicePath // dpkg wants to have seen all of it
	return d.run(t, "", command[0], command[1:]...)
}

func TestPackages(t *testing.T) {
	for _, p := range packagers {
		t.Run(p.kind, func(t *testing.T) {
			d := newDebian(t)
			d.installPackage(t, older, p.kind).mustSucceed(t)
			d.mustBeInstalled(t, older)

			mapping := d.mapping(d.storeSecret(t, ireland))
			d.put(t, "etc/ecssecrets/mapping.json", mapping)
			d.start(t, rootLogin, program, "setup").mustSucceed(t)
			d.start(t, rootLogin, program, "setup", "--user", "admin").mustSucceed(t)
			d.start(t, adminLogin, program, "setup", "--client", "podman").mustSucceed(t)
			d.pull(t, rootLogin).mustSucceed(t)
			d.start(t, service, "systemctl", "enable", timer).mustSucceed(t)

			d.installPackage(t, newer, p.kind).mustSucceed(t).mustSayNothingOfOurs(t)
			d.mustShowVersion(t, newer)
			d.pull(t, adminLogin).mustSucceed(t)
			if d.read(t, "etc/ecssecrets/mapping.json") != mapping {
				t.Error("an upgrade changed the mapping")
			}
			d.start(t, service, "systemctl", "is-enabled", timer).mustSucceed(t)

			d.put(t, "etc/ecs/ecs.config", "ECS_CLUSTER=blue\nECS_ENGINE_AUTH_TYPE=docker\nECS_ENGINE_AUTH_DATA={}\n")
			d.put(t, "etc/containers/registries.conf", "# \"ecssecrets\" is an example\ncredential-helpers = [\"containers-auth.json\", \"ecssecrets\"]\n")
			removal := d.packager(t, p.remove(d.root())).mustSucceed(t)
			for _, left := range []string{
				"/root/.docker/config.json:3: asks for a program that is gone, so pulls will fail; delete: \"" + d.registry.host + "\": \"ecssecrets\"\n",
				"/home/admin/.docker/config.json:3: asks for",
				"/home/admin/.config/containers/auth.json:3: asks for",
				"/etc/containers/registries.conf:2: asks for a program that is gone, so pulls will fail; delete: \"ecssecrets\"\n",
				"docker-credential-ecssecrets setup --remove --user NAME",
				"/etc/ecs/ecs.config: the ECS agent's registry passwords stay as they are",
				"/etc/ecssecrets: your mapping is kept; to delete it type: rm -r /etc/ecssecrets\n",
			} {
				removal.mustShow(t, left)
			}
			d.mustHaveAdded(t, "/etc/containers/registries.conf", "/etc/ecs/ecs.config", "/etc/ecssecrets/mapping.json", "/home/admin/.config/containers/auth.json",
				"/home/admin/.docker/config.json", "/root/.docker/config.json")
		})
	}
}

// A package that nobody made use of leaves nothing, and has nothing to say.
func TestPackagesLeaveNothing(t *testing.T) {
	for _, p := range packagers {
		t.Run(p.kind, func(t *testing.T) {
			d := newDebian(t)
			d.installPackage(t, newer, p.kind).mustSucceed(t).mustSayNothingOfOurs(t)

			d.packager(t, p.remove(d.root())).mustSucceed(t).mustSayNothingOfOurs(t)

			d.mustHaveAdded(t)
			d.start(t, service, "ls", "/etc/ecssecrets").mustFail(t)
			d.start(t, service, "ls", "/usr/share/doc/"+program).mustFail(t)
		})
	}
}

// dpkg --purge deletes what the package brought; a mapping is the operator's.
func TestPurgeKeepsTheMapping(t *testing.T) {
	d := newDebian(t)
	d.installPackage(t, newer, "deb").mustSucceed(t)
	d.put(t, "etc/ecssecrets/mapping.d/team.json", d.mapping(absent))

	d.packager(t, []string{"dpkg", "--root=" + d.root(), "--purge", program}).mustSucceed(t).mustShow(t, "/etc/ecssecrets: your mapping is kept")

	d.mustHaveAdded(t, "/etc/ecssecrets/mapping.d/team.json")
	d.start(t, service, "dpkg", "--status", program).mustFail(t)
}

// Where "setup --remove" was typed first, removal has nothing to say of it.
func TestRemovalAfterSetupRemove(t *testing.T) {
	d := newDebian(t)
	d.installPackage(t, newer, "deb").mustSucceed(t)
	d.put(t, "etc/ecssecrets/mapping.json", d.mapping(absent))
	for _, word := range []string{"", "--remove"} {
		d.start(t, rootLogin, "sh", "-c", program+" setup "+word+" --user admin").mustSucceed(t)
	}

	d.packager(t, packagers[0].remove(d.root())).mustSucceed(t).mustNotShow(t, "asks for a program that is gone")
}

func (d *debian) mustShowVersion(t *testing.T, version string) {
	t.Helper()
	d.start(t, service, program, "version").mustSucceed(t).mustShow(t, version+" commit 0123456789ab go1.")
}

// mustBeInstalled goes through what a package brings.
func (d *debian) mustBeInstalled(t *testing.T, version string) {
	t.Helper()
	d.mustShowVersion(t, version)
	for _, page := range manualPages(t) {
		d.start(t, service, "sh", "-c", `zcat "$0" | grep ^.TH`, "/usr/share/man/man1/"+page+".gz").mustSucceed(t)
	}
	d.start(t, service, "bash", "-n", "/usr/share/bash-completion/completions/"+program).mustSucceed(t)
	d.start(t, service, "grep", "-q", "json-schema.org", "/usr/share/"+program+"/mapping.schema.json").mustSucceed(t)
	d.start(t, service, "env", "ECSSECRETS_MAPPING=/usr/share/doc/"+program+"/examples/mapping.json", program, "list").mustSucceed(t).
		mustShow(t, "registry.example.com")
	for _, folder := range []string{"/etc/ecssecrets", "/etc/ecssecrets/mapping.d"} {
		d.start(t, service, "stat", "--format=%A %U %G", folder).mustSucceed(t).mustShow(t, "drwxr-xr-x root root\n")
	}
	d.start(t, service, "stat", "--format=%A %U %G", "/usr/bin/"+program).mustSucceed(t).mustShow(t, "-rwxr-xr-x root root\n")
	unreadable := d.start(t, service, "find", "/etc", "/usr", "-path", "*ecssecrets*", "!", "-perm", "-a=r").mustSucceed(t)
	if unreadable.stdout != "" {
		t.Errorf("not for everybody to read:\n%s", unreadable.stdout)
	}
	for _, unit := range []string{timersUnit, userDataUnit, timer} {
		d.start(t, service, "systemctl", "is-enabled", unit).mustFail(t).mustShow(t, "disabled\n")
	}
}

// mustHaveAdded demands that these files are there beside those of a new Debian,
// and no others.
func (d *debian) mustHaveAdded(t *testing.T, files ...string) {
	t.Helper()
	added := d.added(t)
	if !slices.Equal(added, files) {
		t.Errorf("there are %q, want %q", added, files)
	}
}

// mustSayNothingOfOurs demands that only the packager speaks.
func (o outcome) mustSayNothingOfOurs(t *testing.T) outcome {
	t.Helper()
	for line := range strings.Lines(o.stdout + o.stderr) {
		packager := slices.ContainsFunc([]string{"(Reading database", "Preparing to unpack", "Unpacking ", "Setting up ", "Removing ", "Selecting previously", "Purging "}, func(words string) bool {
			return strings.HasPrefix(line, words)
		})
		if !packager {
			t.Errorf("says %q\n%s", line, o)
		}
	}
	return o
}

func (o outcome) mustNotShow(t *testing.T, text string) outcome {
	t.Helper()
	if strings.Contains(o.stdout+o.stderr, text) {
		t.Errorf("shows %q\n%s", text, o)
	}
	return o
}
