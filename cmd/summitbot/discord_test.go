package main

import (
	"bytes"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"summitbot/adapters/discord/discordtest"
)

// The whole program on Discord: it answers, stops at a signal, and its doctor finds it sound.
func TestServesDiscord(t *testing.T) {
	s := discordtest.New(t, discordtest.Settings{})
	signals := make(chan os.Signal, 2)
	var stdout, stderr bytes.Buffer
	a := app{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr,
		environ:   []string{"DISCORD_TOKEN=" + discordtest.Token, "SUMMITBOT_DISCORD_API_URL=" + s.URL() + "/", "SUMMITBOT_KB=testdata/kb", "SUMMITBOT_OPS_ADDRESS=127.0.0.1:0"},
		signals:   func() (<-chan os.Signal, func()) { return signals, func() {} },
		hints:     noHints,
		platforms: platforms,
	}
	code := make(chan int)
	go func() { code <- a.run([]string{"run"}) }()
	s.AwaitConnected(1)
	if m := s.Answer(discordtest.Channel, s.Say(discordtest.Said{Text: discordtest.Mention + " how tall is the tower?"})); !strings.Contains(m.Text(), "42 metres") {
		t.Errorf("answered %q", m.Text())
	}
	if i := s.Responded(s.Use(discordtest.Place{}, "ask", "question", "how tall is the tower?")); !strings.Contains(i.Message.Text(), "42 metres") {
		t.Errorf("answered %q", i.Message.Text())
	}
	s.Until("the commands", 5*time.Second, func() bool { return len(s.Commands("")) > 5 })
	signals <- syscall.SIGTERM
	if c := <-code; c != 0 {
		t.Errorf("exit code %d", c)
	}
	if c := a.run([]string{"doctor"}); c != 0 || strings.Contains(stdout.String(), "fault") || !strings.Contains(stdout.String(), "fine   discord: commands") {
		t.Errorf("doctor: exit code %d\n%s", c, &stdout)
	}
	if strings.Contains(stderr.String()+stdout.String(), discordtest.Token) {
		t.Error("the token is in the output")
	}
}
