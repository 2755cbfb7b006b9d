package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// faultyHand is something wrong while a password is about, which is canary-herd.
type faultyHand struct {
	name    string
	mapping string // its registries, if they are not the usual
	secret  awstest.Secret
	fault   awstest.Fault
}

const usualRegistries = `{"` + herdHost + `": "` + herdARN + `"}`

// faultsOfSecrets are met by what reads secrets.
func faultsOfSecrets() (faults []faultyHand) {
	for name, text := range map[string]string{
		"the password alone":        `canary-herd`,
		"a text":                    `"canary-herd"`,
		"an array":                  `["canary-herd"]`,
		"user:password":             `puller:canary-herd`,
		"variables":                 "USERNAME=puller\nPASSWORD=canary-herd\n",
		"cut off":                   `{"username":"puller","password":"canary-herd"`,
		"two objects":               `{"username":"puller","password":"canary-herd"}{}`,
		"a bad escape":              `{"username":"puller","password":"canary-herd\z"}`,
		"single quotes":             `{'username':'puller','password':'canary-herd'}`,
		"no user name":              `{"password":"canary-herd"}`,
		"an empty user name":        `{"username":"","password":"canary-herd"}`,
		"other keys":                `{"user":"puller","pass":"canary-herd"}`,
		"the password as a key":     `{"username":"puller","canary-herd":""}`,
		"a user name in an array":   `{"username":["canary-herd"],"password":"p"}`,
		"a password in an object":   `{"username":"puller","password":{"canary-herd":"canary-herd"}}`,
		"an identity token":         `{"username":"<token>","password":"canary-herd"}`,
		"docker's configuration":    `{"auths":{"registry.example.com":{"username":"puller","password":"canary-herd"}}}`,
		"a string within a string":  `"{\"username\":\"puller\",\"password\":\"canary-herd\"}"`,
		"a byte order mark":         "\ufeff" + herdSecret,
		"control characters":        "{\"username\":\"puller\",\"password\":\"\x01canary-herd\"}",
		"the password as a null":    `{"username":"canary-herd","password":null}`,
		"nothing after many spaces": strings.Repeat(" ", 60000) + `canary-herd`,
	} {
		faults = append(faults, faultyHand{name: name, secret: awstest.Secret{String: &text}})
	}
	sound := awstest.Secret{String: new(herdSecret)}
	return append(faults,
		faultyHand{name: "binary", secret: awstest.Secret{Binary: []byte(herdSecret)}},
		faultyHand{name: "deleted", secret: awstest.Secret{String: new(herdSecret), Deleted: true}},
		faultyHand{name: "denied", secret: sound, fault: awstest.Fault{Code: "AccessDeniedException"}},
		faultyHand{name: "out of service", secret: sound, fault: awstest.Fault{Status: 503, Body: herdSecret}},
		faultyHand{name: "an answer cut off", secret: sound, fault: awstest.Fault{Truncate: 210}},
		faultyHand{name: "an answer that is the secret alone", secret: sound, fault: awstest.Fault{Body: herdSecret}},
		faultyHand{name: "an answer that is no object", secret: sound, fault: awstest.Fault{Body: `{"SecretString":{"password":"canary-herd"}}`}},
		faultyHand{name: "a redirect that holds the secret", secret: sound, fault: awstest.Fault{Status: 302, Body: herdSecret, Header: map[string]string{"Location": "http://127.0.0.1:1/"}}},
	)
}

// faultsOfMappings are met by everything.
func faultsOfMappings() (faults []faultyHand) {
	for name, registries := range map[string]string{
		"the password for the secret's name": `{"registry.example.com": "puller canary-herd"}`,
		"user:password for it":               `{"registry.example.com": "puller:canary-herd"}`,
		"the secret itself for it":           `{"registry.example.com": "{\"username\":\"puller\",\"password\":\"canary-herd\"}"}`,
		"the password in the ARN":            `{"registry.example.com": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:r canary-herd"}`,
		"user:password in the host":          `{"puller:canary-herd@registry.example.com": "r"}`,
		"a URL with a log-in":                `{"https://puller:canary-herd@registry.example.com/": "r"}`,
		"a password beside the name":         `{"registry.example.com": {"credentialsParameter": "r", "password": "canary-herd"}}`,
		"a password for the object":          `"canary-herd"`,
		"a password in an array":             `["canary-herd"]`,
		"a password, not quoted":             `{"registry.example.com": canary-herd}`,
		"a text that does not end":           `{"registry.example.com": "canary-herd`,
	} {
		faults = append(faults, faultyHand{name: name, mapping: registries, secret: awstest.Secret{String: new(herdSecret)}})
	}
	return faults
}

// callsOfSecrets are those that read them; $FOLDER is the machine's.
func callsOfSecrets() []string {
	return []string{"get", "store", "doctor --json " + herdHost, "agent-config", "agent-config --write $FOLDER/ecs.config"}
}

func callsOfMappings() []string {
	return []string{"get", "store", "erase", "list", "doctor", "setup", "policy", "agent-config --write $FOLDER/ecs.config.json",
		"import --write $FOLDER/mapping.json $FOLDER/task.json"}
}

// TestFaultsShowNoPassword crosses all calls with all faults, debug trace included.
func TestFaultsShowNoPassword(t *testing.T) {
	folder := shortFolder(t)
	log := readLog(t, filepath.Join(folder, "log"))
	program := builtWith(t, filepath.Join(folder, "log"), nil)
	for _, side := range []struct {
		name   string
		faults []faultyHand
		calls  []string
	}{
		{"secrets", faultsOfSecrets(), callsOfSecrets()},
		{"mappings", faultsOfMappings(), callsOfMappings()},
	} {
		t.Run(side.name, func(t *testing.T) {
			for _, fault := range side.faults {
				t.Run(fault.name, func(t *testing.T) {
					t.Parallel()
					for _, call := range side.calls {
						tryFaultyHand(t, program, fault, call)
					}
				})
			}
		})
	}
	checkFullLog(t, log)
}

// checkFullLog: the log has heard of get, once for each fault and more, and of no
// password.
func checkFullLog(t *testing.T, log *logReader) {
	t.Helper()
	all := func() string {
		log.mu.Lock()
		defer log.mu.Unlock()
		return strings.Join(log.records, "\n")
	}
	least := len(faultsOfSecrets()) + len(faultsOfMappings())
	if !eventually(func() bool { return strings.Count(all(), name) >= least }) || hasPassword(all(), "canary-herd") {
		t.Errorf("the log has %s; want %d records at least, and no password", all(), least)
	}
}

func tryFaultyHand(t *testing.T, program string, fault faultyHand, call string) {
	t.Helper()
	s, folder := newSiteOf(t, program), t.TempDir()
	fault.secret.ARN = herdARN
	s.aws.PutSecret(fault.secret)
	s.aws.Fail(fault.fault)
	writeFaultyFiles(t, folder, fault.mapping)
	if said := s.said(t, folder, call); hasPassword(said, "canary-herd") {
		t.Errorf("%s: %.2000s", call, said)
	}
	for _, file := range holding("canary-herd", folder, s.runtime) {
		if filepath.Base(file) != "mapping.json" {
			t.Errorf("%s: %s holds the password", call, file)
		}
	}
}

func writeFaultyFiles(t *testing.T, folder, registries string) {
	t.Helper()
	if registries == "" {
		registries = usualRegistries
	}
	task := `{"containerDefinitions": [{"name": "app", "image": "registry.example.com/app", "repositoryCredentials": {"credentialsParameter": "` + herdARN + `"}}]}`
	for file, text := range map[string]string{"mapping.json": `{"registries": ` + registries + `}`, "task.json": task} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// said is what a call that does not end well says.
func (s *site) said(t *testing.T, folder, call string) string {
	t.Helper()
	stdin := herdHost
	if call == "store" {
		stdin = storing(herdHost, "canary-herd")
	}
	command := s.command(strings.NewReader(stdin))
	command.Args = append([]string{s.program}, strings.Fields(strings.ReplaceAll(call, "$FOLDER", folder))...)
	command.Env = append(command.Env, "HOME="+folder, "ECSSECRETS_MAPPING="+filepath.Join(folder, "mapping.json"),
		"ECSSECRETS_REGISTRIES=", "ECSSECRETS_LOG=debug", "GOTRACEBACK=all")
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if command.Run(); call != "erase" && command.ProcessState.ExitCode() != 1 {
		t.Errorf("%s: %v, %s, want exit code 1", call, command.ProcessState, &stderr)
	}
	return stdout.String() + stderr.String()
}

// holding lists the files in folders that have a text in them.
func holding(text string, folders ...string) (found []string) {
	for _, folder := range folders {
		filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if content, err := os.ReadFile(path); err == nil && hasPassword(string(content), text) {
				found = append(found, path)
			}
			return nil
		})
	}
	slices.Sort(found)
	return found
}
