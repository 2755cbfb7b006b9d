package ecsconfig_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/ecsconfig"
)

// agent is what the ECS agent keeps of its two settings: log-ins by key, without
// scheme. A key that two entries share has both, since the agent goes through a
// map and either may come last.
type agent map[string][]ecsconfig.Login

// startAgent reads the settings as the agent does when it starts.
func startAgent(t *testing.T, authType, authData string) agent {
	t.Helper()
	entries := map[string]struct{ Username, Password, Auth string }{}
	if json.Unmarshal([]byte(authData), &entries) != nil {
		return nil // all or nothing
	}
	a := agent{}
	for key, entry := range entries {
		login := ecsconfig.Login{Username: entry.Username, Password: entry.Password}
		switch strings.TrimSpace(authType) {
		case "docker":
		case "dockercfg":
			text, err := base64.StdEncoding.DecodeString(entry.Auth)
			user, password, ok := strings.Cut(string(text), ":")
			if err != nil || !ok {
				continue
			}
			login = ecsconfig.Login{Username: user, Password: password}
		default:
			continue
		}
		if bare, ok := strings.CutPrefix(key, "http://"); ok {
			key = bare
		} else {
			key = strings.TrimPrefix(key, "https://")
		}
		a[key] = append(a[key], login)
	}
	return a
}

// users are those as whom the agent may pull the image: one, or several where it
// is chance, or none where it pulls without a log-in.
func (a agent) users(image string) (users []string) {
	for _, key := range a.keys(image) {
		for _, login := range a[key] {
			users = append(users, login.Username)
		}
	}
	slices.Sort(users)
	return slices.Compact(users)
}

func (a agent) keys(image string) []string {
	host := hostOf(image)
	if slices.Contains([]string{"docker.io", "index.docker.io", "registry-1.docker.io"}, host) {
		return []string{"index.docker.io/v1/"}
	}
	first := a.below(host)
	if _, bare := a[host]; bare {
		first = []string{host}
	}
	var chosen []string
	for _, key := range first {
		for _, longer := range a.below(host) {
			if strings.HasPrefix(image, longer) && len(longer) > len(key) {
				key = longer
			}
		}
		chosen = append(chosen, key)
	}
	return chosen
}

// below gives the keys of a host and of paths on it.
func (a agent) below(host string) (keys []string) {
	for key := range maps.Keys(a) {
		if on, _, _ := strings.Cut(key, "/"); on == host {
			keys = append(keys, key)
		}
	}
	return keys
}

func hostOf(image string) string {
	first, _, path := strings.Cut(image, "/")
	if path && (strings.ContainsAny(first, ".:") || first == "localhost") {
		return first
	}
	return "docker.io"
}

// mapped are hosts as a mapping has them; each one's user name is the host.
var mapped = []string{"docker.io", "r.io", "registry.example.com", "registry.example.com:5000", "localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000"}

func loginsOf(t *testing.T, hosts []string) map[string]ecsconfig.Login {
	t.Helper()
	logins := map[string]ecsconfig.Login{}
	for _, host := range hosts {
		key, ok := ecsconfig.Registry(host)
		if !ok {
			t.Fatalf("%s: the agent could not use it", host)
		}
		logins[key] = ecsconfig.Login{Username: host, Password: "password"}
	}
	return logins
}

// TestAgentChooses: as whom the agent pulls which image with what we write.
func TestAgentChooses(t *testing.T) {
	a := startAgent(t, ecsconfig.AuthType, string(ecsconfig.AuthData(loginsOf(t, mapped))))
	for _, test := range []struct{ image, user string }{
		{"nginx", "docker.io"},
		{"nginx:1.27", "docker.io"},
		{"team/app", "docker.io"},
		{"docker.io/team/app", "docker.io"},
		{"index.docker.io/team/app", "docker.io"},
		{"registry-1.docker.io/team/app", "docker.io"},
		{"registry.hub.docker.com/team/app", ""}, // which the agent does not know for Docker Hub's
		{"registry/team/app", "docker.io"},       // no host, without a dot or a port
		{"r.io", "docker.io"},                    // an image of this name
		{"r.io/a", "r.io"},
		{"r.io/a/b/c:1", "r.io"},
		{"r.io/a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "r.io"},
		{"r.io:80/a", ""},
		{"sub.r.io/a", ""},
		{"r.io.example.com/a", ""},
		{"registry.example.com/team/app:1", "registry.example.com"},
		{"registry.example.com:5000/team/app:1", "registry.example.com:5000"},
		{"registry.example.com:5001/team/app", ""},
		{"registry.example.com:443/team/app", ""}, // the port is a part of the name
		{"Registry.example.com/team/app", ""},     // and so is the case
		{"localhost/app", "localhost"},
		{"localhost:5000/app", "localhost:5000"},
		{"127.0.0.1:5000/app", "127.0.0.1:5000"},
		{"127.0.0.1/app", ""},
		{"[::1]:5000/app", "[::1]:5000"},
		{"[::1]/app", ""},
	} {
		if got := strings.Join(a.users(test.image), " or "); got != test.user {
			t.Errorf("%s is pulled as %q, not as %q", test.image, got, test.user)
		}
	}
}

// TestAgentChoosesOfOthers: what the agent does with settings that were written by
// hand, which is why ours are as they are.
func TestAgentChoosesOfOthers(t *testing.T) {
	const paths = `{"r.io/a":{"username":"a"},"r.io/b":{"username":"b"}}`
	for _, test := range []struct{ data, image, users string }{
		// A host without a path decides, but for longer keys with which the image begins.
		{`{"r.io":{"username":"r"},"r.io/a":{"username":"a"}}`, "r.io/b/x", "r"},
		{`{"r.io":{"username":"r"},"r.io/a":{"username":"a"}}`, "r.io/a/x", "a"},
		{`{"r.io":{"username":"r"},"r.io/a":{"username":"a"}}`, "r.io/ab/x", "a"},
		{`{"r.io":{"username":"r"},"r.io/a":{"username":"a"},"r.io/a/b":{"username":"b"}}`, "r.io/a/b/c", "b"},
		// Without one, a path serves all of the host, and of two, chance decides.
		{`{"r.io/a":{"username":"a"}}`, "r.io/z", "a"},
		{`{"r.io/":{"username":"slash"}}`, "r.io/z", "slash"},
		{paths, "r.io/z", "a b"},
		{paths, "r.io/b/x", "a b"},
		// A scheme is no part of the key: here are two entries of one.
		{`{"https://r.io":{"username":"https"}}`, "r.io/z", "https"},
		{`{"https://r.io":{"username":"https"},"http://r.io":{"username":"http"}}`, "r.io/z", "http https"},
		// Docker Hub has one key.
		{`{"index.docker.io/v1/":{"username":"hub"}}`, "nginx", "hub"},
		{`{"docker.io":{"username":"hub"},"index.docker.io":{"username":"hub"},"https://index.docker.io/v1/team":{"username":"team"}}`, "docker.io/team/app", ""},
		// A text that is no JSON, or no object of objects, is nothing.
		{`{"r.io":{"username":"r"}}}`, "r.io/z", ""},
		{`"{\"r.io\":{\"username\":\"r\"}}"`, "r.io/z", ""},
		{`{"r.io":{"username":"r"},"x.io":{"username":1}}`, "r.io/z", ""},
		{`'{"r.io":{"username":"r"}}'`, "r.io/z", ""},
	} {
		if got := strings.Join(startAgent(t, "docker", test.data).users(test.image), " "); got != test.users {
			t.Errorf("%s: %s is pulled as %q, not as %q", test.data, test.image, got, test.users)
		}
	}
	if got := startAgent(t, "", paths).users("r.io/z"); got != nil {
		t.Errorf("without a type, there are log-ins: %q", got)
	}
}

// TestTypeDocker: in the older type a colon ends the user name.
func TestTypeDocker(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString([]byte("org:robot:password"))
	if got := startAgent(t, "dockercfg", `{"r.io":{"auth":"`+encoded+`"}}`)["r.io"][0]; got.Username != "org" {
		t.Errorf("dockercfg has user name %q", got.Username)
	}
	logins := map[string]ecsconfig.Login{"r.io": {Username: "org:robot", Password: "password"}}
	if got := startAgent(t, ecsconfig.AuthType, string(ecsconfig.AuthData(logins)))["r.io"][0]; got != logins["r.io"] {
		t.Errorf("docker has %+v", got)
	}
}

// TestRegistry: which hosts are none to the agent.
func TestRegistry(t *testing.T) {
	for _, host := range []string{"registry", "localhost2", "my-registry", "registry_1"} {
		if key, ok := ecsconfig.Registry(host); ok {
			t.Errorf("%s has the key %q, under which no image is looked for", host, key)
		}
		if got := hostOf(host + "/app"); got != "docker.io" {
			t.Errorf("%s/app is on %s", host, got)
		}
	}
}
