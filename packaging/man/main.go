// man writes the manual pages from the texts of the commands themselves:
//
//	go generate ./packaging/man
//
// The pages are kept here, beside it, and are the same whenever they are made.
package main

//go:generate go run .

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/cli"
)

func main() {
	if err := write("."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write makes a page for the program and one for each of its commands.
func write(folder string) error {
	program := &cli.Program{Name: "docker-credential-ecssecrets"}
	root := program.Manual()
	for _, cmd := range append(root.Commands(), root) {
		if cmd.Name() == "help" {
			continue
		}
		text, err := page(cmd)
		if err != nil {
			return err
		}
		name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// page is without a date, which would make each day's another.
func page(cmd *cobra.Command) ([]byte, error) {
	var text bytes.Buffer
	header := &doc.GenManHeader{Section: "1", Source: "ecssecrets", Manual: "User Commands", Date: new(time.Time)}
	if err := doc.GenMan(cmd, header, &text); err != nil {
		return nil, err
	}
	return bytes.Replace(text.Bytes(), []byte(`"`+header.Date.Format("Jan 2006")+`"`), []byte(`""`), 1), nil
}
