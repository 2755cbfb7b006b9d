//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

type commands = map[string]func(ts *testscript.TestScript, neg bool, args []string)

// withAWS adds what the scripts aws_*.txt need to the common commands.
func withAWS(common commands) commands {
	maps.Copy(common, commands{
		"answers":    answers,
		"fails":      fails,
		"sent":       sent,
		"policy":     policy,
		"put":        put,
		"key":        key,
		"expire":     expire,
		"externalid": externalID,
		"rewritten":  rewritten,
		"proxy":      startProxy,
		"proxied":    proxied,
		"tls":        startTLS,
		"network":    network,
	})
	return common
}

// answers HOST: the program gives the host's credential, its user name being
// "puller", and says and logs nothing else.
func answers(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec("ask", "get", args[0]))
	var got struct{ ServerURL, Username, Secret string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &got))
	if got.ServerURL != args[0] || got.Username != "puller" || got.Secret != "canary-5vXk" {
		ts.Fatalf("answer is %+v", got)
	}
	if said := ts.ReadFile("stderr"); said != "" {
		ts.Fatalf("stderr is %q", said)
	}
	logged(ts, true, []string{""})
}

// fails CODE LINE: the program refuses LINE's host with exactly this line, in
// which $NAME is a variable of the script, ADDRESS being the endpoint's host and
// port, and with this code in the log.
func fails(ts *testscript.TestScript, _ bool, args []string) {
	_, address, _ := strings.Cut(ts.Getenv("AWS_ENDPOINT_URL"), "://")
	want := os.Expand(args[1], func(name string) string {
		if name == "ADDRESS" {
			return address
		}
		return ts.Getenv(name)
	})
	host, _, _ := strings.Cut(want, ": ")
	code(ts, false, []string{"1", "ask", "get", host})
	if got := ts.ReadFile("stdout"); got != want+"\n" {
		ts.Fatalf("it says\n%s, not\n%s", got, want)
	}
	failure(ts, false, args[:1])
}

// sent SERVICE OPERATION REGEXP: the last such request, as Go prints it, matches.
func sent(ts *testscript.TestScript, neg bool, args []string) {
	last := fmt.Sprintf("%+v", lastRequest(ts, args[0], args[1]))
	if regexp.MustCompile(args[2]).MatchString(last) == neg {
		ts.Fatalf("%s %s is %s", args[0], args[1], last)
	}
}

func lastRequest(ts *testscript.TestScript, service, operation string) (last awstest.Request) {
	for _, request := range endpoint(ts).Requests() {
		if request.Service == service && request.Operation == operation {
			last = request
		}
	}
	if last.Service == "" {
		ts.Fatalf("no %s %s was sent", service, operation)
	}
	return last
}

// policy FILE writes the session policy of the last AssumeRole, indented.
func policy(ts *testscript.TestScript, _ bool, args []string) {
	var text bytes.Buffer
	ts.Check(json.Indent(&text, []byte(lastRequest(ts, "sts", "AssumeRole").Policy), "", "  "))
	text.WriteByte('\n')
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text.Bytes(), 0o600))
}

// put JSON stores a secret with all that awstest knows of secrets.
func put(ts *testscript.TestScript, _ bool, args []string) {
	var secret awstest.Secret
	ts.Check(json.Unmarshal([]byte(args[0]), &secret))
	endpoint(ts).PutSecret(secret)
}

// key ID SECRET [TOKEN] makes the endpoint accept an access key.
func key(ts *testscript.TestScript, _ bool, args []string) {
	args = append(args, "")
	endpoint(ts).AddKey(args[0], args[1], args[2])
}

// expire lets the access key of the last request expire.
func expire(ts *testscript.TestScript, _ bool, _ []string) {
	all := endpoint(ts).Requests()
	endpoint(ts).ExpireKey(all[len(all)-1].AccessKeyID)
}

// externalid ROLE ID
func externalID(ts *testscript.TestScript, _ bool, args []string) {
	endpoint(ts).RequireExternalID(args[0], args[1])
}

// rewritten FILE HALF FULL: who reads FILE first gets HALF, and everybody after
// that FULL. It is a fifo until a reader has opened it; then FULL takes its name,
// and only then does the reader get anything.
func rewritten(ts *testscript.TestScript, _ bool, args []string) {
	file, half, full := ts.MkAbs(args[0]), ts.ReadFile(args[1]), ts.MkAbs(args[2])
	ts.Check(errors.Join(os.RemoveAll(file), unix.Mkfifo(file, 0o600)))
	go func() {
		pipe, err := os.OpenFile(file, os.O_WRONLY, 0)
		if err != nil {
			return // the script has ended
		}
		defer pipe.Close()
		if os.Rename(full, file) == nil {
			pipe.WriteString(half)
		}
	}()
}
