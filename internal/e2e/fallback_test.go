//go:build linux

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// fallBackTo has docker ask the helper about every registry, and the helper another
// one about those that are not mapped.
func (s *setup) fallBackTo(t *testing.T, fallback string) {
	t.Helper()
	credsStore(t, s.home)
	s.home.write(t, ".config/ecssecrets/mapping.json",
		map[string]any{"registries": s.home.secrets, "fallback": fallback, "cache": noCache})
}

const (
	ecrLogin    = "docker-credential-ecr-login"
	ecrRegistry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
)

func newSetupWithECR(t *testing.T) *setup {
	t.Helper()
	s := newSetup(t)
	s.fallBackTo(t, "ecr-login")
	s.home.env["AWS_REGION"] = ireland
	s.home.env["AWS_ECR_DISABLE_CACHE"] = "true" // both ask for a token of their own
	return s
}

// What ecr-login says comes back as if it had been asked itself.
func TestFallbackToECR(t *testing.T) {
	cases := []struct {
		name, verb, stdin string
		code              int
		shows             string
	}{
		{"an ECR registry", "get", ecrRegistry, 0, `"Username":"AWS"`},
		{"an ECR registry as a URL", "get", "https://" + ecrRegistry, 0, `"Username":"AWS"`},
		{"an unknown host", "get", "unknown.example.com", 1, "credentials not found in native keychain"},
		{"docker login", "store", `{"ServerURL":"` + ecrRegistry + `","Username":"AWS","Secret":"typed"}`, 1, "not implemented"},
		{"docker logout", "erase", ecrRegistry, 1, "not implemented"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newSetupWithECR(t)

			itself := s.home.run(t, c.stdin, ecrLogin, c.verb).mustShow(t, c.shows)
			throughUs := s.home.run(t, c.stdin, program, c.verb)

			if itself.code != c.code {
				t.Errorf("ecr-login itself does not end with exit code %d\n%s", c.code, itself)
			}
			throughUs.command = itself.command
			if throughUs != itself {
				t.Errorf("got\n%s\nwant\n%s", throughUs, itself)
			}
		})
	}
}

// The mapped registry is none of ecr-login's business, and is in the list beside
// its own.
func TestFallbackToECRBesideAMappedRegistry(t *testing.T) {
	s := newSetupWithECR(t)
	delete(s.home.env, "AWS_ECR_DISABLE_CACHE") // what it lists
	s.home.run(t, ecrRegistry, program, "get").mustSucceed(t)

	s.home.docker(t, "pull", s.image).mustSucceed(t)

	listed := s.home.list(t, program)
	if _, ok := listed[s.registry.host]; !ok {
		t.Errorf("the mapped registry is not listed: %v", listed)
	}
	others := s.home.list(t, ecrLogin)
	if len(others) == 0 {
		t.Error("ecr-login lists nothing, so the test shows nothing")
	}
	for host, username := range others {
		if listed[host] != username {
			t.Errorf("%s of ecr-login is not listed: %v", host, listed)
		}
	}
}

// list returns the user names that a helper knows, by host.
func (h *home) list(t *testing.T, helper string) map[string]string {
	t.Helper()
	answer := h.run(t, "", "env", helper, "list").mustSucceed(t)
	listed := map[string]string{}
	if err := json.Unmarshal([]byte(answer.stdout), &listed); err != nil {
		t.Fatalf("%v\n%s", err, answer)
	}
	return listed
}

// A registry that is not mapped is logged in to as ever, its password kept in pass
// and forgotten there, while the mapped one has its secret.
func TestFallbackToPass(t *testing.T) {
	for _, docker := range dockers(t) {
		t.Run(docker.version, func(t *testing.T) {
			s, other := newSetup(t), startRegistry(t)
			image := other.publish(t, "team/other:1")
			s.home.keepsPasswords(t)
			s.fallBackTo(t, "pass")
			pull := func(image string) outcome { return s.home.run(t, "", docker.command, "pull", image) }
			inPass := func() bool { return s.home.list(t, "docker-credential-pass")[other.host] != "" }

			pull(image).mustFail(t)
			s.home.run(t, other.Password, docker.command, "login", "--username", "deploy", "--password-stdin", other.host).mustSucceed(t)
			if !inPass() {
				t.Error("docker login left nothing in pass")
			}
			pull(image).mustSucceed(t)
			pull(s.image).mustSucceed(t)

			s.home.run(t, "", docker.command, "logout", other.host).mustSucceed(t)
			if inPass() {
				t.Error("docker logout left the password in pass")
			}
			pull(image).mustFail(t)
			pull(s.image).mustSucceed(t)
		})
	}
}

// keepsPasswords makes the user's store for pass, under a key without passphrase.
func (h *home) keepsPasswords(t *testing.T) {
	t.Helper()
	keys, err := os.MkdirTemp("/dev/shm", "gnupg") // a short path, for the agent's socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(keys) })
	h.env["GNUPGHOME"] = keys
	h.env["PATH"] = filepath.Join(real.bin, "stores") + ":" + h.env["PATH"]
	t.Cleanup(func() { h.run(t, "", "gpgconf", "--kill", "all") })
	h.run(t, "", "gpg", "--batch", "--passphrase", "", "--quick-generate-key", "e2e", "future-default", "default", "never").mustSucceed(t)
	h.run(t, "", "pass", "init", "e2e").mustSucceed(t)
}
