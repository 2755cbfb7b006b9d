package dockerconfig

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Original is a file as it was read, in whose place [Original.Replace] puts
// another text. The file need not be there.
type Original struct {
	// Path is the file as it was asked for, which may be a symlink.
	Path string

	// Data is its text; empty where there is no file.
	Data []byte

	target string      // where Path leads
	info   fs.FileInfo // of the target; nil where there is none
}

// maxSize bounds what is read: the largest that a client writes is far below.
const maxSize = 16 << 20

// ReadOriginal reads the regular file to which the path leads. Its error is an
// [*Error].
func ReadOriginal(path string) (*Original, error) {
	o := &Original{Path: path}
	var err error
	if o.target, err = follow(path); err != nil {
		return nil, o.unreadable(err)
	}
	o.Data, o.info, err = readRegular(o.target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, o.unreadable(err)
	}
	return o, nil
}

// maxLinks is how many Linux follows.
const maxLinks = 40

// follow gives what the path's symlinks lead to, whether or not anything is there.
func follow(path string) (string, error) {
	for range maxLinks {
		link, err := os.Readlink(path)
		if err != nil {
			return path, nil
		}
		if err := mayFollow(path); err != nil {
			return "", err
		}
		if !filepath.IsAbs(link) {
			link = filepath.Dir(path) + string(filepath.Separator) + link
		}
		path = link
	}
	return "", syscall.ELOOP
}

func readRegular(path string) ([]byte, fs.FileInfo, error) {
	file, err := openNonblocking(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, errors.New("it is not a regular file")
	}
	data, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err == nil && len(data) > maxSize {
		err = errors.New("it is larger than 16 MiB")
	}
	return data, info, err
}

func (o *Original) unreadable(err error) *Error {
	return &Error{File: o.Path, Cause: "cannot be read: " + Cause(err), Remedy: "make it a file that this user can read", Err: err}
}

// Cause is an error of the operating system without the path, which a message
// names already.
func Cause(err error) string {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err.Error()
	case errors.As(err, &link):
		return link.Err.Error()
	}
	return err.Error()
}
