package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"summitbot/adapters/adaptertest"
	"summitbot/adapters/telegram/telegramtest"
	"summitbot/bot"
)

// A script is a core that answers by rote and remembers what it was asked.
type script struct {
	reply func(bot.Message) bot.Reply // nil: answers

	mu    sync.Mutex
	asked []bot.Message
}

func (s *script) Reply(_ context.Context, m bot.Message) bot.Reply {
	if m.User != "" { // the adapter itself asks for the bot's description
		s.mu.Lock()
		s.asked = append(s.asked, m)
		s.mu.Unlock()
	}
	if s.reply != nil {
		return s.reply(m)
	}
	return answers(m)
}

func (s *script) Complete(_, _, typed string, limit int) []bot.Choice {
	var out []bot.Choice
	for _, c := range []bot.Choice{{Label: "Who is Yuri Ushakov?", Action: "e:ushakov"}, {Label: "What does Putin want?", Action: "e:demands"}} {
		if len(out) < limit && strings.Contains(strings.ToLower(c.Label), strings.ToLower(typed)) {
			out = append(out, c)
		}
	}
	return out
}

func (s *script) Commands() []bot.Command {
	return []bot.Command{
		{Name: "ask", Description: "Ask a question", Local: map[string]bot.Text{"pt": {Name: "perguntar", Description: "Faça uma pergunta"}}},
		{Name: "delegation", Description: "Who is in the delegations", Local: map[string]bot.Text{"zh-TW": {Description: "x"}}},
		{Name: "timeline", Description: "What happened when"},
		{Name: "help", Description: "What the bot can do", Private: true},
		{Name: "about", Description: "What this bot is", Private: true},
	}
}

// last is the latest question that the core got.
func (s *script) last() bot.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.asked) == 0 {
		return bot.Message{}
	}
	return s.asked[len(s.asked)-1]
}

func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

const (
	source = "Observador, “7 months”, §13"
	asOf   = "14 August 2025"
)

// answers is what a script says.
func answers(m bot.Message) bot.Reply {
	entry := func(id, question, answer string) bot.Reply {
		return bot.Reply{
			Kind: bot.KindAnswer, Title: question, Text: answer, Entry: id, Source: source, AsOf: asOf, Rate: true,
			Choices: []bot.Choice{{Label: "Who is Yuri Ushakov?", Action: "e:ushakov"}},
		}
	}
	text := strings.ToLower(m.Text + m.Args)
	switch {
	case m.Command == "delegation":
		return bot.Reply{
			Kind: bot.KindAnswer, Title: "Who is in the delegations?", Source: source, AsOf: asOf,
			Fields: []bot.Field{{Name: "United States", Value: "Donald Trump\nMarco Rubio"}, {Name: "Russia", Value: "Vladimir Putin\nSergey Lavrov"}},
		}
	case m.Command == "timeline", strings.HasPrefix(m.Action, "c:timeline"):
		page := 1
		fmt.Sscanf(m.Action, "c:timeline::%d", &page)
		return bot.Reply{
			Kind: bot.KindAnswer, Title: "Timeline", Page: page, Pages: 3, Source: source, AsOf: asOf,
			Items: []bot.Item{{Label: fmt.Sprintf("%d July 2018", page), Text: "Something happened."}, {Label: "16 June 2021", Text: "Geneva."}},
			More:  []bot.Choice{{Label: "Next", Action: fmt.Sprintf("c:timeline::%d", page%3+1)}},
		}
	case m.Command == "help", m.Command == "start":
		return bot.Reply{Kind: bot.KindHelp, Title: "How to ask", Text: "In your own words."}
	case m.Command == "about":
		return bot.Reply{Kind: bot.KindHelp, Title: "About", Text: "I answer questions about the summit. " + strings.Repeat("All I know is from one article. ", 20)}
	case m.Command == "ask" && m.Args == "":
		return bot.Reply{Kind: bot.KindNotice, Text: "What would you like to know?", Choices: []bot.Choice{{Label: "Who is Yuri Ushakov?", Action: "e:ushakov"}}}
	case m.Action == "e:ushakov", strings.Contains(text, "ushakov"):
		return entry("ushakov", "Who is Yuri Ushakov?", "An adviser of Vladimir Putin.")
	case m.Action == "e:demands":
		return entry("demands", "What does Putin want?", "Four regions.")
	case strings.Contains(text, "meet"):
		return entry("last-meeting", "When did Trump & Putin <last> meet?", "At the G20 summit in Osaka, in 2019.")
	case strings.Contains(text, "which"):
		return bot.Reply{
			Kind: bot.KindClarify, Title: "Did you mean …?", Text: "I am not sure which of these you mean.",
			Choices: []bot.Choice{{Label: "Who is Yuri Ushakov?", Action: "e:ushakov"}, {Label: "What does Putin want?", Action: "e:demands"}, {Label: "None of these", Action: "none"}},
		}
	case m.Action == "none":
		return bot.Reply{Kind: bot.KindNotice, Text: "Sorry about that.", Choices: []bot.Choice{{Label: "Topics", Action: "c:topics::1"}}}
	case strings.HasPrefix(m.Action, "up:"):
		return bot.Reply{Kind: bot.KindNotice, Text: "Thank you, good to know."}
	case strings.HasPrefix(m.Action, "down:"):
		return bot.Reply{Kind: bot.KindNotice, Text: "Thank you. Did you mean this?", Choices: []bot.Choice{{Label: "What does Putin want?", Action: "e:demands"}}}
	case m.Action != "":
		return bot.Reply{Kind: bot.KindNotice, Text: "That button is of no use any more."}
	case m.Text == "hush":
		return bot.Reply{Kind: bot.KindNone}
	}
	return bot.Reply{Kind: bot.KindNotice, Text: "Ask me something."}
}

var (
	ana   = telegramtest.User{ID: 1001, Name: "Ana", Language: "en-GB"}
	boris = telegramtest.User{ID: 1002, Name: "Boris", Language: "en"}
)

// A running is an adapter at work.
type running struct {
	*Adapter
	wait func() error // what Run returned
	stop func() error // ends it and waits
	log  *adaptertest.Journal
}

// start runs an adapter against a server until the test ends, and holds its log against the token.
func start(t testing.TB, srv *telegramtest.Server, core Core, change ...func(*Config, *timing)) *running {
	t.Helper()
	log := &adaptertest.Journal{}
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
	r := &running{Adapter: a, log: log}
	r.wait = sync.OnceValue(func() error {
		select {
		case err := <-done:
			return err
		case <-time.After(20 * time.Second):
			return errors.New("the adapter does not end")
		}
	})
	r.stop = func() error { cancel(); return r.wait() }
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
