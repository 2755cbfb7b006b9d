package helper_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/helper"
	"github.com/ecssecrets/docker-credential-ecssecrets/mapping"
)

// bench is a helper with a clock, a cache and an AWS of the test's own.
type bench struct {
	now     time.Duration
	values  map[string][]byte
	until   map[string]time.Duration
	mapping string
	aws     func(ctx context.Context) (string, error)
	asked   int
	logged  []string
}

func newBench() *bench {
	b := &bench{now: time.Hour, values: map[string][]byte{}, until: map[string]time.Duration{}}
	b.mapping = `{"registries": {"registry.example.com": "prod/registry"}}`
	b.answers("first")
	return b
}

func (b *bench) answers(password string) {
	b.aws = func(context.Context) (string, error) {
		return fmt.Sprintf(`{"username":"u","password":%q}`, password), nil
	}
}

func (b *bench) fails(f helper.Failure) {
	b.aws = func(context.Context) (string, error) { return "", &f }
}

func (b *bench) Now() time.Duration { return b.now }
func (b *bench) Writable() bool     { return true }
func (b *bench) Get(name string) ([]byte, bool) {
	value, ok := b.values[name]
	return value, ok && b.now < b.until[name]
}
func (b *bench) Put(name string, value []byte, keep time.Duration) error {
	b.values[name], b.until[name] = value, b.now+keep
	return nil
}
func (b *bench) Remove(prefix string) {
	for name := range b.values {
		if strings.HasPrefix(name, prefix) {
			delete(b.values, name)
		}
	}
}
func (b *bench) Lock(context.Context, string) (func(), error) { return func() {}, nil }

func (b *bench) helper() *helper.Helper {
	return &helper.Helper{
		Cache: b,
		Sources: func() ([]*mapping.Source, error) {
			return []*mapping.Source{{Name: "m.json", Data: []byte(b.mapping)}}, nil
		},
		Fetch: func(ctx context.Context, _ mapping.Host, _ *mapping.Entry) (helper.Secret, error) {
			b.asked++
			value, err := b.aws(ctx)
			return helper.Secret{Value: value}, err
		},
		Log: func(code string, _ mapping.Host, line string) { b.logged = append(b.logged, code+": "+line) },
	}
}

// get gives the password, or the error's text.
func (b *bench) get() string { return b.getHost("registry.example.com") }

func (b *bench) getHost(host string) string {
	_, password, err := b.helper().Bind(context.Background()).Get(host)
	if err != nil {
		return "error: " + err.Error()
	}
	return password
}

// steps runs a table: at each time something is changed, then asked.
type step struct {
	at     time.Duration
	change func(*bench)
	want   string // how the answer begins
	asked  int    // how often AWS was asked so far
}

func run(t *testing.T, b *bench, steps []step) {
	t.Helper()
	start := b.now
	for _, s := range steps {
		b.now = start + s.at
		if s.change != nil {
			s.change(b)
		}
		if got := b.get(); !strings.HasPrefix(got, s.want) || b.asked != s.asked {
			t.Errorf("at %s: %q with %d calls, want %q with %d", s.at, got, b.asked, s.want, s.asked)
		}
	}
}

var (
	outage    = helper.Failure{Code: "network", Cause: "no connection", Remedy: "wait", Transient: true}
	denied    = helper.Failure{Code: "access-denied", Cause: "denied", Remedy: "ask", Withdrawn: true}
	otherwise = helper.Failure{Code: "no-credentials", Cause: "none", Remedy: "add some"}
)

func down(b *bench)   { b.fails(outage) }
func up(b *bench)     { b.answers("second") }
func denies(b *bench) { b.fails(denied) }

const failed = "error: registry.example.com: prod/registry: "

func TestFreshForTTL(t *testing.T) {
	run(t, newBench(), []step{
		{0, nil, "first", 1},
		{59 * time.Second, up, "first", 1},
		{60 * time.Second, nil, "second", 2},
		{119 * time.Second, nil, "second", 2},
	})
}

func TestACopyStandsInForAnOutage(t *testing.T) {
	b := newBench()
	run(t, b, []step{
		{0, nil, "first", 1},
		{60 * time.Second, down, "first", 2},
		{61 * time.Second, nil, "first", 2},  // left alone for 15 s
		{74 * time.Second, up, "first", 2},   // even if it is back
		{75 * time.Second, down, "first", 3}, // asked again
		{91 * time.Second, up, "second", 4},
		{160 * time.Second, down, "second", 5},
	})
	if len(b.logged) != 2 || !strings.HasPrefix(b.logged[0], "network: registry.example.com: prod/registry: the copy of 20") {
		t.Errorf("logged %q, want one record for each outage, saying since when", b.logged)
	}
}

func TestACopyStandsInForAnHour(t *testing.T) {
	run(t, newBench(), []step{
		{0, nil, "first", 1},
		{time.Hour + 59*time.Second, down, "first", 2},
		{time.Hour + 60*time.Second, nil, failed + "no connection", 3},
	})
}

func TestWithdrawnCopiesAreGone(t *testing.T) {
	for name, change := range map[string]func(*bench){
		"denied":    denies,
		"malformed": func(b *bench) { b.aws = func(context.Context) (string, error) { return `{"username":1}`, nil } },
	} {
		b := newBench()
		run(t, b, []step{{0, nil, "first", 1}, {time.Minute, change, failed, 2}, {2 * time.Minute, down, failed + "no connection", 3}})
		for _, value := range b.values {
			if bytes.Contains(value, []byte("first")) {
				t.Errorf("%s: a copy is still there", name)
			}
		}
	}
}

func TestOtherFailuresKeepTheCopy(t *testing.T) {
	run(t, newBench(), []step{
		{0, nil, "first", 1},
		{time.Minute, func(b *bench) { b.fails(otherwise) }, failed + "none", 2},
		{2 * time.Minute, down, "first", 3},
	})
}

func TestAHerdSharesAFailure(t *testing.T) {
	run(t, newBench(), []step{
		{0, denies, failed + "denied", 1},
		{time.Second, nil, failed + "denied", 1},
		{time.Second + 1, nil, failed + "denied", 2},
		{3 * time.Second, up, "second", 3},
	})
}

func TestZeroTurnsOff(t *testing.T) {
	for name, row := range map[string]struct {
		cache string
		steps []step
	}{
		"ttl":   {`{"ttl": "0"}`, []step{{0, nil, "first", 1}, {1, up, "second", 2}, {2, down, "second", 3}}},
		"both":  {`{"ttl": "0", "staleIfError": "0"}`, []step{{0, nil, "first", 1}, {1, up, "second", 2}, {2, down, failed, 3}}},
		"stale": {`{"staleIfError": "0"}`, []step{{0, nil, "first", 1}, {59 * time.Second, down, "first", 1}, {60 * time.Second, nil, failed, 2}}},
	} {
		b := newBench()
		b.mapping = strings.TrimSuffix(b.mapping, "}") + `, "cache": ` + row.cache + "}"
		t.Log(name)
		run(t, b, row.steps)
		if name == "both" && len(b.values) > 0 {
			t.Errorf("%d values are kept", len(b.values))
		}
	}
}

func TestWhatACopyIsBoundTo(t *testing.T) {
	for name, change := range map[string]func(*testing.T, *bench){
		"mapping": func(_ *testing.T, b *bench) { b.mapping += " " },
		"profile": func(t *testing.T, _ *bench) { t.Setenv("AWS_PROFILE", "other") },
		"key":     func(t *testing.T, _ *bench) { t.Setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER") },
		"region":  func(t *testing.T, _ *bench) { t.Setenv("AWS_REGION", "eu-north-1") },
		"home":    func(t *testing.T, _ *bench) { t.Setenv("HOME", "/nonexistent") },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench()
			b.get()
			change(t, b)
			if b.get(); b.asked != 2 {
				t.Errorf("asked %d times, want 2", b.asked)
			}
		})
	}
}

func TestWhatACopyIsNotBoundTo(t *testing.T) {
	for _, name := range []string{"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "PATH"} {
		b := newBench()
		b.get()
		t.Setenv(name, "canary-other")
		if b.get(); b.asked != 1 {
			t.Errorf("%s: asked %d times, want 1", name, b.asked)
		}
	}
}

// A hit looks at the mapping's bytes, not into them: the trace names no entry.
func TestAHitParsesNoMapping(t *testing.T) {
	b := newBench()
	h := b.helper()
	var trace []string
	h.Trace = func(format string, args ...any) { trace = append(trace, fmt.Sprintf(format, args...)) }
	for call, parsed := range []bool{true, false} {
		trace = nil
		h.Bind(context.Background()).Get("registry.example.com")
		if strings.Contains(strings.Join(trace, "\n"), "entry at") != parsed {
			t.Errorf("call %d: %q", call+1, trace)
		}
	}
}

func TestEraseForgetsEveryVariant(t *testing.T) {
	b := newBench()
	b.mapping = `{"registries": {"registry.example.com": "a", "other.example.com": "b"}}`
	b.get()
	b.getHost("other.example.com")
	t.Setenv("AWS_PROFILE", "other")
	b.get()
	if err := b.helper().Bind(context.Background()).Delete("https://registry.example.com/v2/"); err != nil {
		t.Fatal(err)
	}
	if len(b.values) != 1 {
		t.Errorf("%d values are kept, want the other host's alone", len(b.values))
	}
}

func TestStoreReadsAfreshAndRefreshes(t *testing.T) {
	b := newBench()
	b.get()
	up(b)
	var stdout, stderr bytes.Buffer
	input := `{"ServerURL":"registry.example.com","Username":"u","Secret":"second"}`
	if code := b.helper().Serve(context.Background(), "store", strings.NewReader(input), &stdout, &stderr); code != 0 || b.asked != 2 {
		t.Fatalf("exit %d, asked %d times: %s", code, b.asked, &stdout)
	}
	if got := b.get(); got != "second" || b.asked != 2 {
		t.Errorf("%q with %d calls: the new password should be kept", got, b.asked)
	}
}

// While a copy can stand in, AWS gets two seconds of the ten.
func TestAnOutageIsNotWaitedFor(t *testing.T) {
	b := newBench()
	var allowed []time.Duration
	b.aws = func(ctx context.Context) (string, error) {
		deadline, _ := ctx.Deadline()
		allowed = append(allowed, time.Until(deadline).Round(time.Second))
		if len(allowed) > 1 {
			return "", &outage
		}
		return `{"username":"u","password":"first"}`, nil
	}
	b.get()
	b.now += time.Minute
	b.get()
	if want := []time.Duration{10 * time.Second, 2 * time.Second}; !slices.Equal(allowed, want) {
		t.Errorf("allowed %v, want %v", allowed, want)
	}
}

func TestAFullCacheIsNoCache(t *testing.T) {
	b := newBench()
	h := b.helper()
	h.Cache = full{b}
	for want := 1; want <= 2; want++ {
		if _, password, err := h.Bind(context.Background()).Get("registry.example.com"); password != "first" || err != nil || b.asked != want {
			t.Errorf("%q, %v, asked %d times", password, err, b.asked)
		}
	}
}

type full struct{ *bench }

func (full) Writable() bool                          { return false }
func (full) Put(string, []byte, time.Duration) error { return errors.New("no space left on device") }
func (full) Lock(context.Context, string) (func(), error) {
	return nil, errors.New("must not be waited for")
}

// Setting the clock by a day either way does nothing: only people read Clock.
func TestTheWallClockDoesNotMatter(t *testing.T) {
	for _, day := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		b := newBench()
		b.get()
		for name, value := range b.values {
			var kept map[string]any
			if err := json.Unmarshal(value, &kept); err != nil {
				t.Fatal(err)
			}
			kept["Clock"] = time.Now().Add(day)
			b.values[name], _ = json.Marshal(kept)
		}
		start := b.now
		b.now = start + 59*time.Second
		if b.get(); b.asked != 1 {
			t.Errorf("clock %s off: asked %d times within the ttl", day, b.asked)
		}
		b.now = start + 60*time.Second
		if b.get(); b.asked != 2 {
			t.Errorf("clock %s off: asked %d times after the ttl", day, b.asked)
		}
	}
}

// Records that no program of ours wrote whole are no answers.
func TestSpoiltRecordsAreNotBelieved(t *testing.T) {
	for name, spoil := range map[string]func(map[string]any){
		"from the future":  func(kept map[string]any) { kept["At"] = float64(1 << 62) },
		"without password": func(kept map[string]any) { delete(kept, "Password") },
		"empty":            func(kept map[string]any) { clear(kept) },
	} {
		b := newBench()
		b.get()
		for key, value := range b.values {
			var kept map[string]any
			if err := json.Unmarshal(value, &kept); err != nil {
				t.Fatal(err)
			}
			spoil(kept)
			b.values[key], _ = json.Marshal(kept)
		}
		up(b)
		if got := b.get(); got != "second" || b.asked != 2 {
			t.Errorf("%s: %q with %d calls", name, got, b.asked)
		}
	}
}
