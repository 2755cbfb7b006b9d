package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// How the program speaks to people:
//
//   - one line for one thing, "object: cause; remedy": first what it is about (a
//     file, a host), then what is the matter, then what to write or type, as
//     "type: COMMAND" where it is a command;
//   - lower case, no full stop, no "error:", no "failed to";
//   - what was done and found goes to stdout, what is wrong to stderr;
//   - colour only on a terminal, and not with NO_COLOR (no-color.org);
//   - a password never.

// fault is something wrong.
type fault struct {
	Object string `json:"object"`
	Cause  string `json:"cause"`
	Remedy string `json:"remedy"`
}

func (f *fault) Error() string { return f.Object + ": " + f.Cause + "; " + f.Remedy }

// faults makes faults of the errors of all packages, joined or alone.
func faults(err error) []*fault {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*fault
		for _, err := range joined.Unwrap() {
			all = append(all, faults(err)...)
		}
		return all
	}
	var own *fault
	var mistake *mapping.Error
	var file *dockerconfig.Error
	switch {
	case errors.As(err, &own):
		return []*fault{own}
	case errors.As(err, &mistake):
		return []*fault{{cmp.Or(place(mistake.File, mistake.Line, mistake.Column), "mapping"), mistake.Cause, mistake.Remedy}}
	case errors.As(err, &file):
		return []*fault{{place(file.File, file.Line, file.Column), file.Cause, file.Remedy}}
	}
	return []*fault{{"program", err.Error(), "report this with the command line"}}
}

func place(file string, line, column int) string {
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d:%d", file, line, column)
}

// say tells what was done or found.
func (p *Program) say(object, format string, args ...any) {
	fmt.Fprintf(p.Stdout, "%s: %s\n", paint(p.Stdout, bold, object), plain(fmt.Sprintf(format, args...)))
}

// note tells beside an outcome that is printed for a file or another program.
func (p *Program) note(object, format string, args ...any) {
	fmt.Fprintf(p.Stderr, "%s: %s\n", paint(p.Stderr, bold, object), plain(fmt.Sprintf(format, args...)))
}

// warn tells what people should know beside the outcome.
func (p *Program) warn(object, cause, remedy string) { p.complain(&fault{object, cause, remedy}) }

func (p *Program) complain(f *fault) {
	fmt.Fprintf(p.Stderr, "%s: %s; %s\n", paint(p.Stderr, bold, f.Object), paint(p.Stderr, red, f.Cause), plain(f.Remedy))
}

// printJSON prints one JSON value for scripts.
func (p *Program) printJSON(value any) {
	encoder := json.NewEncoder(p.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	encoder.Encode(value) // the checkedWriter knows
}

const jsonFlag = "json"

func wantsJSON(command *cobra.Command) bool {
	if command == nil || command.Flags().Lookup(jsonFlag) == nil {
		return false
	}
	wanted, _ := command.Flags().GetBool(jsonFlag)
	return wanted
}

// colour is a parameter of ECMA-48's SGR.
type colour string

const (
	bold  colour = "1"
	red   colour = "31"
	green colour = "32"
)

func paint(w io.Writer, c colour, text string) string {
	if text = plain(text); !colourful(w) {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

func colourful(w io.Writer) bool {
	return terminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// terminal reports whether somebody may be looking.
func terminal(w io.Writer) bool {
	if checked, ok := w.(*checkedWriter); ok {
		w = checked.to
	}
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// plain keeps what a terminal would obey out of texts from files and strangers.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == '\t' {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}

// quoted shows a text that came from a file.
func quoted(text string) string { return strconv.QuoteToASCII(text) }

// optional is a text that may be absent, as JSON's null.
func optional(text string, present bool) *string {
	if !present {
		return nil
	}
	return &text
}

// sorted goes through a map in the order of its keys, so that output is the same
// each time.
func sorted[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}
