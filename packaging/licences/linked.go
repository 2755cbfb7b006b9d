package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const program = "github.com/ecssecrets/docker-credential-ecssecrets"

// module is one that packages are linked from.
type module struct {
	name    string   // path and version
	dir     string   // where its own licence is
	folders []string // of its packages that are linked
}

// linked are the modules that are in the program on any of some platforms, sorted
// by name.
func linked(platforms []string) ([]module, error) {
	standard, err := standardLibrary()
	if err != nil {
		return nil, err
	}
	all := map[string]module{}
	for _, platform := range platforms {
		packages, err := dependencies(platform)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", platform, err)
		}
		for _, p := range packages {
			if m, ok := p.module(standard); ok {
				m.folders = append(all[m.name].folders, m.folders...)
				all[m.name] = m
			}
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b module) int { return cmp.Compare(a.name, b.name) }), nil
}

// listed is what go list says of a package.
type listed struct {
	Dir      string
	Standard bool
	Module   *struct {
		Path, Version, Dir string
		Main               bool
	}
}

// module is where a package is from; false for the program's own.
func (p listed) module(standard module) (module, bool) {
	if p.Standard {
		return standard, true
	}
	return module{p.Module.Path + " " + p.Module.Version, p.Module.Dir, []string{p.Dir}}, !p.Module.Main
}

// standardLibrary is what every Go program has in it. Its packages' folders are
// left out: what has another licence there (BoringSSL) is linked by cgo only.
func standardLibrary() (module, error) {
	out, err := exec.Command("go", "env", "GOVERSION", "GOROOT").Output()
	if err != nil {
		return module{}, fmt.Errorf("go env: %w", err)
	}
	version, root, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return module{name: "Go's standard library " + version, dir: root}, nil
}

func dependencies(platform string) (all []listed, err error) {
	system, processor, _ := strings.Cut(platform, "/")
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,Standard,Module", program)
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+processor, "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
}

// files are the module's licence and notice files that apply to what is linked: in
// each package's folder and those above it, up to the module's own.
func (m module) files() (names []string, err error) {
	seen := map[string]bool{}
	for _, folder := range append(m.folders, m.dir) {
		for ; !seen[folder] && strings.HasPrefix(folder, m.dir); folder = filepath.Dir(folder) {
			seen[folder] = true
			entries, err := os.ReadDir(folder)
			if err != nil {
				return nil, err
			}
			for _, entry := range entries {
				if entry.Type().IsRegular() && (isLicence(entry.Name()) || isNotice(entry.Name())) {
					names = append(names, strings.TrimPrefix(filepath.Join(folder, entry.Name()), m.dir+"/"))
				}
			}
		}
	}
	slices.Sort(names)
	return names, nil
}
