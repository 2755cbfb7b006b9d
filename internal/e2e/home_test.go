//go:build linux

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// home is a user's home folder with a mapping and the clients' configuration, and
// the environment of commands that the user types.
type home struct {
	dir     string
	env     map[string]string
	secrets map[string]string // what the mapping says, by host
	uid     int               // whose home it is
}

// newHome makes a home whose AWS credentials are in the environment, and where
// clients ask the helper for no registry yet.
func newHome(t *testing.T) *home {
	t.Helper()
	h := &home{dir: t.TempDir(), secrets: map[string]string{}}
	h.env = map[string]string{
		"PATH":                    os.Getenv("PATH"),
		"HOME":                    h.dir,
		"XDG_RUNTIME_DIR":         h.dir + "/run",
		"REGISTRY_AUTH_FILE":      h.dir + "/auth.json",
		"CONTAINERS_STORAGE_CONF": h.dir + "/storage.conf",
		"DOCKER_HOST":             real.engine.host,
		"DOCKER_BUILDKIT":         "0",
		"AWS_ENDPOINT_URL":        real.aws.url,
		"AWS_ACCESS_KEY_ID":       "AKIAEXAMPLE",
		"AWS_SECRET_ACCESS_KEY":   "example",
	}
	if err := os.Mkdir(h.env["XDG_RUNTIME_DIR"], 0o700); err != nil {
		t.Fatal(err)
	}
	h.write(t, "storage.conf", fmt.Sprintf("[storage]\ndriver = \"vfs\"\ngraphroot = %q\nrunroot = %q\n", h.dir+"/images", h.dir+"/run/images"))
	return h
}

// useSecret maps a registry to a secret.
func (h *home) useSecret(t *testing.T, host, secret string) {
	t.Helper()
	h.secrets[host] = secret
	h.write(t, ".config/ecssecrets/mapping.json", map[string]any{"registries": h.secrets, "cache": noCache})
}

// noCache has every call ask AWS.
var noCache = map[string]string{"ttl": "0", "staleIfError": "0"}

func (h *home) write(t *testing.T, file string, content any) {
	t.Helper()
	path := filepath.Join(h.dir, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	text, ok := content.(string)
	if !ok {
		encoded, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		text = string(encoded)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run runs a command as the user. A password in what it prints is a failure of
// the test, whatever the test is about.
func (h *home) run(t *testing.T, stdin, name string, args ...string) outcome {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = h.dir
	if h.uid != 0 {
		h.giveTo(t, h.uid)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(h.uid), Gid: uint32(h.uid)}}
	}
	for key, value := range h.env {
		cmd.Env = append(cmd.Env, key+"="+value)
	}
	var stdout, stderr strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatalf("%s: %v", cmd, err)
	}
	o := outcome{cmd.String(), stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
	if strings.Contains(o.stdout+o.stderr, passwordMark) {
		t.Errorf("a password is shown\n%s", o)
	}
	return o
}

// giveTo makes a user the owner of everything in the home.
func (h *home) giveTo(t *testing.T, uid int) {
	t.Helper()
	err := filepath.WalkDir(h.dir, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, uid, uid))
	})
	way := os.Chmod(filepath.Dir(h.dir), 0o755)
	if err := errors.Join(err, way); err != nil {
		t.Fatal(err)
	}
}

func (h *home) docker(t *testing.T, args ...string) outcome {
	t.Helper()
	return h.run(t, "", "docker", args...)
}

// importHello gives the engine the tests' image under a name, as a build would.
func (h *home) importHello(t *testing.T, image string) {
	t.Helper()
	h.run(t, string(helloFiles(t)), "docker", "import", "--change", `CMD ["/hello"]`, "-", image).mustSucceed(t)
}

// mustNotHave demands that the engine has no image of a name.
func (h *home) mustNotHave(t *testing.T, image string) {
	t.Helper()
	if h.docker(t, "image", "inspect", image).code == 0 {
		t.Errorf("the engine has %s", image)
	}
}
