//go:build linux

package e2e

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// bootstrap is one of the files in packaging/ecs, and what it makes of a machine.
type bootstrap struct {
	name         string
	machine      func(*testing.T) *machine
	file         string
	run          func(*testing.T, *bareMachine, string) outcome
	first, again []string // calls of systemctl, in the first run and every other
	users        []starter
}

const (
	enableAfterUserData = "enable ecssecrets-agent-config-userdata.service ecssecrets-agent-config.timer"
	enableAtBoot        = "enable ecssecrets-agent-config.service ecssecrets-agent-config.timer"
	startTimer          = "start --no-block ecssecrets-agent-config.timer"
	restartAgent        = "--no-block try-restart ecs"
)

var (
	userDataCalls = []string{enableAfterUserData, startTimer}
	everybody     = []starter{rootLogin, ec2User}
)

func bootstraps() []bootstrap {
	return []bootstrap{
		{"user data", newInstance, "userdata.sh", cloudInit, userDataCalls, userDataCalls, everybody},
		{"cloud-config", newInstance, "userdata.cloud-config.yaml", cloudInit, userDataCalls, userDataCalls, everybody},
		{"image and its boot", newInstance, "image.sh", imageAndBoot, []string{enableAtBoot, restartAgent}, []string{enableAtBoot}, everybody},
		{"ECS Anywhere, deb", newExternal, "anywhere.sh", byRoot,
			[]string{enableAtBoot, restartAgent, startTimer}, []string{enableAtBoot, startTimer}, []starter{rootLogin}},
		{"ECS Anywhere, rpm", newExternal, "anywhere.sh", byRootOnRedHat,
			[]string{enableAtBoot, restartAgent, startTimer}, []string{enableAtBoot, startTimer}, []starter{rootLogin}},
	}
}

func TestBootstrap(t *testing.T) {
	for _, b := range bootstraps() {
		t.Run(b.name, func(t *testing.T) {
			m := newBareMachine(t, b.machine)
			appendToFile(t, "/etc/hosts", "127.0.0.1 sts."+oregon+".amazonaws.com\n") // for doctor
			secret := m.storeSecret(t, oregon)
			text := publishRelease(t).edited(t, b.file, m.machine, secret)
			m.pull(t, rootLogin).mustFail(t)

			b.run(t, m, text).mustSucceed(t)

			m.mustBe(t, "/etc/ecssecrets/mapping.json", "root", 0o644, mappingOf(m.registry.host, secret))
			m.mustBe(t, "/etc/ecs/ecs.config", "root", 0o600, "ECS_CLUSTER=blue\n"+m.agentSettings(t))
			for _, by := range b.users {
				m.pull(t, by).mustSucceed(t)
				m.start(t, by, program, "doctor").mustSucceed(t)
			}
			m.mustHavePasswordOnlyIn(t, "/etc/ecs/ecs.config")
			m.mustHaveCalledSystemctl(t, b.first...)

			before := m.changed(t)
			b.run(t, m, text).mustSucceed(t)
			m.mustHaveWrittenNothingSince(t, before)
			m.mustBe(t, "/etc/ecssecrets/mapping.json", "root", 0o644, mappingOf(m.registry.host, secret))
			m.mustHaveCalledSystemctl(t, b.again...)

			m.removeByTheREADME(t)
		})
	}
}

// removeByTheREADME types the lines of packaging/README.md. Then docker is as it was
// before, and nothing of ours is left.
func (m *bareMachine) removeByTheREADME(t *testing.T) {
	t.Helper()
	asRoot := strings.NewReplacer("sudo ", "")
	if m.start(t, service, "dpkg", "-s", program).code == 0 {
		asRoot = strings.NewReplacer("sudo ", "", "rpm -e", "apt-get -y purge")
	}
	for _, line := range commandBlocks(t, packagingReadme(t), "Taking it out again")[0] {
		m.start(t, m.services, "sh", "-c", asRoot.Replace(line)).mustSucceed(t)
	}
	m.pull(t, rootLogin).mustFail(t).mustShow(t, goesOnAnonymously)
	m.mustBe(t, "/etc/ecs/ecs.config", "root", 0o600, "ECS_CLUSTER=blue\n")
	m.mustHaveCalledSystemctl(t, "--no-block restart ecs") // the package's scripts do not find the one that keeps a record
	for file := range m.changed(t) {
		if strings.Contains(file, "ecssecrets") && !strings.HasPrefix(file, "/var/") {
			t.Errorf("%s is left", file)
		}
	}
	for _, by := range everybody {
		m.start(t, by, "sh", "-c", "! grep -rs ecssecrets $HOME").mustSucceed(t)
	}
}

// agentSettings are the ECS agent's for the machine's registry.
func (m *bareMachine) agentSettings(t *testing.T) string {
	t.Helper()
	return "ECS_ENGINE_AUTH_TYPE=docker\n" +
		`ECS_ENGINE_AUTH_DATA={"` + m.registry.host + `":` + secretString(t, m.registry.login) + "}\n"
}

func (m *bareMachine) mustHaveCalledSystemctl(t *testing.T, want ...string) {
	t.Helper()
	if calls := strings.Split(strings.TrimSpace(m.systemctl(t)), "\n"); !slices.Equal(calls, want) {
		t.Errorf("systemctl was called with\n%q\nwant\n%q", calls, want)
	}
}

// mustHaveWrittenNothingSince demands that files are as they were and where they
// were, but for logs, cloud-init's own, and the mapping.
func (m *bareMachine) mustHaveWrittenNothingSince(t *testing.T, before map[string]string) {
	t.Helper()
	ownWork := func(file, _ string) bool {
		return strings.HasPrefix(file, "/var/log/") || strings.HasPrefix(file, "/var/lib/cloud/") || file == "/etc/ecssecrets/mapping.json"
	}
	after := m.changed(t)
	maps.DeleteFunc(before, ownWork)
	maps.DeleteFunc(after, ownWork)
	for file := range after {
		if before[file] != after[file] {
			t.Errorf("%s was written again: %s, before %s", file, after[file], before[file])
		}
	}
	if len(before) > len(after) {
		t.Errorf("%d files were removed", len(before)-len(after))
	}
}

// cloudInit is the boot of a new instance whose user data is a text.
func cloudInit(t *testing.T, m *bareMachine, text string) outcome {
	t.Helper()
	m.put(t, "/var/lib/cloud/seed/nocloud/user-data", text)
	return m.start(t, m.services, "sh", "-c", newInstanceBoot)
}

// newInstanceBoot does what cloud-init's services do, in their order.
const newInstanceBoot = `set -eu
cloud-init clean
cloud-init init --local
cloud-init init
cloud-init modules --mode=config
cloud-init modules --mode=final
`

// byRoot is what somebody does as root.
func byRoot(t *testing.T, m *bareMachine, text string) outcome {
	t.Helper()
	m.put(t, "/run/script", text)
	return m.start(t, rootLogin, "bash", "/run/script")
}

// byRootOnRedHat is byRoot where the packages are rpm's.
func byRootOnRedHat(t *testing.T, m *bareMachine, text string) outcome {
	t.Helper()
	m.start(t, service, "rm", "-f", "/etc/debian_version").mustSucceed(t)
	return byRoot(t, m, text)
}

// imageAndBoot builds an image, which takes no AWS, and boots an instance of it.
func imageAndBoot(t *testing.T, m *bareMachine, text string) outcome {
	t.Helper()
	before := len(m.aws.Requests())
	byRoot(t, m, text).mustSucceed(t)
	if n := len(m.aws.Requests()) - before; n > 0 {
		t.Errorf("building the image asked AWS %d times", n)
	}
	return m.runUnit(t, "ecssecrets-agent-config.service")
}

// runUnit runs what a unit of the package starts.
func (m *bareMachine) runUnit(t *testing.T, unit string) outcome {
	t.Helper()
	text := m.read(t, "/usr/lib/systemd/system/"+unit)
	_, command, _ := strings.Cut(text, "\nExecStart=")
	command, _, ok := strings.Cut(command, "\n")
	if !ok {
		t.Fatalf("%s starts nothing:\n%s", unit, text)
	}
	return m.start(t, m.services, strings.Fields(command)...)
}

// put writes a file of the machine.
func (m *bareMachine) put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(m.place(path), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Where a secret cannot be read, the instance joins its cluster all the same, and
// the timer finishes what user data began.
func TestBootstrapBeforeThereIsASecret(t *testing.T) {
	for _, file := range []string{"userdata.sh", "userdata.cloud-config.yaml"} {
		t.Run(file, func(t *testing.T) {
			m := newBareMachine(t, newInstance)
			secret := "arn:aws:secretsmanager:" + oregon + ":111122223333:secret:" + m.secret + "-AbCdEf"

			cloudInit(t, m, publishRelease(t).edited(t, file, m.machine, secret)).mustSucceed(t).
				mustShow(t, "the ECS agent starts without the secrets; ecssecrets-agent-config.timer tries again")

			m.mustBe(t, "/etc/ecs/ecs.config", "root", 0o644, "ECS_CLUSTER=blue\n")
			m.mustHaveCalledSystemctl(t, userDataCalls...)
			m.storeSecret(t, oregon)
			m.runUnit(t, "ecssecrets-agent-config.service").mustSucceed(t)
			m.mustBe(t, "/etc/ecs/ecs.config", "root", 0o600, "ECS_CLUSTER=blue\n"+m.agentSettings(t))
			m.mustHaveCalledSystemctl(t, restartAgent)
			m.pull(t, ec2User).mustSucceed(t)
		})
	}
}

// A package that is not the released one is not installed.
func TestBootstrapRefusesAnotherPackage(t *testing.T) {
	m := newBareMachine(t, newInstance)
	text := publishRelease(t).edited(t, "userdata.sh", m.machine, absent)
	text = regexp.MustCompile(`sha256=[0-9a-f]{64}`).ReplaceAllString(text, "sha256="+strings.Repeat("0", 64))

	cloudInit(t, m, text).mustFail(t).mustShow(t, "did NOT match")

	m.start(t, service, "ls", "/usr/bin/"+program).mustFail(t)
	m.mustBe(t, "/etc/ecs/ecs.config", "root", 0o644, "ECS_CLUSTER=blue\n")
}
