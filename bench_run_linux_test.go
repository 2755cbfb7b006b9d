package main

import (
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// contender is one program, and how long each of its runs took.
type contender struct {
	name    string
	does    string   // for people
	program []string // copies of it
	verb    string   // its argument
	env     []string
	stdin   string
	want    string           // what it prints; empty for anything
	before  func(*testing.B) // not timed
	wall    []time.Duration
	cpu     []time.Duration // user and system
}

func (c *contender) median() time.Duration { return median(c.wall) }

func ratio(a, b *contender) float64 { return float64(a.median()) / float64(b.median()) }

func median(durations []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(durations))[len(durations)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// interleave runs each contender in turn, so many times, and begins with another
// one in each round.
func interleave(b *testing.B, rounds int, contenders ...*contender) {
	b.Helper()
	for round := range rounds {
		for i := range contenders {
			contenders[(round+i)%len(contenders)].run(b)
		}
	}
}

// run times the program from its start to its end. Files instead of pipes keep
// this process's own goroutines out of it.
func (c *contender) run(b *testing.B) {
	b.Helper()
	if c.before != nil {
		c.before(b)
	}
	stdin, stdout := tmpfile(b, c.stdin), tmpfile(b, "")
	defer stdin.Close()
	defer stdout.Close()
	command := exec.Command(c.program[len(c.wall)%len(c.program)], c.verb)
	command.Env, command.Stdin, command.Stdout = c.env, stdin, stdout
	start := time.Now()
	err := command.Run()
	c.wall = append(c.wall, time.Since(start))
	c.cpu = append(c.cpu, command.ProcessState.UserTime()+command.ProcessState.SystemTime())
	if output := content(b, stdout); err != nil || c.want != "" && output != c.want {
		b.Fatalf("%s: %v: %q", c.name, err, output)
	}
}

// peak is the most memory, in bytes, that one of the copies had.
func (bench *bench) peak(b *testing.B, c *contender) (most int) {
	b.Helper()
	for _, program := range c.program {
		if c.before != nil {
			c.before(b)
		}
		most = max(most, bench.launch(b, c, program))
	}
	return most
}

// launch gives one run's peak. The launcher is smaller than what it launches: its
// own size would show otherwise.
func (bench *bench) launch(b *testing.B, c *contender, program string) int {
	b.Helper()
	command := exec.Command(bench.launcher[0], program, c.verb)
	command.Env, command.Stdin = c.env, strings.NewReader(c.stdin)
	output, err := command.Output()
	kibibytes, answered := strings.CutPrefix(string(output), c.want)
	peak, notNumber := strconv.Atoi(strings.TrimSpace(kibibytes))
	if err != nil || !answered || notNumber != nil {
		b.Fatalf("%s: %v: %q", c.name, err, output)
	}
	return peak << 10
}

// tmpfile is a file on tmpfs that nobody else sees.
func tmpfile(b *testing.B, text string) *os.File {
	b.Helper()
	file, err := os.CreateTemp("/dev/shm", "bench")
	if err != nil {
		b.Fatal(err)
	}
	os.Remove(file.Name())
	if _, err := file.WriteString(text); err != nil {
		b.Fatal(err)
	}
	rewind(b, file)
	return file
}

func content(b *testing.B, file *os.File) string {
	b.Helper()
	rewind(b, file)
	text, err := io.ReadAll(file)
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}

func rewind(b *testing.B, file *os.File) {
	b.Helper()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		b.Fatal(err)
	}
}
