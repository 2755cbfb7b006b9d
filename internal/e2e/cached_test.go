//go:build linux

package e2e

import (
	"os"
	"testing"
)

// cached has the setup's home keep copies for the default ttl of 60 s.
func cached(t *testing.T) *setup {
	t.Helper()
	s := newSetup(t)
	folder, err := os.MkdirTemp("/dev/shm", "run")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	s.home.env["XDG_RUNTIME_DIR"] = folder
	s.home.write(t, ".config/ecssecrets/mapping.json", map[string]any{"registries": s.home.secrets})
	return s
}

// rotate gives the registry and the secret a new password. The copy still has the
// old one.
func (s *setup) rotate(t *testing.T) {
	t.Helper()
	s.home.docker(t, "pull", s.image).mustSucceed(t)
	s.registry.admit(t, newLogin())
	real.aws.putValue(t, ireland, s.secret, s.registry.login)
	s.home.docker(t, "pull", s.image).mustFail(t)
}

func TestRotationAtOnceAfterLogout(t *testing.T) {
	s := cached(t)
	s.rotate(t)
	s.home.docker(t, "logout", s.registry.host).mustSucceed(t)
	s.home.docker(t, "pull", s.image).mustSucceed(t)
}

// A time namespace is sixty seconds later at once.
func TestRotationByItselfWithinAMinute(t *testing.T) {
	s := cached(t)
	s.rotate(t)
	s.home.run(t, "", "unshare", "--time", "--boottime", "20", "docker", "pull", s.image).mustFail(t)
	s.home.run(t, "", "unshare", "--time", "--boottime", "60", "docker", "pull", s.image).mustSucceed(t)
}
