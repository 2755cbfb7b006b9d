package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// TestThePasswordIsNowhereElse uses the program for long in every way, kills
// included, and then looks for the password: it may stand in answers and in the
// runtime folder, and nowhere that the program could have written to.
func TestThePasswordIsNowhereElse(t *testing.T) {
	s := newSite(t)
	start, canary := time.Now(), fmt.Sprintf("canary-%d", rand.Uint64()) // stands in no source
	s.aws.PutSecret(awstest.Secret{ARN: herdARN, String: new(`{"username":"puller","password":"` + canary + `"}`)})
	home := t.TempDir()
	s.env = append(s.env, "HOME="+home, "TMPDIR="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home, "GOTRACEBACK=crash")
	random := rand.New(rand.NewPCG(7, 8))
	for range 150 {
		s.anyUse(t, random, home, canary)
	}
	for _, folder := range []string{home, "/tmp", "/var/tmp", "/run", "/var/log", "/dev/shm", "."} {
		for _, file := range filesWith(canary, folder, s.runtime, start) {
			t.Errorf("%s holds the password", file)
		}
	}
}

// anyUse is one hit, miss, refusal, outage, log-in, log-out, list or kill.
func (s *site) anyUse(t *testing.T, random *rand.Rand, home, canary string) {
	t.Helper()
	s.aws.Heal()
	switch random.IntN(6) {
	case 0:
		s.aws.Fail(awstest.Fault{Status: 503})
	case 1:
		s.aws.Fail(awstest.Fault{Code: "AccessDeniedException", Message: "no"})
	case 2:
		s.aws.Fail(awstest.Fault{Truncate: 40 + random.IntN(200)})
	}
	verbs := []string{"get", "get", "get", "erase", "store", "list"}
	verb := verbs[random.IntN(len(verbs))]
	input := herdHost
	if verb == "store" {
		input = `{"ServerURL":"` + herdHost + `","Username":"puller","Secret":"` + canary + []string{"", "-other"}[random.IntN(2)] + `"}`
	}
	command := s.command(strings.NewReader(input))
	command.Args[1], command.Dir = verb, home
	if random.IntN(3) == 0 {
		command.Env = append(command.Env, "ECSSECRETS_LOG=debug")
	}
	checkStreams(t, command, verb, canary, random)
}

func checkStreams(t *testing.T, command *exec.Cmd, verb, canary string, random *rand.Rand) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if random.IntN(5) == 0 {
		timer := time.AfterFunc(time.Duration(random.IntN(8000))*time.Microsecond, func() { command.Process.Kill() })
		defer timer.Stop()
	}
	command.Wait()
	answered := verb == "get" && stdout.String() == strings.ReplaceAll(herdAnswer, "canary-herd", canary)
	if !answered && hasPassword(stdout.String(), canary) || hasPassword(stderr.String(), canary) {
		t.Errorf("%s: stdout %q, stderr %q", verb, &stdout, &stderr)
	}
}

// filesWith lists the files below a folder, but for those of one, that hold a
// text and have been changed since.
func filesWith(text, folder, but string, since time.Time) (found []string) {
	filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == but {
			return fs.SkipDir
		}
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() || info.ModTime().Before(since) || info.Size() > 1<<20 {
			return nil
		}
		if content, err := os.ReadFile(path); err == nil && hasPassword(string(content), text) {
			found = append(found, path)
		}
		return nil
	})
	return found
}
