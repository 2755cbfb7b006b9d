// Package runcache keeps short-lived values in the user's runtime directory: on
// tmpfs, for the user alone, until the machine restarts, and nowhere else. It
// also holds the lock by which helpers that start together share one answer.
//
// A [Folder] is opened once per call and reached through its descriptor only.
// Each value is a file that says until when it is kept; every [Folder.Put] sweeps
// out what is past its time and what a killed process left. Where there is no
// runtime directory that is the user's own, on tmpfs and closed to others, there
// is no folder, and its users do without.
package runcache
