//go:build linux

package e2e

import "testing"

// The classic builder asks the helper for every registry that it knows, before it
// reads the Dockerfile.
func TestClassicBuildFromPrivateImage(t *testing.T) {
	s := newSetup(t)
	s.home.write(t, "context/Dockerfile", "FROM "+s.image+"\nCOPY Dockerfile /\n")

	s.home.docker(t, "build", "--tag", "built", "context").mustSucceed(t)

	s.home.docker(t, "run", "--rm", "--network", "none", "built").mustSucceed(t).mustShow(t, greeting)
}
