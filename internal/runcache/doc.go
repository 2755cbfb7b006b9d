// Package runcache keeps short-lived values in the user's runtime directory: on
// tmpfs, for the user alone, until the machine restarts, and nowhere else. Where
// that cannot be had there is no folder, and its users do without.
package runcache
