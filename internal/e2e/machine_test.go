//go:build linux

package e2e

import (
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// machine is a host where the folders of the system, of root and of the user e2e
// are the test's, the program is installed, and AWS is reached by its own names:
// no variable says where anything is. Its registry's password is in a secret.
type machine struct {
	*home    // its folder holds the machine's
	registry *registry
	image    string
	aws      *awstest.Server
	secret   string // name of it
}

// newMachine makes a machine whose root has told docker about the helper.
func newMachine(t *testing.T) *machine {
	t.Helper()
	r := startRegistry(t)
	m := &machine{home: newHome(t), registry: r, image: r.publish(t, "team/app:1"), aws: startAWS(t), secret: "prod/" + rand.Text()}
	m.env = map[string]string{"PATH": servicePath}
	m.rootHas(t, ".docker/config.json", `{"credHelpers": {"`+r.host+`": "ecssecrets"}}`)
	programs := filepath.Join(m.dir, "usr/local/sbin")
	engine := strings.TrimPrefix(real.engine.host, "unix://")
	err := errors.Join(os.Chmod(filepath.Dir(m.dir), 0o755), os.MkdirAll(programs, 0o755),
		os.Symlink(filepath.Join(real.bin, program), filepath.Join(programs, program)),
		os.Symlink(engine, "/run/docker.sock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove("/run/docker.sock") })
	return m
}

// servicePath is what systemd gives to services, and sudo's secure_path on Debian.
const servicePath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// storeSecret puts the registry's password into a region, and returns its ARN.
func (m *machine) storeSecret(t *testing.T, region string) (arn string) {
	t.Helper()
	arn = "arn:aws:secretsmanager:" + region + ":" + awstest.Account + ":secret:" + m.secret + "-AbCdEf"
	value := secretString(t, m.registry.login)
	m.aws.PutSecret(awstest.Secret{ARN: arn, String: &value})
	return arn
}

// install writes a file of the system, which everybody may read.
func (m *machine) install(t *testing.T, path, content string) {
	t.Helper()
	m.write(t, path, content)
	err := os.Chmod(filepath.Join(m.dir, path), 0o644)
	for folder := filepath.Dir(path); folder != "."; folder = filepath.Dir(folder) {
		err = errors.Join(err, os.Chmod(filepath.Join(m.dir, folder), 0o755))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// installMapping has the system's mapping name a secret for the registry.
func (m *machine) installMapping(t *testing.T, secret string) {
	t.Helper()
	m.install(t, "etc/ecssecrets/mapping.json", m.mapping(secret))
}

func (m *machine) mapping(secret string) string {
	return `{"registries": {"` + m.registry.host + `": "` + secret + `"}}`
}

func (m *machine) rootHas(t *testing.T, path, content string) {
	t.Helper()
	m.write(t, filepath.Join("root", path), content)
}

func (m *machine) userHas(t *testing.T, path, content string) {
	t.Helper()
	m.install(t, filepath.Join("home/e2e", path), content)
	if out, err := exec.Command("chown", "-R", "e2e:e2e", filepath.Join(m.dir, "home/e2e")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// userPointsAtHelper has the user's docker ask the helper.
func (m *machine) userPointsAtHelper(t *testing.T) {
	t.Helper()
	m.userHas(t, ".docker/config.json", `{"credHelpers": {"`+m.registry.host+`": "ecssecrets"}}`)
}

// starter is what stands before a command when somebody starts it on a machine
// whose environment has only a PATH.
type starter []string

var (
	service   = starter{} // of the system, as systemd starts it: root, without HOME
	rootLogin = starter{"env", "HOME=/root", "USER=root"}
	userLogin = starter{"setpriv", "--reuid=e2e", "--regid=e2e", "--clear-groups", "env", "HOME=/home/e2e", "USER=e2e"}
)

// then gives a starter that goes on.
func (s starter) then(more ...string) starter { return append(append(starter{}, s...), more...) }

func (m *machine) start(t *testing.T, by starter, command ...string) outcome {
	t.Helper()
	args := []string{"--mount", "sh", script(t, "machine.sh"), m.dir}
	return m.run(t, "", "unshare", append(append(args, by...), command...)...)
}

func (m *machine) pull(t *testing.T, by starter) outcome {
	t.Helper()
	return m.start(t, by, "docker", "pull", m.image)
}

// mustHaveAsked demands that the secret was read in a region, once, and by whom.
func (m *machine) mustHaveAsked(t *testing.T, region, caller string) {
	t.Helper()
	var asked []awstest.Request
	for _, request := range m.aws.Requests() {
		if request.Service == "secretsmanager" {
			asked = append(asked, request)
		}
	}
	if len(asked) != 1 || asked[0].Region != region || asked[0].Caller != caller || asked[0].Host != "secretsmanager."+region+".amazonaws.com" {
		t.Errorf("not asked once, in %s, by %s: %+v", region, caller, asked)
	}
}

// mustNotHaveAskedMetadata demands that the instance metadata service got nothing.
func (m *machine) mustNotHaveAskedMetadata(t *testing.T) {
	t.Helper()
	if n := m.aws.Count("imds", ""); n > 0 {
		t.Errorf("instance metadata was asked %d times", n)
	}
}

func script(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}
