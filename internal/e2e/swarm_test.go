//go:build linux

package e2e

import (
	"strings"
	"testing"
	"time"
)

// A swarm's nodes pull with the copy of the credentials that the client sent.
func TestSwarmServiceWithRegistryAuth(t *testing.T) {
	s := newSetup(t)
	s.home.docker(t, "swarm", "init", "--advertise-addr", "127.0.0.1").mustSucceed(t)
	t.Cleanup(func() { s.home.docker(t, "swarm", "leave", "--force").mustSucceed(t) })

	for _, service := range []struct{ name, auth, state string }{
		{"without", "--with-registry-auth=false", "Rejected"},
		{"with", "--with-registry-auth=true", "Complete"},
	} {
		s.home.docker(t, "service", "create", "--detach", "--network", "host", "--restart-condition", "none",
			"--name", service.name, service.auth, s.image).mustSucceed(t)

		var tasks outcome
		if !eventually(time.Minute, func() bool {
			tasks = s.home.docker(t, "service", "ps", "--format", "{{.CurrentState}} {{.Error}}", service.name).mustSucceed(t)
			return strings.HasPrefix(tasks.stdout, service.state)
		}) {
			t.Errorf("service %s never came to %s\n%s", service.name, service.state, tasks)
		}
	}
}
