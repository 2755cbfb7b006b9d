package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func (p *Program) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "complete commands, flags and mapped hosts on TAB",
		Long: `Prints the script by which a shell completes commands, flags and the hosts of the
mapping when TAB is pressed.`,
		Example: `# now, in this shell
source <(` + p.Name + ` completion bash)
# for good
` + p.Name + ` completion bash >/etc/bash_completion.d/` + p.Name + `
` + p.Name + ` completion zsh >"${fpath[1]}/_` + p.Name + `"
` + p.Name + ` completion fish >~/.config/fish/completions/` + p.Name + `.fish`,
		ValidArgs:             []string{"bash", "zsh", "fish"},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch strings.Join(args, " ") {
			case "bash":
				return root.GenBashCompletionV2(p.Stdout, true)
			case "zsh":
				return root.GenZshCompletion(p.Stdout)
			case "fish":
				return root.GenFishCompletion(p.Stdout, true)
			}
			return misused(cmd, "one of bash, zsh and fish is needed")
		},
	}
}

// completeHosts offers the mapping's hosts that were not typed yet.
func (p *Program) completeHosts(_ *cobra.Command, typed []string, _ string) ([]string, cobra.ShellCompDirective) {
	m, _, err := p.mapping()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var hosts []string
	for _, host := range m.Hosts() {
		if !slices.Contains(typed, string(host)) {
			hosts = append(hosts, string(host))
		}
	}
	return hosts, cobra.ShellCompDirectiveNoFileComp
}
