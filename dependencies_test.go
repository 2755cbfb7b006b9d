package main

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// TestEveryDependencyIsExplained: go.mod's direct dependencies are those of the
// table in SECURITY.md, each with a reason and a licence, and none is replaced.
func TestEveryDependencyIsExplained(t *testing.T) {
	explained := map[string]bool{}
	for _, row := range tableBelow(t, "SECURITY.md", "## Dependencies") {
		module := strings.Trim(row[0], "`")
		explained[module] = true
		if len(strings.Fields(row[1])) < 3 || row[2] == "" {
			t.Errorf("%s has no reason or no licence", module)
		}
	}
	direct := directDependencies(t)
	for module := range direct {
		if !explained[module] {
			t.Errorf("%s is in go.mod; say in SECURITY.md why, with its licence and what it costs at the start", module)
		}
	}
	for module := range explained {
		if !direct[module] {
			t.Errorf("%s is in SECURITY.md and not in go.mod: take it out", module)
		}
	}
}

func directDependencies(t *testing.T) map[string]bool {
	t.Helper()
	output, err := exec.Command("go", "mod", "edit", "-json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Require []struct {
			Path     string
			Indirect bool
		}
		Replace []any
	}
	if err := json.Unmarshal(output, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Replace) > 0 {
		t.Errorf("go.mod replaces %v: whoever installs by go install gets something else", file.Replace)
	}
	direct := map[string]bool{}
	for _, required := range file.Require {
		if !required.Indirect {
			direct[required.Path] = true
		}
	}
	return direct
}
