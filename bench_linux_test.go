package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// BenchmarkProgram compares the program as it is shipped with others, on this
// machine and now:
//
//	go test -bench . -run '^$' .
//
// Programs take turns, so that whatever else the machine does falls on all of
// them, and what is judged are ratios of medians of one run. Nothing fails for
// being slow; a wrong answer or one request too many fails. The table at the end
// says what is to be reached and what was.
//
// docker-credential-ecr-login, and aws with jq, take part where they are on PATH.
func BenchmarkProgram(b *testing.B) {
	bench := newBench(b)
	defer bench.print(os.Stdout)
	b.Run("start", bench.start)
	if onPath("docker-credential-ecr-login") {
		b.Run("ecr-login", bench.ecrLogin)
	} else {
		bench.add(&contender{name: "ECR helper", does: "docker-credential-ecr-login with a cached token"})
	}
	if onPath("aws", "jq") {
		b.Run("shell", bench.shell)
	} else {
		bench.add(&contender{name: "shell helper", does: "a script around aws and jq"})
	}
	b.Run("cold", bench.cold)
	b.Run("far", bench.far)
	b.Run("herd", bench.answeredHerd)
	b.Run("refused-herd", bench.refusedHerd)
	b.Run("size", bench.size)
}

// bench is the programs in comparison, and what was measured so far.
type bench struct {
	*site
	folder           string // of the programs, as installed
	self, floor, sdk []string
	launcher         []string
	report
}

func newBench(b *testing.B) *bench {
	bench := &bench{site: newSite(b), folder: b.TempDir()}
	bench.self = bench.install(b, bench.program)
	for name, installed := range map[string]*[]string{"floor": &bench.floor, "sdk": &bench.sdk, "launcher": &bench.launcher} {
		program := filepath.Join(b.TempDir(), name)
		goBuild(b, "./testdata/bench/"+name, program)
		*installed = bench.install(b, program)
	}
	return bench
}

// copies of each program take turns. How a file lies in the page cache, in few
// large pieces or many small ones, is a matter of luck and worth a quarter of a
// start.
const copies = 5

// install copies a program, as packages and people do; a file that the linker has
// just written lies badly.
func (bench *bench) install(b *testing.B, program string) []string {
	image, err := os.ReadFile(program)
	if err != nil {
		b.Fatal(err)
	}
	var installed []string
	for i := range copies {
		path := filepath.Join(bench.folder, fmt.Sprintf("%s-%d", filepath.Base(program), i))
		if err := os.WriteFile(path, image, 0o700); err != nil {
			b.Fatal(err)
		}
		installed = append(installed, path)
	}
	return installed
}

func onPath(programs ...string) bool {
	return !slices.ContainsFunc(programs, func(program string) bool {
		_, err := exec.LookPath(program)
		return err != nil
	})
}

func (bench *bench) onlyPrint() *contender {
	return &contender{name: "floor", does: "a static Go program that prints the answer",
		program: bench.floor, want: herdAnswer}
}

func (bench *bench) version() *contender {
	return &contender{name: "linked", does: "this program's version: all of it linked in, nothing asked",
		program: bench.self, verb: "version", env: bench.env}
}

func (bench *bench) warmGet() *contender {
	return &contender{name: "warm get", does: "reads the mapping and a copy on tmpfs; no request",
		program: bench.self, verb: "get", env: bench.env, stdin: herdHost, want: herdAnswer}
}

func (bench *bench) coldGet() *contender {
	return &contender{name: "cold get", does: "GetSecretValue, and writes the copy",
		program: bench.self, verb: "get", env: bench.env, stdin: herdHost, want: herdAnswer, before: bench.forgetAll}
}

// sdk is told the region, which an ARN tells this program.
func (bench *bench) sdkCall() *contender {
	return &contender{name: "sdk", does: "the smallest program that calls GetSecretValue with the same SDK",
		program: bench.sdk, verb: herdARN, want: herdSecret + "\n",
		env: append(slices.Clip(bench.env), "AWS_REGION="+awstest.Region)}
}

// forgetAll makes the next get the first since the machine started.
func (bench *bench) forgetAll(b *testing.B) {
	if err := os.RemoveAll(filepath.Join(bench.runtime, "ecssecrets")); err != nil {
		b.Fatal(err)
	}
}

func (bench *bench) start(b *testing.B) {
	floor, linked, warm := bench.onlyPrint(), bench.version(), bench.warmGet()
	bench.get(b)
	requests := bench.aws.Count("", "")
	for b.Loop() {
		interleave(b, 100, floor, linked, warm)
	}
	bench.requests(b, bench.aws.Count("", "")-requests, 0)
	bench.add(floor, linked, warm)
	bench.target(b, "linked / floor", atMost, 2.7, "×", ratio(linked, floor))
	bench.target(b, "warm get - linked", atMost, 0.3, "ms", milliseconds(warm.median()-linked.median()))
}

func (bench *bench) cold(b *testing.B) {
	cold, sdk := bench.coldGet(), bench.sdkCall()
	requests := bench.aws.Count("", "")
	for b.Loop() {
		interleave(b, 100, cold, sdk)
	}
	bench.requests(b, bench.aws.Count("", "")-requests, len(cold.wall)+len(sdk.wall))
	bench.add(cold, sdk)
	bench.target(b, "cold get / sdk", atMost, 1.1, "×", ratio(cold, sdk))
}

func (bench *bench) requests(b *testing.B, got, want int) {
	b.Helper()
	if got != want {
		b.Errorf("%d requests, want %d", got, want)
	}
}

func (bench *bench) size(b *testing.B) {
	cold, warm := bench.coldGet(), bench.warmGet()
	var coldPeak, warmPeak int
	for b.Loop() {
		coldPeak = max(coldPeak, bench.peak(b, cold))
		warmPeak = max(warmPeak, bench.peak(b, warm))
	}
	info, err := os.Stat(bench.program)
	if err != nil {
		b.Fatal(err)
	}
	bench.target(b, "peak memory of a warm get", atMost, 12, "MiB", mebibytes(warmPeak))
	bench.target(b, "peak memory of a cold get", atMost, 16, "MiB", mebibytes(coldPeak))
	bench.target(b, "stripped binary", atMost, 12, "MiB", mebibytes(int(info.Size())))
}

func mebibytes(bytes int) float64 { return float64(bytes) / (1 << 20) }
