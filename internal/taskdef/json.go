package taskdef

import (
	"errors"
	"fmt"
	"slices"

	"github.com/tailscale/hujson"
)

// readJSON also takes comments and trailing commas, which templates kept by hand
// have.
func readJSON(l *lines) (*node, error) {
	if tooDeep(l.text) {
		return nil, &syntaxError{Position{l.file, 1, 1}, "JSON: nested deeper than any of these documents"}
	}
	root, err := hujson.Parse([]byte(l.text))
	if err != nil {
		at := Position{File: l.file, Line: 1, Column: 1}
		fmt.Sscanf(err.Error(), "hujson: line %d, column %d:", &at.Line, &at.Column)
		return nil, &syntaxError{at, "JSON: " + errors.Unwrap(err).Error()}
	}
	return l.fromJSON(root), nil
}

// tooDeep keeps the parser, which recurses, from the end of the stack.
func tooDeep(text string) bool {
	const most = 500
	depth := 0
	for _, c := range []byte(text) {
		switch c {
		case '{', '[':
			depth++
		case '}', ']':
			depth = max(depth-1, 0)
		}
		if depth > most {
			return true
		}
	}
	return false
}

func (l *lines) fromJSON(value hujson.Value) *node {
	n := &node{at: l.at(value.StartOffset)}
	switch v := value.Value.(type) {
	case *hujson.Object:
		n.kind = object
		for _, m := range v.Members {
			n.members = append(n.members, member{m.Name.Value.(hujson.Literal).String(), l.fromJSON(m.Value)})
		}
	case *hujson.Array:
		n.kind = list
		for _, element := range v.Elements {
			n.elements = append(n.elements, l.fromJSON(element))
		}
	case hujson.Literal:
		n.kind, n.text = scalar, v.String()
		switch v.Kind() {
		case '"':
			n.kind = text
		case 'n':
			n.kind = null
		}
	}
	return n
}

func (l *lines) at(offset int) Position {
	line, exact := slices.BinarySearch(l.starts, offset)
	if exact {
		line++
	}
	return Position{File: l.file, Line: line, Column: offset - l.starts[line-1] + 1}
}

// syntaxError is a text that is not what it looks like.
type syntaxError struct {
	at    Position
	cause string
}

func (e *syntaxError) Error() string { return e.cause }
