package discord

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"summitbot/adapters/adaptertest"
	"summitbot/adapters/discord/discordtest"
)

func TestConformance(t *testing.T) {
	adaptertest.Run(t, func(t *testing.T, core *adaptertest.Core, log *slog.Logger) adaptertest.Platform {
		s := discordtest.New(t, discordtest.Settings{})
		a, err := New(Config{Token: discordtest.Token, APIURL: s.URL()}, core, log)
		if err != nil {
			t.Fatal(err)
		}
		a.times.retry = 20 * time.Millisecond
		a.api.retry = 20 * time.Millisecond
		dm := func(n int) string { return fmt.Sprint(720000000000000000 + n) }
		const post = "POST /channels/"
		return adaptertest.Platform{
			Run:   a.Run,
			Ready: func() bool { return a.Ready() == nil },
			Ask: func(n int, text string) {
				s.Say(discordtest.Said{DM: true, Channel: dm(n), User: fmt.Sprint(620000000000000000 + n), Text: text})
			},
			Shown: func(n int) (shown []string) {
				for _, m := range s.Messages(dm(n)) {
					shown = append(shown, asRead(description(m)))
				}
				return shown
			},
			Fail: func(faults ...adaptertest.Fault) {
				for _, f := range faults {
					s.Break(map[adaptertest.Fault]discordtest.Fault{
						adaptertest.RateLimited: {Match: post, Status: 429, Body: `{"message":"…","retry_after":0.5,"global":false}`},
						adaptertest.ServerError: {Match: post, Status: 500, Body: `{"message":"500: Internal Server Error","code":0}`},
						adaptertest.Unavailable: {Match: post, Status: 503, Body: "<html>"},
						adaptertest.Cut:         {Match: post, Cut: true},
					}[f])
				}
			},
			Revoke:  func() { s.Break(discordtest.Fault{Match: ".", Status: 401, Times: 1000}) },
			Secrets: []string{discordtest.Token},
		}
	})
}

// asRead is what a reader sees of a text that holds no markup but escapes: Discord takes a backslash before any punctuation
// as one.
func asRead(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", s[i+1]) >= 0 {
			i++
		} else if strings.IndexByte("*_~`|[]<>@#", s[i]) >= 0 {
			return "markup in " + s
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
