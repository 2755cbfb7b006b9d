package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
	"github.com/ecssecrets/docker-credential-ecssecrets/internal/ecsconfig"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

const agentConfigText = `The ECS agent calls no credential helper. For tasks whose task definition has no
repositoryCredentials it logs in with ECS_ENGINE_AUTH_TYPE and ECS_ENGINE_AUTH_DATA, which
it reads once, when it starts. This command makes these two of the mapped secrets: for
the hosts named, or for every exact host of the mapping.

Printed are the two lines of ecs.config, or with --json the members of ecs.config.json.
They hold the passwords, so a terminal does not get them without --show-passwords.

With --write the two are put into FILE, which is an ecs.config.json if its name ends in
.json, and else an ecs.config. All other lines or members stay as they are; log-ins that
the old settings have for other hosts go, and that is said. FILE keeps its owner and gets
mode 0600: the docker of other users finds no region and no proxy in it any more.

Secrets are read afresh, past the cache; if one of them cannot be read, FILE stays as it
is, and so do the agent's log-ins. A FILE that says everything already is not written.
With --restart the agent is restarted when FILE was changed, without waiting for it:
systemctl --no-block try-restart ecs. Tasks go on running.

The agent compares hosts letter by letter: an image is named in lower case and without
:443. A host without a dot or a port, but for localhost, it takes for a part of Docker
Hub's names; such hosts, and patterns, are left out.

With --write --json one object goes to stdout:

    file       the file's path
    changed    true if it was written
    narrowed   the mode that it had, like "0644", if that was taken away; else ""
    restarted  true if the agent was told to restart, if it runs
    hosts      array of the hosts that it has log-ins for

or {"errors": [{"object", "cause", "remedy"}]}, with exit code 1. The exit code is 0
whether or not FILE was changed.`

// agentConfig is one call of the command.
type agentConfig struct {
	program *Program

	file                         string
	restart, json, showPasswords bool

	helper *helper.Helper // reads the secrets
	hosts  []mapping.Host // those that the agent gets log-ins for
}

func (p *Program) agentConfigCommand() *cobra.Command {
	a := &agentConfig{program: p}
	cmd := &cobra.Command{
		Use:   "agent-config [HOST...]",
		Short: "give the ECS agent its registry log-ins",
		Long:  agentConfigText,
		Example: `# what a timer runs, and what has to run at boot before the agent starts
` + p.Name + ` agent-config --write /etc/ecs/ecs.config --restart
# look at it
` + p.Name + ` agent-config --show-passwords registry.example.com
# keep passwords out of what docker inspect ecs-agent shows
` + p.Name + ` agent-config --write /etc/ecs/ecs.config.json --restart`,
		ValidArgsFunction: p.completeHosts,
		RunE:              a.run,
	}
	flags := cmd.Flags()
	flags.StringVar(&a.file, "write", "", "put the settings into this `FILE`")
	flags.BoolVar(&a.restart, "restart", false, "restart the agent if FILE was changed")
	flags.BoolVar(&a.showPasswords, "show-passwords", false, "print to a terminal, too")
	flags.BoolVar(&a.json, jsonFlag, false, "print the members of ecs.config.json; with --write, what was done")
	return cmd
}

func (a *agentConfig) run(cmd *cobra.Command, args []string) error {
	if err := a.check(cmd, args); err != nil {
		return err
	}
	a.helper, _ = a.program.Machine.Helper()
	data, err := a.data(cmd.Context(), args)
	switch {
	case err != nil && a.file != "":
		return errors.Join(err, &fault{a.file, "left as it is, and so are the agent's log-ins", "run this again when the above is mended"})
	case err != nil:
		return err
	case a.file != "":
		return a.write(cmd.Context(), data)
	case a.json:
		a.program.printJSON(ecsconfig.Members(data))
	default:
		fmt.Fprint(a.program.Stdout, ecsconfig.Text(data))
	}
	return nil
}

// check refuses flags and arguments that do not go together, and to show passwords
// to whoever looks.
func (a *agentConfig) check(cmd *cobra.Command, args []string) error {
	switch {
	case a.file == "" && cmd.Flags().Changed("write"):
		return misused(cmd, "--write needs the name of a file")
	case a.file == "-":
		return misused(cmd, "--write needs the name of a file; without it, the settings go to stdout")
	case a.file == "" && a.restart:
		return misused(cmd, "--restart goes with --write")
	case a.file != "" && a.showPasswords:
		return misused(cmd, "--show-passwords is for what is printed, and --write prints none")
	}
	for _, arg := range args {
		if _, ok := mapping.ParseHost(arg); !ok {
			return misused(cmd, "%q is no registry host", arg)
		}
	}
	if a.file == "" && !a.showPasswords && onScreen(a.program.Stdout) {
		return &fault{"stdout", "a terminal, which would show passwords", "write a file with --write FILE, or add --show-passwords"}
	}
	return nil
}
