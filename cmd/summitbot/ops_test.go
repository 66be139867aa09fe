//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"summitbot/adapters/adaptertest"
	"summitbot/bot"
	"summitbot/config"
	"summitbot/kb/summit"
)

// A process is `summitbot run` within the test, with one platform whose adapter does nothing but to lend its core.
type process struct {
	t     *testing.T
	log   *adaptertest.Journal
	core  service
	hints chan os.Signal
	stop  chan os.Signal
	code  chan int
}

func launch(t *testing.T, environ ...string) *process {
	t.Helper()
	p := &process{t: t, log: &adaptertest.Journal{}, hints: make(chan os.Signal, 1), stop: make(chan os.Signal, 1), code: make(chan int, 1)}
	lent := make(chan service, 1)
	act := func(ctx context.Context, s service) error {
		lent <- s
		<-ctx.Done()
		return nil
	}
	a := app{
		stdin: strings.NewReader(""), stdout: io.Discard, stderr: p.log,
		environ:   append([]string{"DISCORD_TOKEN=s3cret", "SUMMITBOT_OPS_ADDRESS=127.0.0.1:0"}, environ...),
		signals:   func() (<-chan os.Signal, func()) { return p.stop, func() {} },
		hints:     func() (<-chan os.Signal, func()) { return p.hints, func() {} },
		platforms: func(config.Config) []platform { return []platform{platformOf("discord", inTurn(act))} },
	}
	go func() { p.code <- a.run([]string{"run"}) }()
	select {
	case p.core = <-lent:
	case code := <-p.code:
		t.Fatalf("it ended with %d:\n%s", code, p.log)
	}
	t.Cleanup(func() {
		p.stop <- syscall.SIGTERM
		if code := <-p.code; code != 0 {
			t.Errorf("exit code %d", code)
		}
		if strings.Contains(p.log.String(), "s3cret") {
			t.Error("the token is in the log")
		}
		if t.Failed() {
			t.Logf("log:\n%s", p.log)
		}
	})
	return p
}

func (p *process) ask(text string) bot.Reply {
	return p.core.core.Reply(p.t.Context(), bot.Message{Platform: "discord", Conversation: "c", User: "u", Text: text})
}

// get asks the operations endpoint, which says in the log where it is.
func (p *process) get(path string) (int, string) {
	p.t.Helper()
	address := regexp.MustCompile(`"operations endpoint","address":"([^"]+)"`).FindStringSubmatch(p.log.String())
	if address == nil {
		p.t.Fatal("the endpoint's address is not in the log")
	}
	r, err := http.Get("http://" + address[1] + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return r.StatusCode, string(body)
}

func (p *process) shows(figure string) bool {
	_, body := p.get("/metrics")
	return strings.Contains(body, "\n"+figure+"\n")
}

func within(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// lighthouse is a copy of the small knowledge base, which may be changed.
func lighthouse(t *testing.T) (dir, file string) {
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/kb")); err != nil {
		t.Fatal(err)
	}
	return dir, filepath.Join(dir, "lighthouse.yaml")
}

func rewrite(t *testing.T, file, old, with string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(data, []byte(old)) {
		t.Fatalf("%s does not hold %q", file, old)
	}
	if err := os.WriteFile(file, bytes.ReplaceAll(data, []byte(old), []byte(with)), 0o600); err != nil {
		t.Fatal(err)
	}
}

const (
	tall      = "how tall is the tower?"
	good      = "42 metres"
	better    = "43 metres"
	succeeded = `summitbot_knowledge_last_reload_successful 1`
	refusedIt = `summitbot_knowledge_last_reload_successful 0`
)

func TestReload(t *testing.T) {
	for _, by := range []string{"signal", "watch"} {
		t.Run("by "+by, func(t *testing.T) {
			dir, file := lighthouse(t)
			every, ask := "20ms", func(*process) {}
			if by == "signal" {
				every, ask = "0s", func(p *process) { p.hints <- syscall.SIGHUP }
			}
			p := launch(t, "SUMMITBOT_KB="+dir, "SUMMITBOT_KB_WATCH="+every)
			if r := p.ask(tall); !strings.Contains(r.Text, good) {
				t.Fatalf("answered %q", r.Text)
			}
			before := p.ask("/about")

			rewrite(t, file, good, "far too many\n  metres: [")
			ask(p)
			within(t, "the refusal", func() bool { return p.shows(refusedIt) })
			if r := p.ask(tall); !strings.Contains(r.Text, good) {
				t.Errorf("with a broken knowledge base beside it, it answered %q", r.Text)
			}
			within(t, "the faults in the log", func() bool {
				return strings.Contains(p.log.String(), "lighthouse.yaml:") && strings.Contains(p.log.String(), `"fault_count"`)
			})
			if code, _ := p.get("/readyz"); code != 200 {
				t.Errorf("not ready, although the one before answers: %d", code)
			}

			rewrite(t, file, "far too many\n  metres: [", better)
			ask(p)
			within(t, "the reload", func() bool { return p.shows(succeeded) })
			if r := p.ask(tall); !strings.Contains(r.Text, better) {
				t.Errorf("after the reload it answered %q", r.Text)
			}
			if after := p.ask("/about"); fmt.Sprint(after.Fields) == fmt.Sprint(before.Fields) {
				t.Error("/about shows the old version")
			}
			for _, want := range []string{`summitbot_knowledge_reloads_total{result="failure"} 1`, `summitbot_knowledge_reloads_total{result="success"} 1`} {
				if !p.shows(want) {
					t.Errorf("%s is not in the metrics", want)
				}
			}
		})
	}
}

// Reloads happen while questions are answered, and none of them is lost or answered from half a knowledge base.
func TestReloadWhileAnswering(t *testing.T) {
	dir, file := lighthouse(t)
	p := launch(t, "SUMMITBOT_KB="+dir, "SUMMITBOT_KB_WATCH=0s", "SUMMITBOT_USER_LIMIT=off")
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				if r := p.ask(tall); !strings.Contains(r.Text, good) && !strings.Contains(r.Text, better) {
					t.Errorf("answered %q", r.Text)
					return
				}
			}
		})
	}
	texts := []string{good, better}
	for i := range 6 {
		rewrite(t, file, texts[i%2], texts[(i+1)%2])
		p.hints <- syscall.SIGHUP
		within(t, "a reload", func() bool {
			return p.shows(fmt.Sprintf(`summitbot_knowledge_reloads_total{result="success"} %d`, i+1))
		})
	}
	cancel()
	wg.Wait()
}

// The trace changes with each of these, whatever the folder is called.
func TestTrace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kb [1]*")
	file := filepath.Join(dir, "a.yaml")
	seen := map[uint64]string{}
	for _, step := range []struct {
		why string
		do  func() error
	}{
		{"no folder", func() error { return nil }},
		{"an empty folder", func() error { return os.Mkdir(dir, 0o700) }},
		{"a file", func() error { return os.WriteFile(file, []byte("a"), 0o600) }},
		{"a longer file", func() error { return os.WriteFile(file, []byte("ab"), 0o600) }},
		{"a newer file", func() error { return os.Chtimes(file, time.Time{}, time.Unix(2e9, 0)) }},
		{"a second file", func() error { return os.Symlink(file, filepath.Join(dir, "b.yaml")) }},
		{"a file behind both", func() error { return os.Chtimes(file, time.Time{}, time.Unix(1e9, 0)) }},
		{"a link to nothing", func() error { return os.Remove(file) }},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		now := trace(dir)
		if before, ok := seen[now]; ok {
			t.Errorf("%s looks like %s", step.why, before)
		}
		seen[now] = step.why
	}
	before := trace(dir)
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if trace(dir) != before {
		t.Error("a file that is not read matters")
	}
}

func TestReloadOfTheEmbedded(t *testing.T) {
	p := launch(t)
	p.hints <- syscall.SIGHUP
	within(t, "a word in the log", func() bool { return strings.Contains(p.log.String(), "there is nothing to reload") })
	if !p.shows(succeeded) {
		t.Error("that counts as a failure")
	}
}

// The configuration in force is shown, and no secret.
func TestShowsConfiguration(t *testing.T) {
	p := launch(t, "SUMMITBOT_KB=testdata/kb")
	for path, want := range map[string]string{"/config": "SUMMITBOT_KB ", "/": "/readyz"} {
		if code, body := p.get(path); code != 200 || !strings.Contains(body, want) || strings.Contains(body, "s3cret") {
			t.Errorf("%s: %d\n%s", path, code, body)
		}
	}
	if code, _ := p.get("/else"); code != 404 {
		t.Errorf("/else: %d", code)
	}
}

func TestLogLevelBySignal(t *testing.T) {
	p := launch(t, "SUMMITBOT_KB=testdata/kb")
	p.ask(tall)
	if strings.Contains(p.log.String(), `"replied"`) {
		t.Fatal("debug lines from the start")
	}
	p.hints <- syscall.SIGUSR1
	within(t, "debug lines", func() bool { p.ask("hello"); return strings.Contains(p.log.String(), `"replied"`) })
	p.hints <- syscall.SIGUSR1
	within(t, "their end", func() bool { return strings.Count(p.log.String(), "log level changed") == 2 })
	before := strings.Count(p.log.String(), `"replied"`)
	p.ask(tall)
	if after := strings.Count(p.log.String(), `"replied"`); after != before {
		t.Error("debug lines after the second signal")
	}
}

func TestLogIDs(t *testing.T) {
	for ids, want := range map[string]*regexp.Regexp{
		"off":    regexp.MustCompile(`"outcome":"answer","entry"`),
		"hashed": regexp.MustCompile(`"outcome":"answer","user":"[0-9a-f]{12}","entry"`),
	} {
		p := launch(t, "SUMMITBOT_KB=testdata/kb", "SUMMITBOT_LOG_LEVEL=debug", "SUMMITBOT_LOG_IDS="+ids)
		p.ask(tall)
		if !want.MatchString(p.log.String()) {
			t.Errorf("%s: %s does not match the log:\n%s", ids, want, p.log)
		}
	}
}

// What is asked in vain is logged with consent only, and then /privacy says so.
func TestUnanswered(t *testing.T) {
	for consent, kept := range map[string]bool{"off": false, "on": true} {
		p := launch(t, "SUMMITBOT_KB=testdata/kb", "SUMMITBOT_LOG_UNANSWERED="+consent)
		p.ask("what is the capital of Peru")
		if got := strings.Contains(p.log.String(), `"asked in vain","why":"no_answer","question":"what is the capital of Peru"`); got != kept {
			t.Errorf("consent %s: kept %v:\n%s", consent, got, p.log)
		}
		if got := strings.Contains(p.ask("/privacy").Text, "are kept"); got != kept {
			t.Errorf("consent %s: /privacy says %q", consent, p.ask("/privacy").Text)
		}
	}
}

// With default settings nothing that people type and nobody's id is in logs or metrics: not even at the log level that says
// most. What is looked for are words that occur nowhere but in the questions.
func TestNothingTypedIsKept(t *testing.T) {
	base, _, err := summit.Load()
	if err != nil {
		t.Fatal(err)
	}
	const questions = 3000
	p := launch(t, "SUMMITBOT_LOG_LEVEL=debug", "SUMMITBOT_CHANNEL_LIMIT=off")
	var asked []bot.Message
	kinds := map[bot.Kind]int{}
	for i := range questions {
		e := base.Entries[i%len(base.Entries)]
		m := bot.Message{
			Platform: "discord", Conversation: fmt.Sprintf("conv%dzq", i%700), User: fmt.Sprintf("user%dzq", i%300), Channel: fmt.Sprintf("chan%dzq", i%40),
			Private: i%2 == 0, Explain: i%5 == 0,
		}
		secret := fmt.Sprintf("xyzzy%dzq", i)
		switch i % 8 {
		case 0, 1, 2:
			m.Text = e.Question
			m.User += "quiet"
		case 3:
			m.Text = e.Question + " " + secret
		case 4:
			m.Text = secret + " quibbled the frob?"
		case 5:
			m.Command, m.Args = "who", secret
		case 6:
			m.Action = "down:" + secret
		case 7:
			m.Text = "/" + secret + " " + secret + strings.Repeat(" long", i%9*60)
		}
		asked = append(asked, m)
	}
	for i, m := range asked {
		r := p.core.core.Reply(t.Context(), m)
		kinds[r.Kind]++
		if i%20 == 0 {
			p.core.core.Complete("ask", "question", m.Text, 5)
		}
	}
	for _, k := range []bot.Kind{bot.KindAnswer, bot.KindNoAnswer, bot.KindNotice} {
		if kinds[k] < 20 {
			t.Errorf("only %d replies are of the kind %s: %v", kinds[k], k, kinds)
		}
	}
	_, figures := p.get("/metrics")
	_, ready := p.get("/readyz")
	kept := strings.ToLower(p.log.String() + figures + ready)
	if lines := strings.Count(kept, `"replied"`); lines != questions {
		t.Fatalf("%d lines about %d questions", lines, questions)
	}
	for _, pattern := range []string{`xyzzy\d+zq`, `(user|conv|chan)\d+zq`, `quibbled`} {
		if found := regexp.MustCompile(`[^\n]*` + pattern + `[^\n]*`).FindString(kept); found != "" {
			t.Errorf("%s is kept: %s", pattern, found)
		}
	}
	for _, e := range base.Entries {
		if len(e.Question) > 20 && strings.Contains(kept, strings.ToLower(e.Question)) {
			t.Errorf("the question %q is kept", e.Question)
		}
	}
}
