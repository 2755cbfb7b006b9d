//go:build linux

package e2e

import "testing"

// User data that runs while systemd boots does not wait for what waits for it: the
// agent starts once, after it, and has the password. Then the timer takes over.
func TestUserDataWhileSystemdBoots(t *testing.T) {
	d := newDebian(t)
	d.installPackage(t, newer, "deb").mustSucceed(t) // there already, as in an image
	d.start(t, service, "useradd", "--create-home", "--groups", "docker", "ec2-user").mustSucceed(t)
	d.put(t, "root/user-data", publishRelease(t).edited(t, "userdata.sh", d.machine, d.storeSecret(t, ireland)))
	d.put(t, "etc/ecs/ecs.config", "ECS_CLUSTER=blue\n")
	d.put(t, "etc/systemd/system/ecs.service", agentService)
	d.put(t, "etc/systemd/system/cloud-final.service", userDataService)
	d.start(t, service, "systemctl", "enable", "ecs", "cloud-final").mustSucceed(t)

	d.boot(t)

	d.mustRunAgent(t, 1)
	for _, by := range everybody {
		d.pull(t, by).mustSucceed(t)
	}
	d.start(t, service, "systemctl", "is-active", timer).mustSucceed(t)
	d.start(t, service, "systemctl", "is-enabled", userDataUnit).mustSucceed(t)
	d.rotate(t)
	d.start(t, service, "systemctl", "start", timersUnit).mustSucceed(t)
	d.mustRunAgent(t, 2)
}
