package dockerconfig

import "fmt"

// Error is why a file cannot be read, edited or written. Line and Column count
// from 1, Column in bytes; both are 0 where the fault is not in the text.
type Error struct {
	File         string
	Line, Column int
	Cause        string
	Remedy       string
	Err          error // the system's, if it was that
}

func (e *Error) Unwrap() error { return e.Err }

// Error gives "FILE:LINE:COLUMN: cause; remedy".
func (e *Error) Error() string {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Column)
	}
	return where + ": " + e.Cause + "; " + e.Remedy
}
