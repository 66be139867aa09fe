package telegram

import (
	"strings"
	"testing"
	"time"

	"summitbot/adapters/telegram/telegramtest"
	"summitbot/bot"
)

// Ways to ask: what people do in Telegram, and what they then see.

var (
	privately = telegramtest.Private(ana)
	group     = telegramtest.Chat{ID: -100200300, Type: "supergroup"}
	forum     = telegramtest.Chat{ID: -100200400, Type: "supergroup", Forum: true}
	channel   = telegramtest.Chat{ID: -100200500, Type: "channel"}
	otherBot  = telegramtest.User{ID: 1003, Name: "Other", Username: "otherbot", Bot: true}
)

type fields = map[string]any

func TestPrivateChat(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	core := &script{}
	start(t, srv, core)
	srv.Say(privately, ana, "when did they last meet?")
	got := srv.AwaitSaid(privately, 1)[0]
	want := "When did Trump & Putin <last> meet?\n\nAt the G20 summit in Osaka, in 2019.\n\nSource: " + source + " · as of " + asOf
	if got.Text != want {
		t.Errorf("the bot said\n%s\nwant\n%s", got.Text, want)
	}
	if s := got.Styled("bold"); s != "When did Trump & Putin <last> meet?" {
		t.Errorf("%q is bold", s)
	}
	if got.ReplyTo != 0 {
		t.Error("an answer in a private chat quotes the question")
	}
	q := core.last()
	if q.Platform != "telegram" || q.Conversation != "telegram:1001" || q.User != "telegram:1001" || q.Locale != "en-GB" || !q.Private || q.Text != "when did they last meet?" {
		t.Errorf("the core was asked %+v", q)
	}

	srv.Say(privately, ana, "/delegation")
	got = srv.AwaitSaid(privately, 2)[1]
	for _, want := range []string{"United States\nDonald Trump\nMarco Rubio", "Russia\nVladimir Putin\nSergey Lavrov"} {
		if !strings.Contains(got.Text, want) {
			t.Errorf("%q lacks %q", got.Text, want)
		}
	}
	if q := core.last(); q.Command != "delegation" || q.Text != "" {
		t.Errorf("the core was asked %+v", q)
	}
}

// Each message in a group is for the bot or not, and says so in one of many ways.
func TestGroup(t *testing.T) {
	t.Parallel()
	me := fields{"via_bot": fields{"id": int64(telegramtest.BotID), "is_bot": true, "first_name": "Summit", "username": "SummitBot"}}
	for _, tc := range []struct {
		name     string
		text     string
		readsAll bool
		reply    bool // to the bot
		from     telegramtest.User
		chat     telegramtest.Chat
		topic    int64
		with     fields
		want     *bot.Message // nil: silence
	}{
		{name: "a command with the bot's name", text: "/who@SummitBot lavrov", want: &bot.Message{Command: "who", Args: "lavrov"}},
		{name: "a command in other letters", text: "/Who@summitbot  Lavrov ", want: &bot.Message{Command: "who", Args: "Lavrov"}},
		{name: "a command of the bot without its name", text: "/delegation us", want: &bot.Message{Command: "delegation", Args: "us"}},
		{name: "a command over two lines", text: "/ask@SummitBot\nwhen did they meet?", want: &bot.Message{Command: "ask", Args: "when did they meet?"}},
		{name: "another bot's command", text: "/delegation@otherbot", readsAll: true},
		{name: "another bot's command in a reply", text: "/delegation@otherbot", reply: true},
		{name: "a command that nobody knows", text: "/ban 5", readsAll: true},
		{name: "a command that nobody knows, with the name", text: "/ban@SummitBot 5", want: &bot.Message{Command: "ban", Args: "5"}},
		{name: "a bot whose name begins the same", text: "@SummitBot2 who is he?", readsAll: true},
		{name: "a mention", text: "@SummitBot who is he?", readsAll: true, want: &bot.Message{Text: "who is he?"}},
		{name: "a mention in other letters, with a comma", text: "@summitBOT, who is he?", readsAll: true, want: &bot.Message{Text: "who is he?"}},
		{name: "a mention at the end, after emoji", text: "🇺🇦🇺🇸 who is he? @SummitBot", readsAll: true, want: &bot.Message{Text: "🇺🇦🇺🇸 who is he?"}},
		{name: "a mention alone", text: "@SummitBot", readsAll: true, want: &bot.Message{}},
		{name: "a mention under privacy mode", text: "@SummitBot who is he?"},
		{name: "a reply to the bot", text: "and who led it?", reply: true, want: &bot.Message{Text: "and who led it?"}},
		{name: "talk", text: "who is he?", readsAll: true},
		{name: "another bot", text: "/delegation@SummitBot", from: otherBot},
		{name: "an anonymous administrator", text: "/delegation@SummitBot", from: telegramtest.User{ID: 1087968824, Name: "Group", Username: "GroupAnonymousBot", Bot: true},
			with: fields{"sender_chat": fields{"id": group.ID, "type": "supergroup", "title": "x"}}, want: &bot.Message{Command: "delegation"}},
		{name: "a channel's post in its group", text: "/delegation@SummitBot", with: fields{"is_automatic_forward": true, "sender_chat": fields{"id": channel.ID, "type": "channel", "title": "x"}}},
		{name: "what was sent through the bot", text: "Who is he? An adviser.", with: me},
		{name: "a channel", text: "/delegation@SummitBot", chat: channel},
		{name: "a photo", text: "", readsAll: true, with: fields{"photo": []fields{{"file_id": "x"}}}},
		{name: "a photo with a question under it", readsAll: true, with: fields{"photo": []fields{{"file_id": "x"}}, "caption": "/who@SummitBot is this"}, want: &bot.Message{Command: "who", Args: "is this"}},
		{name: "a sticker for the bot", reply: true, with: fields{"sticker": fields{"file_id": "x"}}},
		{name: "talk in a topic that the bot has opened", text: "who is he?", readsAll: true, chat: forum, topic: 90},
		{name: "somebody joins", readsAll: true, with: fields{"new_chat_members": []fields{{"id": 5, "is_bot": false, "first_name": "x"}}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			srv := telegramtest.New(t)
			srv.ReadsAll = tc.readsAll
			core := &script{}
			run := start(t, srv, core)
			from, chat := ana, group
			if tc.from.ID != 0 {
				from = tc.from
			}
			if tc.chat.ID != 0 {
				chat = tc.chat
			}
			var opts []telegramtest.Option
			said := 0
			if tc.reply {
				srv.Say(chat, ana, "/delegation@SummitBot")
				opts = append(opts, telegramtest.ReplyTo(srv.AwaitSaid(chat, 1)[0].ID))
				said = 1
			}
			before := core.count()
			if tc.topic != 0 {
				opts = append(opts, telegramtest.InTopic(tc.topic))
			}
			if tc.with != nil {
				opts = append(opts, telegramtest.With(tc.with))
			}
			id := srv.Say(chat, from, tc.text, opts...)
			if tc.want == nil {
				srv.Say(privately, ana, "hello") // what comes after it is answered, and it is not
				srv.AwaitSaid(privately, 1)
				run.inbox.settle(t.Context(), time.Second)
				if n := core.count() - before; n != 1 || len(srv.Said(chat)) != said {
					t.Errorf("the bot took it for its own: %+v", core.last())
				}
				return
			}
			got := srv.AwaitSaid(chat, said+1)[said]
			if got.ReplyTo != id {
				t.Errorf("the answer replies to %d, want %d", got.ReplyTo, id)
			}
			q := core.last()
			if q.Text != tc.want.Text || q.Command != tc.want.Command || q.Args != tc.want.Args || q.Private {
				t.Errorf("the core was asked %+v", q)
			}
		})
	}
}

func TestReplyKnowsItsTopic(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	core := &script{}
	start(t, srv, core)
	srv.Say(group, ana, "/ask@SummitBot who is ushakov") // the script answers commands it does not know with a notice
	srv.AwaitSaid(group, 1)
	srv.Say(group, ana, "and ushakov?", telegramtest.ReplyTo(srv.Said(group)[0].ID))
	answer := srv.AwaitSaid(group, 2)[1]
	srv.Say(group, boris, "when was that?", telegramtest.ReplyTo(answer.ID))
	srv.AwaitSaid(group, 3)
	q := core.last()
	if q.Topic != "ushakov" {
		t.Errorf("the core was asked %+v, want the topic ushakov", q)
	}
	if q.Conversation != "telegram:-100200300:1002" {
		t.Errorf("the conversation is %s", q.Conversation)
	}
}

func TestMentionUnderSomebodysQuestion(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	srv.ReadsAll = true
	core := &script{}
	start(t, srv, core)
	theirs := srv.Say(group, boris, "when did they last meet?")
	srv.Say(group, ana, "@SummitBot", telegramtest.ReplyTo(theirs))
	srv.AwaitSaid(group, 1)
	if q := core.last(); q.Text != "when did they last meet?" {
		t.Errorf("the core was asked %+v", q)
	}
}

func TestForcedReply(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	core := &script{}
	start(t, srv, core)
	srv.Say(group, ana, "/ask@SummitBot")
	prompt := srv.AwaitSaid(group, 1)[0]
	if !prompt.ForceReply || prompt.Placeholder == "" || len(prompt.Keyboard) > 0 || prompt.Text != english.ask {
		t.Errorf("/ask without a question gets %+v, want a forced reply", prompt)
	}
	srv.Say(group, ana, "when did they meet?", telegramtest.ReplyTo(prompt.ID))
	answer := srv.AwaitSaid(group, 2)[1]
	follow, ok := answer.Button("Follow up")
	if !ok {
		t.Fatalf("no button to ask on: %+v", answer.Keyboard)
	}
	srv.AwaitAnswer(srv.Press(group, boris, answer.ID, follow.Data))
	prompt = srv.AwaitSaid(group, 3)[2]
	if !prompt.ForceReply || prompt.Styled("text_mention") == "" {
		t.Errorf("a press of Follow up gets %+v, want a forced reply for whoever pressed", prompt)
	}
}

func TestForumTopics(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	start(t, srv, &script{})
	srv.Say(forum, ana, "/timeline@SummitBot", telegramtest.InTopic(77))
	list := srv.AwaitSaid(forum, 1)[0]
	if list.Thread != 77 {
		t.Errorf("the answer is in topic %d, want 77", list.Thread)
	}
	// In a group that is no forum a thread is one of replies, and Telegram refuses its id.
	srv.Say(group, ana, "/timeline@SummitBot", telegramtest.With(fields{"message_thread_id": 55}))
	srv.AwaitSaid(group, 1)
	// Private chats have topics too.
	srv.Say(privately, ana, "when did they meet?", telegramtest.InTopic(9))
	answer := srv.AwaitSaid(privately, 1)[0]
	if answer.Thread != 9 {
		t.Errorf("the answer is in topic %d, want 9", answer.Thread)
	}
	b, _ := answer.Button("Ushakov")
	srv.Press(privately, ana, answer.ID, b.Data)
	if next := srv.AwaitSaid(privately, 2)[1]; next.Thread != 9 {
		t.Errorf("the answer to a press is in topic %d, want 9", next.Thread)
	}
}

func TestDeepLink(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	start(t, srv, &script{})
	for i, tc := range []struct{ text, want string }{
		{"/start ushakov", "Who is Yuri Ushakov?"},
		{"/start gone-entry", "How to ask"},
		{"/start inline", "How to ask"},
		{"/start", "How to ask"},
	} {
		srv.Say(privately, ana, tc.text)
		if got := srv.AwaitSaid(privately, i+1)[i]; !strings.HasPrefix(got.Text, tc.want) {
			t.Errorf("%s gets %q, want %q", tc.text, got.Text, tc.want)
		}
	}
}

func TestHelpSaysHowToReachTheBot(t *testing.T) {
	t.Parallel()
	for _, readsAll := range []bool{false, true} {
		srv := telegramtest.New(t)
		srv.ReadsAll = readsAll
		start(t, srv, &script{})
		srv.Say(privately, ana, "/help")
		got := srv.AwaitSaid(privately, 1)[0].Text
		if strings.Contains(got, "privacy mode") == readsAll || !strings.Contains(got, "/ask@SummitBot") {
			t.Errorf("with can_read_all_group_messages %v help says %q", readsAll, got)
		}
	}
}

func TestMediaInPrivate(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	core := &script{}
	start(t, srv, core)
	for _, kind := range []string{"photo", "sticker", "voice", "video_note", "document", "location", "contact"} {
		n := len(srv.Said(privately))
		srv.Say(privately, ana, "", telegramtest.With(fields{kind: fields{"file_id": "x"}}))
		if got := srv.AwaitSaid(privately, n+1)[n].Text; got != english.onlyText {
			t.Errorf("a %s gets %q", kind, got)
		}
	}
	// Ten photos of one album get one answer, and a caption is a question.
	n := len(srv.Said(privately))
	for range 10 {
		srv.Say(privately, ana, "", telegramtest.With(fields{"photo": []fields{{}}, "media_group_id": "album"}))
	}
	srv.Say(privately, ana, "", telegramtest.With(fields{"photo": []fields{{}}, "caption": "when did they meet?"}))
	srv.AwaitSaid(privately, n+2)
	srv.Say(privately, ana, "", telegramtest.With(fields{"pinned_message": fields{"message_id": 1, "chat": fields{"id": 1, "type": "private"}, "date": 0}}))
	srv.Say(privately, ana, "hush")
	srv.Say(privately, ana, "hello")
	if got := srv.AwaitSaid(privately, n+3); got[n+2].Text != "Ask me something." || len(got) != n+3 {
		t.Errorf("after the album the bot said %d things, want 3", len(got)-n)
	}
}

func TestEditedQuestion(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	core := &script{}
	start(t, srv, core)
	id := srv.Say(privately, ana, "who is ushakof")
	first := srv.AwaitSaid(privately, 1)[0]
	srv.Edit(privately, id, "who is ushakov")
	srv.Await("the answer is corrected", func() bool { return srv.Message(privately, first.ID).Edits == 1 })
	if got := srv.Message(privately, first.ID); !strings.HasPrefix(got.Text, "Who is Yuri Ushakov?") || len(got.Keyboard) == 0 {
		t.Errorf("the answer became %q", got.Text)
	}
	srv.Edit(privately, id, "who is ushakov") // Telegram reports what is no change for the bot
	gid := srv.Say(group, ana, "/ask@SummitBot who is ushakof")
	srv.AwaitSaid(group, 1)
	srv.Edit(group, gid, "/ask@SummitBot who is ushakov") // in groups an edit is none of the bot's business
	srv.Say(privately, ana, "hello")
	srv.AwaitSaid(privately, 2)
	if n := core.count(); n != 4 {
		t.Errorf("the core was asked %d times, want 4", n)
	}
}

// An answer of many messages shrinks and grows with its question.
func TestEditedQuestionWithLongAnswers(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	long := strings.Repeat("A sentence of the answer. ", 400)
	start(t, srv, &script{reply: func(m bot.Message) bot.Reply {
		if m.Text == "long" {
			return bot.Reply{Kind: bot.KindAnswer, Text: long}
		}
		return bot.Reply{Kind: bot.KindAnswer, Text: "short"}
	}})
	id := srv.Say(privately, ana, "long")
	if n := len(srv.AwaitSaid(privately, 3)); n != 3 {
		t.Fatalf("%d messages, want 3", n)
	}
	srv.Edit(privately, id, "short")
	srv.Await("two messages are deleted", func() bool { return len(srv.Said(privately)) == 1 })
	srv.Edit(privately, id, "long")
	srv.AwaitSaid(privately, 3)
}

func TestAllowedChats(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	core := &script{}
	start(t, srv, core, func(c *Config, _ *timing) { c.AllowedChats = []int64{group.ID, boris.ID} })
	srv.Say(privately, ana, "when did they meet?")
	srv.Say(forum, ana, "/delegation@SummitBot")
	q := srv.Inline(ana, "ushakov")
	srv.Say(group, ana, "/delegation@SummitBot")
	srv.AwaitSaid(group, 1)
	srv.AwaitAnswer(srv.Inline(boris, "ushakov"))
	if len(srv.Said(privately))+len(srv.Said(forum)) > 0 || srv.Answer(q).Done {
		t.Error("the bot answered where it may not")
	}
}

func TestInline(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	start(t, srv, &script{})
	a := srv.AwaitAnswer(srv.Inline(ana, ""))
	if len(a.Results) != 2 || a.Start == "" {
		t.Errorf("an empty query gets %+v, want the main topics", a)
	}
	if a.Cache > 60 || !a.Personal {
		t.Errorf("results are kept for %d seconds, personal %v: a reloaded knowledge base would not show", a.Cache, a.Personal)
	}
	id := srv.Inline(ana, "when did they meet")
	a = srv.AwaitAnswer(id)
	if len(a.Results) == 0 || a.Results[0].Title != "When did Trump & Putin <last> meet?" && a.Results[0].ID != "ushakov" {
		t.Fatalf("results are %+v", a.Results)
	}
	id = srv.Inline(ana, "ushakov")
	a = srv.AwaitAnswer(id)
	if a.Results[0].Title != "Who is Yuri Ushakov?" || a.Results[0].Description != "An adviser of Vladimir Putin." || a.Results[0].ID != "ushakov" {
		t.Errorf("the first result is %+v", a.Results[0])
	}
	// All results come at once, and there is nothing after them.
	srv.Push("inline_query", fields{"id": "5", "from": fields{"id": ana.ID, "is_bot": false, "first_name": "Ana"}, "query": "ushakov", "offset": "50"})
	srv.Await("the rest is empty", func() bool {
		calls := srv.Calls("answerInlineQuery")
		return calls[len(calls)-1].Params["results"] == "[]"
	})
	// What was sent has buttons, and they change it in place: the bot cannot write where it was sent.
	sent := srv.Choose(id, 0)
	b, ok := srv.InlineMessage(sent).Button("Ushakov")
	if !ok {
		t.Fatalf("no buttons: %+v", srv.InlineMessage(sent))
	}
	srv.AwaitAnswer(srv.PressInline(boris, sent, "=e:demands"))
	srv.Await("the message is edited", func() bool { return strings.HasPrefix(srv.InlineMessage(sent).Text, "What does Putin want?") })
	srv.AwaitAnswer(srv.PressInline(boris, sent, b.Data))
	srv.Await("the message is edited back", func() bool { return strings.HasPrefix(srv.InlineMessage(sent).Text, "Who is") })
	up, _ := srv.InlineMessage(sent).Button("👍")
	if a := srv.AwaitAnswer(srv.PressInline(boris, sent, up.Data)); a.Text != "Thank you, good to know." {
		t.Errorf("a thumb gets %q", a.Text)
	}
	down, _ := srv.InlineMessage(sent).Button("👎")
	if a := srv.AwaitAnswer(srv.PressInline(boris, sent, down.Data)); a.Text == "" || !strings.HasPrefix(srv.InlineMessage(sent).Text, "Who is") {
		t.Errorf("a thumb down gets %q, and the message is %q", a.Text, srv.InlineMessage(sent).Text)
	}
	// A list that a command gives can be sent too.
	if a := srv.AwaitAnswer(srv.Inline(ana, "nothing at all")); len(a.Results) != 0 || a.Start == "" {
		t.Errorf("an unknown query gets %+v", a)
	}
}

func TestGuest(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	core := &script{}
	start(t, srv, core)
	elsewhere := telegramtest.Chat{ID: -100999, Type: "supergroup"}
	a := srv.AwaitAnswer(srv.Guest(elsewhere, ana, "@SummitBot which one?"))
	m := srv.InlineMessage(a.Message)
	if !strings.HasPrefix(m.Text, "Did you mean") {
		t.Fatalf("the guest left %q", m.Text)
	}
	if q := core.last(); q.Text != "which one?" || q.Private {
		t.Errorf("the core was asked %+v", q)
	}
	b, _ := m.Button("What does Putin want")
	srv.AwaitAnswer(srv.PressInline(ana, a.Message, b.Data))
	srv.Await("the message is edited", func() bool { return strings.HasPrefix(srv.InlineMessage(a.Message).Text, "What does Putin want?") })
	if len(srv.Calls("sendMessage")) > 0 {
		t.Error("a guest cannot send messages")
	}
}

// A thumb down offers other questions to whoever is alone with the bot. Where others read along it is thanked for and no more.
func TestThumbDown(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	start(t, srv, &script{})
	carla := telegramtest.User{ID: 1007, Name: "Carla", Language: "pt-br"}
	for _, tc := range []struct {
		name    string
		chat    telegramtest.Chat
		by      telegramtest.User
		toast   string
		message bool
	}{
		{"in private", privately, ana, "", true},
		{"in a group", group, ana, english.noted, false},
		{"in a group, in Portuguese", group, carla, inWords["pt"].noted, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := len(srv.Said(tc.chat))
			srv.Say(tc.chat, ana, "/ask@SummitBot when did they meet?")
			answer := srv.AwaitSaid(tc.chat, n+1)[n]
			down, _ := answer.Button("👎")
			if a := srv.AwaitAnswer(srv.Press(tc.chat, tc.by, answer.ID, down.Data)); a.Text != tc.toast {
				t.Errorf("it shows %q, want %q", a.Text, tc.toast)
			}
			srv.Say(tc.chat, ana, "/help@SummitBot") // comes after whatever the thumb brought
			next := srv.AwaitSaid(tc.chat, n+2)[n+1]
			if _, offered := next.Button("What does Putin want?"); offered != tc.message {
				t.Errorf("then the bot says %q", next.Text)
			}
		})
	}
}

func TestButtons(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	core := &script{}
	start(t, srv, core)
	srv.Say(privately, ana, "when did they last meet?")
	m := srv.AwaitSaid(privately, 1)[0]
	for _, want := range []string{"Who is Yuri Ushakov?", "👍", "👎", "Share"} {
		if _, ok := m.Button(want); !ok {
			t.Errorf("no button %q", want)
		}
	}
	if b, _ := m.Button("Share"); b.Switch == nil || *b.Switch != "When did Trump & Putin <last> meet?" {
		t.Errorf("Share is %+v", b)
	}
	up, _ := m.Button("👍")
	if a := srv.AwaitAnswer(srv.Press(privately, ana, m.ID, up.Data)); a.Text != "Thank you, good to know." {
		t.Errorf("a thumb gets %q", a.Text)
	}
	if q := core.last(); q.Action != "up:last-meeting" || !q.Private || q.Conversation != "telegram:1001" {
		t.Errorf("the core was asked %+v", q)
	}
	b, _ := m.Button("Ushakov")
	if a := srv.AwaitAnswer(srv.Press(privately, ana, m.ID, b.Data)); a.Text != "" {
		t.Errorf("a choice shows %q", a.Text)
	}
	if got := srv.AwaitSaid(privately, 2)[1]; !strings.HasPrefix(got.Text, "Who is Yuri Ushakov?") {
		t.Errorf("a related question gets %q", got.Text)
	}
	// In a channel the bot says nothing, whoever presses what.
	if a := srv.AwaitAnswer(srv.Press(channel, ana, 5, b.Data)); !a.Done || len(srv.Said(channel)) > 0 {
		t.Errorf("a press in a channel gets %+v and the bot says %+v", a, srv.Said(channel))
	}
	// A button of long ago, or of no version at all.
	for _, data := range []string{">e:gone", "junk", "=", ">", "!", "\x00\xff"} {
		if a := srv.AwaitAnswer(srv.Press(privately, ana, m.ID, data)); !a.Done {
			t.Errorf("the spinner of %q hangs", data)
		}
	}
}

func TestClarifyIsAnsweredInPlace(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	start(t, srv, &script{})
	srv.Say(group, ana, "/start@SummitBot")
	srv.AwaitSaid(group, 1)
	srv.Say(group, ana, "which one?", telegramtest.ReplyTo(srv.Said(group)[0].ID))
	m := srv.AwaitSaid(group, 2)[1]
	b, _ := m.Button("Ushakov")
	if b.Style != "primary" {
		t.Errorf("the likeliest choice is %+v", b)
	}
	srv.AwaitAnswer(srv.Press(group, ana, m.ID, b.Data))
	srv.Await("the message is edited", func() bool { return strings.HasPrefix(srv.Message(group, m.ID).Text, "Who is Yuri Ushakov?") })
	if got := srv.Message(group, m.ID); got.ReplyTo == 0 {
		t.Error("the message is no reply any more")
	}
	none, _ := m.Button("None of these")
	srv.AwaitAnswer(srv.Press(group, ana, m.ID, none.Data))
	srv.Await("topics are offered", func() bool { _, ok := srv.Message(group, m.ID).Button("Topics"); return ok })
}

func TestPaging(t *testing.T) {
	t.Parallel()
	srv := telegramtest.New(t)
	start(t, srv, &script{})
	srv.Say(privately, ana, "/timeline")
	m := srv.AwaitSaid(privately, 1)[0]
	for page := 2; page <= 3; page++ {
		next, ok := m.Button("Next")
		if !ok {
			t.Fatalf("no way on from %q", m.Text)
		}
		srv.AwaitAnswer(srv.Press(privately, ana, m.ID, next.Data))
		srv.Await("the page is turned", func() bool { return srv.Message(privately, m.ID).Edits == page-1 })
		m = srv.Message(privately, m.ID)
	}
	if !strings.Contains(m.Text, "page 3 of 3") || !strings.Contains(m.Text, "3 July 2018 – Something happened.") {
		t.Errorf("the last page is %q", m.Text)
	}
	// Pressed twice, the second press finds the page already there; both spinners stop.
	srv.AwaitAnswer(srv.Press(privately, ana, m.ID, "=c:timeline::3"))
	if len(srv.Said(privately)) != 1 {
		t.Error("turning pages sent new messages")
	}
}
