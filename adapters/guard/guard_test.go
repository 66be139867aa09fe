package guard

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"summitbot/adapters/request"
	"summitbot/bot"
)

// core stands for the bot, which has no fault to show.
type core func(context.Context, bot.Message) bot.Reply

func (c core) Reply(ctx context.Context, m bot.Message) bot.Reply { return c(ctx, m) }
func (core) Commands() []bot.Command                              { return []bot.Command{{Name: "ask"}} }
func (core) Complete(_, _, typed string, _ int) []bot.Choice {
	if typed == "panic" {
		panic(typed)
	}
	return []bot.Choice{{Label: typed}}
}

func echo(_ context.Context, m bot.Message) bot.Reply {
	switch m.Text {
	case "panic":
		panic("by " + m.Text)
	case "unknown":
		return bot.Reply{Kind: bot.KindNoAnswer, Entry: "near", Confidence: .25}
	}
	return bot.Reply{Kind: bot.KindAnswer, Text: m.Text, Entry: "it", Confidence: .9}
}

type watcher struct {
	mu   sync.Mutex
	seen []Happening
	took []string
}

func (w *watcher) Replied(h Happening) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, h)
}

func (w *watcher) Took(platform string, stage request.Stage, took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.took = append(w.took, fmt.Sprint(platform, " ", stage, " ", took))
}

func (w *watcher) outcomes() string {
	var all []string
	for _, h := range w.seen {
		all = append(all, string(h.Outcome))
	}
	return strings.Join(all, " ")
}

type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func TestLimits(t *testing.T) {
	at := &clock{time.Unix(1e9, 0)}
	var w watcher
	g := New(core(echo), Options{User: Limit{4, time.Minute}, Channel: Limit{6, time.Minute}, Observer: &w, Now: at.now})
	ask := func(user, channel string) bot.Kind {
		return g.Reply(t.Context(), bot.Message{Platform: "p", User: user, Channel: channel, Text: "q"}).Kind
	}
	steps := []struct {
		user, channel string
		after         time.Duration
		want          string // the kinds of replies to as many messages
		why           string
	}{
		{"a", "c", 0, "answer answer answer answer notice none none", "a person is told once"},
		{"b", "c", 0, "answer answer notice", "what the first said too much does not count against the channel"},
		{"c", "d", 0, "answer answer answer", "one channel's silence is not another's"},
		{"c", "c", 0, "none", "a channel is told once, too"},
		{"a", "d", 15 * time.Second, "answer none", "one message comes back in a quarter of a minute, without another notice"},
		{"a", "d", 30 * time.Second, "answer answer notice none", "after a pause it is told anew"},
		{"", "", 0, "answer answer answer answer answer answer answer answer", "nobody in no channel is not counted"},
	}
	for _, s := range steps {
		at.t = at.t.Add(s.after)
		var got []string
		for range strings.Fields(s.want) {
			got = append(got, string(ask(s.user, s.channel)))
		}
		if g := strings.Join(got, " "); g != s.want {
			t.Errorf("%s: got %s, want %s", s.why, g, s.want)
		}
	}
	if n := strings.Count(w.outcomes(), string(Limited)); n != 8 {
		t.Errorf("%d of the messages were seen as limited, want 8: %s", n, w.outcomes())
	}
}

func TestLimitsAreBounded(t *testing.T) {
	g := New(core(echo), Options{User: Limit{1, time.Minute}, Channel: Limit{1, time.Minute}})
	for i := range tracked + 500 {
		g.Reply(t.Context(), bot.Message{User: fmt.Sprint("u", i), Channel: fmt.Sprint("c", i), Text: "q"})
	}
	if u, c := g.limits.user.of.Len(), g.limits.channel.of.Len(); u != tracked || c != tracked {
		t.Errorf("%d people and %d channels are kept", u, c)
	}
}

func TestPanic(t *testing.T) {
	var out bytes.Buffer
	var w watcher
	g := New(core(echo), Options{Observer: &w, Log: slog.New(request.LogHandler(slog.NewJSONHandler(&out, nil)))})
	r := g.Reply(t.Context(), bot.Message{Platform: "p", User: "user7", Text: "panic"})
	if r.Kind != bot.KindNotice || r.Text == "" {
		t.Errorf("got %+v", r)
	}
	if w.outcomes() != "panic" {
		t.Errorf("seen: %s", w.outcomes())
	}
	log := out.String()
	if !strings.Contains(log, "guard_test.go") || !strings.Contains(log, `"kind":"string"`) || !strings.Contains(log, `"request":"`) {
		t.Errorf("the log lacks the stack, the kind or the request:\n%s", log)
	}
	if strings.Contains(log, "by panic") || strings.Contains(log, "user7") {
		t.Errorf("the log holds what was typed or by whom:\n%s", log)
	}
	if got := g.Complete("ask", "question", "panic", 5); got != nil {
		t.Errorf("completed %v", got)
	}
	if got := g.Complete("ask", "question", "who", 5); len(got) != 1 || g.Commands()[0].Name != "ask" {
		t.Error("commands and completions are not the core's")
	}
}

func TestHappenings(t *testing.T) {
	var w watcher
	at := &clock{time.Unix(1e9, 0)}
	g := New(core(func(ctx context.Context, m bot.Message) bot.Reply {
		at.t = at.t.Add(3 * time.Millisecond)
		return echo(ctx, m)
	}), Options{Observer: &w, Now: at.now})
	g.Reply(t.Context(), bot.Message{Platform: "p", Text: "unknown"})
	want := Happening{Platform: "p", Outcome: "no_answer", Question: true, Confidence: .25}
	if len(w.seen) != 1 || w.seen[0] != want {
		t.Errorf("got %+v, want %+v", w.seen, want)
	}
}

// Waiting ends when the core is first asked, and what is limited is not timed: a flood would hide how fast answers are.
func TestStages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w watcher
		g := New(core(func(ctx context.Context, m bot.Message) bot.Reply {
			time.Sleep(3 * time.Millisecond)
			return echo(ctx, m)
		}), Options{User: Limit{2, time.Minute}, Observer: &w})
		ctx := request.Begin(t.Context())
		time.Sleep(time.Second)
		for range 3 { // the third is over the limit
			g.Reply(ctx, bot.Message{Platform: "p", User: "u", Text: "q"})
		}
		time.Sleep(2 * time.Second)
		request.Sent(ctx)
		if got, want := strings.Join(w.took, ", "), "p wait 1s, p core 3ms, p core 3ms, p send 2s"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// All log lines of one message have one request id, and those of another message another.
func TestRequest(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(request.LogHandler(slog.NewJSONHandler(&out, nil))).With("a", 1)
	g := New(core(func(ctx context.Context, _ bot.Message) bot.Reply {
		log.InfoContext(ctx, "first")
		log.WithGroup("g").InfoContext(ctx, "second")
		return bot.Reply{}
	}), Options{})
	g.Reply(t.Context(), bot.Message{})
	g.Reply(t.Context(), bot.Message{})
	var ids []string
	for line := range strings.Lines(out.String()) {
		var l struct {
			Request string
			G       struct{ Request string }
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, l.Request+l.G.Request)
	}
	if len(ids) != 4 || ids[0] == "" || ids[0] != ids[1] || ids[2] != ids[3] || ids[0] == ids[2] {
		t.Errorf("requests %q", ids)
	}
}

func TestVain(t *testing.T) {
	type line struct {
		Msg, Why, Question, Entry string
		Confidence                float64
	}
	say := func(text string) bot.Message {
		return bot.Message{Platform: "p", Conversation: "conversation1", User: "user1", Text: text}
	}
	press := func(action string) bot.Message {
		return bot.Message{Platform: "p", Conversation: "conversation1", User: "user1", Action: action}
	}
	tests := []struct {
		name     string
		messages []bot.Message
		wait     time.Duration // before the last message
		want     []line
	}{
		{"answered", []bot.Message{say("known")}, 0, nil},
		{"no answer", []bot.Message{say("unknown")}, 0, []line{{VainMessage, "no_answer", "unknown", "near", .25}}},
		{"rated down", []bot.Message{say("known"), press("down:it")}, 0, []line{{VainMessage, "rated_down", "known", "it", .9}}},
		{"another answer rated down", []bot.Message{say("known"), press("down:other")}, 0, nil},
		{"rated up", []bot.Message{say("known"), press("up:it")}, 0, nil},
		{"none of these", []bot.Message{say("known"), press("none")}, 0, []line{{VainMessage, "none_of_these", "known", "it", .9}}},
		{"none of these, by nobody who asked", []bot.Message{press("none")}, 0, nil},
		{"none of these, too late", []bot.Message{say("known"), press("none")}, time.Hour, nil},
		{"a command", []bot.Message{say("/unknown"), press("none")}, 0, nil},
		{"by command", []bot.Message{{Conversation: "conversation1", Command: "ask", Args: "what of it"}, press("none")}, 0, []line{{VainMessage, "none_of_these", "what of it", "it", .9}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, consent := range []bool{false, true} {
				var out bytes.Buffer
				at := &clock{time.Unix(1e9, 0)}
				g := New(core(echo), Options{Unanswered: consent, Log: slog.New(slog.NewJSONHandler(&out, nil)), Now: at.now})
				for i, m := range tt.messages {
					if i == len(tt.messages)-1 {
						at.t = at.t.Add(tt.wait)
					}
					g.Reply(t.Context(), m)
				}
				var got []line
				for l := range strings.Lines(out.String()) {
					var x line
					if err := json.Unmarshal([]byte(l), &x); err != nil {
						t.Fatal(err)
					}
					got = append(got, x)
				}
				want := tt.want
				if !consent {
					want = nil
				}
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("with consent %v: got %v, want %v", consent, got, want)
				}
				if strings.Contains(out.String(), "user1") || strings.Contains(out.String(), "conversation1") {
					t.Errorf("an id is in the log: %s", &out)
				}
			}
		})
	}
}

func TestBare(t *testing.T) {
	for in, want := range map[string]string{
		"who is <@123456789012345678> to you?":      "who is … to you?",
		"mail me@example.org or call +49 30 123456": "mail … or call …",
		"@somebody look at https://x.org/a?b=c now": "… look at … now",
		"what happened on 15 August 2025?":          "what happened on 15 August 2025?",
		strings.Repeat("é", 400):                    strings.Repeat("é", 300) + "…",
		" a \n b\x00c ":                             "a b\x00c",
	} {
		if got := bare(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
