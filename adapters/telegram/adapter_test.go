package telegram

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"summitbot/adapters/telegram/telegramtest"
	"summitbot/bot"
)

// A coreFunc is a core of one function.
type coreFunc func(context.Context, bot.Message) bot.Reply

func (f coreFunc) Reply(ctx context.Context, m bot.Message) bot.Reply { return f(ctx, m) }

// answers is a core that knows a handful of replies.
func answers(_ context.Context, m bot.Message) bot.Reply {
	switch {
	case m.Command == "delegation":
		return bot.Reply{
			Kind: bot.KindAnswer, Title: "Who is in the delegations?", Fields: []bot.Field{{Name: "United States", Value: "Donald Trump\nMarco Rubio"}, {Name: "Russia", Value: "Vladimir Putin\nSergey Lavrov"}},
			Source: "Observador, §23", AsOf: "14 August 2025",
		}
	case strings.Contains(m.Text, "meet"):
		return bot.Reply{
			Kind: bot.KindAnswer, Title: "When did Trump & Putin <last> meet?", Text: "At the G20 summit in Osaka, in 2019.", Entry: "last-meeting",
			Source: "Observador, §13", AsOf: "14 August 2025",
		}
	}
	return bot.Reply{Kind: bot.KindNotice, Text: "Ask me something."}
}

var (
	ana   = telegramtest.User{ID: 1001, Name: "Ana", Language: "pt"}
	boris = telegramtest.User{ID: 1002, Name: "Boris", Language: "en"}
)

// A running is an adapter at work.
type running struct {
	*Adapter
	stop func() error // ends it and says what Run returned
	log  *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// start runs an adapter against a server until the test ends, and holds its log against the token.
func start(t testing.TB, srv *telegramtest.Server, core Core, change ...func(*Config, *timing)) *running {
	t.Helper()
	log := &lockedBuffer{}
	cfg := Config{Token: telegramtest.Token, APIURL: srv.URL, Pace: &Pace{}}
	tm := usualTiming
	tm.poll = 2 * time.Second
	for _, c := range change {
		c(&cfg, &tm)
	}
	a, err := New(cfg, core, slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	a.timing = tm
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	var once sync.Once
	var ended error
	r := &running{Adapter: a, log: log}
	r.stop = func() error {
		cancel()
		once.Do(func() {
			select {
			case ended = <-done:
			case <-time.After(20 * time.Second):
				ended = errors.New("the adapter does not end")
			}
		})
		return ended
	}
	t.Cleanup(func() {
		r.stop()
		if strings.Contains(log.String(), strings.SplitN(telegramtest.Token, ":", 2)[1]) {
			t.Error("the token is in the log")
		}
		if t.Failed() {
			t.Log(log.String())
		}
	})
	return r
}

func TestPrivateText(t *testing.T) {
	srv := telegramtest.New(t)
	start(t, srv, coreFunc(answers))
	srv.Say(telegramtest.Private(ana), ana, "when did they last meet?")
	got := srv.AwaitSaid(telegramtest.Private(ana), 1)[0]
	want := "When did Trump & Putin <last> meet?\n\nAt the G20 summit in Osaka, in 2019.\n\nSource: Observador, §13 · as of 14 August 2025"
	if got.Text != want {
		t.Errorf("the bot said\n%s\nwant\n%s", got.Text, want)
	}
	if bold := got.Styled("bold"); bold != "When did Trump & Putin <last> meet?" {
		t.Errorf("%q is bold", bold)
	}
}

func TestPrivateCommand(t *testing.T) {
	srv := telegramtest.New(t)
	start(t, srv, coreFunc(answers))
	srv.Say(telegramtest.Private(ana), ana, "/delegation")
	got := srv.AwaitSaid(telegramtest.Private(ana), 1)[0]
	for _, want := range []string{"United States\nDonald Trump\nMarco Rubio", "Russia\nVladimir Putin\nSergey Lavrov"} {
		if !strings.Contains(got.Text, want) {
			t.Errorf("%q lacks %q", got.Text, want)
		}
	}
}

func TestShutdownConfirms(t *testing.T) {
	srv := telegramtest.New(t)
	run := start(t, srv, coreFunc(answers))
	srv.Say(telegramtest.Private(ana), ana, "when did they meet?")
	srv.AwaitSaid(telegramtest.Private(ana), 1)
	if err := run.stop(); err != nil {
		t.Fatal(err)
	}
	if n := srv.Pending(); n != 0 {
		t.Errorf("%d answered updates would come again", n)
	}
}

func TestRefusedToken(t *testing.T) {
	srv := telegramtest.New(t)
	run := start(t, srv, coreFunc(answers), func(c *Config, _ *timing) { c.Token = "123456789:AAanother_token-of-35-letters_for_it" })
	deadline := time.After(5 * time.Second)
	for !strings.Contains(run.Stats().Fault, "shutting down") {
		select {
		case <-deadline:
			t.Fatal("the adapter goes on with a refused token")
		case <-time.After(10 * time.Millisecond):
		}
	}
	var fatal *Fatal
	if err := run.stop(); !errors.As(err, &fatal) || !strings.Contains(fatal.Error(), "@BotFather") {
		t.Errorf("Run returned %v", err)
	}
}
