//go:build linux

package e2e

import (
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

const (
	instanceRole = "arn:aws:sts::" + awstest.Account + ":assumed-role/ecsInstanceRole/i-0123456789abcdef0"
	ssmAgentKey  = "arn:aws:iam::" + awstest.Account + ":user/ASIAROTATED"
)

// newInstance makes an EC2 instance with a role, and no other AWS credentials.
func newInstance(t *testing.T) *machine {
	t.Helper()
	m := newMachine(t)
	m.install(t, "sys/class/dmi/id/sys_vendor", "Amazon EC2\n")
	serveMetadata(t, m.aws)
	return m
}

// newExternal makes an ECS Anywhere host as the SSM agent and the ECS agent leave
// it. All else looks like EC2, so that their word alone keeps the helper from
// asking for metadata.
func newExternal(t *testing.T) *machine {
	t.Helper()
	m := newInstance(t)
	m.install(t, "var/lib/ecs/ecs.config", "ECS_CLUSTER=blue\nAWS_DEFAULT_REGION="+oregon+"\nECS_EXTERNAL=true\n")
	m.aws.AddKey("ASIAROTATED", "rotated/Secret", "rotated-token")
	m.rootHas(t, ".aws/credentials", "[default]\naws_access_key_id     = ASIAROTATED\n"+
		"aws_secret_access_key = rotated/Secret\naws_session_token     = rotated-token\n")
	return m
}

// On EC2 the instance's role reads the secret for everybody who may use docker.
func TestPullOnEC2(t *testing.T) {
	starters := []struct {
		name string
		by   starter
	}{{"root", rootLogin}, {"user", userLogin}, {"service with an empty environment", service}}
	for _, s := range starters {
		t.Run(s.name, func(t *testing.T) {
			m := newInstance(t)
			m.userPointsAtHelper(t)
			m.installMapping(t, m.storeSecret(t, oregon))

			m.pull(t, s.by).mustSucceed(t)

			m.mustHaveAsked(t, oregon, instanceRole)
		})
	}
}

// A secret by name is the instance's region's, which only the metadata tells.
func TestPullOnEC2WithSecretByName(t *testing.T) {
	m := newInstance(t)
	m.storeSecret(t, awstest.Region)
	m.installMapping(t, m.secret)

	m.pull(t, service).mustSucceed(t)

	m.mustHaveAsked(t, awstest.Region, instanceRole)
}

// On ECS Anywhere the file that the SSM agent keeps is found though nothing says
// where, and nobody waits for metadata that such a host does not have.
func TestPullOnECSAnywhere(t *testing.T) {
	for _, c := range []struct {
		name   string
		byName bool
	}{{"secret by ARN", false}, {"secret by name", true}} {
		t.Run(c.name, func(t *testing.T) {
			m := newExternal(t)
			secret := m.storeSecret(t, oregon)
			if c.byName {
				secret = m.secret
			}
			m.installMapping(t, secret)

			m.pull(t, service).mustSucceed(t)

			m.mustHaveAsked(t, oregon, ssmAgentKey)
			m.mustNotHaveAskedMetadata(t)
		})
	}
}

// Who is not root cannot read that file; sudo is the way that the error tells.
func TestPullOnECSAnywhereByUser(t *testing.T) {
	m := newExternal(t)
	m.userPointsAtHelper(t)
	m.mayUseSudo(t, "")
	arn := m.storeSecret(t, oregon)
	m.installMapping(t, arn)

	pull := m.pull(t, userLogin).mustFail(t)
	theLineAbout(t, pull.stderr, m.registry.host+": "+arn+": only root can read the AWS credentials of an ECS Anywhere host; run the client with sudo, ")
	real.log.mustHold(t, m.registry.host, "external-not-root")
	m.mustNotHaveAskedMetadata(t)

	m.pull(t, userLogin.then("sudo")).mustSucceed(t)
	m.mustHaveAsked(t, oregon, ssmAgentKey)
}

// mayUseSudo lets the user start anything as root, under more settings for sudo.
func (m *machine) mayUseSudo(t *testing.T, settings string) {
	t.Helper()
	m.install(t, "etc/sudoers.d/e2e", settings+"e2e ALL=(ALL) NOPASSWD: ALL\n")
}

// sudo leaves nothing of the user's: neither mapping nor credentials nor what
// docker is told, though all of them are set to lead astray.
func TestPullBySudo(t *testing.T) {
	m := newExternal(t)
	m.mayUseSudo(t, "")
	m.installMapping(t, m.storeSecret(t, oregon))
	m.userHas(t, ".config/ecssecrets/mapping.json", m.mapping(absent))
	m.userHas(t, ".aws/credentials", "[default]\naws_access_key_id = AKIAUSER\naws_secret_access_key = user\n")
	astray := userLogin.then("env", "AWS_PROFILE=none", "AWS_REGION="+ireland, "ECSSECRETS_MAPPING=/none", "DOCKER_CONFIG=/none", "XDG_CONFIG_HOME=/none")

	m.pull(t, astray).mustFail(t)
	m.pull(t, astray.then("sudo")).mustSucceed(t)

	m.mustHaveAsked(t, oregon, ssmAgentKey)
}

// Where sudo keeps HOME, docker's configuration is the user's, but root does not
// let that user decide which secret is read.
func TestPullBySudoThatKeepsHome(t *testing.T) {
	m := newInstance(t)
	m.mayUseSudo(t, "Defaults env_keep += HOME\n")
	m.userPointsAtHelper(t)
	m.userHas(t, ".config/ecssecrets/mapping.json", m.mapping(m.storeSecret(t, oregon)))

	pull := m.pull(t, userLogin.then("sudo")).mustFail(t)
	if line := theLineAbout(t, pull.stderr, "no mapping in /etc/ecssecrets/mapping.json, "); strings.Contains(line, "/home/e2e") {
		t.Errorf("the user's mapping is spoken of, as if it counted: %s", line)
	}

	m.userHas(t, ".config/ecssecrets/mapping.json", m.mapping(absent))
	m.installMapping(t, m.storeSecret(t, oregon))
	m.pull(t, userLogin.then("sudo")).mustSucceed(t)
	m.mustHaveAsked(t, oregon, instanceRole)
}

// Nothing needs to be written for an answer.
func TestPullOnAReadOnlyFileSystem(t *testing.T) {
	m := newExternal(t)
	m.installMapping(t, m.storeSecret(t, oregon))
	readOnly := service.then("sh", script(t, "readonly.sh"))
	for _, folder := range []string{"/", "/etc", "/root", "/run", "/tmp", "/var/lib", "/dev/shm"} {
		m.start(t, readOnly, "mktemp", "-p", folder).mustFail(t).mustShow(t, "Read-only file system")
	}

	m.pull(t, readOnly).mustSucceed(t)

	m.mustHaveAsked(t, oregon, ssmAgentKey)
}
