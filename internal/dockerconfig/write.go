package dockerconfig

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Write puts the edited file in the place of the one that was read, by
// [Original.Replace]. A file in which nothing was edited is not touched. Its error
// is an [*Error].
func (f *File) Write() error {
	if !f.edited {
		return nil
	}
	return f.original.Replace(f.whole.Pack(), Modes{File: 0o600, Folder: 0o700}) // as docker does
}

// Modes are those of a file that was not there before, and of the folders that are
// made for it. With Private, a file that was there loses what File does not have.
type Modes struct {
	File, Folder fs.FileMode
	Private      bool
}

// Replace puts a file with this text in the place of the one that was read. Whoever
// reads meanwhile, and whoever comes after the machine went down, finds the one or
// the other, whole. Owner and, but for [Modes], mode stay, and a symlink stays one. What another
// program wrote since is not overwritten, and root is kept out of other users'
// folders. Its error is an [*Error].
func (o *Original) Replace(text []byte, absent Modes) error {
	if err := o.checkOwner(); err != nil {
		return err
	}
	if o.target == o.Path {
		if err := os.MkdirAll(filepath.Dir(o.Path), absent.Folder); err != nil {
			return o.unwritable(err)
		}
	}
	if err := o.replace(text, absent); err != nil {
		var own *Error
		if errors.As(err, &own) {
			return own
		}
		return o.unwritable(err)
	}
	return nil
}

// replace writes a file beside the target and gives it the target's name.
func (o *Original) replace(text []byte, modes Modes) (err error) {
	folder := filepath.Dir(o.target)
	temporary, err := os.CreateTemp(folder, o.temporaryPrefix()) // 0600; ends in no .json, which mapping.d would read
	if err != nil {
		return err
	}
	defer func() {
		temporary.Close()
		if err != nil {
			os.Remove(temporary.Name())
		}
	}()
	if _, err := temporary.Write(text); err != nil {
		return err
	}
	if err := o.likeOriginal(temporary, modes); err != nil {
		return err
	}
	if err := errors.Join(temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	if err := o.checkUnchanged(); err != nil {
		return err
	}
	if err := os.Rename(temporary.Name(), o.target); err != nil {
		return err
	}
	syncFolder(folder)
	return nil
}

// likeOriginal gives the new file the owner and mode of the old one, as far as the
// modes say so.
func (o *Original) likeOriginal(temporary *os.File, modes Modes) error {
	if o.info == nil {
		return temporary.Chmod(modes.File)
	}
	if err := keepOwner(temporary, o.info); err != nil {
		return &Error{File: o.Path, Cause: "belongs to another user or group, and could not be given back: " + Cause(err),
			Remedy: "run this as its owner"}
	}
	mode := o.info.Mode().Perm()
	if modes.Private {
		mode &= modes.File
	}
	return temporary.Chmod(mode)
}

// checkUnchanged notices a client that wrote the file since it was read, but for
// the moment until the rename: clients know no lock.
func (o *Original) checkUnchanged() error {
	data, _, err := readRegular(o.target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !bytes.Equal(data, o.Data) {
		return &Error{File: o.Path, Cause: "was changed by another program at the same time", Remedy: "run this again"}
	}
	return nil
}

func (o *Original) unwritable(err error) *Error {
	return &Error{File: o.Path, Cause: "cannot be written: " + Cause(err), Remedy: "let this user write files in " + filepath.Dir(o.target)}
}

// syncFolder makes the rename last; where that is not possible the file is whole
// all the same.
func syncFolder(folder string) {
	if opened, err := os.Open(folder); err == nil {
		opened.Sync()
		opened.Close()
	}
}
