package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestPagesAreCurrent fails when a command's text was changed and the pages here
// were not made anew.
func TestPagesAreCurrent(t *testing.T) {
	folder := t.TempDir()
	if err := write(folder); err != nil {
		t.Fatal(err)
	}
	if here, made := pages(t, "."), pages(t, folder); !slices.Equal(here, made) {
		t.Fatalf("pages here are %q, made are %q; type: go generate ./packaging/man", here, made)
	}
	for _, name := range pages(t, folder) {
		if !bytes.Equal(read(t, name), read(t, filepath.Join(folder, name))) {
			t.Errorf("%s is not what its command says; type: go generate ./packaging/man", name)
		}
	}
}

func pages(t *testing.T, folder string) (names []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.1"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no pages in %s: %v", folder, err)
	}
	for _, path := range paths {
		names = append(names, filepath.Base(path))
	}
	return names
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
