package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLinkedModules goes through the real program: every module that is linked for
// any platform may be handed on, and its words are in the notices.
func TestLinkedModules(t *testing.T) {
	var notices strings.Builder
	if err := run(&notices, []string{"linux/amd64", "windows/amd64"}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nGo's standard library go1.",
		": LICENSE (BSD-3-Clause)\n",
		"\ngithub.com/aws/aws-sdk-go-v2 v",
		": NOTICE.txt\n",
		"\nAWS SDK for Go\nCopyright 2015 Amazon.com",
		": internal/sync/singleflight/LICENSE (BSD-3-Clause)\n", // below its module's own
		": LICENSE (Apache-2.0, MIT)\n",                         // of YAML's reader
		"\ngithub.com/inconshreveable/mousetrap v",              // on Windows alone
	} {
		if !strings.Contains(notices.String(), want) {
			t.Errorf("the notices do not say %q", want)
		}
	}
	for _, absent := range []string{program + " ", "github.com/google/go-containerregistry"} {
		if strings.Contains(notices.String(), absent) {
			t.Errorf("the notices speak of %s, which is not linked from elsewhere", absent)
		}
	}
	if n := strings.Count(notices.String(), "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION"); n > 4 {
		t.Errorf("the same licence stands there %d times", n)
	}
}

const (
	mit  = "Permission is hereby granted, free of charge, to any person obtaining a copy\nof this software and so on"
	bsd2 = "Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the documentation and/or other materials provided with the distribution.\n\nTHIS SOFTWARE IS"
	bsd3 = "Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the documentation and/or other materials provided with the distribution.\n   * Neither the name of"
)

func TestIdentify(t *testing.T) {
	for _, c := range []struct{ text, want, wrong string }{
		{text: "Apache License\n   Version 2.0, January 2004", want: "Apache-2.0"},
		{text: mit, want: "MIT"},
		{text: bsd2, want: "BSD-2-Clause"},
		{text: bsd3, want: "BSD-3-Clause"},
		{text: mit + "\n\nLicensed under the Apache License, Version 2.0", want: "Apache-2.0, MIT"},
		{text: "all rights reserved", wrong: "none of the licences"},
		{text: "", wrong: "none of the licences"},
		{text: mit + "\n\nparts are under the GNU General Public\nLicense", wrong: `speaks of "gnu general public"`},
		{text: "Mozilla Public License Version 2.0", wrong: `speaks of "mozilla public"`},
	} {
		names, err := identify(c.text)
		if got := strings.Join(names, ", "); got != c.want || (err != nil) != (c.wrong != "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%.60q: %q, %v", c.text, got, err)
		}
	}
}

func TestModules(t *testing.T) {
	for name, c := range map[string]struct {
		files   map[string]string
		folders []string // of what is linked
		want    string   // the places, or what is wrong
	}{
		"licence and notice":               {map[string]string{"LICENSE.txt": mit, "NOTICE": "thanks", "license_test.go": "x"}, nil, "m v1: LICENSE.txt (MIT) m v1: NOTICE"},
		"no licence":                       {map[string]string{"NOTICE": "thanks"}, nil, "m v1: no licence file; a program that links it must not be handed on"},
		"unknown licence":                  {map[string]string{"COPYING": "mine"}, nil, "m v1: COPYING: none of the licences"},
		"another licence of what is used":  {map[string]string{"LICENSE": mit, "a/LICENSE": bsd3, "a/b/x.go": ""}, []string{"a/b"}, "m v1: LICENSE (MIT) m v1: a/LICENSE (BSD-3-Clause)"},
		"unknown licence of what is used":  {map[string]string{"LICENSE": mit, "a/LICENSE-x": "mine"}, []string{"a"}, "m v1: a/LICENSE-x: none of the licences"},
		"another licence of what is not":   {map[string]string{"LICENSE": mit, "a/LICENSE": "mine"}, []string{"b"}, "m v1: LICENSE (MIT)"},
		"the same words in another folder": {map[string]string{"LICENSE": mit, "a/LICENSE": mit}, []string{"a"}, "m v1: LICENSE (MIT) m v1: a/LICENSE (MIT)"},
	} {
		t.Run(name, func(t *testing.T) {
			m := module{name: "m v1", dir: t.TempDir()}
			for file, content := range c.files {
				put(t, filepath.Join(m.dir, file), content)
			}
			for _, folder := range c.folders {
				m.folders = append(m.folders, filepath.Join(m.dir, folder))
				if err := os.MkdirAll(filepath.Join(m.dir, folder), 0o755); err != nil {
					t.Fatal(err)
				}
			}

			texts, err := gather([]module{m})

			var got []string
			for _, text := range texts {
				got = append(got, text.places...)
			}
			if err != nil {
				got = []string{err.Error()}
			}
			said := strings.Join(got, " ")
			if said != c.want && (err == nil || !strings.HasPrefix(said, c.want)) {
				t.Errorf("%q, want %q", said, c.want)
			}
		})
	}
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
