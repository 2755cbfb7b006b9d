//go:build !linux

package main

func dumpNoCore() {}
