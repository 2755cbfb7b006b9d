package main

import (
	"os"
	"path/filepath"
	"strings"
)

// environment is what the client and the helper run in: the user's own, without
// what would lead to the user's own AWS, Docker or helper set-up.
func (d *demo) environment() []string {
	var kept []string
	for _, variable := range os.Environ() {
		if !belongsToUser(variable) {
			kept = append(kept, variable)
		}
	}
	return append(append(kept, d.aws.Environ()...),
		"PATH="+d.folder+string(os.PathListSeparator)+os.Getenv("PATH"),
		"DOCKER_CONFIG="+d.folder,
		"ECSSECRETS_MAPPING="+filepath.Join(d.folder, "mapping.json"),
		"XDG_RUNTIME_DIR="+d.folder,
		"NO_PROXY=127.0.0.1",
	)
}

func belongsToUser(variable string) bool {
	for _, prefix := range []string{"AWS_", "DOCKER_", "ECSSECRETS_", "REGISTRY_AUTH_FILE="} {
		if strings.HasPrefix(variable, prefix) {
			return true
		}
	}
	return false
}

// setEnvironment makes variables the whole environment of this process, and
// gives what puts the former one back.
func setEnvironment(variables []string) (restore func()) {
	before := os.Environ()
	replace := func(variables []string) {
		os.Clearenv()
		for _, variable := range variables {
			if name, value, ok := strings.Cut(variable, "="); ok && name != "" { // Windows has names such as "=C:"
				os.Setenv(name, value)
			}
		}
	}
	replace(variables)
	return func() { replace(before) }
}
