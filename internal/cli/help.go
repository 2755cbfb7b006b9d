package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

const rootText = `docker-credential-ecssecrets gives docker, podman and other container clients the
user names and passwords of private registries: those of the AWS Secrets Manager
secrets that Amazon ECS tasks use for them. Which secret answers for which registry
stands in /etc/ecssecrets/mapping.json or ~/.config/ecssecrets/mapping.json:

    {"registries": {"registry.example.com": "ARN or name of the secret"}}`

// manualText is what the manual page has beside the tasks.
const manualText = `

Container clients call it with one of the verbs **get**, **list**, **store**, **erase** and **version** of the
Docker credential-helper protocol. The answer goes to stdout. A host that is not mapped is answered
with "credentials not found in native keychain"; a mapped host whose secret cannot be had with one line
that says host, secret, cause and remedy, on stdout, on stderr and in the system log. Their exit code is 0
or 1. That of the commands for people is 0 for well, 1 for a fault that was found, 2 for a wrong command line.

# FILES

*/etc/ecssecrets/mapping.json*, */etc/ecssecrets/mapping.d/\*.json*, *~/.config/ecssecrets/mapping.json*:
which secret answers for which registry, later ones overriding earlier ones.

# ENVIRONMENT

**ECSSECRETS_MAPPING**: a file that replaces all of these.

**ECSSECRETS_REGISTRIES**: a "registries" object that overrides the files host by host.

**ECSSECRETS_LOG=debug**: say on stderr what happens, step by step.

**NO_COLOR**: no colours on the terminal.

The settings of the AWS SDK (**AWS_PROFILE**, **AWS_REGION**, **AWS_ENDPOINT_URL** and so on) and **HTTPS_PROXY** count, too.`

// help shows all tasks, or one command.
func (p *Program) help(cmd *cobra.Command, _ []string) {
	fmt.Fprintf(p.Stdout, "%s\n\n", cmd.Long)
	if !cmd.HasParent() {
		p.helpTasks(cmd)
		return
	}
	fmt.Fprintf(p.Stdout, "usage: %s\n\n%s\n", cmd.UseLine(), indent(cmd.Example))
	if flags := cmd.Flags().FlagUsages(); flags != "" {
		fmt.Fprintf(p.Stdout, "\n%s", flags)
	}
}

func (p *Program) helpTasks(root *cobra.Command) {
	for _, command := range commands {
		cmd, _, err := root.Find([]string{command.name})
		if err == nil && command.name != "help" {
			fmt.Fprintf(p.Stdout, "%s:\n%s\n", cmd.Short, indent(firstCall(cmd)))
		}
	}
	fmt.Fprintf(p.Stdout, "\nmore of each: %s help COMMAND\n", p.Name)
	fmt.Fprintf(p.Stdout, "for container clients: %s get|list|store|erase|version\n", p.Name)
}

// firstCall is the first line of the examples that calls the command.
func firstCall(cmd *cobra.Command) string {
	for line := range strings.Lines(cmd.Example) {
		if strings.Contains(line, cmd.CommandPath()) {
			return strings.TrimSuffix(line, "\n")
		}
	}
	return ""
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(text, "\n", "\n    ")
}

func (p *Program) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "say more of a command",
		Long:    "Says what a command does, with examples.",
		Example: p.Name + " help setup",
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return misused(cmd, "%q is no command", strings.Join(args, " "))
			}
			topic.InitDefaultHelpFlag()
			return topic.Help()
		},
	}
}
