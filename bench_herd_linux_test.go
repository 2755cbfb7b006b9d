package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

const herdSize = 100

// answeredHerd starts a hundred helpers at once that have to ask AWS.
func (bench *bench) answeredHerd(b *testing.B) {
	bench.coldHerd(b, "herd", isHerdAnswer)
}

// refusedHerd is one whose request is refused.
func (bench *bench) refusedHerd(b *testing.B) {
	refusal := awstest.Fault{Code: "AccessDeniedException", Message: "no"}
	bench.coldHerd(b, "refused herd", func(output string) bool { return strings.Contains(output, "GetSecretValue denied") }, refusal)
}

func isHerdAnswer(output string) bool { return output == herdAnswer }

// coldHerd compares a herd that asks AWS with one that has a copy each, and one
// helper that asks.
func (bench *bench) coldHerd(b *testing.B, name string, right func(output string) bool, faults ...awstest.Fault) {
	one := bench.coldGet()
	var warm, cold []time.Duration
	for b.Loop() {
		for range 5 {
			one.run(b)
			warm = append(warm, bench.timeHerd(b, isHerdAnswer))
			bench.forgetAll(b)
			for _, fault := range faults {
				bench.aws.Fail(fault)
			}
			before := bench.aws.Count("", "")
			cold = append(cold, bench.timeHerd(b, right))
			bench.requests(b, bench.aws.Count("", "")-before, 1)
			bench.aws.Heal()
		}
	}
	bench.target(b, fmt.Sprintf("%s of %d / (%d warm + 1 cold)", name, herdSize, herdSize), atMost, 1.5, "×",
		float64(median(cold))/float64(median(warm)+one.median()),
		fmt.Sprintf("%.0f ms, 1 request", milliseconds(median(cold))))
}

func (bench *bench) timeHerd(b *testing.B, right func(output string) bool) time.Duration {
	start := time.Now()
	outputs := bench.herd(b, herdSize)
	took := time.Since(start)
	for _, output := range outputs {
		if !right(output) {
			b.Fatalf("%q", output)
		}
	}
	return took
}
