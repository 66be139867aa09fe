package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"summitbot/adapters/discord/discordtest"
	"summitbot/bot"
)

const limited429 = `{"message":"You are being rate limited.","retry_after":0.3,"global":false}`

// What goes wrong with sending a message, and that one message comes of it all the same.
func TestSendsOnceWhateverHappens(t *testing.T) {
	const post = "POST /channels/"
	tests := []struct {
		name   string
		faults []discordtest.Fault
		least  time.Duration
	}{
		{"500, 502, 503, 504", []discordtest.Fault{{Match: post, Status: 500}, {Match: post, Status: 502, Body: "<html>"}, {Match: post, Status: 503}, {Match: post, Status: 504}}, 0},
		{"cut before", []discordtest.Fault{{Match: post, Cut: true, Times: 3}}, 0},
		{"cut after it was carried out", []discordtest.Fault{{Match: post, CutAfter: true, Times: 3}}, 0},
		{"429", []discordtest.Fault{{Match: post, Status: 429, Body: limited429, Header: map[string]string{"Retry-After": "1"}, Times: 2}}, 600 * time.Millisecond},
		{"429 for all calls", []discordtest.Fault{{Match: post, Status: 429, Body: strings.Replace(limited429, "false", "true", 1),
			Header: map[string]string{"X-RateLimit-Global": "true"}}}, 300 * time.Millisecond},
		{"429 of Cloudflare", []discordtest.Fault{{Match: post, Status: 429, Body: "error code: 1015", Header: map[string]string{"Retry-After": "0.3"}}}, 300 * time.Millisecond},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := start(t, discordtest.Settings{}, nil)
			r.AwaitConnected(1)
			r.Break(test.faults...)
			began := time.Now()
			id := r.Say(discordtest.Said{Text: discordtest.Mention + " who led it?"})
			r.Answer(discordtest.Channel, id)
			// The next reply in the channel comes after all attempts for the first.
			r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " after"}))
			if n := len(r.Messages(discordtest.Channel)); n != 2 {
				t.Errorf("%d messages", n)
			}
			if d := time.Since(began); d < test.least || d > 5*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

func TestKeepsToRateLimit(t *testing.T) {
	const window = 2500 * time.Millisecond
	r := start(t, discordtest.Settings{Pace: window}, nil)
	r.AwaitConnected(1)
	for n := range 7 {
		r.Say(discordtest.Said{Text: fmt.Sprintf("%s question %d", discordtest.Mention, n)})
	}
	elsewhere := r.Answer("700000000000000003", r.Say(discordtest.Said{Channel: "700000000000000003", Text: discordtest.Mention + " elsewhere"}))
	r.Until("all replies", 10*time.Second, func() bool { return len(r.Messages(discordtest.Channel)) == 7 })
	sent := r.Messages(discordtest.Channel)
	if d := sent[5].At.Sub(sent[0].At); d < window-100*time.Millisecond {
		t.Errorf("the sixth reply %v after the first", d)
	}
	if elsewhere.At.After(sent[5].At) {
		t.Error("another channel waited as well")
	}
	for _, c := range r.Calls("POST /channels/") {
		if c.Status == 429 {
			t.Error("ran into a limit that had been announced")
		}
	}
}

func TestRespondsOnceWhateverHappens(t *testing.T) {
	const callback = "POST /interactions/"
	tests := []struct {
		name   string
		faults []discordtest.Fault
	}{
		{"503, then 502", []discordtest.Fault{{Match: callback, Status: 503}, {Match: callback, Status: 502}}},
		{"cut before", []discordtest.Fault{{Match: callback, Cut: true, Times: 2}}},
		{"cut after it was carried out", []discordtest.Fault{{Match: callback, CutAfter: true}}},
		{"429", []discordtest.Fault{{Match: callback, Status: 429, Body: limited429}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := start(t, discordtest.Settings{}, nil)
			r.AwaitConnected(1)
			r.Tolerate("40060")
			r.Break(test.faults...)
			i := r.Responded(r.Use(discordtest.Place{}, "ask", "question", "who led it?"))
			if description(i.Message) != "command ask who led it?" {
				t.Errorf("%+v", i)
			}
			if s := r.adapter.Stats(); s.Failed != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// A callback that is out of time is not insisted on, and a limit on it holds nobody else up.
func TestGivesUpLateResponses(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	r.Tolerate(".*")
	r.Break(discordtest.Fault{Match: "POST /interactions/", Status: 429, Body: strings.Replace(limited429, "0.3", "60", 1)})
	late := r.Use(discordtest.Place{}, "ask", "question", "late")
	r.Until("the failure", 4*time.Second, func() bool { return r.adapter.Stats().Failed == 1 })
	if late.Type != 0 {
		t.Error("responded")
	}
	r.Responded(r.Use(discordtest.Place{}, "ask", "question", "in time"))
}

func TestDeniedInChannel(t *testing.T) {
	tests := []struct {
		code int
		want func(*discordtest.Message) bool
	}{
		{50013, func(m *discordtest.Message) bool { // no embeds
			return len(m.Body.Embeds) == 0 && m.Body.Content == "**Heard**\nwho led it?\n-# A paper · as of 14 August 2025"
		}},
		{160002, func(m *discordtest.Message) bool { return m.Body.Reference == nil && len(m.Body.Embeds) == 1 }}, // no history
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.code), func(t *testing.T) {
			r := start(t, discordtest.Settings{}, nil)
			r.AwaitConnected(1)
			r.Deny(discordtest.Channel, test.code)
			if m := r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " who led it?"})); !test.want(m) {
				t.Errorf("%+v", m.Body)
			}
		})
	}
	t.Run("no access", func(t *testing.T) {
		r := start(t, discordtest.Settings{}, nil)
		r.AwaitConnected(1)
		r.Deny(discordtest.Channel, 50001)
		r.Say(discordtest.Said{Text: discordtest.Mention + " who led it?"})
		r.Until("the failure", 5*time.Second, func() bool { return r.adapter.Stats().Failed == 1 })
		if n := len(r.Calls("POST /channels/")); n != 1 {
			t.Errorf("%d attempts", n)
		}
	})
}

// No error of a call shows the token, the interaction's or the bot's, however the call fails.
func TestErrorsHoldNoSecret(t *testing.T) {
	s := discordtest.New(t, discordtest.Settings{})
	s.Tolerate(".*")
	a, err := newAPI(s.URL(), discordtest.Token, time.Millisecond, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	dead, err := newAPI("http://127.0.0.1:1/api", discordtest.Token, time.Millisecond, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	const secret = "aW50ZXJhY3Rpb24secret"
	c := call{method: "POST", path: "/interactions/1/" + secret + "/callback", name: "responding", secret: secret, body: 5}
	echo := fmt.Sprintf(`{"code":1,"message":"bad %s and %s"}`, secret, discordtest.Token)
	faults := []discordtest.Fault{
		{Status: 400, Body: echo}, {Status: 401, Body: echo}, {Status: 403, Body: echo}, {Status: 404}, {Status: 500, Body: echo}, {Status: 502, Body: echo},
		{Status: 302, Header: map[string]string{"Location": "http://127.0.0.1:1/" + secret}}, {Cut: true}, {CutAfter: true},
		{Status: 429, Body: `{"retry_after":1000}`}, {Status: 200, Body: "{"}, {Status: 418, Body: "\x00" + secret},
		{Status: 200, Header: map[string]string{"X-RateLimit-Reset-After": "soon"}, Body: secret},
	}
	check := func(err error) {
		t.Helper()
		for e := err; e != nil; e = errors.Unwrap(e) {
			if text := fmt.Sprintf("%v %+v", e, e); strings.Contains(text, secret) || strings.Contains(text, discordtest.Token) {
				t.Errorf("secret in %s", text)
			}
		}
	}
	for _, f := range faults {
		f.Match = "callback"
		s.Break(f)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		err := a.do(ctx, c, &struct{}{})
		cancel()
		if err == nil {
			t.Errorf("%+v: no error", f)
		}
		check(err)
	}
	c.repeatable = true
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	check(dead.do(ctx, c, nil))
	cancel()
	check(a.do(ctx, c, nil))
}

// What cannot be repeated safely is repeated only if it never left.
func TestRepeatsOnlyWhatIsSafe(t *testing.T) {
	s := discordtest.New(t, discordtest.Settings{})
	a, err := newAPI(s.URL(), discordtest.Token, time.Millisecond, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c := call{method: "POST", path: "/channels/1/messages", name: "x"}
	for _, f := range []discordtest.Fault{{Match: "channels", Status: 500}, {Match: "channels", Cut: true}, {Match: "channels", CutAfter: true}} {
		s.Break(f)
		before := len(s.Calls("channels"))
		if err := a.do(t.Context(), c, nil); err == nil {
			t.Errorf("%+v: no error", f)
		}
		if n := len(s.Calls("channels")) - before; n != 1 {
			t.Errorf("%+v: %d attempts", f, n)
		}
	}
	s.Tolerate(".*")
	if !neverSent(&net.OpError{Op: "dial", Err: errors.New("refused")}) || neverSent(&net.OpError{Op: "read"}) {
		t.Error("neverSent")
	}
}

func TestLimitsForgetWhatIsOver(t *testing.T) {
	l := newLimits()
	for n := range 5000 {
		l.set(fmt.Sprint("past", n), time.Now().Add(-time.Second))
	}
	if len(l.buckets) > 1100 {
		t.Errorf("%d kept", len(l.buckets))
	}
}

func TestPanicCostsOneMessage(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	r.core.mu.Lock()
	r.core.reply = func(m bot.Message) bot.Reply {
		if m.Text == "panic" {
			panic("on purpose")
		}
		return bot.Reply{Kind: bot.KindAnswer, Text: m.Text}
	}
	r.core.mu.Unlock()
	r.Say(discordtest.Said{Text: discordtest.Mention + " panic"})
	r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " who?"}))
	if n := r.adapter.Stats().Panics; n != 1 {
		t.Errorf("%d panics", n)
	}
}
