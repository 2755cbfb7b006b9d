package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// Herds of helpers, each of which gets a signal at a moment of its own, or loses
// the client that reads its answer. What they said is whole, what they left is
// whole, and the next helper answers.
func TestSignalsTearNothing(t *testing.T) {
	const rounds, herd = 50, 20
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	s := newSite(t)
	said := map[string]int{}
	for round := range rounds {
		s.troubleAWS(random)
		for _, output := range s.signalled(t, herd, random) {
			said[kindOfOutput(t, output)]++
		}
		s.checkFilesWhole(t)
		s.aws.Heal()
		s.forget(t)
		s.checkAnswersSoon(t)
		if round%4 > 0 {
			s.forget(t) // the next herd asks AWS
		}
	}
	t.Logf("%d helpers: %v", rounds*herd, said)
	if left := processesWith("XDG_RUNTIME_DIR=" + s.runtime); len(left) > 0 {
		t.Errorf("left running: %q", left)
	}
}

// troubleAWS makes rounds in which it answers, answers late, refuses, or is out of
// service.
func (s *site) troubleAWS(random *rand.Rand) {
	switch random.IntN(4) {
	case 0:
		s.aws.Fail(awstest.Fault{Delay: 5 * time.Millisecond})
	case 1:
		s.aws.Fail(awstest.Fault{Code: "AccessDeniedException", Message: "no"})
	case 2:
		s.aws.Fail(awstest.Fault{Truncate: 30})
	}
}

// signalled starts a herd and gives what each of it said.
func (s *site) signalled(t *testing.T, n int, random *rand.Rand) []string {
	t.Helper()
	outputs := make([]string, n)
	var group sync.WaitGroup
	for i := range n {
		moment := time.Duration(random.IntN(40_000)) * time.Microsecond
		signals := []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGKILL, syscall.SIGPIPE}
		signal := signals[random.IntN(len(signals))]
		group.Go(func() { outputs[i] = s.interrupted(t, moment, signal) })
	}
	group.Wait()
	return outputs
}

// interrupted calls a helper that gets a signal at a moment. SIGPIPE comes by the
// reader's leaving.
func (s *site) interrupted(t *testing.T, moment time.Duration, signal syscall.Signal) string {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second+cellSlack)
	defer cancel()
	command := exec.CommandContext(ctx, s.program, "get")
	command.Env, command.Stdin = s.env, strings.NewReader(herdHost)
	read, write, err := os.Pipe()
	if err != nil {
		t.Error(err)
		return ""
	}
	command.Stdout = write
	err = command.Start()
	write.Close()
	if err != nil {
		t.Error(err)
		return ""
	}
	timer := time.AfterFunc(moment, func() {
		if signal == syscall.SIGPIPE {
			read.Close()
		} else {
			command.Process.Signal(signal)
		}
	})
	defer timer.Stop()
	var output bytes.Buffer
	io.Copy(&output, read)
	command.Wait()
	read.Close()
	if ctx.Err() != nil {
		t.Errorf("a helper did not end, %s after its start and signal %v", 10*time.Second+cellSlack, signal)
	}
	return output.String()
}

// kindOfOutput: nothing, one whole answer, or one whole line.
func kindOfOutput(t *testing.T, output string) string {
	t.Helper()
	switch {
	case output == "":
		return "nothing"
	case output == herdAnswer:
		return "answer"
	case failureLine.MatchString(output) && !strings.Contains(output, "canary"):
		return "refusal"
	}
	t.Errorf("torn: %q", output)
	return "torn"
}

var keptFile = regexp.MustCompile(`^(\d+)\n(.*)$`)

// checkFilesWhole: values have their time and their JSON. Only files that never
// got a value's name may be cut short.
func (s *site) checkFilesWhole(t *testing.T) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(s.runtime, "ecssecrets", "*"))
	for _, file := range files {
		name := filepath.Base(file)
		if strings.HasPrefix(name, "new-") || strings.HasPrefix(name, "lock-") {
			continue
		}
		text, err := os.ReadFile(file)
		parts := keptFile.FindSubmatch(text)
		if err != nil || parts == nil || len(parts[2]) > 0 && !json.Valid(parts[2]) {
			t.Errorf("%s is torn: %q, %v", name, text, err)
		}
	}
}

// checkAnswersSoon: no lock is stuck. A refusal is shared for a second.
func (s *site) checkAnswersSoon(t *testing.T) {
	t.Helper()
	var output []byte
	start := time.Now()
	if !eventually(func() bool {
		output, _ = s.command(strings.NewReader(herdHost)).Output()
		return string(output) == herdAnswer
	}) {
		t.Fatalf("the next helper says %q", output)
	}
	if took := time.Since(start); took > cellSlack {
		t.Errorf("the next answer took %s", took)
	}
	leftovers, _ := filepath.Glob(filepath.Join(s.runtime, "ecssecrets", "new-*"))
	if len(leftovers) > 0 { // whoever keeps an answer sweeps
		t.Errorf("left half-written: %q", leftovers)
	}
}
