//go:build linux

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// From a clean system by the lines of the READMEs alone: the package, the mapping, a
// pull by the operator, the agent's own settings, a rotation, and all of it taken out
// again.
func TestInstalledByTheReadme(t *testing.T) {
	d := newDebian(t)
	d.host = readmeRegistry
	d.registry.serveAs(t, readmeRegistry)
	d.registry.publish(t, "team/app:latest")
	appendToFile(t, "/etc/hosts", "127.0.0.1 sts."+ireland+".amazonaws.com\n") // for doctor
	d.put(t, "etc/sudoers.d/admin", "admin ALL=(ALL) NOPASSWD: ALL\n")
	d.put(t, "etc/ecs/ecs.config", "ECS_CLUSTER=blue\n")
	d.put(t, "etc/systemd/system/ecs.service", agentService)
	d.start(t, service, "systemctl", "enable", "ecs").mustSucceed(t)
	d.put(t, "home/admin/task.json", d.taskDefinition(t, d.storeSecret(t, ireland)))
	d.must(t, "cp", "-r", packagesOf(t, newer, "linux/amd64 linux/arm64")+"/.", d.root()+"/home/admin")
	d.boot(t)
	image := readmeRegistry + "/team/app"
	t.Cleanup(func() { d.start(t, rootLogin, "docker", "image", "rm", "--force", image) })
	refused := func() bool { // the engine's resolver reads /etc/hosts every five seconds
		return strings.Contains(d.start(t, adminLogin, "docker", "pull", image).mustFail(t).stderr, goesOnAnonymously)
	}
	if !eventually(10*time.Second, refused) {
		t.Fatal("the registry does not refuse strangers")
	}

	byHand := commandBlocks(t, packagingReadme(t), "By hand")
	d.types(t, byHand[0], "aws ", "sudo rpm ", "sudo apk ")
	d.types(t, readmeLines(t, "From a bare host to a pull"), "aws ")
	d.start(t, adminLogin, "docker", "image", "inspect", image).mustSucceed(t)
	d.types(t, byHand[1])
	d.mustRunAgent(t, 2)
	d.start(t, service, "systemctl", "is-active", timer).mustSucceed(t)

	d.rotate(t)
	d.types(t, []string{followAtOnce(t)})
	d.mustRunAgent(t, 3)
	d.types(t, []string{followAtOnce(t)})
	d.mustRunAgent(t, 3)

	takeOut := strings.NewReplacer("ec2-user", "admin", "sudo rpm -e "+program+" # or: ", "", "apt-get purge", "apt-get --yes purge")
	for i, line := range commandBlocks(t, packagingReadme(t), "Taking it out again")[0] {
		said := d.types(t, []string{takeOut.Replace(line)})
		if i == 2 {
			said.mustNotShow(t, "asks for a program that is gone")
		}
	}
	d.waitForJobs(t)
	if left := d.read(t, "etc/ecs/ecs.config"); left != "ECS_CLUSTER=blue\n" {
		t.Errorf("the agent's settings are not as they were: %q", redact(left))
	}
	d.start(t, service, "test", "-e", "/etc/ecssecrets").mustFail(t)
	d.start(t, service, "systemctl", "list-units", "--all", "--quiet").mustSucceed(t).mustNotShow(t, "ecssecrets")
	d.start(t, adminLogin, "docker", "pull", image).mustFail(t).mustShow(t, goesOnAnonymously).mustNotShow(t, program)
}

// types has the administrator type lines, but for those that begin with some words,
// and returns what the last one said.
func (d *debian) types(t *testing.T, lines []string, but ...string) (said outcome) {
	t.Helper()
	for _, line := range lines {
		if !hasPrefix(line, but) {
			said = d.start(t, adminLogin, "sh", "-c", "cd; "+line).mustSucceed(t)
		}
	}
	return said
}

func hasPrefix(line string, words []string) bool {
	for _, word := range words {
		if strings.HasPrefix(line, word) {
			return true
		}
	}
	return false
}

// followAtOnce is the command by which the agent gets a new password now.
func followAtOnce(t *testing.T) string {
	t.Helper()
	_, line, _ := strings.Cut(packagingReadme(t), "\nTo follow a rotation at once: `")
	line, _, ok := strings.Cut(line, "`")
	if !ok {
		t.Fatal("packaging/README.md does not say how to follow a rotation at once")
	}
	return line
}

func packagingReadme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "packaging", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// commandBlocks are the commands in a section of a Markdown text, by block.
func commandBlocks(t *testing.T, text, section string) (blocks [][]string) {
	t.Helper()
	_, text, _ = strings.Cut(text, "\n## "+section+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	for _, rest := range strings.Split(text, "\n```sh\n")[1:] {
		block, _, _ := strings.Cut(rest, "\n```")
		blocks = append(blocks, strings.Split(block, "\n"))
	}
	if len(blocks) == 0 {
		t.Fatalf("no commands in a section %q", section)
	}
	return blocks
}
