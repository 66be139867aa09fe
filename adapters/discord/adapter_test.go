package discord

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"summitbot/adapters/adaptertest"
	"summitbot/adapters/discord/discordtest"
	"summitbot/bot"
)

func TestMain(m *testing.M) {
	discordgo.Logger = Logger(slog.New(slog.DiscardHandler))
	m.Run()
}

// quick are times for tests: those that the protocol or people set, made short.
func quick() times {
	t := realTimes()
	t.grace = 300 * time.Millisecond
	t.open, t.lowest, t.highest = 5*time.Second, 20*time.Millisecond, 200*time.Millisecond
	t.invalid, t.identify, t.retry, t.drain = 50*time.Millisecond, 50*time.Millisecond, 20*time.Millisecond, 3*time.Second
	return t
}

// A core is the bot as the adapter sees it, with answers that tests can tell apart. The real one is met in core_test.go.
type core struct {
	mu    sync.Mutex
	heard []bot.Message
	reply func(bot.Message) bot.Reply // nil echoes
	extra []bot.Command
}

func (c *core) Reply(_ context.Context, m bot.Message) bot.Reply {
	c.mu.Lock()
	c.heard = append(c.heard, m)
	reply := c.reply
	c.mu.Unlock()
	if reply != nil {
		return reply(m)
	}
	return bot.Reply{Kind: bot.KindAnswer, Title: "Heard", Text: said(m), Source: "A paper", AsOf: "14 August 2025",
		Entry: "entry-1", Rate: true, Choices: []bot.Choice{{Label: "And then?", Action: "e:entry-2"}}}
}

// said shows what of a message the adapter set.
func said(m bot.Message) string {
	switch {
	case m.Action != "":
		return "action " + m.Action
	case m.Command != "":
		return strings.TrimSpace("command " + m.Command + " " + m.Args)
	case m.Topic != "":
		return m.Text + " (about " + m.Topic + ")"
	}
	return m.Text
}

func (c *core) Commands() []bot.Command {
	return append(c.extra[:len(c.extra):len(c.extra)], []bot.Command{
		{Name: "ask", Description: "Ask a question", Local: map[string]bot.Text{"pt": {Name: "perguntar", Description: "Faça uma pergunta"}},
			Options: []bot.Option{{Name: "question", Description: "The question", Required: true, Completes: true}}},
		{Name: "delegation", Description: "Who was there", Options: []bot.Option{
			{Name: "side", Description: "Whose", Values: []bot.Choice{{Label: "United States", Action: "us"}}},
			{Name: "meeting", Description: "Which", Completes: true}}},
		{Name: "privacy", Description: "What is kept", Private: true},
	}...)
}

func (c *core) Complete(command, option, typed string, limit int) []bot.Choice {
	var out []bot.Choice
	for i := range 40 {
		out = append(out, bot.Choice{Label: command + " " + option + " " + typed + strings.Repeat("!", 3*i), Action: "e:entry-" + strings.Repeat("x", i)})
	}
	return out[:min(limit, len(out))]
}

func (c *core) last() bot.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.heard) == 0 {
		return bot.Message{}
	}
	return c.heard[len(c.heard)-1]
}

// A running adapter and the Discord that it is connected to.
type rig struct {
	*discordtest.Server
	*core
	adapter *Adapter
	log     *adaptertest.Journal
	stop    context.CancelFunc
	ended   chan error
}

// start runs an adapter against a server until the test ends.
func start(t *testing.T, set discordtest.Settings, change func(*Config, *times)) *rig {
	t.Helper()
	r := prepare(t, set, change)
	r.run(t)
	return r
}

func prepare(t *testing.T, set discordtest.Settings, change func(*Config, *times)) *rig {
	t.Helper()
	t.Parallel()
	r := &rig{Server: discordtest.New(t, set), core: &core{}, log: &adaptertest.Journal{}}
	config, times := Config{Token: discordtest.Token, APIURL: r.URL()}, quick()
	if change != nil {
		change(&config, &times)
	}
	a, err := New(config, r.core, slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	a.times = times
	a.api.retry = times.retry
	r.adapter = a
	return r
}

func (r *rig) run(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	r.stop, r.ended = cancel, make(chan error, 1)
	go func() { r.ended <- r.adapter.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-r.ended:
			if err != nil {
				t.Errorf("the adapter ended: %v", err)
			}
			r.ended <- nil
		case <-time.After(15 * time.Second):
			t.Error("the adapter does not end")
		}
		if s := r.log.String(); strings.Contains(s, discordtest.Token) || strings.Contains(s, "aW50ZXJhY3Rpb24") {
			t.Errorf("a secret in the log:\n%s", s)
		}
		if t.Failed() {
			t.Logf("log:\n%s", r.log)
		}
	})
}
