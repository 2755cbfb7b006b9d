package mapping_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// TestOnlyTheHostThatWasNamed is the rule of trust over a million generated cases:
// a secret answers for a host if, and only if, the matcher says that the mapping
// names the host. The hosts are made of the mapping's own, by every trick that could
// make one host look like another.
func TestOnlyTheHostThatWasNamed(t *testing.T) {
	const mappings, hostsEach, seed = 25_000, 40, 7
	random := rand.New(rand.NewPCG(seed, seed))
	answered, refused := map[string]int{}, map[string]int{}
	wrong := 0
	for range mappings {
		m, keys := generateMapping(random)
		slow := newMatcher(keys)
		for range hostsEach {
			asked, tricks := generateHost(random, keys)
			want, got := slow.answering(asked), keyFor(m, keys, asked)
			for _, trick := range tricks {
				if want == "" {
					refused[trick]++
				} else {
					answered[trick]++
				}
			}
			if got != want && wrong < 10 {
				wrong++
				t.Errorf("%q with %q: entry %q, want %q (%s)", asked, keys, got, want, strings.Join(tricks, ", "))
			}
		}
	}
	t.Logf("seed %d: %d hosts asked of %d mappings; answered: %d without a trick", seed, mappings*hostsEach, mappings, answered["none"])
	for _, trick := range hostTricks {
		t.Logf("%-32s %7d answered %7d refused", trick.name, answered[trick.name], refused[trick.name])
		if answered[trick.name]+refused[trick.name] < mappings*hostsEach/200 {
			t.Errorf("the trick %q was hardly tried", trick.name)
		}
	}
	if answered["none"] < mappings*hostsEach/20 {
		t.Errorf("only %d plain hosts were answered", answered["none"])
	}
}

// TestKeysThatNameAHost: a key is taken if, and only if, there is a host that it can
// be meant for.
func TestKeysThatNameAHost(t *testing.T) {
	const cases, seed = 100_000, 8
	random := rand.New(rand.NewPCG(seed, seed))
	taken := 0
	for range cases {
		key := generateKey(random)
		if random.IntN(2) == 0 {
			key, _ = generateHost(random, []string{key})
		}
		_, err := parse(mappingText([]string{key}))
		if err == nil {
			taken++
		}
		if names := want(key).asks != nil; names != (err == nil) {
			t.Errorf("key %q: %v", key, err)
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("seed %d: %d keys, %d of them taken", seed, cases, taken)
}

// generateMapping gives a mapping with up to five keys, and the keys. A key that
// the package refuses, by itself or beside the others, is left out.
func generateMapping(random *rand.Rand) (*mapping.Mapping, []string) {
	var m *mapping.Mapping
	var keys []string
	for m == nil || len(keys) < 5 && random.IntN(3) > 0 {
		key := generateKey(random)
		if len(keys) > 0 && random.IntN(3) == 0 {
			key, _ = generateHost(random, keys)
		}
		if more, err := parse(mappingText(append(keys, key))); err == nil {
			m, keys = more, append(keys, key)
		}
	}
	return m, keys
}

// mappingText gives each key its place among them as its profile.
func mappingText(keys []string) string {
	var text strings.Builder
	for i, key := range keys {
		fmt.Fprintf(&text, `, %s: {"credentialsParameter": "s", "profile": "%d"}`, quote(key), i)
	}
	return `{"registries": {` + strings.TrimPrefix(text.String(), ", ") + `}}`
}

func quote(s string) string {
	text, _ := json.Marshal(s) // a string always can
	return string(text)
}

// keyFor gives the key that answers.
func keyFor(m *mapping.Mapping, keys []string, asked string) string {
	place, err := strconv.Atoi(answering(m, asked))
	if err != nil {
		return ""
	}
	return keys[place]
}
