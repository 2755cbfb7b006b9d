package helper

import (
	"fmt"
	"io"
	"time"
)

// TraceTo makes a trace for [Helper.Trace]: one line a step, with the time since
// the beginning.
func TraceTo(w io.Writer) func(format string, args ...any) {
	start := time.Now()
	return func(format string, args ...any) {
		elapsed := float64(time.Since(start).Microseconds()) / 1000
		fmt.Fprintf(w, "ecssecrets %8.2f ms  %s\n", elapsed, printable(fmt.Sprintf(format, args...)))
	}
}
