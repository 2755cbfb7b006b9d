//go:build linux

package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// withDoctor adds what the scripts doctor_*.txt need.
func withDoctor(common commands) commands {
	maps.Copy(common, commands{
		"clients":  clients,
		"doctor":   runDoctor,
		"says":     says,
		"steps":    steps,
		"registry": startRegistry,
		"given":    given,
	})
	return common
}

// clients NAME...: the program and these clients, which do nothing, are on PATH,
// and no others. -without leaves the program out.
func clients(ts *testscript.TestScript, _ bool, args []string) {
	folder := ts.MkAbs("clients")
	ts.Check(errors.Join(os.RemoveAll(folder), os.Mkdir(folder, 0o755)))
	program := ts.Getenv("PROGRAM_FOLDER")
	if program == "" {
		program, _, _ = strings.Cut(ts.Getenv("PATH"), string(filepath.ListSeparator))
		ts.Setenv("PROGRAM_FOLDER", program)
	}
	path := folder + string(filepath.ListSeparator) + program
	for _, client := range args {
		if client == "-without" {
			path = folder
			continue
		}
		ts.Check(os.WriteFile(filepath.Join(folder, client), []byte("#!/bin/sh\n"), 0o755))
	}
	ts.Setenv("PATH", path)
}

// doctor CODE ARGS...: doctor ends with this code, and shows no password.
func runDoctor(ts *testscript.TestScript, _ bool, args []string) {
	program := filepath.Join(ts.Getenv("PROGRAM_FOLDER"), name)
	code(ts, false, append([]string{args[0], program, "doctor"}, args[1:]...))
	noPassword(ts)
}

func noPassword(ts *testscript.TestScript) {
	shown := ts.ReadFile("stdout") + ts.ReadFile("stderr")
	for _, word := range []string{"canary", base64.StdEncoding.EncodeToString([]byte("puller:canary-5vXk"))} {
		if strings.Contains(shown, word) {
			ts.Fatalf("%q is shown:\n%s", word, shown)
		}
	}
	if ts.ReadFile("stderr") != "" {
		ts.Fatalf("stderr is %q", ts.ReadFile("stderr"))
	}
	logged(ts, true, []string{""}) // looking is nothing to log
}

var took = regexp.MustCompile(` \(\d+\.\d ms\)$`)

// says MARK LINE [REMEDY]: doctor's report has this line, the time it took left
// out, and then this remedy, or none. $NAME is a variable of the script, ADDRESS
// the endpoint's host and port, and ~TEXT~ a regular expression. With !, no line
// of that mark matches the regular expression LINE.
func says(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		args = []string{args[0], "~" + args[1] + "~"}
	}
	line := regexp.MustCompile(fmt.Sprintf(`^  %-5s  %s$`, args[0], pattern(ts, args[1])))
	lines := strings.Split(ts.ReadFile("stdout"), "\n")
	at := slices.IndexFunc(lines, func(l string) bool { return line.MatchString(took.ReplaceAllString(l, "")) })
	if neg != (at < 0) {
		ts.Fatalf("%s in\n%s", line, ts.ReadFile("stdout"))
	}
	if neg {
		return
	}
	remedy := "^(  \\S.*|\\S.*)$" // the next line is none
	if len(args) > 2 {
		remedy = "^         " + pattern(ts, args[2]) + "$"
	}
	if !regexp.MustCompile(remedy).MatchString(lines[at+1]) {
		ts.Fatalf("after\n%s\nstands\n%s, not\n%s", lines[at], lines[at+1], remedy)
	}
}

func pattern(ts *testscript.TestScript, text string) string {
	_, address, _ := strings.Cut(ts.Getenv("AWS_ENDPOINT_URL"), "://")
	text = os.Expand(text, func(name string) string {
		if name == "ADDRESS" {
			return address
		}
		return ts.Getenv(name)
	})
	var all strings.Builder
	for i, part := range strings.Split(text, "~") {
		if i%2 == 0 {
			part = regexp.QuoteMeta(part)
		}
		all.WriteString("(?:" + part + ")")
	}
	return all.String()
}

// steps HOST STEP=OUTCOME...: the JSON that doctor printed has these steps of the
// host, or for HOST "machine" those of the machine, in this order, and no others.
func steps(ts *testscript.TestScript, _ bool, args []string) {
	type step struct{ Step, Outcome string }
	var printed struct {
		Machine []step
		Hosts   []struct {
			Host  string
			Steps []step
		}
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &printed))
	all := map[string][]step{"machine": printed.Machine}
	for _, host := range printed.Hosts {
		all[host.Host] = host.Steps
	}
	var got []string
	for _, s := range all[os.Expand(args[0], ts.Getenv)] {
		got = append(got, s.Step+"="+s.Outcome)
	}
	if !slices.Equal(got, args[1:]) {
		ts.Fatalf("steps are %q, want %q", got, args[1:])
	}
}
