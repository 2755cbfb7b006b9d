//go:build linux

package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// outcome is how a command ended.
type outcome struct {
	command        string
	stdout, stderr string
	code           int
}

func (o outcome) String() string {
	return fmt.Sprintf("%s\nexit code %d\n--- stdout\n%s--- stderr\n%s", o.command, o.code, o.stdout, o.stderr)
}

func (o outcome) mustSucceed(t *testing.T) outcome {
	t.Helper()
	if o.code != 0 {
		t.Fatalf("did not succeed\n%s", o)
	}
	return o
}

func (o outcome) mustFail(t *testing.T) outcome {
	t.Helper()
	if o.code == 0 {
		t.Fatalf("did not fail\n%s", o)
	}
	return o
}

// mustShow demands a text in what the user sees.
func (o outcome) mustShow(t *testing.T, text string) outcome {
	t.Helper()
	if !strings.Contains(o.stdout+o.stderr, text) {
		t.Errorf("does not show %q\n%s", text, o)
	}
	return o
}
