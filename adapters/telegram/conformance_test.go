package telegram

import (
	"log/slog"
	"strings"
	"testing"

	"summitbot/adapters/adaptertest"
	"summitbot/adapters/telegram/telegramtest"
)

func TestConformance(t *testing.T) {
	adaptertest.Run(t, func(t *testing.T, core *adaptertest.Core, log *slog.Logger) adaptertest.Platform {
		srv := telegramtest.New(t)
		a, err := New(Config{Token: telegramtest.Token, APIURL: srv.URL, Pace: &Pace{}}, core, log)
		if err != nil {
			t.Fatal(err)
		}
		person := func(n int) telegramtest.User { return telegramtest.User{ID: int64(3000 + n), Name: "Somebody"} }
		return adaptertest.Platform{
			Run:   a.Run,
			Ready: func() bool { return a.Ready() == nil },
			Ask: func(n int, text string) {
				srv.Say(telegramtest.Private(person(n)), person(n), text)
			},
			Shown: func(n int) (shown []string) {
				for _, m := range srv.Said(telegramtest.Private(person(n))) {
					text, _, _ := strings.Cut(m.Text, "\n\nSource: ")
					shown = append(shown, text)
				}
				return shown
			},
			Fail: func(faults ...adaptertest.Fault) {
				for _, f := range faults {
					fault := map[adaptertest.Fault]telegramtest.Fault{
						adaptertest.RateLimited: {Code: 429, Description: "Too Many Requests: retry after 1", RetryAfter: 1},
						adaptertest.ServerError: {Code: 500, Description: "Internal Server Error"},
						adaptertest.Unavailable: {Status: 503, Body: "<html>"},
						adaptertest.Cut:         {Cut: true},
					}[f]
					fault.Method = "sendMessage"
					fault.When = func(p telegramtest.Params) bool { return p.Int("chat_id") == person(0).ID }
					srv.Fail(fault)
				}
			},
			Revoke:  func() { srv.Fail(telegramtest.Fault{Code: 401, Description: "Unauthorized", Times: -1}) },
			Secrets: []string{strings.SplitN(telegramtest.Token, ":", 2)[1]},
		}
	})
}
