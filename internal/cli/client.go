package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// client is a container client, as far as its file of log-ins goes.
type client struct {
	hub    string                  // the key of Docker Hub
	logout func(key string) string // the command that forgets a log-in
	file   func() (string, error)  // where it looks which helper serves a registry
	first  func() string           // a file that it looks into before that one; or empty
}

func clientNamed(name string) (*client, bool) {
	switch name {
	case "docker":
		return &client{hub: mapping.DockerHubURL, logout: dockerLogout, file: dockerFile, first: noFile}, true
	case "podman":
		return &client{hub: string(mapping.DockerHub), logout: podmanLogout, file: podmanFile, first: podmanRuntimeFile}, true
	}
	return nil, false
}

// key is what the client looks for when an image is of this host: the host as
// people write it in image names, which may have a :443.
func (c *client) key(typed string) string {
	host, _ := mapping.ParseHost(typed)
	switch {
	case host == mapping.DockerHub:
		return c.hub
	case strings.EqualFold(typed, string(host)+":443"):
		return string(host) + ":443"
	}
	return string(host)
}

// login is a log-in that a client keeps in its file.
type login struct {
	File string `json:"file"`
	Key  string `json:"key"`
}

// passwords finds the log-ins to the hosts that are kept in plain text.
func (c *client) passwords(file *dockerconfig.File, hosts []string) []login {
	wanted := map[mapping.Host]bool{}
	for _, typed := range hosts {
		host, _ := mapping.ParseHost(typed)
		wanted[host] = true
	}
	found := []login{}
	for _, file := range []*dockerconfig.File{file, readable(c.first())} {
		if file == nil {
			continue
		}
		for key, hasPassword := range sorted(file.Logins()) {
			host, ok := mapping.ParseHost(key)
			if ok && hasPassword && wanted[host] {
				found = append(found, login{file.Path, key})
			}
		}
	}
	return found
}

func readable(path string) *dockerconfig.File {
	if path == "" {
		return nil
	}
	file, err := dockerconfig.Read(path)
	if err != nil {
		return nil
	}
	return file
}

func dockerLogout(key string) string {
	if key == mapping.DockerHubURL {
		return "docker logout"
	}
	return "docker logout " + key
}

func podmanLogout(key string) string { return "podman logout " + key }

func noFile() string { return "" }

// dockerFile is docker's own rule (docker/cli, cli/config: Dir).
func dockerFile() (string, error) {
	if folder := os.Getenv("DOCKER_CONFIG"); folder != "" {
		return filepath.Join(folder, "config.json"), nil
	}
	home, err := home()
	return filepath.Join(home, ".docker", "config.json"), err
}

// podmanFile is the lasting one of the files that podman, skopeo and buildah read
// (containers-auth.json(5); containers/image, pkg/docker/config: getAuthFilePaths).
func podmanFile() (string, error) {
	if file := os.Getenv("REGISTRY_AUTH_FILE"); file != "" {
		return file, nil
	}
	if folder := os.Getenv("DOCKER_CONFIG"); folder != "" {
		return filepath.Join(folder, "config.json"), nil
	}
	if folder := os.Getenv("XDG_CONFIG_HOME"); folder != "" {
		return filepath.Join(folder, "containers", "auth.json"), nil
	}
	home, err := home()
	return filepath.Join(home, ".config", "containers", "auth.json"), err
}

// podmanRuntimeFile is where `podman login` writes.
func podmanRuntimeFile() string {
	switch {
	case os.Getenv("REGISTRY_AUTH_FILE") != "" || os.Getenv("DOCKER_CONFIG") != "":
		return ""
	case os.Getenv("XDG_RUNTIME_DIR") != "":
		return filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "containers", "auth.json")
	}
	return fmt.Sprintf("/run/containers/%d/auth.json", os.Getuid())
}

func home() (string, error) {
	if home := mapping.UserHome(); home != "" {
		return home, nil
	}
	return "", &fault{"HOME", "it is not set, and this user has none in /etc/passwd", "set HOME"}
}
