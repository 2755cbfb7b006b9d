package ecsconfig

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Registry gives the key under which the agent looks for the log-in to a registry
// host, which is lower case and has its port if that is not 443. Of a host without
// dot and port, but for localhost, the agent knows nothing: it takes the word for
// a part of an image's name on Docker Hub, as docker does.
func Registry(host string) (key string, ok bool) {
	if host == "docker.io" {
		return "https://index.docker.io/v1/", true
	}
	return host, strings.ContainsAny(host, ".:") || host == "localhost"
}

// TextRegistries gives the keys of the log-ins that an ecs.config has, sorted.
func TextRegistries(text []byte) []string {
	var data string
	for line := range bytes.Lines(text) {
		if variable, value, own := assignment(line); own && variable == dataVariable {
			data = value
		}
	}
	return registries([]byte(data))
}

// JSONRegistries gives the keys of the log-ins that an ecs.config.json has, sorted.
func JSONRegistries(text []byte) []string {
	var members struct{ EngineAuthData json.RawMessage }
	json.Unmarshal(text, &members) // of no configuration, none
	return registries(members.EngineAuthData)
}

func registries(data []byte) []string {
	var logins map[string]json.RawMessage
	json.Unmarshal(data, &logins)
	return slices.Sorted(maps.Keys(logins))
}
