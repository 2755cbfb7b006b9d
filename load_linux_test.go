package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/awstest"
)

// TestLoad has eight clients ask for five hosts, with Secrets Manager failing one
// request in five. Every answer is right or a clean error, AWS is asked no more
// often than the cache promises, and neither memory nor descriptors nor files grow.
// It makes 10,000 calls where ECSSECRETS_E2E=require asks for everything, and 2,000
// elsewhere.
func TestLoad(t *testing.T) {
	calls := 2_000
	if os.Getenv("ECSSECRETS_E2E") == "require" {
		calls = 10_000
	}
	l := newLoad(t)
	descriptors := openDescriptors(t)
	start := time.Now()
	l.callAll(t, calls, 8)
	elapsed := time.Since(start)
	l.checkAsked(t, calls, elapsed)
	l.checkMemory(t)
	l.checkFolder(t)
	if !eventually(func() bool { return openDescriptors(t) <= descriptors }) {
		t.Errorf("%d descriptors before, %d after", descriptors, openDescriptors(t))
	}
	t.Logf("%d calls in %s: %d answers, %d clean errors; AWS was asked %v times, failed %d of %d requests", calls, elapsed.Round(time.Millisecond),
		l.right.Load(), l.clean.Load(), l.asked, l.failed, l.requests)
}

// Hosts 0 to 2 are kept for a short time, host 3 has a copy that stands in, host 4
// is not kept.
const (
	loadHosts = 5
	loadTTL   = 500 * time.Millisecond
)

type load struct {
	*site
	launcher string
	mappings [loadHosts]string

	mu               sync.Mutex
	random           *rand.Rand
	asked            [loadHosts]int // calls of GetSecretValue, each of one request or more
	requests, failed int

	right, clean atomic.Int64
	peaks        []int // KiB, of each call
}

func newLoad(t *testing.T) *load {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	l := &load{site: newSite(t), random: rand.New(rand.NewPCG(seed, 0))}
	folder := t.TempDir()
	l.launcher = filepath.Join(folder, "launcher")
	goBuild(t, "./testdata/bench/launcher", l.launcher)
	front := httptest.NewServer(http.HandlerFunc(l.serve))
	t.Cleanup(front.Close)
	l.env = append(l.env, "AWS_ENDPOINT_URL="+front.URL)
	for i := range loadHosts {
		cache := []string{`{"ttl": "500ms", "staleIfError": "0"}`, `{"ttl": "500ms", "staleIfError": "1h"}`, `{"ttl": "0", "staleIfError": "0"}`}[max(i-2, 0)]
		l.aws.PutSecret(awstest.Secret{ARN: loadARN(i), String: new(fmt.Sprintf(`{"username":"puller%d","password":"canary-%d"}`, i, i))})
		l.mappings[i] = filepath.Join(folder, fmt.Sprintf("mapping%d.json", i))
		must(t, os.WriteFile(l.mappings[i], []byte(fmt.Sprintf(`{"registries": {"%s": "%s"}, "cache": %s, "timeout": "10s"}`, loadHost(i), loadARN(i), cache)), 0o644))
	}
	return l
}

func loadHost(i int) string { return fmt.Sprintf("registry%d.example.com", i) }

func loadARN(i int) string {
	return fmt.Sprintf("arn:aws:secretsmanager:eu-west-1:111122223333:secret:load%d-AbCdEf", i)
}

// loadFaults are how Secrets Manager fails, with what the line says then.
var loadFaults = []struct {
	fault awstest.Fault
	says  string
}{
	{awstest.Fault{Status: 503}, "answered 503 Service Unavailable"},
	{awstest.Fault{Reset: true}, "broke off"},
	{awstest.Fault{Code: "AccessDeniedException", Message: "no"}, "secretsmanager:GetSecretValue denied"},
	{awstest.Fault{Body: "<html>"}, "gave an answer that is none of AWS's"},
	{awstest.Fault{Code: "ThrottlingException", Message: "Rate exceeded"}, "is throttled"},
}

// serve counts a request, and lets one in five fail.
func (l *load) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client's fault, which it will tell
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	for i := range loadHosts {
		if bytes.Contains(body, []byte(loadARN(i))) {
			l.count(i, r)
		}
	}
	l.aws.ServeHTTP(w, r)
}

func (l *load) count(host int, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
	if strings.HasPrefix(r.Header.Get("Amz-Sdk-Request"), "attempt=1") {
		l.asked[host]++
	}
	if l.random.IntN(5) == 0 {
		l.failed++
		f := loadFaults[l.random.IntN(len(loadFaults))].fault
		f.SecretID, f.Times = loadARN(host), 1
		l.aws.Fail(f)
	}
}

func (l *load) callAll(t *testing.T, calls, clients int) {
	l.peaks = make([]int, calls)
	var next atomic.Int64
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < calls && !t.Failed(); i = int(next.Add(1)) - 1 {
				l.peaks[i] = l.call(t, i%loadHosts)
			}
		})
	}
	group.Wait()
}

// call asks for one host, and gives the most memory that the helper had.
func (l *load) call(t *testing.T, host int) (peak int) {
	command := exec.CommandContext(t.Context(), l.launcher, l.program, "get")
	command.Env = append(slices.Clone(l.env), "ECSSECRETS_REGISTRIES=", "ECSSECRETS_MAPPING="+l.mappings[host])
	command.Stdin = strings.NewReader(loadHost(host))
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	start := time.Now()
	command.Run()
	took, code := time.Since(start), command.ProcessState.ExitCode()
	said, rest, _ := strings.Cut(stdout.String(), "\n")
	peak, err := strconv.Atoi(strings.TrimSpace(rest))
	right := fmt.Sprintf(`{"ServerURL":"%s","Username":"puller%d","Secret":"canary-%d"}`, loadHost(host), host, host)
	switch {
	case err == nil && code == 0 && said == right && stderr.Len() == 0:
		l.right.Add(1)
	case err == nil && code == 1 && said+"\n" == stderr.String() && isCleanLoadError(said, host):
		l.clean.Add(1)
	default:
		t.Errorf("exit code %d, stdout %q, stderr %q", code, &stdout, &stderr)
	}
	if took > 10*time.Second+cellSlack {
		t.Errorf("a call took %s", took)
	}
	return peak
}

func isCleanLoadError(said string, host int) bool {
	if !failureLine.MatchString(said+"\n") || strings.Contains(said, "canary") {
		return false
	}
	for _, f := range loadFaults {
		pattern := "^" + regexp.QuoteMeta(loadHost(host)+": "+loadARN(host)+": ") + ".*" + regexp.QuoteMeta(f.says) + ".*; "
		if regexp.MustCompile(pattern).MatchString(said) {
			return true
		}
	}
	return false
}

// checkAsked: who has asked leaves AWS alone for ttl, or after a failure for a
// second. What is not kept is asked for each time.
func (l *load) checkAsked(t *testing.T, calls int, elapsed time.Duration) {
	t.Helper()
	most := int(elapsed/loadTTL) + 2
	for i, asked := range l.asked[:loadHosts-1] {
		if asked == 0 || asked > most {
			t.Errorf("%s: AWS was asked %d times in %s, want 1 to %d", loadHost(i), asked, elapsed, most)
		}
	}
	if asked := l.asked[loadHosts-1]; asked != calls/loadHosts {
		t.Errorf("%s: AWS was asked %d times, want %d", loadHost(loadHosts-1), asked, calls/loadHosts)
	}
	if l.failed < l.requests/10 || l.clean.Load() == 0 {
		t.Errorf("%d of %d requests failed, and %d calls", l.failed, l.requests, l.clean.Load())
	}
}

func (l *load) checkMemory(t *testing.T) {
	t.Helper()
	part := len(l.peaks) / 10
	first, last, most := mean(l.peaks[:part]), mean(l.peaks[len(l.peaks)-part:]), slices.Max(l.peaks)
	t.Logf("memory of a call: %d KiB at first, %d KiB in the end, %d KiB at most", first, last, most)
	if last > first+first/10 || most > 32<<10 {
		t.Errorf("memory of a call grows from %d KiB to %d KiB; at most it is %d KiB", first, last, most)
	}
}

func mean(all []int) (sum int) {
	for _, n := range all {
		sum += n
	}
	return sum / len(all)
}

// checkFolder: for each host a copy, a failure and a lock, and for each way to
// fail that the log was told of another two.
func (l *load) checkFolder(t *testing.T) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(l.runtime, "ecssecrets", "*"))
	if most := loadHosts * (3 + 2*len(loadFaults)); len(files) > most {
		t.Errorf("%d files in the runtime folder, want %d at most", len(files), most)
	}
	l.checkFilesWhole(t)
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	return len(entries)
}
