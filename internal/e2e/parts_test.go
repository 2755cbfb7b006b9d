//go:build linux

package e2e

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// programs are the real things that the tests need, by the program that each is.
var programs = []string{
	"go", "unshare", "setpriv", "newuidmap", "ip", "strace", "sudo",
	"dockerd", "docker-registry", "htpasswd", "moto_server",
	"debootstrap", "dpkg", "rpm", "zip", "unzip",
	"cloud-init", "curl", "cfn-lint",
	"docker", "/usr/bin/docker", "podman", "buildah", "skopeo", "pass", "gpg",
}

// abilities are what else they need, by a command that shows it.
var abilities = []struct {
	name    string
	command []string
}{
	{"docker for Python", []string{"/usr/bin/python3", "-c", "import docker"}},
	{"the modules of the program on all platforms", []string{"go", "mod", "download"}},
	{"root's right to make namespaces", append([]string{"unshare"}, sandboxNamespaces("true")...)},
}

func missingParts() (missing []string) {
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, program)
		}
	}
	for _, ability := range abilities {
		if exec.Command(ability.command[0], ability.command[1:]...).Run() != nil {
			missing = append(missing, ability.name)
		}
	}
	return missing
}

// withoutParts says which parts are missing, and that this is a failure where
// they are required.
func withoutParts(missing []string) int {
	line := "e2e: no test ran, these real parts are missing: " + strings.ReplaceAll(strings.Join(missing, ", "), "\n", " ")
	if os.Getenv("ECSSECRETS_E2E") == "require" {
		fmt.Fprintln(os.Stderr, line)
		return 1
	}
	terminal := pastGoTest()
	defer terminal.Close()
	fmt.Fprintln(terminal, line+" (.ci/run shows how to get them)")
	return 0
}

// pastGoTest is the standard error of the go command, which keeps to itself what
// a passing test binary prints.
func pastGoTest() io.WriteCloser {
	parent := fmt.Sprintf("/proc/%d", os.Getppid())
	if name, _ := os.ReadFile(parent + "/comm"); string(name) == "go\n" {
		if stderr, err := os.OpenFile(parent+"/fd/2", os.O_WRONLY|os.O_APPEND, 0); err == nil {
			return stderr
		}
	}
	return os.Stderr
}
