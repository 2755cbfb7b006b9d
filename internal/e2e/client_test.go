//go:build linux

package e2e

import (
	"slices"
	"strings"
	"testing"
)

// client is a program that pulls images and runs credential helpers.
type client struct {
	name   string
	failed string   // its own words when the helper fails
	pull   []string // command; IMAGE stands for the image's name
	ask    pointing // how it is told to ask the helper about one registry
	askAll pointing // and about all of them
	uid    int
}

const (
	goesOnAnonymously = "no basic auth credentials"
	quotesHelper      = "error getting credentials - err: exit status 1, out: `"
)

// asDocker makes a client that is configured as Docker's own are.
func asDocker(name, failed string, pull ...string) client {
	return client{name, failed, pull, credHelpers, credsStore, 0}
}

// asPodman makes a client of the podman family, which has its own files.
func asPodman(name string, pull ...string) client {
	return client{name, "getting username and password: ", pull, authFile, registriesConf, 0}
}

// clients are all there are.
func clients(t *testing.T) (all []client) {
	for _, docker := range dockers(t) {
		all = append(all, docker.clients()...)
	}
	podmans := []client{
		asPodman("podman", "podman", "pull", "--tls-verify=false", "IMAGE"),
		asPodman("buildah", "buildah", "pull", "--tls-verify=false", "IMAGE"),
		asPodman("skopeo", "skopeo", "copy", "--src-tls-verify=false", "docker://IMAGE", "dir:copy"),
	}
	for _, podman := range podmans {
		rootless := podman
		rootless.name, rootless.uid = podman.name+" rootless", unprivileged
		all = append(all, podman, rootless)
	}
	testcontainers := asDocker("testcontainers-go", "No image auth found", "env", "TESTCONTAINERS_RYUK_DISABLED=true", "testcontainers", "IMAGE")
	testcontainers.askAll = credsStoreOfKnown // it asks about registries in "auths" only
	return append(all, testcontainers,
		asDocker("docker compose", quotesHelper, "docker", "compose", "pull"),
		asDocker("crane", quotesHelper, "crane", "pull", "IMAGE", "image.tar"),
		asDocker("oras", "failed to resolve credential: ", "oras", "copy", "--from-plain-http", "IMAGE", "--to-oci-layout", "copy"),
		asDocker("oras-go", "failed to resolve credential: ", "orasgo", "IMAGE"),
		asDocker("docker for Python", "Credentials store error: ", "/usr/bin/python3", "-c", "import docker; docker.from_env().images.pull('IMAGE')"),
	)
}

// unprivileged is the user e2e, whom sandbox.sh makes.
const unprivileged = 4321

func (c client) pulls(t *testing.T, h *home, image string) outcome {
	t.Helper()
	h.uid = c.uid
	h.write(t, "context/Dockerfile", "FROM "+image+"\nCOPY Dockerfile /\n")
	h.write(t, "compose.yaml", "services: {app: {image: "+image+"}}\n")
	args := slices.Clone(c.pull)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "IMAGE", image)
	}
	return h.run(t, "", args[0], args[1:]...)
}

func TestClientsPull(t *testing.T) {
	for _, c := range clients(t) {
		t.Run(c.name, func(t *testing.T) {
			s := newSetup(t)
			pointNowhere(t, s.home)
			c.pulls(t, s.home, s.image).mustFail(t)

			c.ask(t, s.home)
			c.pulls(t, s.home, s.image).mustSucceed(t)
		})
	}
}

// Whatever a client makes of a helper that fails, its user gets to know the reason.
func TestClientsFailWithTheReason(t *testing.T) {
	for _, c := range clients(t) {
		t.Run(c.name, func(t *testing.T) {
			s := newSetup(t)
			s.loseSecret(t)
			c.ask(t, s.home)

			pull := c.pulls(t, s.home, s.image).mustFail(t)

			pull.mustShow(t, s.registry.host+": "+absent+": ")
			pull.mustShow(t, c.failed)
			real.log.mustHold(t, s.registry.host, "secret-not-found")
		})
	}
}
