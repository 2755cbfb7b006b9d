//go:build linux

package e2e

import "testing"

func TestPush(t *testing.T) {
	for _, docker := range dockers(t) {
		t.Run(docker.version, func(t *testing.T) {
			s := newSetup(t)
			image := s.registry.host + "/team/pushed:1"
			s.home.importHello(t, image)

			s.home.run(t, "", docker.command, "push", image).mustSucceed(t)

			if !s.registry.holds(t, image) {
				t.Errorf("%s is not in the registry", image)
			}
		})
	}
}

func TestAnonymousPullIsRefused(t *testing.T) {
	s := newSetup(t)
	stranger := newHome(t)

	stranger.docker(t, "pull", s.image).mustFail(t).mustShow(t, "no basic auth credentials")

	stranger.mustNotHave(t, s.image)
}

func TestPull(t *testing.T) {
	s := newSetup(t)

	s.home.docker(t, "pull", s.image).mustSucceed(t)

	s.home.docker(t, "run", "--rm", "--network", "none", s.image).mustSucceed(t).mustShow(t, greeting)
}

// A secret's name says nothing about its region.
func TestPullWithSecretByName(t *testing.T) {
	s := newSetup(t)
	real.aws.create(t, oregon, "prod/by-name", s.registry.login)
	s.home.useSecret(t, s.registry.host, "prod/by-name")

	s.home.env["AWS_REGION"] = ireland
	s.home.docker(t, "pull", s.image).mustFail(t)
	s.home.env["AWS_REGION"] = oregon
	s.home.docker(t, "pull", s.image).mustSucceed(t)
}

func TestTwoRegistriesWithSecretsInTwoRegions(t *testing.T) {
	near, far := startRegistry(t), startRegistry(t)
	h := newHome(t)
	h.useSecret(t, near.host, real.aws.create(t, ireland, "two-regions", near.login))
	h.useSecret(t, far.host, real.aws.create(t, oregon, "two-regions", far.login))
	credHelpers(t, h)

	h.docker(t, "pull", near.publish(t, "team/near:1")).mustSucceed(t)
	h.docker(t, "pull", far.publish(t, "team/far:1")).mustSucceed(t)
}
