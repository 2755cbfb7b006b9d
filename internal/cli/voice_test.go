package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// TestFaults: the errors of all packages become object, cause and remedy.
func TestFaults(t *testing.T) {
	own := &fault{"host", "cause", "remedy"}
	for _, test := range []struct {
		err  error
		want []fault
	}{
		{own, []fault{*own}},
		{fmt.Errorf("around: %w", own), []fault{*own}},
		{&mapping.Error{File: "f", Line: 2, Column: 3, Cause: "c", Remedy: "r"}, []fault{{"f:2:3", "c", "r"}}},
		{&mapping.Error{File: "f", Cause: "c", Remedy: "r"}, []fault{{"f", "c", "r"}}},
		{&mapping.Error{Cause: "no mapping", Remedy: "r"}, []fault{{"mapping", "no mapping", "r"}}},
		{&dockerconfig.Error{File: "f", Line: 1, Column: 1, Cause: "c", Remedy: "r"}, []fault{{"f:1:1", "c", "r"}}},
		{errors.Join(own, errors.Join(own, errors.New("strange"))),
			[]fault{*own, *own, {"program", "strange", "report this with the command line"}}},
	} {
		var got []fault
		for _, f := range faults(test.err) {
			got = append(got, *f)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("faults(%v) = %q, want %q", test.err, got, test.want)
		}
	}
}

// TestJudge: what could not be written is a fault; to a reader that is gone nothing
// is said, but for what else is wrong.
func TestJudge(t *testing.T) {
	own := &fault{"host", "cause", "remedy"}
	gone := &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}
	full := &fault{"stdout", "cannot be written: disk full", "see where it leads"}
	for _, test := range []struct{ written, returned, want error }{
		{nil, nil, nil},
		{nil, own, own},
		{gone, nil, errFound},
		{gone, gone, errFound},
		{gone, errFound, errFound},
		{gone, own, own},
		{errors.New("disk full"), nil, full},
		{errors.New("disk full"), own, full},
	} {
		got := (&checkedWriter{err: test.written}).judge(test.returned)
		if fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("written %v, returned %v: %v, want %v", test.written, test.returned, got, test.want)
		}
	}
}
