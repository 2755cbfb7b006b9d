//go:build !linux

package runcache

import (
	"context"
	"errors"
	"time"
)

// Folder is never opened: only Linux has a runtime directory on tmpfs.
type Folder struct{}

// Open says that there is no folder.
func Open() (*Folder, error) { return nil, errors.ErrUnsupported }

// The rest is never called.

func (*Folder) Close()                                  {}
func (*Folder) Now() time.Duration                      { return 0 }
func (*Folder) Get(string) ([]byte, bool)               { return nil, false }
func (*Folder) Put(string, []byte, time.Duration) error { return errors.ErrUnsupported }
func (*Folder) Remove(string)                           {}
func (*Folder) Writable() bool                          { return false }
func (*Folder) Lock(context.Context, string) (unlock func(), err error) {
	return nil, errors.ErrUnsupported
}
func (*Folder) First(string, time.Duration) bool { return true }
