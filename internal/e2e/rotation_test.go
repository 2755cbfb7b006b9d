//go:build linux

package e2e

import "testing"

func TestWrongPasswordIsRefusedByTheRegistry(t *testing.T) {
	s := newSetup(t)
	real.aws.putValue(t, ireland, s.secret, newLogin())

	s.home.docker(t, "pull", s.image).mustFail(t).mustShow(t, "unauthorized: authentication required")
}

func TestRotation(t *testing.T) {
	s := newSetup(t)
	s.home.docker(t, "pull", s.image).mustSucceed(t)

	s.registry.admit(t, newLogin())
	s.home.docker(t, "pull", s.image).mustFail(t)

	real.aws.putValue(t, ireland, s.secret, s.registry.login)
	s.home.docker(t, "pull", s.image).mustSucceed(t)
}
