package awsapi

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzReadECSConfig: whatever stands in the agent's file, a setting is a value that
// stands there behind its name; one more line with a setting overrules the ones
// before it; a comment overrules nothing; and a second file only fills gaps.
func FuzzReadECSConfig(f *testing.F) {
	for _, text := range []string{
		"", "AWS_DEFAULT_REGION=eu-west-1\n", "ECS_CLUSTER=c\r\n HTTP_PROXY=proxy.example:3128 \r\nNO_PROXY=169.254.169.254\nECS_EXTERNAL=True",
		"AWS_DEFAULT_REGION=\nAWS_DEFAULT_REGION = x\n#HTTP_PROXY=no\nHTTP_PROXY=a=b\x00\xff", "ECS_ENGINE_AUTH_DATA={\"https://index.docker.io/v1/\":{\"auth\":\"=\"}}\n",
	} {
		f.Add(text)
	}
	folder := f.TempDir()
	read := func(t *testing.T, texts ...string) ecsConfig {
		files := []string{filepath.Join(folder, "ecs.config"), filepath.Join(folder, "second.config")}
		for i, text := range texts {
			if err := os.WriteFile(files[i], []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return readECSConfig(files[:len(texts)])
	}
	f.Fuzz(func(t *testing.T, text string) {
		config := read(t, text)
		for name, value := range map[string]string{"AWS_DEFAULT_REGION": config.region, "HTTP_PROXY": config.proxy, "NO_PROXY": config.noProxy} {
			if value != "" && !strings.Contains(text, name+"="+value) || strings.Contains(value, "\n") {
				t.Errorf("%q: %s is %q", text, name, value)
			}
		}
		if more := read(t, text+"\n#HTTP_PROXY=x\n# AWS_DEFAULT_REGION=x\nXNO_PROXY=x\nECS_EXTERNAL"); more != config {
			t.Errorf("%q: comments make %+v of %+v", text, more, config)
		}
		want := ecsConfig{region: "r", proxy: config.proxy, noProxy: config.noProxy, external: true}
		if more := read(t, text+"\nAWS_DEFAULT_REGION=r\nECS_EXTERNAL=tRUE\n"); more != want {
			t.Errorf("%q: overruled it is %+v, want %+v", text, more, want)
		}
		if twice := read(t, text, text); twice != config {
			t.Errorf("%q: read twice it is %+v, once %+v", text, twice, config)
		}
		second := read(t, text, "HTTP_PROXY=second")
		if config.proxy != "" && second != config || config.proxy == "" && second.proxy != "second" {
			t.Errorf("%q: with a second file %+v, alone %+v", text, second, config)
		}
	})
}
