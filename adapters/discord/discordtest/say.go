package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Said is a message that a person writes. The zero value of each part is filled in.
type Said struct {
	Channel  string // Channel
	DM       bool   // in DM instead, unless Channel is set
	User     string // Reader
	Text     string
	ReplyTo  string         // the id of a message
	Pings    bool           // a reply to the bot that mentions it
	Referred map[string]any // the message replied to, where the server does not know it
	Deleted  bool           // the message replied to is no more
	Extra    map[string]any // put into the event over everything else
}

// Say lets a person write a message, and returns its id. Discord withholds the text from bots that may not see it.
func (s *Server) Say(m Said) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.newID()
	if m.User == "" {
		m.User = Reader
	}
	guild := GuildID
	if m.DM {
		guild = ""
		if m.Channel == "" {
			m.Channel = DM
		}
	} else if m.Channel == "" {
		m.Channel = Channel
	}
	event := map[string]any{
		"id": id, "channel_id": m.Channel, "content": m.Text, "type": 0, "tts": false, "pinned": false, "flags": 0,
		"timestamp": time.Now().UTC().Format(time.RFC3339), "edited_timestamp": nil, "mention_everyone": false,
		"mention_roles": []any{}, "attachments": []any{}, "embeds": []any{}, "components": []any{}, "nonce": "1",
		"author": person(m.User),
	}
	mentions := []any{}
	mentioned := strings.Contains(m.Text, "<@"+BotID+">") || strings.Contains(m.Text, "<@!"+BotID+">")
	if m.ReplyTo != "" {
		event["type"] = 19
		event["message_reference"] = map[string]any{"type": 0, "message_id": m.ReplyTo, "channel_id": m.Channel, "guild_id": guild}
		referred := m.Referred
		if own := s.byID[m.ReplyTo]; referred == nil && own != nil {
			referred = own.event()
		}
		mentioned = mentioned || m.Pings
		if m.Deleted {
			event["referenced_message"] = nil
		} else if referred != nil {
			event["referenced_message"] = referred
		}
	}
	if mentioned {
		mentions = append(mentions, map[string]any{"id": BotID, "username": "summitbot", "bot": true})
	}
	event["mentions"] = mentions
	if guild != "" {
		event["guild_id"] = guild
		event["member"] = map[string]any{"roles": []any{}, "nick": nil, "joined_at": "2024-01-01T00:00:00Z"}
	}
	for k, v := range m.Extra {
		event[k] = v
	}
	for _, x := range s.sessions {
		want := intentGuildMessages
		if guild == "" {
			want = intentDirectMessages
		}
		if x.gone || x.intents&want == 0 || !x.hears(guild) {
			continue
		}
		e := event
		if guild != "" && !mentioned && x.intents&intentContent == 0 {
			e = map[string]any{}
			for k, v := range event {
				e[k] = v
			}
			e["content"], e["embeds"], e["attachments"], e["components"] = "", []any{}, []any{}, []any{}
		}
		s.dispatch(x, "MESSAGE_CREATE", e)
	}
	return id
}

// hears says whether events of a guild come to a session, or those of private channels.
func (x *session) hears(guild string) bool {
	n, _ := strconv.ParseUint(guild, 10, 64)
	return int(n>>22%uint64(x.shard[1])) == x.shard[0]
}

func person(id string) map[string]any {
	return map[string]any{
		"id": id, "username": "user" + id[len(id)-3:], "global_name": "User " + id[len(id)-3:], "discriminator": "0", "avatar": nil,
	}
}

// event is a message of the bot as others' events show it.
func (m *Message) event() map[string]any {
	return map[string]any{
		"id": m.ID, "channel_id": m.Channel, "type": 0, "content": m.Body.Content, "embeds": m.Body.Embeds, "components": m.Body.Components,
		"author": map[string]any{"id": BotID, "username": "summitbot", "bot": true}, "flags": m.Body.Flags,
	}
}

// Mention is how the bot is addressed in a message's text.
const Mention = "<@" + BotID + ">"

// Answer waits for the bot's reply to a message.
func (s *Server) Answer(channel, to string) *Message {
	s.tb.Helper()
	var found *Message
	s.Until("a reply to "+to, 10*time.Second, func() bool {
		for _, m := range s.Messages(channel) {
			if m.Body.Reference != nil && m.Body.Reference.MessageID == to || m.Body.Nonce == to {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// An Interaction is a command, a press, or a form that a person sent off.
type Interaction struct {
	ID, Token string
	Kind      int
	User      string
	fromEmbed *Message // the message with the button that was pressed
	came      time.Time

	// What the bot made of it:
	Type     int // of its response; 0 while there is none
	Choices  []Choice
	Form     Form
	Message  *Message // nil while there is none
	Callback json.RawMessage
	At       time.Time // of the response
	Twice    int       // responses after the first
}

// A Choice is one of an autocompletion.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Form is a modal.
type Form struct {
	CustomID string          `json:"custom_id"`
	Title    string          `json:"title"`
	Rows     json.RawMessage `json:"components"`
}

// A Place is where an interaction happens. The zero value is Reader in Channel.
type Place struct {
	Channel string
	DM      bool // with the bot
	Group   bool // between people, where the bot is only because the user installed it
	Thread  bool // Channel is a thread in the channel of that name
	User    string
	Locale  string // en-US
}

// channel is what an interaction tells of where it is.
func (p Place) channel() map[string]any {
	switch {
	case p.Thread:
		return map[string]any{"id": p.Channel, "type": 11, "parent_id": Channel}
	case p.DM:
		return map[string]any{"id": p.Channel, "type": 1}
	case p.Group:
		return map[string]any{"id": p.Channel, "type": 3}
	}
	return map[string]any{"id": p.Channel, "type": 0, "parent_id": Heading}
}

// The types of interactions.
const (
	Command      = 2
	Pressed      = 3
	Autocomplete = 4
	Sent         = 5
)

// Use lets a person use a slash command; options are names and values in turn.
func (s *Server) Use(at Place, name string, options ...string) *Interaction {
	return s.interact(at, Command, map[string]any{"id": "1", "name": name, "type": 1, "options": opts(options, false)}, nil)
}

// Type lets a person type into the last of the options.
func (s *Server) Type(at Place, name string, options ...string) *Interaction {
	return s.interact(at, Autocomplete, map[string]any{"id": "1", "name": name, "type": 1, "options": opts(options, true)}, nil)
}

func opts(options []string, focused bool) []map[string]any {
	out := []map[string]any{}
	for i := 0; i+1 < len(options); i += 2 {
		o := map[string]any{"type": 3, "name": options[i], "value": options[i+1]}
		if focused && i+2 >= len(options) {
			o["focused"] = true
		}
		out = append(out, o)
	}
	return out
}

// Point lets a person use a command of a message's context menu.
func (s *Server) Point(at Place, name string, message map[string]any) *Interaction {
	id := fmt.Sprint(message["id"])
	return s.interact(at, Command, map[string]any{
		"id": "2", "name": name, "type": 3, "target_id": id,
		"resolved": map[string]any{"messages": map[string]any{id: message}},
	}, nil)
}

// Press lets a person press a button of a message.
func (s *Server) Press(at Place, m *Message, customID string) *Interaction {
	return s.interact(at, Pressed, map[string]any{"custom_id": customID, "component_type": 2}, m)
}

// Send lets a person send a form off. m is the message with the button that opened it; nil if there was none.
func (s *Server) Send(at Place, f Form, m *Message, text string) *Interaction {
	var rows []map[string]any
	json.Unmarshal(f.Rows, &rows)
	id := ""
	var kept []map[string]any
	for _, row := range rows {
		var field map[string]any
		if c, ok := row["component"].(map[string]any); ok {
			field = c
		} else if list, ok := row["components"].([]any); ok && len(list) > 0 {
			field, _ = list[0].(map[string]any)
		}
		if field == nil {
			continue
		}
		id, _ = field["custom_id"].(string)
		answer := map[string]any{"type": 4, "id": 2, "custom_id": id, "value": text}
		if row["type"] == float64(18) {
			kept = append(kept, map[string]any{"type": 18, "id": 1, "component": answer})
		} else {
			kept = append(kept, map[string]any{"type": 1, "id": 1, "components": []any{answer}})
		}
	}
	return s.interact(at, Sent, map[string]any{"custom_id": f.CustomID, "components": kept}, m)
}

func (s *Server) interact(at Place, kind int, data map[string]any, m *Message) *Interaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.User == "" {
		at.User = Reader
	}
	if at.Locale == "" {
		at.Locale = "en-US"
	}
	if at.Channel == "" {
		at.Channel = Channel
		if at.DM || at.Group {
			at.Channel = DM
		}
	}
	i := &Interaction{ID: s.newID(), Kind: kind, User: at.User, fromEmbed: m, came: time.Now()}
	i.Token = "aW50ZXJhY3Rpb24" + i.ID + strings.Repeat("x", 120)
	s.interactions[i.Token] = i
	event := map[string]any{
		"id": i.ID, "application_id": AppID, "type": kind, "token": i.Token, "version": 1, "data": data,
		"channel_id": at.Channel, "channel": at.channel(), "locale": at.Locale,
		"app_permissions": "2147483647", "entitlements": []any{}, "attachment_size_limit": 10485760,
		"authorizing_integration_owners": map[string]any{"0": GuildID},
	}
	switch {
	case at.DM:
		event["context"], event["user"] = 1, person(at.User)
		event["authorizing_integration_owners"] = map[string]any{"0": "0", "1": at.User}
	case at.Group:
		event["context"], event["user"] = 2, person(at.User)
		event["authorizing_integration_owners"] = map[string]any{"1": at.User}
	default:
		event["context"], event["guild_id"], event["guild_locale"] = 0, GuildID, "en-US"
		event["member"] = map[string]any{"user": person(at.User), "roles": []any{}, "permissions": "2147483647", "joined_at": "2024-01-01T00:00:00Z"}
	}
	if m != nil {
		e := m.event()
		if m.Ephemeral {
			e["flags"] = 64
		}
		event["message"] = e
	}
	guild, _ := event["guild_id"].(string)
	for _, x := range s.sessions {
		if !x.gone && x.hears(guild) {
			s.dispatch(x, "INTERACTION_CREATE", event)
		}
	}
	return i
}

// Responded waits until an interaction was responded to; to a deferred one, until the answer is there.
func (s *Server) Responded(i *Interaction) *Interaction {
	s.tb.Helper()
	s.Until("a response to an interaction", 20*time.Second, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return i.Type != 0 && i.Type != respondDefer && i.Type != respondDeferUpdate || i.Message != nil && i.Type == respondDefer ||
			i.Type == respondDeferUpdate && i.Message != nil && i.Message.Edits > 0
	})
	return i
}

// The types of responses.
const (
	respondMessage      = 4
	respondDefer        = 5
	respondDeferUpdate  = 6
	respondUpdate       = 7
	respondAutocomplete = 8
	respondForm         = 9
)

func (s *Server) postCallback(_ *http.Request, part []string, body []byte) answer {
	var b struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if err := strict(body, &b); err != nil {
		return invalid([]string{err.Error()})
	}
	s.mu.Lock()
	i := s.interactions[part[2]]
	s.mu.Unlock()
	if i == nil || i.ID != part[1] {
		return refuse(404, 10062, "Unknown interaction")
	}
	if time.Since(i.came) > 3*time.Second {
		return refuse(404, 10062, "Unknown interaction")
	}
	fits := map[int][]int{
		Command: {respondMessage, respondDefer, respondForm}, Autocomplete: {respondAutocomplete},
		Pressed: {respondMessage, respondDefer, respondDeferUpdate, respondUpdate, respondForm}, Sent: {respondMessage, respondDefer},
	}[i.Kind]
	if i.Kind == Sent && i.fromEmbed != nil {
		fits = append(fits, respondUpdate, respondDeferUpdate)
	}
	if !slices.Contains(fits, b.Type) {
		return invalid([]string{fmt.Sprintf("type: %d does not answer an interaction of type %d", b.Type, i.Kind)})
	}
	var shown Body
	var completion struct {
		Choices []Choice `json:"choices"`
	}
	var form Form
	var errs []string
	switch b.Type {
	case respondMessage:
		errs = checkMessage(b.Data, respond, &shown)
	case respondUpdate:
		errs = checkMessage(b.Data, edit, &shown)
	case respondDefer:
		if len(b.Data) > 0 {
			var d struct {
				Flags int `json:"flags"`
			}
			if err := strict(b.Data, &d); err != nil {
				errs = append(errs, err.Error())
			}
			shown.Flags = d.Flags
		}
	case respondAutocomplete:
		errs = checkChoices(b.Data, &completion.Choices)
	case respondForm:
		errs = checkForm(b.Data, &form)
	}
	if len(errs) > 0 {
		return invalid(errs)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if i.Type != 0 {
		i.Twice++
		return refuse(400, 40060, "Interaction has already been acknowledged.")
	}
	i.Type, i.Choices, i.Form, i.Callback, i.At = b.Type, completion.Choices, form, b.Data, time.Now()
	switch b.Type {
	case respondMessage:
		i.Message = s.keep(&Message{ID: s.newID(), Channel: "interaction", Body: shown, Ephemeral: shown.Flags&64 != 0, At: i.At})
	case respondDefer:
		i.Message = nil
	case respondUpdate:
		i.Message = i.fromEmbed
		i.Message.Body, i.Message.Edits = shown, i.Message.Edits+1
	case respondDeferUpdate:
		i.Message = i.fromEmbed
	}
	if s.set.Forget {
		delete(s.interactions, i.Token)
	}
	s.happened()
	return none()
}

func (s *Server) keep(m *Message) *Message {
	if !s.set.Forget {
		s.messages = append(s.messages, m)
		s.byID[m.ID] = m
	}
	return m
}

func (s *Server) patchOriginal(_ *http.Request, part []string, body []byte) answer {
	var b Body
	if errs := checkMessage(body, edit, &b); len(errs) > 0 {
		return invalid(errs)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.interactions[part[2]]
	switch {
	case i == nil || part[1] != AppID:
		return refuse(404, 10015, "Unknown Webhook")
	case i.Type == 0 || i.Type == respondAutocomplete || i.Type == respondForm:
		return refuse(404, 10008, "Unknown Message")
	case time.Since(i.came) > 15*time.Minute:
		return refuse(401, 50027, "Invalid Webhook Token")
	}
	if i.Message == nil { // deferred
		flags := struct {
			Flags int `json:"flags"`
		}{}
		json.Unmarshal(i.Callback, &flags)
		i.Message = s.keep(&Message{ID: s.newID(), Channel: "interaction", Ephemeral: flags.Flags&64 != 0, At: time.Now()})
	}
	i.Message.Body, i.Message.Edits = b, i.Message.Edits+1
	s.happened()
	return ok(map[string]any{"id": i.Message.ID})
}

// Waiting is how many interactions the bot has not responded to, where the server keeps no others (Settings.Forget).
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.interactions)
}
