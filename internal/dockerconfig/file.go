package dockerconfig

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tailscale/hujson"
)

// File is a configuration file as it is to be. One that is absent or empty is an
// empty object.
type File struct {
	// Path is the file as it was asked for, which may be a symlink.
	Path string

	original *Original
	root     *hujson.Object
	whole    hujson.Value // root with what stands around it
	style    style
	edited   bool
}

// Read reads the file at the path. Its error is an [*Error], with the position
// where the text is not what a client could read.
func Read(path string) (*File, error) {
	original, err := ReadOriginal(path)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, original: original}
	return f, f.parse()
}

func (f *File) parse() error {
	if len(bytes.TrimSpace(f.original.Data)) == 0 { // docker takes it for no configuration
		f.root = &hujson.Object{}
		f.whole = hujson.Value{Value: f.root, AfterExtra: hujson.Extra("\n")}
		f.style = defaultStyle()
		return nil
	}
	if err := f.checkJSON(); err != nil {
		return err
	}
	var err error
	if f.whole, err = hujson.Parse(f.original.Data); err != nil {
		e := f.invalid(0, "%s", errors.Unwrap(err))
		fmt.Sscanf(err.Error(), "hujson: line %d, column %d:", &e.Line, &e.Column)
		return e
	}
	root, ok := f.whole.Value.(*hujson.Object)
	if !ok {
		return f.invalid(f.whole.StartOffset, "it is not an object")
	}
	f.root, f.style = root, styleOf(root)
	return f.checkTypes()
}

// checkJSON holds the text to what clients read it with: no comments, no trailing
// commas, nothing behind the object.
func (f *File) checkJSON() error {
	var ignored json.RawMessage
	var syntax *json.SyntaxError
	err := json.Unmarshal(f.original.Data, &ignored)
	switch {
	case errors.As(err, &syntax) && strings.Contains(syntax.Error(), "unexpected end"):
		return f.invalid(len(f.original.Data), "it ends too early")
	case errors.As(err, &syntax):
		return f.invalid(int(syntax.Offset)-1, "%s", syntax)
	case err != nil:
		return f.invalid(0, "%s", err)
	}
	return nil
}

// checkTypes looks at the members that are read and edited here.
func (f *File) checkTypes() error {
	for _, member := range f.root.Members {
		name, ok := known(member.Name)
		if !ok || isNull(member.Value) {
			continue
		}
		if name == credsStore {
			if member.Value.Value.Kind() != '"' {
				return f.invalid(member.Value.StartOffset, "%s is not a text", name)
			}
			continue
		}
		object, ok := member.Value.Value.(*hujson.Object)
		if !ok {
			return f.invalid(member.Value.StartOffset, "%s is not an object", name)
		}
		for _, inner := range object.Members {
			wanted := map[string]hujson.Kind{credHelpers: '"', auths: '{'}[name]
			if !isNull(inner.Value) && inner.Value.Value.Kind() != wanted {
				return f.invalid(inner.Value.StartOffset, "the value of %q in %s is of the wrong type", text(inner.Name), name)
			}
		}
	}
	return nil
}

func (f *File) invalid(offset int, format string, args ...any) *Error {
	before := f.original.Data[:max(offset, 0)]
	return &Error{File: f.Path, Line: 1 + bytes.Count(before, []byte("\n")), Column: len(before) - bytes.LastIndexByte(before, '\n'),
		Cause: "not a client's configuration: " + fmt.Sprintf(format, args...), Remedy: "correct it there; it was left as it is"}
}
