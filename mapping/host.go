package mapping

import (
	"errors"
	"net/netip"
	"strings"
)

// Host is a registry host in normal form: lower case, with its port unless that
// is 443, an IPv6 address in brackets and in its shortest spelling, and every
// name of Docker Hub as [DockerHub].
type Host string

// DockerHub is the normal form of docker.io, index.docker.io,
// registry-1.docker.io and registry.hub.docker.com.
const DockerHub Host = "docker.io"

// DockerHubURL is the key under which docker itself keeps Docker Hub
// (docker/cli, configfile: authConfigKey).
const DockerHubURL = "https://index.docker.io/v1/"

// ParseHost finds the registry host in what a container client asks for: a host
// with or without port, a URL, or a host with a repository path behind it. It
// reports false for anything that cannot be a host, for the places where docker
// keeps its own Docker Hub tokens, and for plain http to anywhere but loopback.
func ParseHost(asked string) (Host, bool) {
	asked = strings.TrimSpace(asked)
	if strings.ContainsAny(asked, "\r\n") {
		return "", false
	}
	plain, rest := cutScheme(asked)
	authority, path := cutPath(rest)
	name, err := normalAuthority(authority, plain)
	host := hubAlias(name)
	switch {
	case err != nil:
		return "", false
	case plain && !host.loopback():
		return "", false
	case host == DockerHub && isDockerTokenPath(path):
		return "", false
	}
	return host, true
}

// cutScheme drops https:// or http:// and reports whether it was http://.
func cutScheme(s string) (plain bool, rest string) {
	if rest, ok := cutPrefixFold(s, "https://"); ok {
		return false, rest
	}
	rest, plain = cutPrefixFold(s, "http://")
	return plain, rest
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || lowerASCII(s[:len(prefix)]) != prefix {
		return s, false
	}
	return s[len(prefix):], true
}

// cutPath splits before the first character that ends a URL's authority in any
// client's reading: what follows must never be taken for the host.
func cutPath(s string) (authority, path string) {
	if i := strings.IndexAny(s, `/?#\`); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// isDockerTokenPath reports the two keys below Docker Hub's under which
// `docker login` keeps the tokens of its device flow (docker/cli,
// internal/oauth/manager). They are no passwords for the registry.
func isDockerTokenPath(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "#")
	path = strings.TrimRight(lowerASCII(path), `/\`)
	return strings.HasSuffix(path, "/access-token") || strings.HasSuffix(path, "/refresh-token")
}

var (
	errEmptyHost = errors.New("is empty")
	errUserinfo  = errors.New("holds an @: a user name is no part of a host")
	errLabel     = errors.New("has an empty label or a trailing dot")
	errCharacter = errors.New("holds a character that no host name has there")
	errLength    = errors.New("is longer than a host name can be")
	errPort      = errors.New("has a port that is not a number from 1 to 65535")
	errIPv6      = errors.New("holds an IPv6 address that is malformed, has a zone, or lacks brackets")
)

// normalAuthority brings host[:port] to normal form. Port 443 is what every client
// means by no port, except after http://.
func normalAuthority(authority string, keep443 bool) (string, error) {
	name, port, err := splitPort(authority)
	if err != nil {
		return "", err
	}
	name, err = normalName(name)
	if err != nil {
		return "", err
	}
	if port == "" || port == "443" && !keep443 {
		return name, nil
	}
	return name + ":" + port, nil
}

func hubAlias(name string) Host {
	switch name {
	case "docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com":
		return DockerHub
	}
	return Host(name)
}

func splitPort(authority string) (name, port string, err error) {
	switch {
	case authority == "":
		return "", "", errEmptyHost
	case strings.Contains(authority, "@"):
		return "", "", errUserinfo
	}
	end := strings.LastIndexByte(authority, ']') + 1
	colon := strings.IndexByte(authority[end:], ':')
	if colon < 0 {
		return authority, "", nil
	}
	name, port = authority[:end+colon], authority[end+colon+1:]
	switch {
	case strings.Contains(port, ":"):
		return "", "", errIPv6
	case !isPort(port):
		return "", "", errPort
	}
	return name, port, nil
}

func isPort(s string) bool {
	if len(s) < 1 || len(s) > 5 || s[0] == '0' {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) < 5 || s <= "65535"
}

func normalName(name string) (string, error) {
	if strings.HasPrefix(name, "[") {
		return normalIPv6(name)
	}
	if len(name) > 253 {
		return "", errLength
	}
	name = lowerASCII(name)
	for label := range strings.SplitSeq(name, ".") {
		if err := checkLabel(label); err != nil {
			return "", err
		}
	}
	return name, nil
}

// checkLabel allows what RFC 1123 does, and _ for the names of compose services.
func checkLabel(label string) error {
	switch {
	case label == "":
		return errLabel
	case len(label) > 63:
		return errLength
	case label[0] == '-' || label[len(label)-1] == '-':
		return errCharacter
	}
	for _, c := range []byte(label) {
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
			return errCharacter
		}
	}
	return nil
}

// normalIPv6 leaves an IPv4-mapped address mapped: to a client it is another
// host than the IPv4 address.
func normalIPv6(bracketed string) (string, error) {
	inner, closed := strings.CutSuffix(bracketed[1:], "]")
	address, err := netip.ParseAddr(inner)
	if !closed || err != nil || !address.Is6() || address.Zone() != "" {
		return "", errIPv6
	}
	return "[" + address.String() + "]", nil
}

// loopback reports whether plain http to the host stays on this machine, by
// docker's own rule for registries that need no TLS.
func (h Host) loopback() bool {
	name, _, _ := splitPort(string(h))
	if name == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil && address.IsLoopback() && !address.Is4In6()
}

// pattern is the only pattern that can match the host: a * stands for exactly
// one label and is always the first. It is empty where no pattern may match.
func (h Host) pattern() string {
	_, parent, ok := strings.Cut(string(h), ".")
	if !ok || strings.HasPrefix(string(h), "[") {
		return ""
	}
	return "*." + parent
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}
