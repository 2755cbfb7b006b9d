package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

const testPassword = "correct-horse-battery-staple"

// emptyTemp makes the folder for temporary files one of the test's own.
func emptyTemp(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	t.Setenv("TMP", folder) // Windows
	return folder
}

func expectNothingLeft(t *testing.T, folder string, before []string) {
	t.Helper()
	left, err := os.ReadDir(folder)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	after := os.Environ()
	for _, variable := range slices.Concat(before, after) {
		if slices.Contains(before, variable) != slices.Contains(after, variable) {
			name, _, _ := strings.Cut(variable, "=") // the value may be somebody's secret
			t.Errorf("the environment has another %s than before", name)
		}
	}
}

func TestDemo(t *testing.T) {
	folder := emptyTemp(t)
	for name, value := range map[string]string{ // a user's set-up, none of which may count
		"AWS_PROFILE":                        "missing",
		"AWS_ENDPOINT_URL_SECRETS_MANAGER":   "http://127.0.0.1:1",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1",
		"ECSSECRETS_REGISTRIES":              "{",
		"HTTP_PROXY":                         "http://127.0.0.1:1",
	} {
		t.Setenv(name, value)
	}
	before := os.Environ()
	var out bytes.Buffer
	if err := run(t.Context(), &out, testPassword); err != nil {
		t.Errorf("demo: %v", err)
	}
	for _, want := range []string{
		`{"username":"demo","password":"(not shown)"}`,
		"refused: 401 Unauthorized",
		`": "` + secretARN + `"`,
		`": "ecssecrets"`,
		"/app:1, sha256:",
		"AWS was asked once, for secretsmanager:GetSecretValue in eu-west-1",
		secretARN + ": the secret is scheduled for deletion",
		"docker-credential-ecssecrets setup",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the transcript lacks %q", want)
		}
	}
	if strings.Contains(out.String(), testPassword) {
		t.Error("the password stands in the transcript")
	}
	if t.Failed() {
		t.Log(out.String())
	}
	expectNothingLeft(t, folder, before)
}

// interrupter is a terminal at which somebody presses Ctrl-C when a line comes.
type interrupter struct {
	line   string
	cancel context.CancelFunc
	seen   bytes.Buffer
}

func (i *interrupter) Write(text []byte) (int, error) {
	if i.seen.Write(text); strings.Contains(i.seen.String(), i.line) {
		i.cancel()
	}
	return len(text), nil
}

func TestInterruptedDemoLeavesNothing(t *testing.T) {
	for _, line := range []string{"A registry that wants", "A pull without", "The helper is built", "The same pull", "The secret is deleted"} {
		t.Run(line, func(t *testing.T) {
			folder := emptyTemp(t)
			before := os.Environ()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			err := run(ctx, &interrupter{line: line, cancel: cancel}, testPassword)
			if err == nil {
				t.Error("the demo says that all went well")
			} else if strings.Contains(err.Error(), testPassword) {
				t.Error("the password stands in the error")
			}
			expectNothingLeft(t, folder, before)
		})
	}
}

func TestEnvironmentLeavesOutClientCredentials(t *testing.T) {
	t.Setenv("DOCKER_AUTH_CONFIG", "{}") // outranks credential helpers
	t.Setenv("REGISTRY_AUTH_FILE", "auth.json")
	aws := awstest.Start()
	defer aws.Close()
	for _, variable := range (&demo{aws: aws}).environment() {
		if name, _, _ := strings.Cut(variable, "="); name == "DOCKER_AUTH_CONFIG" || name == "REGISTRY_AUTH_FILE" {
			t.Errorf("%s is still there", name)
		}
	}
}

func TestStepsNoticeWhatDidNotHappen(t *testing.T) {
	registry := startRegistry(username, "another")
	d := &demo{out: io.Discard, folder: t.TempDir(), password: testPassword, registry: registry}
	if err := d.pushImage(t.Context()); err == nil || !strings.Contains(err.Error(), "push to the registry") {
		t.Errorf("push with a wrong password: %v", err)
	}
	registry.Close()
	if err := d.pullAnonymously(t.Context()); err == nil || !strings.Contains(err.Error(), "should have answered 401") {
		t.Errorf("a pull that nobody refuses: %v", err)
	}
}
