package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"text/tabwriter"
)

// report collects what was measured.
type report struct {
	contenders []*contender
	targets    []target
}

type bound string

const (
	atMost  bound = "at most"
	atLeast bound = "at least"
)

// target is a figure and what it should be.
type target struct {
	what    string
	bound   bound
	wanted  float64
	reached float64
	unit    string
	note    string
}

func (t target) verdict() string {
	if t.bound == atMost && t.reached <= t.wanted || t.bound == atLeast && t.reached >= t.wanted {
		return "reached"
	}
	return "missed"
}

func (r *report) add(contenders ...*contender) { r.contenders = append(r.contenders, contenders...) }

// target also makes the figure the benchmark's, in the place of the time that all
// runs took together.
func (r *report) target(b *testing.B, what string, bound bound, wanted float64, unit string, reached float64, note ...string) {
	r.targets = append(r.targets, target{what, bound, wanted, reached, unit, strings.Join(note, "")})
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(reached, strings.NewReplacer(" / ", "/", " ", "_").Replace(what+" "+unit))
}

func (r *report) print(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer table.Flush()
	fmt.Fprintf(table, "\nmedians of runs in turn, %s/%s, %d CPUs\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	fmt.Fprintf(table, "program\twall\tuser+sys\truns\tfor one answer\n")
	for _, c := range r.contenders {
		if len(c.wall) == 0 {
			fmt.Fprintf(table, "%s\tnot found on PATH\t\t\t%s\n", c.name, c.does)
			continue
		}
		fmt.Fprintf(table, "%s\t%.2f ms\t%.2f ms\t%d\t%s\n", c.name, milliseconds(c.median()), milliseconds(median(c.cpu)), len(c.wall), c.does)
	}
	fmt.Fprintf(table, "\nfigure\ttarget\t\tmeasured\n")
	for _, t := range r.targets {
		fmt.Fprintf(table, "%s\t%s %v %s\t%s\t%.2f %s\t%s\n", t.what, t.bound, t.wanted, t.unit, t.verdict(), t.reached, t.unit, t.note)
	}
	fmt.Fprintln(table)
}
