//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// registry is a registry that answers to one user only, or to everybody.
type registry struct {
	host  string // as image names have it
	dir   string
	login // of the user; empty where everybody may come in
}

func startRegistry(t *testing.T) *registry {
	t.Helper()
	host, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	r := &registry{host: host, dir: t.TempDir()}
	r.admit(t, newLogin())
	r.write(t, "config.yml", fmt.Sprintf(registryConfig, r.host, filepath.Join(r.dir, "storage"), filepath.Join(r.dir, "htpasswd")))
	s, err := startServer(r.dir, listens("tcp", r.host), "docker-registry", "serve", "config.yml")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return r
}

const registryConfig = `
version: 0.1
http: {addr: %q}
storage: {filesystem: {rootdirectory: %q}}
auth: {htpasswd: {realm: private, path: %q}}
`

// admit makes a user the only one who may come in. The registry reads the file
// again once it is newer.
func (r *registry) admit(t *testing.T, user login) {
	t.Helper()
	cmd := exec.Command("htpasswd", "-niB", "-C", "4", user.Username)
	cmd.Stdin = strings.NewReader(user.Password)
	line, err := cmd.Output()
	if err != nil {
		t.Fatalf("htpasswd: %v", err)
	}
	r.write(t, "htpasswd", string(line))
	r.login = user
}

func (r *registry) write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, file), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// publish puts an image into the registry, without any of the clients under test,
// and returns its full name.
func (r *registry) publish(t *testing.T, repository string) string {
	t.Helper()
	ref, err := name.ParseReference(r.host + "/" + repository)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, helloImage(t), remote.WithAuth(r.auth())); err != nil {
		t.Fatal(err)
	}
	return ref.String()
}

// holds tells whether an image is in the registry.
func (r *registry) holds(t *testing.T, image string) bool {
	t.Helper()
	ref, err := name.ParseReference(image)
	if err != nil {
		t.Fatal(err)
	}
	_, err = remote.Head(ref, remote.WithAuth(r.auth()))
	return err == nil
}

func (r *registry) auth() authn.Authenticator {
	if r.Username == "" {
		return authn.Anonymous
	}
	return &authn.Basic{Username: r.Username, Password: r.Password}
}
