//go:build unix

package main

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"summitbot/adapters/discord/discordtest"
	"summitbot/adapters/telegram/telegramtest"
)

// The program serves Telegram with nothing but a token and, here, another address for it.
func TestServesTelegram(t *testing.T) {
	srv := telegramtest.New(t)
	signals := make(chan os.Signal, 1)
	var stdout, stderr bytes.Buffer
	a := app{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr,
		environ: []string{
			"TELEGRAM_TOKEN=" + telegramtest.Token, "SUMMITBOT_TELEGRAM_API_URL=" + srv.URL + "/", "SUMMITBOT_KB=testdata/kb",
			"SUMMITBOT_TELEGRAM_CHATS=7, -100200", "SUMMITBOT_LOG_LEVEL=debug", "SUMMITBOT_OPS_ADDRESS=127.0.0.1:0",
		},
		signals: func() (<-chan os.Signal, func()) { return signals, func() {} }, hints: noHints, platforms: platforms,
	}
	code := make(chan int)
	go func() { code <- a.run([]string{"run"}) }()
	srv.Await("the menus are set", func() bool { return len(srv.Calls("getMyShortDescription")) > 0 })
	ana, eva := telegramtest.User{ID: 7, Name: "Ana"}, telegramtest.User{ID: 8, Name: "Eva"}
	srv.Say(telegramtest.Private(eva), eva, "how tall is the tower?")
	srv.Say(telegramtest.Private(ana), ana, "how tall is the tower?")
	if got := srv.AwaitSaid(telegramtest.Private(ana), 1)[0].Text; !strings.Contains(got, "The tower is 42 metres high.") {
		t.Errorf("the bot said %q", got)
	}
	if len(srv.Said(telegramtest.Private(eva))) > 0 {
		t.Error("a chat that is not allowed was answered")
	}
	signals <- syscall.SIGTERM
	if c := <-code; c != 0 {
		t.Errorf("exit code %d", c)
	}
	srv.Await("all is confirmed", func() bool { return srv.Pending() == 0 })
	// The doctor finds it sound, and says what could be better.
	if c := a.run([]string{"doctor", "telegram"}); c != 0 || !strings.Contains(stdout.String(), "fine   telegram: commands") || !strings.Contains(stdout.String(), "/setprivacy") {
		t.Errorf("doctor: exit code %d\n%s", c, &stdout)
	}
	if strings.Contains(stderr.String()+stdout.String(), "AAfake") {
		t.Error("the token is in the output")
	}
	if t.Failed() {
		t.Log(stderr.String())
	}
}

// A platform that is down or refuses its token does not disturb the other.
func TestOnePlatformDown(t *testing.T) {
	for _, tt := range []struct {
		name     string
		discord  func(*discordtest.Server) string
		telegram string // token
		log      string
	}{
		{"discord is out of reach", func(*discordtest.Server) string { return "http://127.0.0.1:1" }, telegramtest.Token, "connected to Telegram"},
		{"telegram refuses the token", func(s *discordtest.Server) string { return s.URL() }, "5:AAsomething_that_nobody_has", "Telegram refuses the token"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, tg := discordtest.New(t, discordtest.Settings{}), telegramtest.New(t)
			signals := make(chan os.Signal, 1)
			stderr := logUntil(tt.log)
			a := app{
				stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: stderr,
				environ: []string{
					"TELEGRAM_TOKEN=" + tt.telegram, "SUMMITBOT_TELEGRAM_API_URL=" + tg.URL, "SUMMITBOT_KB=testdata/kb",
					"DISCORD_TOKEN=" + discordtest.Token, "SUMMITBOT_DISCORD_API_URL=" + tt.discord(d), "SUMMITBOT_OPS_ADDRESS=127.0.0.1:0",
				},
				signals: func() (<-chan os.Signal, func()) { return signals, func() {} }, hints: noHints, platforms: platforms,
			}
			code := make(chan int)
			go func() { code <- a.run([]string{"run"}) }()
			const question = "how tall is the tower?"
			if tt.telegram == telegramtest.Token {
				ana := telegramtest.User{ID: 7, Name: "Ana"}
				tg.Say(telegramtest.Private(ana), ana, question)
				if got := tg.AwaitSaid(telegramtest.Private(ana), 1)[0].Text; !strings.Contains(got, "42 metres") {
					t.Errorf("on Telegram the bot said %q", got)
				}
			} else {
				d.AwaitConnected(1)
				if m := d.Answer(discordtest.Channel, d.Say(discordtest.Said{Text: discordtest.Mention + " " + question})); !strings.Contains(m.Text(), "42 metres") {
					t.Errorf("on Discord the bot said %q", m.Text())
				}
			}
			select {
			case <-stderr.found:
			case <-time.After(20 * time.Second):
				t.Errorf("%q is not in the log", tt.log)
			}
			signals <- syscall.SIGTERM
			if c := <-code; c != 0 {
				t.Errorf("exit code %d", c)
			}
		})
	}
}

// A logWatch closes found when what it waits for is written to it.
type logWatch struct {
	mu    sync.Mutex
	text  strings.Builder
	want  string
	found chan struct{}
}

func logUntil(want string) *logWatch { return &logWatch{want: want, found: make(chan struct{})} }

func (l *logWatch) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := strings.Contains(l.text.String(), l.want)
	l.text.Write(p)
	if !before && strings.Contains(l.text.String(), l.want) {
		close(l.found)
	}
	return len(p), nil
}
