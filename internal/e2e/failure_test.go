//go:build linux

package e2e

import (
	"strings"
	"testing"
)

// Docker 28 and older pull without credentials when a helper fails, and do not
// say why; the helper's standard error does, and so does the system log.
func TestUserSeesWhyASecretCannotBeHad(t *testing.T) {
	s := newSetup(t)
	s.loseSecret(t)

	pull := s.home.docker(t, "pull", s.image).mustFail(t)

	if line := theLineAbout(t, pull.stderr, s.registry.host+": "+absent+": "); !strings.Contains(line, "; ") {
		t.Errorf("no remedy in %q", line)
	}
	real.log.mustHold(t, s.registry.host, "secret-not-found")
}

// theLineAbout returns the one line that begins with a text.
func theLineAbout(t *testing.T, text, subject string) (found string) {
	t.Helper()
	count := 0
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, subject) {
			found = line
			count++
		}
	}
	if count != 1 {
		t.Errorf("%d lines begin with %q in:\n%s", count, subject, text)
	}
	return found
}

func TestSuccessIsSilent(t *testing.T) {
	s := newSetup(t)

	pull := s.home.docker(t, "pull", s.image).mustSucceed(t)

	if pull.stderr != "" {
		t.Errorf("something is on standard error\n%s", pull)
	}
	if records := real.log.about(s.registry.host); len(records) > 0 {
		t.Errorf("the system log holds %q", records)
	}
}
