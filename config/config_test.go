package config

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite what is generated")

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaults(t *testing.T) {
	got, report, err := Load(Source{})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Discord:   Discord{API: "https://discord.com/api"},
		Telegram:  Telegram{API: "https://api.telegram.org", WebhookListen: ":8443", Pace: PaceLimits},
		Knowledge: Knowledge{Watch: 10 * time.Second},
		Limits:    Limits{User: Limit{20, time.Minute}, Channel: Limit{120, time.Minute}},
		Ops:       Ops{Address: "127.0.0.1:8090"},
		Log:       Log{Level: slog.LevelInfo, Format: LogAuto, IDs: IDsOff},
		Run:       Run{DrainTimeout: 20 * time.Second},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if len(report.Values) != len(Settings()) || len(report.Warnings) > 0 {
		t.Errorf("report %+v", report)
	}
}

func TestSources(t *testing.T) {
	dir := t.TempDir()
	file := write(t, "  from-file\n")
	got, report, err := Load(Source{
		Environ: []string{"DISCORD_TOKEN= inline ", "TELEGRAM_TOKEN_FILE=" + file, "SUMMITBOT_KB=/nowhere", "SUMMITBOT_LOG_LEVEL=debug",
			"SUMMITBOT_LOG_LEVEL=warn", "SUMMITBOT_TELEGRAM_API_URL=http://127.0.0.1:8081/", "HOME=/root"},
		Flags: map[string]string{"kb": dir, "drain-timeout": "90s"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Discord.Token.Reveal() != "inline" || got.Telegram.Token.Reveal() != "from-file" {
		t.Errorf("tokens %q, %q", got.Discord.Token.Reveal(), got.Telegram.Token.Reveal())
	}
	if string(got.Knowledge.Dir) != dir || got.Log.Level != slog.LevelWarn || got.Run.DrainTimeout != 90*time.Second || got.Telegram.API != "http://127.0.0.1:8081" {
		t.Errorf("got %+v", got)
	}
	from := map[string]string{}
	for _, v := range report.Values {
		from[v.Name] = v.Text + " " + v.From
	}
	for name, want := range map[string]string{
		"DISCORD_TOKEN":             "<secret> environment",
		"TELEGRAM_TOKEN":            "<secret> file " + file + " (TELEGRAM_TOKEN_FILE)",
		"SUMMITBOT_KB":              dir + " flag --kb",
		"SUMMITBOT_LOG_LEVEL":       "warn environment",
		"SUMMITBOT_LOG_FORMAT":      "auto default",
		"SUMMITBOT_DISCORD_API_URL": "https://discord.com/api default",
	} {
		if from[name] != want {
			t.Errorf("%s: %q, want %q", name, from[name], want)
		}
	}
	if text := report.String(); strings.Contains(text, "inline") || strings.Contains(text, "from-file") {
		t.Errorf("a secret is in the report:\n%s", text)
	}
}

func TestFaults(t *testing.T) {
	dir := t.TempDir()
	token, empty, binary, huge := write(t, "abc"), write(t, " \n"), write(t, "ab\x00c"), write(t, strings.Repeat("x", maxSecretFile+1))
	tests := []struct {
		environ []string
		flags   map[string]string
		want    string
	}{
		{environ: []string{"DISCORD_TOKEN="}, want: "DISCORD_TOKEN is set but empty"},
		{environ: []string{"TELEGRAM_TOKEN=  "}, want: "TELEGRAM_TOKEN is set but empty"},
		{environ: []string{"DISCORD_TOKEN=s3cret\nx"}, want: "DISCORD_TOKEN holds a line break or a character that no token has"},
		{environ: []string{"DISCORD_TOKEN=s3cret", "DISCORD_TOKEN_FILE=" + token}, want: "DISCORD_TOKEN and DISCORD_TOKEN_FILE are both set: keep one of them"},
		{environ: []string{"DISCORD_TOKEN=s3cret"}, flags: map[string]string{"discord-token-file": token}, want: "DISCORD_TOKEN and --discord-token-file are both set: keep one of them"},
		{environ: []string{"DISCORD_TOKEN_FILE="}, want: "DISCORD_TOKEN_FILE is set but empty"},
		{environ: []string{"DISCORD_TOKEN_FILE=/no/such"}, want: "DISCORD_TOKEN_FILE: cannot read /no/such: no such file or directory"},
		{environ: []string{"DISCORD_TOKEN_FILE=" + dir}, want: "DISCORD_TOKEN_FILE: cannot read " + dir + ": is a directory"},
		{environ: []string{"DISCORD_TOKEN_FILE=" + empty}, want: "DISCORD_TOKEN_FILE: " + empty + " is empty"},
		{environ: []string{"DISCORD_TOKEN_FILE=" + binary}, want: "DISCORD_TOKEN_FILE: " + binary + " holds a line break or a character that no token has"},
		{environ: []string{"DISCORD_TOKEN_FILE=" + huge}, want: "DISCORD_TOKEN_FILE: " + huge + " is larger than 64 KiB, that is no token"},
		{environ: []string{"SUMMITBOT_DISCORD_API_URL=discord.com"}, want: "SUMMITBOT_DISCORD_API_URL: want an http or https URL, got discord.com"},
		{environ: []string{"SUMMITBOT_DISCORD_API_URL=ftp://discord.com"}, want: "SUMMITBOT_DISCORD_API_URL: want an http or https URL, got ftp://discord.com"},
		{environ: []string{"SUMMITBOT_TELEGRAM_WEBHOOK_PATH=hook"}, want: "SUMMITBOT_TELEGRAM_WEBHOOK_PATH: want a path that begins with a slash, got hook"},
		{environ: []string{"SUMMITBOT_TELEGRAM_WEBHOOK_LISTEN=8443"}, want: "SUMMITBOT_TELEGRAM_WEBHOOK_LISTEN: want an address such as :8443 or 127.0.0.1:8443, got 8443"},
		{environ: []string{"SUMMITBOT_TELEGRAM_CHATS=7,x"}, want: "SUMMITBOT_TELEGRAM_CHATS: want numbers with commas between, got 7,x"},
		{environ: []string{"SUMMITBOT_TELEGRAM_PACE=fast"}, want: "SUMMITBOT_TELEGRAM_PACE: want limits or none, got fast"},
		{environ: []string{"SUMMITBOT_TELEGRAM_WEBHOOK_CERT=/nowhere"}, want: "SUMMITBOT_TELEGRAM_WEBHOOK_CERT: want a file that exists, got /nowhere"},
		{environ: []string{"SUMMITBOT_KB="}, want: "SUMMITBOT_KB is set but empty"},
		{flags: map[string]string{"kb": "/no/such"}, want: "--kb: want a folder that exists, got /no/such"},
		{flags: map[string]string{"kb": token}, want: "--kb: want a folder that exists, got " + token},
		{environ: []string{"SUMMITBOT_LOG_LEVEL=loud"}, want: "SUMMITBOT_LOG_LEVEL: want debug, info, warn or error, got loud"},
		{environ: []string{"SUMMITBOT_LOG_FORMAT=a\tb"}, want: `SUMMITBOT_LOG_FORMAT: want auto, text or json, got "a\tb"`},
		{environ: []string{"SUMMITBOT_DRAIN_TIMEOUT=20"}, want: "SUMMITBOT_DRAIN_TIMEOUT: want a duration such as 20s or 1m, got 20"},
		{environ: []string{"SUMMITBOT_DRAIN_TIMEOUT=-1s"}, want: "SUMMITBOT_DRAIN_TIMEOUT: want a duration such as 20s or 1m, got -1s"},
		{environ: []string{"SUMMITBOT_USER_LIMIT=20"}, want: "SUMMITBOT_USER_LIMIT: want a number and a duration such as 20/1m, or off, got 20"},
		{environ: []string{"SUMMITBOT_USER_LIMIT=0/1m"}, want: "SUMMITBOT_USER_LIMIT: want a number and a duration such as 20/1m, or off, got 0/1m"},
		{environ: []string{"SUMMITBOT_CHANNEL_LIMIT=5/0s"}, want: "SUMMITBOT_CHANNEL_LIMIT: want a number and a duration such as 20/1m, or off, got 5/0s"},
		{environ: []string{"SUMMITBOT_OPS_ADDRESS=8090"}, want: "SUMMITBOT_OPS_ADDRESS: want an address such as 127.0.0.1:8090 or :8090, or off, got 8090"},
		{environ: []string{"SUMMITBOT_OPS_ADDRESS=:http"}, want: "SUMMITBOT_OPS_ADDRESS: want an address such as 127.0.0.1:8090 or :8090, or off, got :http"},
		{environ: []string{"SUMMITBOT_OPS_PPROF=maybe"}, want: "SUMMITBOT_OPS_PPROF: want on or off, got maybe"},
		{environ: []string{"SUMMITBOT_LOG_IDS=plain"}, want: "SUMMITBOT_LOG_IDS: want off or hashed, got plain"},
		{ // All at once, in the order of Config.
			environ: []string{"SUMMITBOT_LOG_LEVEL=loud", "TELEGRAM_TOKEN=", "DISCORD_TOKEN="},
			want:    "DISCORD_TOKEN is set but empty\nTELEGRAM_TOKEN is set but empty\nSUMMITBOT_LOG_LEVEL: want debug, info, warn or error, got loud",
		},
	}
	for _, tt := range tests {
		_, _, err := Load(Source{Environ: tt.environ, Flags: tt.flags})
		if err == nil || err.Error() != tt.want {
			t.Errorf("%q %v:\n got %v\nwant %s", tt.environ, tt.flags, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("a secret is in %q", err)
		}
	}
}

func TestFaultsOfOneSetting(t *testing.T) {
	_, _, err := Load(Source{Environ: []string{"DISCORD_TOKEN=", "SUMMITBOT_KB="}})
	var faults Faults
	if !errors.As(err, &faults) {
		t.Fatalf("got %v, want Faults", err)
	}
	if got := fmt.Sprint(faults.Of("SUMMITBOT_KB")); got != "SUMMITBOT_KB is set but empty" {
		t.Error(got)
	}
	if err := faults.Of("TELEGRAM_TOKEN"); err != nil {
		t.Error(err)
	}
}

func TestUnknownVariables(t *testing.T) {
	for name, want := range map[string]string{
		"SUMMITBOT_LOGLEVEL":            "SUMMITBOT_LOGLEVEL is no setting, did you mean SUMMITBOT_LOG_LEVEL?",
		"SUMMITBOT_DISCORD_TOKEN":       "SUMMITBOT_DISCORD_TOKEN is no setting, did you mean DISCORD_TOKEN?",
		"SUMMITBOT_TELEGRAM_TOKEN_FILE": "SUMMITBOT_TELEGRAM_TOKEN_FILE is no setting, did you mean TELEGRAM_TOKEN_FILE?",
		"SUMMITBOT_TELEGRAM_URL":        "SUMMITBOT_TELEGRAM_URL is no setting, did you mean SUMMITBOT_TELEGRAM_API_URL?",
		"SUMMITBOT_BK":                  "SUMMITBOT_BK is no setting, did you mean SUMMITBOT_KB?",
		"SUMMITBOT_SERVICE_HOST":        "SUMMITBOT_SERVICE_HOST is no setting",
		"SUMMITBOT_KB":                  "",
		"SOMETHING_ELSE":                "",
	} {
		_, report, _ := Load(Source{Environ: []string{name + "=x"}})
		if got := strings.Join(report.Warnings, "\n"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// A secret's file is read again where it is asked for, and a fault does not lose the secret.
func TestReread(t *testing.T) {
	file := write(t, "first\n")
	cfg, _, err := Load(Source{Environ: []string{"DISCORD_TOKEN_FILE=" + file, "TELEGRAM_TOKEN=inline"}})
	if err != nil {
		t.Fatal(err)
	}
	secret := cfg.Discord.Token
	for _, tt := range []struct{ content, want, fault string }{
		{"first ", "first", ""},
		{"second\n", "second", ""},
		{"\n", "", file + " is empty"},
		{"two\nlines", "", file + " holds a line break or a character that no token has"},
	} {
		if err := os.WriteFile(file, []byte(tt.content), 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := secret.Reread()
		if again.Reveal() != tt.want || err == nil && (tt.fault != "" || again.File() != file) || err != nil && err.Error() != tt.fault {
			t.Errorf("%q: %q of %s, %v", tt.content, again.Reveal(), again.File(), err)
		}
		if again.Equal(secret) != (tt.want == "first") {
			t.Errorf("%q: Equal is wrong", tt.content)
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Reread(); err == nil || secret.Reveal() != "first" {
		t.Errorf("without its file: %v", err)
	}
	if inline, err := cfg.Telegram.Token.Reread(); err != nil || inline.Reveal() != "inline" || inline.File() != "" {
		t.Errorf("an inline secret: %v", err)
	}
}

// A secret must not show, in whatever way it or what holds it is printed.
func TestSecretIsNeverPrinted(t *testing.T) {
	const text = "s3cret-t0ken"
	secret := NewSecret(text)
	type inside struct {
		Exported Secret
		hidden   Secret
	}
	holders := []any{secret, &secret, inside{secret, secret}, &inside{secret, secret}, []Secret{secret}, map[string]Secret{"a": secret},
		Config{Discord: Discord{Token: secret}}, fmt.Errorf("wrapped: %v", secret)}
	for _, holder := range holders {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t", "%08.3f", "%c", "%U", "%p", "%T"} {
			// Hexadecimal digits would hide the text from a plain search.
			out := fmt.Sprintf(verb, holder)
			for _, form := range []string{text, fmt.Sprintf("%x", text), fmt.Sprintf("%X", text)} {
				if strings.Contains(out, form) {
					t.Errorf("%s of %T shows the secret: %s", verb, holder, out)
				}
			}
		}
		var logged bytes.Buffer
		for _, h := range []slog.Handler{slog.NewJSONHandler(&logged, nil), slog.NewTextHandler(&logged, nil)} {
			slog.New(h).Info("starting", "holder", holder, slog.Group("group", "inner", holder))
		}
		if j, err := json.Marshal(holder); err == nil {
			logged.Write(j)
		}
		if x, err := xml.Marshal(holder); err == nil {
			logged.Write(x)
		}
		if strings.Contains(logged.String(), text) {
			t.Errorf("%T is logged or encoded with the secret: %s", holder, &logged)
		}
	}
	if got := fmt.Sprintf("%v|%s|%#v", secret, secret, Secret{}); got != "<secret>|<secret>|" {
		t.Error(got)
	}
	if j, _ := json.Marshal(secret); string(j) != `"\u003csecret\u003e"` {
		t.Error(string(j))
	}
	if secret.Reveal() != text || (Secret{}).Reveal() != "" || (Secret{}).IsSet() || !secret.IsSet() {
		t.Error("Reveal or IsSet is wrong")
	}
}

func TestSettingsAreComplete(t *testing.T) {
	flags := map[string]bool{}
	for _, s := range Settings() {
		if s.Env == "" || s.Help == "" || !s.Secret && s.Want == "" {
			t.Errorf("%+v lacks a tag", s)
		}
		if flags[s.Flag] {
			t.Errorf("two settings have the flag --%s", s.Flag)
		}
		flags[s.Flag] = true
	}
}

const (
	tableBegin = "<!-- This table is generated: go test ./config -update -->\n"
	tableEnd   = "<!-- end of the generated table -->\n"
)

func TestDocumentedTable(t *testing.T) {
	const path = "../docs/configuration.md"
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(doc), tableBegin)
	table, after, ended := strings.Cut(rest, tableEnd)
	if !ok || !ended {
		t.Fatalf("%s has no table between its markers", path)
	}
	if table == Table() {
		return
	}
	if !*update {
		t.Fatalf("%s is not what Config says; go test ./config -update rewrites it. Want:\n%s", path, Table())
	}
	if err := os.WriteFile(path, []byte(before+tableBegin+Table()+tableEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("DISCORD_TOKEN", "x", "kb", "y")
	f.Add("SUMMITBOT_LOG_LEVEL", "info+3", "drain-timeout", "1h")
	f.Add("SUMMITBOT_DISCORD_API_URL", "http://[::1]:1/%zz", "", "")
	f.Fuzz(func(t *testing.T, name, value, flag, given string) {
		if strings.HasSuffix(name, suffix) || strings.HasSuffix(flag, "-file") || name == fileEnv || flag == flagName(fileEnv) {
			return // reads whatever file that is
		}
		cfg, report, err := Load(Source{Environ: []string{name + "=" + value}, Flags: map[string]string{flag: given}})
		if faults := (Faults{}); err != nil && (!errors.As(err, &faults) || len(faults) == 0) {
			t.Errorf("an error without faults: %v", err)
		}
		for _, printed := range []string{fmt.Sprintf("%+v", cfg), report.String(), fmt.Sprint(err)} {
			if name == "DISCORD_TOKEN" && len(value) > 12 && strings.Contains(printed, value) {
				t.Errorf("the token is in %q", printed)
			}
		}
	})
}
