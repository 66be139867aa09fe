package telegramtest

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// methods are what the server can do, by name in lower case: Telegram does not mind the case either.
var methods = map[string]func(*Server, *http.Request, Params) (any, *refusal){
	"getme":                  getMe,
	"getupdates":             getUpdates,
	"setwebhook":             setWebhook,
	"deletewebhook":          deleteWebhook,
	"getwebhookinfo":         getWebhookInfo,
	"sendmessage":            locked(sendMessage),
	"editmessagetext":        locked(editMessageText),
	"editmessagereplymarkup": locked(editMessageReplyMarkup),
	"deletemessage":          locked(deleteMessage),
	"sendchataction":         locked(sendChatAction),
	"answercallbackquery":    locked(answerCallbackQuery),
	"answerinlinequery":      locked(answerInlineQuery),
	"answerguestquery":       locked(answerGuestQuery),
	"setmycommands":          locked(setMyCommands),
	"getmycommands":          locked(getMyCommands),
	"deletemycommands":       locked(deleteMyCommands),
	"setmydescription":       locked(setText("description", 512)),
	"getmydescription":       locked(getText("description")),
	"setmyshortdescription":  locked(setText("short_description", 120)),
	"getmyshortdescription":  locked(getText("short_description")),
}

func locked(run func(*Server, Params) (any, *refusal)) func(*Server, *http.Request, Params) (any, *refusal) {
	return func(s *Server, _ *http.Request, p Params) (any, *refusal) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return run(s, p)
	}
}

func getMe(s *Server, _ *http.Request, _ Params) (any, *refusal) {
	me := s.bot().wire()
	me["can_join_groups"], me["can_read_all_group_messages"] = !s.NoJoinGroups, s.ReadsAll
	me["supports_inline_queries"], me["supports_guest_queries"] = !s.NoInline, !s.NoGuest
	me["can_connect_to_business"], me["has_main_web_app"], me["has_topics_enabled"] = false, false, false
	return me, nil
}

// Limits are the flood control. Telegram's own are about 30 messages a second, one a second in a chat and 20 a minute in a
// group. Zero is no limit.
type Limits struct {
	PerSecond, PerChatSecond, PerGroupMinute int
}

type sent struct {
	chat int64
	at   time.Time
}

// flood counts a message, or refuses it.
func (s *Server) flood(chat int64) *refusal {
	now := time.Now()
	all, here, minute := 1, 1, 1
	for _, x := range s.sends {
		recent := now.Sub(x.at) < time.Second
		if recent {
			all++
		}
		if x.chat == chat {
			if recent {
				here++
			}
			if now.Sub(x.at) < time.Minute {
				minute++
			}
		}
	}
	over := func(n, limit int) bool { return limit > 0 && n > limit }
	if over(all, s.Limits.PerSecond) || over(here, s.Limits.PerChatSecond) || chat < 0 && over(minute, s.Limits.PerGroupMinute) {
		return &refusal{code: 429, description: "Too Many Requests: retry after 1", retryAfter: 1}
	}
	if s.Limits != (Limits{}) {
		s.sends = append(s.sends, sent{chat, now})
	}
	return nil
}

// room finds the chat of a call, if the bot may write there.
func (s *Server) room(p Params) (*chatState, *refusal) {
	if p["chat_id"] == "" {
		return nil, bad("chat_id is empty")
	}
	st := s.chats[p.Int("chat_id")]
	switch {
	case st == nil:
		return nil, bad("chat not found")
	case st.migrated != 0:
		no := bad("group chat was upgraded to a supergroup chat")
		no.migrateTo = st.migrated
		return nil, no
	case st.refuses != nil:
		no := *st.refuses
		return nil, &no
	}
	return st, nil
}

func sendMessage(s *Server, p Params) (any, *refusal) {
	st, no := s.room(p)
	if no != nil {
		return nil, no
	}
	text, entities, no := s.text(p["text"], p["parse_mode"], p["entities"])
	if no != nil {
		return nil, no
	}
	m := &Message{Chat: st.chat, From: s.bot(), Text: text, Entities: entities, At: time.Now()}
	if thread := p.Int("message_thread_id"); thread != 0 {
		if !st.topics[thread] {
			return nil, bad("message thread not found")
		}
		m.Thread = thread
	}
	if no := s.reply(st, m, p["reply_parameters"]); no != nil {
		return nil, no
	}
	if no := s.markup(m, p["reply_markup"]); no != nil {
		return nil, no
	}
	if no := s.flood(st.chat.ID); no != nil {
		return nil, no
	}
	if !strings.Contains(p["link_preview_options"], `"is_disabled":true`) {
		s.violate("a message with link previews on")
	}
	st.lastID++
	m.ID = st.lastID
	st.messages[m.ID] = m
	return m.wire(), nil
}

func (s *Server) reply(st *chatState, m *Message, raw string) *refusal {
	if raw == "" {
		return nil
	}
	r, err := decode[struct {
		Message int64 `json:"message_id"`
		Missing bool  `json:"allow_sending_without_reply"`
	}](raw)
	if err != nil {
		return bad("can't parse reply parameters JSON object")
	}
	if st.messages[r.Message] == nil {
		if !r.Missing {
			return bad("message to be replied not found")
		}
		return nil
	}
	m.ReplyTo = r.Message
	return nil
}

// markup reads a keyboard or a forced reply, as Client::get_reply_markup and the server behind it do.
func (s *Server) markup(m *Message, raw string) *refusal {
	m.Keyboard, m.ForceReply, m.Placeholder = nil, false, ""
	if raw == "" {
		return nil
	}
	w, err := decode[struct {
		Rows        [][]json.RawMessage `json:"inline_keyboard"`
		Force       bool                `json:"force_reply"`
		Placeholder string              `json:"input_field_placeholder"`
	}](raw)
	if err != nil {
		return bad("can't parse reply keyboard markup JSON object")
	}
	if len(raw) > 10<<10 {
		return bad("reply markup is too long")
	}
	m.ForceReply, m.Placeholder = w.Force, w.Placeholder
	if w.Force && len(w.Rows) > 0 {
		s.violate("a keyboard and a forced reply under one message")
	}
	if n := utf8.RuneCountInString(w.Placeholder); n > 64 {
		return bad("PLACEHOLDER_INVALID")
	}
	count := 0
	for _, row := range w.Rows {
		var out []Button
		for _, rawButton := range row {
			count++
			b, err := decode[Button](string(rawButton))
			fields, _ := decode[map[string]json.RawMessage](string(rawButton))
			kinds := 0
			for name := range fields {
				if name != "text" && name != "style" && name != "icon_custom_emoji_id" {
					kinds++
				}
			}
			switch {
			case err != nil || b.Text == "":
				return bad("can't parse inline keyboard button: Field \"text\" must be a non-empty String")
			case kinds == 0:
				return bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
			case kinds > 1:
				s.violate("a button of two kinds: %s", rawButton)
			case len(b.Data) > 64:
				return bad("BUTTON_DATA_INVALID")
			case b.Switch != nil && s.NoInline:
				return bad("BUTTON_SWITCH_INLINE_INVALID")
			case b.Switch != nil && utf8.RuneCountInString(*b.Switch) > 256:
				return bad("BUTTON_SWITCH_INLINE_INVALID")
			case b.Style != "" && b.Style != "primary" && b.Style != "danger" && b.Style != "success":
				return bad("can't parse inline keyboard button: invalid button style specified")
			}
			out = append(out, b)
		}
		if len(row) > 8 {
			s.violate("a row of %d buttons", len(row))
		}
		m.Keyboard = append(m.Keyboard, out)
	}
	if count > 100 {
		return bad("REPLY_MARKUP_TOO_LONG")
	}
	return nil
}

// edited finds the message that a call edits.
func (s *Server) edited(p Params) (*Message, *refusal) {
	if id := p["inline_message_id"]; id != "" {
		if m := s.inline[id]; m != nil {
			return m, nil
		}
		return nil, bad("MESSAGE_ID_INVALID")
	}
	st, no := s.room(p)
	if no != nil {
		return nil, no
	}
	m := st.messages[p.Int("message_id")]
	switch {
	case m == nil:
		return nil, bad("message to edit not found")
	case m.From.ID != BotID:
		return nil, bad("message can't be edited")
	}
	return m, s.flood(st.chat.ID)
}

func (s *Server) change(m *Message, next Message) (any, *refusal) {
	if m.Text == next.Text && reflect.DeepEqual(m.Entities, next.Entities) && reflect.DeepEqual(m.Keyboard, next.Keyboard) {
		return nil, bad("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	next.Edits++
	*m = next
	if m.Inline != "" {
		return true, nil
	}
	return m.wire(), nil
}

func editMessageText(s *Server, p Params) (any, *refusal) {
	m, no := s.edited(p)
	if no != nil {
		return nil, no
	}
	next := *m
	if next.Text, next.Entities, no = s.text(p["text"], p["parse_mode"], p["entities"]); no != nil {
		return nil, no
	}
	if no := s.markup(&next, p["reply_markup"]); no != nil {
		return nil, no
	}
	if next.ForceReply {
		return nil, bad("inline keyboard expected")
	}
	return s.change(m, next)
}

func editMessageReplyMarkup(s *Server, p Params) (any, *refusal) {
	m, no := s.edited(p)
	if no != nil {
		return nil, no
	}
	next := *m
	if no := s.markup(&next, p["reply_markup"]); no != nil {
		return nil, no
	}
	return s.change(m, next)
}

func deleteMessage(s *Server, p Params) (any, *refusal) {
	st, no := s.room(p)
	if no != nil {
		return nil, no
	}
	if st.messages[p.Int("message_id")] == nil {
		return nil, bad("message to delete not found")
	}
	delete(st.messages, p.Int("message_id"))
	return true, nil
}

func sendChatAction(s *Server, p Params) (any, *refusal) {
	if _, no := s.room(p); no != nil {
		return nil, no
	}
	if p["action"] != "typing" {
		return nil, bad("wrong parameter action in request")
	}
	return true, nil
}

// once finds a query that may be answered still.
func (s *Server) once(id, kind string) (*query, *refusal) {
	q := s.queries[id]
	if q == nil || q.kind != kind || q.answered {
		return nil, bad("query is too old and response timeout expired or query ID is invalid")
	}
	return q, nil
}

func answerCallbackQuery(s *Server, p Params) (any, *refusal) {
	q, no := s.once(p["callback_query_id"], "callback")
	if no != nil {
		return nil, no
	}
	if utf8.RuneCountInString(p["text"]) > 200 {
		return nil, bad("MESSAGE_TOO_LONG")
	}
	q.answered, q.answer = true, Answer{Done: true, Text: p["text"]}
	return true, nil
}

// result reads one inline result.
func (s *Server) result(raw json.RawMessage) (Result, *refusal) {
	w, err := decode[struct {
		Type        string          `json:"type"`
		ID          string          `json:"id"`
		Title       string          `json:"title"`
		Description string          `json:"description"`
		Markup      json.RawMessage `json:"reply_markup"`
		Content     struct {
			Text     string          `json:"message_text"`
			Mode     string          `json:"parse_mode"`
			Entities json.RawMessage `json:"entities"`
			Preview  struct {
				Disabled bool `json:"is_disabled"`
			} `json:"link_preview_options"`
		} `json:"input_message_content"`
	}](string(raw))
	switch {
	case err != nil:
		return Result{}, bad("can't parse inline query result: %v", err)
	case w.Type != "article":
		return Result{}, bad("can't parse inline query result: unallowed inline query result type")
	case w.ID == "" || len(w.ID) > 64:
		return Result{}, bad("RESULT_ID_INVALID")
	case w.Title == "":
		return Result{}, bad("ARTICLE_TITLE_EMPTY")
	case !w.Content.Preview.Disabled:
		s.violate("an inline result with link previews on")
	}
	text, entities, no := s.text(w.Content.Text, w.Content.Mode, string(w.Content.Entities))
	if no != nil {
		return Result{}, no
	}
	m := Message{From: s.bot(), Text: text, Entities: entities}
	if no := s.markup(&m, string(w.Markup)); no != nil {
		return Result{}, no
	}
	return Result{w.ID, w.Title, w.Description, m}, nil
}

func answerInlineQuery(s *Server, p Params) (any, *refusal) {
	q, no := s.once(p["inline_query_id"], "inline")
	if no != nil {
		return nil, no
	}
	raws, err := decode[[]json.RawMessage](p["results"])
	if err != nil {
		return nil, bad("can't parse inline query results JSON object")
	}
	if len(raws) > 50 {
		return nil, bad("RESULTS_TOO_MUCH")
	}
	a := Answer{Done: true, Cache: 300, Personal: p["is_personal"] == "true"}
	if p["cache_time"] != "" {
		a.Cache = p.Int("cache_time")
	}
	seen := map[string]bool{}
	for _, raw := range raws {
		r, no := s.result(raw)
		if no != nil {
			return nil, no
		}
		if seen[r.ID] {
			return nil, bad("RESULT_ID_DUPLICATE")
		}
		seen[r.ID] = true
		a.Results = append(a.Results, r)
	}
	if len(p["next_offset"]) > 64 {
		return nil, bad("NEXT_OFFSET_INVALID")
	}
	if raw := p["button"]; raw != "" {
		b, err := decode[struct {
			Text  string `json:"text"`
			Start string `json:"start_parameter"`
		}](raw)
		if err != nil || b.Text == "" {
			return nil, bad("can't parse inline query results button")
		}
		if !startForm.MatchString(b.Start) {
			return nil, bad("START_PARAM_INVALID")
		}
		a.Start = b.Start
	}
	q.answered, q.answer = true, a
	return true, nil
}

var startForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func answerGuestQuery(s *Server, p Params) (any, *refusal) {
	q, no := s.once(p["guest_query_id"], "guest")
	if no != nil {
		return nil, no
	}
	r, no := s.result(json.RawMessage(p["result"]))
	if no != nil {
		return nil, no
	}
	id := s.place(r.Message)
	q.answered, q.answer = true, Answer{Done: true, Results: []Result{r}, Message: id}
	return map[string]any{"inline_message_id": id}, nil
}

var commandForm = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

// scope names a list of commands.
func scope(p Params) string {
	s, _ := decode[struct {
		Type string `json:"type"`
	}](p["scope"])
	if s.Type == "" {
		s.Type = "default"
	}
	return s.Type + "/" + p["language_code"]
}

func setMyCommands(s *Server, p Params) (any, *refusal) {
	list, err := decode[[]struct {
		Command     string `json:"command"`
		Description string `json:"description"`
	}](p["commands"])
	if err != nil {
		return nil, bad("can't parse commands JSON object")
	}
	if len(list) > 100 {
		return nil, bad("BOT_COMMANDS_TOO_MUCH")
	}
	for _, c := range list {
		if !commandForm.MatchString(c.Command) {
			return nil, bad("BOT_COMMAND_INVALID")
		}
		if n := utf8.RuneCountInString(c.Description); n < 1 || n > 256 {
			return nil, bad("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	if l := p["language_code"]; l != "" && len(l) != 2 {
		return nil, bad("invalid language code specified")
	}
	s.commands[scope(p)] = json.RawMessage(p["commands"])
	return true, nil
}

func getMyCommands(s *Server, p Params) (any, *refusal) {
	if list := s.commands[scope(p)]; list != nil {
		return list, nil
	}
	return []string{}, nil
}

func deleteMyCommands(s *Server, p Params) (any, *refusal) {
	delete(s.commands, scope(p))
	return true, nil
}

func setText(name string, most int) func(*Server, Params) (any, *refusal) {
	return func(s *Server, p Params) (any, *refusal) {
		if utf8.RuneCountInString(p[name]) > most {
			return nil, bad("BOT_%s_TOO_LONG", strings.ToUpper(name))
		}
		s.texts[name+"/"+p["language_code"]] = p[name]
		return true, nil
	}
}

func getText(name string) func(*Server, Params) (any, *refusal) {
	return func(s *Server, p Params) (any, *refusal) {
		return map[string]string{name: s.texts[name+"/"+p["language_code"]]}, nil
	}
}
