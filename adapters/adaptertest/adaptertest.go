// Package adaptertest is the suite that the adapter of every platform passes. It drives a real adapter against the platform's
// test server, and looks at what a reader would see.
//
// An adapter's own test calls Run with a function that builds its Platform:
//
//	func TestConformance(t *testing.T) {
//		adaptertest.Run(t, func(t *testing.T, core *adaptertest.Core, log *slog.Logger) adaptertest.Platform { … })
//	}
package adaptertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"summitbot/bot"
)

// A Platform is an adapter and the test server that it will be run against. Each scenario has its own.
type Platform struct {
	// Run runs the adapter until the context ends.
	Run func(ctx context.Context) error
	// Ready says whether the adapter takes questions.
	Ready func() bool
	// Ask lets a person ask in the n-th of some private conversations with the bot.
	Ask func(n int, text string)
	// Shown is the text of each message that the bot has sent in the n-th conversation, as a reader sees it: without markup,
	// without what stands around the reply's own text such as its source.
	Shown func(n int) []string
	// Fail makes the next attempts to send a message fail, one after the other: in conversation 0, or wherever they are made.
	Fail func(faults ...Fault)
	// Revoke makes the server refuse the bot's credentials from now on.
	Revoke func()
	// Secrets are what no log line and no error may hold.
	Secrets []string
}

// A Fault is how an attempt to send a message fails.
type Fault int

// The faults.
const (
	RateLimited Fault = iota // refused, with half a second to wait
	ServerError              // 500, not carried out
	Unavailable              // 503 with a body that is not the platform's
	Cut                      // the connection ends before the message was taken
)

func (f Fault) String() string {
	return [...]string{"rate limited", "server error", "unavailable", "connection cut"}[f]
}

// A Core stands for the bot. Without a Respond it answers with the question.
type Core struct {
	Respond func(bot.Message) bot.Reply
}

// Reply answers.
func (c *Core) Reply(_ context.Context, m bot.Message) bot.Reply {
	if c.Respond != nil {
		return c.Respond(m)
	}
	return Answer(m.Text)
}

// Answer is an answer with a text.
func Answer(text string) bot.Reply {
	return bot.Reply{Kind: bot.KindAnswer, Text: text, Source: "A paper, §1", AsOf: "14 August 2025", Lang: "en"}
}

// Commands are few.
func (c *Core) Commands() []bot.Command {
	return []bot.Command{{Name: "ask", Description: "Ask a question", Options: []bot.Option{{Name: "question", Description: "The question", Completes: true}}}}
}

// Complete offers what was typed.
func (c *Core) Complete(_, _, typed string, _ int) []bot.Choice {
	return []bot.Choice{{Label: "Ask about " + typed, Action: "e:entry"}}
}

// Build makes the platform of one scenario, whose adapter is to answer with core and to log to log.
type Build func(t *testing.T, core *Core, log *slog.Logger) Platform

// Run runs all scenarios.
func Run(t *testing.T, build Build) {
	t.Run("answers each question once and in order", func(t *testing.T) {
		s := start(t, build, &Core{})
		const conversations, questions = 5, 8
		for q := range questions {
			for n := range conversations {
				s.Ask(n, fmt.Sprintf("question %d of %d", q, n))
			}
		}
		for n := range conversations {
			s.await(n, questions)
			for q, text := range s.Shown(n) {
				if want := fmt.Sprintf("question %d of %d", q, n); text != want {
					t.Errorf("conversation %d, message %d: %q, want %q", n, q, text, want)
				}
			}
		}
	})

	t.Run("shows text as it is", func(t *testing.T) {
		s := start(t, build, &Core{Respond: func(m bot.Message) bot.Reply {
			for _, h := range hostile {
				if strings.HasPrefix(m.Text, h.name) {
					return Answer(h.text)
				}
			}
			return Answer("?")
		}})
		for i, h := range hostile {
			s.Ask(0, h.name)
			s.await(0, i+1)
			if got := s.Shown(0)[i]; got != h.text {
				t.Errorf("%s: shown %q, want %q", h.name, got, h.text)
			}
		}
	})

	t.Run("keeps limits at the end of a sentence", func(t *testing.T) {
		s := start(t, build, &Core{Respond: func(m bot.Message) bot.Reply { return Answer(long) }})
		s.Ask(0, "everything")
		s.await(0, 1)
		s.settle(0)
		var all string
		for _, text := range s.Shown(0) {
			text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "…"))
			if !strings.HasSuffix(text, ".") {
				t.Errorf("cut within a sentence: …%q", tail(text))
			}
			all += text + " "
		}
		if len(all) < 1000 {
			t.Errorf("only %d bytes of %d are shown", len(all), len(long))
		}
		for sentence := range strings.SplitAfterSeq(strings.TrimSpace(all), ". ") {
			if !strings.Contains(long, strings.TrimSpace(sentence)) {
				t.Fatalf("%q is no sentence of the text", sentence)
			}
		}
	})

	t.Run("waits out a rate limit", func(t *testing.T) {
		s := start(t, build, &Core{})
		s.Fail(RateLimited, RateLimited)
		began := time.Now()
		s.Ask(0, "question")
		s.await(0, 1)
		if d := time.Since(began); d < 900*time.Millisecond {
			t.Errorf("sent after %v, before the limit was over", d)
		}
		s.settle(0)
		if got := s.Shown(0); len(got) != 1 {
			t.Errorf("sent %q", got)
		}
	})

	for _, fault := range []Fault{ServerError, Unavailable, Cut} {
		t.Run("goes on after: "+fault.String(), func(t *testing.T) {
			s := start(t, build, &Core{})
			s.Fail(fault)
			if fault != Cut { // one that may have arrived is not sent again where that would make a twin
				s.Fail(fault)
			}
			s.Ask(0, "first")
			s.Ask(1, "elsewhere")
			s.await(1, 1)
			s.settle(0)
			s.Ask(0, "second")
			s.Within(func() bool { shown := s.Shown(0); return len(shown) > 0 && shown[len(shown)-1] == "second" }, "the next answer")
			// Where the platform cannot tell a message from its twin, the first may be lost. It is never there twice.
			if got := s.Shown(0); len(got) > 2 || len(got) == 2 && got[0] != "first" {
				t.Errorf("sent %q", got)
			}
		})
	}

	t.Run("survives a panic", func(t *testing.T) {
		s := start(t, build, &Core{Respond: func(m bot.Message) bot.Reply {
			if m.Text == "panic" {
				panic("on purpose")
			}
			return Answer(m.Text)
		}})
		s.Ask(0, "panic")
		s.Ask(0, "question")
		s.Within(func() bool { shown := s.Shown(0); return len(shown) > 0 && shown[len(shown)-1] == "question" }, "the next answer")
	})

	t.Run("finishes what is under way", func(t *testing.T) {
		asked, release := make(chan struct{}, 10), make(chan struct{})
		s := start(t, build, &Core{Respond: func(m bot.Message) bot.Reply {
			asked <- struct{}{}
			<-release
			return Answer(m.Text)
		}})
		s.Ask(0, "under way")
		<-asked
		s.stop()
		time.Sleep(300 * time.Millisecond)
		s.Ask(1, "too late")
		close(release)
		select {
		case err := <-s.ended:
			s.ended <- err
			if err != nil {
				t.Errorf("ended with %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("does not end")
		}
		if got := s.Shown(0); len(got) != 1 || got[0] != "under way" {
			t.Errorf("sent %q", got)
		}
		if got := s.Shown(1); len(got) != 0 {
			t.Errorf("sent %q after the stop", got)
		}
	})

	t.Run("stops when its credentials are refused", func(t *testing.T) {
		s := prepare(t, build, &Core{})
		s.Revoke()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := s.Run(ctx)
		var fatal interface{ Fatal() bool }
		if !errors.As(err, &fatal) || !fatal.Fatal() {
			t.Errorf("ended with %v, which does not say that it is fatal", err)
		}
		s.clean("the error", fmt.Sprintf("%v %+v", err, err))
	})
}

// hostile are texts that a platform may take for markup.
var hostile = []struct{ name, text string }{
	{"stars", "a *b* **c** _d_ __e__ ~f~ ~~g~~ `h` ```i``` ||j||"},
	{"links", "[a](https://example.org) <https://example.org> <a href=\"x\">b</a>"},
	{"tags", "<b>bold</b> & &amp; &#64; <script>"},
	{"mentions", "@everyone @here <@1> <@&2> <#3> <@!4>"},
	{"lines", "# a\n- b\n> c\n1. d\n-# e\n+ f"},
	{"backslash", `a \* b \\ c \`},
	{"letters", "żółć Ünï \U0001F1E6\U0001F1F6 עברית 中文 e\u0301"},
}

var long = func() string {
	var b strings.Builder
	for n := range 400 {
		fmt.Fprintf(&b, "This is sentence number %d of a text that is far too long. ", n)
	}
	return strings.TrimSpace(b.String())
}()

func tail(s string) string { return s[max(0, len(s)-60):] }

// A scenario is a platform with its adapter running.
type scenario struct {
	Platform
	t     *testing.T
	log   *Journal
	stop  context.CancelFunc
	ended chan error
}

func prepare(t *testing.T, build Build, core *Core) *scenario {
	s := &scenario{t: t, log: &Journal{}}
	s.Platform = build(t, core, slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() {
		s.clean("the log", s.log.String())
		if t.Failed() {
			t.Logf("log:\n%s", s.log)
		}
	})
	return s
}

func start(t *testing.T, build Build, core *Core) *scenario {
	t.Parallel()
	s := prepare(t, build, core)
	ctx, cancel := context.WithCancel(context.Background())
	s.stop, s.ended = cancel, make(chan error, 1)
	go func() { s.ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case <-s.ended:
		case <-time.After(15 * time.Second):
			t.Error("the adapter does not end")
		}
	})
	s.Within(s.Ready, "readiness")
	return s
}

// Within waits until the condition holds.
func (s *scenario) Within(holds func() bool, what string) {
	s.t.Helper()
	for end := time.Now().Add(15 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// await waits for a number of messages.
func (s *scenario) await(n, messages int) {
	s.t.Helper()
	s.Within(func() bool { return len(s.Shown(n)) >= messages }, fmt.Sprintf("message %d of conversation %d", messages, n))
}

// settle waits until nothing more is shown for a while.
func (s *scenario) settle(n int) {
	for last := -1; last != len(s.Shown(n)); {
		last = len(s.Shown(n))
		time.Sleep(500 * time.Millisecond)
	}
}

func (s *scenario) clean(where, text string) {
	s.t.Helper()
	for _, secret := range s.Secrets {
		if strings.Contains(text, secret) {
			s.t.Errorf("a secret in %s", where)
		}
	}
}

// A Journal is a log that can be read while it is written.
type Journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *Journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *Journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}
