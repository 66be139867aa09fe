package discord

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"summitbot/adapters/adaptertest"
	"summitbot/adapters/discord/discordtest"
	"summitbot/bot"
)

// description is what a reply of the test core says.
func description(m *discordtest.Message) string {
	if m == nil || len(m.Body.Embeds) == 0 {
		return ""
	}
	return m.Body.Embeds[0].Description
}

func TestAnswersMention(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	id := r.Say(discordtest.Said{Text: discordtest.Mention + " when did they last meet?"})
	m := r.Answer(discordtest.Channel, id)
	e := m.Body.Embeds[0]
	if e.Title != "Heard" || e.Description != "when did they last meet?" || e.Footer.Text != "A paper · as of 14 August 2025" {
		t.Errorf("embed %+v", e)
	}
	if m.Body.Reference.MessageID != id || *m.Body.Reference.Fail {
		t.Errorf("reference %+v", m.Body.Reference)
	}
	if got := r.last(); got.Conversation != "discord:"+discordtest.Channel+":"+discordtest.Reader || got.Private {
		t.Errorf("message %+v", got)
	}
}

// What people write where, and what of it reaches the core. An empty want is silence.
func TestWaysToAskInMessages(t *testing.T) {
	const m = discordtest.Mention
	bots := map[string]any{"id": "600000000000000009", "username": "b", "bot": true}
	listed := "700000000000000009"
	tests := []struct {
		name string
		said discordtest.Said
		want string
	}{
		{"mention", discordtest.Said{Text: m + " who led it?"}, "who led it?"},
		{"old form of a mention, within the text", discordtest.Said{Text: "hey <@!" + discordtest.BotID + "> who led it?"}, "hey   who led it?"},
		{"mention with a slash", discordtest.Said{Text: m + " /who lavrov"}, "/who lavrov"},
		{"mention of others beside", discordtest.Said{Text: m + " tell <@600000000000000002> about it", Extra: map[string]any{
			"mentions": []any{map[string]any{"id": "600000000000000002", "username": "ann"}, map[string]any{"id": discordtest.BotID}}}}, "tell ann about it"},
		{"mere signs", discordtest.Said{Text: m + " is 5 < 6 > 4, <b>, <@x>, </a> or <"}, `is 5 \< 6 \> 4, \<b\>, \<\@x\>, \</a\> or \<`},
		{"a command named", discordtest.Said{Text: m + " what is </who:5> for?"}, "what is /who for?"},
		{"emoji, channels, roles, moments", discordtest.Said{Text: m + " <:flag:123> who <#1> led <@&2> it <t:1:R>?"}, "who   led   it  ?"},
		{"direct message", discordtest.Said{DM: true, Text: "who led it?"}, "who led it?"},
		{"plain message, content withheld", discordtest.Said{Text: "who led it?"}, ""},
		{"another bot", discordtest.Said{Text: m + " who led it?", Extra: map[string]any{"author": bots}}, ""},
		{"itself", discordtest.Said{Text: m + " who led it?", Extra: map[string]any{"author": map[string]any{"id": discordtest.BotID}}}, ""},
		{"webhook", discordtest.Said{Text: m + " who led it?", Extra: map[string]any{"webhook_id": "1"}}, ""},
		{"system message", discordtest.Said{Text: m, Extra: map[string]any{"type": 7}}, ""},
		{"system user", discordtest.Said{DM: true, Text: "x", Extra: map[string]any{"author": map[string]any{"id": "1", "system": true}}}, ""},
		{"no author", discordtest.Said{Text: m + " who?", Extra: map[string]any{"author": nil}}, ""},
		{"everyone", discordtest.Said{Text: "@everyone who led it?", Extra: map[string]any{"mention_everyone": true}}, ""},
		{"component of a type nobody knows", discordtest.Said{Text: m + " who led it?", Extra: map[string]any{
			"components": []any{map[string]any{"type": 99, "id": 1, "components": []any{map[string]any{"type": 98}}}, nil}}}, "who led it?"},
		{"parts of other types than expected", discordtest.Said{Text: m + " who led it?", Extra: map[string]any{
			"mentions": "none", "referenced_message": 5, "message_reference": []any{1}, "components": map[string]any{}, "embeds": 1}}, "who led it?"},
		{"bare mention under somebody's question", discordtest.Said{Text: m, ReplyTo: "5", Referred: map[string]any{
			"id": "5", "content": "who led it?", "author": map[string]any{"id": "600000000000000002"}}}, "who led it?"},
		{"mention in reply to a deleted message", discordtest.Said{Text: m + " who led it?", ReplyTo: "5", Deleted: true}, "who led it?"},
		{"reply to the bot, without what it replies to", discordtest.Said{Text: "who led it?", ReplyTo: "5", Pings: true}, "who led it?"},
		{"reply to somebody else", discordtest.Said{Text: "yes", ReplyTo: "5", Referred: map[string]any{
			"id": "5", "author": map[string]any{"id": "600000000000000002"}}}, ""},
		{"listed channel, intent off", discordtest.Said{Channel: listed, Text: "who led it?"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := start(t, discordtest.Settings{}, nil)
			r.AwaitConnected(1)
			id := r.Say(test.said)
			// Later and side by side: what the bot does not answer shows once it has answered this.
			after := r.Say(discordtest.Said{Channel: "700000000000000003", Text: m + " after"})
			r.Answer("700000000000000003", after)
			channel := test.said.Channel
			if channel == "" {
				channel = discordtest.Channel
			}
			if test.said.DM {
				channel = discordtest.DM
			}
			if test.want == "" {
				if got := r.Messages(channel); len(got) > 0 {
					t.Errorf("answered %q", got[0].Text())
				}
				return
			}
			if got := description(r.Answer(channel, id)); got != test.want {
				t.Errorf("heard %q, want %q", got, test.want)
			}
		})
	}
}

func TestAnswersPlainQuestionsWhereListed(t *testing.T) {
	r := start(t, discordtest.Settings{MessageContent: true}, func(c *Config, _ *times) {
		c.MessageContent, c.Channels = true, []string{discordtest.Channel}
	})
	r.AwaitConnected(1)
	if description(r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: "who led it?"}))) != "who led it?" {
		t.Error("not answered")
	}
	// Nobody asked: without an answer it keeps silent, and elsewhere altogether.
	r.core.mu.Lock()
	r.core.reply = func(m bot.Message) bot.Reply {
		if strings.Contains(m.Text, "weather") {
			return bot.Reply{Kind: bot.KindNoAnswer, Text: "The article does not tell.", Source: "A paper"}
		}
		return bot.Reply{Kind: bot.KindAnswer, Text: said(m), Source: "A paper"}
	}
	r.core.mu.Unlock()
	r.Say(discordtest.Said{Text: "what is the weather?"})
	r.Say(discordtest.Said{Text: "who led it?", Channel: "700000000000000003"})
	r.Say(discordtest.Said{Text: "I think the summit will fail"})
	r.Say(discordtest.Said{Text: "@everyone when do we meet?", Extra: map[string]any{"mention_everyone": true}})
	r.Say(discordtest.Said{Text: "did you see this?", Extra: map[string]any{"mentions": []any{map[string]any{"id": discordtest.Other}}}})
	r.Say(discordtest.Said{Text: "I think so?", ReplyTo: "5", Referred: map[string]any{"id": "5", "author": map[string]any{"id": discordtest.Other}}})
	r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " what is the weather?"}))
	if n := len(r.Messages(discordtest.Channel)) + len(r.Messages("700000000000000003")); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
}

// A thread is listed where its channel is. Where channels are allowed by a list, too, it has to be in one of those.
func TestAnswersPlainQuestionsInThreads(t *testing.T) {
	const other, thread, otherThread = "700000000000000077", "700000000000000078", "700000000000000079"
	for _, test := range []struct {
		name             string
		channels, allows []string
		answers          []string // the places where it answers
	}{
		{"the channel is listed", []string{discordtest.Channel}, nil, []string{discordtest.Channel, thread}},
		{"the thread is listed", []string{thread}, nil, []string{thread}},
		{"the channel is listed and allowed", []string{discordtest.Channel}, []string{discordtest.Channel}, []string{discordtest.Channel, thread}},
		{"the thread is listed, its channel allowed", []string{thread}, []string{discordtest.Channel}, []string{thread}},
		{"the thread alone is allowed", []string{discordtest.Channel}, []string{thread}, []string{thread}},
		{"listed and not allowed", []string{discordtest.Channel}, []string{other}, nil},
		{"a heading is listed", []string{discordtest.Heading}, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := prepare(t, discordtest.Settings{MessageContent: true}, func(c *Config, _ *times) {
				c.MessageContent, c.Channels, c.AllowedChannels = true, test.channels, test.allows
			})
			for id, in := range map[string]any{
				discordtest.Channel: map[string]any{"type": 0, "parent_id": discordtest.Heading}, thread: map[string]any{"type": 11, "parent_id": discordtest.Channel},
				other: map[string]any{"type": 0, "parent_id": discordtest.Heading}, otherThread: map[string]any{"type": 11, "parent_id": other},
			} {
				r.Set("/channels/"+id, in)
			}
			r.core.reply = func(m bot.Message) bot.Reply {
				return bot.Reply{Kind: bot.KindAnswer, Text: said(m), Source: "A paper"}
			}
			r.run(t)
			r.AwaitConnected(1)
			places := []string{discordtest.Channel, thread, other, otherThread}
			for range 2 {
				for _, place := range places {
					r.Say(discordtest.Said{Channel: place, Text: "who led it?"})
				}
			}
			r.Answer(discordtest.DM, r.Say(discordtest.Said{DM: true, Text: "is all of that taken on?"}))
			r.Until("all is done", 5*time.Second, func() bool { return r.adapter.Stats().Queued == 0 })
			for _, place := range places {
				want := 0
				if slices.Contains(test.answers, place) {
					want = 2
				}
				if got := len(r.Messages(place)); got != want {
					t.Errorf("%d answers in %s, want %d", got, place, want)
				}
				if n := len(r.Calls("^GET /channels/" + place + "$")); n > 1 {
					t.Errorf("asked %d times about %s", n, place)
				}
			}
			if failed := r.adapter.Stats().Failed; failed != 0 {
				t.Errorf("%d replies failed", failed)
			}
		})
	}
}

func TestInterrogative(t *testing.T) {
	for text, want := range map[string]bool{
		"who led it": true, "Who's leading them": true, "what’s the deadline": true, "Russia's demands?": true, "so, when is it?": true, "Didn't they meet": true,
		"I think the summit will fail": false, "they met in Helsinki": false, "whoever leads, it fails": false, "good morning": false, "": false, "whatever": false,
	} {
		if got := interrogative(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestFollowsUpOnReply(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	first := r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " who led it?"}))
	second := r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: "and Russia's?", ReplyTo: first.ID, Pings: true}))
	if got := description(second); got != "and Russia's? (about entry-1)" {
		t.Errorf("heard %q", got)
	}
	// Without the ping Discord withholds what was said.
	r.Say(discordtest.Said{Text: "and Russia's?", ReplyTo: first.ID})
	r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " after"}))
	if n := len(r.Messages(discordtest.Channel)); n != 3 {
		t.Errorf("%d messages, want 3", n)
	}
}

func TestWaysToAskInCommands(t *testing.T) {
	dm, group := discordtest.Place{DM: true}, discordtest.Place{Group: true}
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	pointed := map[string]any{"id": "650000000000000001", "content": "So who *led* it?", "type": 0, "author": map[string]any{"id": discordtest.Other}}
	tests := []struct {
		name  string
		use   *discordtest.Interaction
		want  string
		quiet bool
	}{
		{"ask", r.Use(discordtest.Place{}, "ask", "question", "who led it?"), "command ask who led it?", false},
		{"ask in private", r.Use(dm, "ask", "question", "who led it?"), "command ask who led it?", false},
		{"ask among people", r.Use(group, "ask", "question", "who led it?"), "command ask who led it?", false},
		{"no options", r.Use(discordtest.Place{}, "delegation"), "command delegation", false},
		{"options in the order of the table", r.Use(discordtest.Place{}, "delegation", "meeting", "riyadh", "side", "us"), "command delegation us riyadh", false},
		{"about the bot", r.Use(discordtest.Place{}, "privacy"), "command privacy", true},
		{"about the bot, in private", r.Use(dm, "privacy"), "command privacy", false},
		{"menu of a message", r.Point(discordtest.Place{}, menu().Name, pointed),
			"So who \\*led\\* it?\n\n-# [The message asked about](https://discord.com/channels/" + discordtest.GuildID + "/" + discordtest.Channel + "/650000000000000001)", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := r.Responded(test.use)
			if got := description(i.Message); got != test.want {
				t.Errorf("heard %q, want %q", got, test.want)
			}
			if i.Message != nil && i.Message.Ephemeral != test.quiet {
				t.Errorf("quiet %v", i.Message.Ephemeral)
			}
		})
	}
	if got := r.last(); got.Locale != "en-US" {
		t.Errorf("locale %q", got.Locale)
	}
}

func TestBusyChannelHearsNoDidYouMean(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	r.core.mu.Lock()
	r.core.reply = func(m bot.Message) bot.Reply { return bot.Reply{Kind: bot.KindClarify, Title: "Did you mean …?"} }
	r.core.mu.Unlock()
	if r.Responded(r.Use(discordtest.Place{}, "ask", "question", "x")).Message.Ephemeral {
		t.Error("hidden in a quiet channel")
	}
	for range 30 {
		r.Say(discordtest.Said{Text: "chatter"})
	}
	if !r.Responded(r.Use(discordtest.Place{}, "ask", "question", "x")).Message.Ephemeral {
		t.Error("shown in a busy channel")
	}
}

func TestCompletes(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	i := r.Responded(r.Type(discordtest.Place{}, "ask", "question", "who l"))
	if len(i.Choices) != 25 || i.Choices[0] != (discordtest.Choice{Name: "ask question who l", Value: "e:entry-"}) {
		t.Errorf("%d choices, first %+v", len(i.Choices), i.Choices)
	}
	if i := r.Responded(r.Type(discordtest.Place{}, "delegation", "side", "us", "meeting", "")); len(i.Choices) == 0 || i.Choices[0].Name != "delegation meeting " {
		t.Errorf("choices %+v", i.Choices)
	}
}

func TestPresses(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	r.core.mu.Lock()
	r.core.reply = func(m bot.Message) bot.Reply {
		reply := bot.Reply{Kind: bot.KindAnswer, Title: "T", Text: said(m), Entry: "entry-1", Rate: true,
			Choices: []bot.Choice{{Label: "Related", Action: "e:entry-2"}}, More: []bot.Choice{{Label: "Next", Action: "c:timeline::2"}}}
		if m.Text == "unclear" {
			reply.Kind, reply.Choices = bot.KindClarify, []bot.Choice{{Label: "Meant", Action: "e:entry-3"}, {Label: "None of these", Action: "none"}}
		}
		if m.Action == "up:entry-1" {
			reply = bot.Reply{Kind: bot.KindNotice, Text: "Thanks"}
		}
		return reply
	}
	r.core.mu.Unlock()
	own, others := discordtest.Place{}, discordtest.Place{User: discordtest.Other}
	tests := []struct {
		name, text, button string
		at                 discordtest.Place
		want               string
		edits, quiet       bool
	}{
		{"related", "clear", "Related", own, "action e:entry-2", false, false},
		{"related, somebody else", "clear", "Related", others, "action e:entry-2", false, true},
		{"meant", "unclear", "Meant", own, "action e:entry-3", true, false},
		{"meant, somebody else", "unclear", "Meant", others, "action e:entry-3", false, true},
		{"none of these", "unclear", "None", own, "action none", true, false},
		{"page", "clear", "Next", own, "action c:timeline::2", true, false},
		{"page, somebody else", "clear", "Next", others, "action c:timeline::2", false, true},
		{"helped", "clear", "👍", others, "Thanks", false, true},
		{"did not help", "clear", "👎", own, "action down:entry-1", false, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " " + test.text}))
			b, ok := m.Button(test.button)
			if !ok {
				t.Fatalf("no button %q in %+v", test.button, m.Buttons())
			}
			i := r.Responded(r.Press(test.at, m, b.CustomID))
			if got := description(i.Message); got != test.want {
				t.Errorf("heard %q, want %q", got, test.want)
			}
			if (i.Message == m) != test.edits || i.Message.Ephemeral != test.quiet {
				t.Errorf("edits %v, quiet %v", i.Message == m, i.Message.Ephemeral)
			}
			user := test.at.User
			if user == "" {
				user = discordtest.Reader
			}
			if got := r.last(); got.Conversation != "discord:"+discordtest.Channel+":"+user {
				t.Errorf("conversation %q", got.Conversation)
			}
		})
	}
	t.Run("a button of another age", func(t *testing.T) {
		m := r.Messages(discordtest.Channel)[0]
		for _, id := range []string{"old_button", "r.", "x.1.e:y", "r.!.e:y", ""} {
			if i := r.Responded(r.Press(own, m, id)); description(i.Message) != "action -" {
				t.Errorf("%q: %+v", id, i.Message)
			}
		}
	})
}

func TestButtonsWorkAfterRestart(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	m := r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " who led it?"}))
	r.stop()
	if err := <-r.ended; err != nil {
		t.Fatal(err)
	}
	r.ended <- nil
	r.Until("the end of the session", 5*time.Second, func() bool { return r.Connected() == 0 })

	again := &rig{Server: r.Server, core: &core{}, log: &adaptertest.Journal{}}
	a, err := New(Config{Token: "Bot " + discordtest.Token, APIURL: r.URL() + "/"}, again.core, nil)
	if err != nil {
		t.Fatal(err)
	}
	a.times = quick()
	again.adapter = a
	again.run(t)
	r.AwaitConnected(1)
	b, _ := m.Button("And then?")
	if i := r.Responded(r.Press(discordtest.Place{}, m, b.CustomID)); description(i.Message) != "action e:entry-2" {
		t.Errorf("%+v", i.Message)
	}
}

// Pointed at, a message is read even where its author wrote nothing into it.
func TestReadsWhatIsPointedAt(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	for name, message := range map[string]string{
		"text":                    `"content":"who led it?","embeds":[{"title":"another"}]`,
		"mention of the bot":      `"content":"<@` + discordtest.BotID + `> who led it?"`,
		"forwarded":               `"content":"","message_snapshots":[{"message":{"content":"who led it?"}}]`,
		"headline":                `"content":"","embeds":[{"type":"image"},{"title":"who led it?","description":"A long story."}]`,
		"embed without a title":   `"content":"","embeds":[{"description":"who led it?"}]`,
		"poll":                    `"content":"","poll":{"question":{"text":"who led it?"}}`,
		"laid out":                `"content":"","components":[{"type":17,"components":[{"type":14},{"type":9,"components":[{"type":10,"content":"who led it?"}]}]}]`,
		"components nobody knows": `"content":"who led it?","components":[{"type":99,"components":7}]`,
		"nulls":                   `"content":"who led it?","embeds":null,"poll":null,"message_snapshots":null,"components":null`,
	} {
		t.Run(name, func(t *testing.T) {
			var m map[string]any
			if err := json.Unmarshal([]byte(`{"id":"650000000000000001","author":{"id":"`+discordtest.Other+`"},`+message+`}`), &m); err != nil {
				t.Fatal(err)
			}
			i := r.Responded(r.Point(discordtest.Place{}, menu().Name, m))
			if got := description(i.Message); !strings.HasPrefix(got, "who led it?") {
				t.Errorf("heard %q", got)
			}
			id := r.Say(discordtest.Said{Text: discordtest.Mention, ReplyTo: "650000000000000001", Referred: m})
			if got := description(r.Answer(discordtest.Channel, id)); got != "who led it?" {
				t.Errorf("in a reply heard %q", got)
			}
		})
	}
}

func TestFollowUpForm(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	asked := r.Responded(r.Use(discordtest.Place{}, "ask", "question", "who led it?"))
	b, ok := asked.Message.Button("Follow up")
	if !ok {
		t.Fatal("no button under a slash answer")
	}
	for _, at := range []discordtest.Place{{}, {User: discordtest.Other}, {DM: true}} {
		form := r.Responded(r.Press(at, asked.Message, b.CustomID)).Form
		i := r.Responded(r.Send(at, form, asked.Message, "and Russia's?"))
		if got := description(i.Message); got != "and Russia's? (about entry-1)" {
			t.Errorf("heard %q", got)
		}
	}
	plain := r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " who led it?"}))
	if _, ok := plain.Button("Follow up"); ok {
		t.Error("a form under a message that can be replied to")
	}
}

// What the adapter says itself is in the language of whoever asks; the core's words are left alone.
func TestSpeaksTheLanguageOfWhoeverAsks(t *testing.T) {
	r := start(t, discordtest.Settings{}, func(c *Config, _ *times) { c.AllowedChannels = []string{discordtest.Channel} })
	r.core.mu.Lock()
	r.core.reply = func(m bot.Message) bot.Reply {
		if m.Args == "panic" {
			panic(m.Args)
		}
		return bot.Reply{Kind: bot.KindAnswer, Text: "It was led by A.", Source: "A paper, §1", AsOf: "14 August 2025", Page: 1, Pages: 3, Entry: "led", Lang: "en"}
	}
	r.core.mu.Unlock()
	r.AwaitConnected(1)
	for _, test := range []struct{ locale, footer, follow, title, field, broken, elsewhere, wordless string }{
		{"en-GB", "as of 14 August 2025 · page 1 of 3", "Follow up", "Follow up", "Your question", "Something went wrong", "I do not answer", "That message has no text"},
		{"ja", "as of 14 August 2025 · page 1 of 3", "Follow up", "Follow up", "Your question", "Something went wrong", "I do not answer", "That message has no text"},
		{"pt-BR", "situação em 14/08/2025 · página 1 de 3", "Continuar a perguntar", "Continuar a perguntar", "A sua pergunta, em inglês", "Algo correu mal", "Não respondo", "Essa mensagem"},
		{"es-419", "a fecha de 14/8/2025 · página 1 de 3", "Seguir preguntando", "Seguir preguntando", "Tu pregunta, en inglés", "Algo ha ido mal", "No respondo", "Ese mensaje"},
		{"fr", "état au 14/08/2025 · page 1 sur 3", "Poursuivre", "Poursuivre", "Votre question, en anglais", "Quelque chose", "Je ne réponds pas", "Ce message"},
		{"de", "Stand: 14.8.2025 · Seite 1 von 3", "Nachfragen", "Nachfragen", "Deine Frage, auf Englisch", "Hier ist etwas", "In diesem Kanal", "Diese Nachricht"},
		{"uk", "станом на 14.08.2025 · сторінка 1 з 3", "Запитати ще", "Запитати ще", "Ваше запитання, англійською", "Тут щось", "У цьому каналі", "У цьому повідомленні"},
		{"ru", "по состоянию на 14.08.2025 · страница 1 из 3", "Спросить ещё", "Спросить ещё", "Ваш вопрос, на английском", "Здесь что-то", "В этом канале", "В этом сообщении"},
	} {
		t.Run(test.locale, func(t *testing.T) {
			at := discordtest.Place{Locale: test.locale}
			m := r.Responded(r.Use(at, "ask", "question", "who led it?")).Message
			if got := m.Body.Embeds[0].Footer.Text; got != "A paper, §1 · "+test.footer {
				t.Errorf("footer %q", got)
			}
			b, ok := m.Button(test.follow)
			if !ok {
				t.Fatalf("no button %q", test.follow)
			}
			form := r.Responded(r.Press(at, m, b.CustomID)).Form
			if form.Title != test.title || !strings.Contains(string(form.Rows), `"`+test.field+`"`) {
				t.Errorf("form %+v", form)
			}
			empty := map[string]any{"id": "650000000000000001", "author": map[string]any{"id": discordtest.Other}}
			elsewhere := discordtest.Place{Locale: test.locale, Channel: "700000000000000003"}
			for want, i := range map[string]*discordtest.Interaction{
				test.broken:    r.Use(at, "ask", "question", "panic"),
				test.elsewhere: r.Use(elsewhere, "ask", "question", "who led it?"),
				test.wordless:  r.Point(at, menu().Name, empty),
			} {
				if got := r.Responded(i).Message; !strings.HasPrefix(got.Text(), want) || !got.Ephemeral {
					t.Errorf("said %q, want %q; quietly: %v", got.Text(), want, got.Ephemeral)
				}
			}
		})
	}
}

// The core keeps silent towards whoever asks too much; Discord tells of an error where an interaction is not responded to.
func TestSilenceIsExplained(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	m := r.Responded(r.Use(discordtest.Place{}, "ask", "question", "who led it?")).Message
	before := m.Body
	b, ok := m.Button("Follow up")
	if !ok {
		t.Fatal("no button")
	}
	form := r.Responded(r.Press(discordtest.Place{}, m, b.CustomID)).Form
	r.core.mu.Lock()
	r.core.reply = func(bot.Message) bot.Reply { return bot.Reply{Kind: bot.KindNone} }
	r.core.mu.Unlock()
	de, turn := discordtest.Place{Locale: "de"}, press{pressTurn, discordtest.Reader, "c:timeline::2"}
	for name, i := range map[string]*discordtest.Interaction{
		"command":            r.Use(de, "ask", "question", "and then?"),
		"command in private": r.Use(discordtest.Place{DM: true, Locale: "de"}, "ask", "question", "and then?"),
		"form":               r.Send(de, form, m, "and then?"),
		"press":              r.Press(de, m, turn.id()),
	} {
		got := r.Responded(i).Message
		if got == m || !got.Ephemeral || !strings.HasPrefix(got.Text(), "Das sind viele Fragen") {
			t.Errorf("%s: said %q, quietly: %v", name, got.Text(), got.Ephemeral)
		}
	}
	if !reflect.DeepEqual(m.Body, before) {
		t.Error("the message pressed on has changed")
	}
	// A message is simply left without an answer.
	r.Say(discordtest.Said{Text: discordtest.Mention + " and then?"})
	r.core.mu.Lock()
	r.core.reply = nil
	r.core.mu.Unlock()
	r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " after"}))
}

func TestWordsAreWhole(t *testing.T) {
	for lang, w := range languages {
		v := reflect.ValueOf(w)
		for i := range v.NumField() {
			if v.Field(i).String() == "" {
				t.Errorf("%s: no %s", lang, v.Type().Field(i).Name)
			}
		}
		if day := w.dayOf("14 August 2025"); !strings.Contains(day, "14") || !strings.Contains(day, "2025") {
			t.Errorf("%s: %q", lang, day)
		}
		if got := w.dayOf("August 2025"); got != "August 2025" {
			t.Errorf("%s: %q", lang, got)
		}
	}
}

func TestSlowAnswers(t *testing.T) {
	r := start(t, discordtest.Settings{}, func(_ *Config, t *times) { t.thinking = 50 * time.Millisecond })
	r.AwaitConnected(1)
	m := r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " who led it?"}))
	r.core.mu.Lock()
	r.core.reply = func(m bot.Message) bot.Reply {
		time.Sleep(150 * time.Millisecond)
		if m.Args == "panic" {
			panic("on purpose")
		}
		return bot.Reply{Kind: bot.KindAnswer, Text: said(m), More: []bot.Choice{{Label: "Next", Action: "c:x::2"}}}
	}
	r.core.mu.Unlock()
	both := []*discordtest.Interaction{r.Use(discordtest.Place{}, "ask", "question", "one"), r.Use(discordtest.Place{}, "ask", "question", "two")}
	for _, i := range both {
		if d := r.Responded(i).At.Sub(m.At); d > 2*time.Second {
			t.Errorf("after %v", d)
		}
	}
	i := r.Responded(r.Use(discordtest.Place{}, "ask", "question", "who led it?"))
	if i.Type != respondLater || description(i.Message) != "command ask who led it?" || i.Message.Ephemeral {
		t.Errorf("type %d, %+v", i.Type, i.Message)
	}
	if i := r.Responded(r.Use(discordtest.Place{}, "privacy")); !i.Message.Ephemeral {
		t.Errorf("%+v", i.Message)
	}
	if i := r.Responded(r.Use(discordtest.Place{}, "ask", "question", "panic")); description(i.Message) != "Something went wrong here. Please ask again." {
		t.Errorf("%+v", i.Message)
	}
	b := press{pressTurn, discordtest.Reader, "c:x::2"}.id()
	if i := r.Responded(r.Press(discordtest.Place{}, m, b)); i.Type != respondLaterUpdate || i.Message != m || description(m) != "action c:x::2" {
		t.Errorf("type %d, %+v", i.Type, i.Message)
	}
}

func TestManyQuestionsAtOnce(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.AwaitConnected(1)
	var ids []string
	for n := range 1000 {
		ids = append(ids, r.Say(discordtest.Said{Channel: fmt.Sprint(710000000000000000 + n%50), User: fmt.Sprint(610000000000000000 + n%7),
			Text: fmt.Sprintf("%s question %d", discordtest.Mention, n)}))
	}
	answers := func() int { return len(r.Calls("^POST /channels/")) }
	r.Until("1,000 answers", 20*time.Second, func() bool { return answers() >= 1000 })
	got := map[string]string{}
	for n := range 50 {
		last := -1
		for _, m := range r.Messages(fmt.Sprint(710000000000000000 + n)) {
			got[m.Body.Nonce] += m.Text()
			var q int
			fmt.Sscanf(description(m), "question %d", &q)
			if q <= last {
				t.Errorf("channel %d: %d after %d", n, q, last)
			}
			last = q
		}
	}
	for n, id := range ids {
		if want := fmt.Sprintf("Heard\nquestion %d\nA paper · as of 14 August 2025", n); got[id] != want {
			t.Errorf("question %d: %q", n, got[id])
		}
	}
	if answers() != 1000 {
		t.Errorf("%d answers", answers())
	}
}

// Where only some places are allowed, others get silence, or a word where Discord wants one.
func TestAnswersInAllowedPlacesAlone(t *testing.T) {
	const other = "700000000000000077"
	r := start(t, discordtest.Settings{}, func(c *Config, _ *times) {
		c.AllowedServers, c.AllowedChannels = []string{discordtest.GuildID}, []string{discordtest.Channel}
	})
	r.AwaitConnected(1)
	// A thread is where its channel is. A channel is not, whose parent is a mere heading.
	const thread, otherThread = "700000000000000078", "700000000000000079"
	r.Set("/channels/"+thread, map[string]any{"id": thread, "type": 11, "parent_id": discordtest.Channel})
	r.Set("/channels/"+otherThread, map[string]any{"id": otherThread, "type": 11, "parent_id": other})
	r.Set("/channels/"+other, map[string]any{"id": other, "type": 0, "parent_id": discordtest.Heading})
	r.Say(discordtest.Said{Channel: other, Text: discordtest.Mention + " not here"})
	i := r.Responded(r.Use(discordtest.Place{Channel: other}, "ask", "question", "not here"))
	if !i.Message.Ephemeral || i.Message.Body.Embeds[0].Description != "I do not answer in this channel. You can ask me in private." {
		t.Errorf("responded %+v", i.Message)
	}
	r.Say(discordtest.Said{Channel: otherThread, Text: discordtest.Mention + " not here"})
	for range 2 {
		if got := description(r.Answer(thread, r.Say(discordtest.Said{Channel: thread, Text: discordtest.Mention + " here"}))); got != "here" {
			t.Errorf("in a thread answered %q", got)
		}
	}
	if n := len(r.Calls("^GET /channels/" + thread)); n != 1 {
		t.Errorf("asked %d times about a thread", n)
	}
	if i := r.Responded(r.Use(discordtest.Place{Channel: thread, Thread: true}, "ask", "question", "here")); description(i.Message) != "command ask here" {
		t.Errorf("in a thread responded %q", description(i.Message))
	}
	private := r.Say(discordtest.Said{DM: true, Text: "in private"})
	r.Answer(discordtest.DM, private)
	here := r.Say(discordtest.Said{Text: discordtest.Mention + " here"})
	if got := description(r.Answer(discordtest.Channel, here)); got != "here" {
		t.Errorf("answered %q", got)
	}
	if got := append(r.Messages(other), r.Messages(otherThread)...); len(got) != 0 {
		t.Errorf("answered where it is not allowed: %+v", got)
	}
}
