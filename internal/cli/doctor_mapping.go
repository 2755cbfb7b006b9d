package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// mappings reads the mapping as get does, and tells of each place.
func (d *doctor) mappings(i *helper.Inspection) ([]finding, *mapping.Mapping) {
	sources, err := i.Sources()
	if err != nil {
		return faultsOf("mapping", err), nil
	}
	m, _, err := i.Resolve()
	found := d.mappingPlaces(sources)
	if err != nil {
		return append(found, faultsOf("mapping", err)...), nil
	}
	return found, m
}

// mappingPlaces says of each place whether a mapping was read there.
func (d *doctor) mappingPlaces(sources []*mapping.Source) (found []finding) {
	places := d.Machine.Places()
	looked := []string{filepath.Join(places.System, "mapping.json"), filepath.Join(places.System, "mapping.d"), places.User}
	if places.File != "" {
		looked = nil
	}
	for _, source := range sources {
		found = append(found, finding{Step: "mapping", Outcome: well, Object: source.Name, Found: fmt.Sprintf("read, %d bytes", len(source.Data))})
	}
	for _, path := range looked {
		read := func(source *mapping.Source) bool {
			return source.Name == path || strings.HasPrefix(source.Name, path+"/")
		}
		if path != "" && !slices.ContainsFunc(sources, read) {
			found = append(found, finding{Step: "mapping", Outcome: skipped, Object: path, Found: whyNotRead(path)})
		}
	}
	if places.User == "" && places.File == "" {
		found = append(found, passedOver()...)
	}
	return found
}

// passedOver tells root of a mapping in a HOME that is not root's, as sudo leaves
// it on some systems: root takes no orders from there.
func passedOver() []finding {
	folder := os.Getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(mapping.UserHome(), ".config")
	}
	path := filepath.Join(folder, "ecssecrets", "mapping.json")
	if os.Geteuid() != 0 || !filepath.IsAbs(path) || absent(path) {
		return nil
	}
	return one(finding{Step: "mapping", Outcome: note, Object: path, Found: "passed over: the home is not root's, and root takes no orders from there",
		Remedy: "put what root's pulls need in /etc/ecssecrets/mapping.json"})
}

// whyNotRead tells an empty folder from nothing.
func whyNotRead(path string) string {
	if _, err := os.Lstat(path); err == nil {
		return "holds no mapping"
	}
	return "not there"
}

// entry finds what answers for the host.
func (d *doctor) entry(p *patient) []finding {
	m, entry, err := p.inspection.Resolve()
	f := finding{Step: "entry", Object: string(p.host)}
	switch {
	case err != nil:
		f.Outcome, f.Found = skipped, "no entry looked up: the mapping has a fault"
	case entry != nil:
		p.entry = entry
		f.Outcome, f.Object, f.Found = well, entry.Position(), "the entry that answers: secret "+entry.CredentialsParameter
		if entry.Anonymous {
			f.Found += `; clients are told "not found" when it fails (onError)`
		}
	case m.Fallback != "":
		return one(d.fallback(p, m))
	default:
		return one(d.unmapped(p, m))
	}
	return one(f)
}

// fallbackProgram says whether the helper for all other hosts is there.
func fallbackProgram(m *mapping.Mapping) []finding {
	if m == nil || m.Fallback == "" {
		return nil
	}
	f := finding{Step: "fallback", Outcome: well, Object: "fallback"}
	program := helperName(m.Fallback)
	path, err := exec.LookPath(program)
	if err != nil {
		f.Outcome, f.Code = faulty, "fallback"
		f.Found, f.Remedy = program+", for all hosts that are not mapped, is not on PATH", fallbackRemedy
		return one(f)
	}
	f.Found = "for all hosts that are not mapped: " + path
	return one(f)
}

const fallbackRemedy = `install it, or take "fallback" out of the mapping`

func (d *doctor) fallback(p *patient, m *mapping.Mapping) finding {
	program := "docker-credential-" + m.Fallback
	f := finding{Step: "entry", Outcome: note, Object: string(p.host), Found: "not in the mapping; the fallback " + program + " is asked",
		Remedy: "see what it says: echo " + string(p.host) + " | " + program + " get >/dev/null"}
	if _, err := exec.LookPath(program); err != nil {
		f.Outcome, f.Code = faulty, "fallback"
		f.Found, f.Remedy = "not in the mapping, and the fallback "+program+" is not on PATH", fallbackRemedy
	}
	return f
}

// unmapped looks for what was meant.
func (d *doctor) unmapped(p *patient, m *mapping.Mapping) finding {
	f := finding{Step: "entry", Outcome: faulty, Object: string(p.host), Found: "not in the mapping",
		Remedy: `map it: {"registries": {"` + string(p.host) + `": "ARN or name of the secret"}}`}
	near, ok := m.Near(p.host)
	if !ok {
		return f
	}
	entry, _ := m.Lookup(near)
	switch nearPort := portOf(near); {
	case nameOf(near) != nameOf(p.host):
		f.Found = fmt.Sprintf("not in the mapping, which has %s (%s)", near, entry.Position())
		f.Remedy = fmt.Sprintf("did you mean %s? correct the spelling there or in the image's name", near)
	case nearPort != "" && portOf(p.host) == "":
		f.Found = fmt.Sprintf("not in the mapping without a port, only as %s (%s)", near, entry.Position())
		f.Remedy = fmt.Sprintf("pull %s/IMAGE, or write %q there", near, p.host)
	case nearPort == "":
		f.Found = fmt.Sprintf("not in the mapping with a port, only as %s (%s)", near, entry.Position())
		f.Remedy = fmt.Sprintf("pull %s/IMAGE, or write %q there", near, p.host)
	default:
		f.Found = fmt.Sprintf("not in the mapping with this port, only as %s (%s)", near, entry.Position())
		f.Remedy = fmt.Sprintf("pull %s/IMAGE, or write %q there", near, p.host)
	}
	return f
}

func nameOf(host mapping.Host) string {
	return strings.TrimSuffix(string(host), ":"+portOf(host))
}

func portOf(host mapping.Host) string {
	i := strings.LastIndexByte(string(host), ':')
	if i < 0 || strings.HasSuffix(string(host), "]") {
		return ""
	}
	return string(host)[i+1:]
}
