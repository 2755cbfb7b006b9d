// Package cli has the commands for people: what an operator types to get from a
// bare machine to a working pull, and to find the fault when one fails.
//
// Each command is a file of its name that makes a [*cobra.Command] and a few small
// functions that it calls; commands lists them. A command returns an error and
// prints nothing about it: [Program.Run] says it, on one line, and chooses the
// exit code. voice.go says how every line reads, help.go how help does.
//
// The package gets what it needs of AWS, the cache and the machine from main, as
// functions in [Program]. Nothing of it runs when a container client calls: main
// asks [Knows], which compares words, before any command is built.
package cli
