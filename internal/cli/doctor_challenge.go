package cli

import (
	"regexp"
	"strings"
)

// challenge is one way to log in that a registry offers (RFC 9110, 11.6.1).
type challenge struct {
	scheme     string
	parameters map[string]string
}

// challenges reads WWW-Authenticate, several to a line or one.
func challenges(headers []string) (all []challenge) {
	scheme := regexp.MustCompile(`^[\s,]*([A-Za-z][A-Za-z0-9-]*)(?:[\s,]+|$)`)
	parameter := regexp.MustCompile(`^[\s,]*([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))`)
	escaped := regexp.MustCompile(`\\(.)`)
	rest := strings.Join(headers, ", ")
	for {
		name := scheme.FindStringSubmatch(rest)
		if name == nil {
			return all
		}
		rest = rest[len(name[0]):]
		c := challenge{strings.ToLower(name[1]), map[string]string{}}
		for p := parameter.FindStringSubmatch(rest); p != nil; p = parameter.FindStringSubmatch(rest) {
			c.parameters[strings.ToLower(p[1])] = escaped.ReplaceAllString(p[2], "$1") + p[3]
			rest = rest[len(p[0]):]
		}
		all = append(all, c)
	}
}
