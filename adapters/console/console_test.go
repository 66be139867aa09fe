package console

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"summitbot/bot"
)

const greeting = "summitbot answers questions about a tower. Type one, or /help; /quit, Ctrl-D or Ctrl-C leaves.\n\n"

// tower answers "height" with two choices and everything else with what arrived.
var tower = replier(func(m bot.Message) bot.Reply {
	if m.Platform != "console" || m.Conversation == "" || m.User == "" || !m.Private {
		panic("a message without its origin")
	}
	switch {
	case m.Text == "height":
		return bot.Reply{Text: "42.", Choices: []bot.Choice{{Label: "Why?", Action: "e:why"}}, More: []bot.Choice{{Label: "More", Action: "p:2"}}}
	case m.Text == "panic":
		panic("what was asked")
	case m.Action != "":
		return bot.Reply{Text: "pressed " + m.Action}
	}
	return bot.Reply{Text: "asked " + m.Text}
})

func talk(t *testing.T, in io.Reader) string {
	t.Helper()
	var out bytes.Buffer
	if err := New(tower, Options{In: in, Out: &out, About: "a tower"}).Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(out.String(), greeting)
	if !ok {
		t.Errorf("the first line is %q", out.String())
	}
	return text
}

func TestTalk(t *testing.T) {
	const choices = "42.\n\n  1  Why?\n  2  More\n\n"
	for _, tt := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"questions", "one\n two \n\nthree", "asked one\n\nasked two\n\nasked three\n\n"},
		{"a number picks a choice", "height\n2\n", choices + "pressed p:2\n\n"},
		{"as people write numbers", "height\n#1\n", choices + "pressed e:why\n\n"},
		{"and with a dot", "height\n1.\n", choices + "pressed e:why\n\n"},
		{"a number that is no choice", "height\n3\n1\n", choices + "There is no choice 3. Type a number from the list, or a question.\n\npressed e:why\n\n"},
		{"zero is no choice", "height\n0\n", choices + "There is no choice 0. Type a number from the list, or a question.\n\n"},
		{"a year is a question", "height\n2018\n", choices + "asked 2018\n\n"},
		{"a number without choices is a question", "2\n", "asked 2\n\n"},
		{"choices end with the next reply", "height\nother\n1\n", choices + "asked other\n\nasked 1\n\n"},
		{"commands are the core's", "/who x\n", "asked /who x\n\n"},
		{"leaving", "one\n/quit\ntwo\n", "asked one\n\n"},
		{"leaving in another way", "Exit\ntwo\n", ""},
		{"a panic costs one message", "panic\none\n", "Something went wrong with that one. Please ask it in another way.\n\nasked one\n\n"},
		{"no UTF-8", "a\xffb\n", "asked a\uFFFDb\n\n"},
		{"a long line", strings.Repeat("x", 1<<20) + "\none\n", "That line is too long. Please ask in a sentence or two.\n\nasked one\n\n"},
	} {
		if got := talk(t, strings.NewReader(tt.in)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestTalkEndsWithContext(t *testing.T) {
	in, _ := io.Pipe() // never says anything
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- New(tower, Options{In: in, Out: io.Discard}).Run(ctx) }()
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Run does not end")
	}
}

type failing struct{ error }

func (f failing) Read([]byte) (int, error)  { return 0, f.error }
func (f failing) Write([]byte) (int, error) { return 0, f.error }

func TestTalkReportsFaults(t *testing.T) {
	broken := failing{errors.New("broken")}
	for want, opt := range map[string]Options{
		"reading what is typed: broken": {In: broken, Out: io.Discard},
		"writing a reply: broken":       {In: strings.NewReader(""), Out: broken},
	} {
		if err := New(tower, opt).Run(context.Background()); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
