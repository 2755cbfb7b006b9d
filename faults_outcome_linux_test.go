package main

import (
	"regexp"
	"strings"
)

// outcome is what a client gets: a failure's code, or one of the others.
type outcome struct {
	kind string
	code string
}

func (o outcome) String() string { return strings.TrimSpace(o.kind + " " + o.code) }

// answers reports whether stdout holds a secret by right.
func (o outcome) answers() bool {
	return o.kind == answered.kind || o.kind == passedOn.kind || o.code != "" && o.kind != ""
}

var (
	answered        = outcome{kind: "the answer"}
	notFound        = outcome{kind: "not found"}
	noURL           = outcome{kind: "no URL"}
	passedOn        = outcome{kind: "the fallback's answer"}
	refusedBy       = outcome{kind: "the fallback's refusal"}
	unwritten       = outcome{kind: "exit code 1, a line on stderr"}
	failedUnwritten = outcome{kind: "a line on stderr", code: "secret-not-found"}
	unheard         = outcome{kind: "exit code 0, into nothing"}
)

// failed is a failure with this code.
func failed(code string) outcome { return outcome{code: code} }

// unlogged is a failure of which the system log does not hear: no host stands for it.
func unlogged(code string) outcome { return outcome{kind: "unlogged", code: code} }

// copied is the answer of a copy that stands in, with this code in the log.
func copied(code string) outcome { return outcome{kind: "the copy, logged as", code: code} }

const (
	notFoundLine = "credentials not found in native keychain\n"
	noURLLine    = "no credentials server URL\n"
	otherAnswer  = `{"ServerURL":"other.example.com","Username":"other","Secret":"s"}` + "\n"
	otherRefusal = "the other helper is out of order\n"
)

func (want outcome) check(c *cell, o observed) {
	c.t.Helper()
	switch want.kind {
	case "":
		c.checkFailure(o, want.code)
	case unlogged("").kind:
		c.checkFailureLine(o)
		c.checkLog(o)
	case answered.kind, copied("").kind:
		c.checkSaid(o, 0, c.answer(), "")
	case notFound.kind:
		c.checkSaid(o, 1, notFoundLine, "")
	case noURL.kind:
		c.checkSaid(o, 1, noURLLine, "")
	case passedOn.kind:
		c.checkSaid(o, 0, otherAnswer, "")
	case refusedBy.kind:
		c.checkSaid(o, 1, otherRefusal, "")
	case unheard.kind:
		c.checkSaid(o, 0, "", "")
	case failedUnwritten.kind:
		c.checkUnwritten(o)
	case unwritten.kind:
		if o.code != 1 || o.stdout != "" || !failureLine.MatchString(o.stderr) {
			c.t.Errorf("exit code %d, stdout %q, stderr %q; want 1, nothing, one line", o.code, o.stdout, o.stderr)
		}
	}
	if want.code == "" {
		c.checkLog(o)
	}
}

func (c *cell) checkSaid(o observed, code int, stdout, stderr string) {
	c.t.Helper()
	if o.code != code || o.stdout != stdout || o.stderr != stderr && !c.oddErr {
		c.t.Errorf("exit code %d, stdout %q, stderr %q; want %d, %q, %q", o.code, o.stdout, o.stderr, code, stdout, stderr)
	}
}

// checkFailure: exit code 1, one plain line on stdout, the same on stderr, and the
// code in the log.
func (c *cell) checkFailure(o observed, code string) {
	c.t.Helper()
	c.checkFailureLine(o)
	c.checkLog(o, code+": "+o.stdout)
}

func (c *cell) checkFailureLine(o observed) {
	c.t.Helper()
	if o.code != 1 || !failureLine.MatchString(o.stdout) || o.stderr != o.stdout && !c.oddErr {
		c.t.Errorf("exit code %d, stdout %q, stderr %q; want 1, one line, the same line", o.code, o.stdout, o.stderr)
	}
}

// checkLog: one record, with these parts; or none.
func (c *cell) checkLog(o observed, parts ...string) {
	c.t.Helper()
	if c.noLog || c.lab.bare {
		return
	}
	records := c.lab.log.of(o.pid, min(len(parts), 1))
	if len(parts) == 0 && len(records) > 0 || len(parts) > 0 && len(records) != 1 {
		c.t.Errorf("the log has %q, stdout is %q", records, o.stdout)
		return
	}
	for _, part := range parts {
		if !regexp.MustCompile(`\]: .*` + regexp.QuoteMeta(strings.TrimSpace(part))).MatchString(records[0]) {
			c.t.Errorf("the log has %q, want %q", records, part)
		}
	}
}
