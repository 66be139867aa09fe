package discord

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// The events as far as they matter here. What may be missing or of another shape than expected is optional, so that it
// costs itself alone and not the whole event.

type user struct {
	ID         string `json:"id"`
	Username   string `json:"username"`
	GlobalName string `json:"global_name"`
	Bot        bool   `json:"bot"`
	System     bool   `json:"system"`
}

func (u user) name() string {
	if u.GlobalName != "" {
		return u.GlobalName
	}
	return u.Username
}

type message struct {
	ID         string                `json:"id"`
	ChannelID  string                `json:"channel_id"`
	GuildID    string                `json:"guild_id"` // empty in direct messages
	Type       int                   `json:"type"`
	Content    string                `json:"content"` // empty where Discord withholds it
	WebhookID  string                `json:"webhook_id"`
	Author     optional[user]        `json:"author"`
	Mentions   optional[[]user]      `json:"mentions"`
	Reference  optional[reference]   `json:"message_reference"`
	Referenced optional[message]     `json:"referenced_message"`
	Components optional[[]component] `json:"components"`
}

// The types of messages that people write. All others are the system's.
const (
	typeDefault = 0
	typeReply   = 19
)

type reference struct {
	Type      int    `json:"type"` // 0 a reply, 1 a forwarded message
	MessageID string `json:"message_id"`
}

type component struct {
	Type       int                   `json:"type"`
	CustomID   string                `json:"custom_id"`
	Value      string                `json:"value"`
	Components optional[[]component] `json:"components"`
	Component  optional[component]   `json:"component"` // a label's
}

// An optional is a part of an event that may be missing or malformed.
type optional[T any] struct{ v *T }

func (o *optional[T]) UnmarshalJSON(b []byte) error {
	var v *T
	if json.Unmarshal(b, &v) == nil {
		o.v = v
	}
	return nil
}

// get returns the part, or its zero value.
func (o optional[T]) get() T {
	if o.v == nil {
		var zero T
		return zero
	}
	return *o.v
}

// A question is a message to the bot.
type question struct {
	message
	author    user
	text      string
	topic     string // the entry that the message replies to
	unasked   bool   // a plain message in a listed channel, not addressed to the bot
	inPrivate bool
}

// asked reads a message and says whether it is a question to the bot: a direct message, a mention, a reply to the bot, or
// any message in a listed channel.
func (a *Adapter) asked(raw json.RawMessage) (question, bool) {
	var m message
	if json.Unmarshal(raw, &m) != nil || !isID(m.ID) || !isID(m.ChannelID) || m.Author.v == nil {
		a.stats.malformed.Add(1)
		return question{}, false
	}
	q := question{message: m, author: m.Author.get(), inPrivate: m.GuildID == ""}
	self := a.self()
	if q.author.ID == "" || q.author.ID == self || q.author.Bot || q.author.System || m.WebhookID != "" ||
		m.Type != typeDefault && m.Type != typeReply || !a.config.allows(m.GuildID, m.ChannelID) {
		return question{}, false
	}
	if !q.inPrivate {
		a.traffic.note(m.ChannelID)
	}
	text, mentioned := spoken(m, self)
	q.text = text
	target := m.Referenced.get()
	reply := m.Reference.get().Type == 0 && target.Author.v != nil
	toUs := reply && target.Author.get().ID == self
	if m.Type == typeReply && m.Referenced.v == nil {
		// Discord did not look up what it replies to; whom it pings tells.
		toUs = slices.ContainsFunc(m.Mentions.get(), func(u user) bool { return u.ID == self })
	}
	if toUs {
		q.topic = topicOf(target.Components.get())
	}
	switch {
	case mentioned && text == "" && reply && !toUs:
		// "@bot" under what somebody else said: that is the question, where Discord shows it.
		q.text, _ = spoken(target, self)
	case mentioned, q.inPrivate, toUs && text != "":
	case slices.Contains(a.config.Channels, m.ChannelID) && text != "" && !reply && len(m.Mentions.get()) == 0:
		q.unasked = true
	default:
		return question{}, false
	}
	return q, true
}

// token matches what Discord writes into a message's text for things that it shows otherwise: mentions of users, roles and
// channels, emoji, moments, commands.
var token = regexp.MustCompile(`<(@!?|@&|#|a?:\w+:|t:|/[^:<>]+:|id:)([\w:-]*)>`)

// spoken is a message's text as people read it, without the mention of the bot, and whether there is one.
func spoken(m message, self string) (text string, mentioned bool) {
	if !strings.Contains(m.Content, "<") {
		return strings.TrimSpace(m.Content), false
	}
	text = token.ReplaceAllStringFunc(m.Content, func(s string) string {
		p := token.FindStringSubmatch(s)
		switch kind, id := p[1], p[2]; {
		case kind == "@" || kind == "@!":
			if id == self && self != "" {
				mentioned = true
				return " "
			}
			for _, u := range m.Mentions.get() {
				if u.ID == id {
					return u.name()
				}
			}
		case strings.HasPrefix(kind, "/"):
			return strings.TrimSuffix(kind, ":")
		}
		return " "
	})
	return strings.TrimSpace(text), mentioned
}

// topicOf finds the entry that one of the bot's messages is about, in its buttons.
func topicOf(components []component) string {
	for _, row := range components {
		for _, c := range row.Components.get() {
			p, ok := parsePress(c.CustomID)
			switch {
			case !ok:
			case p.kind == pressFollow:
				return p.action
			case p.kind == pressRate:
				_, entry, _ := strings.Cut(p.action, ":")
				return entry
			}
		}
	}
	return ""
}
