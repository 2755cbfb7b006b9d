//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// boot starts its systemd, and waits for the end of the boot.
func (d *debian) boot(t *testing.T) {
	t.Helper()
	for _, unit := range []string{"console-getty.service", "systemd-udevd.service", "systemd-resolved.service", "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer"} {
		d.must(t, "ln", "-sf", "/dev/null", d.root()+"/etc/systemd/system/"+unit)
	}
	group := filepath.Base(d.tree)
	cmd := exec.Command("unshare", "--mount", "--pid", "--fork", "--kill-child", "--uts", "--ipc", "sh", script(t, "boot.sh"), d.root(), group)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		gone := func() bool { return exec.Command("sh", script(t, "removegroup.sh"), group).Run() == nil }
		if !eventually(20*time.Second, gone) {
			t.Errorf("the control group %s stays", group)
		}
	})
	var state string
	up := eventually(time.Minute, func() bool {
		child, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", cmd.Process.Pid))
		d.enter = []string{"nsenter", "--all", "--target", strings.TrimSpace(string(child))}
		state = strings.TrimSpace(d.start(t, service, "systemctl", "is-system-running").stdout)
		return state == "running" || state == "degraded"
	})
	if !up {
		t.Fatalf("does not boot: %q, %s", state, said.String())
	}
}

// agentService stands in for the unit of the ECS agent, which reads its settings
// from ecs.config when it starts: it keeps a record of what it read. Like the one on
// ECS-optimised AMIs it waits for user data.
const agentService = `[Unit]
After=cloud-final.service
[Service]
ExecStartPre=/bin/sh -c 'echo >>/run/agent-starts; grep ^ECS_ENGINE_AUTH_ /etc/ecs/ecs.config >/run/agent-read || true'
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
`

// userDataService stands in for the unit that runs user data.
const userDataService = `[Service]
Type=oneshot
ExecStart=/bin/sh /root/user-data
[Install]
WantedBy=multi-user.target
`

// Wherever the mapping comes from, the agent has the registry's password at its
// first start, and a new one after each rotation, for which it starts again, once.
func TestAgentFromFirstBootAcrossRotations(t *testing.T) {
	for name, c := range map[string]struct{ unit, mapping, userData string }{
		"mapping in the image":      {timersUnit, "etc/ecssecrets/mapping.json", "true\n"},
		"mapping made by user data": {userDataUnit, "root/mapping.json", "systemctl list-jobs | grep -q '" + userDataUnit + " *start *waiting' && cp /root/mapping.json /etc/ecssecrets/\n"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDebian(t)
			d.installPackage(t, newer, "deb").mustSucceed(t)
			d.put(t, c.mapping, d.mapping(d.storeSecret(t, ireland)))
			d.put(t, "root/user-data", c.userData)
			d.put(t, "etc/ecs/ecs.config", "ECS_CLUSTER=blue\n")
			d.put(t, "etc/systemd/system/ecs.service", agentService)
			d.put(t, "etc/systemd/system/cloud-final.service", userDataService)
			d.start(t, service, "systemctl", "enable", "ecs", "cloud-final", c.unit, timer).mustSucceed(t)

			d.boot(t)
			d.mustRunAgent(t, 1)
			d.start(t, service, "systemd-analyze", "verify", "--man=no", timer, timersUnit, userDataUnit).mustSucceed(t)
			d.start(t, service, "systemctl", "is-active", timer).mustSucceed(t)
			d.start(t, service, "stat", "--format=%a %U", "/etc/ecs/ecs.config").mustShow(t, "600 root\n")

			d.start(t, service, "systemctl", "start", timersUnit).mustSucceed(t)
			d.mustRunAgent(t, 1)

			d.rotate(t)
			d.start(t, service, "systemctl", "start", timersUnit).mustSucceed(t)
			d.mustRunAgent(t, 2)
			d.start(t, service, "systemctl", "start", timersUnit).mustSucceed(t)
			d.mustRunAgent(t, 2)
		})
	}
}

const (
	timer        = "ecssecrets-agent-config.timer"
	timersUnit   = "ecssecrets-agent-config.service"
	userDataUnit = "ecssecrets-agent-config-userdata.service"
)

// The timer goes off by itself.
func TestTimerFollowsRotations(t *testing.T) {
	d := newDebian(t)
	d.installPackage(t, newer, "deb").mustSucceed(t)
	d.put(t, "etc/ecssecrets/mapping.json", d.mapping(d.storeSecret(t, ireland)))
	d.put(t, "etc/ecs/ecs.config", "ECS_CLUSTER=blue\n")
	d.put(t, "etc/systemd/system/ecs.service", agentService)
	sooner := `s/^OnActiveSec=.*/OnActiveSec=1ms/; s/^OnUnitActiveSec=.*/OnUnitActiveSec=3s/; s/^RandomizedDelaySec=.*/AccuracySec=1ms/`
	d.start(t, service, "sed", "--in-place", sooner, "/usr/lib/systemd/system/"+timer).mustSucceed(t)
	d.start(t, service, "systemctl", "enable", "ecs", timer).mustSucceed(t)
	d.boot(t)
	seen := func() bool {
		d.writeWanted(t)
		return d.start(t, service, "cmp", "/tmp/want", "/run/agent-read").code == 0
	}
	if !eventually(20*time.Second, seen) {
		t.Fatalf("the agent does not get its first password\n%s", d.journal(t))
	}

	d.rotate(t)

	if !eventually(20*time.Second, seen) {
		t.Errorf("the agent does not get the new password\n%s", d.journal(t))
	}
}

// rotate gives the registry and the secret a new password.
func (d *debian) rotate(t *testing.T) {
	t.Helper()
	d.registry.admit(t, newLogin())
	d.storeSecret(t, ireland)
}

// mustRunAgent demands that the agent was started so many times, and read what the
// registry accepts now.
func (d *debian) mustRunAgent(t *testing.T, starts int) {
	t.Helper()
	d.waitForJobs(t)
	n := strings.Count(d.start(t, service, "cat", "/run/agent-starts").stdout, "\n")
	if n != starts {
		t.Errorf("the agent was started %d times, want %d\n%s", n, starts, d.journal(t))
	}
	d.writeWanted(t)
	d.start(t, service, "cmp", "/tmp/want", "/run/agent-read").mustSucceed(t)
}

// writeWanted writes what the agent should have read.
func (d *debian) writeWanted(t *testing.T) {
	t.Helper()
	d.put(t, "tmp/want", fmt.Sprintf("ECS_ENGINE_AUTH_TYPE=docker\nECS_ENGINE_AUTH_DATA={%q:{\"username\":%q,\"password\":%q}}\n",
		d.host, d.registry.Username, d.registry.Password))
}

// waitForJobs waits until systemd has done everything that it was told.
func (d *debian) waitForJobs(t *testing.T) {
	t.Helper()
	done := eventually(20*time.Second, func() bool {
		return strings.Contains(d.start(t, service, "systemctl", "list-jobs").stdout, "No jobs running.")
	})
	if !done {
		t.Fatalf("systemd does not come to rest\n%s", d.journal(t))
	}
}

func (d *debian) journal(t *testing.T) string {
	t.Helper()
	return d.start(t, service, "journalctl", "--no-pager", "--lines=200").stdout
}
