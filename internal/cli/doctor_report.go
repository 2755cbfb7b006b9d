package cli

import (
	"cmp"
	"fmt"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// outcome is how a step went.
type outcome string

const (
	well    outcome = "ok"
	note    outcome = "note"  // worth knowing; a pull does not fail for it
	skipped outcome = "skip"  // not looked at, and why
	faulty  outcome = "fault" // a pull fails for it, or a password lies about
)

// finding is one line of the report: a step, and under a fault its remedy.
type finding struct {
	Step    string  `json:"step"`
	Outcome outcome `json:"outcome"`
	Object  string  `json:"object"`
	Found   string  `json:"found"`
	Remedy  string  `json:"remedy,omitempty"`
	Code    string  `json:"code,omitempty"`
	Millis  float64 `json:"milliseconds"`
}

// examined is what was found out about one host.
type examined struct {
	Host  mapping.Host `json:"host"`
	Well  bool         `json:"well"`
	Steps []finding    `json:"steps"`
}

// diagnosis is what --json prints; doctorText documents it.
type diagnosis struct {
	Well    bool       `json:"well"`
	Machine []finding  `json:"machine"`
	Hosts   []examined `json:"hosts"`
}

// report gathers findings, and unless they are to be JSON prints each at once:
// the next step may take seconds.
type report struct {
	out    *Program
	json   bool
	done   diagnosis
	faults int
}

func (r *report) begin(host mapping.Host) {
	if host != "" {
		r.done.Hosts = append(r.done.Hosts, examined{Host: host, Well: true, Steps: []finding{}})
	}
	if !r.json {
		fmt.Fprintln(r.out.Stdout, paint(r.out.Stdout, bold, cmp.Or(string(host), "this machine")))
	}
}

// look does a step and reports what it found, with the time it took.
func (r *report) look(step func() []finding) {
	start := time.Now()
	found := step()
	for i := range found {
		if i == 0 {
			found[i].Millis = float64(time.Since(start).Microseconds()) / 1000
		}
		r.add(found[i])
	}
}

func (r *report) add(f finding) {
	section := &r.done.Machine
	if n := len(r.done.Hosts); n > 0 {
		host := &r.done.Hosts[n-1]
		section = &host.Steps
		host.Well = host.Well && f.Outcome != faulty
	}
	*section = append(*section, f)
	if f.Outcome == faulty {
		r.faults++
	}
	if !r.json {
		r.print(f)
	}
}

func (r *report) print(f finding) {
	out := r.out.Stdout
	mark := paint(out, map[outcome]colour{well: green, faulty: red}[f.Outcome], fmt.Sprintf("%-5s", f.Outcome))
	took := ""
	if f.Millis >= 1 {
		took = fmt.Sprintf(" (%.1f ms)", f.Millis)
	}
	fmt.Fprintf(out, "  %s  %s: %s%s\n", mark, plain(f.Object), plain(f.Found), took)
	if f.Remedy != "" {
		fmt.Fprintf(out, "         %s\n", paint(out, bold, f.Remedy))
	}
}

// end says in a line how it is, or prints the JSON.
func (r *report) end() error {
	r.done.Well = r.faults == 0
	switch {
	case r.json:
		r.out.printJSON(r.done)
	case r.faults == 1:
		r.out.say("doctor", "1 fault found")
	case r.faults > 1:
		r.out.say("doctor", "%d faults found", r.faults)
	default:
		r.out.say("doctor", "no fault found")
	}
	if r.faults > 0 {
		return errFound
	}
	return nil
}

func one(f finding) []finding { return []finding{f} }

// faultsOf makes findings of an error of another package.
func faultsOf(step string, err error) []finding {
	var found []finding
	for _, fault := range faults(err) {
		found = append(found, finding{Step: step, Outcome: faulty, Object: fault.Object, Found: fault.Cause, Remedy: fault.Remedy})
	}
	return found
}
