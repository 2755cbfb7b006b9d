// Package rosetta stands in for a module of which docker's version command uses
// one function, and which not every module proxy serves.
package rosetta

// Enabled tells whether macOS translates this process's x86 instructions.
func Enabled() bool { return false }
