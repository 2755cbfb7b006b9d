package cli_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/cli"
)

// TestKnows: what clients type never comes here, what people type does.
func TestKnows(t *testing.T) {
	for _, word := range []string{"get", "store", "erase", "list", "version", "--version", "-v", "", "fetch", "Setup", "docker-credential-ecssecrets"} {
		if cli.Knows(word) {
			t.Errorf("Knows(%q): a word of the protocol library's", word)
		}
	}
	for _, word := range []string{"--help", "-h", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd} {
		if !cli.Knows(word) {
			t.Errorf("not Knows(%q)", word)
		}
	}
	for _, cmd := range commands() {
		if !cli.Knows(cmd.Name()) {
			t.Errorf("not Knows(%q): a command that nobody can call", cmd.Name())
		}
	}
}

// TestCommandsReadAlike holds the texts of help and manual pages to one form.
func TestCommandsReadAlike(t *testing.T) {
	for _, cmd := range commands() {
		if first := []rune(cmd.Short + " ")[0]; !unicode.IsLower(first) || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: Short %q is not a task in lower case without full stop", cmd.Name(), cmd.Short)
		}
		if !strings.HasSuffix(strings.TrimSpace(cmd.Long), ".") {
			t.Errorf("%s: Long does not end as a sentence", cmd.Name())
		}
		for line := range strings.Lines(cmd.Long + "\n" + cmd.Example) {
			if len([]rune(strings.TrimSuffix(line, "\n"))) > 110 {
				t.Errorf("%s: a line of more than 110 columns: %s", cmd.Name(), line)
			}
		}
		if !strings.Contains(cmd.Example, program+" "+cmd.Name()) {
			t.Errorf("%s: no example calls it", cmd.Name())
		}
	}
}

const program = "docker-credential-ecssecrets"

func commands() []*cobra.Command {
	return (&cli.Program{Name: program}).Manual().Commands()
}
