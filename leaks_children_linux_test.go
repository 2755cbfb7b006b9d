package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Keys that the program comes by itself: they are in no environment.
const (
	profileKey = "canary-profile-key"
	processKey = "canary-process-key"
)

// childCase is a program that ours starts, and how it comes to that.
type childCase struct {
	name      string
	child     string
	call      string
	stdin     string
	profile   string   // of AWS, instead of keys in the environment
	arguments string   // that it gets
	settings  []string // variables that it gets; nil for all of ours
	added     string   // and one that is not ours
}

func childCases() []childCase {
	const mark = "ECSSECRETS_FALLBACK_OF=docker-credential-ecssecrets"
	path := []string{"PATH"}
	return []childCase{
		{name: "fallback gets", child: "docker-credential-other", call: "get", stdin: "other.example.com", arguments: "get", added: mark},
		{name: "fallback stores", child: "docker-credential-other", call: "store", stdin: storing("other.example.com", "canary-herd"), arguments: "store", added: mark},
		{name: "fallback erases", child: "docker-credential-other", call: "erase", stdin: "other.example.com", arguments: "erase", added: mark},
		{name: "fallback lists", child: "docker-credential-other", call: "list", arguments: "list", added: mark},
		{name: "credential process", child: "process", call: "get", stdin: herdHost, profile: "process", arguments: "--for us"},
		{name: "credential process of a role's profile", child: "process", call: "get", stdin: herdHost, profile: "role", arguments: "--for us"},
		{name: "credential process after a copy", child: "process", call: "store", stdin: storing(herdHost, "canary-herd"), profile: "process", arguments: "--for us"},
		{name: "systemctl", child: "systemctl", call: "agent-config --restart --write ecs.config", arguments: "--no-block try-restart ecs", settings: path},
		{name: "systemctl, keys of a profile", child: "systemctl", call: "agent-config --restart --write ecs.config", profile: "keys", arguments: "--no-block try-restart ecs", settings: path},
		{name: "systemctl, keys of a process", child: "systemctl", call: "agent-config --restart --write ecs.config", profile: "process", arguments: "--no-block try-restart ecs", settings: path},
	}
}

// TestChildrenGetNoPassword: the programs that ours starts get as arguments and
// environment what the documentation says, to the letter: no password, and no AWS
// key that was not in our own environment.
func TestChildrenGetNoPassword(t *testing.T) {
	program := built(t, t.TempDir())
	for _, c := range childCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, folder := newSiteOf(t, program), t.TempDir()
			s.addChildren(t, folder)
			if c.profile != "" {
				s.env = append(s.env, "AWS_PROFILE="+c.profile, "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=")
			}
			command := s.command(strings.NewReader(c.stdin))
			command.Dir, command.Args = folder, append([]string{program}, strings.Fields(c.call)...)
			if output, err := command.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, output)
			}
			checkArguments(t, filepath.Join(folder, c.child+".arguments"), c)
			checkEnvironment(t, filepath.Join(folder, c.child+".environment"), command.Environ(), c)
		})
	}
}

// addChildren puts programs on PATH that write down what they get, and makes AWS
// profiles with keys and with a credential process.
func (s *site) addChildren(t *testing.T, folder string) {
	t.Helper()
	s.use(t, folder, `"fallback": "other"`)
	tell := func(child string) string {
		return "cat /proc/$$/cmdline >" + child + ".arguments; cat /proc/$$/environ >" + child + ".environment"
	}
	writeScript(t, filepath.Join(folder, "docker-credential-other"), tell("docker-credential-other"), "read -r _", "echo '{}'")
	writeScript(t, filepath.Join(folder, "process"), tell("process"),
		`echo '{"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "`+processKey+`", "SessionToken": "`+processKey+`-token"}'`)
	writeScript(t, filepath.Join(folder, "systemctl"), tell("systemctl"))
	profiles := "[profile keys]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = " + profileKey +
		"\n[profile process]\ncredential_process = process --for us\n" +
		"[profile role]\nrole_arn = arn:aws:iam::111122223333:role/team\nsource_profile = process\nregion = eu-west-1\n"
	if err := os.WriteFile(filepath.Join(folder, "config"), []byte(profiles), 0o600); err != nil {
		t.Fatal(err)
	}
	s.aws.AddKey("AKIAPROFILE", profileKey, "")
	s.aws.AddKey("AKIAPROCESS", processKey, processKey+"-token")
	s.env = append(s.env, "PATH="+folder+":/usr/bin:/bin", "AWS_CONFIG_FILE="+filepath.Join(folder, "config"), "AWS_ENDPOINT_URL_STS="+s.aws.URL)
}

func checkArguments(t *testing.T, file string, c childCase) {
	t.Helper()
	got := strings.Split(strings.TrimSuffix(string(read(t, file)), "\x00"), "\x00")
	if at := slices.IndexFunc(got, func(argument string) bool { return filepath.Base(argument) == c.child }); at < 0 || strings.Join(got[at+1:], " ") != c.arguments {
		t.Errorf("arguments %q, want %s %s", got, c.child, c.arguments)
	}
}

func checkEnvironment(t *testing.T, file string, ours []string, c childCase) {
	t.Helper()
	text := string(read(t, file))
	if hasPassword(text, "canary-herd") || hasPassword(text, profileKey) || hasPassword(text, processKey) {
		t.Errorf("environment %q", text)
	}
	for setting := range strings.SplitSeq(strings.TrimSuffix(text, "\x00"), "\x00") {
		name, _, _ := strings.Cut(setting, "=")
		given := slices.Contains(ours, setting) && (c.settings == nil || slices.Contains(c.settings, name))
		if !given && setting != c.added && name != "PWD" { // which a shell sets
			t.Errorf("%q is not ours, or not for it", setting)
		}
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
