package taskdef

import (
	"strings"
	"unicode/utf8"
)

// Position is a place in a document. Line and Column count from 1, Column in bytes.
type Position struct {
	File         string
	Line, Column int
}

type kind byte

const (
	null kind = iota
	text
	scalar // a number, true or false
	list
	object
	unclear // what stands here cannot be said; node.text is why
)

// node is a value of a JSON or YAML document. CloudFormation's short tags are in
// their long form: !Ref X is {"Ref": X}.
type node struct {
	kind     kind
	text     string
	elements []*node
	members  []member
	at       Position
}

type member struct {
	name  string
	value *node
}

// get gives the member of that name, without regard to case: CloudFormation has
// Image where ECS has image. It is nil where there is none.
func (n *node) get(name string) (found *node) {
	if n == nil || n.kind != object {
		return nil
	}
	for _, m := range n.members {
		switch {
		case !strings.EqualFold(m.name, name):
		case found != nil:
			return &node{kind: unclear, text: name + " is given twice", at: m.value.at}
		default:
			found = m.value
		}
	}
	if found == nil && name != mergeKey {
		return n.merged()
	}
	return found
}

const mergeKey = "<<"

// merged stands for a member that another mapping may bring.
func (n *node) merged() *node {
	merge := n.get(mergeKey)
	if merge == nil {
		return nil
	}
	return &node{kind: unclear, text: "a YAML merge key, which CloudFormation does not take, may say more here", at: merge.at}
}

func (n *node) isText(value string) bool { return n != nil && n.kind == text && n.text == value }

// lines finds lines and columns in a text.
type lines struct {
	file   string
	text   string
	starts []int
}

func newLines(file string, data []byte) *lines {
	l := &lines{file: file, text: string(data), starts: []int{0}}
	for i, c := range data {
		if c == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// byteColumn turns a column counted in characters into one counted in bytes.
func (l *lines) byteColumn(line, characters int) int {
	if line < 1 || line > len(l.starts) {
		return max(characters, 1)
	}
	start := l.starts[line-1]
	offset := start
	for range characters - 1 {
		_, size := utf8.DecodeRuneInString(l.text[offset:])
		offset += size
	}
	return offset - start + 1
}
