package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// newSiteOf is a site of a program that is built already.
func newSiteOf(t *testing.T, program string) *site {
	t.Helper()
	runtime, err := os.MkdirTemp("/dev/shm", "site")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(runtime) })
	s := &site{program: program, aws: awstest.Start(), runtime: runtime}
	t.Cleanup(s.aws.Close)
	s.aws.PutSecret(awstest.Secret{ARN: herdARN, String: new(herdSecret)})
	s.env = append(s.aws.Environ(), "PATH=/usr/bin:/bin", "HOME="+t.TempDir(), "XDG_RUNTIME_DIR="+runtime,
		`ECSSECRETS_REGISTRIES={"`+herdHost+`": "`+herdARN+`"}`)
	return s
}

// use makes the site's mapping the one that is given, with herdHost and these hosts
// besides.
func (s *site) use(t *testing.T, folder, settings string, hosts ...string) {
	t.Helper()
	registries := ""
	for _, host := range append(hosts, herdHost) {
		registries += `"` + host + `": "` + herdARN + `", `
	}
	file := filepath.Join(folder, "mapping.json")
	if err := os.WriteFile(file, []byte(`{"registries": {`+registries+`}, `+settings+`}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s.env = append(s.env, "ECSSECRETS_MAPPING="+file, "ECSSECRETS_REGISTRIES=")
}

// storing is what docker login sends.
func storing(host, password string) string {
	return `{"ServerURL":"` + host + `","Username":"puller","Secret":"` + password + `"}`
}

// writeScript makes a program of a shell's commands.
func writeScript(t *testing.T, file string, lines ...string) {
	t.Helper()
	text := "#!/bin/sh\n" + strings.Join(lines, "\n") + "\n"
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// shortFolder is a folder for sockets, whose paths have a bound (unix(7)).
func shortFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "leaks")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}
