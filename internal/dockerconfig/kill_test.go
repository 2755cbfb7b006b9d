package dockerconfig_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecssecrets/docker-credential-ecssecrets/internal/dockerconfig"
)

// writerFile is set for this test program as a writer that will be killed.
const writerFile = "DOCKERCONFIG_TEST_WRITER"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerFile); path != "" {
		rewrite(path)
	}
	os.Exit(m.Run())
}

// rewrite sets and removes the helper over and over, and says so each time.
func rewrite(path string) {
	for {
		for _, change := range []func(*dockerconfig.File){set, remove} {
			file, err := dockerconfig.Read(path)
			if err == nil {
				change(file)
				err = file.Write()
			}
			if err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
			fmt.Println("written")
		}
	}
}

// TestKilled kills a writer at random moments. The file is the old or the new one,
// whole, each time, and the next writer goes on from there.
func TestKilled(t *testing.T) {
	old := `{"credHelpers":{"a":"x"},"padding":"` + strings.Repeat("a", 1<<18) + `"}`
	path := write(t, old)
	alternate := edit(t, path, set)
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, seed))
	seen := map[string]int{}
	for range 40 {
		killWriter(t, path, random)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		switch string(data) {
		case old:
			seen["old"]++
		case alternate:
			seen["new"]++
		default:
			t.Fatalf("seed %d: the file has %d bytes, neither the old %d nor the new %d", seed, len(data), len(old), len(alternate))
		}
	}
	if seen["old"] == 0 || seen["new"] == 0 {
		t.Errorf("seed %d: only one of the two was ever found: %v", seed, seen)
	}
	t.Logf("found %v; killed while a temporary file was there: %d times", seen, len(leftovers(t, path)))
}

func leftovers(t *testing.T, path string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".config.json.*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// killWriter lets a writer write a few times, and kills it some time within the
// next: after as much reading as takes a random part of it.
func killWriter(t *testing.T, path string, random *rand.Rand) {
	t.Helper()
	writer := exec.Command(os.Args[0], "-test.run=^$")
	writer.Env = append(os.Environ(), writerFile+"="+path)
	output, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(output)
	for range 1 + random.IntN(3) {
		if line, err := lines.ReadString('\n'); line != "written\n" {
			t.Errorf("the writer says %q, %v", line, err)
		}
	}
	for range random.IntN(80) {
		if _, err := os.ReadFile(path); err != nil {
			t.Error(err)
		}
	}
	writer.Process.Kill()
	io.Copy(io.Discard, lines)
	writer.Wait()
}
