//go:build unix

package main

import (
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"summitbot/adapters/adaptertest"
	"summitbot/adapters/discord/discordtest"
	"summitbot/adapters/telegram/telegramtest"
)

// A served process is `summitbot run` within the test, with both platforms' adapters and test servers.
type served struct {
	process
	discord  *discordtest.Server
	telegram *telegramtest.Server
}

func serveBoth(t *testing.T, environ ...string) *served {
	t.Helper()
	s := &served{discord: discordtest.New(t, discordtest.Settings{}), telegram: telegramtest.New(t)}
	s.process = process{t: t, log: &adaptertest.Journal{}, hints: make(chan os.Signal, 1), stop: make(chan os.Signal, 1), code: make(chan int, 1)}
	a := app{
		stdin: strings.NewReader(""), stdout: io.Discard, stderr: s.log,
		environ: append([]string{
			"SUMMITBOT_DISCORD_API_URL=" + s.discord.URL(), "SUMMITBOT_TELEGRAM_API_URL=" + s.telegram.URL,
			"SUMMITBOT_KB=testdata/kb", "SUMMITBOT_OPS_ADDRESS=127.0.0.1:0",
		}, environ...),
		signals:   func() (<-chan os.Signal, func()) { return s.stop, func() {} },
		hints:     func() (<-chan os.Signal, func()) { return s.hints, func() {} },
		platforms: platforms,
	}
	go func() { s.code <- a.run([]string{"run"}) }()
	t.Cleanup(func() {
		s.stop <- syscall.SIGTERM
		if code := <-s.code; code != 0 {
			t.Errorf("exit code %d", code)
		}
		for _, secret := range []string{discordtest.Token, telegramtest.Token} {
			if strings.Contains(s.log.String(), secret) {
				t.Error("a token is in the log")
			}
		}
		if t.Failed() {
			t.Logf("log:\n%s", s.log)
		}
	})
	within(t, "the operations endpoint", func() bool { return strings.Contains(s.log.String(), "operations endpoint") })
	return s
}

var tokens = []string{"DISCORD_TOKEN=" + discordtest.Token, "TELEGRAM_TOKEN=" + telegramtest.Token}

func (s *served) ready() bool { code, _ := s.get("/readyz"); return code == 200 }

// lines are the log's lines with a message.
func (s *served) lines(message string) (found []map[string]any) {
	for line := range strings.Lines(s.log.String()) {
		var l map[string]any
		if json.Unmarshal([]byte(line), &l) == nil && l["msg"] == message {
			found = append(found, l)
		}
	}
	return found
}

// A reply that is sent in vain: all lines about it, of the guard and of the adapter, are joined by one id, and it is counted
// alike on both platforms. One that is sent is timed in all its stages.
func TestUndeliveredReply(t *testing.T) {
	s := serveBoth(t, append(tokens, "SUMMITBOT_LOG_LEVEL=debug")...)
	within(t, "readiness", s.ready)
	s.discord.Break(
		discordtest.Fault{Match: "POST /channels/", Status: 500, Body: "{}"},
		discordtest.Fault{Match: "POST /channels/", Status: 403, Body: `{"code":50001,"message":"Missing Access"}`},
	)
	s.telegram.Fail(telegramtest.Fault{Method: "sendMessage", Code: 500, Description: "Internal Server Error"})
	s.telegram.Fail(telegramtest.Fault{Method: "sendMessage", Code: 403, Description: "Forbidden: bot was blocked by the user"})
	ana := telegramtest.User{ID: 7, Name: "Ana"}
	s.discord.Say(discordtest.Said{Text: discordtest.Mention + " " + tall})
	s.telegram.Say(telegramtest.Private(ana), ana, tall)
	for _, tt := range []struct {
		platform string
		lines    []string // for Telegram without what it asks at its start, for the bot's description
	}{
		{"discord", []string{"replied", "discord call is made again", "discord: could not answer a message"}},
		{"telegram", []string{"replied", "a call to Telegram is made again", "a message could not be sent"}},
	} {
		within(t, "the count of "+tt.platform, func() bool { return s.shows(`summitbot_undelivered_total{platform="` + tt.platform + `"} 1`) })
		ids := map[any]bool{}
		for _, message := range tt.lines {
			about := slices.DeleteFunc(s.lines(message), func(l map[string]any) bool { return l["platform"] != tt.platform || l["outcome"] == "help" })
			if len(about) != 1 {
				t.Errorf("%s: %d lines %q", tt.platform, len(about), message)
				continue
			}
			ids[about[0]["request"]] = true
		}
		if len(ids) != 1 || ids[nil] {
			t.Errorf("%s: the lines have the requests %v", tt.platform, ids)
		}
		if !s.shows(`summitbot_reply_duration_seconds_count{platform="` + tt.platform + `",stage="send"} 0`) {
			t.Errorf("%s: what was not sent is timed", tt.platform)
		}
	}

	s.discord.Say(discordtest.Said{Text: discordtest.Mention + " " + tall})
	s.telegram.Say(telegramtest.Private(ana), ana, tall)
	for _, platform := range []string{"discord", "telegram"} {
		count := `summitbot_reply_duration_seconds_count{platform="` + platform + `",stage=`
		within(t, "the time that sending took on "+platform, func() bool { return s.shows(count + `"send"} 1`) })
		if s.shows(count+`"wait"} 0`) || s.shows(count+`"core"} 0`) {
			t.Errorf("%s: waiting and answering are not timed", platform)
		}
	}
}
