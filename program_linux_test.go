package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// built is the program as it is shipped: the scripts run the test binary under
// its name, which starts more slowly and is larger.
func built(t testing.TB, folder string) string {
	t.Helper()
	program := filepath.Join(folder, name)
	goBuild(t, ".", program)
	return program
}

func goBuild(t testing.TB, source, program string) {
	t.Helper()
	command := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, source)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", source, err, output)
	}
}

const (
	herdHost   = "registry.example.com"
	herdARN    = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf"
	herdSecret = `{"username":"puller","password":"canary-herd"}`
	herdAnswer = `{"ServerURL":"registry.example.com","Username":"puller","Secret":"canary-herd"}` + "\n"
)

// site is the built program with an AWS and a runtime folder of its own.
type site struct {
	program string
	aws     *awstest.Server
	runtime string
	env     []string
}

func newSite(t testing.TB) *site {
	t.Helper()
	runtime, err := os.MkdirTemp("/dev/shm", "site")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(runtime) })
	s := &site{program: built(t, t.TempDir()), aws: awstest.Start(), runtime: runtime}
	t.Cleanup(s.aws.Close)
	s.aws.PutSecret(awstest.Secret{ARN: herdARN, String: new(herdSecret)})
	s.env = append(s.aws.Environ(), "PATH="+os.Getenv("PATH"), "HOME="+t.TempDir(), "XDG_RUNTIME_DIR="+runtime,
		`ECSSECRETS_REGISTRIES={"`+herdHost+`": "`+herdARN+`"}`)
	return s
}

func (s *site) command(stdin io.Reader) *exec.Cmd {
	command := exec.Command(s.program, "get")
	command.Env, command.Stdin = s.env, stdin
	return command
}

func (s *site) get(t testing.TB) string {
	t.Helper()
	output, err := s.command(strings.NewReader(herdHost)).Output()
	if err != nil {
		t.Fatalf("get: %v: %s", err, output)
	}
	return string(output)
}

// herd starts n helpers, then lets all of them know the host, and gives what each
// printed.
func (s *site) herd(t testing.TB, n int) []string {
	t.Helper()
	outputs := make([]bytes.Buffer, n)
	commands := make([]*exec.Cmd, n)
	stdins := make([]io.WriteCloser, n)
	for i := range n {
		commands[i] = s.command(nil)
		commands[i].Stdout = &outputs[i]
		stdin, err := commands[i].StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdins[i] = stdin
		if err := commands[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			io.WriteString(stdins[i], herdHost)
			stdins[i].Close()
			commands[i].Wait()
		})
	}
	group.Wait()
	texts := make([]string, n)
	for i := range n {
		texts[i] = outputs[i].String()
	}
	return texts
}
