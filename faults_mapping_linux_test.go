package main

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// mappingFaults: get says what is wrong with the file, for every host.
func mappingFaults() []faultCase {
	const stage = "mapping files"
	text := func(text string) func(*cell) {
		return func(c *cell) { c.env["ECSSECRETS_MAPPING"] = c.file("broken.json", text) }
	}
	file := func(prepare func(c *cell, path string)) func(*cell) {
		return func(c *cell) {
			prepare(c, c.path("broken.json"))
			c.env["ECSSECRETS_MAPPING"] = c.path("broken.json")
		}
	}
	const entry = `"registry.example.com": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf"`
	return []faultCase{
		{stage, "nowhere", failed("mapping-missing"), func(c *cell) { c.env["ECSSECRETS_MAPPING"] = "" }},
		{stage, "named, not there", failed("mapping-unreadable"), file(func(*cell, string) {})},
		{stage, "folder", failed("mapping-unreadable"), file(func(c *cell, path string) { must(c.t, os.Mkdir(path, 0o755)) })},
		{stage, "fifo that nobody writes", failed("mapping-unreadable"), file(func(c *cell, path string) { must(c.t, unix.Mkfifo(path, 0o644)) })},
		{stage, "device without end", failed("mapping-unreadable"), func(c *cell) { c.env["ECSSECRETS_MAPPING"] = "/dev/zero" }},
		{stage, "link that leads nowhere", failed("mapping-unreadable"), file(func(c *cell, path string) { must(c.t, os.Symlink(path+"x", path)) })},
		{stage, "link that leads to itself", failed("mapping-unreadable"), file(func(c *cell, path string) { must(c.t, os.Symlink(path, path)) })},
		{stage, "path through a file", failed("mapping-unreadable"), func(c *cell) { c.env["ECSSECRETS_MAPPING"] = c.mapping + "/mapping.json" }},
		{stage, "everybody may write it", failed("mapping-unsafe"), func(c *cell) { must(c.t, os.Chmod(c.mapping, 0o666)); c.heals(func() { os.Chmod(c.mapping, 0o644) }) }},
		{stage, "oversized", failed("mapping-unreadable"), text(strings.Repeat(" ", 5<<20) + cellMapping)},
		{stage, "empty", failed("mapping-invalid"), text("")},
		{stage, "truncated", failed("mapping-invalid"), text(cellMapping[:len(cellMapping)/2])},
		{stage, "garbage", failed("mapping-invalid"), text("\x7fELF\x02\x01\x00\xff\xfe canary")},
		{stage, "in UTF-16", failed("mapping-invalid"), text("\xff\xfe{\x00}\x00")},
		{stage, "a hundred thousand brackets", failed("mapping-invalid"), text(strings.Repeat("[", 100_000))},
		{stage, "one host twice", failed("mapping-invalid"), text(`{"registries": {` + entry + `, "REGISTRY.example.com:443": "other"}}`)},
		{stage, "key misspelt", failed("mapping-invalid"), text(`{"registry": {` + entry + `}}`)},
		{stage, "ARN cut off", failed("mapping-invalid"), text(`{"registries": {"registry.example.com": "arn:aws:secretsmanager:eu-west-1:1111"}}`)},
		{stage, "timeout that is no time", failed("mapping-invalid"), text(`{"registries": {` + entry + `}, "timeout": "soon"}`)},
		{stage, "rewritten while it is read", answered, func(c *cell) { rewriteAgainAndAgain(c) }},
	}
}

// rewriteAgainAndAgain puts the same mapping in the place of the mapping, as
// editors do, until the fault is taken away.
func rewriteAgainAndAgain(c *cell) {
	stop, stopped := make(chan bool), make(chan bool)
	next := filepath.Join(c.t.TempDir(), "mapping.json")
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				if os.WriteFile(next, []byte(cellMapping), 0o644) == nil {
					os.Rename(next, c.mapping)
				}
			}
		}
	}()
	end := func() { close(stop); <-stopped }
	c.heals(end)
}
