//go:build linux

package e2e

import (
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// docker is Docker's own client, in one of its versions.
type docker struct {
	command string
	version string
	major   int
}

// dockers are the machine's, Debian's and the newest.
func dockers(t *testing.T) (found []docker) {
	t.Helper()
	for _, command := range []string{"docker", "/usr/bin/docker", "docker29"} {
		out, err := exec.Command(command, "version", "--format", "{{.Client.Version}}").Output()
		version := strings.TrimSpace(string(out))
		if version == "" {
			t.Fatalf("%s: version %q: %v", command, out, err)
		}
		major, _, _ := strings.Cut(version, ".")
		number, err := strconv.Atoi(major)
		if err != nil {
			t.Fatalf("%s: version %q: %v", command, out, err)
		}
		if !slices.ContainsFunc(found, func(d docker) bool { return d.version == version }) {
			found = append(found, docker{command, version, number})
		}
	}
	return found
}

// clients are the commands of a docker client that pull. Versions differ in which
// of them fail when the helper fails, and which go on without credentials.
func (d docker) clients() []client {
	pull, create := goesOnAnonymously, goesOnAnonymously
	if d.major >= 28 {
		create = quotesHelper
	}
	if d.major >= 29 {
		pull = quotesHelper
	}
	name := "docker " + d.version + " "
	return []client{
		asDocker(name+"pull", pull, d.command, "pull", "IMAGE"),
		asDocker(name+"create", create, d.command, "create", "IMAGE"),
		asDocker(name+"classic build", goesOnAnonymously, "env", "DOCKER_BUILDKIT=0", d.command, "build", "context"),
		asDocker(name+"BuildKit build", quotesHelper, "env", "DOCKER_BUILDKIT=1", d.command, "build", "context"),
	}
}
