//go:build linux

package e2e

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// The list beside an archive names what is linked into its program, and nothing else.
func TestBillOfMaterials(t *testing.T) {
	platform := "linux-" + runtime.GOARCH
	name := program + "-" + newer + "-" + platform
	packages := packagesOf(t, newer, "linux/"+runtime.GOARCH)
	text, err := os.ReadFile(filepath.Join(packages, name+".cdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		BomFormat  string
		Components []struct{ Name, Version string }
	}
	if err := json.Unmarshal(text, &list); err != nil || list.BomFormat != "CycloneDX" {
		t.Fatalf("%v: %.100s", err, text)
	}
	var named []string
	for _, component := range list.Components {
		named = append(named, component.Name+" "+component.Version)
	}

	h := newHome(t)
	h.run(t, "", "tar", "-xzf", filepath.Join(packages, name+".tar.gz")).mustSucceed(t)
	build, err := buildinfo.ReadFile(filepath.Join(h.dir, name, program))
	if err != nil {
		t.Fatal(err)
	}
	linked := []string{"std " + build.GoVersion}
	for _, module := range build.Deps {
		linked = append(linked, module.Path+" "+module.Version)
	}
	slices.Sort(named)
	slices.Sort(linked)
	if !slices.Equal(named, linked) {
		t.Errorf("it names %q\nlinked are %q", named, linked)
	}
}
