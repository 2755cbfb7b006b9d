package ecsconfig

import "strings"

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
