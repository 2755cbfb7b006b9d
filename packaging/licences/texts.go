package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// text is a licence or a notice, and where it stands word for word.
type text struct {
	places  []string
	content string
}

// gather reads the texts of all modules, each once.
func gather(modules []module) (texts []*text, err error) {
	known := map[string]*text{}
	for _, m := range modules {
		files, err := m.files()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		licensed := false
		for _, file := range files {
			content, err := os.ReadFile(filepath.Join(m.dir, file))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", m.name, err)
			}
			place := m.name + ": " + file
			if isLicence(filepath.Base(file)) {
				names, err := identify(string(content))
				if err != nil {
					return nil, fmt.Errorf("%s: %w", place, err)
				}
				place += " (" + strings.Join(names, ", ") + ")"
				licensed = true
			}
			t, ok := known[string(content)]
			if !ok {
				t = &text{content: string(content)}
				known[t.content], texts = t, append(texts, t)
			}
			t.places = append(t.places, place)
		}
		if !licensed {
			return nil, fmt.Errorf("%s: no licence file; a program that links it must not be handed on", m.name)
		}
	}
	return texts, nil
}

// isLicence goes by a file's name.
func isLicence(name string) bool { return isCalled(name, "license", "licence", "copying") }

func isNotice(name string) bool { return isCalled(name, "notice", "patents") }

// isCalled tells whether a file's name is a word, or a word with something behind
// it as in LICENSE.txt and LICENSE-MIT.
func isCalled(name string, words ...string) bool {
	name = strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(name), ".txt"), ".md")
	for _, word := range words {
		if name == word || strings.HasPrefix(name, word+"-") || strings.HasPrefix(name, word+"_") {
			return filepath.Ext(name) == ""
		}
	}
	return false
}
