package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryCodeIsInTheREADME: whoever meets a code in the log finds it in the
// table.
func TestEveryCodeIsInTheREADME(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	codes := codesIn(t, "helper", "mapping", "internal/awsapi")
	if len(codes) < 30 {
		t.Fatalf("only %d codes found: %v", len(codes), codes)
	}
	for code := range codes {
		if !strings.Contains(string(readme), "`"+code+"`") {
			t.Errorf("code %s is not in the README's table", code)
		}
	}
}

// codesIn collects codes from where failures are made.
func codesIn(t *testing.T, folders ...string) map[string]bool {
	t.Helper()
	pattern := regexp.MustCompile(`(?:Code: +|malformed\(|Code += )"([a-z0-9-]+)"`)
	codes := map[string]bool{}
	for _, folder := range folders {
		maps.Copy(codes, foundInSources(t, folder, pattern, func(path string) bool { return !strings.HasSuffix(path, "_test.go") }))
	}
	return codes
}

// foundInSources gives what the pattern's group finds in those Go files below a
// folder that are chosen.
func foundInSources(t *testing.T, folder string, pattern *regexp.Regexp, chosen func(path string) bool) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || !chosen(path) {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range pattern.FindAllSubmatch(text, -1) {
			found[string(match[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
