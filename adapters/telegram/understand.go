package telegram

import (
	"strings"
	"unicode"

	"summitbot/bot"
)

// What a message says and to whom. The library's own helpers take /cmd@otherbot for ours, find @mybot in @mybot2, miss
// @MyBot, and trust an entity's length (types.go:632-693, bot.go:299-301).

// author is who wrote a message: a person, or the chat or channel that a person writes as. Other bots, channels' posts in
// their discussion group and what was sent through this bot's own inline mode have none.
func (m *message) author(me int64) (id int64, language string, ok bool) {
	switch {
	case m.From == nil, m.Chat.Type == "channel", m.AutoForward, m.ViaBot != nil && m.ViaBot.ID == me, m.From.ID == me:
		return 0, "", false
	case m.SenderChat != nil:
		// An administrator without a name, or somebody writing as their channel: From is a bot that stands in for them.
		return m.SenderChat.ID, "", true
	case m.From.IsBot:
		return 0, "", false
	}
	return m.From.ID, m.From.Language, true
}

// command reads "/name@bot arguments". It says no where the text is no command.
func command(text string) (name, at, args string, ok bool) {
	rest, ok := strings.CutPrefix(text, "/")
	if !ok {
		return "", "", "", false
	}
	head, args := rest, ""
	if i := strings.IndexFunc(rest, unicode.IsSpace); i >= 0 {
		head, args = rest[:i], strings.TrimSpace(rest[i:])
	}
	name, at, _ = strings.Cut(head, "@")
	if name == "" || len(name) > 32 || !plain(name) || !plain(at) {
		return "", "", "", false
	}
	return strings.ToLower(name), at, args, true
}

// plain says whether a text has only what names in Telegram may have.
func plain(s string) bool {
	for _, c := range []byte(s) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_') {
			return false
		}
	}
	return true
}

// mentions says whether a text mentions an account, and gives the text without that.
func mentions(text string, entities []entity, me *account) (rest string, ok bool) {
	var b strings.Builder
	done := 0
	for _, e := range entities {
		from, to := span(text, e)
		named := e.Type == "mention" && strings.EqualFold(text[from:to], "@"+me.Username)
		linked := e.Type == "text_mention" && e.User != nil && e.User.ID == me.ID
		if (named || linked) && from >= done {
			b.WriteString(text[done:from])
			done = to
			ok = true
		}
	}
	b.WriteString(text[done:])
	return tidy(b.String()), ok
}

// tidy removes what a mention leaves behind: "@bot, who is he?" asks "who is he?".
func tidy(s string) string {
	return strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(s), ",:;-–— "))
}

// topicOf is the entry that one of the bot's messages answered, as its own buttons tell.
func topicOf(m *message) string {
	if m == nil || m.Keyboard == nil {
		return ""
	}
	for _, row := range m.Keyboard.Rows {
		for _, b := range row {
			if id, ok := strings.CutPrefix(b.Data, string(pressRate)+"up:"); ok {
				return id
			}
		}
	}
	return ""
}

// conversation is what belongs together: a private chat, or what one person asks in a group, in one topic.
func conversation(c chat, topic, user int64) string {
	s := "telegram:" + itoa(c.ID)
	if topic != 0 {
		s += ":" + itoa(topic)
	}
	if !c.private() {
		s += ":" + itoa(user)
	}
	return s
}

// question turns a message into the core's, if it is meant for the bot.
func (a *Adapter) question(m *message) (bot.Message, bool) {
	me := a.me.Load()
	user, language, ok := m.author(me.ID)
	if !ok {
		return bot.Message{}, false
	}
	text, entities := m.words()
	q := bot.Message{
		Platform: "telegram", Conversation: conversation(m.Chat, m.topic(), user), User: "telegram:" + itoa(user), Locale: language,
		Private: m.Chat.private(), Channel: "telegram:" + itoa(m.Chat.ID),
	}
	// In a topic every message that answers none is a reply to what opened the topic.
	toUs := m.ReplyTo != nil && m.ReplyTo.From != nil && m.ReplyTo.From.ID == me.ID && m.ReplyTo.TopicOpened == nil
	if toUs {
		q.Topic = topicOf(m.ReplyTo)
	}
	if name, at, args, ok := command(text); ok {
		switch {
		case at != "" && !strings.EqualFold(at, me.Username):
			return q, false // another bot's
		case at == "" && !m.Chat.private() && !toUs && !a.knows(name):
			return q, false // nobody knows whose
		}
		q.Command, q.Args = name, args
		return q, true
	}
	rest, mentioned := mentions(text, entities, me)
	q.Text = rest
	switch {
	case m.Chat.private():
		return q, rest != "" || mentioned || m.any()
	case m.Chat.group():
		if mentioned && rest == "" && !toUs && m.ReplyTo != nil {
			// "@bot" under somebody's question passes that question on.
			theirs, entities := m.ReplyTo.words()
			q.Text, _ = mentions(theirs, entities, me)
		}
		if q.Text == "" && m.any() {
			return q, false
		}
		return q, (mentioned || toUs) && (q.Text != "" || mentioned)
	}
	return q, false
}

// knows says whether a command in a group is one of the bot's.
func (a *Adapter) knows(name string) bool { return a.commands[name] }
