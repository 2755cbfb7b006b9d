package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

const doctorText = `Goes the way of a pull, for the hosts named or for every exact host of the mapping, and
says at each step what it looked at, what it found and how long that took: program,
user and PATH; the mapping; the clients' files; AWS region, credentials and secret; the
cache; and last the registry, to which it logs in. Under each fault stands its remedy.
The passwords it finds it never prints.

Marks: ok; note, worth knowing; skip, not looked at; fault. It looks with the eyes of
the user who runs it: run it as the user who runs the client.

With --json one object goes to stdout:

    well     true if no fault was found
    machine  array of steps that concern every host
    hosts    array of {"host", "well", "steps": array of steps}

A step is {"step", "outcome", "object", "found", "remedy", "code", "milliseconds"}. Its
"step" is one of program, user, home, path, sudo, snap, mapping, fallback; and for each host entry,
docker, podman, clients, region, credentials, secret, shape, cache, registry. "outcome"
is ok, note, skip or fault; "remedy" and "code" are there for faults that have one, and
the codes are those of the log.

The exit code is 0 if all is well, 1 if a fault was found, 2 for wrong usage.`

// errFound ends a command whose report has said already what is wrong.
var errFound = errors.New("faults were found")

// doctor is one call of the command.
type doctor struct {
	*Program
	*report
	clientName    string
	offline, json bool
}

func (p *Program) doctorCommand() *cobra.Command {
	d := &doctor{Program: p}
	cmd := &cobra.Command{
		Use:   "doctor [HOST...]",
		Short: "find out why a pull fails",
		Long:  doctorText,
		Example: `# every host of the mapping
` + p.Name + ` doctor
# one host, for podman
` + p.Name + ` doctor --client podman registry.example.com
# as root runs docker
sudo ` + p.Name + ` doctor registry.example.com
# in a script
` + p.Name + ` doctor --json | jq -e .well`,
		ValidArgsFunction: p.completeHosts,
		RunE:              d.run,
	}
	flags := cmd.Flags()
	flags.StringVar(&d.clientName, "client", "", "only this client has to be set up: docker, or podman (and skopeo, buildah)")
	flags.BoolVar(&d.offline, "offline", false, "ask neither AWS nor the registry")
	flags.BoolVar(&d.json, jsonFlag, false, "print what was found as JSON")
	cmd.RegisterFlagCompletionFunc("client", cobra.FixedCompletions([]string{"docker", "podman"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (d *doctor) run(cmd *cobra.Command, args []string) error {
	if _, known := clientNamed(d.clientName); !known && d.clientName != "" {
		return misused(cmd, "--client %s: neither docker nor podman", d.clientName)
	}
	for _, arg := range args {
		if _, ok := mapping.ParseHost(arg); !ok {
			return misused(cmd, "%q is no registry host", arg)
		}
	}
	d.report = &report{out: d.Program, json: d.json, done: diagnosis{Machine: []finding{}, Hosts: []examined{}}}
	h, noCache := d.Machine.Helper()
	for _, host := range d.examineMachine(h, args) {
		d.examine(&patient{inspection: h.Inspect(cmd.Context(), host), typed: host, noCache: noCache})
	}
	return d.end()
}

// examineMachine does what concerns every host, and gives the hosts to look at.
func (d *doctor) examineMachine(h *helper.Helper, args []string) []string {
	d.begin("")
	for _, step := range []func() []finding{d.program, d.user, d.home, d.path, d.sudo, d.snap} {
		d.look(step)
	}
	i := h.Inspect(context.Background(), "")
	var m *mapping.Mapping
	d.look(func() (found []finding) {
		found, m = d.mappings(i)
		return found
	})
	d.look(func() []finding { return fallbackProgram(m) })
	if len(args) > 0 || m == nil {
		return args
	}
	for _, host := range m.Hosts() {
		args = append(args, string(host))
	}
	if len(args) == 0 {
		d.add(finding{Step: "mapping", Outcome: note, Object: "mapping", Found: "it names no exact host, so none is looked at",
			Remedy: "type: " + d.Name + " doctor HOST"})
	}
	return args
}

// patient is one host, and what earlier steps found out for later ones.
type patient struct {
	inspection *helper.Inspection
	typed      string // as the command line or the mapping has it
	host       mapping.Host
	noCache    error // why there is no cache; nil where there is one

	entry      *mapping.Entry
	identity   string // code of what was wrong with the credentials
	outage     bool   // AWS is out of service, so that a copy may stand in for it
	secret     *helper.Secret
	credential *helper.Credential // the secret's, or in an outage the copy's
	copyUsed   bool               // get answers with a copy
}

// examine takes one host the way of a pull.
func (d *doctor) examine(p *patient) {
	p.host, _ = mapping.ParseHost(p.typed)
	d.begin(p.host)
	steps := []func(*patient) []finding{d.entry, d.clients, d.aws, d.fetch, d.shape, d.cache, d.login}
	for _, step := range steps {
		d.look(func() []finding { return step(p) })
	}
}
