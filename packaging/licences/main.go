// licences prints the licences and notices of everything that is linked into the
// program for any of the platforms named, as its packages carry them:
//
//	go run ./packaging/licences linux/amd64 windows/amd64 >third-party-notices.txt
//
// The texts are those of the modules themselves, word for word: the licence and
// notice files in each linked package's folder and in the folders above it, up to
// the module's own. A module without a licence, or with one that the packages may
// not carry, is an error.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, platforms []string) error {
	if len(platforms) == 0 {
		return errors.New("no platform: name them, as in linux/amd64 windows/amd64")
	}
	modules, err := linked(platforms)
	if err != nil {
		return err
	}
	texts, err := gather(modules)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "What is linked into docker-credential-ecssecrets beside its own code, with the words of its licences.")
	for _, t := range texts {
		rule := strings.Repeat("=", 80)
		fmt.Fprintf(w, "\n%s\n%s\n%s\n\n%s\n", rule, strings.Join(t.places, "\n"), rule, strings.TrimRight(t.content, "\n"))
	}
	return nil
}
