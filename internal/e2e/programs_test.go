//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const program = "docker-credential-ecssecrets"

// goProgram is a program that is built for the tests.
type goProgram struct {
	name   string
	module string // folder of the module that it is built in
	source string // package; one with a version is built by its own module's requirements
	flags  []string
}

// ours are the program under test, built as releases are, and the one in the
// tests' image.
var ours = []goProgram{
	{name: program, module: "../..", source: "."},
	{name: "hello", module: ".", source: "./testdata/hello"},
}

// foreign are the clients and credential helpers that Debian has no package of, or
// an old one.
var foreign = []goProgram{
	{name: "crane", module: "clients", source: "github.com/google/go-containerregistry/cmd/crane"},
	{name: "oras", module: "clients", source: "oras.land/oras/cmd/oras"},
	{name: "orasgo", module: "clients", source: "./orasgo"},
	{name: "testcontainers", module: "clients", source: "./testcontainers"},
	{name: "docker-buildx", module: "clients", source: "github.com/docker/buildx/cmd/buildx"},
	{name: "docker-compose", module: "clients", source: "github.com/docker/compose/v5/cmd"},
	{name: "docker29", module: "clients", source: "github.com/docker/cli/cmd/docker", flags: []string{
		"-gcflags=github.com/docker/cli/cmd/docker=-lang=go1.26", // its module names no Go version
		"-ldflags=-X github.com/docker/cli/cli/version.Version=29.9.3",
	}},
	{name: "docker-credential-ecr-login", source: "github.com/awslabs/amazon-ecr-credential-helper/ecr-login/cli/docker-credential-ecr-login@v0.12.0"},
	// packaging/build builds these, which needs no network then.
	{name: "nfpm", module: "../../packaging/tools", source: "github.com/goreleaser/nfpm/v2/cmd/nfpm"},
	{name: "cyclonedx-gomod", module: "../../packaging/tools", source: "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod"},
	// In a folder of its own: docker takes it for its default store where it finds it.
	{name: "stores/docker-credential-pass", module: "../..", source: "github.com/docker/docker-credential-helpers/pass/cmd"},
}

func (p goProgram) build(dir string) error {
	args := []string{"-C", p.module, "build", "-trimpath", "-o", filepath.Join(dir, p.name)}
	if strings.Contains(p.source, "@") {
		args = []string{"install", "-trimpath"}
	}
	cmd := exec.Command("go", append(append(args, p.flags...), p.source)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOBIN="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s does not build: %w: %s", p.name, err, strings.TrimSpace(string(out)))
	}
	return nil
}
