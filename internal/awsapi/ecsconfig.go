package awsapi

import (
	"cmp"
	"os"
	"strings"
)

// ecsConfig is what this program uses of the ECS agent's configuration, where
// AWS tells operators to put these settings.
type ecsConfig struct {
	region         string // AWS_DEFAULT_REGION
	proxy, noProxy string // HTTP_PROXY, NO_PROXY
	external       bool   // ECS_EXTERNAL: an ECS Anywhere host
}

// readECSConfig takes each setting from the first file that has it. A file that
// cannot be read counts as absent: not every host has an agent.
func readECSConfig(files []string) ecsConfig {
	settings := map[string]string{}
	for _, file := range files {
		text, _ := os.ReadFile(file)
		own := map[string]string{}
		for line := range strings.Lines(string(text)) {
			if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
				own[key] = value // verbatim, the last one wins: ecs-init docker.go
			}
		}
		for key, value := range own {
			settings[key] = cmp.Or(settings[key], value)
		}
	}
	return ecsConfig{
		region:   settings["AWS_DEFAULT_REGION"],
		proxy:    settings["HTTP_PROXY"],
		noProxy:  settings["NO_PROXY"],
		external: strings.EqualFold(settings["ECS_EXTERNAL"], "true"),
	}
}

// exportProxy lets the agent's proxy count where the environment names none. The
// environment is this process's own; Go's HTTP client reads it once.
func (e ecsConfig) exportProxy() {
	if e.proxy == "" {
		return
	}
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"} {
		if os.Getenv(name) != "" || os.Getenv(strings.ToLower(name)) != "" {
			return
		}
	}
	os.Setenv("HTTP_PROXY", e.proxy)
	os.Setenv("HTTPS_PROXY", e.proxy)
	os.Setenv("NO_PROXY", e.noProxy)
}
