package telegramtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

// A User is somebody in Telegram.
type User struct {
	ID       int64
	Name     string
	Username string
	Language string
	Bot      bool
}

func (u User) wire() map[string]any {
	w := map[string]any{"id": u.ID, "is_bot": u.Bot, "first_name": u.Name}
	if u.Username != "" {
		w["username"] = u.Username
	}
	if u.Language != "" {
		w["language_code"] = u.Language
	}
	return w
}

// A Chat is a place. A private chat has its user's id, groups have negative ids.
type Chat struct {
	ID    int64
	Type  string // private, group, supergroup, channel
	Forum bool
}

// Private is the chat of a user with the bot.
func Private(u User) Chat { return Chat{ID: u.ID, Type: "private"} }

func (c Chat) wire() map[string]any {
	w := map[string]any{"id": c.ID, "type": c.Type}
	if c.Type != "private" {
		w["title"] = fmt.Sprint("Chat ", c.ID)
	}
	if c.Forum {
		w["is_forum"] = true
	}
	return w
}

// An Entity is a style or a thing in a text. Places are UTF-16 units.
type Entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	URL      string `json:"url,omitempty"`
	Language string `json:"language,omitempty"`
}

// A Button is one key under a message.
type Button struct {
	Text   string  `json:"text"`
	Data   string  `json:"callback_data,omitempty"`
	URL    string  `json:"url,omitempty"`
	Switch *string `json:"switch_inline_query,omitempty"`
	Style  string  `json:"style,omitempty"`
}

// A Message is a message as people see it.
type Message struct {
	ID          int64
	Chat        Chat
	From        User
	Thread      int64
	Text        string
	Entities    []Entity
	Keyboard    [][]Button
	ReplyTo     int64
	ForceReply  bool
	Placeholder string
	Inline      string // id of a message sent inline or as a guest
	Edits       int
	At          time.Time

	extra map[string]any
}

// Buttons are all keys under a message, row by row.
func (m Message) Buttons() []Button { return slices.Concat(m.Keyboard...) }

// Button finds a key by a part of its text.
func (m Message) Button(text string) (Button, bool) {
	for _, b := range m.Buttons() {
		if strings.Contains(b.Text, text) {
			return b, true
		}
	}
	return Button{}, false
}

// Styled is the part of the text that has a style.
func (m Message) Styled(style string) string {
	u := utf16.Encode([]rune(m.Text))
	for _, e := range m.Entities {
		if e.Type == style {
			return string(utf16.Decode(u[e.Offset : e.Offset+e.Length]))
		}
	}
	return ""
}

func (m *Message) wire() map[string]any {
	w := map[string]any{"message_id": m.ID, "date": m.At.Unix(), "chat": m.Chat.wire()}
	if m.From.ID != 0 {
		w["from"] = m.From.wire()
	}
	if m.Text != "" {
		w["text"] = m.Text
	}
	if len(m.Entities) > 0 {
		w["entities"] = m.Entities
	}
	if m.Thread != 0 {
		w["message_thread_id"] = m.Thread
		if m.Chat.Forum || m.Chat.Type == "private" {
			w["is_topic_message"] = true
		}
	}
	if len(m.Keyboard) > 0 {
		w["reply_markup"] = map[string]any{"inline_keyboard": m.Keyboard}
	}
	if m.Edits > 0 {
		w["edit_date"] = m.At.Unix() + int64(m.Edits)
	}
	maps.Copy(w, m.extra)
	return w
}

type chatState struct {
	chat     Chat
	messages map[int64]*Message
	lastID   int64
	topics   map[int64]bool
	refuses  *refusal // what every message gets
	migrated int64
}

func (s *Server) state(c Chat) *chatState {
	st := s.chats[c.ID]
	if st == nil {
		// Private chats of different users don't begin at the same number, and neither do groups.
		st = &chatState{chat: c, messages: map[int64]*Message{}, topics: map[int64]bool{}, lastID: 10 + (c.ID%7+7)%7*100}
		s.chats[c.ID] = st
	}
	return st
}

func (s *Server) bot() User {
	return User{ID: BotID, Name: "Summit", Username: s.Username, Bot: true}
}

// An Option changes a message that is said.
type Option func(*Message)

// ReplyTo makes it a reply.
func ReplyTo(message int64) Option { return func(m *Message) { m.ReplyTo = message } }

// InTopic puts it into a topic of a forum, or of a private chat.
func InTopic(thread int64) Option { return func(m *Message) { m.Thread = thread } }

// With adds any fields, such as a photo or sender_chat.
func With(fields map[string]any) Option {
	return func(m *Message) {
		if m.extra == nil {
			m.extra = map[string]any{}
		}
		maps.Copy(m.extra, fields)
	}
}

var findable = regexp.MustCompile(`(?:^|\s|[(])(/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?|@[A-Za-z0-9_]{3,32})`)

// find is what Telegram sees in a text by itself.
func find(text string) []Entity {
	var out []Entity
	for _, at := range findable.FindAllStringSubmatchIndex(text, -1) {
		kind := "mention"
		if text[at[2]] == '/' {
			kind = "bot_command"
		}
		out = append(out, Entity{Type: kind, Offset: utf16len(text[:at[2]]), Length: utf16len(text[at[2]:at[3]])})
	}
	return out
}

func utf16len(s string) int { return len(utf16.Encode([]rune(s))) }

// Say makes somebody write. The message's id is returned; whether the bot hears of it depends on privacy mode, as at Telegram.
func (s *Server) Say(c Chat, from User, text string, opts ...Option) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.state(c)
	st.lastID++
	m := &Message{ID: st.lastID, Chat: c, From: from, Text: text, Entities: find(text), At: time.Now()}
	for _, o := range opts {
		o(m)
	}
	if m.Thread != 0 {
		st.topics[m.Thread] = true
	}
	st.messages[m.ID] = m
	w := m.wire()
	if to := st.messages[m.ReplyTo]; to != nil {
		w["reply_to_message"] = to.wire()
	} else if c.Forum && m.Thread != 0 {
		// What answers none is a reply to the message that opened the topic, here by the bot, which is the harder case.
		opened := Message{ID: m.Thread, Chat: c, From: s.bot(), Thread: m.Thread, At: m.At, extra: map[string]any{"forum_topic_created": map[string]any{"name": "A topic", "icon_color": 0}}}
		w["reply_to_message"] = opened.wire()
	}
	kind := "message"
	if c.Type == "channel" {
		kind = "channel_post"
	}
	if (c.Type == "group" || c.Type == "supergroup") && !s.ReadsAll && !s.hears(st, m) {
		return m.ID
	}
	s.push(kind, c.ID, w)
	return m.ID
}

// hears says what a bot in privacy mode gets: https://core.telegram.org/bots/features#privacy-mode.
func (s *Server) hears(st *chatState, m *Message) bool {
	if via, ok := m.extra["via_bot"].(map[string]any); ok && via["id"] == int64(BotID) {
		return true
	}
	if to := st.messages[m.ReplyTo]; to != nil && to.From.ID == BotID {
		return true
	}
	for _, e := range m.Entities {
		if e.Type == "bot_command" {
			u := utf16.Encode([]rune(m.Text))
			_, name, at := strings.Cut(string(utf16.Decode(u[e.Offset:e.Offset+e.Length])), "@")
			if !at || strings.EqualFold(name, s.Username) {
				return true
			}
		}
	}
	for _, service := range []string{"new_chat_members", "left_chat_member", "pinned_message", "migrate_to_chat_id", "migrate_from_chat_id"} {
		if m.extra[service] != nil {
			return true
		}
	}
	return false
}

// Edit makes somebody change what they wrote.
func (s *Server) Edit(c Chat, id int64, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.state(c).messages[id]
	m.Text, m.Entities = text, find(text)
	m.Edits++
	s.push("edited_message", c.ID, m.wire())
}

// A query is something that the bot has to answer once.
type query struct {
	kind     string // callback, inline, guest
	answered bool
	answer   Answer
	chat     Chat
	from     User
}

// An Answer is what somebody gets who pressed a button, typed inline or called a guest.
type Answer struct {
	Done     bool
	Text     string // what a press shows for a moment
	Results  []Result
	Cache    int64
	Personal bool
	Start    string // what the button above inline results starts the bot with
	Message  string // id of the message that a guest left
}

// A Result is one inline result.
type Result struct {
	ID, Title, Description string
	Message                Message
}

func (s *Server) ask(q *query) string {
	id := fmt.Sprint(s.nextQuery)
	s.nextQuery++
	s.queries[id] = q
	return id
}

// Answer is what came of a press, an inline query or a call of a guest.
func (s *Server) Answer(id string) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q := s.queries[id]; q != nil {
		return q.answer
	}
	return Answer{}
}

// Expire makes a query too old to be answered.
func (s *Server) Expire(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.queries, id)
}

// Press makes somebody press a button under a message in a chat.
func (s *Server) Press(c Chat, from User, message int64, data string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.ask(&query{kind: "callback", chat: c, from: from})
	w := map[string]any{"id": id, "from": from.wire(), "chat_instance": fmt.Sprint(c.ID), "data": data}
	if m := s.state(c).messages[message]; m != nil {
		w["message"] = m.wire()
		if to := s.state(c).messages[m.ReplyTo]; to != nil {
			w["message"].(map[string]any)["reply_to_message"] = to.wire()
		}
	} else {
		w["message"] = map[string]any{"chat": c.wire(), "message_id": message, "date": 0}
	}
	s.push("callback_query", c.ID, w)
	return id
}

// PressInline makes somebody press a button under a message that was sent inline or as a guest.
func (s *Server) PressInline(from User, inline, data string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.ask(&query{kind: "callback", from: from})
	s.push("callback_query", from.ID, map[string]any{
		"id": id, "from": from.wire(), "chat_instance": inline, "inline_message_id": inline, "data": data,
	})
	return id
}

// Inline makes somebody type after the bot's name.
func (s *Server) Inline(from User, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.ask(&query{kind: "inline", from: from})
	s.push("inline_query", from.ID, map[string]any{"id": id, "from": from.wire(), "query": text, "offset": "", "chat_type": "supergroup"})
	return id
}

// Choose makes somebody send an inline result. It returns the id of the message that it became.
func (s *Server) Choose(id string, result int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.place(s.queries[id].answer.Results[result].Message)
}

func (s *Server) place(m Message) string {
	s.inlineCount++
	m.Inline = fmt.Sprintf("inline%d", s.inlineCount)
	m.At = time.Now()
	s.inline[m.Inline] = &m
	return m.Inline
}

// Guest makes somebody mention the bot in a chat that it is no member of.
func (s *Server) Guest(c Chat, from User, text string, opts ...Option) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.ask(&query{kind: "guest", chat: c, from: from})
	m := &Message{ID: 700 + s.nextQuery%1000, Chat: c, From: from, Text: text, Entities: find(text), At: time.Now()}
	for _, o := range opts {
		o(m)
	}
	w := m.wire()
	w["guest_query_id"] = id
	s.push("guest_message", c.ID, w)
	return id
}

// Message is a message in a chat, or a zero one.
func (s *Server) Message(c Chat, id int64) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.state(c).messages[id]; m != nil {
		return *m
	}
	return Message{}
}

// InlineMessage is a message that was sent inline or as a guest.
func (s *Server) InlineMessage(id string) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.inline[id]; m != nil {
		return *m
	}
	return Message{}
}

// Said are the bot's messages in a chat, in order.
func (s *Server) Said(c Chat) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	st := s.state(c)
	for _, id := range slices.Sorted(maps.Keys(st.messages)) {
		if m := st.messages[id]; m.From.ID == BotID {
			out = append(out, *m)
		}
	}
	return out
}

// AwaitSaid waits until the bot has said so much in a chat.
func (s *Server) AwaitSaid(c Chat, n int) []Message {
	s.t.Helper()
	s.Await(fmt.Sprintf("the bot has said %d things in chat %d", n, c.ID), func() bool { return len(s.Said(c)) >= n })
	return s.Said(c)
}

// AwaitAnswer waits until a query is answered.
func (s *Server) AwaitAnswer(id string) Answer {
	s.t.Helper()
	s.Await("query "+id+" is answered", func() bool { return s.Answer(id).Done })
	return s.Answer(id)
}

// Block makes a user block the bot; every message to the chat is refused.
func (s *Server) Block(c Chat) { s.Refuse(c, 403, "Forbidden: bot was blocked by the user") }

// Refuse makes every message to a chat fail; a zero code ends that.
func (s *Server) Refuse(c Chat, code int, description string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state(c).refuses = nil
	if code != 0 {
		s.state(c).refuses = &refusal{code: code, description: description}
	}
}

// Migrate makes a group a supergroup. The group refuses messages from then on and names its successor, and both say so in a
// service message, unless it is silent.
func (s *Server) Migrate(group, to Chat, silent bool) {
	s.mu.Lock()
	s.state(group).migrated = to.ID
	s.state(to)
	s.mu.Unlock()
	if !silent {
		s.Say(group, User{ID: 5, Name: "Admin"}, "", With(map[string]any{"migrate_to_chat_id": to.ID}))
		s.Say(to, User{ID: 5, Name: "Admin"}, "", With(map[string]any{"migrate_from_chat_id": group.ID}))
	}
}

// Delete makes a message vanish.
func (s *Server) Delete(c Chat, id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.state(c).messages, id)
}

func decode[T any](raw string) (v T, err error) {
	err = json.Unmarshal([]byte(raw), &v)
	return v, err
}
