package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestDataRunsOneWay holds each package to the siblings that it may import, and
// the AWS SDK to its one importer.
func TestDataRunsOneWay(t *testing.T) {
	allowed := map[string]string{
		"":                      "helper mapping internal/awsapi internal/cli internal/runcache internal/syslog",
		"helper":                "mapping",
		"mapping":               "",
		"packaging/licences":    "",
		"packaging/man":         "internal/cli",
		"packaging/schema":      "",
		"internal/awsapi":       "",
		"internal/awstest":      "",
		"internal/cli":          "helper mapping internal/dockerconfig internal/ecsconfig internal/iampolicy internal/taskdef",
		"internal/demo":         "internal/awstest",
		"internal/dockerconfig": "",
		"internal/e2e":          "",
		"internal/ecsconfig":    "",
		"internal/iampolicy":    "",
		"internal/runcache":     "",
		"internal/swaptest":     "",
		"internal/syslog":       "",
		"internal/taskdef":      "",
	}
	for folder, imports := range packages(t) {
		siblings, known := allowed[folder]
		if !known {
			t.Errorf("%q: a new package; say here what it may import", folder)
		}
		for _, path := range imports {
			sibling, isSibling := strings.CutPrefix(path, modulePath+"/")
			if isSibling && !strings.Contains(" "+siblings+" ", " "+sibling+" ") {
				t.Errorf("%q must not import %q", folder, sibling)
			}
			if strings.HasPrefix(path, "github.com/aws/") && folder != "internal/awsapi" {
				t.Errorf("%q must not import %q: only internal/awsapi may", folder, path)
			}
		}
	}
}

// packages gives each package's imports by its folder.
func packages(t *testing.T) map[string][]string {
	list, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for line := range strings.Lines(string(list)) {
		fields := strings.Fields(line)
		all[strings.TrimPrefix(strings.TrimPrefix(fields[0], modulePath), "/")] = fields[1:]
	}
	return all
}
