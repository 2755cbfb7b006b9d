package mapping

import (
	"slices"
	"strings"
)

// Lookup finds the entry for a host: its own, or that of the pattern that covers
// it. A pattern's * stands for exactly one label, so no two patterns can match
// one host, and a pattern without a port means hosts without one.
func (m *Mapping) Lookup(host Host) (*Entry, bool) {
	if entry, ok := m.entries[host]; ok {
		return entry, true
	}
	entry, ok := m.entries[Host(host.pattern())]
	return entry, ok
}

// Hosts lists, sorted, the hosts that the mapping names, without its patterns.
func (m *Mapping) Hosts() []Host { return m.keys(false) }

// Patterns lists, sorted, the patterns that the mapping names.
func (m *Mapping) Patterns() []Host { return m.keys(true) }

func (m *Mapping) keys(patterns bool) []Host {
	keys := make([]Host, 0, len(m.entries))
	for key := range m.entries {
		if strings.HasPrefix(string(key), "*") == patterns {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
