package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// The mapping's timeout is short where it is waited for, so that the usual one would
// be noticed, and long elsewhere, so that a busy machine does not meet it. A call
// may take as much longer as such a machine needs.
const (
	shortTimeout = time.Second
	longTimeout  = 5 * time.Second
	cellSlack    = 5 * time.Second
)

// cell is a machine of one fault's own.
type cell struct {
	t       *testing.T
	lab     *lab
	folder  string // with home, the mapping and whatever the fault needs
	runtime string // XDG_RUNTIME_DIR
	mapping string // file
	aws     *awstest.Server
	canary  string // the password
	call
	undo     []func()
	leavings bool // there were leftovers before the call
}

// call is how the program is called.
type call struct {
	env    map[string]string
	verb   string
	host   string
	wrap   []string  // program and arguments that start the helper
	stdin  io.Reader // instead of the host
	stdout *os.File  // instead of a pipe that is read
	stderr *os.File
	ends   time.Duration
	noLog  bool // the log cannot be read
	oddErr bool // stderr is not the client's alone
}

const (
	cellHost = "registry.example.com"
	cellRole = "role.example.com"
	cellBare = "name.example.com" // a name, for whose region somebody must be asked
)

const cellMapping = `{
	"registries": {
		"registry.example.com": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf",
		"role.example.com": {
			"credentialsParameter": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf",
			"roleArn": "arn:aws:iam::111122223333:role/registry-reader",
		},
		"name.example.com": "registry",
	},
	"fallback": "other",
	"timeout": "5s",
	"cache": {"ttl": "60s", "staleIfError": "1h"},
}`

func newCell(t *testing.T, l *lab) *cell {
	t.Helper()
	c := &cell{t: t, lab: l, folder: t.TempDir(), aws: awstest.Start(), canary: fmt.Sprintf("canary-%d", rand.Uint64())}
	t.Cleanup(c.aws.Close)
	runtime, err := os.MkdirTemp("/dev/shm", "fault")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(runtime) })
	c.runtime, c.mapping = runtime, c.file("mapping.json", cellMapping)
	for _, name := range []string{"home", "tmp", "bin"} {
		must(t, os.Mkdir(c.path(name), 0o755))
	}
	c.putSecret(`{"username":"puller","password":"` + c.canary + `"}`)
	c.call = c.sound()
	return c
}

func (c *cell) sound() call {
	env := map[string]string{"PATH": c.path("bin") + ":/usr/bin:/bin", "HOME": c.path("home"), "TMPDIR": c.path("tmp"),
		"XDG_RUNTIME_DIR": c.runtime, "ECSSECRETS_MAPPING": c.mapping}
	for _, pair := range c.aws.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return call{env: env, verb: "get", host: cellHost, ends: longTimeout + cellSlack}
}

func (c *cell) path(name string) string { return filepath.Join(c.folder, name) }

func (c *cell) file(name, text string) string {
	must(c.t, os.WriteFile(c.path(name), []byte(text), 0o644))
	return c.path(name)
}

func (c *cell) program(name, text string) {
	must(c.t, os.WriteFile(c.path(filepath.Join("bin", name)), []byte("#!/bin/sh\n"+text+"\n"), 0o755))
}

func (c *cell) putSecret(text string) {
	c.aws.PutSecret(awstest.Secret{ARN: herdARN, String: &text})
}

// heals has the fault taken away before the call that must succeed again.
func (c *cell) heals(undo func()) { c.undo = append(c.undo, undo) }

// observed is what one call did.
type observed struct {
	stdout, stderr string
	code           int
	pid            int
	took           time.Duration
	overdue        bool
}

func (c *cell) run() observed {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), c.ends)
	defer cancel()
	arguments := append(slices.Clone(c.wrap), c.lab.program, c.verb)
	command := exec.CommandContext(ctx, arguments[0], arguments[1:]...)
	command.Dir, command.WaitDelay = c.folder, time.Second
	for name, value := range c.env {
		command.Env = append(command.Env, name+"="+value)
	}
	var stdout, stderr bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(c.host), &stdout, &stderr
	if c.stdin != nil {
		command.Stdin = c.stdin
	}
	if c.stdout != nil {
		command.Stdout = c.stdout
	}
	if c.stderr != nil {
		command.Stderr = c.stderr
	}
	start := time.Now()
	err := command.Run()
	if command.Process == nil {
		c.t.Fatal(err)
	}
	return observed{stdout.String(), stderr.String(), command.ProcessState.ExitCode(), command.Process.Pid, time.Since(start),
		ctx.Err() != nil || errors.Is(err, exec.ErrWaitDelay)}
}

// answer is what a client gets that gets the secret.
func (c *cell) answer() string {
	return `{"ServerURL":"` + c.host + `","Username":"puller","Secret":"` + c.canary + `"}` + "\n"
}

// try lets one fault strike a sound machine, looks at what the client gets and at
// what is left, takes the fault away, and calls again.
func (l *lab) try(t *testing.T, f faultCase) {
	c := newCell(t, l)
	if f.want.code == "deadline" || f.want.code == "fallback" {
		c.hasten()
	}
	f.strike(c)
	before := c.files()
	o := c.run()
	c.checkBounds(o)
	f.want.check(c, o)
	c.checkLeaks(f.want, o)
	c.checkNothingLeft(before)
	if f.want == copied(f.want.code) {
		c.checkLog(o, f.want.code+": ", "the copy of ")
	}
	for _, undo := range c.undo {
		undo()
	}
	c.aws.Heal()
	c.putSecret(`{"username":"puller","password":"` + c.canary + `"}`)
	c.checkWorksAgain()
}

func (c *cell) checkBounds(o observed) {
	if o.overdue {
		c.t.Errorf("not ended, or its output held open, after %s", o.took)
	}
}

// checkLeaks looks for everything secret where only an answer may be.
func (c *cell) checkLeaks(want outcome, o observed) {
	stdout := o.stdout
	if want.answers() {
		stdout = ""
	}
	said := stdout + o.stderr
	if !c.noLog && !c.lab.bare {
		said += strings.Join(c.lab.log.now(o.pid), "\n")
	}
	for _, secret := range []string{"canary", awstest.SecretAccessKey} {
		if strings.Contains(said, secret) {
			c.t.Errorf("it says %q: stdout %q, stderr %q", secret, o.stdout, o.stderr)
		}
	}
}

// files lists what is in the cell's folder.
func (c *cell) files() (paths []string) {
	filepath.WalkDir(c.folder, func(path string, _ fs.DirEntry, _ error) error {
		paths = append(paths, path)
		return nil
	})
	return paths
}

func (c *cell) checkNothingLeft(before []string) {
	if after := c.files(); !slices.Equal(before, after) {
		c.t.Errorf("files before %q, after %q", before, after)
	}
	names, _ := filepath.Glob(filepath.Join(c.runtime, "ecssecrets", "new-*"))
	if len(names) > 0 && !c.leavings || len(names) > 500 {
		c.t.Errorf("left half-written: %q", names)
	}
	var left []string
	if !eventually(func() bool { left = processesWith("TMPDIR=" + c.path("tmp")); return len(left) == 0 }) {
		c.t.Errorf("left running: %q", left)
	}
}

// processesWith lists the processes in whose environment a text stands.
func processesWith(text string) (found []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		if environ, err := os.ReadFile(file); err == nil && bytes.Contains(environ, []byte(text)) {
			line, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
			found = append(found, filepath.Base(filepath.Dir(file))+" "+string(line))
		}
	}
	return found
}

// checkWorksAgain calls a sound program. A refusal is shared by helpers that start
// within a second of it, so that the answer may come as much later.
func (c *cell) checkWorksAgain() {
	c.call = c.sound()
	var o observed
	if !eventually(func() bool { o = c.run(); return o.stdout == c.answer() && o.stderr == "" && o.code == 0 }) {
		c.t.Errorf("with the fault gone: exit code %d, stdout %q, stderr %q", o.code, o.stdout, o.stderr)
	}
	locks, _ := filepath.Glob(filepath.Join(c.runtime, "ecssecrets", "lock-*"))
	for _, lock := range locks {
		if file, err := os.OpenFile(lock, os.O_RDONLY|unix.O_NONBLOCK, 0); err == nil {
			if unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
				c.t.Errorf("%s is held", lock)
			}
			file.Close()
		}
	}
}

// eventually looks again and again, for as long as a busy machine may need.
func eventually(happened func() bool) bool {
	for deadline := time.Now().Add(4 * cellSlack); ; {
		if happened() {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
		unix.Nanosleep(&unix.Timespec{Nsec: 20e6}, nil)
	}
}
