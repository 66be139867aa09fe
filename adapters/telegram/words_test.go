package telegram

import (
	"reflect"
	"strings"
	"testing"

	"summitbot/adapters/telegram/telegramtest"
	"summitbot/bot"
)

// Every sentence exists in every language that commands are named in, and fits where it goes.
func TestWords(t *testing.T) {
	t.Parallel()
	core, _ := real()
	tags := map[string]bool{}
	for _, c := range core.Commands() {
		for tag := range c.Local {
			tags[tag] = true
		}
	}
	for tag := range tags {
		if _, ok := inWords[tag]; !ok {
			t.Errorf("commands are named in %s, and the adapter does not speak it", tag)
		}
	}
	for tag, w := range inWords {
		v, en := reflect.ValueOf(w), reflect.ValueOf(english)
		for i := range v.NumField() {
			name, text, original := v.Type().Field(i).Name, v.Field(i).String(), en.Field(i).String()
			if text == "" || text == original {
				t.Errorf("%s in %s is %q", name, tag, text)
			}
			if strings.Count(text, "@bot") != strings.Count(original, "@bot") || strings.HasPrefix(original, " ") != strings.HasPrefix(text, " ") {
				t.Errorf("%s in %s is %q, and in English %q", name, tag, text, original)
			}
		}
		if n := utf16len(w.placeholder); n > 64 { // https://core.telegram.org/bots/api#forcereply
			t.Errorf("the placeholder in %s has %d units", tag, n)
		}
	}
	for _, tc := range []struct {
		languages []string
		want      string
	}{
		{[]string{"en", "pt-br"}, "Partilhar"},
		{[]string{"fr", "de"}, "Partager"},
		{[]string{"DE-at"}, "Teilen"},
		{[]string{"", "tlh", "x"}, "Share"},
		{nil, "Share"},
	} {
		if got := wordsOf(tc.languages...).share; got != tc.want {
			t.Errorf("for %q to share is %q, want %q", tc.languages, got, tc.want)
		}
	}
}

// What the adapter says by itself is in the language of whoever it speaks to.
func TestLanguageOfWhoeverAsks(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	start(t, srv, &script{reply: func(m bot.Message) bot.Reply {
		if m.Command == "help" {
			return bot.Reply{Kind: bot.KindHelp, Text: "How to ask."}
		}
		r := bot.Reply{Kind: bot.KindAnswer, Title: "T", Text: "re: " + m.Text, Entry: "x", Rate: true}
		if m.Text == "wer" {
			r.Lang = "de"
		}
		return r
	}})
	carla := telegramtest.User{ID: 1007, Name: "Carla", Language: "pt-br"}
	chat := telegramtest.Private(carla)
	srv.Say(chat, carla, "", telegramtest.With(fields{"voice": fields{"file_id": "x"}}))
	srv.Say(chat, carla, "who")
	srv.Say(chat, carla, "wer")
	srv.Say(chat, carla, "/help")
	said := srv.AwaitSaid(chat, 4)
	if said[0].Text != inWords["pt"].onlyText {
		t.Errorf("a voice message gets %q", said[0].Text)
	}
	if _, ok := said[1].Button("Partilhar"); !ok {
		t.Errorf("the buttons are %+v", said[1].Keyboard)
	}
	if _, ok := said[2].Button("Teilen"); !ok {
		t.Errorf("under an answer in German the buttons are %+v", said[2].Keyboard)
	}
	if !strings.Contains(said[3].Text, "Num grupo, use um comando como /ask@SummitBot,") || strings.Contains(said[3].Text, "@bot") {
		t.Errorf("/help says %q", said[3].Text)
	}
	srv.Say(group, carla, "/who@SummitBot")
	answer := srv.AwaitSaid(group, 1)[0]
	follow, ok := answer.Button("Perguntar mais")
	if !ok {
		t.Fatalf("the buttons are %+v", answer.Keyboard)
	}
	srv.AwaitAnswer(srv.Press(group, ana, answer.ID, follow.Data)) // it is ana's reply box
	srv.AwaitAnswer(srv.Press(group, carla, answer.ID, follow.Data))
	said = srv.AwaitSaid(group, 3)
	if said[1].Placeholder != english.placeholder || said[2].Placeholder != inWords["pt"].placeholder || said[2].Styled("text_mention") != inWords["pt"].you {
		t.Errorf("to carla's press the bot says %+v", said[2])
	}
	srv.Inline(carla, "x")
	srv.Await("inline results", func() bool { return len(srv.Calls("answerInlineQuery")) > 0 })
	if button := srv.Calls("answerInlineQuery")[0].Params["button"]; !strings.Contains(button, inWords["pt"].inPrivate) {
		t.Errorf("above inline results is %s", button)
	}
}
