package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

func TestAHerdAsksOnce(t *testing.T) {
	s := newSite(t)
	for _, output := range s.herd(t, 100) {
		if output != herdAnswer {
			t.Fatalf("%q", output)
		}
	}
	if n := s.aws.Count("", ""); n != 1 {
		t.Errorf("%d requests for 100 helpers", n)
	}
}

func TestAHerdHearsOneRefusal(t *testing.T) {
	s := newSite(t)
	s.aws.Fail(awstest.Fault{Code: "AccessDeniedException", Message: "no"})
	outputs := s.herd(t, 100)
	for _, output := range outputs {
		if output != outputs[0] || !strings.Contains(output, "GetSecretValue denied") {
			t.Fatalf("%q, the first %q", output, outputs[0])
		}
	}
	if n := s.aws.Count("", ""); n != 1 {
		t.Errorf("%d requests for 100 helpers", n)
	}
}

// Helpers are killed at random moments, those that ask AWS and those that wait
// for them. The next one must work at once, and nothing may pile up.
func TestKilledHelpersLeaveNothing(t *testing.T) {
	s := newSite(t)
	random := rand.New(rand.NewPCG(5, 6))
	const rounds, herd = 100, 5 // 500 kills
	for range rounds {
		s.killSome(t, herd, random)
		start := time.Now()
		if output := s.get(t); output != herdAnswer {
			t.Fatalf("%q", output)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("the next get took %s", took)
		}
		s.forget(t)
	}
	s.get(t)
	entries, err := os.ReadDir(filepath.Join(s.runtime, "ecssecrets"))
	if err != nil || len(entries) > 2 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

// killSome starts a herd and kills each helper within the time that one takes.
func (s *site) killSome(t *testing.T, n int, random *rand.Rand) {
	t.Helper()
	var group sync.WaitGroup
	for range n {
		moment := time.Duration(random.IntN(12_000)) * time.Microsecond
		command := s.command(strings.NewReader(herdHost))
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			timer := time.AfterFunc(moment, func() { command.Process.Kill() })
			defer timer.Stop()
			command.Wait()
		})
	}
	group.Wait()
}

// forget makes the next herd cold.
func (s *site) forget(t *testing.T) {
	t.Helper()
	command := s.command(strings.NewReader(herdHost))
	command.Args[1] = "erase"
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("erase: %v: %s", err, output)
	}
}
