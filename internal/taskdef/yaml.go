package taskdef

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// readYAML reads the one document of a YAML text; nil where there is none.
func readYAML(l *lines) (*node, error) {
	decoder := yaml.NewDecoder(strings.NewReader(l.text))
	var document, more yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, l.yamlError(err)
	}
	switch err := decoder.Decode(&more); {
	case err == nil:
		return nil, &syntaxError{l.yamlPosition(&more), "YAML: a second document"}
	case !errors.Is(err, io.EOF):
		return nil, l.yamlError(err)
	}
	return l.fromYAML(document.Content[0]), nil
}

// yamlError: the library says the line in its error's text alone, and no column.
func (l *lines) yamlError(err error) error {
	at := Position{File: l.file, Line: 1, Column: 1}
	cause := strings.TrimPrefix(err.Error(), "yaml: ")
	if _, err := fmt.Sscanf(cause, "line %d:", &at.Line); err == nil {
		_, cause, _ = strings.Cut(cause, ": ")
	}
	return &syntaxError{at, "YAML: " + cause}
}

func (l *lines) yamlPosition(value *yaml.Node) Position {
	return Position{l.file, value.Line, l.byteColumn(value.Line, value.Column)}
}

func (l *lines) fromYAML(value *yaml.Node) *node {
	n := &node{at: l.yamlPosition(value), text: value.Value}
	switch value.Kind {
	case yaml.AliasNode:
		n.kind, n.text = unclear, "a YAML alias, which CloudFormation does not take"
	case yaml.SequenceNode:
		n.kind = list
		for _, element := range value.Content {
			n.elements = append(n.elements, l.fromYAML(element))
		}
	case yaml.MappingNode:
		n.kind = object
		for i := 0; i+1 < len(value.Content); i += 2 {
			n.members = append(n.members, member{value.Content[i].Value, l.fromYAML(value.Content[i+1])})
		}
	default:
		n.kind = scalarKind(value.Tag)
	}
	return n.long(value.Tag)
}

// scalarKind: what has a tag of CloudFormation is a text.
func scalarKind(tag string) kind {
	switch {
	case tag == "!!null":
		return null
	case tag == "!!str", !strings.HasPrefix(tag, "!!"):
		return text
	}
	return scalar
}

// long brings CloudFormation's short form, !Sub X, to its long form; YAML's own
// tags, like !!str, say nothing more.
func (n *node) long(tag string) *node {
	name, short := strings.CutPrefix(tag, "!")
	switch {
	case !short, name == "", strings.HasPrefix(name, "!"):
		return n
	case name != "Ref":
		name = "Fn::" + name
	}
	return &node{kind: object, members: []member{{name, n}}, at: n.at}
}
