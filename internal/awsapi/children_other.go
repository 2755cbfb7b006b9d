//go:build !linux

package awsapi

func adoptOrphans() {}

func endChildren(int) {}
