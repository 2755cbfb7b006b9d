package taskdef

import (
	"regexp"
	"strings"
)

// DockerHub is the host of images whose reference names none.
const DockerHub = "docker.io"

// Host is the registry host of an image reference, by the rule of the distribution
// project's reference library (v0.6.0, normalize.go): "private-repo/private-image"
// is Docker Hub's, "localhost/x" is not. It is false for what that library does
// not take for a reference.
func Host(image string) (string, bool) {
	host, path := splitHost(image)
	if !matches(hostGrammar, host) || !matches(pathGrammar, path) || matches(`[a-f0-9]{64}`, image) {
		return "", false
	}
	return host, true
}

func splitHost(image string) (host, path string) {
	first, rest, found := strings.Cut(image, "/")
	switch {
	case !found, first != "localhost" && !strings.ContainsAny(first, ".:") && strings.ToLower(first) == first:
		return DockerHub, image
	case first == "index.docker.io":
		return DockerHub, rest
	}
	return first, rest
}

const (
	label       = `[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?`
	hostGrammar = `(` + label + `(\.` + label + `)*|\[[a-fA-F0-9:]+\])(:[0-9]+)?`
	component   = `[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*`
	digest      = `sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}`
	pathGrammar = component + `(/` + component + `)*(:\w[\w.-]{0,127})?(@(` + digest + `))?`
)

func matches(grammar, text string) bool {
	return regexp.MustCompile(`^(` + grammar + `)$`).MatchString(text)
}
