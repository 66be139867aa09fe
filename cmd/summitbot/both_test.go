//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
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
		lines    []string
	}{
		{"discord", []string{"replied", "discord call is made again", "discord: could not answer a message"}},
		{"telegram", []string{"replied", "a call to Telegram is made again", "a message could not be sent"}},
	} {
		within(t, "the count of "+tt.platform, func() bool { return s.shows(`summitbot_undelivered_total{platform="` + tt.platform + `"} 1`) })
		ids := map[any]bool{}
		for _, message := range tt.lines {
			about := slices.DeleteFunc(s.lines(message), func(l map[string]any) bool { return l["platform"] != tt.platform })
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

// With default settings nothing that people type and nobody's id gets out by way of the adapters either: not at the log level that
// says most, and not while calls fail.
func TestAdaptersKeepNothing(t *testing.T) {
	s := serveBoth(t, append(tokens, "SUMMITBOT_LOG_LEVEL=debug", "SUMMITBOT_TELEGRAM_PACE=none")...)
	within(t, "readiness", s.ready)
	const questions = 300
	for i := range questions {
		text, person := fmt.Sprintf("xyzzy%dzq quibbled the frob", i), 4_400_440_044_000+i%50
		if i%3 == 0 {
			text = "how tall is xyzzy the tower?"
		}
		switch i % 30 {
		case 7:
			s.discord.Break(discordtest.Fault{Match: "POST /channels/", Status: 403, Body: `{"code":50013,"message":"Missing Permissions"}`})
			s.telegram.Fail(telegramtest.Fault{Method: "sendMessage", Code: 403, Description: "Forbidden: user is deactivated"})
		case 17:
			s.discord.Break(discordtest.Fault{Match: "POST /channels/", Cut: true})
			s.telegram.Fail(telegramtest.Fault{Method: "sendMessage", Cut: true})
		case 27:
			s.discord.Break(discordtest.Fault{Match: "POST /channels/", Status: 400, Body: `{"code":50035,"message":"Invalid Form Body"}`})
			s.telegram.Fail(telegramtest.Fault{Method: "sendMessage", Code: 400, Description: "Bad Request: can't parse entities"})
		}
		s.discord.Say(discordtest.Said{DM: i%2 == 0, Channel: fmt.Sprintf("718800880088%06d", i%50), User: fmt.Sprintf("61%016d", person), Text: discordtest.Mention + " " + text})
		u := telegramtest.User{ID: int64(person), Name: "Quincy Zorblatt"}
		s.telegram.Say(telegramtest.Private(u), u, text)
	}
	within(t, "all replies", func() bool {
		return len(s.lines("replied")) > 2*questions && s.shows(`summitbot_queue_length{platform="discord"} 0`) && s.shows(`summitbot_queue_length{platform="telegram"} 0`)
	})
	_, figures := s.get("/metrics")
	_, ready := s.get("/readyz")
	for _, pattern := range []string{`(?i)xyzzy`, `(?i)quibbled`, `(?i)zorblatt`, `718800880088`, `4400440044\d{3}`} {
		if found := regexp.MustCompile(`.*` + pattern + `.*`).FindString(s.log.String() + figures + ready); found != "" {
			t.Errorf("%s gets out: %s", pattern, found)
		}
	}
	for _, platform := range []string{"discord", "telegram"} {
		if s.shows(`summitbot_undelivered_total{platform="` + platform + `"} 0`) {
			t.Errorf("nothing went wrong on %s", platform)
		}
	}
}
