package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/taskdef"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// imported is what documents say together.
type imported struct {
	registries []importedRegistry // sorted by host
	uses       []importedUse
	without    int
	nameless   []taskdef.Container
	faults     []error
}

type importedUse struct {
	taskdef.Use
	host mapping.Host
}

// importedRegistry is an entry to be, with the use that asked for it first.
type importedRegistry struct {
	host  mapping.Host
	entry importedEntry
	first taskdef.Use
}

// importedEntry is an entry of a mapping, as its JSON.
type importedEntry struct {
	CredentialsParameter string `json:"credentialsParameter"`
	RoleARN              string `json:"roleArn,omitempty"`
	UsernameKey          string `json:"usernameKey,omitempty"`
	PasswordKey          string `json:"passwordKey,omitempty"`
}

func (f *imported) add(report taskdef.Report) {
	f.without += report.Without
	f.nameless = append(f.nameless, report.Nameless...)
	for _, problem := range report.Problems {
		f.fault(problem.At, problem.Container, problem.Cause, problem.Remedy)
	}
	for _, use := range report.Uses {
		f.use(use)
	}
	slices.SortFunc(f.registries, func(a, b importedRegistry) int { return strings.Compare(string(a.host), string(b.host)) })
}

func (f *imported) fault(at taskdef.Position, container, cause, remedy string) {
	if container != "" {
		cause = fmt.Sprintf("container %q: %s", container, cause)
	}
	f.faults = append(f.faults, &fault{position(at), cause, remedy})
}

func (f *imported) use(use taskdef.Use) {
	host, ok := mapping.ParseHost(use.Host)
	if !ok {
		f.fault(use.At, use.Container, fmt.Sprintf("%q is no registry host", use.Host), "name the image's registry as HOST or HOST:PORT")
		return
	}
	registry := importedRegistry{host, importedEntry{use.CredentialsParameter, use.RoleARN, use.UsernameKey, use.PasswordKey}, use}
	var mistake *mapping.Error
	if _, err := mergeMapping("mapping", nil, []importedRegistry{registry}, false); errors.As(err, &mistake) {
		f.fault(use.At, use.Container, mistake.Cause, mistake.Remedy)
		return
	}
	f.uses = append(f.uses, importedUse{use, host})
	for _, other := range f.registries {
		if other.host == host {
			f.compare(other, registry)
			return
		}
	}
	f.registries = append(f.registries, registry)
}

// compare: a task has a secret for each container, a host one for each registry.
func (f *imported) compare(first, second importedRegistry) {
	if first.entry == second.entry {
		return
	}
	by := position(first.first.At)
	if first.first.Container != "" {
		by = fmt.Sprintf("container %q at %s", first.first.Container, by)
	}
	f.fault(second.first.At, second.first.Container,
		fmt.Sprintf("a second secret for %s, %q, after %q of %s", second.host, second.entry.CredentialsParameter, first.entry.CredentialsParameter, by),
		"choose: a machine has one secret for each registry")
}

func (f *imported) summary() string {
	return fmt.Sprintf("%s, %s passed over", counted(len(f.registries), "registry", "registries"), counted(f.without, "container without a secret", "containers without a secret"))
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// member is the entry as a member of "registries".
func (r importedRegistry) member() string { return quote(string(r.host)) + ": " + r.entry.text() }

// text is the secret alone where that says everything.
func (e importedEntry) text() string {
	fields := []string{`"credentialsParameter": ` + quote(e.CredentialsParameter)}
	for _, field := range [][2]string{{"roleArn", e.RoleARN}, {"usernameKey", e.UsernameKey}, {"passwordKey", e.PasswordKey}} {
		if field[1] != "" {
			fields = append(fields, quote(field[0])+": "+quote(field[1]))
		}
	}
	if len(fields) == 1 {
		return quote(e.CredentialsParameter)
	}
	return "{ " + strings.Join(fields, ", ") + " }"
}

func quote(s string) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.Encode(s) // a string always can
	return strings.TrimSuffix(text.String(), "\n")
}

// says reports whether an entry that is there says what was imported. A profile or
// a region are no contradiction; neither is a role where the document names none.
func (e importedEntry) says(there *mapping.Entry) bool {
	role := e.RoleARN == "" || e.RoleARN == there.RoleARN
	keys := there.UsernameKey == cmp.Or(e.UsernameKey, "username") && there.PasswordKey == cmp.Or(e.PasswordKey, "password")
	return there.CredentialsParameter == e.CredentialsParameter && role && keys
}
