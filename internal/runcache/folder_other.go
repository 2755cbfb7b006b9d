//go:build !linux

package runcache

import (
	"errors"
	"time"
)

// Folder is never opened: only Linux has a runtime directory on tmpfs.
type Folder struct{}

// Open says that there is no folder.
func Open() (*Folder, error) { return nil, errors.ErrUnsupported }

// Close does nothing.
func (*Folder) Close() {}

// First reports true.
func (*Folder) First(string, time.Duration) bool { return true }
