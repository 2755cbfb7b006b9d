package cli

import (
	"fmt"
	"strings"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// setupOutcome is what --json prints; setupText documents it.
type setupOutcome struct {
	Client    string         `json:"client"`
	File      string         `json:"file"`
	Changed   bool           `json:"changed"`
	DryRun    bool           `json:"dryRun"`
	Changes   []setupChange  `json:"changes"`
	Diff      string         `json:"diff"`
	Passwords []login        `json:"passwords"`
	Patterns  []mapping.Host `json:"patterns"`
}

type setupChange struct {
	Section string  `json:"section"`
	Key     string  `json:"key"`
	From    *string `json:"from"`
	To      *string `json:"to"`
}

func (o *setupOutcome) change(section, key string, from, to *string) {
	o.Changes = append(o.Changes, setupChange{section, key, from, to})
}

func (s *setup) report(done *setupOutcome) {
	p := s.program
	switch {
	case s.json:
		p.printJSON(done)
		return
	case !done.Changed:
		p.say(done.File, "nothing to do: %s", s.already())
	case s.dryRun:
		p.sayDiff(done.Diff)
	default:
		for _, change := range done.Changes {
			p.say(done.File, "%s", change)
		}
	}
	for _, pattern := range done.Patterns {
		p.warn(string(pattern), "a pattern cannot stand in credHelpers", s.patternRemedy())
	}
	for _, login := range done.Passwords {
		p.warn(login.Key, "its password is still in "+login.File+", in plain text", "type: "+s.client.logout(login.Key))
	}
}

func (s *setup) already() string {
	switch {
	case s.remove:
		return suffix + " is not in it"
	case s.asStore:
		return "every registry without a helper of its own goes to " + suffix
	}
	return "these hosts go to " + suffix
}

func (s *setup) patternRemedy() string {
	if s.clientName == "podman" {
		return "name its hosts: " + s.program.Name + " setup --client podman HOST...; or " + registriesConf
	}
	return "name its hosts: " + s.program.Name + " setup HOST...; or type: " + s.program.Name + " setup --default"
}

func (c setupChange) String() string {
	object := c.Key
	if c.Section == "credsStore" {
		object = "every registry without a helper of its own"
	}
	switch {
	case c.To == nil:
		return object + " goes to " + *c.From + " no more"
	case c.From != nil:
		return object + " goes to " + *c.To + " now, no more to " + quoted(*c.From)
	}
	return object + " goes to " + *c.To + " now"
}

// sayDiff prints a unified diff.
func (p *Program) sayDiff(text string) {
	for line := range strings.Lines(text) {
		line, newline := strings.CutSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "+"):
			line = paint(p.Stdout, green, line)
		case strings.HasPrefix(line, "-"):
			line = paint(p.Stdout, red, line)
		default:
			line = plain(line)
		}
		fmt.Fprint(p.Stdout, line)
		if newline {
			fmt.Fprintln(p.Stdout)
		}
	}
}
