//go:build linux

package e2e

import (
	"crypto/rand"
	"testing"
)

const (
	ireland = "eu-west-1"
	oregon  = "us-west-2"
)

// setup is a private registry with an image, the secret that has its password, and
// a home whose mapping and Docker configuration lead there.
type setup struct {
	registry *registry
	image    string
	secret   string // ARN
	home     *home
}

func newSetup(t *testing.T) *setup {
	t.Helper()
	r, h := startRegistry(t), newHome(t)
	s := &setup{registry: r, home: h, image: r.publish(t, "team/app:1")}
	s.secret = real.aws.create(t, ireland, "e2e/"+rand.Text(), r.login)
	h.useSecret(t, r.host, s.secret)
	credHelpers(t, h)
	return s
}

const absent = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:absent-AbCdEf"

// loseSecret has the mapping name a secret that does not exist.
func (s *setup) loseSecret(t *testing.T) {
	t.Helper()
	s.home.useSecret(t, s.registry.host, absent)
}
