package runcache

import (
	"context"
	"os"

	"golang.org/x/sys/unix"
)

// Lock waits until nobody else holds the name, or until ctx ends. The kernel
// takes the lock back when its holder dies (flock(2)).
func (f *Folder) Lock(ctx context.Context, name string) (unlock func(), err error) {
	for {
		file, err := f.open(lockPrefix+name, unix.O_RDWR|unix.O_CREAT)
		if err != nil {
			return nil, err
		}
		if err := wait(ctx, file); err != nil {
			return nil, err
		}
		if linked(file) {
			return func() { file.Close() }, nil
		}
		file.Close() // swept away while we waited: somebody may hold its successor
	}
}

// wait closes the file when it gives up, at once or when the lock comes too late.
func wait(ctx context.Context, file *os.File) error {
	if unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
		return nil
	}
	locked := make(chan error)
	go func() {
		err := flock(file)
		select {
		case locked <- err:
		case <-ctx.Done():
			file.Close()
		}
	}()
	select {
	case err := <-locked:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func flock(file *os.File) error {
	for {
		if err := unix.Flock(int(file.Fd()), unix.LOCK_EX); err != unix.EINTR {
			return err
		}
	}
}

func linked(file *os.File) bool {
	var stat unix.Stat_t
	return unix.Fstat(int(file.Fd()), &stat) == nil && stat.Nlink > 0
}
