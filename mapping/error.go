package mapping

import (
	"bytes"
	"fmt"
)

// Code names a kind of failure. Codes are stable: they stand in the system log
// and in the README's table of failures.
type Code string

// The kinds of mistake that a mapping can have.
const (
	Missing    Code = "mapping-missing"    // there is none in any of the places
	Unreadable Code = "mapping-unreadable" // a file is there and cannot be read
	Unsafe     Code = "mapping-unsafe"     // others than root and the user could have written it
	Invalid    Code = "mapping-invalid"    // it does not say what a mapping says
)

// Error is a mistake in a mapping: where it stands, what is wrong, and what to
// do or write instead. Line and Column count from 1, Column in bytes; both are 0
// where the mistake is not in the text.
type Error struct {
	Code         Code
	File         string
	Line, Column int
	Cause        string
	Remedy       string

	err error // of the operating system, where there is one
}

func (e *Error) Unwrap() error { return e.err }

// Error gives "FILE:LINE:COLUMN: cause; remedy".
func (e *Error) Error() string {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Column)
	}
	if where != "" {
		where += ": "
	}
	return where + e.Cause + "; " + e.Remedy
}

// mistake is an [Error] that does not know yet where it stands.
type mistake struct{ cause, remedy string }

func (m *mistake) Error() string { return m.cause + "; " + m.remedy }

func (s *Source) invalid(offset int, cause, remedy string) *Error {
	line, column := s.position(offset)
	return &Error{Code: Invalid, File: s.Name, Line: line, Column: column, Cause: cause, Remedy: remedy}
}

func (s *Source) position(offset int) (line, column int) {
	before := s.Data[:offset]
	return 1 + bytes.Count(before, []byte("\n")), offset - bytes.LastIndexByte(before, '\n')
}
