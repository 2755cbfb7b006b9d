package main

import (
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// tracedCall is a call of the program, and where its system calls may put the
// password: there and nowhere else, arguments and environments of children included.
type tracedCall struct {
	name    string
	args    string // $NAME is the lab's
	stdin   string
	warm    bool   // there is a copy already
	cache   string // settings of the mapping
	secret  string // what AWS holds, if not the user and the password
	fault   awstest.Fault
	env     string
	code    int // doctor finds faults: docker is not set up to come here
	allowed []string
}

const (
	toStdout     = "stdout"
	toRuntime    = "runtime folder"
	toECSConfig  = "folder of ecs.config"
	toDocker     = "docker's configuration"
	toChild      = "pipe"
	toRegistry   = "registry"
	toTokens     = "token server"
	tracedSecret = "canary-traced"
	noTTL        = `"cache": {"ttl": "0"}, `
)

func tracedCalls() []tracedCall {
	return []tracedCall{
		{name: "get", args: "get", stdin: herdHost, allowed: []string{toRuntime, toStdout}},
		{name: "get, traced", args: "get", stdin: herdHost, env: "ECSSECRETS_LOG=debug", allowed: []string{toRuntime, toStdout}},
		{name: "get, a copy", args: "get", stdin: herdHost, warm: true, allowed: []string{toStdout}},
		{name: "get, no runtime folder", args: "get", stdin: herdHost, env: "XDG_RUNTIME_DIR=/proc", allowed: []string{toStdout}},
		{name: "get, a copy stands in", args: "get", stdin: herdHost, warm: true, cache: noTTL, fault: awstest.Fault{Status: 503}, allowed: []string{toRuntime, toStdout}},
		{name: "get, denied", args: "get", stdin: herdHost, fault: awstest.Fault{Code: "AccessDeniedException"}, code: 1},
		{name: "get, denied, and a copy goes", args: "get", stdin: herdHost, warm: true, cache: noTTL, fault: awstest.Fault{Code: "AccessDeniedException"}, code: 1},
		{name: "get, not JSON", args: "get", stdin: herdHost, secret: tracedSecret, code: 1},
		{name: "get, no user", args: "get", stdin: herdHost, secret: `{"password":"` + tracedSecret + `"}`, code: 1},
		{name: "get, a password that is no text", args: "get", stdin: herdHost, secret: `{"username":"puller","password":{"` + tracedSecret + `":1}}`, code: 1},
		{name: "get, cut off", args: "get", stdin: herdHost, fault: awstest.Fault{Truncate: 250}, code: 1},
		{name: "get, the fallback's", args: "get", stdin: "other.example.com", allowed: []string{toChild, toStdout}},
		{name: "what would be seen", args: "get", stdin: herdHost, env: "AWS_CONFIG_FILE=/" + tracedSecret, allowed: []string{"execve", "openat", toRuntime, toStdout}},
		{name: "store", args: "store", stdin: storing(herdHost, tracedSecret), allowed: []string{toRuntime}},
		{name: "store, of another password", args: "store", stdin: storing(herdHost, tracedSecret+"-other"), secret: `{"username":"puller","password":"mine"}`, code: 1},
		{name: "store, denied", args: "store", stdin: storing(herdHost, tracedSecret), fault: awstest.Fault{Code: "AccessDeniedException"}, code: 1},
		{name: "store, not JSON", args: "store", stdin: tracedSecret, code: 1},
		{name: "store, the fallback's", args: "store", stdin: storing("other.example.com", tracedSecret), allowed: []string{toChild}},
		{name: "erase", args: "erase", stdin: herdHost, warm: true},
		{name: "list", args: "list", warm: true},
		{name: "doctor", args: "doctor $REGISTRY", warm: true, code: 1, allowed: []string{toRegistry}},
		{name: "doctor --json", args: "doctor --json $REGISTRY", code: 1, allowed: []string{toRegistry}},
		{name: "doctor, by a token server", args: "doctor $BEARER", code: 1, allowed: []string{toTokens}},
		{name: "agent-config", args: "agent-config", allowed: []string{toStdout}},
		{name: "agent-config --json", args: "agent-config --json", allowed: []string{toStdout}},
		{name: "agent-config --write", args: "agent-config --write $FOLDER/ecs/ecs.config --restart", allowed: []string{toECSConfig}},
		{name: "agent-config --write JSON", args: "agent-config --json --write $FOLDER/ecs/ecs.config.json", allowed: []string{toECSConfig}},
		{name: "agent-config, not JSON", args: "agent-config --write $FOLDER/ecs/none", secret: tracedSecret, code: 1},
		{name: "setup", args: "setup " + herdHost, warm: true, allowed: []string{toDocker}},
		{name: "setup --dry-run", args: "setup --dry-run " + herdHost},
		{name: "import", args: "import $FOLDER/task.json"},
		{name: "import --write", args: "import --write $FOLDER/merged.json $FOLDER/task.json"},
		{name: "policy", args: "policy --partition aws --region eu-west-1 --account 111122223333", warm: true},
	}
}

// TestSystemCallsPutThePasswordInItsPlace traces the built program.
func TestSystemCallsPutThePasswordInItsPlace(t *testing.T) {
	if missing := missingToTrace(); missing != "" {
		withoutTracing(t, missing)
		return
	}
	program := built(t, t.TempDir())
	for _, call := range tracedCalls() {
		t.Run(call.name, func(t *testing.T) {
			t.Parallel()
			lab := newTraceLab(t, program, call)
			if places := lab.places(tracedSecret, lab.trace(t, call)); !slices.Equal(places, call.allowed) {
				t.Errorf("the password goes to %q, want %q", places, call.allowed)
			}
			lab.checkLogins(t, call)
		})
	}
}

func missingToTrace() string {
	if _, err := exec.LookPath("strace"); err != nil {
		return "strace"
	}
	if os.Geteuid() != 0 {
		return "root, who alone may trace a program that bars core dumps"
	}
	return ""
}

func withoutTracing(t *testing.T, missing string) {
	t.Helper()
	if os.Getenv("ECSSECRETS_E2E") == "require" {
		t.Fatal("no program was traced, a real part is missing: " + missing)
	}
	t.Log("no program was traced, a real part is missing: " + missing + " (.ci/run shows how to get it)")
}
