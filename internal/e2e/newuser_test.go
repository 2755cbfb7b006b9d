//go:build linux

package e2e

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

// readmeRegistry is the registry in the README's lines.
const readmeRegistry = "registry.example.com"

// A user for whom nothing is there yet types the README's lines, on an instance
// whose role reads the secret.
func TestNewUserPullsByTheReadme(t *testing.T) {
	cases := []struct {
		client  string
		typed   *strings.Replacer // in place of what the lines say
		refused string            // what it says without credentials
	}{
		{"docker", strings.NewReplacer(), goesOnAnonymously},
		{"podman", strings.NewReplacer("ecssecrets setup", "ecssecrets "+podmanSetup(t), "docker pull", "podman pull"), "authentication required"},
	}
	for _, c := range cases {
		t.Run(c.client, func(t *testing.T) {
			m := newInstance(t)
			m.registry.serveAs(t, readmeRegistry)
			m.registry.publish(t, "team/app:latest")
			appendToFile(t, "/etc/hosts", "127.0.0.1 sts."+ireland+".amazonaws.com\n") // for doctor
			m.mayUseSudo(t, "")
			m.userHas(t, "task.json", m.taskDefinition(t, m.storeSecret(t, ireland)))
			user := m.openSession(t)
			image := readmeRegistry + "/team/app"
			t.Cleanup(func() { m.start(t, rootLogin, "docker", "image", "rm", "--force", image) })
			var before outcome
			eventually(10*time.Second, func() bool { // the engine's resolver reads /etc/hosts every five seconds
				before = m.start(t, user, c.client, "pull", image).mustFail(t)
				return strings.Contains(before.stderr, c.refused)
			})
			before.mustShow(t, c.refused)

			for _, line := range readmeLines(t, "From a bare host to a pull") {
				if strings.HasPrefix(line, "aws ecs ") {
					continue // no emulator of ECS here: the task definition that it prints is there
				}
				m.start(t, user, "sh", "-c", "cd; "+c.typed.Replace(line)).mustSucceed(t)
			}

			m.start(t, user, c.client, "image", "inspect", image).mustSucceed(t)
		})
	}
}

// openSession makes the user's runtime folder, as systemd does when somebody logs in.
func (m *machine) openSession(t *testing.T) starter {
	t.Helper()
	const folder = "/run/user/4321"
	err := errors.Join(os.MkdirAll("/run/user", 0o755), os.Mkdir(folder, 0o700), os.Chown(folder, unprivileged, unprivileged))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	user := userLogin.then("env", "XDG_RUNTIME_DIR="+folder)
	t.Cleanup(func() { m.start(t, user, "podman", "system", "migrate") }) // ends the process that holds its namespaces
	return user
}

// taskDefinition is the answer to describe-task-definition about a task whose
// image is in the README's registry.
func (m *machine) taskDefinition(t *testing.T, secret string) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{"taskDefinition": map[string]any{
		"family": "FAMILY",
		"containerDefinitions": []any{map[string]any{
			"name":                  "app",
			"image":                 readmeRegistry + "/team/app",
			"repositoryCredentials": map[string]string{"credentialsParameter": secret},
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// podmanSetup is the README's word for setting up podman.
func podmanSetup(t *testing.T) string {
	t.Helper()
	const setup = "setup --client podman"
	if !strings.Contains(readme(t), "`"+setup+"` for podman") {
		t.Fatalf("README.md does not say that %s is for podman", setup)
	}
	return setup
}

// readmeLines are the commands of a section's first block.
func readmeLines(t *testing.T, section string) []string {
	t.Helper()
	_, text, _ := strings.Cut(readme(t), "\n## "+section+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	_, block, _ := strings.Cut(text, "\n```sh\n")
	block, _, ok := strings.Cut(block, "\n```\n")
	if !ok {
		t.Fatalf("README.md has no commands in a section %q", section)
	}
	return strings.Split(block, "\n")
}

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// serveAs has the registry answer by a name too, with a certificate that the
// system and the engine trust.
func (r *registry) serveAs(t *testing.T, host string) {
	t.Helper()
	const address = "192.0.2.1" // docker trusts everything on 127.0.0.0/8
	ip(t, "address", "add", address+"/32", "dev", "lo")
	t.Cleanup(func() { ip(t, "address", "delete", address+"/32", "dev", "lo") })
	proxy := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: r.host}))
	proxy.Listener.Close()
	proxy.Listener = listen(t, address+":443")
	proxy.StartTLS()
	t.Cleanup(proxy.Close)
	engineTrusts := "/etc/docker/certs.d/" + host
	if err := os.MkdirAll(engineTrusts, 0o755); err != nil {
		t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: proxy.Certificate().Raw})
	appendToFile(t, engineTrusts+"/ca.crt", string(certificate))
	appendToFile(t, "/etc/ssl/certs/e2e-registry.pem", string(certificate))
	appendToFile(t, "/etc/hosts", address+" "+host+"\n")
}
