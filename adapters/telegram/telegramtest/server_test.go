package telegramtest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var (
	ana  = User{ID: 1001, Name: "Ana"}
	here = Private(ana)
)

// call makes a call as a bot does and returns the answer's fields.
func call(t *testing.T, s *Server, method string, pairs ...string) (result json.RawMessage, code int, description string) {
	t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	resp, err := http.PostForm(s.URL+"/bot"+Token+"/"+method, form)
	if err != nil {
		t.Error(err)
		return nil, 0, ""
	}
	defer resp.Body.Close()
	var a struct {
		OK          bool
		Result      json.RawMessage
		Code        int `json:"error_code"`
		Description string
	}
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		t.Error(err)
	}
	if a.OK != (resp.StatusCode == 200) {
		t.Errorf("%s: ok %v with status %d", method, a.OK, resp.StatusCode)
	}
	return a.Result, a.Code, a.Description
}

// What Telegram refuses, with its words.
func TestRefusals(t *testing.T) {
	s := New(t)
	s.Lenient = true
	s.Say(here, ana, "hello")
	forum := Chat{ID: -100, Type: "supergroup", Forum: true}
	s.Say(forum, ana, "/hello", InTopic(7))
	keys := func(button string) string { return `{"inline_keyboard":[[` + button + `]]}` }
	for _, tc := range []struct {
		method string
		params []string
		want   string // empty: taken
	}{
		{"sendMessage", []string{"chat_id", "1001", "text", "hi"}, ""},
		{"SENDmessage", []string{"chat_id", "1001", "text", "hi"}, ""},
		{"sendMessage", []string{"chat_id", "1001", "text", strings.Repeat("é", 4096)}, ""},
		{"sendMessage", []string{"chat_id", "1001", "text", strings.Repeat("🙂", 2049)}, "message is too long"},
		{"sendMessage", []string{"chat_id", "1001", "text", " \n "}, "text must be non-empty"},
		{"sendMessage", []string{"chat_id", "1001", "text", "\xff"}, "strings must be encoded in UTF-8"},
		{"sendMessage", []string{"chat_id", "5", "text", "hi"}, "chat not found"},
		{"sendMessage", []string{"chat_id", "-100", "text", "hi", "message_thread_id", "7"}, ""},
		{"sendMessage", []string{"chat_id", "-100", "text", "hi", "message_thread_id", "8"}, "message thread not found"},
		{"sendMessage", []string{"chat_id", "1001", "text", "hi", "reply_parameters", `{"message_id":99}`}, "message to be replied not found"},
		{"sendMessage", []string{"chat_id", "1001", "text", "hi", "reply_parameters", `{"message_id":99,"allow_sending_without_reply":true}`}, ""},
		{"sendMessage", []string{"chat_id", "1001", "text", "<b>hi", "parse_mode", "HTML"}, `can't parse entities: Can't find end tag corresponding to start tag "b"`},
		{"sendMessage", []string{"chat_id", "1001", "text", "hi", "entities", `[{"type":"bold","offset":1,"length":5}]`}, "entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 6"},
		{"sendMessage", []string{"chat_id", "1001", "text", "🙂", "entities", `[{"type":"bold","offset":1,"length":1}]`}, "entity begins in a middle of a UTF-16 symbol at byte offset 1"},
		{"sendMessage", []string{"chat_id", "1001", "text", "hi", "entities", `[{"type":"huge","offset":0,"length":1}]`}, "can't parse MessageEntity: Unsupported type specified"},
		{"sendMessage", []string{"chat_id", "1001", "text", "hi", "reply_markup", keys(`{"text":"x","callback_data":"` + strings.Repeat("x", 65) + `"}`)}, "BUTTON_DATA_INVALID"},
		{"sendMessage", []string{"chat_id", "1001", "text", "hi", "reply_markup", keys(`{"text":"x","callback_data":"` + strings.Repeat("x", 64) + `"}`)}, ""},
		{"sendMessage", []string{"chat_id", "1001", "text", "hi", "reply_markup", keys(`{"text":"x"}`)}, "Text buttons are unallowed in the inline keyboard"},
		{"sendMessage", []string{"chat_id", "1001", "text", "hi", "reply_markup", keys(`{"text":"","callback_data":"x"}`)}, `Field "text"`},
		{"editMessageText", []string{"chat_id", "1001", "message_id", "99", "text", "hi"}, "message to edit not found"},
		{"editMessageText", []string{"inline_message_id", "99", "text", "hi"}, "MESSAGE_ID_INVALID"},
		{"answerCallbackQuery", []string{"callback_query_id", "99"}, "query is too old and response timeout expired or query ID is invalid"},
		{"answerInlineQuery", []string{"inline_query_id", "99", "results", "[]"}, "query is too old"},
		{"setMyCommands", []string{"commands", `[{"command":"Ask","description":"x"}]`}, "BOT_COMMAND_INVALID"},
		{"setMyCommands", []string{"commands", `[{"command":"ask","description":""}]`}, "BOT_COMMAND_DESCRIPTION_INVALID"},
		{"setMyDescription", []string{"description", strings.Repeat("x", 513)}, "TOO_LONG"},
		{"setWebhook", []string{"url", "http://example.com"}, "An HTTPS URL must be provided for webhook"},
		{"setWebhook", []string{"url", "https://example.com", "secret_token", "ä"}, "secret token contains unallowed characters"},
		{"sendEverything", nil, "Not Found: method not found"},
	} {
		_, code, description := call(t, s, tc.method, tc.params...)
		if (code == 0) != (tc.want == "") || !strings.Contains(description, tc.want) {
			t.Errorf("%s %.80q: %d %s, want %q", tc.method, tc.params, code, description, tc.want)
		}
	}
}

func TestTokens(t *testing.T) {
	s := New(t)
	for token, want := range map[string]int{Token: 200, "5:AAxyz": 401, "xyz": 404, "": 404} {
		resp, err := http.Get(s.URL + "/bot" + token + "/getMe")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("the token %q gets %d, want %d", token, resp.StatusCode, want)
		}
	}
}

// An offset confirms what is below it; a poll waits; a second poll ends the first.
func TestGetUpdates(t *testing.T) {
	s := New(t)
	s.Lenient = true
	ids := func(result json.RawMessage) (out []int64) {
		var us []struct {
			ID int64 `json:"update_id"`
		}
		json.Unmarshal(result, &us)
		for _, u := range us {
			out = append(out, u.ID)
		}
		return out
	}
	first := s.Push("message", 1)
	second := s.Push("message", 2)
	r, _, _ := call(t, s, "getUpdates", "limit", "1")
	if got := ids(r); len(got) != 1 || got[0] != first {
		t.Errorf("got %v", got)
	}
	if s.Pending() != 2 {
		t.Error("a look confirmed something")
	}
	r, _, _ = call(t, s, "getUpdates", "offset", "870000002")
	if got := ids(r); len(got) != 1 || got[0] != second || s.Pending() != 1 {
		t.Errorf("got %v", got)
	}
	// The same again within half a second brings one update at most.
	s.Push("message", 3)
	r, _, _ = call(t, s, "getUpdates", "offset", "870000002")
	if got := ids(r); len(got) != 1 {
		t.Errorf("got %v", got)
	}
	// A poll waits until something comes.
	done := make(chan []int64)
	go func() {
		r, _, _ := call(t, s, "getUpdates", "offset", "870000004", "timeout", "20")
		done <- ids(r)
	}()
	time.Sleep(50 * time.Millisecond)
	third := s.Push("message", 4)
	if got := <-done; len(got) != 1 || got[0] != third {
		t.Errorf("got %v", got)
	}
	// Another ends it, and a webhook refuses it.
	conflict := make(chan string)
	go func() {
		_, code, description := call(t, s, "getUpdates", "offset", "870000005", "timeout", "20")
		if code != 409 {
			t.Errorf("got %d", code)
		}
		conflict <- description
	}()
	time.Sleep(50 * time.Millisecond)
	go call(t, s, "getUpdates", "offset", "870000005", "timeout", "1")
	if got := <-conflict; !strings.Contains(got, "terminated by other getUpdates request") {
		t.Errorf("got %q", got)
	}
	s.SetWebhook("https://example.com")
	if _, code, description := call(t, s, "getUpdates"); code != 409 || !strings.Contains(description, "webhook is active") {
		t.Errorf("got %d %s", code, description)
	}
}

// Kinds that were not asked for never come, and the list holds until another is sent.
func TestAllowedUpdates(t *testing.T) {
	s := New(t)
	call(t, s, "getUpdates", "allowed_updates", `["message"]`)
	if s.Push("inline_query", 1) != 0 || s.Push("message", 1) == 0 {
		t.Error("the list does not hold")
	}
}

func TestParseHTML(t *testing.T) {
	for _, tc := range []struct {
		html, text, fault string
		entity            Entity
	}{
		{html: "a <b>b</b> &lt;c&gt; &amp; &quot;&#65;&#x42; &copy;", text: `a b <c> & "AB &copy;`, entity: Entity{Type: "bold", Offset: 2, Length: 1}},
		{html: "🙂<i>é</i>", text: "🙂é", entity: Entity{Type: "italic", Offset: 2, Length: 1}},
		{html: "<blockquote expandable>x</blockquote>", text: "x", entity: Entity{Type: "expandable_blockquote", Length: 1}},
		{html: `<a href="https://x.org/?a=1&amp;b">y</a>`, text: "y", entity: Entity{Type: "text_link", Length: 1, URL: "https://x.org/?a=1&b"}},
		{html: `<span class="tg-spoiler">y</span>`, text: "y", entity: Entity{Type: "spoiler", Length: 1}},
		{html: "a < b", fault: `Unsupported start tag "" at byte offset 2`},
		{html: "<x>", fault: `Unsupported start tag "x" at byte offset 0`},
		{html: "<b", fault: "Unclosed start tag at byte offset 0"},
		{html: "<b>x", fault: `Can't find end tag corresponding to start tag "b"`},
		{html: "<b>x</i>", fault: `Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`},
		{html: "x</b>", fault: "Unexpected end tag at byte offset 1"},
		{html: "<b>x</b", fault: "Unclosed end tag at byte offset 4"},
		{html: "<span>x</span>", fault: `Tag "span" must have class "tg-spoiler" at byte offset 0`},
	} {
		text, es, err := ParseHTML(tc.html)
		if tc.fault != "" {
			if err == nil || err.Error() != tc.fault {
				t.Errorf("%q: %v, want %s", tc.html, err, tc.fault)
			}
			continue
		}
		if err != nil || text != tc.text || len(es) != 1 || es[0] != tc.entity {
			t.Errorf("%q is read as %q %+v, %v", tc.html, text, es, err)
		}
	}
}

func FuzzParseHTML(f *testing.F) {
	f.Add("<b>a</b> <a href='x'>&lt;</a> <tg-emoji emoji-id=5>x</tg-emoji>")
	f.Add("<blockquote expandable a=b c>&#x1F642;</blockquote></")
	f.Fuzz(func(t *testing.T, html string) {
		if !utf8.ValidString(html) {
			return
		}
		text, es, err := ParseHTML(html)
		if err != nil {
			return
		}
		if err := checkEntities(text, es); err != nil {
			t.Errorf("%q gives %q %+v: %v", html, text, es, err)
		}
	})
}

// What is never to be sent fails the test, where Telegram's own description is at hand.
func TestSpec(t *testing.T) {
	s := New(t)
	if s.SpecVersion() == "" {
		t.Skip("no description of the Bot API beside the repository")
	}
	s.Say(here, ana, "hello")
	preview := []string{"link_preview_options", `{"is_disabled":true}`}
	for _, tc := range []struct {
		params []string
		want   string
	}{
		{[]string{"chat_id", "1001", "text", "hi", "no_such", "1"}, "no_such"},
		{[]string{"chat_id", "1001", "text", "hi", "reply_markup", `{"inline_keyboard":[[{"text":"x","callback_data":"x","colour":"red"}]]}`}, "colour"},
		{[]string{"chat_id", "1001", "text", "hi", "reply_markup", `{"force_reply":true,"inline_keyboard":[]}`}, "force_reply"},
	} {
		call(t, s, "sendMessage", append(tc.params, preview...)...)
		s.mu.Lock()
		got := strings.Join(s.violations, "\n")
		s.violations = nil
		s.mu.Unlock()
		if !strings.Contains(got, tc.want) {
			t.Errorf("%q: noted %q", tc.params, got)
		}
	}
	for _, params := range [][]string{
		{"chat_id", "1001"}, {"chat_id", "1001", "text", "hi", "entities", `{}`}, {"chat_id", "x", "text", "hi", "message_thread_id", "x"},
		{"chat_id", "1001", "text", "hi", "entities", `[{"type":"bold","length":1}]`},
	} {
		if _, code, _ := call(t, s, "sendMessage", append(params, preview...)...); code != 400 {
			t.Errorf("%q gets %d", params, code)
		}
	}
}
