package discord

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// The events as far as they matter here.

// decode reads an event into v and says whether it could. A part of another type than expected costs itself alone: it stays
// empty, and the rest is read.
func decode(raw []byte, v any) bool {
	err := json.Unmarshal(raw, v)
	var part *json.UnmarshalTypeError
	return err == nil || errors.As(err, &part)
}

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
	ID         string      `json:"id"`
	ChannelID  string      `json:"channel_id"`
	GuildID    string      `json:"guild_id"` // empty in direct messages
	Type       int         `json:"type"`
	Content    string      `json:"content"` // empty where Discord withholds it
	WebhookID  string      `json:"webhook_id"`
	Author     *user       `json:"author"`
	Mentions   []user      `json:"mentions"`
	Everyone   bool        `json:"mention_everyone"`
	Reference  reference   `json:"message_reference"`
	Referenced *message    `json:"referenced_message"`
	Components []component `json:"components"`
	Embeds     []embed     `json:"embeds"`
	Snapshots  []snapshot  `json:"message_snapshots"`
	Poll       poll        `json:"poll"`
}

type embed struct {
	Title       string `json:"title"`
	Description string `json:"description"`
}

// A snapshot is a message as it was when it was forwarded.
type snapshot struct {
	Message message `json:"message"`
}

type poll struct {
	Question struct {
		Text string `json:"text"`
	} `json:"question"`
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
	Type       int         `json:"type"`
	CustomID   string      `json:"custom_id"`
	Value      string      `json:"value"`
	Content    string      `json:"content"` // a text's
	Components []component `json:"components"`
	Component  *component  `json:"component"` // a label's
}

// A question is a message to the bot.
type question struct {
	message
	author    user
	text      string
	topic     string // the entry that the message replies to
	elsewhere bool   // not in an allowed channel, unless it is a thread in one
	unasked   bool   // a plain message in a listed channel, not addressed to the bot
	unlisted  bool   // unasked and not in a listed channel, unless it is a thread in one
	inPrivate bool
}

// asked reads a message and says whether it is a question to the bot: a direct message, a mention, a reply to the bot, or
// any question in a listed channel.
func (a *Adapter) asked(raw json.RawMessage) (question, bool) {
	var m message
	if !decode(raw, &m) || !isID(m.ID) || !isID(m.ChannelID) || m.Author == nil {
		a.stats.malformed.Add(1)
		return question{}, false
	}
	q := question{message: m, author: *m.Author, inPrivate: m.GuildID == ""}
	self := a.self()
	if q.author.ID == "" || q.author.ID == self || q.author.Bot || q.author.System || m.WebhookID != "" ||
		m.Type != typeDefault && m.Type != typeReply {
		return question{}, false
	}
	q.elsewhere = !a.config.allows(m.GuildID, m.ChannelID, "")
	if q.elsewhere && !a.config.mayAllow(m.GuildID) {
		return question{}, false
	}
	if !q.inPrivate {
		a.traffic.note(m.ChannelID)
	}
	text, mentioned := spoken(m, self)
	q.text = text
	target := m.Referenced
	reply := m.Reference.Type == 0 && target != nil && target.Author != nil
	toUs := reply && target.Author.ID == self
	if m.Type == typeReply && target == nil {
		// Discord did not look up what it replies to; whom it pings tells.
		toUs = slices.ContainsFunc(m.Mentions, func(u user) bool { return u.ID == self })
	} else if toUs {
		q.topic = topicOf(target.Components)
	}
	switch {
	case mentioned && text == "" && reply && !toUs:
		// "@bot" under what somebody else said: that is the question, where Discord shows it.
		q.text = target.wording(self)
	case mentioned, q.inPrivate, toUs && text != "":
	case len(a.config.Channels) > 0 && m.toNobody() && interrogative(text):
		q.unasked, q.unlisted = true, !slices.Contains(a.config.Channels, m.ChannelID)
	default:
		return question{}, false
	}
	return q, true
}

// toNobody says whether a message is for the whole channel: no reply, and no announcement.
func (m message) toNobody() bool {
	return m.Type == typeDefault && m.Reference.MessageID == "" && len(m.Mentions) == 0 && !m.Everyone
}

// interrogative says whether a text is meant as a question. Unasked, the bot must not comment on what people merely say.
func interrogative(text string) bool {
	first, _, _ := strings.Cut(strings.ToLower(text), " ")
	first, _, _ = strings.Cut(strings.ReplaceAll(first, "’", "'"), "'")
	return strings.Contains(text, "?") || slices.Contains(questionWords, strings.TrimRight(first, ",:"))
}

// questionWords begin questions in English, the one language that is answered.
var questionWords = strings.Fields(`who whom whose what when where why how which is are was were did do does has have had will would can could
	should didn don doesn isn aren wasn won whos whats wheres`)

// spoken is a message's text as people read it, without the mention of the bot, and whether there is one. Discord writes
// into the text what it shows otherwise: <@5> and <@!5> for users, <@&5> for roles, <#5> for channels, <:name:5> and <a:name:5>
// for emoji, <t:5:R> for moments, </name:5> for commands, <id:name> for its own places.
func spoken(m message, self string) (text string, mentioned bool) {
	rest := m.Content
	var b strings.Builder
	for {
		start := strings.IndexByte(rest, '<')
		if start < 0 {
			break
		}
		end := strings.IndexByte(rest[start:], '>')
		if end < 0 {
			break
		}
		token := rest[start+1 : start+end]
		meant, known := "", false
		switch id, isUser := userMention(token); {
		case isUser && id == self:
			mentioned, known = true, true
		case isUser:
			known = true
			for _, u := range m.Mentions {
				if u.ID == id {
					meant = u.name()
				}
			}
		case strings.HasPrefix(token, "/"):
			meant, _, known = strings.Cut(token, ":")
		default:
			known = shownOtherwise(token)
		}
		if !known { // a mere sign
			b.WriteString(rest[:start+1])
			rest = rest[start+1:]
			continue
		}
		b.WriteString(rest[:start])
		b.WriteString(cmp.Or(meant, " "))
		rest = rest[start+end+1:]
	}
	b.WriteString(rest)
	return strings.TrimSpace(b.String()), mentioned
}

// wording is what there is to read in a message that somebody points at: its text, otherwise that of the message it forwards,
// the headline of what it shows, or the question of its poll.
func (m message) wording(self string) string {
	text, _ := spoken(m, self)
	for _, s := range m.Snapshots {
		text = cmp.Or(text, s.Message.wording(self))
	}
	for _, e := range m.Embeds {
		text = cmp.Or(text, strings.TrimSpace(e.Title), strings.TrimSpace(e.Description))
	}
	return cmp.Or(text, strings.TrimSpace(m.Poll.Question.Text), written(m.Components, 3))
}

// written is the first text that components show.
func written(components []component, depth int) string {
	for _, c := range components {
		text := strings.TrimSpace(c.Content)
		if depth > 0 {
			text = cmp.Or(text, written(c.Components, depth-1))
		}
		if text != "" {
			return text
		}
	}
	return ""
}

func userMention(token string) (id string, ok bool) {
	id, ok = strings.CutPrefix(token, "@")
	id = strings.TrimPrefix(id, "!")
	return id, ok && isID(id)
}

func shownOtherwise(token string) bool {
	for _, form := range []string{"@&", "#", ":", "a:", "t:", "id:"} {
		if rest, ok := strings.CutPrefix(token, form); ok && rest != "" && !strings.ContainsAny(rest, " <\n") {
			return true
		}
	}
	return false
}

// topicOf finds the entry that one of the bot's messages is about, in its buttons.
func topicOf(components []component) string {
	for _, row := range components {
		for _, c := range row.Components {
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
