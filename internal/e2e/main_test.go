//go:build linux

package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"testing"
)

// sandboxed names the variable that tells the second start of the test binary
// where the first one put the programs.
const sandboxed = "ECSSECRETS_E2E_SANDBOX"

func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.list").Value.String() != "" {
		os.Exit(m.Run())
	}
	if dir := os.Getenv(sandboxed); dir != "" {
		os.Exit(inside(m, dir))
	}
	os.Exit(outside())
}

// outside looks for the parts, builds the programs and starts the tests in their
// sandbox.
func outside() int {
	if missing := missingParts(); len(missing) > 0 {
		return withoutParts(missing)
	}
	debian, err := findDebian()
	if err != nil {
		return withoutParts([]string{err.Error()})
	}
	os.Setenv(debianBase, debian)
	dir, err := os.MkdirTemp("", "ecssecrets-e2e-")
	if err != nil {
		return failed(err)
	}
	defer os.RemoveAll(dir)
	signal.Notify(make(chan os.Signal, 1), os.Interrupt) // ends what runs, and then this
	if err := os.Chmod(dir, 0o755); err != nil {         // other users run programs, too
		return failed(err)
	}
	for _, p := range ours {
		if err := p.build(dir); err != nil {
			return failed(err)
		}
	}
	for _, p := range foreign {
		if err := p.build(dir); err != nil {
			return withoutParts([]string{err.Error()})
		}
	}
	return runSandboxed(dir)
}

// real is what all tests share.
var real struct {
	bin    string // folder of the programs built for the tests
	engine *engine
	aws    *secretsManager
	log    *systemLog
}

// inside starts what the tests share and runs them.
func inside(m *testing.M, dir string) int {
	real.bin = dir
	os.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	var err error
	if real.engine, err = startEngine(dir); err != nil {
		return failed(err)
	}
	defer real.engine.stop()
	if real.aws, err = startSecretsManager(dir); err != nil {
		return failed(err)
	}
	defer real.aws.stop()
	if real.log, err = startSystemLog(); err != nil {
		return failed(err)
	}
	defer real.log.stop()
	return m.Run()
}

func failed(err error) int {
	fmt.Fprintln(os.Stderr, "e2e:", err)
	return 1
}
