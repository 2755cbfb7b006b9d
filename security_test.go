package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryPromiseHasItsTest: what the third column of SECURITY.md's promises names
// is a test or a script of this repository.
func TestEveryPromiseHasItsTest(t *testing.T) {
	rows := tableBelow(t, "SECURITY.md", "## The promises")
	if len(rows) < 15 {
		t.Fatalf("only %d promises found", len(rows))
	}
	tests := testsHere(t)
	for _, row := range rows {
		named := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[2], -1)
		if len(named) == 0 {
			t.Errorf("%q has no test", row[0])
		}
		for _, name := range named {
			if !tests[name[1]] {
				t.Errorf("%q: there is no test %s", row[0], name[1])
			}
		}
	}
}

// tableBelow gives the rows of the first table below a heading, without its head.
func tableBelow(t *testing.T, file, heading string) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n"+heading+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for line := range strings.Lines(section) {
		if cells, ok := strings.CutPrefix(line, "| "); ok {
			rows = append(rows, strings.Split(cells, " | "))
		}
	}
	if len(rows) == 0 {
		t.Fatalf("%s has no table below %q", file, heading)
	}
	return rows[1:]
}

// testsHere are the names of all test functions, fuzz targets and scripts.
func testsHere(t *testing.T) map[string]bool {
	t.Helper()
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	tests := foundInSources(t, ".", function, func(path string) bool { return strings.HasSuffix(path, "_test.go") })
	scripts, err := filepath.Glob(filepath.Join("testdata", "script", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range scripts {
		tests[filepath.Base(script)] = true
	}
	return tests
}
