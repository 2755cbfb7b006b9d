package mapping

import (
	"fmt"
	"strings"
)

// parseKey brings a key of "registries" to normal form: a host, Docker Hub's URL,
// or a pattern "*.example.com".
func parseKey(key string) (Host, *mistake) {
	if key == DockerHubURL || key == strings.TrimSuffix(DockerHubURL, "/") {
		return DockerHub, nil
	}
	if strings.Contains(key, "://") {
		return "", &mistake{shown(key) + " is a URL", "write the host alone" + suggestHost(key) + ", as clients pass it"}
	}
	if strings.ContainsAny(key, `/?#\`) {
		return "", &mistake{shown(key) + " has a path", "write the host alone" + suggestHost(key) + ": clients pass hosts, never repositories"}
	}
	if key == "*" {
		return "", &mistake{quoted(key) + " would match every host", "write \"*.\" and at least two labels, as in \"*.example.com\""}
	}
	name, isPattern := strings.CutPrefix(key, "*.")
	if strings.Contains(name, "*") {
		return "", &mistake{shown(key) + " has a * that is not its whole first label",
			"write \"*.\" and at least two labels, as in \"*.example.com\""}
	}
	authority, err := normalAuthority(name, false)
	if err != nil {
		return "", &mistake{fmt.Sprintf("%s %v", shown(key), err), "write a host with an optional port, as in \"registry.example.com:5000\""}
	}
	if isPattern {
		return Host("*." + authority), checkPattern(key, authority)
	}
	if isECR(authority) {
		return "", errECR(key)
	}
	return hubAlias(authority), nil
}

func checkPattern(key, parent string) *mistake {
	parent, _, _ = strings.Cut(parent, ":")
	labels := strings.Split(parent, ".")
	switch {
	case strings.HasPrefix(parent, "[") || isNumber(labels[len(labels)-1]):
		return &mistake{quoted(key) + " would match addresses", "name each address"}
	case len(labels) < 2:
		return &mistake{quoted(key) + " would match every host of a top-level domain",
			"write at least two labels after the *, as in \"*.example.com\""}
	case isECR("*." + parent):
		return errECR(key)
	}
	return nil
}

func suggestHost(key string) string {
	host, ok := ParseHost(key)
	if !ok {
		return ""
	}
	return fmt.Sprintf(", %q", host)
}

// shown quotes a key without the password that a URL may hold.
func shown(key string) string {
	if at := strings.LastIndexByte(key, '@'); at > 0 {
		key = "..." + key[at:]
	}
	return quoted(key)
}

// isECR knows Amazon ECR's hosts in every partition by their shape,
// ACCOUNT.dkr.ecr.REGION.SUFFIX and ACCOUNT.dkr-ecr.REGION.SUFFIX, with "-fips"
// after "ecr" or without.
func isECR(host string) bool {
	if host == "public.ecr.aws" || host == "ecr-public.aws.com" {
		return true
	}
	labels := strings.SplitN(host, ".", 4)
	if len(labels) < 4 || labels[0] != "*" && !isAccount(labels[0]) {
		return false
	}
	service := strings.TrimSuffix(labels[1], "-fips")
	return service == "dkr-ecr" || service == "dkr" && strings.TrimSuffix(labels[2], "-fips") == "ecr"
}

func errECR(key string) *mistake {
	return &mistake{quoted(key) + " is an Amazon ECR host, whose passwords are tokens of 12 hours",
		`take it out, and let ecr-login answer for it: "fallback": "ecr-login"`}
}

func isNumber(label string) bool {
	return strings.Trim(label, "0123456789") == ""
}
