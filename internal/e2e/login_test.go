//go:build linux

package e2e

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"
)

// login is what a registry asks for and a secret holds.
type login struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// passwordMark is part of every password.
const passwordMark = "never-shown-"

func newLogin() login {
	return login{"deploy", passwordMark + rand.Text()}
}

// loginCommand is how a client checks and keeps a password, and forgets it again.
type loginCommand struct {
	name    string
	login   []string // reads a password from standard input; HOST stands for the registry
	logout  []string
	ask     pointing
	refused string // what it says when the registry refuses the password
}

func loginCommands(t *testing.T) (commands []loginCommand) {
	for _, docker := range dockers(t) {
		commands = append(commands, loginCommand{"docker " + docker.version,
			[]string{docker.command, "login", "--username", "deploy", "--password-stdin", "HOST"},
			[]string{docker.command, "logout", "HOST"}, credHelpers, "401 Unauthorized"})
	}
	for _, tool := range []string{"podman", "buildah", "skopeo"} {
		commands = append(commands, loginCommand{tool,
			[]string{tool, "login", "--tls-verify=false", "--username", "deploy", "--password-stdin", "HOST"},
			[]string{tool, "logout", "HOST"}, authFile, "invalid username/password"})
	}
	return append(commands,
		loginCommand{"oras",
			[]string{"oras", "login", "--plain-http", "--username", "deploy", "--password-stdin", "HOST"},
			[]string{"oras", "logout", "HOST"}, credHelpers, "unauthorized: authentication required"},
		// crane does not ask the registry, so the helper is the first to refuse.
		loginCommand{"crane",
			[]string{"crane", "auth", "login", "--username", "deploy", "--password-stdin", "HOST"},
			[]string{"crane", "auth", "logout", "HOST"}, credHelpers, "AWS Secrets Manager"})
}

func (h *home) runFor(t *testing.T, host, stdin string, command []string) outcome {
	t.Helper()
	args := slices.Clone(command)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "HOST", host)
	}
	return h.run(t, stdin, args[0], args[1:]...)
}

func TestLogin(t *testing.T) {
	for _, c := range loginCommands(t) {
		t.Run(c.name, func(t *testing.T) {
			s := newSetup(t)
			c.ask(t, s.home)
			login := func(password string) outcome { return s.home.runFor(t, s.registry.host, password, c.login) }

			login(s.registry.Password).mustSucceed(t)
			login(newLogin().Password).mustFail(t).mustShow(t, c.refused)

			s.home.runFor(t, s.registry.host, "", c.logout).mustSucceed(t)
			login(s.registry.Password).mustSucceed(t)
		})
	}
}

// A password that the registry takes and the secret does not hold has to be
// changed in AWS.
func TestLoginWithAPasswordThatIsNotTheSecrets(t *testing.T) {
	for _, c := range loginCommands(t) {
		t.Run(c.name, func(t *testing.T) {
			s := newSetup(t)
			c.ask(t, s.home)
			s.registry.admit(t, newLogin())

			s.home.runFor(t, s.registry.host, s.registry.Password, c.login).mustFail(t).mustShow(t, "AWS Secrets Manager")
		})
	}
}

// Asked for no password, docker login takes the helper's.
func TestDockerLoginWithoutPassword(t *testing.T) {
	for _, docker := range dockers(t) {
		t.Run(docker.version, func(t *testing.T) {
			s := newSetup(t)

			s.home.run(t, "", docker.command, "login", s.registry.host).mustSucceed(t).mustShow(t, "Login Succeeded")
		})
	}
}
