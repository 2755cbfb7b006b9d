package helper

import (
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// question is what a call is about, as far as it is known: read knows the host
// and the mappings' bytes, which is all that a fresh copy needs; resolve the
// entry.
type question struct {
	host    mapping.Host // empty for what cannot be a host
	sources []*mapping.Source
	err     error // of reading the sources
	mapping *mapping.Mapping
	entry   *mapping.Entry // nil for a host that is not mapped
	name    string         // of the answer in the cache, once it was asked for
}

func (c *call) read(serverURL string) *question {
	q := &question{}
	q.host, _ = mapping.ParseHost(serverURL)
	q.sources, q.err = c.helper.Sources()
	for _, source := range q.sources {
		c.trace("mapping %s: %d bytes", source.Name, len(source.Data))
	}
	if q.host == "" && serverURL != "" {
		c.trace("%q is no registry host", serverURL)
	}
	return q
}

// resolve finds the host's entry.
func (c *call) resolve(q *question) (err error) {
	if q.err == nil {
		q.mapping, q.err = mapping.Parse(q.sources)
	}
	if q.err != nil {
		return q.err
	}
	if q.host == "" {
		return nil
	}
	entry, ok := q.mapping.Lookup(q.host)
	if !ok {
		c.trace("%s: no entry in the mapping", q.host)
		return nil
	}
	q.entry = entry
	c.trace("%s: entry at %s: secret %s", q.host, entry.Position(), entry.CredentialsParameter)
	return nil
}
