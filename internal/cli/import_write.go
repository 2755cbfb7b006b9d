package cli

import (
	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

func (p *Program) writeImported(o importOptions, found imported) error {
	if len(found.registries) == 0 {
		return &fault{o.file, "nothing to write: no container names a secret", "give documents in which one has repositoryCredentials"}
	}
	original, err := dockerconfig.ReadOriginal(o.file)
	if err != nil {
		return err
	}
	merged, err := mergeMapping(o.file, original.Data, found.registries, o.replace)
	if err != nil {
		return err
	}
	if len(merged.added)+len(merged.replaced) > 0 {
		readable := dockerconfig.Modes{File: 0o644, Folder: 0o755} // by every user's helper
		if err := original.Replace(merged.text, readable); err != nil {
			return err
		}
	}
	if o.json {
		report := found.report()
		report.File = o.file
		report.Added, report.Replaced, report.Unchanged = listed(merged.added), listed(merged.replaced), listed(merged.unchanged)
		p.printJSON(report)
		return nil
	}
	p.sayMerged(o.file, merged, found)
	return nil
}

// listed has JSON show no hosts as an empty array.
func listed(hosts []mapping.Host) []mapping.Host { return append([]mapping.Host{}, hosts...) }

func (p *Program) sayMerged(file string, merged *mergedMapping, found imported) {
	for _, change := range []struct {
		hosts []mapping.Host
		done  string
	}{{merged.added, "added"}, {merged.replaced, "replaced"}, {merged.unchanged, "there already"}} {
		for _, host := range change.hosts {
			p.say(string(host), "%s", change.done)
		}
	}
	p.say(file, "%s", found.summary())
}
