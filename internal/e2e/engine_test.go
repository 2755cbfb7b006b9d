//go:build linux

package e2e

import (
	"os"
	"path/filepath"
)

// engine is a Docker engine.
type engine struct {
	*server
	host string // value of DOCKER_HOST
}

func startEngine(dir string) (*engine, error) {
	config := filepath.Join(dir, "daemon.json")
	if err := os.WriteFile(config, []byte("{}"), 0o600); err != nil {
		return nil, err
	}
	state := filepath.Join(dir, "layers", "docker")
	socket := filepath.Join(dir, "docker.sock")
	s, err := startServer(dir, listens("unix", socket), "dockerd",
		"--config-file", config,
		"--data-root", state,
		"--host", "unix://"+socket,
		"--group", "e2e", // who may use it beside root
		"--bridge", "none",
		"--iptables=false",
	)
	if err != nil {
		return nil, err
	}
	return &engine{s, "unix://" + socket}, nil
}
