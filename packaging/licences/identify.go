package main

import (
	"errors"
	"fmt"
	"strings"
)

// allowed are the licences that the packages may carry, by words that stand in each
// and in no other. They ask for their text and the notices to be handed on, which
// is what this program is for.
func allowed() []licence {
	return []licence{
		{"Apache-2.0", "apache license version 2.0, january 2004"},
		{"Apache-2.0", "licensed under the apache license, version 2.0"},
		{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy of this software"},
		{"BSD-3-Clause", "redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the documentation and/or other materials provided with the distribution. * neither the name of"},
		{"BSD-3-Clause", "redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the documentation and/or other materials provided with the distribution. 3. neither the name of"},
		{"BSD-2-Clause", "redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the documentation and/or other materials provided with the distribution. this software"},
		{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted"},
	}
}

// licence has its SPDX name.
type licence struct{ name, words string }

// refused are words of licences that ask for more, or for money.
func refused() []string {
	return []string{
		"gnu general public", "gnu lesser", "gnu affero", "mozilla public", "eclipse public", "common development and distribution",
		"server side public", "business source", "commons clause", "creative commons", "noncommercial", "non-commercial",
	}
}

// identify names the licences in a text.
func identify(text string) (names []string, err error) {
	text = strings.Join(strings.Fields(strings.ToLower(text)), " ")
	for _, words := range refused() {
		if strings.Contains(text, words) {
			return nil, fmt.Errorf("it speaks of %q; replace the module", words)
		}
	}
	for _, l := range allowed() {
		if strings.Contains(text, l.words) && (len(names) == 0 || names[len(names)-1] != l.name) {
			names = append(names, l.name)
		}
	}
	if len(names) == 0 {
		return nil, errors.New("none of the licences that the packages may carry; read it, then add it to allowed or replace the module")
	}
	return names, nil
}
