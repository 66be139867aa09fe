package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func settingsFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "summitbot.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFile(t *testing.T) {
	token := write(t, "from-its-file\n")
	path := settingsFile(t, `# What the operator of this bot wants.
discord-token-file: `+token+`
log-level: debug
user-limit: off
drain-timeout: 5s
telegram-chats: [7, -100200]
discord-channels:
  - 710000000000000001
  - "710000000000000002"
kb-watch: 1m
`)
	cfg, report, err := Load(Source{
		Environ: []string{"SUMMITBOT_CONFIG=" + path, "SUMMITBOT_DRAIN_TIMEOUT=6s", "SUMMITBOT_KB_WATCH=2m"},
		Flags:   map[string]string{"kb-watch": "3m"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Discord.Token.Reveal() != "from-its-file" || cfg.Log.Level.String() != "DEBUG" || cfg.Limits.User.N != 0 || cfg.Run.DrainTimeout != 6*time.Second ||
		len(cfg.Telegram.Chats) != 2 || cfg.Telegram.Chats[1] != -100200 || len(cfg.Discord.Channels.List()) != 2 || cfg.Knowledge.Watch != 3*time.Minute {
		t.Errorf("got %+v", cfg)
	}
	from := map[string]string{}
	for _, v := range report.Values {
		from[v.Name] = v.Text + " " + v.From
	}
	for name, want := range map[string]string{
		"SUMMITBOT_CONFIG":         path + " environment",
		"SUMMITBOT_LOG_LEVEL":      "debug file " + path + ":3",
		"SUMMITBOT_DRAIN_TIMEOUT":  "6s environment",
		"SUMMITBOT_KB_WATCH":       "3m flag --kb-watch",
		"DISCORD_TOKEN":            "<secret> file " + token + " (" + path + ":2: discord-token-file)",
		"SUMMITBOT_TELEGRAM_CHATS": "7,-100200 file " + path + ":6",
	} {
		if from[name] != want {
			t.Errorf("%s: %q, want %q", name, from[name], want)
		}
	}
}

// The file that the documentation shows is sound.
func TestDocumentedFile(t *testing.T) {
	doc, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc), "```yaml\n")
	shown, _, ok := strings.Cut(rest, "```")
	if _, _, err := Load(Source{Environ: []string{"SUMMITBOT_CONFIG=" + settingsFile(t, shown)}}); err != nil || !ok {
		t.Errorf("%q: %v", shown, err)
	}
}

func TestFileFaults(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{"# nothing yet\n", ""},
		{"log-level: loud\n", "FILE:1: log-level: want debug, info, warn or error, got loud"},
		{"\nlog-levle: debug\n", "FILE:2: log-levle is no setting, did you mean log-level?"},
		{"SUMMITBOT_LOG_LEVEL: debug\n", "FILE:1: SUMMITBOT_LOG_LEVEL is no setting"},
		{"discord-token: s3cret\n", "FILE:1: discord-token: a secret stands in a file of its own, which discord-token-file names"},
		{"config: other.yaml\n", "FILE:1: config is no setting"},
		{"log-level: debug\nlog-level: info\n", "FILE:2: log-level is there twice"},
		{"log-level:\n", "FILE:1: log-level is set but empty"},
		{"log-level: {a: b}\n", "FILE:1: log-level: want a value or a list of values"},
		{"telegram-chats: [[7]]\n", "FILE:1: telegram-chats: want a value or a list of values"},
		{"log-level: &a debug\nlog-format: *a\n", "FILE:2: log-format: want a value or a list of values"},
		{"? {a: b}\n: c\n", "FILE:1: want a setting a line, such as log-level: debug"},
		{"- log-level\n", "FILE:1: want a setting a line, such as log-level: debug"},
		{"debug", "FILE:1: want a setting a line, such as log-level: debug"},
		{"log-level: debug\n---\nlog-level: info\n", "SUMMITBOT_CONFIG: FILE holds several documents, want one"},
		{"log-level: [debug\n", "SUMMITBOT_CONFIG: FILE is not YAML: line 1: did not find expected ',' or ']'"},
		{"\x00\x01", "SUMMITBOT_CONFIG: FILE is not YAML: control characters are not allowed"},
		{strings.Repeat("#", maxFile+1), "SUMMITBOT_CONFIG: FILE is larger than 1 MiB, that is no configuration"},
		{"log-levle: debug\nkb: /no/such\nuser-limit: 5\n", // all at once
			"FILE:1: log-levle is no setting, did you mean log-level?\nFILE:2: kb: want a folder that exists, got /no/such\n" +
				"FILE:3: user-limit: want a number and a duration such as 20/1m, or off, got 5"},
	} {
		path := settingsFile(t, tt.text)
		_, _, err := Load(Source{Environ: []string{"SUMMITBOT_CONFIG=" + path}})
		got := ""
		if err != nil {
			got = strings.ReplaceAll(err.Error(), path, "FILE")
		}
		if got != tt.want {
			t.Errorf("%.60q:\n got %s\nwant %s", tt.text, got, tt.want)
		}
		if strings.Contains(got, "s3cret") {
			t.Errorf("a secret is in %q", got)
		}
	}
	dir := t.TempDir()
	for path, want := range map[string]string{
		"":         "SUMMITBOT_CONFIG is set but empty",
		"/no/such": "SUMMITBOT_CONFIG: cannot read /no/such: no such file or directory",
		dir:        "SUMMITBOT_CONFIG: cannot read " + dir + ": is a directory",
	} {
		if _, _, err := Load(Source{Environ: []string{"SUMMITBOT_CONFIG=" + path}}); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", path, err, want)
		}
	}
}

// Of a setting that may stand in a file which cannot be read nothing is known.
func TestFaultsOfTheFile(t *testing.T) {
	_, _, err := Load(Source{Environ: []string{"SUMMITBOT_CONFIG=/no/such"}})
	if faults, ok := err.(Faults); !ok || faults.Of("SUMMITBOT_KB") == nil {
		t.Errorf("got %v", err)
	}
}

func FuzzFile(f *testing.F) {
	f.Add("log-level: debug\n")
	f.Add("telegram-chats: [7, -1]\n? {a: b}\n: c\n")
	f.Add("a: &x [*x]\n--- !!binary |\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "-file") {
			return // reads whatever file that is
		}
		path := settingsFile(t, text)
		cfg, report, err := Load(Source{Environ: []string{"SUMMITBOT_CONFIG=" + path}})
		if err != nil && err.Error() == "" {
			t.Error("a fault without words")
		}
		_, _ = cfg, report.String()
	})
}
