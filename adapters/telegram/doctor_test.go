package telegram

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"summitbot/adapters/telegram/telegramtest"
)

func TestDoctor(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		set    func(*telegramtest.Server, *Config)
		check  string
		level  Level
		advice string
	}{
		{"all is well", func(*telegramtest.Server, *Config) {}, "token", Fine, ""},
		{"nobody polls", func(*telegramtest.Server, *Config) {}, "poller", Fine, ""},
		{"the clock agrees", func(*telegramtest.Server, *Config) {}, "clock", Fine, ""},
		{"a token of nobody", func(_ *telegramtest.Server, c *Config) { c.Token = "5:AAanother_token-of-35-letters" }, "token", Fault, "/mybots"},
		{"no token", func(_ *telegramtest.Server, c *Config) { c.Token = "" }, "config", Fault, "configuration"},
		{"no server", func(s *telegramtest.Server, c *Config) { c.APIURL = "http://127.0.0.1:1" }, "token", Fault, "reaches"},
		{"a webhook, and polling configured", func(s *telegramtest.Server, _ *Config) { s.SetWebhook("https://elsewhere.example/secret") }, "webhook", Note, "Stop whatever set it"},
		{"a webhook configured and not set", func(_ *telegramtest.Server, c *Config) { c.Webhook.URL = "https://me.example/x" }, "webhook", Note, "when it starts"},
		{"another webhook than configured", func(s *telegramtest.Server, c *Config) {
			s.SetWebhook("https://elsewhere.example/secret")
			c.Webhook.URL = "https://me.example/x"
		}, "webhook", Note, "sets its own"},
		{"the webhook as configured", func(s *telegramtest.Server, c *Config) {
			s.SetWebhook("https://me.example/x")
			c.Webhook.URL = "https://me.example/x"
		}, "webhook", Fine, ""},
		{"privacy mode on", func(*telegramtest.Server, *Config) {}, "privacy", Note, "/setprivacy"},
		{"privacy mode off", func(s *telegramtest.Server, _ *Config) { s.ReadsAll = true }, "privacy", Fine, ""},
		{"inline mode off", func(s *telegramtest.Server, _ *Config) { s.NoInline = true }, "inline", Note, "/setinline"},
		{"guest mode off", func(s *telegramtest.Server, _ *Config) { s.NoGuest = true }, "guest", Note, "Guest Mode"},
		{"groups off", func(s *telegramtest.Server, _ *Config) { s.NoJoinGroups = true }, "groups", Note, "/setjoingroups"},
		{"commands never set", func(*telegramtest.Server, *Config) {}, "commands", Note, "when it starts"},
		{"a clock that is wrong", func(s *telegramtest.Server, _ *Config) { s.Clock = time.Hour }, "clock", Note, "time server"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			srv := telegramtest.New(t)
			cfg := Config{Token: telegramtest.Token, APIURL: srv.URL}
			tc.set(srv, &cfg)
			srv.Push("message", "pending, so that nothing waits")
			found := Doctor(t.Context(), cfg, &script{})
			for _, f := range found {
				if strings.Contains(fmt.Sprint(f), "AAfake") || strings.Contains(fmt.Sprint(f), "/secret") {
					t.Errorf("a secret is in %+v", f)
				}
				if (f.Level == Fine) != (f.Advice == "") {
					t.Errorf("advice and level do not fit: %+v", f)
				}
			}
			for _, f := range found {
				if f.Check == tc.check {
					if f.Level != tc.level || !strings.Contains(f.Advice, tc.advice) {
						t.Errorf("found %+v, want level %s and advice with %q", f, tc.level, tc.advice)
					}
					return
				}
			}
			t.Errorf("no finding about %s: %+v", tc.check, found)
		})
	}
}

// A bot that runs is found as another poller, and is not disturbed for long.
func TestDoctorFindsAnotherPoller(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	run := start(t, srv, &script{reply: echo}, func(_ *Config, tm *timing) { tm.poll = 30 * time.Second })
	srv.Await("the bot polls", func() bool { return run.Stats().Ready || len(srv.Calls("deleteWebhook")) > 0 })
	time.Sleep(100 * time.Millisecond)
	for _, f := range Doctor(t.Context(), Config{Token: telegramtest.Token, APIURL: srv.URL}, &script{}) {
		if f.Check == "poller" && f.Level != Fault {
			t.Errorf("found %+v", f)
		}
	}
	srv.Say(privately, ana, "one")
	srv.AwaitSaid(privately, 1)
}
