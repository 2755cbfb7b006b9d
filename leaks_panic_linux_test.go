package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// panicPlace is a line of the sources at which a password is in hand.
type panicPlace struct {
	name   string
	file   string
	before string // the line
	secret string // Go's expression for the password
	call   string // arguments of the program that gets there
	stdin  string
}

func panicPlaces() []panicPlace {
	return []panicPlace{
		{"AWS has answered", "internal/awsapi/client.go", "if output.SecretString == nil {", "*output.SecretString", "get", herdHost},
		{"the secret is decoded", "helper/decode.go", "return Credential{Username: *username, Password: *password}, nil", "*password", "get", herdHost},
		{"a copy is half-written", "internal/runcache/value_linux.go", `_, err = fmt.Fprintf(file, "%d\n%s", Now()+keep, value)`, "string(value)", "get", herdHost},
		{"a copy is read", "helper/cache.go", "return &a", "a.Password", "get", herdHost},
		{"docker login's is compared", "helper/verbs.go", "credential, err := c.refresh(q, nil)", "given.Secret", "store", storing(herdHost, "canary-herd")},
		{"docker login's is read", "helper/protocol.go", "io.CopyN(io.Discard, stdin, maxDrained)", "string(r.input)", "store", storing(herdHost, "canary-herd")},
		{"the answer is written", "helper/protocol.go", "_, err := io.WriteString(w, text)", "text", "get", herdHost},
		{"doctor logs in", "internal/cli/doctor_login.go", "address, answer, err := r.ping(ctx)", "password", "doctor", ""},
		{"agent-config reads one", "internal/cli/agentconfig_data.go", "return i.Decode(secret)", "secret.Value", "agent-config", ""},
		{"agent-config has all", "internal/cli/agentconfig_data.go", "data := ecsconfig.AuthData(logins)", "fmt.Sprint(logins)", "agent-config", ""},
	}
}

// panicValues are Go's expressions for what a panic may have to say of a password.
func panicValues() map[string]string {
	return map[string]string{
		"text":    `panic(secret)`,
		"error":   `panic(errors.New("bad: " + secret))`,
		"wrapped": `panic(fmt.Errorf("host: %w", errors.New(secret)))`,
		"struct":  `panic(struct{ Password string }{secret})`,
		"pointer": `panic(&secret)`,
		"runtime": `_ = secret[len(secret)+1:]`,
	}
}

// TestPanicsShowNoPassword: a fault of the program's own, wherever it has a password
// in hand and whatever it would say, ends in exit code 1 and one line, with every
// stack and every step asked for.
func TestPanicsShowNoPassword(t *testing.T) {
	log, err := newLog()
	if err != nil {
		t.Fatal(err)
	}
	defer log.close()
	program := builtWith(t, log.path, panicPlaces())
	for _, place := range panicPlaces() {
		for value := range panicValues() {
			for _, stacks := range []string{"all", "crash"} {
				t.Run(place.name+"/"+value+"/"+stacks, func(t *testing.T) { tryPanic(t, program, place, value, stacks, log) })
			}
		}
	}
}

func tryPanic(t *testing.T, program string, place panicPlace, value, stacks string, log *systemLog) {
	s := newSiteOf(t, program)
	if place.name == "a copy is read" {
		s.get(t)
	}
	command := s.command(strings.NewReader(place.stdin))
	command.Args = append([]string{program}, place.call)
	command.Env = append(command.Env, "FORCED_PANIC="+place.name+"/"+value, "GOTRACEBACK="+stacks, "ECSSECRETS_LOG=debug")
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	command.Run()
	said := withoutTrace(stderr.String())
	if command.ProcessState.ExitCode() != 1 || strings.Count(said, "\n") != 1 || !strings.Contains(said, "the program has a fault") {
		t.Errorf("%v, stdout %q, stderr %.2000q; want exit code 1 and one line", command.ProcessState, &stdout, said)
	}
	if all := stdout.String() + stderr.String() + strings.Join(log.read(), "\n"); hasPassword(all, "canary-herd") {
		t.Errorf("the password is in %.2000q", all)
	}
}

// withoutTrace leaves out the steps that ECSSECRETS_LOG=debug shows.
func withoutTrace(stderr string) (said string) {
	for line := range strings.Lines(stderr) {
		if !strings.HasPrefix(line, "ecssecrets ") {
			said += line
		}
	}
	return said
}

// builtWith is the program with its log elsewhere and with a panic at each place,
// which FORCED_PANIC chooses as PLACE/VALUE.
func builtWith(t *testing.T, log string, places []panicPlace) string {
	t.Helper()
	folder := t.TempDir()
	texts := map[string]string{"internal/forced/forced.go": forcedSource()}
	changed := func(file, old, new string) {
		if texts[file] == "" {
			texts[file] = source(t, file)
		}
		if strings.Count(texts[file], old) != 1 {
			t.Fatalf("%s: %q stands there %d times, want once", file, old, strings.Count(texts[file], old))
		}
		texts[file] = strings.Replace(texts[file], old, new, 1)
	}
	changed("internal/syslog/syslog.go", `"/dev/log"`, `"`+log+`"`)
	for _, place := range places {
		changed(place.file, place.before+"\n", `forced.Panic("`+place.name+`", `+place.secret+"); "+place.before+"\n")
		if _, clause, _ := strings.Cut(texts[place.file], "\npackage "); !strings.Contains(clause, "internal/forced") {
			name, _, _ := strings.Cut("\npackage "+clause, "import")
			changed(place.file, name, name+"import \""+modulePath+"/internal/forced\"\n")
		}
	}
	program := filepath.Join(folder, name)
	buildOver(t, texts, folder, program)
	return program
}

func source(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return "\n" + string(text)
}

// forcedSource is the source of the package that panics, once it has the password.
func forcedSource() string {
	text := "package forced\n\nimport (\"errors\"; \"fmt\"; \"os\"; \"strings\")\n\nvar _ = fmt.Errorf\nvar _ = errors.New\n\n" +
		"func Panic(place, secret string) {\n\tif !strings.Contains(secret, \"canary-herd\") {\n\t\treturn\n\t}\n\tswitch os.Getenv(\"FORCED_PANIC\") {\n"
	for value, statement := range panicValues() {
		text += "\tcase place + \"/" + value + "\":\n\t\t" + statement + "\n"
	}
	return text + "\t}\n}\n"
}

// buildOver builds the program with these files in the place of the repository's.
func buildOver(t *testing.T, texts map[string]string, folder, program string) {
	t.Helper()
	replace := map[string]string{}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range texts {
		other := filepath.Join(folder, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(other, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(here, file)] = other
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(folder, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-overlay", list, "-o", program, ".")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
}
