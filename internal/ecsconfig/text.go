package ecsconfig

import (
	"bytes"
	"slices"
	"strings"
)

const (
	typeVariable = "ECS_ENGINE_AUTH_TYPE"
	dataVariable = "ECS_ENGINE_AUTH_DATA"
)

// MaxData is how many bytes of data an environment variable holds: Linux takes no
// more than 128 KiB as one string, the variable's name and the final NUL included
// (execve(2), MAX_ARG_STRLEN).
const MaxData = 128<<10 - len(dataVariable+"=") - 1

// Text is both settings as ecs.config has them.
func Text(data []byte) string {
	return setting(typeVariable, data) + "\n" + setting(dataVariable, data) + "\n"
}

func setting(variable string, data []byte) string {
	if variable == typeVariable {
		return typeVariable + "=" + AuthType
	}
	return variable + "=" + string(data)
}

// SetText gives an ecs.config in which both settings stand once: in the place of
// the first that was there, else at the end. All other lines stay as they are,
// whatever they say, and so do line ends.
func SetText(text, data []byte) []byte {
	var edited []byte
	missing := []string{typeVariable, dataVariable}
	for line := range bytes.Lines(text) {
		variable, _, own := assignment(line)
		switch {
		case !own:
			edited = append(edited, line...)
		case slices.Contains(missing, variable):
			edited = append(edited, replaced(line, setting(variable, data))...)
			missing = slices.DeleteFunc(missing, func(m string) bool { return m == variable })
		}
	}
	newline := newlineOf(text)
	for _, variable := range missing {
		if len(edited) > 0 && !bytes.HasSuffix(edited, []byte("\n")) {
			edited = append(edited, newline...)
		}
		edited = append(edited, setting(variable, data)+newline...)
	}
	return edited
}

// assignment reads a line as ecs-init does: without the white space around it, up
// to the first equals sign the name, behind it the value as it is. It is our own
// if it sets one of the two.
func assignment(line []byte) (variable, value string, own bool) {
	variable, value, ok := strings.Cut(strings.TrimSpace(string(line)), "=")
	return variable, value, ok && (variable == typeVariable || variable == dataVariable)
}

// replaced is the line with another text, unless it says that already.
func replaced(line []byte, text string) []byte {
	if strings.TrimSpace(string(line)) == text {
		return line
	}
	end := line[len(bytes.TrimRight(line, "\r\n")):]
	return append([]byte(text), end...)
}

// newlineOf is how the first line ends.
func newlineOf(text []byte) string {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	if bytes.HasSuffix(first, []byte("\r")) {
		return "\r\n"
	}
	return "\n"
}

// TextSets reports whether an ecs.config sets one of the two to something, so that
// the agent does not look for it in ecs.config.json.
func TextSets(text []byte) bool {
	values := map[string]string{}
	for line := range bytes.Lines(text) {
		if variable, value, own := assignment(line); own {
			values[variable] = value
		}
	}
	return values[typeVariable] != "" || values[dataVariable] != ""
}

// Stray gives the numbers, from 1, of lines that seem to hold log-ins and set
// nothing: a comment, which ecs-init knows none of, an "export", a blank before
// the equals sign.
func Stray(text []byte) (numbers []int) {
	number := 0
	for line := range bytes.Lines(text) {
		number++
		_, _, own := assignment(line)
		_, behind, mentioned := strings.Cut(string(line), dataVariable)
		if !own && mentioned && strings.Trim(behind, "= \t\r\n'\"") != "" {
			numbers = append(numbers, number)
		}
	}
	return numbers
}
