package awsapi

import (
	"cmp"
	"os"
	"path/filepath"
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

// mayUseIMDS reports whether asking for instance metadata can lead anywhere: off
// EC2 it only makes people wait.
func (c *Client) mayUseIMDS(agent ecsConfig) bool {
	if agent.external {
		c.trace("instance metadata: not asked, ECS_EXTERNAL=true")
		return false
	}
	if os.Getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT") != "" {
		return true
	}
	vendor, known := c.vendor()
	if known && !strings.Contains(vendor, "amazon") {
		c.trace("instance metadata: not asked, this machine is no EC2 instance (%s)", vendor)
		return false
	}
	return true
}

// vendor is what DMI says in the files where EC2 names itself: Nitro in
// sys_vendor, Xen in bios_version.
func (c *Client) vendor() (vendor string, known bool) {
	if c.DMI == "" {
		return "", false
	}
	var words []string
	for _, file := range []string{"sys_vendor", "bios_version", "board_asset_tag"} {
		text, _ := os.ReadFile(filepath.Join(c.DMI, file))
		words = append(words, strings.Fields(strings.ToLower(string(text)))...)
	}
	return strings.Join(words, " "), len(words) > 0
}
