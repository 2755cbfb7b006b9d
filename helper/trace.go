package helper

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// TraceTo makes a trace for [Helper.Trace]: one line a step, with the time since
// the beginning.
func TraceTo(w io.Writer) func(format string, args ...any) {
	start := time.Now()
	return func(format string, args ...any) {
		elapsed := float64(time.Since(start).Microseconds()) / 1000
		text := strings.ReplaceAll(fmt.Sprintf(format, args...), "µs", "us") // as time.Duration writes it
		fmt.Fprintf(w, "ecssecrets %8.2f ms  %s\n", elapsed, printable(text))
	}
}
