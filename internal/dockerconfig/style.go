package dockerconfig

import (
	"bytes"
	"strings"

	"github.com/tailscale/hujson"
)

// style is the white space by which a file's members stand apart.
type style struct {
	newline string // empty for a file on one line
	indent  string // of one level
	colon   string // behind a colon; also behind a comma on one line
}

// defaultStyle is the one in which docker writes.
func defaultStyle() style { return style{newline: "\n", indent: "\t", colon: " "} }

// styleOf looks at the first member.
func styleOf(root *hujson.Object) style {
	if len(root.Members) == 0 {
		return defaultStyle()
	}
	first := root.Members[0]
	s := style{colon: string(first.Value.BeforeExtra)}
	if strings.Contains(s.colon, "\n") {
		s.colon = " "
	}
	before, indent, broken := bytes.Cut(lastLine(first.Name.BeforeExtra), []byte("\n"))
	if broken {
		s.newline, s.indent = string(before)+"\n", string(indent)
	}
	return s
}

// lastLine gives the last line break in white space, with what follows it.
func lastLine(space []byte) []byte {
	i := bytes.LastIndexByte(space, '\n')
	if i > 0 && space[i-1] == '\r' {
		i--
	}
	return space[max(i, 0):]
}

// set gives the object's member of that name a value, or adds one at the end.
// The object's members are depth levels below the file.
func (s style) set(object *hujson.Object, depth int, name string, value hujson.ValueTrimmed) {
	found := false
	for i := range object.Members {
		if text(object.Members[i].Name) == name {
			object.Members[i].Value.Value, found = value, true
		}
	}
	if !found {
		s.add(object, depth, name, value)
	}
}

func (s style) add(object *hujson.Object, depth int, name string, value hujson.ValueTrimmed) {
	member := hujson.ObjectMember{
		Name:  hujson.Value{BeforeExtra: s.before(object, depth), Value: hujson.String(name)},
		Value: hujson.Value{BeforeExtra: hujson.Extra(s.colon), Value: value},
	}
	if len(object.Members) == 0 {
		object.AfterExtra = s.line(depth - 1)
	}
	object.Members = append(object.Members, member)
}

// before is the white space before a new last member: that of the last one, where
// it stands on a line of its own.
func (s style) before(object *hujson.Object, depth int) hujson.Extra {
	n := len(object.Members)
	if n == 0 {
		return s.line(depth)
	}
	last := lastLine(object.Members[n-1].Name.BeforeExtra)
	if bytes.Contains(last, []byte("\n")) || n > 1 {
		return bytes.Clone(last)
	}
	return hujson.Extra(s.colon)
}

func (s style) line(depth int) hujson.Extra {
	if s.newline == "" {
		return nil
	}
	return hujson.Extra(s.newline + strings.Repeat(s.indent, depth))
}
