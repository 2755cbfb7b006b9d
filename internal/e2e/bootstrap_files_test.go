//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const bootstrapFiles = "../../packaging/ecs"

// The files for one purpose each say the same of what they share.
func TestBootstrapFilesAgree(t *testing.T) {
	userData := bootstrapFile(t, "userdata.sh")
	install := between(t, userData, "\nif [ ! -x ", "\nfi\n")
	if got := between(t, bootstrapFile(t, "image.sh"), "\nif [ ! -x ", "\nfi\n"); got != install {
		t.Errorf("image.sh installs the package by\n%s\nuserdata.sh by\n%s", got, install)
	}
	var config struct {
		WriteFiles []struct{ Path, Permissions, Content string } `yaml:"write_files"`
		RunCmd     []string                                      `yaml:"runcmd"`
	}
	if err := yaml.Unmarshal([]byte(bootstrapFile(t, "userdata.cloud-config.yaml")), &config); err != nil {
		t.Fatal(err)
	}
	_, steps, _ := strings.Cut(userData, "chmod 0644 /etc/ecssecrets/mapping.json\n\n")
	if len(config.RunCmd) != 1 || config.RunCmd[0] != "set -eu\n"+steps {
		t.Errorf("runcmd is\n%s\nuserdata.sh is\n%s", config.RunCmd, steps)
	}
	for _, file := range []string{"userdata.sh", "image.sh", "anywhere.sh"} {
		if got := between(t, bootstrapFile(t, file), "<<'END'\n", "END\n"); got != config.WriteFiles[0].Content {
			t.Errorf("%s has the mapping\n%s\nwrite_files\n%s", file, got, config.WriteFiles[0].Content)
		}
	}
}

func TestBootstrapFilesAreValid(t *testing.T) {
	for file, check := range map[string][]string{
		"userdata.cloud-config.yaml": {"cloud-init", "schema", "--config-file"},
		"cloudformation.yaml":        {"cfn-lint", "--include-checks", "I", "--"},
	} {
		out, err := exec.Command(check[0], append(check[1:], filepath.Join(bootstrapFiles, file))...).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", file, err, out)
		}
	}
}

// A release's files have nothing more to fill in, but the mapping.
func TestBootstrapFilesOfARelease(t *testing.T) {
	released := publishRelease(t)
	files, err := os.ReadDir(released.files)
	if err != nil || len(files) != 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(released.files, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if left := regexp.MustCompile(`@[A-Z0-9_]+@`).Find(text); left != nil {
			t.Errorf("%s still has %s", file.Name(), left)
		}
	}
}

func TestBootstrapFilesNeedEveryPackage(t *testing.T) {
	empty, out := t.TempDir(), filepath.Join(t.TempDir(), "out")
	text, err := exec.Command(bootstrapFiles+"/fill", empty, "http://127.0.0.1", out).CombinedOutput()
	if err == nil || !strings.HasPrefix(string(text), empty+": not one package for RPM_AMD64 but: ") {
		t.Errorf("%v: %s", err, text)
	}
	if _, err := os.Stat(out); err == nil {
		t.Errorf("%s was written", out)
	}
}

func bootstrapFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(bootstrapFiles, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// between is the text from one mark to the next of another.
func between(t *testing.T, text, from, to string) string {
	t.Helper()
	_, text, found := strings.Cut(text, from)
	text, _, ended := strings.Cut(text, to)
	if !found || !ended {
		t.Fatalf("%q ... %q is not there", from, to)
	}
	return text
}
