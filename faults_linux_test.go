package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// faultCase is one cell of the matrix: a stage of a call that fails in one way, and
// what the client gets.
type faultCase struct {
	stage, way string
	want       outcome
	strike     func(*cell) // makes it fail
}

// TestFaults lets every stage of a call fail in every way that it can, against the
// program as it is shipped, and prints the matrix. It takes a network, a name
// server and a system log of its own, which it gets by starting itself again in
// namespaces. Where the kernel does not let it, the cells that need them have the
// machine's instead, and only their records in the log are not looked at.
func TestFaults(t *testing.T) {
	if program := os.Getenv(faultProgram); program != "" {
		runFaults(t, program)
		return
	}
	_, cells, _ := strings.Cut(flag.Lookup("test.run").Value.String(), "/")
	command := exec.Command(os.Args[0], "-test.run=^TestFaults$/"+cells, "-test.count=1", "-test.timeout=3m")
	command.Env = append(os.Environ(), faultProgram+"="+built(t, t.TempDir()))
	command.SysProcAttr = sandboxAttributes()
	if !mayUnshare() {
		command.SysProcAttr, command.Env = &syscall.SysProcAttr{}, append(command.Env, "ECSSECRETS_FAULTS_BARE=1")
	}
	command.SysProcAttr.Pdeathsig = syscall.SIGKILL
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	t.Logf("\n%s", output)
}

// faultProgram is the variable that tells the inner test which program to try.
const faultProgram = "ECSSECRETS_FAULTS_PROGRAM"

// atOnce is how many cells run at a time: most of them wait.
const atOnce = 12

func runFaults(t *testing.T, program string) {
	lab := newLab(t, program)
	faults := allFaults(lab)
	checkDistinct(t, faults)
	results := &matrix{}
	places := make(chan struct{}, atOnce)
	var group sync.WaitGroup
	for _, f := range faults {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			t.Run(f.stage+"/"+f.way, func(t *testing.T) {
				defer func() { results.add(f, !t.Failed()) }()
				lab.try(t, f)
			})
		})
	}
	group.Wait()
	fmt.Print(results)
	if len(faults) < 120 {
		t.Errorf("%d cells, want 120 at least", len(faults))
	}
}

func allFaults(l *lab) []faultCase {
	return slices.Concat(mappingFaults(), environmentFaults(), streamFaults(), fallbackFaults(), runtimeFaults(l), lockFaults(), logFaults(l),
		staticFaults(), processFaults(), containerFaults(), metadataFaults(), webIdentityFaults(), ssoFaults(),
		dnsFaults(l), tcpFaults(l), tlsFaults(), proxyFaults(), httpFaults(), stsFaults(), secretFaults(), outageFaults())
}

func checkDistinct(t *testing.T, faults []faultCase) {
	t.Helper()
	names := map[string]bool{}
	for _, f := range faults {
		if cell := f.stage + "/" + f.way; names[cell] {
			t.Errorf("two cells are %s", cell)
		}
		names[f.stage+"/"+f.way] = true
	}
}

// matrix is what is printed at the end.
type matrix struct {
	mu     sync.Mutex
	stages map[string][]string // the ways, with what came of them
	cells  int
	passed int
}

func (m *matrix) add(f faultCase, passed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stages == nil {
		m.stages = map[string][]string{}
	}
	m.cells++
	mark := ""
	if passed {
		m.passed++
	} else {
		mark = "   FAILED"
	}
	m.stages[f.stage] = append(m.stages[f.stage], fmt.Sprintf("  %-44s %s%s", f.way, f.want, mark))
}

func (m *matrix) String() string {
	var b strings.Builder
	for _, stage := range slices.Sorted(maps.Keys(m.stages)) {
		ways := m.stages[stage]
		slices.Sort(ways)
		fmt.Fprintf(&b, "%s: %d cells\n%s\n", stage, len(ways), strings.Join(ways, "\n"))
	}
	fmt.Fprintf(&b, "%d stages, %d cells, %d passed\n", len(m.stages), m.cells, m.passed)
	return b.String()
}
