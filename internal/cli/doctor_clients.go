package cli

import (
	"maps"
	"os/exec"
	"slices"
	"strings"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// route is where a client goes for a host's password.
type route struct {
	client   string
	present  bool // on this machine, as far as one can see
	here     bool // the client comes to us
	intended bool // somebody wanted it to, so that it is a fault when it does not
	finding  finding
	more     []finding // overridden, leftover
}

// clients finds out which client comes here for the host. One that is there and
// does not come is at fault, unless another one does and nobody asked for it.
func (d *doctor) clients(p *patient) []finding {
	routes := []*route{d.docker(p), d.podman(p)}
	if d.clientName != "" {
		routes = slices.DeleteFunc(routes, func(r *route) bool { return r.client != d.clientName })
		routes[0].present, routes[0].intended = true, true
	}
	anyHere := slices.ContainsFunc(routes, func(r *route) bool { return r.here })
	var found []finding
	for _, r := range routes {
		found = append(found, r.judge(anyHere)...)
	}
	if !anyHere && !slices.ContainsFunc(routes, func(r *route) bool { return r.present || r.intended }) {
		found = append(found, finding{Step: "clients", Outcome: faulty, Object: string(p.host), Found: "no client of this user comes here for it",
			Remedy: "type: " + d.Name + " setup " + p.typed})
	}
	return found
}

func (r *route) judge(anyHere bool) []finding {
	f := r.finding
	switch {
	case r.here:
		f.Outcome = well
	case r.intended || r.present && !anyHere:
		f.Outcome = faulty
	case r.present:
		f.Outcome = note
	default:
		f = finding{Outcome: skipped, Object: f.Object, Found: r.client + " is not on PATH, and its file sends nothing here"}
	}
	f.Step = r.client
	for i := range r.more {
		r.more[i].Step = r.client
	}
	return append([]finding{f}, r.more...)
}

func onPath(programs ...string) bool {
	return slices.ContainsFunc(programs, func(program string) bool {
		_, err := exec.LookPath(program)
		return err == nil
	})
}

// deadKey finds a key of credHelpers that is ours and meant for the host, and
// that the client never looks up: it compares byte by byte.
func deadKey(file *dockerconfig.File, host mapping.Host, live ...string) string {
	for key, helper := range sorted(file.CredHelpers()) {
		if helper == suffix && !slices.Contains(live, key) && meant(key, host) {
			return key
		}
	}
	return ""
}

// meant takes a key as its writer may have: a URL, a pattern, a host with a path.
func meant(key string, host mapping.Host) bool {
	if parent, ok := strings.CutPrefix(key, "*"); ok {
		return strings.HasSuffix(string(host), strings.ToLower(parent))
	}
	written, _ := mapping.ParseHost(strings.ToLower(key))
	return written == host
}

// liveKeys are the spellings under which a client may look the host up.
func liveKeys(c *client, host mapping.Host) []string {
	return []string{c.key(string(host)), c.key(string(host) + ":443")}
}

// leftovers are passwords that a file still holds although we serve the host.
func leftovers(file *dockerconfig.File, host mapping.Host, remedy func(key string) string) (found []finding) {
	for _, key := range passwordsFor(file, host) {
		found = append(found, finding{Outcome: faulty, Object: file.Path, Found: "a password for " + key + " is left over in it, in plain text, and is not used any more",
			Remedy: "type: " + remedy(key)})
	}
	return found
}

func passwordsFor(file *dockerconfig.File, host mapping.Host) (keys []string) {
	logins := file.Logins()
	for _, key := range slices.Sorted(maps.Keys(logins)) {
		if written, _ := mapping.ParseHost(key); logins[key] && written == host {
			keys = append(keys, key)
		}
	}
	return keys
}

// helperName is the program behind a suffix.
func helperName(suffix string) string {
	if suffix == "" {
		return "the file itself"
	}
	return "docker-credential-" + suffix
}
